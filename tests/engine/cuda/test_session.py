"""A whole session on the fake driver, compared with the same stages on the CPU."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sideman.engine.cuda.graph import CapturedGraph
from sideman.engine.errors import BackendError, DeviceLostError, SidemanError
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from tests.engine.fakes.backend import FakeCudaBackend
from tests.engine.fakes.driver import FakeDriver, MisuseError
from tests.engine.fakes.session import GEOMETRY, MANIFEST, SPECS, cpu_session, functions, play


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIDEMAN_NO_CUDA_GRAPH", raising=False)


def cuda_session(stages: dict[str, Callable] | None = None, **options: object) -> Session:
    backend = FakeCudaBackend(stages or functions(), FakeDriver(), **options)
    return Session(MANIFEST, backend, backend.stages(SPECS), GaussianNoise(1))


def driver_of(session: Session) -> FakeDriver:
    return session._backend.driver


@pytest.mark.parametrize("graphs", [True, False])
@pytest.mark.parametrize("warm", [True, False])
def test_a_session_gives_the_same_bits_as_on_the_cpu(graphs: bool, warm: bool) -> None:
    with cpu_session() as cpu, cuda_session(graphs=graphs) as cuda:
        wanted, found = play(cpu, warm), play(cuda, warm)
        assert cuda._cycle.program.replays == (graphs and warm)
        for want, got in zip(wanted, found, strict=True):
            np.testing.assert_array_equal(got, want)
    assert driver_of(cuda).leaks() == {}


def test_a_cycle_is_one_queue_of_work_with_one_wait() -> None:
    with cuda_session() as session:
        session.configure(GEOMETRY, (0, 2))
        session.prepare()
        driver = driver_of(session)
        driver.operations.clear()
        session.step(np.zeros(GEOMETRY.step_samples, np.float32))
        names = [operation[0] for operation in driver.operations]
        kernels = [operation[1] for operation in driver.operations if operation[0] == "kernel"]
    assert kernels == ["encode", "step", "step", "decode"]
    assert names == ["copy_to_device"] * 3 + ["kernel"] * 4 + ["copy_to_host"] * 2 + [
        "record",
        "wait",
    ]


def test_a_replayed_cycle_is_one_launch() -> None:
    with cuda_session() as session:
        session.configure(GEOMETRY, (0, 2))
        session.warm_up()
        session.prepare()
        driver = driver_of(session)
        driver.operations.clear()
        driver.ran.clear()
        session.step(np.zeros(GEOMETRY.step_samples, np.float32))
        assert driver.operations == [("launch", 9), ("record",), ("wait",)]
        assert session.execution == "the whole cycle as one CUDA graph"


def test_noise_is_brought_up_without_waiting_for_the_gpu() -> None:
    with cuda_session() as session:
        session.configure(GEOMETRY, (0,))
        session.prepare()
        session.step(np.zeros(GEOMETRY.step_samples, np.float32))
        driver = driver_of(session)
        driver.operations.clear()
        session.prepare()
        assert ("synchronize",) not in driver.operations
        assert sum(name == "copy_to_device" for name, *_ in driver.operations) == 4


def test_a_steady_cycle_makes_and_frees_nothing() -> None:
    with cuda_session() as session:
        session.configure(GEOMETRY, (0, 1))
        session.warm_up()
        driver = driver_of(session)
        play_one = np.zeros(GEOMETRY.step_samples, np.float32)
        before = dict(driver.calls)
        for _ in range(3):
            session.prepare()
            session.step(play_one)
        changed = {name for name, count in driver.calls.items() if count != before.get(name, 0)}
    made = {name for name in changed if name.startswith(("allocate", "create", "free", "destroy"))}
    assert made == set()


def test_another_choice_of_stems_frees_the_cycle_before() -> None:
    with cuda_session() as session:
        driver = driver_of(session)
        session.configure(GEOMETRY, (0, 1))
        session.warm_up()
        before = driver.leaks()
        for _ in range(3):
            session.configure(GEOMETRY, (2, 3))
            session.warm_up()
        assert driver.leaks() == before


def test_noise_that_was_drawn_before_warming_up_is_what_the_next_step_uses() -> None:
    def latents(session: Session) -> np.ndarray:
        session.configure(GEOMETRY, (0, 2))
        session.prepare()
        session.warm_up()
        for _ in range(2):
            session.step(np.full(GEOMETRY.step_samples, 0.25, np.float32))
        return session.latents.copy()

    with cpu_session() as cpu, cuda_session() as cuda:
        np.testing.assert_array_equal(latents(cuda), latents(cpu))


def test_a_graph_of_nothing_is_noticed_before_serving(monkeypatch: pytest.MonkeyPatch) -> None:
    with cuda_session() as session:
        session.configure(GEOMETRY, (0,))
        driver = driver_of(session)
        enqueue = driver._enqueue

        def lose(stream: int, work: object) -> None:
            if not driver.capturing(stream):
                enqueue(stream, work)

        monkeypatch.setattr(driver, "_enqueue", lose)
        with pytest.raises(BackendError, match="holds nothing"):
            session.warm_up()


@pytest.mark.parametrize("lacking", ["encode", "step", "decode"])
def test_a_graph_that_lacks_a_stage_is_noticed_before_serving(
    lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cuda_session() as session:
        session.configure(GEOMETRY, (0,))
        backend, driver = session._backend, driver_of(session)
        enqueue = backend.enqueue

        def lose(stage: str, arrays: dict[str, np.ndarray]) -> None:
            if stage != lacking or not driver.capturing(backend.stream.handle):
                enqueue(stage, arrays)

        monkeypatch.setattr(backend, "enqueue", lose)
        with pytest.raises(BackendError, match="first replay"):
            session.warm_up()


def test_a_graph_that_does_not_run_is_noticed_before_serving(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The outputs of the run before are then still on the device, or on the host."""
    with cuda_session() as session:
        session.configure(GEOMETRY, (0,))
        monkeypatch.setattr(driver_of(session), "launch", lambda executable, stream: None)
        with pytest.raises(BackendError, match="first replay"):
            session.warm_up()


