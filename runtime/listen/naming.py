"""Which instrument a file holds, as far as its name says; and what is told of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sideman.engine.errors import SidemanError
from sideman.runtime.listen.faults import Faults

#: Endings of the files of a folder that are read.
ENDINGS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff")
#: Endings of sound files that are not: a folder that holds them is told of them.
UNREAD = (".m4a", ".aac", ".wma", ".mp4", ".caf", ".alac", ".ape", ".wv", ".ac3", ".amr", ".mka")
#: Names of files that hold the sum of the others, if there are stems beside them.
_SUMS = ("mix", "mixture", "full_mix", "fullmix", "full-mix", "master")


def find_files(inputs: Sequence[Path], notes: list[str]) -> list[Path]:
    """The files that `--input` names, or those of its folder.

    Args:
        inputs: one folder, or files.
        notes: gets a sentence if the folder holds sound files that are not read.

    Raises:
        SidemanError: a folder and more beside it, or a folder without a sound file.
    """
    folders = [path for path in inputs if path.is_dir()]
    if not folders:
        return list(inputs)
    if len(inputs) > 1:
        raise SidemanError(
            f"--input names {folders[0]}, which is a folder, and more beside it.",
            "Name one folder, or files.",
        )
    there = sorted(file for file in folders[0].iterdir() if file.is_file())
    found = [file for file in there if file.suffix.lower() in ENDINGS]
    unread = ", ".join(file.name for file in there if file.suffix.lower() in UNREAD)
    if unread:
        unread = f"{unread}: not read, for files of this kind cannot be. Convert to WAV or FLAC."
    if not found:
        deeper = sorted(
            {file.parent for file in folders[0].glob("*/*") if file.suffix.lower() in ENDINGS}
        )
        raise SidemanError(
            f"There is no sound file in {folders[0]}." + (f" {unread}" if unread else ""),
            f"Give {' or '.join(map(str, deeper[:3]))}: there are some."
            if deeper
            else f"Put files there that end in {', '.join(ENDINGS)}, named after stems.",
        )
    if unread:
        notes.append(unread)
    return found


def assign(files: list[Path], stems: Sequence[str], notes: list[str]) -> dict[Path, str | None]:
    """The stem that each file is named after; None for a file that is context for all.

    Args:
        files: that are read; those that hold the sum of the others are removed.
        stems: names of all stems that the bundles have.
        notes: gets a sentence on what each file was taken as, and on names that leave doubts.

    Raises:
        SidemanError: two are of the same stem.
    """
    names = {stem.casefold(): stem for stem in stems}
    own = {file: names.get(file.stem.casefold()) for file in files}
    if any(own.values()):
        for file in [f for f in files if own[f] is None and f.stem.casefold() in _SUMS]:
            notes.append(f"{file.name} is left out: its name says that it holds the stems' sum.")
            files.remove(file)
            del own[file]
    _refuse_twins(own)
    notes.insert(
        0, " ".join(f"{file.name}: {stem or 'context for all'}." for file, stem in own.items())
    )
    for file, stem in own.items():
        if stem is None:
            name = file.stem.casefold()
            notes += [_doubt(file, each) for each in stems if each.casefold() in name]
    return own


def _doubt(file: Path, stem: str) -> str:
    return (
        f"{file.name} is heard by {stem}, too. If it holds the {stem} itself, name it "
        f"{stem}{file.suffix}: then it is the ground truth, and left out of what {stem} hears."
    )


def _refuse_twins(own: Mapping[Path, str | None]) -> None:
    faults = Faults("stems are there twice")
    for stem in dict.fromkeys(name for name in own.values() if name):
        same = [str(file) for file in own if own[file] == stem]
        if len(same) > 1:
            faults.add(
                SidemanError(
                    f"{' and '.join(same)} are both named after the stem {stem}.",
                    "Take one of them away: a stem has one ground truth.",
                )
            )
    faults.raise_all()
