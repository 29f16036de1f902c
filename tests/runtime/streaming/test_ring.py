"""Audio by position: any order, any repetition, any place in the ring."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sideman.runtime.streaming.ring import Ring, fade_edges, missing_count

SOUND = np.random.default_rng(0).uniform(-1, 1, 400).astype(np.float32)


@given(
    st.lists(st.tuples(st.integers(-20, 300), st.integers(1, 60)), max_size=12),
    st.integers(-5, 150),
    st.integers(0, 200),
)
def test_a_ring_is_what_a_long_array_would_be(packets, start, forget) -> None:
    ring, plain, written = Ring(100, start), np.zeros(700, np.float32), np.zeros(700, bool)
    for half in (packets[: len(packets) // 2], packets[len(packets) // 2 :]):
        for position, count in half:
            sound = SOUND[position + 20 : position + 20 + count]
            kept = [p for p in range(position, position + len(sound)) if ring.start <= p < ring.end]
            assert ring.write(position, sound) == sum(not written[p + 100] for p in kept)
            for p in kept:
                if not written[p + 100]:
                    plain[p + 100], written[p + 100] = sound[p - position], True
        ring.forget(forget)
        written[: ring.start + 100] = False
        plain[: ring.start + 100] = 0
    out = np.ones(500, np.float32)
    ring.read(-100, out)
    np.testing.assert_array_equal(out, plain[:500])
    holes = ring.missing(-100, 600)
    assert missing_count(holes) == 100 - written.sum()
    for a, b in holes:
        assert a < b
        assert not written[a + 100 : b + 100].any()
        assert not ring.has(a, b)
    assert ring.has(ring.start, ring.end) == (not holes)


def test_what_was_written_first_stays() -> None:
    ring = Ring(8)
    ring.write(0, SOUND[:8])
    assert ring.write(0, SOUND[8:16]) == 0
    out = np.zeros(8, np.float32)
    ring.read(0, out)
    np.testing.assert_array_equal(out, SOUND[:8])


def test_edges_of_holes_are_soft() -> None:
    sound = np.ones(20, np.float32)
    sound[5:8] = sound[10:12] = 0
    fade_edges(sound, [(5, 8), (10, 12)], 3)
    np.testing.assert_allclose(sound[:5], [1, 1, 0.75, 0.5, 0.25])
    np.testing.assert_allclose(sound[12:16], [0.25, 0.5, 0.75, 1])
    # Between two holes there is no room for whole ramps: both act on what is there.
    assert (sound[8:10] < 0.5).all()
    assert not sound[5:8].any()


def test_a_ring_takes_what_another_one_holds() -> None:
    one, other = Ring(50, 100), Ring(80, 90)
    for at in (92, 120, 121, 160):
        other.write(at, SOUND[at : at + 7])
    one.take_from(other)
    assert one.missing(100, 150) == [(100, 120), (128, 150)]
    out = np.zeros(8, np.float32)
    one.read(120, out)
    np.testing.assert_array_equal(out, SOUND[120:128])
