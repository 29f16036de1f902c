"""What ships with the package to rehearse with."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sideman.engine.errors import SidemanError
from sideman.runtime.listening.truth import Truth

#: Seconds of the demo: the loop, once and a half and a little more.
SECONDS = 24.0


def demo_bundle() -> Path:
    """The package's own small bundle.

    Raises:
        SidemanError: this installation came without it.
    """
    return _shipped("bundle")


def demo_loop() -> Path:
    """The package's own loop of guitar, electric piano and drums."""
    return _shipped("loop.flac")


def demo_truth() -> Truth:
    """Chords of the loop, and onsets of the bass that it lacks."""
    return Truth.read(_shipped("loop.json"))


def _shipped(name: str) -> Path:
    path = Path(str(files("sideman.runtime.demo").joinpath(name)))
    if not path.exists():
        raise SidemanError(
            f"{path} is missing: this installation came without its demo.",
            "Install sideman again, or name a bundle and an --input of your own.",
        )
    return path
