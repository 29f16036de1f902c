"""What the audio callback and the network thread share."""

from __future__ import annotations

from sideman.runtime.client.player import Player
from sideman.runtime.streaming.packets import Samples
from sideman.runtime.streaming.ring import Ring

#: Seconds of the context that can be sent again.
_HISTORY_SECONDS = 3


class Shared:
    """Audio in both directions, and where the sound card is. The callback alone moves on.

    Attributes:
        stems: names of the rows of what is played.
        rate: samples in a second.
        player: the stems.
        history: the context, as long as it may be asked for again.
        position: of the next sample that the sound card will play.
        latency: samples by which stems are read ahead of that.
        block: samples of the last block; 0 before the first.
    """

    def __init__(self, stems: tuple[str, ...], rate: int) -> None:
        self.stems = stems
        self.rate = rate
        self.player = Player(len(stems), rate)
        self.history = Ring(_HISTORY_SECONDS * rate)
        self.position = 0
        self.latency = 0
        self.block = 0

    @property
    def playhead(self) -> int:
        """Position of the next sample of stems that is read."""
        return self.position + self.latency

    def process(self, context: Samples, out: Samples) -> None:
        """Take a block of context and fill one of stems; audio callback.

        Args:
            context: float32 [n].
            out: float32 [stems, n].
        """
        position, count = self.position, len(context)
        self.history.forget(position + count - self.history.capacity)
        self.history.write(position, context)
        self.player.read(position + self.latency, out)
        self.block = count
        self.position = position + count
