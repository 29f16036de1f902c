"""A page from its options to its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import SidemanError
from sideman.runtime.commandline.options import split_stems
from sideman.runtime.listen import demonstration
from sideman.runtime.listen.against import Earlier
from sideman.runtime.listen.plan import Plan, make_plan
from sideman.runtime.listen.players import Player, find_players, parse_backends
from sideman.runtime.listen.regimes import Regime, parse_leads, parse_regimes
from sideman.runtime.listen.run import run
from sideman.runtime.listen.store import PAGE, Store
from sideman.runtime.listen.takes import Section, Take, read_take
from sideman.runtime.rehearse.output import make_folder

Say = Callable[[str], None]

#: What the published page shows.
REGIMES = "-1,0,1"
#: Folder in the page's folder for what the demonstration makes and this machine alone needs.
_MADE = "demonstration"


@dataclass(frozen=True)
class Request:
    """Options of `sideman listen`.

    Attributes:
        bundles: their folders; none takes the demonstration's.
        inputs: one folder or files; none takes the demonstration's music.
        out: the page's folder.
        regimes: as written; None takes `REGIMES` where no leads are given.
        leads: as written.
        columns: of a step, with leads.
        stems: as written; "all" takes all.
        start: seconds into the files.
        seconds: length; None takes 30, or the demonstration's own.
        backends: as written; none takes the usual one.
        threads: inside an operator.
        device: index of the GPU.
        r: step as a fraction of the window, with regimes.
        fade: seconds, with regimes.
        seed: of the noise.
        audio: a key of `sounds.FORMATS`.
        earlier: page to compare with.
        force: whether sounds of `out` that are not asked for may be removed.
    """

    bundles: tuple[Path, ...] = ()
    inputs: tuple[Path, ...] = ()
    out: Path = Path("listening")
    regimes: str | None = None
    leads: str | None = None
    columns: int = 4
    stems: str | None = "all"
    start: float = 0.0
    seconds: float | None = None
    backends: tuple[str, ...] = ()
    threads: int | None = None
    device: int = 0
    r: float = 0.25
    fade: float = 0.02
    seed: int = 0
    audio: str = "flac"
    earlier: Earlier | None = None
    force: bool = False


def make(request: Request, console: Console) -> bool:
    """Check everything, play what is missing, and write the page.

    Args:
        request: what is asked for.
        console: progress and sentences go there.

    Returns:
        Whether the page has everything that was asked for.

    Raises:
        SidemanError: something cannot be; all that is wrong with files is named before anything is
            computed.
        KeyboardInterrupt, SystemExit: passed on when what is finished is kept, and that is said.
    """
    plan = _plan(request, console)
    for take in plan.takes:
        for note in take.notes:
            console.print(note, markup=False)
    for note in plan.notes:
        console.print(note, markup=False)
    try:
        record = run(plan, request.audio, console, request.earlier)
    except (KeyboardInterrupt, SystemExit):
        console.print(
            f"Interrupted. What is finished is in {request.out / PAGE}; the same command goes on.",
            markup=False,
        )
        raise
    _tell(plan, record, console)
    return bool(len(record["cells"]) == record["wanted"])


def _plan(request: Request, console: Console) -> Plan:
    regimes = _regimes(request)
    choices = parse_backends(
        request.backends or (BackendChoice().name,), request.threads, request.device
    )
    if request.earlier is not None:
        request.earlier.check(request.out)
    store = Store(request.out)
    make_folder(request.out)
    say = _sayer(console)
    notes: list[str] = []
    bundles = list(request.bundles)
    if not bundles:
        bundles, said = demonstration.bundles(request.out / _MADE, say)
        notes += said
    players = find_players(bundles, choices)
    for regime in regimes:
        regime.geometry(players[0].manifest.grid)
    takes = _takes(request, players, say, notes)
    wanted = None if request.stems in (None, "all") else split_stems(request.stems)
    plan = make_plan(request.out, takes, players, regimes, wanted, request.seed, notes)
    _refuse_loss(store, plan, request)
    return plan


def _regimes(request: Request) -> tuple[Regime, ...]:
    if request.leads is not None:
        return parse_leads(request.leads, request.columns)
    return parse_regimes(request.regimes or REGIMES, request.r, request.fade)


def _takes(request: Request, players: list[Player], say: Say, notes: list[str]) -> list[Take]:
    grid = players[0].manifest.grid
    stems = list(dict.fromkeys(stem for player in players for stem in player.manifest.stems))
    lead_in = grid.window_samples / grid.sample_rate
    if request.inputs:
        section = Section(request.start, request.seconds or Section.seconds, lead_in)
        return [read_take(request.inputs, grid.sample_rate, stems, section)]
    asked = None
    if request.start or request.seconds is not None:
        asked = Section(request.start, request.seconds or Section.seconds, lead_in)
    takes, said = demonstration.takes(request.out / _MADE, grid.sample_rate, stems, asked, say)
    notes += said
    return takes


def _refuse_loss(store: Store, plan: Plan, request: Request) -> None:
    """Refuse to remove what another command has computed into the same folder."""
    lost = store.cells.keys() - {cell.key for cell in plan.cells}
    if lost and not request.force:
        raise SidemanError(
            f"{request.out} holds {len(lost)} sounds that this command does not ask for: they were "
            "made with other bundles, music or options.",
            "Choose another folder with --out, or remove them with --force.",
        )


def _sayer(console: Console) -> Say:
    def say(text: str) -> None:
        console.print(text, markup=False)

    return say


def _tell(plan: Plan, record: dict[str, Any], console: Console) -> None:
    size = sum(file.stat().st_size for file in plan.out.rglob("*") if file.is_file())
    for fault in record.get("faults", ()):
        console.print(fault, markup=False)
    console.print(
        f"{plan.out / PAGE}: {len(record['cells'])} of {record['wanted']} sounds, "
        f"{size / 1e6:,.0f} MB. Open it in a browser.",
        markup=False,
    )
