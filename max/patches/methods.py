"""Reads max/core/methods.def, the one table of what `sideman~` understands and says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parents[1] / "core" / "methods.def"

_TOKEN = re.compile(r'//[^\n]*|"((?:[^"\\]|\\.)*)"|(\w+)|([(),;])')


@dataclass(frozen=True)
class Message:
    """A message to `sideman~`."""

    name: str
    arguments: str
    digest: str
    description: str


@dataclass(frozen=True)
class Attribute:
    """What can be set; `type` is symbol, symbols, int, float, bool or columns."""

    name: str
    type: str
    initial: str
    digest: str
    description: str


@dataclass(frozen=True)
class Output:
    """A message from the last outlet."""

    name: str
    arguments: str
    description: str


@dataclass(frozen=True)
class Methods:
    """The whole table, by name and in its order."""

    messages: dict[str, Message]
    attributes: dict[str, Attribute]
    outputs: dict[str, Output]


def read_methods(path: Path = TABLE) -> Methods:
    """Read the table.

    Raises:
        ValueError: a line of it has another number of fields than its kind, or a name twice.
    """
    methods = Methods({}, {}, {})
    for kind, fields in _entries(path.read_text("utf-8")):
        target, make = {
            "MESSAGE": (methods.messages, Message),
            "ATTRIBUTE": (methods.attributes, Attribute),
            "OUTPUT": (methods.outputs, Output),
        }[kind]
        wanted = len(make.__dataclass_fields__)
        if len(fields) != wanted:
            raise ValueError(f"{path.name}: {kind}({fields[0]}) has {len(fields)} of {wanted} fields")
        if fields[0] in target:
            raise ValueError(f"{path.name}: {kind}({fields[0]}) is there twice")
        target[fields[0]] = make(*fields)  # type: ignore[index]
    return methods


def _entries(text: str) -> list[tuple[str, list[str]]]:
    """Kind and fields of each entry; strings side by side are one, as in C."""
    entries: list[tuple[str, list[str]]] = []
    depth = 0
    for match in _TOKEN.finditer(text):
        string, word, sign = match.groups()
        if string is not None:
            entries[-1][1][-1] += string.replace('\\"', '"')
        elif word is not None and depth == 0:
            entries.append((word, [""]))
        elif word is not None:
            entries[-1][1][-1] += word
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        elif sign == ",":
            entries[-1][1].append("")
    return entries
