from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from sideman.engine.bundle.bundle import Bundle, sha256, write_manifest
from sideman.engine.errors import BundleError


def test_a_bundle_comes_back_as_it_was_written(paper_bundle: Path) -> None:
    manifest = Bundle.open(paper_bundle).manifest
    assert manifest.stems == ("bass", "drums")
    assert manifest.grid.trained_masks == (0, 16, 32)
    assert manifest.stages["step"].inputs[0].shape == ("batch", 3)
    assert set(manifest.files) == {"encode.onnx", "step.onnx", "decode.onnx"}
    assert manifest.files["step.onnx"].sha256 == sha256(paper_bundle / "step.onnx")


def test_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"has no manifest\.json"):
        Bundle.open(tmp_path)


def test_a_folder_with_bundles_in_it_names_them(paper_bundle: Path) -> None:
    with pytest.raises(BundleError, match=r"has no manifest\.json") as error:
        Bundle.open(paper_bundle.parent)
    assert f"Give {paper_bundle}" in error.value.remedy


def test_every_faulty_file_is_named(paper_bundle: Path) -> None:
    (paper_bundle / "encode.onnx").unlink()
    (paper_bundle / "step.onnx").write_text("graph stop")  # one byte, same length
    (paper_bundle / "decode.onnx").write_text("longer than it was")
    with pytest.raises(BundleError) as error:
        Bundle.open(paper_bundle)
    for part in ("encode.onnx is missing", "step.onnx has another SHA-256", "decode.onnx has 18"):
        assert part in str(error.value)
    with pytest.raises(BundleError) as error:
        Bundle.open(paper_bundle, check=False)
    assert "step.onnx" not in str(error.value)


