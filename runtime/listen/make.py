"""A page from its options to its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import SidemanError
from sideman.runtime.commandline.options import split_stems
from sideman.runtime.listen import demonstration
from sideman.runtime.listen.against import Earlier
from sideman.runtime.listen.faults import Faults
from sideman.runtime.listen.plan import Plan, make_plan
from sideman.runtime.listen.players import Player, find_players, parse_backends
from sideman.runtime.listen.regimes import Regime, parse_leads, parse_regimes
from sideman.runtime.listen.run import run
from sideman.runtime.listen.sounds import check_kind
from sideman.runtime.listen.store import PAGE, Store
from sideman.runtime.listen.takes import Section, Take, read_take
from sideman.runtime.multi_track.parameters import PUBLISHED_STEMS
from sideman.runtime.playing.geometry import DEFAULT_FADE, DEFAULT_R
from sideman.runtime.rehearse.demo import demo_bundle
from sideman.runtime.rehearse.output import make_folder

Say = Callable[[str], None]

#: What the published page shows.
REGIMES = "-1,0,1"
#: As the native protocol's clients step, unless they are told otherwise.
COLUMNS = 4
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
        columns: of a step, with leads; None takes `COLUMNS`.
        stems: as written; "all" takes all.
        start: seconds into the files.
        seconds: length; None takes 30, or the demonstration's own.
        backends: as written; none takes the usual one.
        threads: inside an operator.
        device: index of the GPU.
        r: step as a fraction of the window, with regimes; None takes the usual one.
        fade: seconds, with regimes; None takes the usual one.
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
    columns: int | None = None
    stems: str | None = "all"
    start: float = 0.0
    seconds: float | None = None
    backends: tuple[str, ...] = ()
    threads: int | None = None
    device: int = 0
    r: float | None = None
    fade: float | None = None
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
    try:
        plan = _plan(request, console)
        for note in [note for take in plan.takes for note in take.notes] + list(plan.notes):
            console.print(note, markup=False)
        record = run(plan, request.audio, console, request.earlier)
    except (KeyboardInterrupt, SystemExit):
        page = request.out / PAGE
        console.print(
            f"Interrupted. What is finished is in {page}; the same command goes on."
            if page.is_file()
            else "Interrupted before there was a page; the same command begins again.",
            markup=False,
        )
        raise
    _tell(plan, record, console)
    return bool(len(record["cells"]) == record["wanted"] and not record["faults"])


def _plan(request: Request, console: Console) -> Plan:
    regimes = _regimes(request)
    choices = parse_backends(
        request.backends or (BackendChoice().name,), request.threads, request.device
    )
    if request.earlier is not None:
        request.earlier.check(request.out)
    check_kind(request.audio)
    store = Store(request.out)
    players = _players(request, choices)
    for regime in regimes:
        regime.geometry(players[0].manifest.grid)
    make_folder(request.out)
    say = _sayer(console)
    takes, notes = _takes(request, players, say)
    wanted = None if request.stems in (None, "all") else split_stems(request.stems)
    plan = make_plan(request.out, takes, players, regimes, wanted, request.seed, notes)
    if not request.bundles:
        # Only now: it takes minutes, and all else that is asked for has been found possible.
        bundles, said = demonstration.bundles(request.out / _MADE, say)
        players = find_players(bundles, choices)
        notes += said
        plan = make_plan(request.out, takes, players, regimes, wanted, request.seed, notes)
    _refuse_loss(store, plan, request)
    return plan


def _players(request: Request, choices: Sequence[BackendChoice]) -> list[Player]:
    """Who plays.

    Raises:
        SidemanError: bundles cannot be used; files that cannot be either are named with them.
    """
    faults = Faults("bundles and files cannot be used")
    players: list[Player] = []
    with faults.collect():
        players = find_players(request.bundles or (demo_bundle(),), choices)
    if faults and request.inputs:
        # No bundle says which rate and which stems there are: those of the published models.
        section = Section(request.start, request.seconds or Section.seconds)
        with faults.collect():
            read_take(request.inputs, LatentGrid.sample_rate, PUBLISHED_STEMS, section)
    faults.raise_all()
    return players


def _regimes(request: Request) -> tuple[Regime, ...]:
    """As they are asked for.

    Raises:
        SidemanError: a word that is no regime or lead, or an option that would change nothing.
    """
    if request.leads is None:
        if request.columns is not None:
            raise SidemanError(
                "--columns is the step of --leads, and none are given.",
                "With --regimes, --r is the step: a fraction of the window.",
            )
        r = DEFAULT_R if request.r is None else request.r
        fade = DEFAULT_FADE if request.fade is None else request.fade
        return parse_regimes(REGIMES if request.regimes is None else request.regimes, r, fade)
    for option in ("regimes", "r", "fade"):
        if getattr(request, option) is not None:
            raise SidemanError(
                f"--{option} and --leads exclude each other.",
                "Make a page of each."
                if option == "regimes"
                else "With --leads, --columns is the step, and the fade is the protocol's.",
            )
    return parse_leads(request.leads, COLUMNS if request.columns is None else request.columns)


def _takes(request: Request, players: Sequence[Player], say: Say) -> tuple[list[Take], list[str]]:
    """The music, and a sentence for each part of the demonstration's that cannot be made here."""
    grid = players[0].manifest.grid
    stems = list(dict.fromkeys(stem for player in players for stem in player.manifest.stems))
    lead_in = grid.window_samples / grid.sample_rate
    section = Section(request.start, request.seconds or Section.seconds, lead_in)
    if request.inputs:
        return [read_take(request.inputs, grid.sample_rate, stems, section)], []
    asked = section if request.start or request.seconds is not None else None
    return demonstration.takes(request.out / _MADE, grid.sample_rate, stems, asked, say)


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
    made = _size(plan.out / _MADE)
    size = _size(plan.out) - made
    for fault in record.get("faults", ()):
        console.print(fault, markup=False)
    if against := record.get("against"):
        console.print(
            f"{against['paired']} sounds are compared with those of {against['folder']}."
            if against["paired"]
            else f"No sound has a counterpart in {against['folder']}: instrument, regime, what is "
            "played to and the name of the bundle have to be the same.",
            markup=False,
        )
        for difference in against["differences"]:
            console.print(difference, markup=False)
    console.print(
        f"{plan.out / PAGE}: {len(record['cells'])} of {record['wanted']} sounds, "
        f"{size / 1e6:,.0f} MB. Open it in a browser.",
        markup=False,
    )
    if made:
        console.print(
            f"{plan.out / _MADE} holds what was made for it, {made / 1e6:,.0f} MB; only going on "
            "with the same command needs it.",
            markup=False,
        )


def _size(folder: Path) -> int:
    """Bytes of all files of a folder; none where it is not there."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
