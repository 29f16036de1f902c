from __future__ import annotations

from importlib.metadata import metadata

import pytest

from sideman.engine.errors import MissingExtraError
from sideman.engine.optional import EXTRA_OF, extra_of, require


def missing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def import_module(_: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr("importlib.import_module", import_module)


def test_a_missing_library_is_an_error_that_names_the_pip_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing(monkeypatch, "openvino")
    with pytest.raises(MissingExtraError, match=r'pip install "\.\[openvino\]"'):
        require("openvino", "run a bundle")


def test_a_library_that_is_there_but_broken_says_so_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing(monkeypatch, "cuda")
    with pytest.raises(ModuleNotFoundError, match="cuda"):
        require("onnxruntime", "run a bundle")


@pytest.mark.parametrize(
    ("here", "extra"),
    [((), "cuda"), (("tensorrt",), "tensorrt"), (("tensorrt", "tensorrt_rtx"), "tensorrt-rtx")],
)
def test_what_a_gpu_needs_comes_with_the_backend_that_is_here(
    monkeypatch: pytest.MonkeyPatch, here: tuple[str, ...], extra: str
) -> None:
    monkeypatch.setattr("sideman.engine.optional.found", lambda module: module in here)
    assert extra_of("nvtx") == extra
    assert extra_of("onnxruntime") == "cpu"


def test_every_extra_exists() -> None:
    extras = set(metadata("sideman").get_all("Provides-Extra") or ())
    assert set(EXTRA_OF.values()) <= extras
