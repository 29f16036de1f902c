"""Kernels that TensorRT for RTX compiles just in time are kept across starts."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sideman.engine.errors import BackendError
from sideman.runtime.playing.session import Session
from tests.engine.fakes.driver import DEVICE, FakeDriver
from tests.engine.fakes.tensorrt_stand import GEOMETRY, Stand


@pytest.fixture
def stand(tmp_path, monkeypatch) -> Stand:
    made = Stand(tmp_path, monkeypatch)
    made.build()
    return made


def start(stand: Stand) -> list[str]:
    """What a start compiles; the session then ends as in a crash, with nothing kept at its end."""
    stand.library.calls.clear()
    backend = stand.backend()
    session = Session(stand.bundle.manifest, backend, stand.stages(backend))
    session.configure(GEOMETRY, (0,))
    session.warm_up()
    backend._stream.close()
    return [stage for (stage,) in stand.library.did("compile")]


def blobs(stand: Stand) -> list:
    return sorted((stand.cache.root / "runtime").glob("*.blob"))


def test_the_second_start_compiles_nothing(stand: Stand) -> None:
    assert start(stand) == ["encode", "step", "decode"]
    assert len(blobs(stand)) == 3
    written = [file.stat().st_ino for file in blobs(stand)]
    assert start(stand) == []
    # What has not grown is not written again.
    assert [file.stat().st_ino for file in blobs(stand)] == written


def test_what_was_compiled_without_a_warm_up_is_kept_at_the_end(stand: Stand) -> None:
    backend = stand.backend()
    with Session(stand.bundle.manifest, backend, stand.stages(backend)) as session:
        session.configure(GEOMETRY, (0,))
        session.step(np.zeros(GEOMETRY.step_samples, np.float32))
        assert blobs(stand) == []
    assert start(stand) == []


def test_a_corrupt_one_is_dropped_with_a_warning_and_made_again(stand: Stand, caplog) -> None:
    start(stand)
    for file in blobs(stand):
        file.write_bytes(file.read_bytes()[:-1])
    assert start(stand) == ["encode", "step", "decode"]
    assert caplog.text.count("is damaged and is dropped") == 3
    assert start(stand) == []


def test_one_that_the_library_refuses_is_dropped_and_replaced(stand: Stand, caplog) -> None:
    start(stand)
    stand.library.fail("deserialise cache")
    assert start(stand) == ["encode"]
    assert caplog.text.count("another driver or GPU and is dropped") == 1
    assert start(stand) == []


def test_another_driver_has_its_own(stand: Stand) -> None:
    start(stand)
    stand.driver = stand.library.driver = FakeDriver(dataclasses.replace(DEVICE, driver="13.1"))
    assert start(stand) == ["encode", "step", "decode"]


def test_a_library_that_takes_no_cache_works_all_the_same(stand: Stand, caplog) -> None:
    stand.library.fail("set cache")
    start(stand)
    assert caplog.text.count("compiled at every start") == 1


def test_a_full_disk_costs_the_next_start_and_not_this_one(stand: Stand, caplog, monkeypatch):
    def full(*_: object) -> None:
        raise BackendError("No space left on device.")

    monkeypatch.setattr("sideman.engine.tensorrt.cache.blobs.write_atomically", full)
    assert start(stand) == ["encode", "step", "decode"]
    assert "not kept for the next start. No space left on device." in caplog.text


def test_a_library_that_cannot_tell_what_it_compiled_plays_on(stand: Stand, caplog) -> None:
    stand.library.fail("serialise cache", RuntimeError("no memory for a cache"))
    assert start(stand) == ["encode", "step", "decode"]
    assert "not kept for the next start. no memory for a cache" in caplog.text
    assert len(blobs(stand)) == 2


def test_the_classic_flavour_compiles_nothing_at_run_time(tmp_path, monkeypatch) -> None:
    stand = Stand(tmp_path, monkeypatch, rtx=False)
    stand.build()
    assert start(stand) == []
    assert blobs(stand) == []
