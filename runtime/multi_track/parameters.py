"""What clients may set, and when it takes effect."""

from __future__ import annotations

import dataclasses
import logging
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sideman.engine.bundle.bounds import STEMS as MOST_STEMS
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError, GeometryError, ProtocolError, SidemanError
from sideman.runtime.multi_track.wire import largest_package
from sideman.runtime.osc.message import MAX_DATAGRAM
from sideman.runtime.playing.geometry import DEFAULT_FADE, DEFAULT_R, DEFAULT_W, Geometry
from sideman.runtime.server.protocol import CheckSizes, Settings
from sideman.runtime.server.setting import Setting

log = logging.getLogger(__name__)

SMALLEST_PACKAGE, LARGEST_PACKAGE = 128, 16_384
#: The stems of the published models: what is assumed until a bundle says otherwise.
PUBLISHED_STEMS = ("bass", "drums", "guitar", "piano")
#: Values that only make sense together.
_SIZES = ("r", "w", "fade", "package_size")
#: What the model itself refuses is refused as a whole: no single message is at fault.
_TOGETHER = "together"
_UNKNOWN = (
    "This server has not been told since it started what to play; send the settings and "
    "/load_model (in Max: the message load_model)."
)
_RESUMED = (
    "A client of the native protocol has played meanwhile; send the settings and /load_model again "
    "(in Max: the message load_model)."
)
_SEND_AGAIN = "Send that one again, or another one."
_LONGEST_FADE = 60.0

Number = int | float


class _UnfitStemsError(ProtocolError):
    """A choice of stems that the model does not have."""


@dataclass(frozen=True)
class Parameters:
    """One complete set of what clients may set.

    Attributes:
        r: step as a fraction of the window.
        w: −1 retrospective, 0 immediate, 1 look-ahead.
        fade: fade-in as a fraction of the sample rate, so in seconds.
        package_size: samples in each chunk of a reply.
        flags: 1 for each stem to be generated, else 0.
        verbose: 0 for the operator's level, more for details of every cycle.
    """

    r: float = DEFAULT_R
    w: int = DEFAULT_W
    fade: float = DEFAULT_FADE
    package_size: int = 4_410
    flags: tuple[int, ...] = (1, 0, 0, 0)
    verbose: int = 0

    @property
    def rows(self) -> tuple[int, ...]:
        """Indices of the stems to be generated."""
        return tuple(i for i, flag in enumerate(self.flags) if flag)


@dataclass(frozen=True)
class _ChosenSetting(Setting):
    """A setting that knows what it follows from, so that it can be put back in force.

    Attributes:
        parameters: what was asked for.
    """

    parameters: Parameters


#: Puts a new setting in order among the other events; False when it cannot.
Publish = Callable[[Setting], bool]