def test_a_file_that_a_disk_cannot_read_is_named_with_the_others(
    paper_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Path.read_bytes

    def fail(path: Path) -> bytes:
        if path.name == "step.onnx":
            raise OSError(errno.EIO, "Input/output error", str(path))
        return plain(path)

    monkeypatch.setattr(Path, "read_bytes", fail)
    bundle = Bundle.open(paper_bundle)
    (paper_bundle / "encode.onnx").write_text("other")
    with pytest.raises(BundleError, match=r"encode\.onnx has 5 .*step\.onnx cannot be read \(Inp"):
        bundle.read_stages()


def test_the_files_of_a_stage_are_those_that_its_graph_names(paper_bundle: Path) -> None:
    fields = Bundle.open(paper_bundle).manifest.fields()
    (paper_bundle / "step.onnx").write_bytes(b"\0\xff location step.onnx.data \0")
    for name in ("step.onnx.data", "other.data"):
        (paper_bundle / name).write_text(name)
    write_manifest(paper_bundle, **fields)
    bundle = Bundle.open(paper_bundle)
    graph, weights = bundle.digests_of("step")
    assert graph == sha256(paper_bundle / "step.onnx")
    assert weights == (sha256(paper_bundle / "step.onnx.data"),)
    assert bundle.digests_of("encode")[1] == ()


def change(folder: Path, **changes: object) -> None:
    file = folder / "manifest.json"
    data = json.loads(file.read_text())
    for path, value in changes.items():
        *parents, last = path.split("__")
        target = data
        for key in parents:
            target = target[key]
        if value is None:
            del target[last]
        else:
            target[last] = value
    file.write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": 2}, "schema 2 is not"),
        ({"schema": None}, "schema None is not"),
        ({"schema": True}, "schema True is not"),
        ({"schema": 1.0}, r"schema 1\.0 is not"),
        ({"kind": "gan"}, "neither diffusion nor consistency"),
        ({"kind": 3}, "kind: found 3"),
        ({"stems": []}, "stems must be distinct"),
        ({"stems": ["bass", "bass"]}, "stems must be distinct"),
        ({"stems": "bass"}, "expected a list"),
        ({"stems": ["x/../../bass"]}, "no name that a file can have"),
        ({"stems": ["..\\bass"]}, "no name that a file can have"),
        ({"stems": [""]}, "no name that a file can have"),
        ({"stems": ["context"]}, "stem 'context' is taken"),
        ({"stems": ["ready"]}, "stem 'ready' is taken"),
        ({"stems": ["Kontrabaß"]}, "is no OSC address.*'ß'"),
        ({"stems": ["lead guitar"]}, "is no OSC address.*' '"),
        ({"sampler": None}, "missing field sampler"),
        ({"surprise": 1}, "unknown field surprise"),
        ({"grid__columns": "64"}, "grid: columns: found '64'"),
        ({"grid__columns": True}, "grid: columns: found True"),
        ({"grid__columns": 65}, "does not hold"),
        ({"grid__trained_masks": [65]}, "exceed"),
        ({"grid__sample_rate": 0}, "must be positive"),
        ({"grid__sample_rate": 0}, r"manifest\.json: grid: Every size"),
        ({"grid__sample_rate": 10**9}, r"grid: sample_rate 1000000000 .* 1 to 768,000"),
        ({"grid__window_samples": 10**12}, r"grid: window_samples .* to 33,554,432"),
        ({"grid__channels": 10**9}, r"grid: channels 1000000000 .* 1 to 4,096"),
        ({"grid__columns": 10**9}, r"grid: columns 1000000000 .* 1 to 8,192"),
        (
            {"grid__columns": 8_000, "grid__window_samples": 2**25, "grid__channels": 4_000},
            r"4000 channels by 8000 columns .* 1,048,576",
        ),
        ({"grid__trained_masks": [0] * 10_000}, r"10000 trained_masks, .* 8,192"),
        ({"grid__trained_masks": [True]}, r"trained_masks\[0\]: found True"),
        ({"stems": [f"s{i}" for i in range(65)]}, r"65 stems, .* 1 to 64"),
        ({"sampler__steps": 10**9}, r"sampler: steps 1000000000 .* 0 to 1,000"),
        ({"sampler__steps": True}, "steps: found True"),
        ({"sampler__resamples": 10**9}, r"sampler: resamples 1000000000 .* 0 to 1,000"),
        ({"sampler__steps": 900, "sampler__resamples": 900}, r"900 steps .* 900 .* 1,000"),
        ({"sampler__sigma_max": 1e300}, r"sampler: sigma_max 1e\+300 .* to 1,000,000"),
        ({"sampler__sigma_min": 1e-300}, r"sampler: sigma_min 1e-300"),
        ({"sampler__rho": 1e-3}, r"sampler: rho 0\.001 .* 0\.1 to 1,000"),
        ({"sampler__midpoint_rho": 1e-3}, r"sampler: midpoint_rho 0\.001"),
        ({"sampler__rho": -1}, r"sampler: rho -1"),
        ({"sigma_data": -1}, r"sigma_data -1\.0 "),
        ({"sigma_data": 1e300}, r"sigma_data 1e\+300 "),
        ({"parameters": {"unet": -1}}, r"parameters\.unet -1 "),
        ({"parameters": {"unet": True}}, r"parameters\.unet: found True"),
        ({"files__step.onnx__bytes": -1}, r"files\.step\.onnx\.bytes -1 "),
        ({"files__step.onnx__bytes": True}, "bytes: found True"),
        (
            {"stages__step__inputs": [{"name": "in", "shape": [10**12], "dtype": "float32"}]},
            r"stages\.step: in: size 1000000000000 ",
        ),
        (
            {"stages__step__inputs": [{"name": "in", "shape": [-1], "dtype": "float32"}]},
            r"stages\.step: in: size -1 ",
        ),
        (
            {"stages__step__inputs": [{"name": "in", "shape": [True], "dtype": "float32"}]},
            r"shape\[0\]: found True",
        ),
        (
            {"stages__step__inputs": [{"name": "in", "shape": [2**20] * 3, "dtype": "float32"}]},
            r"stages\.step: in: 1,152,921,504,606,846,976 values",
        ),
        ({"sampler__steps": 2.5}, "steps: found 2.5"),
        ({"sampler__sigma_max": float("nan")}, "sigma_max: nan is not a finite number"),
        ({"sampler__rho": float("inf")}, "rho: inf is not a finite number"),
        ({"sigma_data": 10**400}, "is not a finite number"),
        ({"sigma_data": True}, "sigma_data: found True"),
        ({"trained": 0}, "trained: found 0"),
        ({"stages__step": None}, "stages must be"),
        ({"stages__step__file": "other.onnx"}, "which files lacks"),
        ({"files": {"../escape.onnx": {"bytes": 1, "sha256": ""}}}, "leaves the bundle"),
        ({"files": {"/etc/passwd": {"bytes": 1, "sha256": ""}}}, "leaves the bundle"),
    ],
)
def test_a_manifest_is_checked_field_by_field(
    paper_bundle: Path, changes: dict, reason: str
) -> None:
    change(paper_bundle, **changes)
    with pytest.raises(BundleError, match=reason):
        Bundle.open(paper_bundle)


