"""Output that a terminal's encoding cannot show is written in other letters, never refused."""

from __future__ import annotations

import codecs
import io
import sys

_HANDLER = "sideman.plain"
#: What stands for a sign that an encoding lacks. Anything else is written as its number.
_PLAIN = {
    "→": "->", "←": "<-", "…": "...", "×": "x", "·": "*", "−": "-", "–": "-", "—": "-",
    "≤": "<=", "≥": ">=", "±": "+-", "’": "'", "‘": "'", "“": '"', "”": '"', "•": "*",
    "♭": "b", "♯": "#", "━": "-", "╸": "-", "╺": "-", "─": "-", "│": "|", "✓": "ok",
}  # fmt: skip


def bear_any_encoding() -> None:
    """Let standard output and error replace what their encoding lacks; once, at the start.

    Windows' code pages, the C locale and names of files that are no text lack signs that commands
    print. Streams that are no text of this process (of tests, or none at all) stay as they are.
    """
    codecs.register_error(_HANDLER, _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign) or _number(sign) for sign in signs), error.end


def _number(sign: str) -> str:
    """A sign as JSON writes it, so that a replaced sign leaves JSON what it was."""
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
