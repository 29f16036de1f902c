"""One step that is being assembled: which samples of which plane have arrived."""

from __future__ import annotations

import zlib
from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sideman.engine.errors import ProtocolError
from sideman.runtime.multi_track.wire import AudioChunk
from sideman.runtime.server.events import Step
from sideman.runtime.system.hosts import Address

#: The plane of `/context`, which carries the whole mix.
CONTEXT = -1
#: Samples over which sound fades out before a hole and in behind it: 1.5 ms at 44.1 kHz.
FADE_SAMPLES = 64


class Part(NamedTuple):
    """What is kept of a chunk that has arrived.

    Attributes:
        samples: how many it holds.
        digest: of its samples, to know a copy.
        head: its first samples, at most `FADE_SAMPLES`, as bytes.
        tail: its last samples, likewise.
    """

    samples: int
    digest: int
    head: bytes
    tail: bytes

    @classmethod
    def of(cls, samples: NDArray[np.float32]) -> Self:
        """What is kept of these samples, [n] float32."""
        return cls(
            len(samples),
            zlib.crc32(samples),  # type: ignore[arg-type]
            samples[:FADE_SAMPLES].tobytes(),
            samples[-FADE_SAMPLES:].tobytes(),
        )


#: A chunk's place: plane and first sample.
Place = tuple[int, int]


class Arrival(NamedTuple):
    """A chunk that has arrived.

    Attributes:
        plane: index of a stem, or `CONTEXT`.
        chunk: its header.
        samples: its samples, checked, [n] float32.
        sender: where it came from.
        now: when it arrived, in seconds.
    """

    plane: int
    chunk: AudioChunk
    samples: NDArray[np.float32]
    sender: Address
    now: float

    @property
    def key(self) -> Place:
        """Where it belongs."""
        return self.plane, self.chunk.place

    @property
    def client(self) -> Address:
        """Host and port that it came from."""
        return self.sender[:2]


