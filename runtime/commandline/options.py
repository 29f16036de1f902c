"""Options that several commands share, so that they mean and say the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sideman.engine.errors import SidemanError
from sideman.runtime.playing.encode_choice import Encode

StepOption = Annotated[float, typer.Option("--r", help="Step as a fraction of the window.")]
RegimeOption = Annotated[
    int, typer.Option("--w", min=-1, max=1, help="-1 retrospective, 0 immediate, 1 ahead.")
]
FadeOption = Annotated[float, typer.Option("--fade", help="Cross-fade, as a fraction of a second.")]
StemsOption = Annotated[
    str | None,
    typer.Option("--stems", help="Stems to generate, separated by commas.", show_default="bass"),
]
SeedOption = Annotated[int | None, typer.Option(help="Of the noise, to repeat a session.")]
DemoOrBundle = Annotated[
    Path | None,
    typer.Argument(
        metavar="BUNDLE", help="Folder of the bundle; without it the demo's own is used."
    ),
]
BundleNameOption = Annotated[
    str,
    typer.Option(
        "--bundle",
        metavar="NAME",
        help="With --server: which of its bundles plays, by its name, where several play behind "
        "one address. A name that is not among them ends it with those that are.",
        show_default="its first or only one",
    ),
]
AllowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="HOST",
        help="A host or network (192.168.1.0/24) that may speak; needed beyond loopback.",
    ),
]
PackageOption = Annotated[
    int | None,
    typer.Option(
        "--package",
        min=128,
        max=13_095,
        help="Samples in one datagram, both ways.",
        show_default="4410, or the most that passes here",
    ),
]
EvaluationsOption = Annotated[
    int | None,
    typer.Option(
        "--evaluations",
        min=1,
        max=1_000,
        help="Evaluations of a consistency model in a cycle: fewer are faster, and answer "
        "differently.",
        show_default="the bundle's own",
    ),
]
EncodeOption = Annotated[
    Encode,
    typer.Option(
        "--encode",
        help="Which columns of the window are encoded in a cycle: whole, known (those that are not "
        "hidden from the model) or new (those seen for the first time). Fewer are faster, and the "
        "answer differs. On a CPU.",
    ),
]
TraceOption = Annotated[
    Path | None,
    typer.Option(
        "--trace",
        metavar="FILE.json",
        help="Write every cycle's spans here, for ui.perfetto.dev or chrome://tracing.",
    ),
]
KeepWarmOption = Annotated[
    float | None,
    typer.Option(
        "--keep-warm",
        min=1,
        metavar="MS",
        help="Give the GPU a little work whenever it has waited this long.",
        show_default="never",
    ),
]


def split_names(text: str | None) -> tuple[str, ...] | None:
    """Names that stand in one option, separated by commas; None where it was not given."""
    return None if text is None else tuple(name.strip() for name in text.split(","))


def split_stems(text: str | None) -> tuple[str, ...] | None:
    """As `split_names`, of `--stems`.

    Raises:
        SidemanError: a stem stands there twice.
    """
    names = split_names(text)
    twice = sorted({name for name in names or () if name and (names or ()).count(name) > 1})
    if twice:
        raise SidemanError(f"--stems names {', '.join(twice)} more than once.", "Once is enough.")
    return names


def check_folder(option: str, file: Path | None) -> None:
    """Refuse a file whose folder is missing, before the work rather than after it.

    Args:
        option: as the user wrote it, for the message.
        file: to be written at the end; None where it was not asked for.

    Raises:
        SidemanError: there is no such folder.
    """
    if file is not None and not file.parent.is_dir():
        raise SidemanError(f"{option} {file}: there is no folder {file.parent}.", "Make it first.")


def check_bundle_name(name: str, server: str | None) -> None:
    """Refuse a name where no server is asked for it.

    Args:
        name: as `--bundle` has it.
        server: as `--server` has it.

    Raises:
        SidemanError: there is no such server.
    """
    if name and server is None:
        raise SidemanError(
            "--bundle names one of those that play behind --server, which is not there.",
            "Add --server HOST:PORT, or give the bundle's folder as the argument BUNDLE.",
        )
