from __future__ import annotations

import numpy as np

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


def test_percentiles_leave_out_what_was_not_measured() -> None:
    found = spreads([{"step": float(n), "send": float("nan")} for n in range(101)])
    assert found == {"step": Spread(50.0, 95.0, 99.0, 100.0, 101)}
    assert "p50 50000.0" in str(found["step"])
    assert Spread.of(np.array([])) is None
