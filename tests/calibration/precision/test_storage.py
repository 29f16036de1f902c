"""Files: weights that do not fit, damage, and what an interrupted call leaves."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper

from sideman.calibration.errors import PrecisionError
from sideman.calibration.precision import storage
from tests.calibration.rewriting import rewrite


@pytest.fixture
def convolution(build, tmp_path):
    def make(weight: np.ndarray, opset: int = 21):
        node = helper.make_node("Conv", ["x", "net.weight"], ["y"], name="net/Conv")
        shape = [1, weight.shape[1], 4]
        ends = {"x": shape}, {"y": [1, weight.shape[0], 4]}
        path = tmp_path / "in" / "g.onnx"
        return build(path, [node], *ends, {"net.weight": weight}, opset)

    return make


def filled(value):
    weight = np.ones((2, 2, 1), np.float32)
    weight[1, 0, 0] = value
    return weight


@pytest.mark.parametrize("value", [65505.0, -1e6, np.inf, np.nan])
def test_a_weight_beyond_float16_is_named(convolution, tmp_path, value):
    with pytest.raises(PrecisionError, match=r"net\.weight holds .*65,504[^$]*bf16"):
        rewrite(convolution(filled(value)), tmp_path / "out", "fp16")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("value", "kept"), [(65504.0, 65504.0), (1e-12, 0.0), (-65504.0, -65504.0)]
)
def test_a_weight_at_the_end_of_float16_or_below_it_passes(convolution, tmp_path, value, kept):
    made = onnx.load(rewrite(convolution(filled(value)), tmp_path / "out", "fp16"))
    weight = onnx.numpy_helper.to_array(made.graph.initializer[0])
    assert weight.dtype == np.float16
    assert weight[1, 0, 0] == kept


def test_bfloat16_takes_what_float16_cannot(convolution, tmp_path):
    made = onnx.load(rewrite(convolution(filled(1e30)), tmp_path / "out", "bf16"))
    weight = onnx.numpy_helper.to_array(made.graph.initializer[0]).astype(np.float32)
    assert weight[1, 0, 0] == pytest.approx(1e30, rel=2**-8)
    assert made.opset_import[0].version == 22


def test_an_old_graph_has_no_bfloat16(convolution, tmp_path):
    with pytest.raises(PrecisionError, match="opset 20, whose operations know no bf16"):
        rewrite(convolution(filled(1), opset=20), tmp_path / "out", "bf16")


def test_small_constants_stay_in_the_graph(convolution, tmp_path):
    rewrite(convolution(filled(1)), tmp_path / "out", "fp16")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["g.onnx"]


def test_weights_begin_on_pages(rewritten):
    model = onnx.load(rewritten("encode", "fp16"), load_external_data=False)
    entries = [
        {entry.key: entry.value for entry in tensor.external_data}
        for tensor in model.graph.initializer
        if tensor.external_data
    ]
    assert len(entries) > 20
    assert {int(entry["offset"]) % 4096 for entry in entries} == {0}
    assert {entry["location"] for entry in entries} == {"encode.onnx.data"}


@pytest.mark.parametrize("failing", ["_write", "check"])
def test_an_interrupted_call_leaves_what_was_there(small, tmp_path, monkeypatch, failing):
    rewrite(small / "encode.onnx", tmp_path, "fp16")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    original = getattr(storage, failing)

    def stop(*arguments):
        original(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(storage, failing, stop)
    with pytest.raises(KeyboardInterrupt):
        rewrite(small / "encode.onnx", tmp_path, "bf16")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_the_graph_gets_its_name_last(small, tmp_path, monkeypatch):
    from pathlib import Path

    renamed, replace = [], Path.replace

    def note(self, target):
        renamed.append(Path(target).name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", note)
    rewrite(small / "encode.onnx", tmp_path, "fp16")
    assert renamed == ["encode.onnx.data", "encode.onnx"]


def test_a_graph_does_not_replace_itself(small, copy_of):
    copy = copy_of(small / "encode.onnx")
    before = copy.read_bytes()
    with pytest.raises(PrecisionError, match="another folder"):
        rewrite(copy, copy.parent, "fp16")
    assert copy.read_bytes() == before


def test_missing_weights_are_an_error(small, copy_of, tmp_path):
    copy = copy_of(small / "encode.onnx")
    copy.with_name("encode.onnx.data").unlink()
    with pytest.raises(PrecisionError, match=r"encode\.onnx: cannot read "):
        rewrite(copy, tmp_path / "out", "fp16")


def test_weights_are_found_by_a_name_with_a_dot_before_it(small, copy_of, tmp_path):
    copy = copy_of(small / "encode.onnx")
    expected = rewrite(copy, tmp_path / "plain", "fp16").with_name("encode.onnx.data").read_bytes()
    name_weights(copy, "./encode.onnx.data")
    made = rewrite(copy, tmp_path / "out", "fp16")
    assert made.with_name("encode.onnx.data").read_bytes() == expected


def test_weights_in_another_folder_are_an_error_that_names_them(small, copy_of, tmp_path):
    copy = copy_of(small / "encode.onnx")
    name_weights(copy, "other/encode.onnx.data")
    with pytest.raises(PrecisionError, match=r"other/encode\.onnx\.data, is not beside the graph"):
        rewrite(copy, tmp_path / "out", "fp16")


def name_weights(path, location):
    model = onnx.load(path, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    onnx.save(model, path)


def test_short_weights_are_an_error(small, copy_of, tmp_path):
    copy = copy_of(small / "encode.onnx")
    weights = copy.with_name("encode.onnx.data")
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(PrecisionError, match=r"encode\.onnx: cannot read "):
        rewrite(copy, tmp_path / "out", "fp16")


@pytest.mark.parametrize("content", [b"", b"no graph"])
def test_what_is_no_graph_is_named(tmp_path, content):
    source = tmp_path / "encode.onnx"
    source.write_bytes(content)
    with pytest.raises(PrecisionError, match=r"encode\.onnx"):
        rewrite(source, tmp_path / "out", "fp16")


def test_a_folder_that_cannot_be_made_is_named(small, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PrecisionError, match="Cannot write"):
        rewrite(small / "encode.onnx", tmp_path / "file" / "out", "fp16")
