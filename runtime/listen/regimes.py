"""When the model plays: the published regimes, and leads in whole columns."""

from __future__ import annotations

from dataclasses import dataclass

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import SidemanError
from sideman.runtime.native.setting import OVERLAP
from sideman.runtime.playing.geometry import Geometry

#: Regimes of the published system by w.
NAMES = {-1: "retrospective", 0: "immediate", 1: "look-ahead"}
#: What each means for who listens.
_MEANINGS = {
    -1: "has heard what it accompanies",
    0: "plays on from the newest sound",
    1: "plays a step ahead",
}


@dataclass(frozen=True)
class Regime:
    """When the model plays, and how often.

    Attributes:
        w: of the published system, −1, 0 or 1; None where a lead is given.
        lead: columns between the newest known one and the first that is generated, at least 1;
            used where `w` is None.
        columns: of a step, with a lead.
        r: step as a fraction of the window, with w.
        fade: seconds, with w.
    """

    w: int | None = None
    lead: int = 0
    columns: int = 4
    r: float = 0.25
    fade: float = 0.02

    @property
    def id(self) -> str:
        """A short name for files and keys."""
        return f"lead-{self.lead}" if self.w is None else NAMES[self.w]

    @property
    def name(self) -> str:
        """What people call it."""
        return f"lead {self.lead}" if self.w is None else NAMES[self.w]

    @property
    def settings(self) -> tuple[object, ...]:
        """All that what is played depends on."""
        if self.w is None:
            return ("columnar", self.columns, self.lead, OVERLAP)
        return ("reference", self.r, self.w, self.fade)

    @property
    def options(self) -> dict[str, float]:
        """Step and fade as the command line's options say them, by their names."""
        return {"columns": self.columns} if self.w is None else {"r": self.r, "fade": self.fade}

    def geometry(self, grid: LatentGrid) -> Geometry:
        """The indices of its cycles.

        Raises:
            GeometryError: a window of this size cannot hold it.
        """
        if self.w is None:
            return Geometry.columnar(grid, self.columns, self.lead, OVERLAP)
        return Geometry.reference(grid, self.r, self.w, self.fade)

    def timing(self, grid: LatentGrid) -> dict[str, object]:
        """What of it the page tells: seconds, and whether it can be played live at all.

        Returns:
            "id", "name", "meaning", and "settings" as `options`; "step": seconds of a step;
            "deadline": seconds that a reply may take; "live": whether it is heard in time if it
            meets that, for without slack what is generated has begun to play already.
        """
        geometry = self.geometry(grid)
        rate = grid.sample_rate
        ahead = geometry.slack_samples / rate
        meaning = f"plays {1000 * ahead:.0f} ms ahead" if self.w is None else _MEANINGS[self.w]
        return {
            "id": self.id,
            "name": self.name,
            "meaning": meaning,
            "settings": self.options,
            "step": geometry.step_samples / rate,
            "deadline": geometry.deadline_samples / rate,
            "live": geometry.slack_samples > 0,
        }


def parse_regimes(text: str, r: float, fade: float) -> tuple[Regime, ...]:
    """Regimes as `--regimes` names them: numbers or names, separated by commas.

    Raises:
        SidemanError: a word that is no regime, or the same one twice.
    """
    by_name = {name: w for w, name in NAMES.items()} | {str(w): w for w in NAMES}
    words = [word.strip() for word in text.replace("−", "-").split(",")]
    for word in words:
        if word not in by_name:
            raise SidemanError(
                f"--regimes {text}: {word!r} is no regime.",
                "There are -1 (retrospective), 0 (immediate) and 1 (look-ahead).",
            )
    return _once("--regimes", text, [Regime(by_name[word], r=r, fade=fade) for word in words])


def parse_leads(text: str, columns: int) -> tuple[Regime, ...]:
    """Leads as `--leads` names them: whole columns from 1 up, separated by commas.

    Raises:
        SidemanError: what is no such number, or the same one twice.
    """
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if not (word.isascii() and word.isdecimal()) or int(word) < 1:
            raise SidemanError(
                f"--leads {text}: {word!r} is no number of columns.",
                "Name whole columns of 93 ms from 1 up, for example --leads 1,2,4,8,16.",
            )
    return _once("--leads", text, [Regime(lead=int(word), columns=columns) for word in words])


def _once(option: str, text: str, regimes: list[Regime]) -> tuple[Regime, ...]:
    if len(set(regimes)) < len(regimes):
        raise SidemanError(f"{option} {text} names one twice.", "Once is enough.")
    return tuple(regimes)
