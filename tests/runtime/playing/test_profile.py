from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.playing.profile import SPANS, Profile, Spread, spreads


def test_a_cycle_is_kept_when_it_is_committed() -> None:
    profile = Profile()
    profile.record("encode", 1.0)
    profile.discard()
    profile.record("step", 2.0)
    profile.commit()
    assert profile.last == {"step": 2.0}
    assert profile.rows().shape == (1, len(SPANS))
    assert profile.cycles == 1


def test_the_ring_keeps_the_newest_in_order() -> None:
    profile = Profile(capacity=3)
    for seconds in range(5):
        profile.record("cycle", float(seconds))
        profile.commit()
    assert profile.rows()[:, SPANS.index("cycle")].tolist() == [2.0, 3.0, 4.0]


def test_spans_have_a_place_in_time_and_stages_follow_each_other() -> None:
    profile = Profile()
    for stage, seconds in (("encode", 1e-3), ("step", 2e-3), ("decode", 3e-3)):
        profile.record(stage, seconds)
    profile.place_stages(1_000_000)
    for number, span in enumerate(("wake", "window", "store", "send")):
        profile.mark(span, 10, 10 + 1_000_000 * (number + 1))
    profile.commit()
    assert profile.begins == {
        "wake": 10, "window": 10, "store": 10, "send": 10,
        "encode": 1_000_000, "step": 2_000_000, "decode": 4_000_000,
    }  # fmt: skip
    assert profile.last["overhead"] == pytest.approx(0.010)
    profile.record("step", 1e-3)
    profile.commit()
    assert "overhead" not in profile.last, "what is not known is not zero"
    assert profile.begins == {}


def test_percentiles_leave_out_what_was_not_measured() -> None:
    found = spreads([{"step": float(n), "send": float("nan")} for n in range(101)])
    assert found == {"step": Spread(50.0, 95.0, 99.0, 100.0, 101)}
    assert "p50 50000.0" in str(found["step"])
    assert Spread.of(np.array([])) is None
