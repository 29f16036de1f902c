"""How far the model's loading is, from the cycle thread to whoever asks."""

from __future__ import annotations


class Loading:
    """Noted while the model loads; any thread may read.

    Attributes:
        percent: of the load that runs; None where none does.
        what: is being loaded.
    """

    def __init__(self) -> None:
        self.percent: float | None = None
        self.what = ""

    def note(self, share: float, what: str) -> None:
        """Take how far it is: as `sideman.engine.backends.progress.Progress`."""
        self.percent, self.what = 100 * share, what

    def end(self) -> None:
        """It is loaded, or failed."""
        self.percent, self.what = None, ""
