"""What a session of the native protocol plays, and how that is brought together with a model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import ProtocolError, SidemanError
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.server.protocol import CheckSizes, Settings
from sideman.runtime.server.setting import Setting
from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.rates import ratio, reach

#: What a client gets that leaves it to the server: steps of 4 columns (372 ms), and a lead of as
#: many.
DEFAULT_STEP = DEFAULT_LEAD = 4
#: Samples that consecutive steps share: the published fade of 20 ms.
OVERLAP = 882


@dataclass(frozen=True)
class NativeSetting(Setting):
    """A setting with its place in time.

    Attributes:
        session: whose.
        epoch: in the packets of its stems.
        placement: where its steps stand.
        rate: of the client's samples, in Hz.
    """

    session: int
    epoch: int
    placement: Placement
    rate: int

    @property
    def deadline_seconds(self) -> float:
        """As `Setting`: from the arrival of a boundary to the first sample's playing."""
        return self.placement.ahead / self.rate

    @property
    def step_seconds(self) -> float:
        """As `Setting`, in positions of the client."""
        return self.placement.step_samples / self.rate

    @property
    def wish(self) -> Wish:
        """What leads to the same again."""
        place = self.placement
        return Wish(place.step, place.lead, ",".join(self.generated), self.rate)


@dataclass(frozen=True)
class Wish:
    """What a client asks for.

    Attributes:
        step: columns; 0 leaves it to the server.
        lead: likewise.
        stems: names with commas between them.
        rate: of its samples, in Hz.
    """

    step: int
    lead: int
    stems: str
    rate: int


class LoadedModel(Settings):
    """What the endpoint knows of the model that is loaded.

    The cycle thread announces a model; the receive thread asks.

    Args:
        void: called on the cycle thread when the model that a session plays with is gone, or can
            work with nothing that the session asked for, with the reason and the session's number;
            None for whichever plays.
        restore: called on the cycle thread with the setting that stands, where the model cannot
            work with a newer one.
        exact_mask: hide exactly the unknown columns rather than the next trained number.
    """

    def __init__(
        self,
        void: Callable[[str, int | None], None],
        restore: Callable[[NativeSetting], None],
        *,
        exact_mask: bool = False,
    ) -> None:
        self._void = void
        self._restore = restore
        self._exact_mask = exact_mask
        self._lock = threading.Lock()
        self._model: tuple[LatentGrid, tuple[str, ...], CheckSizes] | None = None
        self._wish: Wish | None = None
        self._hoped: NativeSetting | None = None

    @property
    def stems(self) -> tuple[str, ...]:
        """All stems of the model; none without one. Any thread."""
        model = self._model
        return () if model is None else model[1]

    @property
    def columns(self) -> int:
        """Columns of the model's window; 0 without one. Any thread."""
        model = self._model
        return 0 if model is None else model[0].columns

    @property
    def rate(self) -> int:
        """The model's sample rate in Hz; 0 without one. Any thread."""
        model = self._model
        return 0 if model is None else model[0].sample_rate

    def setting(self, wish: Wish, session: int, epoch: int, origin: int) -> NativeSetting:
        """What a wish comes to; receive thread.

        Args:
            wish: of the client.
            session: its number.
            epoch: that begins.
            origin: position of its first context sample.

        Raises:
            SidemanError: what is wrong, and what would do.
        """
        with self._lock:
            model = self._model
        if model is None:
            raise ProtocolError("No model is loaded.", "Say hello again when it is.")
        grid, stems, check = model
        if wish.step < 0 or wish.lead < 0:
            raise ProtocolError(
                f"A step of {wish.step} and a lead of {wish.lead} columns make no cycle.",
                "Use 1 or more, or 0 to leave it to the server.",
            )
        step, lead = wish.step or DEFAULT_STEP, wish.lead or DEFAULT_LEAD
        geometry = Geometry.columnar(grid, step, lead, OVERLAP, exact_mask=self._exact_mask)
        if geometry.slack_samples <= 0:
            raise ProtocolError(
                f"A lead of {lead} columns leaves no time to answer.", "Use a lead of 1 or more."
            )
        rows = _rows(wish.stems, stems)
        check(geometry, rows)
        up, down = ratio(wish.rate, grid.sample_rate)
        placement = Placement(origin, step, lead, OVERLAP, up, down, reach(up, down))
        return NativeSetting(geometry, grid, stems, rows, session, epoch, placement, wish.rate)

    def hope(self, wish: Wish) -> None:
        """Remember what a client wants that has to wait for the model; receive thread."""
        self._wish = wish

    @property
    def hoped(self) -> NativeSetting | None:
        """As `Settings.hoped`: the newest wish before the model came, if it can be played."""
        return self._hoped

    def adopt_model(
        self,
        grid: LatentGrid,
        stems: tuple[str, ...],
        forget: Callable[[], None],
        check: CheckSizes,
    ) -> tuple[Setting, list[str]]:
        """Keep what a model needs. No session plays yet, so the setting has no stems."""
        forget()
        with self._lock:
            self._model = grid, stems, check
        wish, self._wish, self._hoped = self._wish, None, None
        if wish is not None:
            with suppress(SidemanError):  # it is told when it says hello again
                self._hoped = self.setting(wish, 0, 0, 0)
        geometry = Geometry.columnar(grid, DEFAULT_STEP, DEFAULT_LEAD, OVERLAP)
        return Setting(geometry, grid, stems, ()), []

    def refuse(self, setting: Setting, standing: Setting, reason: str) -> str:
        """Let the session go on with the setting that stands, or end it where none of its does."""
        assert isinstance(setting, NativeSetting)
        if isinstance(standing, NativeSetting) and standing.session == setting.session:
            self._restore(standing)
        else:
            self._void(reason, setting.session)
        return ""

    def drop_model(self) -> None:
        """Forget the model; a session that plays with it ends."""
        with self._lock:
            had, self._model = self._model, None
        if had is not None:
            self._void("The model is loaded anew.", None)


def _rows(names: str, stems: tuple[str, ...]) -> tuple[int, ...]:
    """Indices of stems by name, in the model's order."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in stems]
    if unknown:
        raise UnknownStemError(
            f"This model does not play {', '.join(unknown)}.", f"It plays {', '.join(stems)}."
        )
    return tuple(i for i, stem in enumerate(stems) if stem in wanted)


class UnknownStemError(ProtocolError):
    """A stem that the model does not have."""


class NoRoomError(ProtocolError):
    """What is asked for does not fit beside what others play."""


def code_of(error: SidemanError) -> str:
    """The code of a `Refuse` for what is wrong with a wish."""
    if isinstance(error, NoRoomError):
        return "busy"
    return "stems" if isinstance(error, UnknownStemError) else "geometry"
