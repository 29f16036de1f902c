"""How long the rest will take: cycles of several models are not equally long."""

from __future__ import annotations

from collections.abc import Sequence

from sideman.runtime.listen.plan import Cell

#: What a cycle takes beside the denoiser's evaluations, in evaluations: encoding and decoding. It
#: only serves to guess how long a player takes that has not played yet.
_BESIDE = 4.0


class TimeLeft:
    """Adds up what every player's remaining cycles take, by its own pace as far as it is known.

    Attributes:
        cycles: how many there are in all, without those that were given up.

    Args:
        cells: that are to be played.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cycles = sum(cell.cycles for cell in cells)
        self._left: dict[str, int] = {}
        self._weights: dict[str, float] = {}
        self._played: dict[str, tuple[int, float]] = {}
        for cell in cells:
            player = cell.player
            self._left[player.id] = self._left.get(player.id, 0) + cell.cycles
            self._weights[player.id] = player.evaluations + _BESIDE

    def note(self, cell: Cell, seconds: float) -> None:
        """A cycle of this cell took so many seconds."""
        count, total = self._played.get(cell.player.id, (0, 0.0))
        self._played[cell.player.id] = count + 1, total + seconds
        self._left[cell.player.id] -= 1

    def give_up(self, player: str) -> None:
        """A player, by its id, does not go on."""
        self.cycles -= self._left[player]
        self._left[player] = 0

    @property
    def seconds(self) -> float | None:
        """Of all cycles that are left; None before the first was played."""
        if not self._played:
            return None
        means = {player: total / count for player, (count, total) in self._played.items()}
        pace = sum(means.values()) / sum(self._weights[player] for player in means)
        return sum(
            count * means.get(player, pace * self._weights[player])
            for player, count in self._left.items()
        )

    @property
    def text(self) -> str:
        """For people."""
        seconds = self.seconds
        if seconds is None:
            return "time left not known yet"
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes}:{rest:02} left"
