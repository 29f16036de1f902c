"""What is encoded of a window, held to the encoding of all of it.

The fake encoder looks at each column alone, so all ways give the same mixture; a real one looks at
more, and that is what leaving out costs.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.errors import BackendError, GeometryError, SidemanError
from sideman.engine.tensors import TensorSpec
from sideman.runtime.playing.encode_choice import Encode
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from sideman.runtime.playing.shortcuts import ENCODER_CONTEXT, OWN, Shortcuts
from tests.fakes.backend import FakeBackend
from tests.fakes.manifest import manifest_fields

GRID = LatentGrid(channels=2)
MANIFEST = Manifest(**manifest_fields(GRID), files={})
WAYS: tuple[Encode, ...] = ("known", "new")


class Stand:
    """A session, and how many columns its encoder was given in each run."""

    def __init__(self, encode: Encode) -> None:
        self.backend, self.encoded = FakeBackend(), []
        plain = self.backend._encode

        def counted(arrays: dict[str, np.ndarray]) -> None:
            self.encoded.append(arrays["known"].shape[1])
            plain(arrays)

        self.backend._encode = counted
        stages = self.backend.stages(MANIFEST.stages)
        shortcuts = Shortcuts(encode=encode)
        self.session = Session(MANIFEST, self.backend, stages, GaussianNoise(1), None, shortcuts)
        self.encoded.clear()

    def steps(self, geometry: Geometry, count: int) -> list[int]:
        """Columns that the encoder was given in so many steps of noise."""
        self.encoded.clear()
        for number in range(count):
            self.session.step(noise(geometry, number))
        return list(self.encoded)


def noise(geometry: Geometry, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.5, 1, geometry.step_samples).astype(np.float32)


def columnar(step: int, lead: int) -> Geometry:
    return Geometry.columnar(GRID, step, lead, 0)


@pytest.mark.parametrize("encode", WAYS)
@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_the_model_hears_the_same(encode: Encode, seed: int) -> None:
    random = np.random.default_rng(seed)
    stands = Stand("whole"), Stand(encode)
    geometries = [columnar(4, 4), columnar(4, 1), columnar(8, 2), columnar(16, 16), columnar(1, 1)]
    # Another length of the window, at its end: there the audio moves against the columns.
    geometries.append(Geometry.reference(GRID, 0.25, 1, 0.02))
    geometry, heard = geometries[0], 0
    for stand in stands:
        stand.session.configure(geometry, (0,))
    for number in range(80):
        what = random.choice(
            ["step", "skip", "fail", "reset", "set"], p=[0.7, 0.1, 0.05, 0.05, 0.1]
        )
        if what == "set":
            geometry = geometries[random.integers(len(geometries))]
        for stand in stands:
            session = stand.session
            if what == "set":
                session.configure(geometry, (0,))
                session.warm_up()
            elif what == "skip":
                session.skip(noise(geometry, number))
            elif what == "reset":
                session.reset()
            elif what == "fail":
                stand.backend.fail = fail_in("encode" if number % 2 else "decode")
                with pytest.raises(BackendError):
                    session.step(noise(geometry, number))
                stand.backend.fail = lambda name: None
            else:
                session.step(noise(geometry, number))
        if what == "step" and geometry.step_samples % 4_096 == 0:
            heard += 1
            whole, part = (stand.session.mixture for stand in stands)
            np.testing.assert_allclose(part, whole, rtol=1e-5, atol=1e-6)
    assert heard > 20


def fail_in(stage: str) -> Callable[[str], None]:
    def fail(name: str) -> None:
        if name == stage:
            raise BackendError("no memory")

    return fail


@pytest.mark.parametrize(
    ("geometry", "known"), [(columnar(4, 4), 56), (Geometry.reference(GRID, 0.25, 1, 0.02), 32)]
)
def test_only_known_columns_are_encoded(geometry: Geometry, known: int) -> None:
    stand = Stand("known")
    stand.session.configure(replace(geometry, known_columns=known), (0,))
    assert stand.steps(geometry, 3) == [known] * 3


def test_of_new_columns_only_what_is_not_encoded_yet() -> None:
    stand, geometry = Stand("new"), columnar(4, 4)
    known, few = geometry.known_columns, 4 + ENCODER_CONTEXT
    stand.session.configure(geometry, (0,))
    assert stand.steps(geometry, 3) == [known, few, few]
    stand.session.skip(noise(geometry, 1))
    assert stand.steps(geometry, 2) == [known, few]
    stand.session.reset()
    assert stand.steps(geometry, 2) == [known, few]
    # Another choice of stems changes nothing of what is heard; another lead may.
    stand.session.configure(geometry, (1, 2))
    assert stand.steps(geometry, 1) == [few]
    stand.session.configure(columnar(4, 8), (1, 2))
    assert stand.steps(columnar(4, 8), 2)[-1] == few


def test_a_cycle_that_failed_has_encoded_nothing() -> None:
    stand, geometry = Stand("new"), columnar(4, 4)
    stand.session.configure(geometry, (0,))
    stand.steps(geometry, 2)
    stand.backend.fail = fail_in("step")
    with pytest.raises(BackendError):
        stand.session.step(noise(geometry, 1))
    stand.backend.fail = lambda name: None
    assert stand.steps(geometry, 1) == [geometry.known_columns]


def test_where_nothing_is_known_nothing_is_encoded() -> None:
    geometry = replace(columnar(4, 4), known_columns=0)
    for encode in WAYS:
        stand = Stand(encode)
        stand.session.configure(geometry, (0,))
        stand.session.warm_up()
        stand.session.keep_warm()
        assert stand.steps(geometry, 2) == []
        assert not stand.session.mixture.any()


def test_all_that_may_be_encoded_runs_warm_and_counts_as_another_size() -> None:
    stand, geometry = Stand("new"), columnar(4, 4)
    stand.session.configure(geometry, (0,))
    stand.session.warm_up()
    assert set(stand.encoded) == {geometry.known_columns, 4 + ENCODER_CONTEXT}
    stand.encoded.clear()
    stand.session.warm_up()
    assert stand.encoded == []
    other = columnar(8, 2)
    stand.session.configure(other, (0,))
    stand.session.warm_up()
    assert set(stand.encoded) == {other.known_columns, 8 + ENCODER_CONTEXT}


def test_a_steady_step_allocates_no_array() -> None:
    stand, geometry = Stand("new"), columnar(16, 4)
    stand.session.configure(geometry, (0, 2))
    for _, binding in stand.backend.bound:
        binding._function = lambda arrays: None
    audio = noise(geometry, 0)
    for _ in range(3):
        stand.session.step(audio)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for _ in range(5):
            stand.session.step(audio)
            stand.session.prepare()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 8_192


def test_steps_far_from_whole_columns_are_refused() -> None:
    near, far = (Geometry.reference(GRID, r, 1, 0.02) for r in (0.25, 0.2))
    session = Stand("new").session
    session.check(near, (0,))
    with pytest.raises(GeometryError, match=r"3,768 samples from 12 whole columns"):
        session.check(far, (0,))
    with pytest.raises(GeometryError):
        session.configure(far, (0,))
    Stand("known").session.configure(far, (0,))
    Stand("whole").session.configure(far, (0,))


@pytest.mark.parametrize("encode", WAYS)
def test_a_bundle_that_takes_whole_windows_only_has_to_be_exported_again(encode: Encode) -> None:
    encoder = MANIFEST.stages["encode"]
    sizes = GRID.whole_sizes
    fixed = tuple(
        TensorSpec(each.name, tuple(sizes.get(size, size) for size in each.shape))
        for each in encoder.inputs
    )
    stages = {**MANIFEST.stages, "encode": replace(encoder, inputs=fixed)}
    old = replace(MANIFEST, stages=stages)
    OWN.check(old)
    with pytest.raises(SidemanError, match="Export the bundle again"):
        Shortcuts(encode=encode).check(old)


def test_a_gpu_encodes_whole_windows() -> None:
    class Device(FakeBackend):
        on_host = False

    for encode in WAYS:
        backend = Device()
        stages = backend.stages(MANIFEST.stages)
        with pytest.raises(SidemanError, match="a backend on the CPU"):
            Session(MANIFEST, backend, stages, shortcuts=Shortcuts(encode=encode))
        for name in ("tensorrt", "tensorrt-rtx", "onnxruntime-cuda"):
            with pytest.raises(SidemanError, match=f"--encode {encode} has no meaning"):
                Shortcuts(encode=encode).check(MANIFEST, name)
        for name in ("onnxruntime", "openvino", "one of a test"):
            Shortcuts(encode=encode).check(MANIFEST, name)
    Session(MANIFEST, Device(), FakeBackend().stages(MANIFEST.stages))
