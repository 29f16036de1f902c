"""Scratch memory, profiles, and graphs: ours, or the library's own where it allows no other."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sideman.engine.backends.program import Segment
from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, SidemanError
from sideman.engine.tensorrt.running.context import Scratch
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from tests.engine.fakes.driver import FakeDriver
from tests.engine.fakes.tensorrt import FakeContext
from tests.engine.fakes.tensorrt_stand import GEOMETRY, SPECS, Stand
from tests.fakes.backend import FakeBackend


def no_record(name: str, seconds: float) -> None:
    raise AssertionError("nothing is timed in a run")


def bind(backend, stage, sizes):
    buffers = {}
    for tensor in (*stage.spec.inputs, *stage.spec.outputs):
        shape = tuple(sizes.get(size, size) for size in tensor.shape)
        buffers[tensor.name] = backend.allocate(shape)
    return buffers, stage.bind(buffers)


def sizes(rows: int) -> dict[str, int]:
    return GEOMETRY.free_sizes(rows)


def test_all_contexts_share_the_largest_scratch_memory(empty_stand: Stand) -> None:
    empty_stand.plans = {"encode": {"scratch": 1000}, "step": {"scratch": 3000}, "decode": {}}
    empty_stand.build()
    with empty_stand.backend() as backend:
        stages = empty_stand.stages(backend)
        before = sum(len(block) for block in empty_stand.driver._memory.values())
        assert before == 0
        kept = [bind(backend, stages[name], sizes(1)) for name in ("encode", "step", "decode")]
        given = empty_stand.library.did("scratch")
        assert [(stage, nbytes) for stage, _, nbytes in given] == [
            ("encode", 1000),
            ("encode", 3000),
            ("step", 3000),
            ("decode", 3000),
        ]
        assert len({address for _, address, nbytes in given if nbytes == 3000}) == 1
        assert 1000 not in [len(block) for block in empty_stand.driver._memory.values()]
        assert kept


class Context:
    """What scratch memory knows of a context."""

    def use_scratch(self, address: int, nbytes: int) -> None:
        self.given = (address, nbytes)


@given(st.lists(st.tuples(st.integers(0, 1000), st.booleans()), max_size=12))
def test_whatever_is_needed_all_living_contexts_have_one_piece_that_is_enough(needs) -> None:
    driver = FakeDriver()
    with Stream(driver) as stream:
        scratch, living, largest = Scratch(stream), [], 0
        for nbytes, stays in needs:
            context = Context()
            scratch.attach(context, nbytes)
            largest = max(largest, nbytes)
            living += [context] if stays else []
            assert {one.given for one in living} <= {(scratch.address, largest)}
            assert context.given == (scratch.address, scratch.nbytes) == (scratch.address, largest)
            del context
            assert len(scratch.contexts()) == len(living)
            assert driver.leaks().get("device memory", 0) == (largest > 0)
        scratch.close()
        assert "device memory" not in driver.leaks()


def test_a_graph_is_recorded_anew_when_the_scratch_memory_moves(empty_stand: Stand) -> None:
    empty_stand.plans = {"decode": {"scratch": 5000}}
    empty_stand.build()
    with empty_stand.backend() as backend:
        stages = empty_stand.stages(backend)
        buffers, encode = bind(backend, stages["encode"], sizes(1))
        output = buffers["mixture"]
        buffers["audio"].host[:] = 0.25
        buffers["known"].host[:] = 1
        uploads = tuple(buffers[name].enqueue_upload for name in ("audio", "known"))
        program = backend.program(
            (Segment("encode", (*uploads, encode.run, output.enqueue_download)),)
        )
        program.run(no_record)
        assert program.capture()
        program.run(no_record)
        assert empty_stand.driver.operations[-3:] == [("launch", 4), ("record",), ("wait",)]
        kept = bind(backend, stages["decode"], sizes(2))  # the record now names freed memory
        empty_stand.driver.operations.clear()
        program.run(no_record)
        assert ("begin_capture",) in empty_stand.driver.operations
        empty_stand.driver.operations.clear()
        program.run(no_record)
        assert empty_stand.driver.operations == [("launch", 4), ("record",), ("wait",)]
        np.testing.assert_allclose(output.host[0], 0.25)
        assert kept


def test_scratch_memory_that_cannot_grow_leaves_all_as_it_was(empty_stand: Stand) -> None:
    empty_stand.plans = {"decode": {"scratch": 2**31}}
    empty_stand.build()
    with empty_stand.backend() as backend:
        stages = empty_stand.stages(backend)
        _, encode = bind(backend, stages["encode"], sizes(1))
        with pytest.raises(BackendError, match="2147483648 bytes"):
            bind(backend, stages["decode"], sizes(1))
        program = backend.program((Segment("encode", (encode.run,)),))
        program.run(no_record)
        assert len(backend._scratch.contexts()) == 1


def test_each_number_of_rows_runs_in_its_own_profile(empty_stand: Stand) -> None:
    empty_stand.build(rows=(1, 2, 4))
    with empty_stand.backend() as backend:
        step = empty_stand.stages(backend)["step"]
        kept = [bind(backend, step, sizes(rows)) for rows in (4, 1, 2)]
        again = bind(backend, step, sizes(4))
        assert empty_stand.library.did("profile") == [("step", 2), ("step", 1)]
        assert [stage for stage, _ in empty_stand.library.did("context")] == ["step"] * 3
        for buffers, binding in (*kept, again):
            buffers["x"].host[:] = 2
            buffers["coefficients"].host[:] = (1, 0, 0, 0, 3, 0, 0)
            buffers["x"].upload()
            buffers["coefficients"].upload()
            binding.run()
            buffers["next"].download()
            np.testing.assert_array_equal(buffers["next"].host, 6)


def test_rtx_compiles_everything_at_once_and_captures_nothing_by_itself(rtx_stand: Stand) -> None:
    with rtx_stand.backend() as backend:
        kept = bind(backend, rtx_stand.stages(backend)["encode"], sizes(1))
        (context,) = backend._scratch.contexts()
        assert context._config.dynamic_shapes_kernel_specialization_strategy.name == "EAGER"
        assert context._config.cuda_graph_strategy.name == "DISABLED"
        assert kept


def test_where_nobody_else_may_capture_the_library_does_it_itself(rtx_stand: Stand) -> None:
    rtx_stand.library.capturable = False
    cpu = FakeBackend()
    manifest = rtx_stand.bundle.manifest
    backend = rtx_stand.backend()
    with (
        Session(manifest, cpu, cpu.stages(SPECS), GaussianNoise(1)) as plain,
        Session(manifest, backend, rtx_stand.stages(backend), GaussianNoise(1)) as session,
    ):
        rng = np.random.default_rng(0)
        for one in (plain, session):
            one.configure(GEOMETRY, (0, 2))
            one.warm_up()
        made = [stage for stage, graphs in rtx_stand.library.did("context") if graphs != "DISABLED"]
        assert len(made) + 3 == len(rtx_stand.library.did("context"))
        # One for each binding: a shared one would be recorded anew for every evaluation.
        assert sorted(made) == ["decode", "encode", "step", "step"]
        assert len(rtx_stand.library.did("own record")) == 4
        assert "each stage as a CUDA graph of TensorRT for RTX" in session.execution
        assert session._cycle.program.replays
        for _ in range(3):
            audio = rng.standard_normal(GEOMETRY.step_samples).astype(np.float32)
            np.testing.assert_array_equal(session.step(audio), plain.step(audio))
        rtx_stand.library.calls.clear()
        session.step(audio)
        assert rtx_stand.library.did("address") == []
        session.keep_warm()
    assert not any(name == "begin_capture" for name, *_ in rtx_stand.driver.operations)
    assert rtx_stand.driver.leaks() == {}


@pytest.mark.parametrize("stage", ["encode", "step", "decode"])
def test_the_library_s_own_graphs_are_compared_before_serving(
    rtx_stand: Stand, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replay of the library's that does nothing leaves the last output where it was."""
    rtx_stand.library.capturable = False
    enqueue = FakeContext.execute_async_v3

    def replay(self: FakeContext, stream: int) -> bool:
        stale = self._own_graph and self._runs >= 2 and self._engine.stage == stage
        return stale or enqueue(self, stream)

    monkeypatch.setattr(FakeContext, "execute_async_v3", replay)
    backend = rtx_stand.backend()
    stages = rtx_stand.stages(backend)
    with Session(rtx_stand.bundle.manifest, backend, stages, GaussianNoise(1)) as session:
        session.configure(GEOMETRY, (0,))
        with pytest.raises(BackendError, match="another"):
            session.warm_up()
        # Whoever goes on all the same hears nothing rather than that.
        with pytest.raises(SidemanError, match="configure it first"):
            session.step(np.zeros(GEOMETRY.step_samples, np.float32))


