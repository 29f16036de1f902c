from __future__ import annotations

import signal
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.tensorrt.building.progress import PhaseTree, Watch, interruptible

TREES = st.recursive(
    st.integers(1, 5).map(lambda steps: [None] * steps),
    lambda inner: st.lists(st.one_of(st.none(), inner), min_size=1, max_size=4),
    max_leaves=20,
)


def play(tree, watch, name="root", parent=None):
    """Run a tree: a list is a phase, an entry a step, which may hold a phase of its own."""
    watch.start(name, parent, len(tree))
    for index, step in enumerate(tree):
        if step is not None:
            play(step, watch, f"{name}.{index}", name)
        watch.step(name, index)
    watch.finish(name)


@given(TREES)
def test_the_fraction_grows_from_nought_to_one(tree):
    seen = []
    play(tree, Watch(threading.Event(), lambda fraction, phase: seen.append(fraction)))
    assert seen == sorted(seen)
    assert all(0 < fraction <= 1 for fraction in seen)
    assert seen[-1] == pytest.approx(1.0)


def test_a_phase_within_counts_as_one_step_of_its_parent():
    tree = PhaseTree()
    tree.start("root", None, 4)
    tree.step("root", 0)
    tree.start("within", "root", 2)
    tree.step("within", 0)
    assert tree.fraction("within") == pytest.approx((1 + 1 / 2) / 4)


def test_phases_that_were_never_opened_do_no_harm():
    tree = PhaseTree()
    tree.step("lost", 3)
    tree.finish("lost")
    assert tree.fraction("lost") == 0


def test_phases_may_end_early_and_overlap():
    seen = []
    watch = Watch(threading.Event(), lambda fraction, phase: seen.append((fraction, phase)))
    watch.start("root", None, 2)
    watch.start("a", "root", 10)
    watch.start("b", "root", 10)
    assert watch.step("a", 0)
    assert watch.step("b", 5)
    watch.finish("a")
    assert watch.step("b", 2)
    assert [phase for _, phase in seen] == ["a", "b", "b"]
    assert [fraction for fraction, _ in seen] == sorted(fraction for fraction, _ in seen)


def test_a_failing_callback_stops_the_build_and_is_raised_later():
    def fail(fraction, phase):
        raise ValueError("the display broke")

    watch = Watch(threading.Event(), fail)
    watch.start("root", None, 2)
    assert watch.step("root", 0) is False
    with pytest.raises(ValueError, match="the display broke"):
        watch.reraise()


def test_the_event_stops_the_build():
    stopped = threading.Event()
    watch = Watch(stopped, lambda *_: None)
    watch.start("root", None, 2)
    assert watch.step("root", 0) is True
    watch.reraise()
    stopped.set()
    assert watch.step("root", 1) is False
    with pytest.raises(KeyboardInterrupt):
        watch.reraise()


def test_ctrl_c_becomes_an_event_and_is_itself_again_later():
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as stopped:
        assert not stopped.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stopped.wait(5)
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_other_threads_leave_signals_alone():
    before, seen = signal.getsignal(signal.SIGINT), []

    def work():
        with interruptible() as stopped:
            seen.append((stopped.is_set(), signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(False, before)]
