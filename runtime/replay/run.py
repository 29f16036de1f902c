"""Puts the same server together, without sockets and threads, and runs a recording through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from sideman.runtime.recording.reader import Reader
from sideman.runtime.replay.outcome import Outcome
from sideman.runtime.replay.player import Over, Player
from sideman.runtime.replay.sounds import Sounds
from sideman.runtime.replay.unsent import Nowhere
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.cycles import Cycles
from sideman.runtime.server.debug import DebugFolder
from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.protocol import Access, OpenEndpoint

if TYPE_CHECKING:
    import socket

    from sideman.runtime.playing.session import Session

#: Where replies would go; nothing is sent.
_ANNOUNCED = ("127.0.0.1", 8000)


def run_again(
    recording: Reader,
    open_session: Callable[[], Session],
    protocol: OpenEndpoint,
    bundle: Path | None = None,
    *,
    pace: float = 0.0,
    sounds: Sounds | None = None,
) -> Outcome:
    """Run a recording, on this thread.

    Args:
        recording: open, and not read yet.
        open_session: opens the model, with the recording's seed.
        protocol: what the recorded server spoke.
        bundle: the model's folder.
        pace: how many times as fast as it was; 0 for as fast as possible.
        sounds: where what is heard and played goes, if anywhere.
    """
    outcome = Outcome()
    player = Player(iter(recording), outcome, pace, sounds)
    queue, counters, cycle_time = EventQueue(), Counters(), player.cycle_time()
    model = player.model(open_session, bundle)
    nowhere = cast("socket.socket", Nowhere())
    endpoint = player.for_receiver(
        protocol(
            Access(
                queue,
                nowhere,
                nowhere,
                _ANNOUNCED,
                counters,
                player.clock,
                lambda: cycle_time.longest,
                model.unready,
                prints=recording.header.get("prints") is True,
                most_cycle_seconds=lambda: cycle_time.most,
                usual_cycle_seconds=lambda: cycle_time.usual,
                failed=model.failed,
                session_number=player.session_number,
            )
        )
    )
    cycles = Cycles(
        player.events(queue),
        player.for_cycles(endpoint),
        model,
        counters,
        player.clock,
        cycle_time,
        lambda step_samples: None,
        _Unprinted(),
    )
    try:
        with suppress(Over):
            cycles.run()
        player.finish()
    finally:
        endpoint.replies.close()
        if model.session is not None:
            model.session.close()
    outcome.counters = counters.as_dict()
    return outcome


class _Unprinted(DebugFolder):
    """`/print` of the recorded server wrote its files then."""

    def __init__(self) -> None:
        """No folder is made."""

    def write(
        self,
        snapshot: Mapping[str, NDArray[np.float32]],
        stems: object,
        sample_rate: int,
    ) -> Path:
        """Nothing is written."""
        return Path()