@pytest.mark.parametrize(
    "changes",
    [
        {
            "grid__sample_rate": 768_000,
            "grid__window_samples": 2**25,
            "grid__columns": 8_191,
            "grid__channels": 128,
            "stems": [f"s{i}" for i in range(64)],
        },
        {"sampler__steps": 1_000, "sampler__resamples": 1, "sampler__sigma_max": 1e6},
        {"sampler__sigma_min": 1e-9, "sampler__rho": 0.1, "sampler__midpoint_rho": 1_000},
    ],
)
def test_models_far_beyond_the_published_ones_are_read(paper_bundle: Path, changes: dict) -> None:
    change(paper_bundle, **changes)
    Bundle.open(paper_bundle)


def test_a_number_out_of_its_bounds_says_what_to_do(paper_bundle: Path) -> None:
    change(paper_bundle, sampler__steps=10**9)
    with pytest.raises(BundleError) as error:
        Bundle.open(paper_bundle)
    assert str(paper_bundle / "manifest.json") in error.value.what
    assert "export the bundle again" in error.value.remedy


@pytest.mark.parametrize("text", ["", "[]", "{", "nonsense", "3", '"text"', "null"])
def test_what_is_no_manifest_is_refused(paper_bundle: Path, text: str) -> None:
    (paper_bundle / "manifest.json").write_text(text)
    with pytest.raises(BundleError, match=r"manifest\.json"):
        Bundle.open(paper_bundle)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_before_a_manifest_is_no_fault(paper_bundle: Path, encoding: str) -> None:
    file = paper_bundle / "manifest.json"
    file.write_text(file.read_text(), encoding=encoding)
    assert Bundle.open(paper_bundle).manifest.name == "paper"


def test_a_field_that_stands_twice_is_refused_with_its_line(paper_bundle: Path) -> None:
    file = paper_bundle / "manifest.json"
    text = file.read_text()
    line = text[: text.index('"name"')].count("\n") + 2
    file.write_text(text.replace('  "name": "paper",', '  "name": "paper",\n  "name": "b",', 1))
    with pytest.raises(BundleError, match=rf"manifest\.json.*line {line}: 'name' stands"):
        Bundle.open(paper_bundle)


def test_bytes_that_are_no_text_are_refused(paper_bundle: Path) -> None:
    (paper_bundle / "manifest.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BundleError, match="Cannot read"):
        Bundle.open(paper_bundle)


def test_a_manifest_that_contradicts_its_files_is_not_written(
    paper_bundle: Path, tmp_path: Path
) -> None:
    manifest = Bundle.open(paper_bundle).manifest
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BundleError, match="which files lacks"):
        write_manifest(empty, **manifest.fields())
    assert list(empty.iterdir()) == []
