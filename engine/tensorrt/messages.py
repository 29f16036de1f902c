"""The library's messages: sent to logging, and its errors turned into exceptions."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from sideman.engine.errors import BackendError

_LOG = logging.getLogger("sideman.engine.tensorrt")
#: Names under which the library's messages tell of a layer: measured with TensorRT for RTX 1.7.1
#: (operation '...'), and as TensorRT's documentation has them (node ..., layer ...).
_LAYER = (
    re.compile(r"operation '([^']+)'"),
    re.compile(r"for node (\{[^}]*\}|[^\s{}]+?)\.?(?:[\s)]|$)"),
    # After a plain "layer" or "node" any word may follow: a name has a slash, a colon or quotes.
    re.compile(r"(?:[Ll]ayer|[Nn]ode) (?:'([^']+)'|([\w.{}\[\]+-]*/[\w./{}\[\]+-]+)|(\w[\w.-]*):)"),
)
_OUT_OF_MEMORY = re.compile(
    r"out ?of ?memory|insufficient memory|not be allocated|bad_alloc|cudaErrorMemoryAllocation",
    re.IGNORECASE,
)
_BYTES = re.compile(r"(\d+) ?bytes", re.IGNORECASE)
_LAST = 400


class Messages:
    """Routes a library's messages to logging and remembers errors while told to.

    Attributes:
        logger: an object that the library accepts as its logger.
    """

    def __init__(self, library: ModuleType) -> None:
        self._errors: list[str] | None = None
        self.logger = _make_logger(library, self._take)

    @contextmanager
    def errors(self) -> Iterator[list[str]]:
        """Collect the errors of what is done inside; one user at a time.

        The user raises them as an exception, so they are logged at level INFO only.
        """
        errors: list[str] = []
        self._errors = errors
        try:
            yield errors
        finally:
            self._errors = None

    def _take(self, level: int, text: str) -> None:
        if level >= logging.ERROR and self._errors is not None:
            self._errors.append(text)
            level = logging.INFO
        _LOG.log(level, "%s", text)


@functools.cache
def messages_of(library: ModuleType) -> Messages:
    """The one receiver of a library's messages: the library keeps the first logger it is given."""
    return Messages(library)


def _make_logger(library: ModuleType, take: Any) -> Any:
    severity = library.ILogger.Severity
    levels = {
        severity.INTERNAL_ERROR: logging.ERROR,
        severity.ERROR: logging.ERROR,
        severity.WARNING: logging.INFO,
        severity.INFO: logging.DEBUG,
    }

    class Logger(library.ILogger):  # type: ignore[name-defined,misc]
        """Called from the library's threads."""

        def __init__(self) -> None:
            library.ILogger.__init__(self)

        def log(self, level: Any, text: str) -> None:
            if level in levels:
                take(levels[level], text)

    return Logger()


def failed_build(what: str, errors: list[str], *, several: bool = False) -> BackendError:
    """An error that names the layer or the missing memory of a failed build.

    Args:
        what: the engine, as it should stand in the message ("Stage step for sm89").
        errors: what the library said.
        several: it was to serve several targets, and the library does not say which one it
            cannot.
    """
    # Later errors are consequences: the first one is nearest to the cause.
    for text in errors:
        if is_shortage(text):
            return out_of_memory(what, text)
    if not errors:
        return BackendError(
            f"{what}: the library built nothing and gave no reason.",
            "Try another --precision, and see whether there is enough memory.",
        )
    text = tidy(errors[0])
    layer = next((m[m.lastindex or 0] for p in _LAYER if (m := p.search(errors[0]))), None)
    at = f" at layer {layer}" if layer else ""
    return BackendError(
        f"{what}: the build failed{at}: {text}",
        "Build for one --target at a time: one that cannot be built fails the plan of all."
        if several
        else "Try another --precision or another --target.",
    )


def out_of_memory(what: str, text: str) -> BackendError:
    """An error that says how much memory was missing, where that is known.

    Args:
        what: the engine.
        text: what the library said.
    """
    size = _BYTES.search(text)
    missing = f" ({int(size.group(1)) / 1e6:,.0f} MB more were asked for)" if size else ""
    return BackendError(
        f"{what}: memory ran out during the build{missing}: {tidy(text)}",
        "Close what else uses this memory, or build for fewer --rows or a smaller --r; for "
        "TensorRT for RTX, another machine can build with --target.",
    )


def is_shortage(text: str) -> bool:
    """Whether a message of the library says that memory ran out."""
    return _OUT_OF_MEMORY.search(text) is not None


def tidy(text: str) -> str:
    """One line without the library's source positions, cut to a readable length."""
    line = " ".join(text.split())
    line = re.sub(r"\s*(?:In|at) [\w:~]+ at /\S+:\d+", "", line)
    return line if len(line) <= _LAST else line[:_LAST] + "…"