def test_a_device_lost_in_mid_session_gives_no_output() -> None:
    with cuda_session() as session:
        session.configure(GEOMETRY, (0,))
        session.warm_up()
        audio = np.zeros(GEOMETRY.step_samples, np.float32)
        session.prepare()
        session.step(audio)
        driver_of(session).fail("run kernel", DeviceLostError("the GPU is lost", "restart"))
        for _ in range(2):
            session._prepared = True
            with pytest.raises(DeviceLostError, match="the GPU is lost"):
                session.step(audio)


def test_a_graph_that_was_found_wrong_is_never_played(monkeypatch: pytest.MonkeyPatch) -> None:
    with cuda_session() as session:
        session.configure(GEOMETRY, (0,))
        monkeypatch.setattr(FakeDriver, "launch", lambda *_: None)
        with pytest.raises(BackendError):
            session.warm_up()
        with pytest.raises(SidemanError, match="configure it first"):
            session.step(np.zeros(GEOMETRY.step_samples, np.float32))


def test_a_graph_that_was_recorded_anew_is_compared_again(monkeypatch: pytest.MonkeyPatch) -> None:
    audio = np.zeros(GEOMETRY.step_samples, np.float32)
    with cpu_session() as cpu, cuda_session() as session:
        for one in (cpu, session):
            one.configure(GEOMETRY, (0,))
            one.warm_up()
        session._backend.fingerprint = 1
        # This step runs piece by piece, and leaves a new record behind.
        np.testing.assert_array_equal(session.step(audio), cpu.step(audio))
        session.prepare()
        np.testing.assert_array_equal(session.step(audio), cpu.step(audio))
        session._backend.fingerprint = 2
        session.step(audio)
        monkeypatch.setattr(FakeDriver, "launch", lambda *_: None)
        with pytest.raises(BackendError):
            session.prepare()


def test_memory_that_was_freed_under_a_replay_is_noticed() -> None:
    """Of the fake: without it a stale address could not fail any test."""
    with FakeCudaBackend({"add": lambda arrays: arrays["x"].__iadd__(1)}) as backend:
        buffer = backend.allocate((3,))
        place = {"x": (buffer.address, (3,), "float32")}
        graph = CapturedGraph(backend.stream, lambda: backend.enqueue("add", place))
        graph.capture()
        graph.replay()
        buffer.download()
        np.testing.assert_array_equal(buffer.host, 1)
        del buffer
        graph.replay()
        with pytest.raises(MisuseError):
            backend.stream.synchronize()