class Controls(Settings):
    """What clients asked for, checked at arrival.

    r, w, fade and package size arrive as separate messages although only together they make sense.
    Values that are possible alone are remembered; the four take effect as a whole as soon as a
    window can hold them and a datagram a chunk. Until then the last possible four stay in force,
    and no step is answered: the client places audio by what it asked for.

    The receive thread sets values; the cycle thread announces a model. One lock holds the two
    apart, and it is held while a new setting is published, so that settings are published in the
    order in which they came.

    Args:
        publish: puts a new setting in order among the other events; False when it cannot.
        exact_mask: hide exactly the unknown columns rather than the next trained number.
    """

    def __init__(self, publish: Publish, *, exact_mask: bool = False) -> None:
        self._publish = publish
        self._exact_mask = exact_mask
        self._lock = threading.Lock()
        self._requested = self._published = self._in_force = Parameters()
        self._setting: _ChosenSetting | None = None
        self._check: CheckSizes = _accept_all
        self._asked = self._greeted = False
        self._unknown = _UNKNOWN
        # `_published` is what was last tried: `_in_force`, unless the model refused it.
        # Why what was asked for is not in force: of sizes, of stems, of both together.
        self._refused: dict[str, str] = {}

    @property
    def setting(self) -> Setting | None:
        """What steps that arrive now are meant for; None without a model. Any thread."""
        return self._setting

    @property
    def in_force(self) -> Parameters:
        """The parameters that `setting` follows from. Any thread."""
        return self._in_force

    @property
    def refused(self) -> str:
        """Why what a client asked for is not in force; empty where it is. Any thread."""
        return next(iter(self._refused.values()), "")

    @property
    def unserved(self) -> str:
        """Why no step can be answered although the model could play; empty where one can.

        A client cannot be asked what it has set, and it plays whatever comes as what it asked for.
        Any thread.
        """
        return self.refused if self._greeted else self._unknown

    def greet(self) -> None:
        """A client begins, with the values that stand; receive thread."""
        self._greeted = True

    def change(self, name: str, values: Sequence[object]) -> None:
        """Take one control message; receive thread.

        Args:
            name: a field of `Parameters`.
            values: the message's arguments.

        Raises:
            ProtocolError: no model could use the value; nothing changes.
            GeometryError: the value does not fit the others that were asked for. It is remembered,
                and nothing changes until they fit.
            BackendError: no engine was built for the sizes that follow from it. It is remembered,
                too, unless it chooses stems.
        """
        with self._lock:
            self._asked = True
            self._greeted |= name == "flags"
            setting = self._setting
            stems = setting.stems if setting else None
            try:
                value = _CHECKS[name](name, values, stems)
            except _UnfitStemsError as error:
                self._refuse(name, str(error))
                raise
            requested = _with(self._requested, name, value)
            if setting is None:
                self._requested = requested
                return
            kind = "sizes" if name in _SIZES else name
            # What the model could not play is tried again only with what may make it possible.
            retry = kind in ("sizes", "flags")
            base = self._published if retry else self._in_force
            try:
                force = _with_sizes(base, requested) if name in _SIZES else _with(base, name, value)
                geometry = self._possible(setting.grid, setting.stems, force)
            except SidemanError as error:
                if name in _SIZES:
                    self._requested = requested
                self._refuse(kind, str(error))
                raise
            changed = _setting(force, geometry, setting.grid, setting.stems)
            if not self._publish(changed):
                raise ProtocolError("Too many control messages wait for a cycle to end.")
            self._requested, self._in_force, self._setting = requested, force, changed
            self._published = force if retry else _with(self._published, name, value)
            self._refuse(kind, "")
            if retry:
                self._refuse(_TOGETHER, "")

    def _refuse(self, kind: str, reason: str) -> None:
        """Note why a kind of values is not in force, or that it is."""
        refused = {k: text for k, text in self._refused.items() if k != kind}
        self._refused = refused | {kind: reason} if reason else refused

    def adopt_model(
        self,
        grid: LatentGrid,
        stems: tuple[str, ...],
        forget: Callable[[], None],
        check: CheckSizes,
    ) -> tuple[Setting, list[str]]:
        """Bring what was asked for together with a model; cycle thread, between cycles.

        Args:
            grid: the model's window.
            stems: the model's stems.
            forget: called before anything else can be published, to clear settings that were
                meant for another model.
            check: refuses what the model's engines cannot run; any thread may call it.

        Returns:
            The setting in force, and what of the requests could not be met.

        Raises:
            GeometryError: not even the default values suit this model.
        """
        complaints: list[str] = []
        unfit: list[str] = []
        with self._lock:
            self._check = check
            requested = self._requested
            if len(requested.flags) != len(stems):
                if requested.flags != Parameters.flags:
                    unfit.append(
                        f"{len(requested.flags)} instrument flags do not suit {len(stems)} stems."
                    )
                first = tuple(int(i == 0) for i in range(len(stems)))
                requested = dataclasses.replace(requested, flags=first)
            force, geometry = self._first_possible(grid, stems, requested, complaints)
            forget()
            setting = _setting(force, geometry, grid, stems)
            self._requested, self._published, self._in_force = requested, force, force
            self._setting = setting
            self._refuse("flags", " ".join(unfit))
            self._refuse("sizes", complaints[0] if complaints else "")
            self._refuse(_TOGETHER, "")
        return setting, list(dict.fromkeys(unfit + complaints))

    def refuse(self, setting: Setting, standing: Setting, reason: str) -> str:
        """Put the setting that stands back in force; cycle thread.

        What was asked for is remembered, as where sizes do not fit: the next message changes that,
        and what comes of it is tried, because it is what the client means to play.

        Args:
            setting: that was published and cannot be used.
            standing: that the model works with.
            reason: why; told to clients that play on.
        """
        assert isinstance(standing, _ChosenSetting)
        with self._lock:
            # A newer one that is on its way may be one that the model can work with.
            if self._setting is setting:
                self._in_force, self._setting = standing.parameters, standing
                self._refuse(_TOGETHER, reason)
        return _SEND_AGAIN

    def drop_model(self) -> None:
        """Forget the model, and remember what was asked for. Cycle thread."""
        with self._lock:
            self._setting = None
            self._check = _accept_all

    def resume(self) -> None:
        """Publish the setting in force again; settings are wanted anew. Receive thread."""
        with self._lock:
            self._greeted, self._unknown = False, _RESUMED
            if self._setting is not None:
                self._publish(self._setting)

    def _first_possible(
        self,
        grid: LatentGrid,
        stems: tuple[str, ...],
        requested: Parameters,
        complaints: list[str],
    ) -> tuple[Parameters, Geometry]:
        """What was asked for, else what was in force, else the default values, else no stem.

        Engines may be built for other sizes than those that a server begins with. Without a stem
        nothing runs, and where nobody has asked for anything yet, it is no fault either.
        """
        for source in (requested, self._in_force):
            wanted = _with_sizes(requested, source)
            try:
                return wanted, self._possible(grid, stems, wanted)
            except SidemanError as error:
                complaints.append(str(error))
        wanted = _with_sizes(requested, Parameters())
        try:
            return wanted, self._possible(grid, stems, wanted)
        except BackendError as error:
            complaint = f"No stem plays until other settings come. {error}"
            complaints[:] = [complaint] * self._asked
            if not self._asked:
                log.info("%s", complaint)
            silent = dataclasses.replace(wanted, flags=(0,) * len(wanted.flags))
            return silent, self._possible(grid, stems, silent)

    def _possible(self, grid: LatentGrid, stems: tuple[str, ...], wanted: Parameters) -> Geometry:
        """The geometry of these values; a SidemanError where they are not possible."""
        geometry = Geometry.reference(
            grid, wanted.r, wanted.w, wanted.fade, exact_mask=self._exact_mask
        )
        limit = min(largest_package(f"/{stem}".encode()) for stem in stems)
        if min(wanted.package_size, geometry.out_samples) > limit:
            raise GeometryError(
                f"package size: a chunk of {wanted.package_size} samples fits no datagram of "
                f"{MAX_DATAGRAM} bytes; the largest is {limit}."
            )
        self._check(geometry, wanted.rows)
        return geometry


