"""What a page's folder keeps: every cell that is finished, and a record of all.

The record is a JSON file beside the page. A cell is found again by its key, which changes with
everything that its sound depends on, so the same command goes on where it stopped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sideman.engine.disk import naming_a_full_disk
from sideman.engine.errors import SidemanError
from sideman.engine.files import write_whole
from sideman.runtime.listen.sounds import FOLDER, files_of

#: The record, and the page itself.
RECORD, PAGE = "listen.json", "index.html"
#: Version of the record's layout.
FORMAT = 2
#: As this version names files.
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")


def read_record(folder: Path) -> dict[str, Any]:
    """A page's record.

    Raises:
        SidemanError: there is none, or none that this version reads.
    """
    file = folder / RECORD
    if not file.is_file():
        raise SidemanError(
            f"{folder} holds no page of `sideman listen`: it has no {RECORD}.",
            "Name a folder that --out wrote.",
        )
    try:
        record: Any = json.loads(file.read_text("utf-8"))
        if record["format"] != FORMAT:
            raise SidemanError(
                f"{file} is of format {record['format']!r}, and this version reads {FORMAT}.",
                "Make the page again, in another folder.",
            )
        # What everything else relies on; a record that was cut or edited fails here.
        for name in ("takes", "rows", "players", "regimes", "cells"):
            for each in record[name]:
                each.get("id")
        for cell in record["cells"]:
            numbers = (cell["mix_peak"], *cell["cycles"], *cell["figures"].values())
            _check_numbers(*numbers, *(row["mix_peak"] for row in record["rows"]))
            _check_numbers(cell["worked"], cell.get("waited") or 0)
            for name in ("runs_on", "made", "version"):
                _check_text(cell[name])
            _check_text(cell["setting"]["processor"])
        for player in record["players"]:
            for name in ("name", "bundle", "digest", "precision", "backend"):
                _check_text(player[name])
        for regime in record["regimes"]:
            _check_numbers(*regime["settings"].values())
        for sound in sounds_of(record):
            _check_inside(sound, file)
            _check_numbers(sound["seconds"], sound["gain"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SidemanError(
            f"{file} cannot be read: {type(error).__name__}: {error}.",
            "Make the page again, in another folder.",
        ) from error
    found: dict[str, Any] = record
    return found


def _check_numbers(*values: Any) -> None:
    for value in values:
        if not isinstance(value, int | float):
            raise TypeError(f"{value!r} is no number")


def _check_text(value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")


def _check_inside(sound: dict[str, Any], file: Path) -> None:
    """Refuse names that would lead out of the folder: a record may come from anybody."""
    for name in files_of(sound):
        folder, _, rest = str(name).partition("/")
        if folder != FOLDER or not _FILE_NAME.match(rest):
            raise SidemanError(
                f"{file} names {name!r}, which is no file of a page.", "Make the page again."
            )


def sounds_of(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every sound of a record."""
    found = [sound for row in record["rows"] for sound in (row["context"], row["truth"]) if sound]
    found += [cell["sound"] for cell in record["cells"]]
    found += [cell["earlier"]["sound"] for cell in record["cells"] if cell.get("earlier")]
    return found


class Store:
    """The folder of a page.

    Attributes:
        cells: what the record keeps of finished cells, by key.

    Args:
        folder: of the page; it need not be there yet.

    Raises:
        SidemanError: a record is there that cannot be read, or another program's page.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cells: dict[str, dict[str, Any]] = {}
        self._before: dict[str, Any] = {"rows": [], "cells": []}
        if (folder / RECORD).exists():
            self._before = read_record(folder)
            for cell in self._before["cells"]:
                if all((folder / name).is_file() for name in files_of(cell["sound"])):
                    self.cells[cell["key"]] = cell
        elif (folder / PAGE).exists():
            raise SidemanError(
                f"{folder} holds an {PAGE} that `sideman listen` did not write.",
                "Choose another folder with --out.",
            )

    def row_sound(self, name: str) -> dict[str, Any] | None:
        """A context or a ground truth that an earlier run has written, if its files are there."""
        for row in self._before["rows"]:
            for sound in (row["context"], row["truth"]):
                if sound and sound["name"] == name:
                    whole = all((self.folder / file).is_file() for file in files_of(sound))
                    return dict(sound) if whole else None
        return None

    def keep(self, cell: dict[str, Any]) -> None:
        """Take note of a cell whose files are written."""
        self.cells[cell["key"]] = cell

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Write the record, whole or not at all.

        Raises:
            SidemanError: the disk is full.
            OSError: it cannot be written.
        """
        with naming_a_full_disk():
            write_whole(self.folder / RECORD, json.dumps(record, indent=1) + "\n")

    def sweep(self, record: Mapping[str, Any]) -> None:
        """Remove what an earlier record of this folder named and this one does not."""
        kept = {name for sound in sounds_of(record) for name in files_of(sound)}
        for sound in sounds_of(self._before):
            for name in files_of(sound):
                if name not in kept:
                    (self.folder / name).unlink(missing_ok=True)
