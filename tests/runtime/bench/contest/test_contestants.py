"""Who takes part."""

from __future__ import annotations

from pathlib import Path

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import BackendError
from sideman.runtime.bench.contest.contestants import choose
from sideman.runtime.bench.contest.yardsticks import ALL, Yardstick
from sideman.runtime.playing.shortcuts import OWN, Shortcuts

A, B = Path("x/a"), Path("y/b")
#: Of engines, in the order in which they play.
PRECISIONS = ("fp32", "fp16", "bf16", "int8")


def test_all_backends_in_all_their_precisions_with_every_bundle() -> None:
    found = choose([A, B], BackendChoice(ALL, threads=3, device=1))
    assert [each.runs_on for each in found[::2]] == [
        "onnxruntime",
        "onnxruntime-cuda",
        "openvino fp32",
        "openvino bf16",
        *(f"{name} {p}" for name in ("tensorrt", "tensorrt-rtx") for p in PRECISIONS),
    ]
    assert {each.bundle for each in found[::2]} == {A}
    assert {each.bundle for each in found[1::2]} == {B}
    # Each follows the options that it can follow.
    options = {each.choice.name: (each.choice.threads, each.choice.device) for each in found}
    assert options["onnxruntime"] == options["openvino"] == (3, 0)
    assert options["onnxruntime-cuda"] == options["tensorrt"] == (None, 1)


def test_yardsticks_come_last_and_look_beside_their_bundle() -> None:
    stick = Yardstick("sundial", None)
    usual, last = choose([A], BackendChoice(threads=2), [stick])
    assert (usual.runs_on, last.runs_on, last.choice.threads) == ("onnxruntime", "sundial", 2)
    assert last.sources == (A.absolute().parent,)
    assert choose([A], BackendChoice(), [stick], [B])[1].sources == (B,)


def test_each_plays_with_and_without_what_is_left_out() -> None:
    stick = Yardstick("sundial", None)
    found = choose([A], BackendChoice(), [stick], shortcuts=(OWN, Shortcuts(1)))
    assert [each.runs_on for each in found] == [
        "onnxruntime",
        "onnxruntime, 1 evaluation",
        "sundial",
        "sundial, 1 evaluation",
    ]


@pytest.mark.parametrize("choice", [BackendChoice(ALL, precision="bf16"), BackendChoice("abacus")])
def test_what_nobody_could_follow_is_refused(choice) -> None:
    with pytest.raises(BackendError):
        choose([A], choice)
