"""Judges a rehearsal over a bad network by the network's own log: could a gap have been filled?

Everything that either end sent, and what became of it, stands in the log. A range of samples is a
gap where its first arrival was later than its last moment, or never. It could have been filled if
its receiver, after it could know of it, let more time pass without asking than a request may wait
for the one before, with a round trip left until the last moment; or if a request arrived and was
not answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sideman.runtime.streaming import resends
from sideman.runtime.streaming.control import Resend, read_control
from sideman.runtime.streaming.packets import is_audio, read_packet
from tests.runtime.native.proxy import Passage

#: Seconds behind a later packet in which a missing one may still come.
REORDERING = 0.01
#: Seconds that a machine with two cores may take to handle what is there.
HANDLING = 0.03


@dataclass
class Gap:
    """Samples that were not there in time.

    Attributes:
        start: position of the first.
        end: one past the last.
        asked: requests for any of it that left in time.
        fault: why it could have been filled; empty where it could not.
    """

    start: int
    end: int
    asked: int
    fault: str


@dataclass
class Stream:
    """One direction's audio: the context, or a stem.

    Attributes:
        sent: (when it came to the proxy, when it left or None, first, last, sent again).
        requests: (when it came to the proxy, when it left or None, first, last).
    """

    sent: list[tuple[float, float | None, int, int, bool]] = field(default_factory=list)
    requests: list[tuple[float, float | None, int, int]] = field(default_factory=list)


def streams(log: list[Passage]) -> dict[int, Stream]:
    """What was sent and asked for, by stem; the context is 255."""
    found: dict[int, Stream] = defaultdict(Stream)
    for each in log:
        size = len(each.data)
        if is_audio(each.data, size):
            packet = read_packet(each.data, size)
            span = packet.position, packet.position + len(packet.samples)
            found[packet.stem].sent.append((each.came, each.left, *span, packet.again))
        elif each.data.startswith(b"/sideman/resend"):
            message = read_control(each.data, size)
            assert isinstance(message, Resend)
            for wanted in resends.unpack(message.entries):
                for span in wanted.ranges():
                    found[wanted.stem].requests.append((each.came, each.left, *span))
    return found


def judge(
    stream: Stream,
    last_moment: Callable[[int], float],
    round_trip: float,
    first: int,
    last: int,
) -> list[Gap]:
    """Find the gaps of a stream within [first, last), and what could have been done about them.

    Args:
        stream: of the log.
        last_moment: by a position, until when its sample must have arrived.
        round_trip: seconds that a request and its answer take at the most.
        first: position.
        last: likewise.
    """
    arrived = np.full(last - first, np.inf)
    offered = np.full(last - first, np.inf)
    for came, left, start, end, again in stream.sent:
        part = slice(max(0, start - first), max(0, min(end, last) - first))
        if not again:
            np.minimum(offered[part], came, out=offered[part])
        if left is not None:
            np.minimum(arrived[part], left, out=arrived[part])
    moments = np.array([last_moment(first + at) for at in range(0, last - first, 64)])
    late = (arrived > np.repeat(moments, 64)[: last - first]) & np.isfinite(offered)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], late, [False]]).astype(np.int8)))
    return [
        _judge_gap(stream, first + int(a), first + int(b), last_moment(first + int(a)), round_trip)
        for a, b in edges.reshape(-1, 2)
    ]


def _judge_gap(stream: Stream, start: int, end: int, moment: float, round_trip: float) -> Gap:
    behind = [left for _, left, at, to, again in stream.sent if not again and left and at >= end]
    known = min(behind, default=np.inf) + REORDERING
    asked = sorted(
        (came, left)
        for came, left, a, b in stream.requests
        if a < end and start < b and came < moment
    )
    last_chance = moment - round_trip - HANDLING
    pause = max(REORDERING, round_trip) + HANDLING
    fault, since = "", known
    for came, _ in [*asked, (np.inf, None)]:
        if since + pause < min(came, last_chance):
            wait = 1e3 * (min(came, last_chance) - since)
            fault = f"for {wait:.0f} ms nobody asked for it"
            break
        since = max(since, came)
    answers = sorted(
        came for came, _, a, b, again in stream.sent if again and a < end and start < b
    )
    for _, left in asked:
        if left is None or left > last_chance:
            continue
        if not any(left <= came <= left + HANDLING + 0.02 for came in answers):
            fault = fault or "a request that arrived was not answered"
    return Gap(start, end, len(asked), fault)
