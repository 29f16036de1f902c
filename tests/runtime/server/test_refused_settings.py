"""Settings that a session cannot be configured for; over real UDP, most with a made-up session."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sideman.engine.errors import BackendError, DeviceLostError
from sideman.runtime.playing.session import Session
from tests.engine.fakes.backend import FakeCudaBackend
from tests.engine.fakes.driver import DEVICE, FakeDriver
from tests.engine.fakes.session import MANIFEST, SPECS, functions

STEP, SHORT = 66_150, 33_075


def library_error() -> Exception:
    """What ONNX Runtime raises where its arena cannot grow."""
    pytest.importorskip("onnxruntime")
    from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException

    return RuntimeException("BFCArena: Failed to allocate memory for requested buffer of size 9")


def numpy_error() -> Exception:
    with pytest.raises(MemoryError) as caught:
        np.empty(1 << 60, np.uint8)
    return caught.value


@pytest.fixture
def cannot(session, monkeypatch):
    """Lets the session fail where a condition on step and rows holds; at most so many times."""

    def arrange(when, error: Exception, method: str = "configure", times: int = 99) -> None:
        wanted = []
        plain = {name: getattr(session, name) for name in ("configure", "warm_up")}

        def fail(name: str) -> None:
            if name == method and when(*wanted) and times > len(failed):
                failed.append(name)
                raise error

        def configure(geometry, rows):
            wanted[:] = geometry.step_samples, rows
            fail("configure")
            plain["configure"](geometry, rows)

        def warm_up(cycles=2):
            fail("warm_up")
            plain["warm_up"](cycles)

        failed: list[str] = []
        monkeypatch.setattr(session, "configure", configure)
        monkeypatch.setattr(session, "warm_up", warm_up)

    return arrange


@pytest.mark.parametrize("method", ["configure", "warm_up"])
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (MemoryError, "There is not enough memory."),
        (numpy_error, "Unable to allocate"),
        (library_error, "Failed to allocate memory"),
        (lambda: BackendError("cudaErrorMemoryAllocation", "Play fewer."), "Play fewer."),
    ],
)
def test_a_setting_that_memory_is_too_little_for_leaves_the_one_before(
    client, session, cannot, make, says, method
):
    cannot(lambda step, rows: step == SHORT, make(), method)
    client.batch(1, 0.25)
    client.reply(1)
    client.control("/update_r", "d", 0.125)
    (text,) = client.expect("/error")
    assert says in text
    assert f"bass in steps of {SHORT} samples could not be configured" in text
    assert f"stays in force (bass in steps of {STEP} samples)" in text
    client.batch(2, np.full(SHORT, 0.25, np.float32))  # it does not read what it is told
    assert says in client.expect("/error")[0]
    assert client.expect("/batch_dropped") == [2]
    client.control("/predict")
    assert says in client.expect("/error")[0]
    client.control("/update_r", "d", 0.25)
    client.batch(3, 0.5)
    assert len(client.reply(3)["bass"]) == STEP + 882
    assert session.heard() == [("step", 0.25), ("step", 0.5)]
    assert not session.closed


def test_a_step_that_was_meant_for_a_refused_setting_is_told_and_heard(client, session, cannot):
    """Its client would place bass where it expects four stems."""
    cannot(lambda step, rows: len(rows) == 4, MemoryError())
    session.hold()
    client.batch(1, 0.25)
    session.wait_entered()
    client.control("/predict_instruments", "iiii", 1, 1, 1, 1)
    client.batch(2, 0.5)
    client.nothing()
    session.let_go()
    assert set(client.reply(1)) == {"bass"}
    assert "bass, drums, guitar, piano in steps" in client.expect("/error")[0]
    assert "bass, drums, guitar, piano in steps" in client.expect("/error")[0]
    assert client.expect("/batch_dropped") == [2]
    client.control("/predict_instruments", "iiii", 1, 0, 0, 0)
    client.batch(3, 0.125)
    assert set(client.reply(3)) == {"bass"}
    assert session.heard() == [("step", 0.25), ("skip", 0.5), ("step", 0.125)]


def test_a_newer_setting_that_can_be_played_is_not_refused_with_an_older_one(
    client, session, cannot
):
    cannot(lambda step, rows: len(rows) == 4, MemoryError())
    session.hold()
    client.batch(1, 0.25)
    session.wait_entered()
    client.control("/predict_instruments", "iiii", 1, 1, 1, 1)
    client.control("/reset", "i", 1)  # so that the next one does not take its place
    client.control("/predict_instruments", "iiii", 0, 1, 1, 0)
    client.nothing()
    session.let_go()
    client.reply(1)
    client.expect("/error")
    client.batch(2, 0.5)
    assert set(client.reply(2)) == {"drums", "guitar"}


def test_a_refused_setting_is_tried_again_when_it_is_asked_for_again(client, session, cannot):
    cannot(lambda step, rows: len(rows) == 2, MemoryError(), times=1)
    client.wants("bass", "piano")
    client.expect("/error")
    client.wants("bass", "piano")
    client.batch(1, 0.25)
    assert set(client.reply(1)) == {"bass", "piano"}


def test_refused_stems_play_with_sizes_that_memory_suffices_for(client, session, cannot):
    cannot(lambda step, rows: len(rows) == 4 and step == STEP, MemoryError())
    client.wants("bass", "drums", "guitar", "piano")
    client.expect("/error")
    client.control("/update_r", "d", 0.125)
    client.batch(1, np.full(SHORT, 0.25, np.float32))
    assert set(client.reply(1)) == {"bass", "drums", "guitar", "piano"}


def test_without_the_setting_before_the_server_says_so_and_can_load(client, session, cannot):
    cannot(lambda step, rows: True, BackendError("No memory for this."), times=2)
    client.control("/update_r", "d", 0.125)
    (text,) = client.expect("/error")
    assert text.count("No memory for this.") == 2
    assert "Nor could the setting before be restored" in text
    assert "/load_model tries again" in text
    client.batch(1, np.full(SHORT, 0.25, np.float32))
    assert "No memory for this." in client.expect("/error")[0]
    assert client.expect("/batch_dropped") == [1]
    client.control("/load_model")
    client.expect("/loaded")
    client.batch(2, np.full(SHORT, 0.25, np.float32))
    client.reply(2)


@pytest.mark.parametrize("times", [1, 2])
def test_a_device_lost_while_configuring_ends_the_server(client, session, cannot, times):
    """Also where too little memory came first, and the device is lost on the way back."""
    lost = DeviceLostError("The GPU fell off the bus.", "Start again.")
    if times == 1:
        cannot(lambda step, rows: step == SHORT, lost)
    else:
        cannot(lambda step, rows: step == SHORT, MemoryError())
        cannot(lambda step, rows: step == STEP, lost)
    client.control("/update_r", "d", 0.125)
    assert "fell off the bus" in client.expect("/error")[0]
    client.server.wait()
    assert "fell off the bus" in client.server.lost
    client.server.stop()
    assert session.closed


def test_a_gpu_without_room_for_more_stems_plays_on_with_what_it_had(servers):
    """No memory of the setting that was refused is left, and the sound is that of before."""
    driver = FakeDriver()
    backend = FakeCudaBackend(functions(), driver)
    real = Session(MANIFEST, backend, backend.stages(SPECS))
    client = servers.client(lambda: real)
    client.batch(1, 0.25)
    client.reply(1)
    before = driver.leaks()
    total, free = driver.device.memory, driver.memory()[0]
    driver.device = dataclasses.replace(DEVICE, memory=total - free + 4_096)
    client.wants("bass", "drums", "guitar", "piano")
    (text,) = client.expect("/error")
    assert "Wanted were" in text
    assert f"stays in force (bass in steps of {STEP} samples)" in text
    assert driver.leaks() == before
    client.wants("bass")
    client.batch(2, 0.5)
    assert client.reply(2)["bass"].any()
