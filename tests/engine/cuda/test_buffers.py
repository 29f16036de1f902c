from __future__ import annotations

import gc
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from sideman.engine.cuda.buffers import CudaBuffer
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, DeviceLostError
from tests.engine.fakes.driver import FakeDriver, MisuseError


def on_device(buffer: CudaBuffer, driver: FakeDriver) -> np.ndarray:
    return driver.array(buffer.address, buffer.host.shape, str(buffer.host.dtype))


@pytest.mark.parametrize("double", [False, True])
def test_a_buffer_begins_with_zeros_on_both_sides(
    driver: FakeDriver, stream: Stream, double: bool
) -> None:
    buffer = CudaBuffer(stream, (2, 3), "int64", double=double)
    assert buffer.host.shape == (2, 3)
    assert buffer.host.dtype == np.int64
    assert buffer.address % 256 == 0
    assert not buffer.host.any()
    assert not on_device(buffer, driver).any()
    buffer.upload()
    assert not buffer.host.any(), "the other half begins with zeros too"


def test_what_goes_up_comes_down(driver: FakeDriver, stream: Stream) -> None:
    buffer = CudaBuffer(stream, (4,))
    buffer.host[:] = [1, 2, 3, 4]
    buffer.upload()
    np.testing.assert_array_equal(on_device(buffer, driver), [1, 2, 3, 4])
    on_device(buffer, driver)[:] = 7
    buffer.download()
    assert (buffer.host == 7).all()


def test_copies_of_a_program_do_not_wait(driver: FakeDriver, stream: Stream) -> None:
    up, down = CudaBuffer(stream, (4,)), CudaBuffer(stream, (4,))
    driver.operations.clear()
    up.host[:] = 1
    up.enqueue_upload()
    down.enqueue_download()
    assert driver.operations == [
        ("copy_to_device", up.address, 16),
        ("copy_to_host", down.address, 16),
    ]
    assert np.isnan(down.host).all(), "not valid before somebody waited"


def test_a_host_that_writes_too_early_is_noticed(driver: FakeDriver, stream: Stream) -> None:
    """The fake driver sees the fault that double buffering is there to prevent."""
    buffer = CudaBuffer(stream, (4,))
    buffer.enqueue_upload()
    buffer.host[:] = 1
    with pytest.raises(MisuseError, match="the host wrote"):
        stream.synchronize()


@given(contents=st.lists(st.integers(-9, 9), min_size=1, max_size=8), read=st.data())
def test_a_double_buffer_delivers_what_was_there_at_upload(
    contents: list[int], read: st.DataObject
) -> None:
    """Kernels that are still waiting to run read the content uploaded before each of them."""
    driver = FakeDriver()
    with Stream(driver) as stream:
        buffer = CudaBuffer(stream, (3,), double=True)
        seen: list[float] = []
        driver.operations.clear()
        for value in contents:
            before = buffer.host
            before[:] = value
            buffer.upload()
            assert not np.shares_memory(before, buffer.host)
            buffer.host[:] = 100  # written at once, while the copy of the other half may wait
            array = on_device(buffer, driver)
            driver.kernel("read", stream.handle, lambda a=array: seen.append(float(a[0])))
            if read.draw(st.booleans()):
                stream.synchronize()
        stream.synchronize()
        assert seen == contents
        del before, array


def test_an_upload_waits_for_the_copy_before_last_only(driver: FakeDriver, stream: Stream) -> None:
    buffer = CudaBuffer(stream, (3,), double=True)
    ran = len(driver.ran)
    buffer.upload()
    assert len(driver.ran) == ran, "the first copy is still to run"
    buffer.upload()
    copies = [work for work in driver.ran[ran:] if work[0] == "copy_to_device"]
    assert len(copies) == 1, "the half that is host again has been read, the other one has not"
    assert ("synchronize",) not in driver.operations[-4:]


def test_a_part_shares_memory_with_the_whole(driver: FakeDriver, stream: Stream) -> None:
    whole = CudaBuffer(stream, (3, 2))
    part = whole[1]
    assert part.address == whole.address + 8
    assert whole[-1].address == whole.address + 16
    part.host[:] = 5
    part.upload()
    np.testing.assert_array_equal(on_device(whole, driver), [[0, 0], [5, 5], [0, 0]])
    np.testing.assert_array_equal(whole.host, [[0, 0], [5, 5], [0, 0]])
    with pytest.raises(IndexError):
        whole[3]


def test_a_part_of_a_double_buffer_follows_the_halves(stream: Stream) -> None:
    whole = CudaBuffer(stream, (3, 2), double=True)
    part = whole[1]
    whole.upload()
    assert np.shares_memory(part.host, whole.host)
    with pytest.raises(BackendError, match="part"):
        part.upload()


def test_a_double_buffer_is_no_operation_of_a_program(stream: Stream) -> None:
    buffer = CudaBuffer(stream, (3,), double=True)
    for copy in (buffer.enqueue_upload, buffer.enqueue_download):
        with pytest.raises(BackendError, match="before the program"):
            copy()


