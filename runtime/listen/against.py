"""An earlier page beside a new one: the same cells, and what changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sideman.engine.errors import SidemanError
from sideman.runtime.listen.sounds import FOLDER, write_script
from sideman.runtime.listen.store import read_record


class Earlier:
    """A page that was made before.

    Players are paired by their names; where neither page has more than one, those two are, whatever
    they are called. Rows are paired by their instrument and what it is played to, to the sample.

    Args:
        folder: of the page.

    Raises:
        SidemanError: it holds no page.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._record = read_record(folder)

    def check(self, out: Path) -> None:
        """Refuse the new page's own folder.

        Raises:
            SidemanError: it is the same.
        """
        if out.exists() and out.resolve() == self._folder.resolve():
            raise SidemanError(
                "--against and --out name the same folder.", "Write the new page into another one."
            )

    def pair(self, record: dict[str, Any], out: Path) -> None:
        """Add to every cell of a record what the earlier page has in its place, and copy its sound.

        Args:
            record: of the new page; each paired cell gets "earlier": the player's name, figures,
                sound, and cycles with what `live.busy` wants. "against" tells the earlier page and
                what could not be paired.
            out: the new page's folder.

        Raises:
            OSError: a sound cannot be copied.
        """
        ours = {player["id"]: player["name"] for player in record["players"]}
        theirs = {player["id"]: player["name"] for player in self._record["players"]}
        alone = len(ours) == len(theirs) == 1
        rows = {row["id"]: row for row in self._record["rows"]}
        there = {}
        for cell in self._record["cells"]:
            row = rows[cell["row"]]
            name = "" if alone else theirs[cell["player"]]
            there[row["stem"], row["digest"], name, cell["regime"]] = cell
        new = {row["id"]: row for row in record["rows"]}
        paired = 0
        for cell in record["cells"]:
            row = new[cell["row"]]
            name = "" if alone else ours[cell["player"]]
            other = there.get((row["stem"], row["digest"], name, cell["regime"]))
            if other is None:
                continue
            paired += 1
            cell["earlier"] = {
                "name": theirs[other["player"]],
                "figures": other["figures"],
                **{key: other.get(key) for key in ("cycles", "worked", "waited", "backend")},
                "mix_peak": other["mix_peak"],
                "sound": self._copy(other["sound"], out),
            }
        record["against"] = {
            "folder": self._folder.name or str(self._folder.resolve().name),
            "made": self._record["made"],
            "processor": self._record["machine"]["processor"],
            "paired": paired,
            "there": len(self._record["cells"]),
        }

    def _copy(self, sound: dict[str, Any], out: Path) -> dict[str, Any]:
        """Copy a sound under a name of its own, once."""
        name = f"earlier-{sound['name']}"
        file = out / FOLDER / f"{name}{Path(sound['file']).suffix}"
        copied = {
            **sound,
            "name": name,
            "file": f"{FOLDER}/{file.name}",
            "image": f"{FOLDER}/{name}.png",
        }
        if not all((out / each).is_file() for each in (copied["file"], copied["image"])):
            for old, new in ((sound["file"], file), (sound["image"], out / copied["image"])):
                try:
                    shutil.copyfile(self._folder / old, new)
                except FileNotFoundError as error:
                    raise SidemanError(
                        f"{self._folder} lacks {old}, which its record names.",
                        "Make that page again, or leave out --against.",
                    ) from error
            write_script(file, name)
        return copied
