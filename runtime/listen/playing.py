"""One stem of one take, played by a session without a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sideman.runtime.listen.regimes import Regime
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session
from sideman.runtime.rehearse.audio import Programme
from sideman.runtime.rehearse.offline import play_offline
from sideman.runtime.rehearse.timeline import Placement
from sideman.runtime.streaming.lane import Lane
from sideman.runtime.streaming.lane import Placement as ColumnPlacement
from sideman.runtime.system.waiting import Work

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Played:
    """What came of it.

    Attributes:
        sound: [samples], as many as the context, each at the time that the model made it for.
        cycles: seconds of every cycle.
        worked: seconds that processors worked for these cycles, all threads together.
        waited: seconds that the threads were ready to work meanwhile, and others had the processor;
            None where the system does not tell.

    Both are measured from the second cycle on, for warming up comes before the first, and are
    scaled to all.
    """

    sound: Samples
    cycles: tuple[float, ...]
    worked: float
    waited: float | None


def cycles_of(geometry: Geometry, samples: int) -> int:
    """How many cycles play a context of so many samples; its end is filled up with silence."""
    return -(-samples // geometry.step_samples)


def play(
    session: Session,
    regime: Regime,
    stem: str,
    context: Samples,
    on_cycle: Callable[[], None] = lambda: None,
) -> Played:
    """Play a stem along with a context, from silence on.

    Clients of the published server hear each reply up to a column and a half later than the place
    that it was made for. Here it stands where it was made for, so that regimes, leads and the
    ground truth can be compared at the same beat.

    Args:
        session: opened; it is reset, configured and warmed up here.
        regime: when it plays.
        stem: that the model has.
        context: float32 [samples].
        on_cycle: told of every cycle that is done.

    Raises:
        SidemanError: a stage failed or gave numbers that are not finite, or the geometry cannot be.
    """
    geometry = regime.geometry(session.grid)
    steps = cycles_of(geometry, len(context))
    padded = np.zeros(steps * geometry.step_samples, np.float32)
    padded[: len(context)] = context
    cycles: list[float] = []

    work = Work()

    def done(_: int) -> None:
        nonlocal work
        cycles.append(session.profile.last["cycle"])
        if len(cycles) == 1 < steps:
            work = Work()
        on_cycle()

    session.reset()
    if regime.w is None:
        sound = _by_columns(session, geometry, regime, stem, padded, done)
    else:
        placement = Placement.of(geometry, regime.w, steps)
        programme = Programme(padded, padded[np.newaxis], ())
        heard = play_offline(session, geometry, placement, programme, (stem,), done)
        sound = heard[stem][geometry.late_samples :]
    whole = np.zeros(len(context), np.float32)
    whole[: len(sound)] = sound[: len(context)]
    worked, waited = work.so_far()
    scale = steps / max(1, steps - 1)
    late = None if waited is None else scale * waited
    return Played(whole, tuple(cycles), scale * worked, late)


def _by_columns(
    session: Session,
    geometry: Geometry,
    regime: Regime,
    stem: str,
    context: Samples,
    done: Callable[[int], None],
) -> Samples:
    """What a client of the native protocol hears; [samples of the context]."""
    session.configure(geometry, (session.stems.index(stem),))
    session.warm_up()
    overlap = geometry.out_samples - geometry.step_samples
    placement = ColumnPlacement(0, regime.columns, regime.lead, overlap)
    size, length = geometry.step_samples, len(context)
    lane = Lane(placement, 1, length + placement.reply_samples + Lane.GUARD)
    for step in range(length // size):
        session.prepare()
        audio = np.ascontiguousarray(context[step * size : (step + 1) * size])
        lane.write(0, step, placement.start(step), session.step(audio)[0])
        session.profile.commit()
        done(step)
    heard = np.zeros((1, length), np.float32)
    for plane in range(Lane.PLANES):
        out = np.zeros_like(heard)
        lane.read(plane, 0, out)
        heard += out
    sound: Samples = heard[0]
    return sound