@given(shape=array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4), double=st.booleans())
def test_any_shape_can_be_copied(shape: tuple[int, ...], double: bool) -> None:
    driver = FakeDriver()
    with Stream(driver) as stream:
        buffer = CudaBuffer(stream, shape, "float32", double=double)
        values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
        buffer.host[...] = values
        buffer.upload()
        buffer.host[...] = 0
        buffer.download()
        np.testing.assert_array_equal(buffer.host, values)
    assert driver.leaks() == {}


def test_memory_goes_with_the_last_who_uses_it(driver: FakeDriver, stream: Stream) -> None:
    buffer = CudaBuffer(stream, (3, 2), double=True)
    part, array = buffer[0], buffer.host[1:]
    del buffer
    gc.collect()
    assert driver.leaks()["device memory"] == 1
    del part
    gc.collect()
    assert driver.leaks() == {"host memory": 1, "streams": 1}, "an array still looks at one half"
    assert not array.any()
    del array
    gc.collect()
    assert driver.leaks() == {"streams": 1}


def test_nothing_is_freed_while_it_is_in_use_or_recorded(
    driver: FakeDriver, stream: Stream
) -> None:
    """The fake driver refuses to free what a copy may read, and anything during a record."""
    kept, dropped = CudaBuffer(stream, (3,)), CudaBuffer(stream, (3,))
    dropped.enqueue_upload()
    del dropped
    gc.collect()
    assert driver.leaks()["device memory"] == 1
    dropped = CudaBuffer(stream, (3,))
    driver.begin_capture(stream.handle)
    kept.enqueue_upload()
    del dropped
    gc.collect()
    assert driver.leaks()["device memory"] == 2, "put off until the record is complete"
    driver.destroy_graph(driver.end_capture(stream.handle))
    CudaBuffer(stream, (1,))
    gc.collect()
    assert driver.leaks()["device memory"] == 1


def test_closing_frees_what_is_still_held_and_only_once(driver: FakeDriver) -> None:
    stream = Stream(driver)
    held = CudaBuffer(stream, (3,), double=True)
    stream.close()
    assert driver.leaks() == {}
    stream.close()
    calls = driver.calls.copy()
    del held
    gc.collect()
    assert driver.calls == calls, "nothing is asked of a driver whose stream is closed"
    with pytest.raises(BackendError, match="closed"):
        CudaBuffer(stream, (3,))


def test_too_little_memory_leaves_nothing_behind(driver: FakeDriver, stream: Stream) -> None:
    with pytest.raises(BackendError, match="Wanted were"):
        CudaBuffer(stream, (driver.device.memory,))
    driver.fail("allocate_host", BackendError("no page-locked memory"), after=1)
    with pytest.raises(BackendError, match="page-locked"):
        CudaBuffer(stream, (3,), double=True)
    gc.collect()
    assert driver.leaks() == {"streams": 1}


def test_a_lost_device_is_told_and_closing_does_not_hide_it(driver: FakeDriver) -> None:
    stream = Stream(driver)
    buffer = CudaBuffer(stream, (3,))
    driver.fail("copy_to_device", DeviceLostError("gone", "restart"))
    with pytest.raises(DeviceLostError, match="gone"):
        buffer.upload()
    del buffer
    stream.close()
    assert driver.leaks()["device memory"] == 1, "nothing can be freed on a lost device"


def test_what_cannot_be_freed_is_logged_and_the_rest_is_freed(
    driver: FakeDriver, caplog: pytest.LogCaptureFixture
) -> None:
    stream = Stream(driver)
    buffer = CudaBuffer(stream, (3,), double=True)
    driver.fail("free", BackendError("no such address"))
    driver.fail("synchronize", BackendError("an earlier kernel failed"))
    stream.close()
    assert "no such address" in caplog.text
    assert "an earlier kernel failed" in caplog.text
    assert driver.leaks() == {"device memory": 1}
    del buffer


def test_what_another_thread_collects_waits_for_the_one_that_works(
    driver: FakeDriver, stream: Stream
) -> None:
    """It may be recording a graph at that very moment."""
    held = [CudaBuffer(stream, (4,)), CudaBuffer(stream, (4,))]
    thread = threading.Thread(target=held.pop)
    thread.start()
    thread.join()
    assert driver.leaks()["device memory"] == 2
    other = CudaBuffer(stream, (4,))
    assert driver.leaks()["device memory"] == 2
    held.pop()
    assert driver.leaks()["device memory"] == 1
    assert other.nbytes == 16


def test_a_collector_that_runs_while_memory_is_freed_frees_nothing_twice(
    driver: FakeDriver, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffers = [CudaBuffer(stream, (4,)) for _ in range(2)]
    synchronize = driver.synchronize

    def collect(handle: int) -> None:
        synchronize(handle)
        if buffers:
            buffers.pop()

    monkeypatch.setattr(driver, "synchronize", collect)
    buffers.pop()
    assert not buffers
    assert driver.leaks() == {"streams": 1}
