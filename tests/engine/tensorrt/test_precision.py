from __future__ import annotations

from types import ModuleType, SimpleNamespace

import pytest

from sideman.engine.errors import BackendError
from sideman.engine.tensorrt import precision as module
from sideman.engine.tensorrt.flavours import TENSORRT, TENSORRT_RTX
from sideman.engine.tensorrt.precision import check_precision, convolves_products, find_rewriter


@pytest.mark.parametrize(
    ("flavour", "target", "precision"),
    [
        (TENSORRT_RTX, "sm75", "fp16"),
        (TENSORRT, "sm75", "fp32"),
        (TENSORRT_RTX, "sm80", "bf16"),
        (TENSORRT_RTX, "sm120", "bf16"),
        (TENSORRT_RTX, "sm80", "fp32"),
    ],
)
def test_what_a_target_knows_is_allowed(flavour, target, precision):
    check_precision(flavour, target, precision)


@pytest.mark.parametrize(
    ("flavour", "target", "precision", "said"),
    [
        (TENSORRT_RTX, "sm75", "bf16", "no bfloat16"),
        (TENSORRT, "sm75", "bf16", "no bfloat16"),
        (TENSORRT_RTX, "sm75", "fp32", "no float32 matrix products for sm75"),
        (TENSORRT_RTX, "sm89", "int4", "fp16, bf16, fp32, int8"),
    ],
)
def test_what_it_does_not_know_is_refused(flavour, target, precision, said):
    with pytest.raises(BackendError, match=said):
        check_precision(flavour, target, precision)


def test_only_rtx_on_turing_needs_products_as_convolutions():
    assert convolves_products(TENSORRT_RTX, "sm75")
    assert not convolves_products(TENSORRT_RTX, "sm80")
    assert not convolves_products(TENSORRT, "sm75")


def test_the_rewriter_comes_from_its_entry_point(monkeypatch):
    part = ModuleType("part")
    part.REVISION = 7
    part.rewrite = lambda *_: None
    asked = []

    def entries(**wanted):
        asked.append(wanted)
        return [SimpleNamespace(load=lambda: part.rewrite, module="part")]

    monkeypatch.setattr(module, "entry_points", entries)
    monkeypatch.setattr(module.importlib, "import_module", {"part": part}.__getitem__)
    found = find_rewriter()
    assert (found.rewrite, found.revision) == (part.rewrite, 7)
    assert asked == [{"group": "sideman.precisions", "name": "rewrite"}]


def test_without_one_the_command_is_named(monkeypatch):
    monkeypatch.setattr(module, "entry_points", lambda **_: [])
    with pytest.raises(BackendError, match=r'pip install "\.\[calibration\]"'):
        find_rewriter()
