"""What of a server's words is shown: one line, which nothing overwrites unread."""

from __future__ import annotations

import math

#: The warning that is the reason of others: of those, it is shown.
_REASON = "slow"
#: Why nothing plays, as long as no server has said a word.
NO_ANSWER = "No answer yet."
#: An error is shown for so many seconds, whatever warnings come meanwhile.
_ERROR_SECONDS = 8.0


class Messages:
    """Chooses the line for a performer's screen; written by the network thread, read by any.

    Attributes:
        why: why nothing plays.
        refused: the code of the refusal that this is; empty where it is none.
    """

    def __init__(self) -> None:
        self.why, self.refused = NO_ANSWER, ""
        self._asks: tuple[str, float] = ("", 0.0)
        self._error = ("", float("-inf"))
        self._warnings: dict[str, str] = {}

    def begin(self) -> None:
        """A session begins: what was said before concerns it no more."""
        self.why, self.refused = "", ""
        self._error, self._warnings = ("", float("-inf")), {}

    def error(self, text: str, now: float) -> None:
        """Something is wrong."""
        self._error = text, now + _ERROR_SECONDS

    def fail(self, text: str, now: float) -> None:
        """Something is wrong, whether a session plays or not."""
        self.why = text
        self.error(text, now)

    def refuse(self, text: str, code: str, again: float) -> None:
        """A hello was refused; it is said again at so many seconds."""
        self.why, self.refused, self._asks = text, code, (text, again)

    def warn(self, code: str, text: str, *, on: bool) -> None:
        """A warning begins, or is over."""
        warnings = {each: said for each, said in self._warnings.items() if each != code}
        self._warnings = {**warnings, code: text} if on else warnings

    def shown(self, now: float, *, playing: bool) -> str:
        """The newest error, else the warning that matters most; or why nothing plays."""
        if not playing:
            refused, again = self._asks
            left = math.ceil(again - now)
            # Shorter waits would only flicker.
            asks = left > 1 and refused == self.why
            return f"{self.why} Asking again in {left} s." if asks else self.why
        error, until = self._error
        if now < until:
            return error
        warnings = self._warnings
        return warnings.get(_REASON) or next(reversed(warnings.values()), "")
