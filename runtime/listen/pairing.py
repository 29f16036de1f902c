"""Which player of an earlier page is whose counterpart, and what differs between the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sideman.runtime.listen.sounds import LOSSY

Player = Mapping[str, Any]


def counterparts(ours: Sequence[Player], theirs: Sequence[Player]) -> dict[str, Player]:
    """The earlier player of every one that has one, by id.

    A bundle keeps its name when its precision is lowered, and what a player is called depends on
    who else is on its page. So the same bundle name, precision and backend come first, then the
    bundle name alone; where neither page has more than one player, those two are compared.

    Args:
        ours: players of the new page's record.
        theirs: of the earlier one's; one may be the counterpart of several.
    """
    alone = len(ours) == len(theirs) == 1
    found = {}
    for player in ours:
        alike = [each for each in theirs if alone or each["bundle"] == player["bundle"]]
        if alike:
            found[player["id"]] = max(alike, key=lambda each: _likeness(each, player))
    return found


def _likeness(one: Player, other: Player) -> tuple[bool, ...]:
    same = {name: one[name] == other[name] for name in ("precision", "backend", "digest", "name")}
    return (
        same["precision"] and same["backend"],
        same["digest"],
        same["name"],
        same["backend"],
        same["precision"],
    )


def change(before: Player, after: Player) -> str:
    """What differs between two players, "mine, fp32 → mine, int8"; empty where nothing does.

    Args:
        before: of the earlier page's record, with "runs_on" of the cell.
        after: likewise, of the new one's.
    """
    told = [name for name in ("precision", "backend") if before[name] != after[name]]
    if not told and before["runs_on"] != after["runs_on"]:
        told = ["runs_on"]
    was, now = (", ".join([each["bundle"], *(each[n] for n in told)]) for each in (before, after))
    if was == now:
        return "" if before["digest"] == after["digest"] else f"{was} → {now}, other files"
    return f"{was} → {now}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What was asked for otherwise, one plain sentence each: it changes figures, too.

    Args:
        before: the earlier page's record.
        after: the new one's.
    """
    said = []
    for name, title in (("seed", "The noise's seed"), ("version", "The version of sideman")):
        if before[name] != after[name]:
            said.append(f"{title} was {before[name]} there and is {after[name]} here.")
    settings = {each["id"]: each["settings"] for each in before["regimes"]}
    unlike: dict[tuple[str, str], list[str]] = {}
    for each in after["regimes"]:
        was = settings.get(each["id"], each["settings"])
        if was != each["settings"]:
            both = _options(was), _options(each["settings"])
            unlike.setdefault(both, []).append(each["name"])
    for (was, now), names in unlike.items():
        said.append(f"{', '.join(names)}: played with {was} there and {now} here.")
    lossy = [_lossy(each["cells"]) for each in (before, after)]
    if lossy[0] != lossy[1]:
        where = "that" if lossy[0] else "this"
        said.append(f"The sounds of {where} page are Opus, which loses a little.")
    return said


def _options(settings: Mapping[str, Any]) -> str:
    return " ".join(f"--{name} {value:g}" for name, value in settings.items())


def _lossy(cells: Iterable[Mapping[str, Any]]) -> bool:
    return any(Path(cell["sound"]["file"]).suffix[1:] in LOSSY for cell in cells)
