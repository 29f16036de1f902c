"""As much of Ray as a fleet's driver sees, in this process and without Ray."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class RayError(Exception):
    pass


class RayTaskError(RayError):
    def __init__(self, cause: Exception) -> None:
        super().__init__(f"Traceback\n  where it was\n{cause}")
        self.cause = cause


class Actor:
    """Calls are made when their answers are asked for."""

    def __init__(self, **methods: Callable[..., Any]) -> None:
        for name, method in methods.items():
            call = SimpleNamespace(
                remote=lambda *args, method=method: lambda: _carried(method, args)
            )
            setattr(self, name, call)


def _carried(method: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    try:
        return method(*args)
    except RayError:
        raise
    except Exception as error:
        raise RayTaskError(error) from error


class FakeRay:
    """Its only actor is given; everything else of `Fleet` is real.

    Args:
        director: that a fleet gets.
    """

    def __init__(self, director: Actor) -> None:
        self.exceptions = SimpleNamespace(RayError=RayError, RayTaskError=RayTaskError)
        self.director = director
        self.killed: list[Actor] = []

    def remote(self, kind: type) -> Any:
        """Nothing of it is made: a fleet here has no players."""
        return SimpleNamespace()

    def get(self, ref: Callable[[], Any], timeout: float | None = None) -> Any:
        return ref()

    def wait(self, refs: list[Any], *, num_returns: int, timeout: float) -> None:
        for ref in refs:
            ref()

    def kill(self, actor: Actor) -> None:
        self.killed.append(actor)
