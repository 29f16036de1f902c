"""What a recording says of the server that made it, and how another one differs from that."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import MANIFEST, sha256
from sideman.runtime.playing.encode_choice import Encode
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from sideman.runtime.recording.reader import text_of, whole_of
from sideman.runtime.system.machine import describe_machine


def describe_server(
    bundle: Path,
    choice: BackendChoice,
    seed: int,
    *,
    restarts: bool,
    exact_mask: bool,
    prints: bool,
    shortcuts: Shortcuts = OWN,
) -> dict[str, Any]:
    """The header of a recording; JSON.

    Args:
        bundle: its folder, of which the name and the manifest's digest are kept, but not the place.
        choice: what runs the stages.
        seed: of the noise.
        restarts: whether its sequence begins again with every reset, as with `--seed`.
        exact_mask: whether exactly the unknown columns are hidden.
        prints: whether the operator gave a folder for `/print`.
        shortcuts: what is left out of every cycle.
    """
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "bundle": {"name": bundle.resolve().name, "manifest_sha256": manifest_digest(bundle)},
        "backend": asdict(choice),
        "shortcuts": asdict(shortcuts),
        "seed": seed,
        "restarts": restarts,
        "exact_mask": exact_mask,
        "prints": prints,
        "machine": describe_machine(),
    }


def manifest_digest(bundle: Path) -> str:
    """SHA-256 of a bundle's manifest, which has those of all its files; empty without one."""
    try:
        return sha256(bundle / MANIFEST)
    except OSError:
        return ""


def recorded_choice(header: dict[str, Any]) -> BackendChoice:
    """What ran the stages."""
    return BackendChoice(
        text_of(header, "backend", "name") or BackendChoice.name,
        whole_of(header, "backend", "threads"),
        text_of(header, "backend", "precision") or None,
        whole_of(header, "backend", "device") or 0,
    )


def recorded_shortcuts(header: dict[str, Any]) -> Shortcuts:
    """What was left out of every cycle; nothing in a recording that says nothing of it."""
    encode = text_of(header, "shortcuts", "encode") or OWN.encode
    return Shortcuts(whole_of(header, "shortcuts", "evaluations"), cast("Encode", encode))


def differences(header: dict[str, Any], bundle: Path, choice: BackendChoice) -> list[str]:
    """What is not as it was when the recording was made, and may change bits; a sentence each."""
    found: list[str] = []

    def compare(what: str, then: object, now: object) -> None:
        if then != now:
            found.append(f"{what}: recorded with {_shown(then)}, now {_shown(now)}.")

    recorded, here = recorded_choice(header), describe_machine()
    compare("Bundle", text_of(header, "bundle", "manifest_sha256"), manifest_digest(bundle))
    compare("Backend", recorded.name, choice.name)
    compare("Threads", recorded.threads or "all cores", choice.threads or "all cores")
    compare("Precision", recorded.precision, choice.precision)
    compare("Processor", text_of(header, "machine", "processor"), here["processor"])
    if recorded.threads is None:
        compare("Cores", whole_of(header, "machine", "cores"), here["cores"])
    compare("Python", text_of(header, "machine", "python"), here["python"])
    for name in sorted(here["versions"]):
        compare(name, text_of(header, "machine", "versions", name), here["versions"][name])
    if text_of(header, "machine", "git") or here["git"]:
        compare("Source", text_of(header, "machine", "git"), here["git"])
    return found


def _shown(value: object) -> str:
    text = str(value) if value else "none"
    return text if len(text) <= 48 else text[:16] + "…"
