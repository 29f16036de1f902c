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
    """What can be set; `type` is symbol, symbols, choice, int, float, bool or columns."""

    name: str
    type: str
    takes: str
    initial: str
    digest: str
    description: str

    @property
    def choices(self) -> list[str]:
        """The words that a choice is made of; none of anything else."""
        return self.takes.split() if self.type == "choice" else []

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest number that it takes."""
        low, high = self.takes.split()
        return float(low), float(high)

    @property
    def would_do(self) -> str:
        """What it takes, in words; empty where that is any name."""
        if not self.takes:
            return ""
        words = self.takes.split()
        if self.choices:
            return f"{', '.join(words[:-1])} or {words[-1]}"
        if self.type == "bool":
            return " or ".join(words)
        return " to ".join(words) + (", or auto" if self.type == "columns" else "")


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
    seen = set()
    for kind, entry in _entries(path.read_text("utf-8")):
        wanted = {"MESSAGE": 4, "ATTRIBUTE": 6, "OUTPUT": 3}[kind]
        name = entry[0]
        if len(entry) != wanted:
            raise ValueError(f"{path.name}: {kind}({name}) has {len(entry)} of {wanted} fields")
        if (kind, name) in seen:
            raise ValueError(f"{path.name}: {kind}({name}) is there twice")
        seen.add((kind, name))
        if kind == "MESSAGE":
            methods.messages[name] = Message(*entry)
        elif kind == "ATTRIBUTE":
            methods.attributes[name] = Attribute(*entry)
        else:
            methods.outputs[name] = Output(*entry)
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
