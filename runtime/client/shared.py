"""What the audio callback and the network thread share."""

from __future__ import annotations

from sideman.runtime.client.player import Player
from sideman.runtime.streaming.packets import Samples
from sideman.runtime.streaming.ring import Ring

#: Seconds of the context that can be sent again: a model's window, and a little.
_HISTORY_SECONDS = 7


class Shared:
    """Audio in both directions, and where the sound card is. The callback alone moves on.

    Attributes:
        stems: names of the rows of what is played.
        rate: samples in a second.
        player: the stems.
        history: the context, as long as it may be asked for again.
        position: of the next sample that the sound card will play.
        taken: one past the newest sample of context; ahead of `position` while a block is filled.
        latency: samples by which stems are read ahead of that.
        block: samples of the last block; 0 before the first.
    """

    def __init__(self, stems: tuple[str, ...], rate: int) -> None:
        self.stems = stems
        self.rate = rate
        self.player = Player(len(stems), rate)
        self.history = Ring(_HISTORY_SECONDS * rate)
        self.position = self.taken = 0
        self.latency = 0
        self.block = 0

    @property
    def playhead(self) -> int:
        """Position of the next sample of stems that is read."""
        return self.position + self.latency

    def take(self, context: Samples) -> None:
        """Take a block of context, which may be sent from now on; audio callback.

        Args:
            context: float32 [n].
        """
        end = self.position + len(context)
        self.history.forget(end - self.history.capacity)
        self.history.write(self.position, context)
        self.taken = end

    def fill(self, out: Samples) -> None:
        """Fill a block of stems, and move on to where the context was taken; audio callback.

        Args:
            out: float32 [stems, n], as many samples as were taken.
        """
        self.player.read(self.playhead, out)
        self.block = out.shape[1]
        self.position = self.taken
