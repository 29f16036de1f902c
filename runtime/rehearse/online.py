"""A rehearsal over UDP in real time, with the real server beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.engine.errors import SidemanError
from sideman.runtime.playing.profile import SPANS
from sideman.runtime.rehearse.audio import Programme
from sideman.runtime.rehearse.client import Address, MultiTrackClient
from sideman.runtime.rehearse.process import ServerProcess
from sideman.runtime.rehearse.timeline import Samples

#: Seconds until a server must have bound its port, and until it must have loaded its model.
READY_TIMEOUT = 60.0
LOAD_TIMEOUT = 600.0
#: An answer that has not come after so many steps (and so many seconds) is lost.
_PATIENCE_STEPS = 3
_PATIENCE = 10.0

OnStep = Callable[[int, MultiTrackClient], None]


def assign_planes(programme: Programme, names: Sequence[str], stems: Sequence[str]) -> Samples:
    """Assign input files to planes, of which the external has one for every stem.

    A file whose name holds a stem's name goes to that plane, any other to the first plane that is
    still empty, or to the last one. The planes add up to the context, as the protocol asks.

    Args:
        programme: [files, n] in its planes.
        names: the files' names.
        stems: names of the planes.

    Returns:
        [stems, n] float32.
    """
    planes = np.zeros((len(stems), programme.planes.shape[1]), np.float32)
    taken: set[int] = set()
    for name, samples in zip(names, programme.planes, strict=True):
        named = [i for i, stem in enumerate(stems) if stem.lower() in name.lower()]
        empty = [i for i in range(len(stems)) if i not in taken]
        place = (named or empty or [len(stems) - 1])[0]
        taken.add(place)
        planes[place] += samples
    return planes


def play_online(
    server: ServerProcess,
    address: Address,
    client: MultiTrackClient,
    planes: Samples,
    sample_rate: int,
    on_loaded: Callable[[], None] = lambda: None,
    on_step: OnStep = lambda step, client: None,
) -> None:
    """Play all steps at the pace of their audio.

    Args:
        server: started.
        address: that it was told to listen on.
        client: entered; holds what came back afterwards.
        planes: [planes, steps·S] float32.
        sample_rate: samples a second.
        on_loaded: called when the server is ready to play.
        on_step: called after each burst with the number of steps sent.

    Raises:
        SidemanError: the server did not start, load or live.
    """
    try:
        client.wait_ready(READY_TIMEOUT, server.check_alive)
        client.shake_hands(address, LOAD_TIMEOUT, server.check_alive)
    except SidemanError as error:
        raise SidemanError(error.what, error.remedy or server.log_tail()) from None
    on_loaded()
    step = client.placement.step
    start = time.perf_counter()
    for number in range(client.placement.steps):
        # Counted from the first step, so that a late burst does not delay all that follow.
        due = start + (number + 1) * step / sample_rate
        _sleep_until(due, server.check_alive)
        client.send_step(address, due, planes[:, number * step : (number + 1) * step])
        on_step(number + 1, client)
    patience = max(_PATIENCE, _PATIENCE_STEPS * step / sample_rate)
    client.wait_answered(patience, server.check_alive)


def _sleep_until(due: float, check: Callable[[], None]) -> None:
    while (rest := due - time.perf_counter()) > 0:
        check()
        # Sleeping, never spinning: the processor is the server's.
        time.sleep(min(rest, 0.2))


def stage_rows(profile: Mapping[str, Any], steps: int) -> npt.NDArray[np.float64]:
    """What the server measured in each step.

    Args:
        profile: as `serve --profile` writes it.
        steps: number of steps played.

    Returns:
        [steps, spans] seconds; NaN in steps that had no cycle, or whose reply was not sent.
    """
    rows = np.full((steps, len(SPANS)), np.nan)
    for cycle in profile["cycles"]:
        # The client numbers its batches as it numbers its steps.
        if 0 <= cycle["batch_id"] < steps:
            rows[cycle["batch_id"]] = [cycle["seconds"].get(span, np.nan) for span in SPANS]
    return rows