def _setting(
    parameters: Parameters, geometry: Geometry, grid: LatentGrid, stems: tuple[str, ...]
) -> _ChosenSetting:
    return _ChosenSetting(geometry, grid, stems, parameters.rows, parameters)


def _accept_all(_geometry: Geometry, _rows: tuple[int, ...]) -> None:
    """Accept everything: only a model can refuse sizes."""


def _with_sizes(parameters: Parameters, source: Parameters) -> Parameters:
    """Parameters with the values that only make sense together taken from others."""
    return dataclasses.replace(parameters, **{name: getattr(source, name) for name in _SIZES})


def _with(parameters: Parameters, name: str, value: Any) -> Parameters:
    return dataclasses.replace(parameters, **{name: value})


def _number(name: str, values: Sequence[object]) -> Number:
    value = values[0] if len(values) == 1 else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProtocolError(f"{name}: exactly one number is expected.")
    if not math.isfinite(value):
        raise ProtocolError(f"{name}: {value} is no number.")
    return value


def _whole(name: str, values: Sequence[object]) -> int:
    value = _number(name, values)
    if value != int(value):
        raise ProtocolError(f"{name}: {value:g} is not a whole number.")
    return int(value)


def _step(name: str, values: Sequence[object], _: object) -> float:
    value = float(_number(name, values))
    if not 0 < value <= 1:
        raise ProtocolError(f"r: {value:g} is not a fraction of the window: 0 < r ≤ 1.")
    return value


def _regime(name: str, values: Sequence[object], _: object) -> int:
    value = _whole(name, values)
    if value not in (-1, 0, 1):
        raise ProtocolError(f"w: {value} is neither −1, 0 nor 1.")
    return value


def _fade(name: str, values: Sequence[object], _: object) -> float:
    value = float(_number(name, values))
    if not 0 <= value <= _LONGEST_FADE:
        raise ProtocolError(
            f"fade: {value:g} is not a fraction of the sample rate from 0 to {_LONGEST_FADE:g}."
        )
    return value


def _package(name: str, values: Sequence[object], _: object) -> int:
    value = _whole("package size", values)
    if not SMALLEST_PACKAGE <= value <= LARGEST_PACKAGE:
        raise ProtocolError(
            f"package size: {value} is not within {SMALLEST_PACKAGE} to {LARGEST_PACKAGE}."
        )
    return value


def _flags(name: str, values: Sequence[object], stems: tuple[str, ...] | None) -> tuple[int, ...]:
    # Pure Data sends floats only, and others the types T and F.
    flags = tuple(int(v) for v in values if isinstance(v, int | float) and v in (0, 1))
    if len(flags) != len(values) or not flags:
        raise ProtocolError("instruments: only 0 or 1 is expected for each stem.")
    if len(flags) > MOST_STEMS or (stems is not None and len(flags) != len(stems)):
        known = ", ".join(stems) if stems else f"at most {MOST_STEMS} stems"
        raise _UnfitStemsError(f"instruments: {len(flags)} flags do not suit {known}.")
    return flags


def _verbose(name: str, values: Sequence[object], _: object) -> int:
    if len(values) == 1 and isinstance(values[0], bool):
        return int(values[0])
    value = _whole(name, values)
    if value < 0:
        raise ProtocolError(f"verbose: {value} is negative.")
    return value


_CHECKS: dict[str, Callable[[str, Sequence[object], tuple[str, ...] | None], object]] = {
    "r": _step,
    "w": _regime,
    "fade": _fade,
    "package_size": _package,
    "flags": _flags,
    "verbose": _verbose,
}
