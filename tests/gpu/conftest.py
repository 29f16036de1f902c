"""What needs a GPU is collected everywhere, and skipped with the reason where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from sideman.engine.errors import SidemanError
from tests.models.places import BUNDLE

if TYPE_CHECKING:
    from sideman.engine.bundle.manifest import Manifest
    from sideman.engine.comparing.stages import Loaded
    from sideman.engine.cuda.device import DeviceInfo
    from sideman.engine.cuda.driver import Driver
    from sideman.engine.cuda.stream import Stream
    from tests.gpu.measuring.models import Model


@pytest.fixture(scope="session")
def device() -> DeviceInfo:
    """The GPU; without one the test is skipped, and told why."""
    from sideman.engine.cuda.device import find_device

    try:
        return find_device()
    except SidemanError as error:
        pytest.skip(error.what)


@pytest.fixture
def driver(device: DeviceInfo) -> Driver:
    from sideman.engine.cuda.cudart import CudaDriver

    return CudaDriver(device.index)


@pytest.fixture
def stream(driver: Driver) -> Iterator[Stream]:
    from sideman.engine.cuda.stream import Stream

    with Stream(driver) as made:
        yield made


@pytest.fixture(scope="session")
def torch(device: DeviceInfo) -> Any:
    """PyTorch, where it is installed with CUDA."""
    module = pytest.importorskip("torch", reason="PyTorch is not installed")
    if not module.cuda.is_available():
        pytest.skip(f"PyTorch {module.__version__} sees no GPU, though CUDA does")
    module.backends.cuda.matmul.allow_tf32 = False
    module.backends.cudnn.allow_tf32 = False
    return module


@pytest.fixture(scope="session")
def reference() -> Iterator[tuple[Manifest, Loaded]]:
    """The small bundle with ONNX Runtime on the CPU: what is taken for right."""
    from sideman.engine.comparing.stages import Loaded
    from sideman.engine.loading.stages import load_stages

    try:
        manifest, backend, stages = load_stages(BUNDLE)
    except SidemanError as error:
        pytest.skip(error.what)
    with backend:
        yield manifest, Loaded(backend, stages)


@pytest.fixture(scope="session")
def exported_model(torch: Any, tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A small model with random weights, exported."""
    pytest.importorskip("onnxscript", reason="The export extra is not installed")
    from tests.gpu.measuring.models import provide_bundle, small_model

    model = small_model(tmp_path_factory.mktemp("bundles"))
    with torch.no_grad():
        provide_bundle(model)
    return model


@pytest.fixture(scope="session")
def small_reference(exported_model: Model) -> Iterator[tuple[Manifest, Loaded]]:
    """The small model with ONNX Runtime on the CPU: what is taken for right."""
    from sideman.engine.comparing.stages import Loaded
    from sideman.engine.loading.stages import load_stages

    manifest, backend, stages = load_stages(exported_model.bundle())
    with backend:
        yield manifest, Loaded(backend, stages)


@pytest.fixture(scope="session")
def small_modules(exported_model: Model) -> Mapping[str, Any]:
    """Its stages as PyTorch modules on the GPU, with the same weights."""
    from tests.gpu.measuring.models import SEED
    from tests.gpu.torch_stages import make_modules

    assert exported_model.config is not None
    return make_modules(exported_model.config, exported_model.codec, SEED, "cuda")
