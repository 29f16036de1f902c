"""What a performer meets: which engines are taken, what they take, and every way to fail."""

from __future__ import annotations

import gc
import logging
import sys

import numpy as np
import pytest

from sideman.engine.backends.base import Buffer
from sideman.engine.backends.choice import BackendChoice
from sideman.engine.backends.once import run_once
from sideman.engine.errors import BackendError, DeviceLostError, MissingExtraError
from sideman.engine.loading.registry import create_backend
from sideman.engine.tensorrt.running import backend as module
from sideman.engine.tensorrt.running.backend import TensorRTBackend
from tests.engine.fakes.driver import MisuseError
from tests.engine.fakes.tensorrt_stand import COLUMNS, GRID, Stand, other_device

INPUTS = {
    "audio": np.full((1, GRID.codec_samples), 0.5, np.float32),
    "known": np.ones((1, GRID.columns), np.float32),
}


@pytest.fixture
def classic(tmp_path, monkeypatch) -> Stand:
    made = Stand(tmp_path, monkeypatch, rtx=False)
    made.build()
    return made


def encode(stand: Stand, backend: TensorRTBackend) -> np.ndarray:
    return run_once(backend, stand.stages(backend)["encode"], INPUTS)["mixture"]


def test_it_says_what_it_is(stand: Stand) -> None:
    with stand.backend() as backend:
        assert backend.describe() == f"{stand.flavour.title} 9.9, Fake GPU, fp16"
        assert backend.name == stand.flavour.name


def test_a_stage_runs_once(stand: Stand) -> None:
    with stand.backend() as backend:
        np.testing.assert_allclose(encode(stand, backend)[0], 0.5, rtol=1e-6)
    assert stand.driver.leaks() == {}


def test_each_engine_is_loaded_once_however_many_shapes_it_holds(stand: Stand) -> None:
    with stand.backend() as backend:
        stand.stages(backend)
        loaded = [stage for (stage,) in stand.library.did("engine")]
        assert sorted(loaded) == ["decode", "encode", "step"]
        assert stand.library.did("context") == []


def test_engines_that_were_built_one_after_another_are_all_loaded(stand: Stand) -> None:
    stand.build(rows=(4,))
    with stand.backend() as backend:
        stages = stand.stages(backend)
        loaded = [stage for (stage,) in stand.library.did("engine")]
        assert sorted(loaded) == ["decode", "decode", "encode", "step", "step"]
        for rows in (1, 2, 4):
            run_once(backend, stages["step"], _zeros(stages["step"], rows))


def test_memory_is_told_once(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.INFO, "sideman.engine.tensorrt.running.backend"),
        stand.backend() as b,
    ):
        stand.stages(b)
    assert [m for m in caplog.messages if "engines take" in m and "MB are free" in m] == (
        caplog.messages
    )
    assert len(caplog.messages) == 1


