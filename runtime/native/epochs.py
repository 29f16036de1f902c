"""The epochs of a session: the one that plays, and the one that takes over at a boundary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sideman.runtime.native.arrivals import Arrivals
from sideman.runtime.native.context import Context, Heard
from sideman.runtime.native.resampling import ToModel
from sideman.runtime.native.setting import NativeSetting
from sideman.runtime.streaming.packets import Packet, Samples

#: Takes a step: its setting, its number, its samples at the model's rate (valid until it returns),
#: when its boundary arrived.
PutStep = Callable[[NativeSetting, int, Samples, float], None]


@dataclass
class _Epoch:
    setting: NativeSetting
    context: Context
    to_model: ToModel


class Epochs:
    """Hands context to the epoch that it belongs to; receive thread.

    After a change, samples before its origin still complete the last step of the old epoch, and
    those behind it begin the new one, whichever of the two numbers their packets carry: a client
    learns of a change some packets later. After a jump, the old epoch is over at once.

    Attributes:
        latency: samples by which the client reads stems ahead of the context that it sends.

    Args:
        setting: of the first epoch.
        heard: counts on over all epochs.
        cycle_seconds: how long a cycle takes at the most; None as long as nobody knows.
        put: takes steps, in their order.
        begin: called with each epoch's setting before its first step is put.
    """

    def __init__(
        self,
        setting: NativeSetting,
        heard: Heard,
        cycle_seconds: Callable[[], float | None],
        put: PutStep,
        begin: Callable[[NativeSetting], None],
    ) -> None:
        self._heard = heard
        self._cycle_seconds = cycle_seconds
        self._put = put
        self._begin = begin
        self.latency = 0
        self._arrivals = Arrivals(setting.rate)
        self._playing = self._make(setting)
        self._next: _Epoch | None = None
        begin(setting)

    @property
    def setting(self) -> NativeSetting:
        """Of the newest epoch, even if it has not begun."""
        return self._newest.setting

    @property
    def boundary(self) -> int:
        """Where the step ends that is being assembled, and another epoch may take over."""
        return self._playing.context.next_origin

    @property
    def end(self) -> int:
        """One past the newest position of the context."""
        return max(each.context.end for each in self._all)

    def change(self, setting: NativeSetting) -> None:
        """Let another epoch take over at its origin, which is `boundary`.

        One that waits for that already, and so has not begun, gives it what it has heard.
        """
        # What the old epoch's last step takes in behind its end is not needed a second time.
        first = self._playing.context.boundary
        waiting, self._next = self._next, self._make(setting, first)
        if waiting is not None:
            self._next.context.take_from(waiting.context)

    def jump(self, setting: NativeSetting) -> None:
        """Begin another epoch now; what the old one still waited for is void."""
        self._playing, self._next = self._make(setting), None
        self._begin(setting)

    def add(self, packet: Packet, now: float) -> bool:
        """Take a packet of the context; tells whether it belongs to what plays."""
        if not self.plays(packet.epoch):
            return False
        position, samples, again = packet.position, packet.samples, packet.again
        if not again and position + len(samples) > self.end:
            self._arrivals.note(position + len(samples), now)
        playing, following = self._playing, self._next
        count = len(samples)
        if following is not None:
            count = min(count, max(0, playing.context.boundary - position))
        # The old epoch first: its last step is put before the new one begins.
        taken = False
        if count:
            taken |= playing.context.add(position, samples[:count], now, again=again)
        if following is not None and count < len(samples):
            taken |= following.context.add(position + count, samples[count:], now, again=again)
        return taken

    def plays(self, epoch: int) -> bool:
        """Whether an epoch of this number plays, or waits to."""
        return any(each.setting.epoch == epoch for each in self._all)

    @property
    def waiting(self) -> bool:
        """Whether an epoch waits for its origin."""
        return self._next is not None

    def holes(self, now: float) -> list[tuple[int, int]]:
        """What is missing and may be asked for again."""
        return [hole for each in self._all for hole in each.context.holes(now)]

    def expire(self, now: float) -> float | None:
        """Put steps that can wait no longer; tells when to be called again, in seconds."""
        dues = [each.context.expire(now) for each in self._all]
        return min((due for due in dues if due is not None), default=None)

    @property
    def _newest(self) -> _Epoch:
        return self._next or self._playing

    @property
    def _all(self) -> tuple[_Epoch, ...]:
        return (self._playing,) if self._next is None else (self._playing, self._next)

    def _make(self, setting: NativeSetting, first: int | None = None) -> _Epoch:
        def put(step: int, samples: Samples, arrived: float) -> None:
            self._put_of(setting, step, samples, arrived)

        context = Context(
            setting.placement,
            setting.rate,
            self._heard,
            self._cycle_seconds,
            put,
            first,
            self._arrivals.time_of,
            lambda: self.latency,
        )
        return _Epoch(setting, context, ToModel(setting.placement))

    def _put_of(self, setting: NativeSetting, step: int, samples: Samples, arrived: float) -> None:
        if self._next is not None and setting is self._next.setting:
            # The old epoch's last step still waits for what is missing: it has waited long enough.
            self._playing.context.finish(arrived)
        if setting is not self._playing.setting:
            return  # an epoch that is over
        self._put(setting, step, self._playing.to_model.step(samples), arrived)
        following = self._next
        if following and setting.placement.context_end(step) >= following.setting.placement.origin:
            self._take_over()

    def _take_over(self) -> None:
        assert self._next is not None, "an epoch that comes takes over"
        self._next.to_model.follow(self._playing.to_model)
        self._playing, self._next = self._next, None
        self._begin(self._playing.setting)
