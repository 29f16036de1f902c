"""An earlier page beside a new one: the same cells, and what changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sideman.engine.errors import SidemanError
from sideman.runtime.listen.live import busy
from sideman.runtime.listen.pairing import change, counterparts, differences
from sideman.runtime.listen.sounds import FOLDER, write_script
from sideman.runtime.listen.store import read_record


class Earlier:
    """A page that was made before.

    Players are paired as `counterparts` says; rows by their instrument and what it is played to, to
    the sample.

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
            record: of the new page; each paired cell gets "earlier": the player's name, what
                changed of it, figures, sound, cycles, and whether those were disturbed. "against"
                tells the earlier page, what was asked for otherwise, and how many have no
                counterpart.
            out: the new page's folder.

        Raises:
            OSError: a sound cannot be copied.
        """
        before = self._record
        partners = counterparts(record["players"], before["players"])
        ours = {player["id"]: player for player in record["players"]}
        rows = {row["id"]: row for row in before["rows"]}
        there = {}
        for cell in before["cells"]:
            row = rows[cell["row"]]
            there[row["stem"], row["digest"], cell["player"], cell["regime"]] = cell
        new = {row["id"]: row for row in record["rows"]}
        used = set()
        for cell in record["cells"]:
            row, theirs = new[cell["row"]], partners.get(cell["player"])
            if theirs is None:
                continue
            other = there.get((row["stem"], row["digest"], theirs["id"], cell["regime"]))
            if other is None:
                continue
            used.add(other["key"])
            own = [each for each in before["cells"] if each["player"] == theirs["id"]]
            cell["earlier"] = {
                "name": theirs["name"],
                "change": change(
                    {**theirs, "runs_on": other["runs_on"]},
                    {**ours[cell["player"]], "runs_on": cell["runs_on"]},
                ),
                "disturbed": busy(other, own),
                **{key: other[key] for key in ("figures", "cycles", "mix_peak")},
                "sound": self._copy(other["sound"], out),
            }
        paired = sum("earlier" in cell for cell in record["cells"])
        record["against"] = {
            "folder": self._folder.name or str(self._folder.resolve().name),
            "made": before["made"],
            "processor": before["machine"]["processor"],
            "differences": differences(before, record),
            "paired": paired,
            "new": len(record["cells"]) - paired,
            "lost": len(before["cells"]) - len(used),
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
