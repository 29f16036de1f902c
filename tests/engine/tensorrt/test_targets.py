from __future__ import annotations

from types import SimpleNamespace

import pytest

from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.flavours import TENSORRT, TENSORRT_RTX
from sideman.engine.tensorrt.targets import Target, resolve_targets


def gpu(major, minor):
    return lambda: SimpleNamespace(name="A card", capability=(major, minor))


def no_gpu():
    raise BackendError("There is no driver.", "Install one.")


def never():
    raise AssertionError("the GPU was looked for")


def test_named_targets_need_no_gpu(library):
    wanted = ("SM89", "sm75", "sm89")
    assert resolve_targets(TENSORRT_RTX, library, wanted, never) == (
        Target("sm89"),
        Target("sm75"),
    )


def test_without_a_name_the_gpu_of_this_machine_counts(library):
    assert resolve_targets(TENSORRT_RTX, library, (), gpu(8, 9)) == (Target("sm89"),)
    assert resolve_targets(TENSORRT, library, (), gpu(9, 0)) == (Target("sm90", "A card"),)


def test_an_engine_of_the_classic_library_belongs_to_the_gpu_at_hand(library):
    assert resolve_targets(TENSORRT, library, ("sm90",), gpu(9, 0)) == (Target("sm90", "A card"),)
    with pytest.raises(BackendError, match=r"A card \(sm90\)(.|\n)*sm89(.|\n)*tensorrt-rtx"):
        resolve_targets(TENSORRT, library, ("sm90", "sm89"), gpu(9, 0))


@pytest.mark.parametrize("name", ["sm90", "current", "none", "", "89"])
def test_an_unknown_target_is_refused_with_the_known(library, name):
    with pytest.raises(BackendError, match=r"\n.*sm75, sm89"):
        resolve_targets(TENSORRT_RTX, library, (name,), never)


def test_a_gpu_that_the_library_lacks_is_named(library):
    with pytest.raises(BackendError, match=r"sm90, this machine's A card\.\n.*sm75, sm89"):
        resolve_targets(TENSORRT_RTX, library, (), gpu(9, 0))


def test_without_a_gpu_the_way_out_is_said(library):
    with pytest.raises(BackendError, match=r"no driver(.|\n)*--target(.|\n)*sm75, sm89"):
        resolve_targets(TENSORRT_RTX, library, (), no_gpu)
    with pytest.raises(BackendError, match=r"no driver(.|\n)*--backend tensorrt-rtx"):
        resolve_targets(TENSORRT, library, ("sm89",), no_gpu)
