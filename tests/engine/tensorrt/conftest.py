"""A library that builds nothing, bundles of paper, and real ones where the library is there."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from sideman.engine.tensorrt import flavours
from sideman.engine.tensorrt.building.builder import Built
from sideman.engine.tensorrt.building.request import BuildRequest
from sideman.engine.tensorrt.cache.identity import EngineIdentity
from sideman.engine.tensorrt.flavours import TENSORRT_RTX
from sideman.engine.tensorrt.precision import Rewriter
from sideman.engine.tensorrt.shapes import Shape
from tests.models.places import BUNDLE

IDENTITY = EngineIdentity(
    stage="step",
    graph="1f3a" * 16,
    weights=("90bc" * 16,),
    flavour="tensorrt-rtx",
    version="1.7.1",
    target="sm89",
    gpu="",
    precision="fp16",
    rewriter=1,
    convolve_products=False,
    flags=("STRONGLY_TYPED",),
    exporter="torch 2",
    sideman="0.1.0",
)


@pytest.fixture(scope="session")
def identity() -> EngineIdentity:
    return IDENTITY


@pytest.fixture(scope="session")
def shape() -> Shape:
    return Shape.of({"batch": 1})


@pytest.fixture
def store(identity, shape):
    """Store an engine with a content of one's choice; fields of the identity may be changed."""

    def put(cache, content=b"vtrt engine", shapes=(shape,), bundle="paper", **changes):
        return cache.store(
            dataclasses.replace(identity, **changes),
            tuple(shapes),
            memoryview(content),
            bundle=bundle,
            seconds=1.5,
            layers=7,
            peak_bytes=None,
        )

    return put


class Severity:
    INTERNAL_ERROR, ERROR, WARNING, INFO, VERBOSE = range(5)


class FakeLibrary(ModuleType):
    """What the builder uses of TensorRT, as a script: what it says, builds and refuses.

    Attributes:
        plan: what a build returns.
        says: (severity, text) pairs logged during a build.
        parser_errors: (description, node, operator) triples; parsing fails where there are any.
        during: called by a build with its progress monitor.
        calls: what was done, in order.
    """

    ComputeCapability = SimpleNamespace(
        __members__=dict.fromkeys(("NONE", "CURRENT", "SM75", "SM89", "SM120")),
        SM75="SM75",
        SM89="SM89",
        SM120="SM120",
    )
    NetworkDefinitionCreationFlag = SimpleNamespace(__members__={"STRONGLY_TYPED": 0})
    BuilderFlag = SimpleNamespace(TF32="TF32", REQUIRE_USER_ALLOCATION="REQUIRE_USER_ALLOCATION")
    ProfilingVerbosity = SimpleNamespace(DETAILED="DETAILED")

    class ILogger:
        Severity = Severity

    class IProgressMonitor:
        pass

    def __init__(self) -> None:
        super().__init__("fake_tensorrt")
        self.__version__ = "9.9"
        self.plan: memoryview | None = memoryview(b"vtrt fake")
        self.says: list[tuple[int, str]] = []
        self.parser_errors: list[tuple[str, str, str]] = []
        self.parses = True
        self.during = lambda monitor: None
        self.calls: list[tuple] = []
        self.tensors = ([("in", (-1, 3))], [("out", (-1, 3))])
        self.accepts_capability = True

    def Builder(self, logger):
        return _FakeBuilder(self, logger)

    def OnnxParser(self, network, logger):
        return _FakeParser(self)


class _FakeParser:
    def __init__(self, library):
        self._errors = library.parser_errors
        self._parses = library.parses
        self.num_errors = len(self._errors)

    def parse_from_file(self, path):
        assert Path(path).is_file()
        return self._parses and not self._errors

    def get_error(self, index):
        what, node, operator = self._errors[index]
        return SimpleNamespace(
            desc=lambda: what, node_name=lambda: node, node_operator=lambda: operator
        )


class _FakeBuilder:
    def __init__(self, library, logger):
        self._library, self._logger = library, logger

    def create_network(self, flags):
        self._library.calls.append(("network", flags))
        inputs, outputs = (
            [SimpleNamespace(name=name, shape=shape) for name, shape in tensors]
            for tensors in self._library.tensors
        )
        return SimpleNamespace(
            num_layers=3,
            num_inputs=len(inputs),
            num_outputs=len(outputs),
            get_input=inputs.__getitem__,
            get_output=outputs.__getitem__,
        )

    def create_builder_config(self):
        return _FakeConfig(self._library)

    def create_optimization_profile(self):
        shapes: dict[str, tuple] = {}
        return SimpleNamespace(
            shapes=shapes, set_shape=lambda name, *sizes: shapes.update({name: sizes})
        )

    def build_serialized_network(self, network, config):
        self._library.calls.append(("build", config.seen))
        self._library.during(config.progress_monitor)
        for severity, text in self._library.says:
            self._logger.log(severity, text)
        if isinstance(self._library.plan, BaseException):
            raise self._library.plan
        return self._library.plan


class _FakeConfig:
    def __init__(self, library):
        self._library = library
        self.seen: dict = {"set": [], "cleared": [], "profiles": [], "timing": None}
        self.seen["capabilities"] = []

    def set_flag(self, flag):
        self.seen["set"].append(flag)

    def clear_flag(self, flag):
        self.seen["cleared"].append(flag)

    def set_compute_capability(self, capability, index):
        assert len(self.seen["capabilities"]) == index < self.num_compute_capabilities
        self.seen["capabilities"].append(capability)
        return self._library.accepts_capability

    def add_optimization_profile(self, profile):
        self.seen["profiles"].append(profile.shapes)
        return len(self.seen["profiles"]) - 1

    def create_timing_cache(self, content):
        return SimpleNamespace(serialize=lambda: content + b"+")

    def set_timing_cache(self, cache, ignore_mismatch):
        assert ignore_mismatch is False
        self.seen["timing"] = cache

    def get_timing_cache(self):
        return self.seen["timing"]


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def spied(monkeypatch, library, tmp_path):
    """A request for a bundle of paper, and a builder that only notes what it is asked for."""
    from sideman.engine.tensorrt.building.build import BuildTools

    monkeypatch.setattr(flavours, "require", lambda module, purpose: library)
    orders: list = []
    rewritten: list = []

    def build(flavour, used, order, *, report, timing_cache):
        assert used is library
        assert order.source.is_file()
        orders.append(order)
        report(0.5, "half")
        return Built(memoryview(b"vtrt" + str(order).encode()), 0.1, 3, 1000, None)

    def rewrite(source, folder, precision, *, convolve_products=False):
        made = folder / source.path.name
        rewritten.append((made.name, precision, convolve_products))
        made.write_text(f"{precision} {source.graph.decode()}")
        return made

    return SimpleNamespace(
        orders=orders,
        rewritten=rewritten,
        tools=BuildTools(rewriter=lambda: Rewriter(rewrite, 1), device=None, build=build),
        request=BuildRequest(
            TENSORRT_RTX, (1,), (18,), "fp16", ("sm89",), cache=tmp_path / "cache"
        ),
    )


@pytest.fixture(scope="session")
def small() -> Path:
    """The bundle of the small model with random weights, `tests/models/small`."""
    return BUNDLE


@pytest.fixture(scope="session")
def rtx_library() -> ModuleType:
    """The real library, which builds without a GPU."""
    return pytest.importorskip("tensorrt_rtx", reason="TensorRT for RTX is not installed")
