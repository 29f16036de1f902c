"""A seat among the others."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sideman.runtime.server.events import Step
from sideman.runtime.sharing.admission import MARGIN_SECONDS, Demand
from sideman.runtime.sharing.seat import Seat
from tests.runtime.native.settings import native_setting


@pytest.mark.parametrize(("step", "lead", "rate"), [(1, 12, 44_100), (4, 4, 48_000), (4, 2, 8_000)])
def test_a_step_is_due_when_admission_reckons_with_it(step: int, lead: int, rate: int) -> None:
    waiting = Step(0)
    waiting.setting, waiting.last = native_setting(step=step, lead=lead, rate=rate), 7.0
    seat = SimpleNamespace(queue=SimpleNamespace(first=waiting, wanted=waiting))
    demand = Demand(0.01, waiting.setting.step_seconds, waiting.setting.deadline_seconds)
    kind, due = Seat.urgency(seat)
    assert kind == 0
    assert due - 7.0 == pytest.approx(demand.due + MARGIN_SECONDS)