def test_stages_are_timed_without_the_library_s_graphs(rtx_stand: Stand) -> None:
    rtx_stand.library.capturable = False
    backend = rtx_stand.backend()
    stages = rtx_stand.stages(backend)
    with Session(rtx_stand.bundle.manifest, backend, stages, GaussianNoise(1)) as session:
        session.configure(GEOMETRY, (0,))
        session.warm_up()

        def runs() -> list[int]:
            return sorted(one._runs for one in rtx_stand.library.contexts if one._own_graph)

        before = runs()
        session.measure_stages(2)
        assert runs() == before
        session.step(np.zeros(GEOMETRY.step_samples, np.float32))
        assert runs() == [count + 1 for count in before]


def test_what_is_dropped_is_freed_at_once(stand: Stand) -> None:
    """A new cycle needs the old one's memory: nothing may wait for the collector of circles."""
    gc.collect()
    gc.disable()
    try:
        with stand.backend() as backend:
            stages = stand.stages(backend)
            empty = stand.driver.leaks()
            for _ in range(2):
                buffers, encode = bind(backend, stages["encode"], sizes(1))
                program = backend.program((Segment("encode", (encode.run,)),))
                program.run(no_record)
                assert program.capture()
                del buffers, encode, program
                # The context stays for the next binding, and the scratch memory with it.
                assert stand.driver.leaks() == empty | {"device memory": 1}
    finally:
        gc.enable()


def test_a_capture_that_the_library_refuses_is_an_error(stand: Stand) -> None:
    with stand.backend() as backend:
        buffers, encode = bind(backend, stand.stages(backend)["encode"], sizes(1))
        program = backend.program((Segment("encode", (encode.run,)),))
        program.run(no_record)
        stand.library.fail("execute", "operation not permitted when stream is capturing")
        # Nothing that is asked of the driver meanwhile may hide what the library said.
        stand.driver.fail("memory", BackendError("not while a graph is recorded"))
        with pytest.raises(BackendError, match=r"cannot be recorded .* operation not permitted"):
            program.capture()
        assert not program.replays
        program.run(no_record)
        assert program.capture()
        assert buffers
