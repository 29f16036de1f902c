"""Reading JSON that people edit: byte-order marks are skipped, and no key may stand twice."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any

#: A string, and whether it is a key; or a bracket.
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|[{}\[\]]')


def read_text(path: Path) -> str:
    """Read a text file of UTF-8, or of UTF-16 with a byte-order mark; the mark is left out.

    Editors and shells of Windows write such marks.

    Raises:
        OSError: the file cannot be read.
        UnicodeDecodeError: its bytes are neither.
    """
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def parse_json(text: str) -> Any:
    """Parse JSON.

    Raises:
        ValueError: the text is no JSON, or one of its objects holds a key twice; says which, and
            in which line.
    """
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _refuse_duplicates(text)
    return data


def _refuse_duplicates(text: str) -> None:
    """Refuse a key that stands twice in one object of a text that is JSON."""
    line, position = 1, 0
    open_keys: list[dict[str, int]] = []
    for token in _TOKEN.finditer(text):
        line += text.count("\n", position, token.start())
        position = token.start()
        if token[1] is None:
            if token[0] in "{[":
                open_keys.append({})
            else:
                open_keys.pop()
        elif token[2] is not None:
            key = json.loads(token[1])
            first = open_keys[-1].get(key)
            if first is not None:
                raise ValueError(f"line {line}: {key!r} stands there twice, first in line {first}")
            open_keys[-1][key] = line
