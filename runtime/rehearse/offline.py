"""A rehearsal without clock and network: the session is driven directly, step by step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session
from sideman.runtime.rehearse.audio import Programme
from sideman.runtime.rehearse.timeline import Placement, Samples, Track


def play_offline(
    session: Session,
    geometry: Geometry,
    placement: Placement,
    programme: Programme,
    stems: tuple[str, ...],
    on_step: Callable[[int], None] = lambda step: None,
) -> dict[str, Samples]:
    """Run every step of a programme through a session, placed and faded as a client would.

    Args:
        session: opened; it is configured and warmed up here, and its profile is filled.
        geometry: of the server's window.
        placement: of the same geometry.
        programme: `placement.steps` steps of audio.
        stems: names of the stems to generate.
        on_step: told the number of steps done.

    Returns:
        [placement.total] float32 for each stem.
    """
    session.configure(geometry, tuple(session.stems.index(stem) for stem in stems))
    session.warm_up()
    # One chunk holds the whole answer: without datagrams there is nothing to cut.
    tracks = [Track(placement, placement.out_samples) for _ in stems]
    for step in range(placement.steps):
        session.prepare()
        start = step * placement.step
        audio = np.ascontiguousarray(programme.samples[start : start + placement.step])
        answer = session.step(audio)
        session.profile.commit()
        for track, row in zip(tracks, answer, strict=True):
            track.clear(step)
            track.write(step, 0, row)
        on_step(step + 1)
    return {stem: track.samples for stem, track in zip(stems, tracks, strict=True)}
