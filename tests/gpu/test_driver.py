"""The lowest seam on a real GPU."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.cuda.buffers import CudaBuffer
from sideman.engine.errors import BackendError

pytestmark = pytest.mark.gpu
MEBIBYTE = 2**20


def test_the_device_is_the_one_that_pytorch_sees(device, torch) -> None:
    properties = torch.cuda.get_device_properties(device.index)
    assert device.name == properties.name
    assert device.capability == (properties.major, properties.minor)
    assert device.memory == properties.total_memory


def test_what_goes_to_the_device_comes_back(driver, stream) -> None:
    sent = np.random.default_rng(0).integers(0, 256, MEBIBYTE, np.uint8)
    there, back = (stream.allocate_host(MEBIBYTE) for _ in range(2))
    memory = stream.allocate(driver, MEBIBYTE)
    there[1][:] = sent
    back[1][:] = 0
    driver.copy_to_device(memory, there[0], MEBIBYTE, stream.handle)
    driver.fill(memory, 7, 256, stream.handle)
    driver.copy_to_host(back[0], memory, MEBIBYTE, stream.handle)
    stream.synchronize()
    assert (back[1][:256] == 7).all()
    assert np.array_equal(back[1][256:], sent[256:])


def test_memory_is_taken_and_given_back(driver, stream) -> None:
    size = 512 * MEBIBYTE
    before, total = driver.memory()
    if before < 2 * size:
        pytest.skip("less than 1 GiB of GPU memory is free")
    address = driver.allocate(size)
    assert address % 256 == 0
    during, same = driver.memory()
    driver.free(address)
    after, _ = driver.memory()
    assert total == same
    assert before - during >= size // 2
    assert after - during >= size // 2


def test_more_memory_than_there_is_says_how_much_there_is(driver) -> None:
    _, total = driver.memory()
    with pytest.raises(BackendError, match="Wanted were") as raised:
        driver.allocate(2 * total)
    assert "free" in raised.value.what
    # The error is not left behind for the next call.
    driver.free(driver.allocate(256))


def test_time_between_events_is_the_devices(driver, stream) -> None:
    memory = stream.allocate(driver, 64 * MEBIBYTE)
    start, end = (stream.create_event(driver, timed=True) for _ in range(2))
    driver.record(start, stream.handle)
    for value in range(20):
        driver.fill(memory, value, 64 * MEBIBYTE, stream.handle)
    driver.record(end, stream.handle)
    driver.wait(end)
    # 1.3 GB cannot be written faster than at 100 TB/s, nor slower than at 1 GB/s.
    assert 1e-5 < driver.seconds(start, end) < 1.5


def test_a_buffer_brings_content_there_and_back(stream) -> None:
    buffer = CudaBuffer(stream, (3, 5))
    assert not buffer.host.any()
    buffer.host[...] = np.arange(15).reshape(3, 5)
    buffer.upload()
    buffer.host[...] = 0
    buffer.download()
    assert np.array_equal(buffer.host, np.arange(15).reshape(3, 5))
    part = buffer[1]
    part.host[...] = -1
    part.upload()
    buffer.host[...] = 0
    buffer.download()
    assert buffer.host[1].tolist() == [-1] * 5
    assert buffer.host[2].tolist() == list(range(10, 15))


def test_no_copy_reads_what_the_host_writes_next(stream, torch) -> None:
    """Contents in quick succession all arrive, each as it was when it was uploaded."""
    from tests.gpu.torch_backend import tensor_over, torch_stream

    size = 4 * MEBIBYTE
    buffer = CudaBuffer(stream, (size,), double=True)
    device = tensor_over(buffer)
    sums = torch.zeros(16, dtype=torch.float64, device="cuda")
    torch.cuda.synchronize()
    for index in range(16):
        buffer.host[...] = index
        buffer.upload()
        # The other half is overwritten while the copy may still run.
        buffer.host[...] = -1000
        with torch.cuda.stream(torch_stream(stream)):
            sums[index] = device.double().mean()
    stream.synchronize()
    assert sums.tolist() == list(range(16))
