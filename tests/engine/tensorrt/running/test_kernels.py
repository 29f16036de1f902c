"""Kernels that TensorRT for RTX compiles just in time are kept across starts."""

from __future__ import annotations

import dataclasses

import numpy as np

from sideman.engine.errors import BackendError
from sideman.runtime.playing.session import Session
from tests.engine.fakes.driver import DEVICE, FakeDriver
from tests.engine.fakes.tensorrt_stand import GEOMETRY, Stand


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


def test_the_second_start_compiles_nothing(rtx_stand: Stand) -> None:
    assert start(rtx_stand) == ["encode", "step", "decode"]
    assert len(blobs(rtx_stand)) == 3
    written = [file.stat().st_ino for file in blobs(rtx_stand)]
    assert start(rtx_stand) == []
    # What has not grown is not written again.
    assert [file.stat().st_ino for file in blobs(rtx_stand)] == written


def test_what_was_compiled_without_a_warm_up_is_kept_at_the_end(rtx_stand: Stand) -> None:
    backend = rtx_stand.backend()
    with Session(rtx_stand.bundle.manifest, backend, rtx_stand.stages(backend)) as session:
        session.configure(GEOMETRY, (0,))
        session.step(np.zeros(GEOMETRY.step_samples, np.float32))
        assert blobs(rtx_stand) == []
    assert start(rtx_stand) == []


def test_a_corrupt_one_is_dropped_with_a_warning_and_made_again(rtx_stand: Stand, caplog) -> None:
    start(rtx_stand)
    for file in blobs(rtx_stand):
        file.write_bytes(file.read_bytes()[:-1])
    assert start(rtx_stand) == ["encode", "step", "decode"]
    assert caplog.text.count("is damaged and is dropped") == 3
    assert start(rtx_stand) == []


def test_one_that_the_library_refuses_is_dropped_and_replaced(rtx_stand: Stand, caplog) -> None:
    start(rtx_stand)
    rtx_stand.library.fail("deserialise cache")
    assert start(rtx_stand) == ["encode"]
    assert caplog.text.count("another driver or GPU and is dropped") == 1
    assert start(rtx_stand) == []


def test_another_driver_has_its_own(rtx_stand: Stand) -> None:
    start(rtx_stand)
    rtx_stand.driver = rtx_stand.library.driver = FakeDriver(
        dataclasses.replace(DEVICE, driver="13.1")
    )
    assert start(rtx_stand) == ["encode", "step", "decode"]


def test_a_library_that_takes_no_cache_works_all_the_same(rtx_stand: Stand, caplog) -> None:
    rtx_stand.library.fail("set cache")
    start(rtx_stand)
    assert caplog.text.count("compiled at every start") == 1


def test_a_full_disk_costs_the_next_start_and_not_this_one(rtx_stand: Stand, caplog, monkeypatch):
    def full(*_: object) -> None:
        raise BackendError("No space left on device.")

    monkeypatch.setattr("sideman.engine.cache.blobs.write_atomically", full)
    assert start(rtx_stand) == ["encode", "step", "decode"]
    assert "not kept for the next start. No space left on device." in caplog.text


def test_a_library_that_cannot_tell_what_it_compiled_plays_on(rtx_stand: Stand, caplog) -> None:
    rtx_stand.library.fail("serialise cache", RuntimeError("no memory for a cache"))
    assert start(rtx_stand) == ["encode", "step", "decode"]
    assert "not kept for the next start. no memory for a cache" in caplog.text
    assert len(blobs(rtx_stand)) == 2


def test_the_classic_flavour_compiles_nothing_at_run_time(tmp_path, monkeypatch) -> None:
    stand = Stand(tmp_path, monkeypatch, rtx=False)
    stand.build()
    assert start(stand) == []
    assert blobs(stand) == []
