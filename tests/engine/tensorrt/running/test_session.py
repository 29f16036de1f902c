"""Whole sessions over fake TensorRT on a fake GPU, compared with the same stages on the CPU."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sideman.engine.errors import BackendError, DeviceLostError
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from tests.engine.fakes.session import cpu_session, play
from tests.engine.fakes.tensorrt_stand import COLUMNS, GEOMETRY, Stand, cpu_functions


def open_session(stand: Stand) -> Session:
    backend = stand.backend()
    return Session(stand.bundle.manifest, backend, stand.stages(backend), GaussianNoise(1))


@pytest.mark.parametrize("warm", [True, False])
def test_a_session_gives_the_same_bits_as_on_the_cpu(stand: Stand, warm: bool) -> None:
    with cpu_session() as cpu, open_session(stand) as session:
        wanted, found = play(cpu, warm), play(session, warm)
        assert session._cycle.program.replays is warm
        assert session.execution.startswith("the whole cycle as one CUDA graph") is warm
        for want, got in zip(wanted, found, strict=True):
            np.testing.assert_array_equal(got, want)
    assert stand.driver.leaks() == {}


def test_graphs_can_be_switched_off(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDEMAN_NO_CUDA_GRAPH", "1")
    stand.library.capturable = False
    with cpu_session() as cpu, open_session(stand) as session:
        for want, got in zip(play(cpu, True), play(session, True), strict=True):
            np.testing.assert_array_equal(got, want)
        assert "SIDEMAN_NO_CUDA_GRAPH" in session.execution
    assert {graphs for _, graphs in stand.library.did("context")} <= {None, "DISABLED"}
    assert not any(name == "launch" for name, *_ in stand.driver.operations)


def test_a_cycle_is_one_queue_of_work_with_one_wait(stand: Stand) -> None:
    with open_session(stand) as session:
        session.configure(GEOMETRY, (0, 2))
        session.prepare()
        cycle, driver = session._cycle, stand.driver
        driver.operations.clear()
        cycle.run(lambda *_: None)
        assert driver.operations == [
            *(
                ("copy_to_device", buffer.address, buffer.nbytes)
                for buffer in (cycle.source, cycle.keep, cycle.audio)
            ),
            ("kernel", "encode"),
            ("kernel", "step"),
            ("kernel", "step"),
            ("kernel", "decode"),
            *(
                ("copy_to_host", buffer.address, buffer.nbytes)
                for buffer in (cycle.latent, cycle.decoded)
            ),
            ("record",),
            ("wait",),
        ]
        session.warm_up()
        driver.operations.clear()
        cycle.run(lambda *_: None)
        assert driver.operations == [("launch", 9), ("record",), ("wait",)]


def test_evaluations_share_a_context_and_switch_only_what_differs(stand: Stand) -> None:
    with open_session(stand) as session:
        session.configure(GEOMETRY, (0, 2))
        session.prepare()
        assert [stage for stage, _ in stand.library.did("context")] == ["encode", "step", "decode"]
        session._cycle.run(lambda *_: None)
        stand.library.calls.clear()
        session._cycle.run(lambda *_: None)
        switched = [(stage, name) for stage, name, _ in stand.library.did("address")]
        assert {stage for stage, _ in switched} == {"step"}
        assert switched.count(("step", "x")) == 2  # to the first evaluation's, and on
        assert not {"label", "keep", "source", "mixture"} & {name for _, name in switched}


def test_sizes_that_were_not_built_are_refused_before_anything_changes(stand: Stand) -> None:
    with open_session(stand) as session:
        session.configure(GEOMETRY, (0,))
        with pytest.raises(BackendError, match=r"no engine is built for rows 3") as caught:
            session.configure(GEOMETRY, (0, 1, 2))
        assert "rows 1; rows 2" in caught.value.what
        assert f"sideman build {stand.bundle.path} --backend {stand.flavour.name}" in str(
            caught.value
        )
        assert "--rows 3" in caught.value.remedy
        session.step(np.zeros(GEOMETRY.step_samples, np.float32))


def test_another_decode_length_asks_for_the_step_that_is_played(rtx_stand: Stand) -> None:
    with rtx_stand.backend() as backend:
        decode = rtx_stand.stages(backend)["decode"]
        sizes = {"batch": 2, "contexts": 1, "decoded_columns": COLUMNS + 1, "decoded_samples": 1}
        with pytest.raises(BackendError, match=f"columns {COLUMNS + 1}") as caught:
            decode.check_sizes(sizes)
        assert "--rows 2 --r R --w W --fade FADE" in caught.value.remedy
        decode.check_sizes(
            {**sizes, "decoded_columns": COLUMNS, "decoded_samples": GEOMETRY.decoded_samples}
        )


def test_a_lost_device_is_told_and_nothing_is_returned(stand: Stand) -> None:
    with open_session(stand) as session:
        session.configure(GEOMETRY, (0,))
        session.warm_up()
        stand.driver.fail("run kernel", DeviceLostError("The GPU is lost.", "Start again."))
        audio = np.zeros(GEOMETRY.step_samples, np.float32)
        for _ in range(2):
            with pytest.raises(DeviceLostError, match="The GPU is lost"):
                session.step(audio)


def test_a_lost_device_is_told_where_only_the_library_notices(stand: Stand) -> None:
    with open_session(stand) as session:
        session.configure(GEOMETRY, (0,))
        stand.library.fail("execute", "Cuda Runtime (an illegal memory access was encountered)")
        stand.driver.fail("memory", DeviceLostError("The GPU is lost.", "Start again."))
        with pytest.raises(DeviceLostError, match="The GPU is lost"):
            session.step(np.zeros(GEOMETRY.step_samples, np.float32))


def test_a_run_that_is_refused_raises_with_what_the_library_said(stand: Stand) -> None:
    with open_session(stand) as session:
        session.configure(GEOMETRY, (0,))
        audio = np.zeros(GEOMETRY.step_samples, np.float32)
        stand.library.fail("execute", "In enqueueV3: shapes are not specified.")
        with pytest.raises(BackendError, match="could not run stage encode: In enqueueV3"):
            session.step(audio)
        session.step(audio)


@pytest.fixture
def loud(tmp_path, monkeypatch) -> Stand:
    """The fake denoiser barely hears the mean of noise; this encoder makes it loud."""
    functions = cpu_functions()
    encode: Callable = functions["encode"]

    def louder(arrays: dict[str, np.ndarray]) -> None:
        encode(arrays)
        arrays["mixture"] *= 1e5

    made = Stand(tmp_path, monkeypatch, functions=functions | {"encode": louder})
    made.build()
    return made


def test_a_graph_that_lacks_a_stage_is_noticed(loud: Stand, monkeypatch) -> None:
    with open_session(loud) as session:
        session.configure(GEOMETRY, (0,))
        plain = loud.driver.kernel

        def lossy(name: str, stream: int, run: Callable[[], None]) -> None:
            if not (name == "encode" and loud.driver.capturing(stream)):
                plain(name, stream, run)

        monkeypatch.setattr(loud.driver, "kernel", lossy)
        with pytest.raises(BackendError, match="first replay"):
            session.warm_up()