def test_plans_do_not_stay_in_memory(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    alive = []

    class Plan(bytes):
        def __del__(self) -> None:
            alive.remove(id(self))

    def read(found):
        plan = Plan(found.path.read_bytes())
        alive.append(id(plan))
        return plan

    monkeypatch.setattr(module, "read_engine", read)
    with stand.backend() as backend:
        stand.stages(backend)
        gc.collect()
        assert alive == []
        assert stand.library.did("engine")


def test_nothing_built_names_the_command(empty_rtx_stand: Stand) -> None:
    with (
        empty_rtx_stand.backend(precision="bf16") as backend,
        pytest.raises(BackendError) as caught,
    ):
        empty_rtx_stand.stages(backend)
    assert "stage encode of stand" in caught.value.what
    command = f"sideman build {empty_rtx_stand.bundle.path} --backend tensorrt-rtx --precision bf16"
    assert caught.value.remedy == f"Build them once: {command} --target sm89"


def test_the_nearest_engines_are_named(classic: Stand) -> None:
    with classic.backend(precision="fp32") as backend, pytest.raises(BackendError) as caught:
        classic.stages(backend)
    assert "nearest: precision fp32, not fp16" in caught.value.what
    assert "on Fake GPU" in caught.value.what
    assert "--target" not in caught.value.remedy


def test_a_folder_with_blanks_is_quoted(tmp_path, monkeypatch) -> None:
    folder = tmp_path / "my music"
    folder.mkdir()
    stand = Stand(folder, monkeypatch)
    with stand.backend() as backend, pytest.raises(BackendError) as caught:
        stand.stages(backend)
    assert f'sideman build "{stand.bundle.path}" --backend' in caught.value.remedy


def test_rtx_has_no_engines_for_hopper(tmp_path, monkeypatch) -> None:
    device = other_device("NVIDIA H100", (9, 0))
    stand = Stand(tmp_path, monkeypatch, device=device)
    with pytest.raises(BackendError, match=r"NVIDIA H100, which is sm90") as caught:
        stand.backend()
    assert "sm75, sm89, sm120" in caught.value.what
    assert "--backend tensorrt or --backend onnxruntime-cuda" in caught.value.remedy
    assert stand.driver.leaks() == {}
    classic = Stand(tmp_path / "classic", monkeypatch, rtx=False, device=device)
    classic.build()
    with classic.backend() as backend:
        encode(classic, backend)


def test_engines_of_another_gpu_are_not_taken(classic: Stand, tmp_path, monkeypatch) -> None:
    other = Stand(
        tmp_path / "other",
        monkeypatch,
        rtx=False,
        device=other_device("Other GPU", (8, 9)),
    )
    other.cache = classic.cache
    with other.backend() as backend, pytest.raises(BackendError, match="on Other GPU") as caught:
        other.stages(backend)
    assert "nearest: GPU Other GPU, not Fake GPU" in caught.value.what


def test_a_precision_that_the_gpu_lacks_is_refused(tmp_path, monkeypatch) -> None:
    stand = Stand(tmp_path, monkeypatch, device=other_device("Old GPU", (7, 5)))
    with pytest.raises(BackendError, match="sm75 has no bfloat16"):
        stand.backend(precision="bf16")


def test_a_missing_library_names_the_pip_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorrt", None)
    with pytest.raises(MissingExtraError, match=r'pip install "\.\[tensorrt\]"'):
        create_backend(BackendChoice("tensorrt"))


def test_a_single_graph_cannot_be_loaded(stand: Stand) -> None:
    spec = stand.bundle.manifest.stages["encode"]
    with stand.backend() as backend, pytest.raises(BackendError, match="built for a bundle"):
        backend.load("encode", stand.bundle.read_stage("encode"), spec)


def test_a_library_that_does_not_start_leaves_nothing_behind(stand: Stand) -> None:
    stand.library.fail("runtime", TypeError("pybind11::init(): factory function returned nullptr"))
    with pytest.raises(BackendError, match="could not start: pybind11"):
        stand.backend()
    assert stand.driver.leaks() == {}


def test_an_engine_that_cannot_be_deserialised_tells_what_the_library_said(stand: Stand) -> None:
    stand.library.fail("deserialise", "Error Code 6: API Usage Error (something is wrong)")
    with stand.backend() as backend:
        with pytest.raises(BackendError, match="something is wrong") as caught:
            stand.stages(backend)
        assert "could not load the engine of stage encode" in caught.value.what
    assert stand.driver.leaks() == {}


@pytest.mark.parametrize("point", ["deserialise", "context"])
def test_too_little_memory_is_told_with_numbers(stand: Stand, point: str) -> None:
    stand.library.fail(point, "Error Code 2: OutOfMemory (Requested size was 4194304 bytes.)")
    with stand.backend() as backend:
        with pytest.raises(BackendError, match=r"memory ran out; of 1,074 MB .* are free") as error:
            encode(stand, backend)
        assert "play fewer stems" in error.value.remedy
        # Nothing half-made is kept: with room again, it works.
        np.testing.assert_allclose(encode(stand, backend)[0], 0.5, rtol=1e-6)


def test_a_context_that_is_none_is_an_error_even_without_a_word(stand: Stand) -> None:
    with stand.backend() as backend:
        stage = stand.stages(backend)["encode"]
        stand.library.fail("context")
        with pytest.raises(BackendError, match="could not make an execution context of stage enc"):
            run_once(backend, stage, INPUTS)
        assert run_once(backend, stage, INPUTS)["mixture"].any()


def test_the_library_raises_rather_than_returning_false(classic: Stand) -> None:
    with classic.backend() as backend:
        step = classic.stages(backend)["step"]
        classic.library.fail("profile", RuntimeError("Error in set optimization profile async."))
        sizes = {"batch": 2, "contexts": 1, "decoded_columns": COLUMNS, "decoded_samples": 1}
        step.check_sizes(sizes)
        with pytest.raises(BackendError, match="could not prepare stage step for rows 2"):
            run_once(backend, step, _zeros(step, 2))


def test_scratch_memory_that_is_refused_is_an_error(stand: Stand) -> None:
    with stand.backend() as backend:
        stage = stand.stages(backend)["encode"]
        stand.library.fail("scratch", "setDeviceMemoryV2: size is too small")
        with pytest.raises(BackendError, match="size is too small"):
            run_once(backend, stage, INPUTS)


def test_an_address_that_is_refused_is_an_error(stand: Stand) -> None:
    with stand.backend() as backend:
        stage = stand.stages(backend)["encode"]
        stand.library.fail("address")
        with pytest.raises(BackendError, match=r"refuses the memory of (audio|known|mixture)"):
            run_once(backend, stage, INPUTS)
        np.testing.assert_allclose(run_once(backend, stage, INPUTS)["mixture"][0], 0.5, rtol=1e-6)


def test_buffers_of_another_backend_are_refused(stand: Stand) -> None:
    with stand.backend() as backend:
        stage = stand.stages(backend)["encode"]
        buffers = {name: Buffer(array) for name, array in INPUTS.items()}
        buffers["mixture"] = Buffer(np.zeros((1, GRID.channels, GRID.columns), np.float32))
        with pytest.raises(BackendError, match="not on the GPU"):
            stage.bind(buffers)


def test_a_part_of_a_buffer_that_is_not_aligned_is_refused(stand: Stand) -> None:
    with stand.backend() as backend:
        step = stand.stages(backend)["step"]
        buffers = {n: backend.allocate(a.shape) for n, a in _zeros(step, 1).items()}
        buffers |= {n: backend.allocate((1, 2, GRID.columns)) for n in ("next", "denoised")}
        buffers["merged"] = backend.allocate((1, 2, GRID.columns))
        coefficients = backend.allocate((2, 7))
        step.bind(buffers | {"coefficients": coefficients[0]})
        with pytest.raises(BackendError, match=r"coefficients .* a multiple of 256 bytes"):
            step.bind(buffers | {"coefficients": coefficients[1]})


def test_nothing_is_used_after_it_was_closed(stand: Stand) -> None:
    backend = stand.backend()
    stage = stand.stages(backend)["encode"]
    shapes = whole_shapes(stage)
    binding = stage.bind({name: backend.allocate(shape) for name, shape in shapes.items()})
    binding.run()
    backend.close()
    backend.close()
    assert stand.driver.leaks() == {}
    for use in (
        binding.run,
        lambda: backend.allocate((1,)),
        lambda: backend.program(()),
        lambda: backend.load_bundle(stand.bundle),
    ):
        with pytest.raises(BackendError, match=r"after (it|its backend) was closed"):
            use()


def test_what_others_lean_on_is_given_back_last(stand: Stand, monkeypatch) -> None:
    scratch, free = [], stand.driver.free

    def note(address: int) -> None:
        stand.library.gone += ["scratch"] * (address in scratch)
        free(address)

    monkeypatch.setattr(stand.driver, "free", note)
    backend = stand.backend()
    stages = stand.stages(backend)
    run_once(backend, stages["encode"], INPUTS)
    run_once(backend, stages["step"], _zeros(stages["step"], 1))
    scratch.append(backend._scratch.address)
    backend.close()
    assert stand.library.gone == ["context"] * 2 + ["engine"] * 3 + ["runtime", "scratch"]


def test_a_lost_device_can_still_be_closed(stand: Stand) -> None:
    backend = stand.backend()
    encode(stand, backend)
    stand.driver.fail("run kernel", DeviceLostError("The GPU is lost.", "Start again."))
    with pytest.raises(DeviceLostError):
        encode(stand, backend)
    backend.close()


def test_a_lost_device_is_told_apart_from_a_failing_library(stand: Stand) -> None:
    with stand.backend() as backend:
        stage = stand.stages(backend)["encode"]
        shapes = whole_shapes(stage)
        binding = stage.bind({name: backend.allocate(shape) for name, shape in shapes.items()})
        stand.library.fail("execute", "Cuda Runtime (unspecified launch failure)")
        stand.driver.fail("memory", DeviceLostError("The GPU is lost.", "Start again."))
        with pytest.raises(DeviceLostError, match="The GPU is lost"):
            binding.run()


def test_work_that_fails_while_closing_is_told(stand: Stand, caplog) -> None:
    backend = stand.backend()
    stand.stages(backend)
    stand.driver.fail("synchronize", BackendError("CUDA could not wait."))
    backend.close()
    assert "CUDA could not wait." in caplog.text
    assert stand.driver.leaks() == {}


def test_the_fake_library_notices_what_tensorrt_would_not_forgive(stand: Stand) -> None:
    """The other tests lean on these checks."""
    with stand.backend() as backend:
        stage = stand.stages(backend)["encode"]
        shapes = whole_shapes(stage)
        binding = stage.bind({name: backend.allocate(shape) for name, shape in shapes.items()})
        binding.run()
        (context,) = backend._scratch.contexts()
        address = backend._scratch.address
        context.use_scratch(address, 1)
        with pytest.raises(AssertionError):
            binding.run()
        context.use_scratch(address + 2**30, 256)
        binding.run()
        with pytest.raises(MisuseError, match="not allocated"):
            backend._stream.synchronize()


def _zeros(stage, rows: int) -> dict[str, np.ndarray]:
    return {
        tensor.name: np.zeros(
            [{"batch": rows, "contexts": 1}.get(size, size) for size in tensor.shape], np.float32
        )
        for tensor in stage.spec.inputs
    }


def whole_shapes(stage) -> dict[str, tuple[int, ...]]:
    """Of the encoder's tensors, where the whole window is encoded."""
    sizes = GRID.whole_sizes
    return {
        tensor.name: tuple(sizes.get(size, size) for size in tensor.shape)
        for tensor in (*stage.spec.inputs, *stage.spec.outputs)
    }