class Batch:
    """The chunks of one step, from one client; receive thread.

    A client with several instruments sends every plane once for each of them, from a port of its
    own for each, and counts all of these in `total`. So a step is complete when every plane that
    has appeared covers it, and copies of what is there change nothing.

    Attributes:
        step: the buffer that is filled; its `first` and `last` are times of packets.
        total: chunks of the batch, as the client counts them.
        separate: whether it consists of separate planes; else of `/context`.
        beside: whether another batch was open when it began.
        parts: the chunks that have arrived.
        senders: the addresses that they came from.
        retired: addresses of a client that has restarted since; what they still send is late.
        largest_gap: longest time between two packets, in seconds.

    Args:
        step: a zeroed buffer with id, sender and time filled in.
        first: the chunk that it begins with, which is to be added, too.
        beside: see the attribute.
        retired: see the attribute.
    """

    def __init__(
        self,
        step: Step,
        first: Arrival,
        *,
        beside: bool = False,
        retired: frozenset[Address] = frozenset(),
    ) -> None:
        self.step = step
        self.total = first.chunk.total
        self.separate = first.plane != CONTEXT
        self.beside = beside
        self.retired = retired
        self.largest_gap = 0.0
        self.parts: dict[Place, Part] = {}
        self.senders: set[Address] = set()
        self._copies: set[tuple[int, int, int]] = set()
        self._places: dict[int, list[int]] = {}
        self._covered: dict[int, int] = {}
        self._packets = 0

    def contradiction(self, arrival: Arrival) -> str:
        """Why a chunk cannot belong to this batch; empty where it can."""
        plane, chunk, samples = arrival.plane, arrival.chunk, arrival.samples
        if chunk.total != self.total:
            return f"a total of {chunk.total} chunks, where the batch began with {self.total}"
        if (plane != CONTEXT) != self.separate:
            return "/context and separate planes in one batch"
        part = self.parts.get(arrival.key)
        if part is not None:
            if part == Part.of(samples):
                return ""
            return f"other samples for place {chunk.place}, which has arrived already"
        places = self._places.get(plane, [])
        behind = bisect_left(places, chunk.place)
        if behind < len(places) and chunk.place + len(samples) > places[behind]:
            return f"samples that overlap those at place {places[behind]}"
        if behind:
            before = places[behind - 1]
            if before + self.parts[plane, before].samples > chunk.place:
                return f"samples that overlap those at place {before}"
        return ""

    def add(self, arrival: Arrival) -> None:
        """Take a chunk that lies within the step; a copy changes no sample.

        Raises:
            ProtocolError: it contradicts what has arrived; nothing changes.
        """
        plane, chunk, samples = arrival.plane, arrival.chunk, arrival.samples
        reason = self.contradiction(arrival)
        if reason:
            raise ProtocolError(f"Batch {chunk.batch_id}: {reason}.")
        step = self.step
        if self._packets:
            self.largest_gap = max(self.largest_gap, arrival.now - step.last)
        step.last = arrival.now
        self._packets += 1
        self.senders.add(arrival.client)
        self._copies.add((*arrival.key, arrival.sender[1]))
        if arrival.key in self.parts:
            return
        place = step.audio[chunk.place : chunk.place + len(samples)]
        np.add(place, samples, out=place)
        self.parts[arrival.key] = Part.of(samples)
        insort(self._places.setdefault(plane, []), chunk.place)
        self._covered[plane] = self._covered.get(plane, 0) + len(samples)

    @property
    def mean_gap(self) -> float | None:
        """Mean time between two packets, in seconds; None while there is one only."""
        if self._packets < 2:
            return None
        return (self.step.last - self.step.first) / (self._packets - 1)

    @property
    def covered(self) -> bool:
        """Whether every plane that has appeared covers the step."""
        return min(self._covered.values()) == len(self.step.audio)

    @property
    def mostly_covered(self) -> bool:
        """Whether every plane that has appeared covers more than half of the step."""
        return 2 * min(self._covered.values()) > len(self.step.audio)

    def is_whole(self, stems: int, targets: int) -> bool:
        """Whether nothing more can be expected.

        A client that counts otherwise has planes that have not appeared yet, or a total that
        nothing explains: the caller then waits for what may come.

        Args:
            stems: stems of the model.
            targets: stems that are generated. The published client sends every plane that is not
                generated `targets` times, and counts `targets · (stems - 1)` planes.
        """
        if not self.covered:
            return False
        parts, planes = len(self.parts), len(self._covered)
        if self.total in (parts, targets * parts) or len(self._copies) >= self.total:
            return True
        return (
            self.separate
            and planes == stems - targets
            and self.total * planes == targets * (stems - 1) * parts
        )

    @property
    def is_short(self) -> bool:
        """Whether all that the client counts is here and covers too little: its step is shorter."""
        return len(self._copies) >= self.total and not self.covered

    @property
    def must_be_short(self) -> bool:
        """Whether it would cover too little even if all that the client counts were here.

        Only to be asked when no more comes: until then a longer chunk may. The last chunk of a step
        is shorter than the others, so one alone tells nothing.
        """
        if len(self.parts) < 2:
            return False
        longest = max(part.samples for part in self.parts.values())
        return self.total * longest < len(self.step.audio) * len(self._covered)

    def holes(self) -> list[tuple[int, int]]:
        """First sample and end of each stretch that a plane lacks, in order; not joined."""
        return sorted((start, end) for start, end, _, _ in self._gaps())

    def fade_holes(self) -> None:
        """Fade each plane out before its holes and in behind them, so that nothing clicks.

        A hole at the step's beginning stays sharp on its left: what lies before it is in the window
        already.
        """
        audio = self.step.audio
        for start, end, before, behind in self._gaps():
            if before is not None:
                _fade(audio[start - len(before.tail) // 4 :], before.tail, rising=False)
            if behind is not None:
                _fade(audio[end:], behind.head, rising=True)

    def _gaps(self) -> Iterator[tuple[int, int, Part | None, Part | None]]:
        """First sample and end of each stretch that a plane lacks, and its parts on either side."""
        for plane, places in self._places.items():
            end, before = 0, None
            for place in places:
                part = self.parts[plane, place]
                if place > end:
                    yield end, place, before, part
                end, before = place + part.samples, part
            if end < len(self.step.audio):
                yield end, len(self.step.audio), before, None


def _fade(audio: NDArray[np.float32], edge: bytes, *, rising: bool) -> None:
    """Fade one plane's share of the sum, linearly.

    Args:
        audio: the sum, from the edge's first sample on.
        edge: that plane's samples there, float32.
        rising: from silence; else to silence.
    """
    own = np.frombuffer(edge, np.float32)
    ramp = np.linspace(0, 1, len(own), endpoint=False, dtype=np.float32)
    audio[: len(own)] -= own * (1 - (ramp if rising else ramp[::-1]))
