"""One replay from its options to its last line."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from rich.console import Console

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.errors import SidemanError
from sideman.engine.loading.registry import check_choice
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from sideman.runtime.recording.format import RecordingError
from sideman.runtime.recording.header import differences, recorded_choice, recorded_shortcuts
from sideman.runtime.recording.reader import Reader, text_of, whole_of
from sideman.runtime.replay.outcome import Outcome
from sideman.runtime.replay.run import run_again
from sideman.runtime.replay.sounds import Sounds

#: Backend, threads, precision, device; None for the recording's own.
Chosen = tuple[str | None, int | None, str | None, int | None]


def replay_file(
    path: Path,
    bundle: Path,
    chosen: Chosen = (None, None, None, None),
    *,
    pace: float = 0.0,
    out: Path | None = None,
    verbose: bool = False,
    console: Console | None = None,
) -> bool:
    """Run a recording again and print what came of it.

    Args:
        path: the recording.
        bundle: the model's folder.
        chosen: what is to run the stages.
        pace: how many times as fast as it was; 0 for as fast as possible.
        out: where sound files go, if anywhere.
        verbose: whether the server's log is shown.
        console: to print on.

    Returns:
        Whether everything came out the same.

    Raises:
        SidemanError: the recording or the bundle cannot be read, or sound cannot be written.
    """
    console = console or Console(highlight=False, soft_wrap=True)
    if not bundle.is_dir():
        raise SidemanError(f"{bundle} is no folder.", "Give the bundle that was served.")
    opened = Bundle.open(bundle, check=False)  # of a folder that is none, nothing is to be run
    with Reader(path) as recording:
        choice = _choice(recorded_choice(recording.header), chosen)
        check_choice(choice)
        noise = _noise(recording)
        _announce(recording, console)
        differing = differences(recording.header, bundle, choice)
        for line in differing:
            console.print(f"  {line}", markup=False)
        shortcuts = recorded_shortcuts(recording.header)
        shortcuts.check(opened.manifest, choice.name)
        for line in shortcuts.notes(opened.manifest):
            console.print(f"  {line}", markup=False)
        exact = recording.header.get("exact_mask") is True
        sounds = None if out is None else Sounds(out)
        begun = perf_counter()
        with _log(verbose):
            outcome = run_again(
                recording,
                lambda: Session.open(bundle, backend=choice, noise=noise, shortcuts=shortcuts),
                beside(multi_track(exact_mask=exact), exact_mask=exact, any_bundle=True),
                bundle,
                pace=pace,
                sounds=sounds,
            )
        _tell(outcome, recording, console, perf_counter() - begun, differing=bool(differing))
    if sounds is not None:
        sounds.close()
        console.print(f"Wrote {out}.", markup=False)
    return outcome.whole


def _choice(recorded: BackendChoice, chosen: Chosen) -> BackendChoice:
    """The recorded choice, but for what is wanted otherwise."""
    backend, threads, precision, device = chosen
    choice = recorded
    if backend is not None and backend != recorded.name:
        # The rest was said of another backend.
        choice = BackendChoice(backend)
    if threads is not None:
        choice = replace(choice, threads=threads)
    if precision is not None:
        choice = replace(choice, precision=precision)
    return choice if device is None else replace(choice, device=device)


def _noise(recording: Reader) -> GaussianNoise:
    seed = whole_of(recording.header, "seed")
    if seed is None or seed < 0:
        raise RecordingError("The recording names no seed.", "It cannot be run again.")
    return GaussianNoise(seed, restarts=recording.header.get("restarts") is not False)


def _announce(recording: Reader, console: Console) -> None:
    header = recording.header
    name, made = text_of(header, "bundle", "name"), text_of(header, "made")
    console.print(f"Recorded {made} with {name}.", markup=False)


def _tell(
    outcome: Outcome, recording: Reader, console: Console, seconds: float, *, differing: bool
) -> None:
    """The figures, and in the last line what they come to."""
    ratio = f", {outcome.seconds / seconds:.1f} times as fast" if seconds > 0 else ""
    if outcome.heard:
        console.print(
            f"{outcome.seconds:.1f} s of playing in {seconds:.1f} s{ratio}; "
            f"{outcome.heard} steps heard, {outcome.answers} answered."
        )
    for digest in dict.fromkeys(outcome.bundles):
        console.print(f"It was recorded with another bundle: manifest {digest or 'unknown'}.")
    if outcome.damage:
        console.print(outcome.damage, markup=False)
    elif recording.cut or not (outcome.ended or outcome.stopped):
        console.print(
            "The recording ends before the server did: it was killed, or recording had to stop."
        )
    if outcome.first:
        console.print(outcome.first, markup=False)
        if outcome.stopped and outcome.stopped != outcome.first:
            console.print(outcome.stopped, markup=False)
        if differing:
            console.print("What is not as it was then, above, may be the reason.")
    console.print(last_line(outcome))


def last_line(outcome: Outcome) -> str:
    """What all of it comes to: no success of the whole where only a part was run."""
    said = f"{outcome.same} of {outcome.answers} steps the same"
    if outcome.damage or outcome.stopped:
        where = "before the damage" if outcome.damage else "up to there"
        return f"{said} {where}; the rest was not run."
    if not outcome.answers:
        return "No step was answered in it." if outcome.heard else "Nothing was played in it."
    return f"{said}."


@contextmanager
def _log(verbose: bool) -> Iterator[None]:
    """Show the server's log, or none of it."""
    root, own = logging.getLogger(), logging.getLogger("sideman")
    handler = logging.StreamHandler() if verbose else logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(levelname)-7s %(message)s"))
    before = own.level
    root.addHandler(handler)
    if verbose:
        own.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        own.setLevel(before)
