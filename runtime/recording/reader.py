"""Reads a recording, entry by entry; nothing in it is run."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

from sideman.engine.errors import SidemanError
from sideman.runtime.recording.format import (
    HEAD,
    LETTERS,
    MAGIC,
    MOST_BYTES,
    Kind,
    RecordingError,
    fits,
)


class Entry(NamedTuple):
    """One entry.

    Attributes:
        number: from 1, as errors name it; the header is entry 1.
        kind: what it is about.
        payload: what it holds.
    """

    number: int
    kind: Kind
    payload: bytes


class Reader:
    """An open recording.

    Attributes:
        header: what is to be known before it is run again.
        cut: whether the file ends within an entry; known at its end.

    Args:
        path: the file.

    Raises:
        RecordingError: it is no recording, damaged at its beginning, or of another version.
        SidemanError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.cut = False
        self._path = path
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise SidemanError(
                f"{path} cannot be read: {error.strerror or error}.",
                "Give the file that `sideman serve --record DIR` wrote into DIR.",
            ) from error
        try:
            self._check_magic()
            self._entries = self._read()
            self.header = self._read_header()
        except BaseException:
            self._file.close()
            raise

    def __iter__(self) -> Iterator[Entry]:
        """All entries behind the header, once.

        Raises:
            RecordingError: the file is damaged at that place. An entry that is not whole at the
                file's end is no damage: there the server was killed, or the disk full.
        """
        return self._entries

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_magic(self) -> None:
        found = self._file.readline(64)
        if found == MAGIC:
            return
        if found.startswith(LETTERS) and found.endswith(b"\n"):
            version = found[len(LETTERS) : -1].decode("ascii", "replace")
            raise RecordingError(
                f"{self._path} is a recording of version {version}; this sideman reads version "
                f"{MAGIC[len(LETTERS) : -1].decode()}.",
                "Run it with the sideman that made it.",
            )
        if MAGIC.startswith(found):
            raise RecordingError(
                f"{self._path} ends before anything was recorded.",
                "The server was killed at once, or the disk was full.",
            )
        raise RecordingError(
            f"{self._path} is no recording.",
            "Give a file that `sideman serve --record DIR` wrote into DIR.",
        )

    def _read_header(self) -> dict[str, Any]:
        entry = next(self._entries, None)
        if entry is None:
            raise RecordingError(
                f"{self._path} ends before anything was recorded.",
                "The server was killed at once, or the disk was full.",
            )
        header: Any = None
        if entry.kind is Kind.HEADER:
            try:
                header = json.loads(entry.payload)
            except (ValueError, RecursionError):
                header = None
        if not isinstance(header, dict):
            raise self._damaged(1, "it does not say what was recorded")
        return header

    def _read(self) -> Iterator[Entry]:
        number = 0
        while head := self._file.read(HEAD.size):
            number += 1
            if len(head) < HEAD.size:
                break
            size, crc = HEAD.unpack(head)
            if not 1 <= size <= MOST_BYTES:
                raise self._damaged(number, f"a size of {size} bytes")
            body = self._file.read(size)
            if len(body) < size:
                break
            if zlib.crc32(body) != crc:
                raise self._damaged(number, "its check sum is another one")
            try:
                kind = Kind(body[0])
            except ValueError:
                raise self._damaged(number, f"kind {body[0]} is unknown") from None
            if not fits(kind, body[1:]):
                raise self._damaged(number, f"none of its kind, {kind.name}, has {size} bytes")
            yield Entry(number, kind, body[1:])
        else:
            return
        self.cut = True

    def _damaged(self, number: int, why: str) -> RecordingError:
        return RecordingError(
            f"{self._path} is damaged at entry {number}: {why}.",
            "Copy it anew from where it was made; what stands before can be run again.",
        )


def text_of(header: dict[str, Any], *names: str) -> str:
    """A text in the header, by the names that lead to it; empty where there is none."""
    value: Any = header
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def whole_of(header: dict[str, Any], *names: str) -> int | None:
    """A whole number in the header; None where there is none."""
    value: Any = header
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def finite(seconds: float) -> float:
    """A time.

    Raises:
        RecordingError: it is none.
    """
    if not math.isfinite(seconds):
        raise RecordingError(f"The recording holds {seconds} for a time.")
    return seconds
