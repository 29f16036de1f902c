"""Engines that are damaged or foreign are built anew, with one line that says why."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.backends.once import run_once
from sideman.engine.errors import BackendError
from tests.engine.fakes.tensorrt import Diagnostics
from tests.engine.fakes.tensorrt_stand import GRID, Stand

INPUTS = {
    "audio": np.full((1, GRID.codec_samples), 0.5, np.float32),
    "known": np.ones((1, GRID.columns), np.float32),
}


def load(stand: Stand) -> None:
    """Load everything, and see that it runs."""
    with stand.backend() as backend:
        stages = stand.stages(backend)
        assert run_once(backend, stages["encode"], INPUTS)["mixture"].any()
        for rows in (1, 2):
            for stage in ("step", "decode"):
                stages[stage].check_sizes({"batch": rows, "contexts": 1, **_decoded(stand)})


def _decoded(stand: Stand) -> dict[str, int]:
    entry = next(e for e in stand.cache.entries() if e.sidecar.identity["stage"] == "decode")
    sizes = entry.sidecar.shapes[0].as_dict()
    return {name: sizes[name] for name in ("decoded_columns", "decoded_samples")}


@pytest.mark.parametrize("stage", ["encode", "step", "decode"])
@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-3]), "is truncated"),
        (lambda file: file.write_bytes(file.read_bytes()[:-1] + b"?"), "is corrupt"),
        (lambda file: file.write_bytes(b"no engine" + file.read_bytes()[9:]), "is no engine of"),
        (lambda file: file.unlink(), "is missing"),
    ],
    ids=["truncated", "corrupt", "foreign", "missing"],
)
def test_a_damaged_engine_alone_is_built_anew(stand: Stand, stage, damage, why, caplog) -> None:
    (file,) = stand.engine_files(stage)
    damage(file)
    load(stand)
    assert stand.built == [stage]
    assert why in caplog.text
    assert caplog.text.count("is built anew") == 1
    stand.built.clear()
    load(stand)
    assert stand.built == []


def test_all_damaged_engines_are_built_anew(stand: Stand) -> None:
    for stage in ("encode", "step", "decode"):
        (file,) = stand.engine_files(stage)
        file.unlink()
    load(stand)
    assert sorted(stand.built) == ["decode", "encode", "step"]


@pytest.mark.parametrize("stage", ["step", "decode"])
def test_a_damaged_engine_is_built_anew_with_its_batches(empty_stand: Stand, stage) -> None:
    """More rows than the bundle has stems: those of several sessions."""
    most = 6
    empty_stand.build(batch=most)
    (file,) = empty_stand.engine_files(stage)
    file.unlink()
    load(empty_stand)
    assert empty_stand.built == [stage]
    with empty_stand.backend() as backend:
        stages = empty_stand.stages(backend)
        for rows in range(2, most + 1):
            sizes = {"batch": rows, "contexts": rows, **_decoded(empty_stand)}
            stages["step"].check_sizes(sizes)
            stages["decode"].check_sizes(sizes)
        with pytest.raises(BackendError, match=r"rows 7, contexts 7.*\n?.*--batch 7"):
            stages["step"].check_sizes({"batch": 7, "contexts": 7})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"tensors": {}}, "the engine has tensors , not audio, known, mixture"),
        ({"profiles": 2}, "the engine has 2 profiles, not 1"),
    ],
)
def test_an_engine_that_is_not_the_bundles_is_built_anew(
    empty_stand: Stand, change, why, caplog
) -> None:
    empty_stand.plans = {"encode": change}
    empty_stand.build()
    empty_stand.plans = {}
    load(empty_stand)
    assert empty_stand.built == ["encode"]
    assert why in caplog.text
    assert "first build" not in caplog.text


def tensors(**changes: object) -> dict:
    says = {
        "audio": {"mode": "input", "dtype": "FLOAT", "shape": [1, GRID.codec_samples]},
        "known": {"mode": "input", "dtype": "FLOAT", "shape": [1, GRID.columns]},
        "mixture": {"mode": "output", "dtype": "FLOAT", "shape": [1, 2, GRID.columns]},
    }
    says["mixture"] |= changes
    for tensor in says.values():
        tensor["profiles"] = [tensor["shape"]]
    return {"encode": {"tensors": says}}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"mode": "input"}, "mixture on the wrong side"),
        ({"dtype": "HALF"}, "mixture in float16, not float32"),
        ({"shape": [1, 3, 64]}, "mixture of shape (1, 3, 64), not (1, 2, 64)"),
        ({"shape": [1, 2]}, "mixture of shape (1, 2), not (1, 2, 64)"),
    ],
)
def test_tensors_are_checked_one_by_one(empty_stand: Stand, changes, why, caplog) -> None:
    empty_stand.plans = tensors(**changes)
    empty_stand.build()
    empty_stand.plans = {}
    load(empty_stand)
    assert why in caplog.text
    assert empty_stand.built == ["encode"]


def test_a_profile_for_other_sizes_is_noticed(stand: Stand, caplog) -> None:
    (found,) = [e for e in stand.cache.entries() if e.sidecar.identity["stage"] == "step"]
    # An engine whose profiles are in another order than its sidecar says.
    plan = found.engine.read_bytes().replace(b"[1, 2, 64], [2, 2, 64]", b"[2, 2, 64], [1, 2, 64]")
    identity = next(iter(_identities(stand, "step")))
    stand.cache.store(
        identity,
        found.sidecar.shapes,
        memoryview(plan),
        bundle="stand",
        seconds=1.0,
        layers=3,
        peak_bytes=None,
    )
    load(stand)
    assert stand.built == ["step"]
    assert "in profile 0 for [(2, 2, 64)" in caplog.text


def _identities(stand: Stand, stage: str):
    return (o.wanted.identity for o in stand.build() if o.wanted.identity.stage == stage)


def test_an_engine_that_stays_unfit_is_an_error_with_a_way_out(empty_stand: Stand) -> None:
    empty_stand.plans = tensors(dtype="HALF")
    empty_stand.build()
    with empty_stand.backend() as backend:
        with pytest.raises(BackendError, match="mixture in float16") as caught:
            empty_stand.stages(backend)
        assert "sideman build --force" in caught.value.remedy
    assert empty_stand.built == ["encode"]
    assert empty_stand.driver.leaks() == {}


@pytest.mark.parametrize("name", ["VERSION_MISMATCH", "UNSUPPORTED_CC", "MALFORMED_ENGINE"])
def test_what_the_library_calls_unfit_is_built_anew(
    empty_rtx_stand: Stand, name: str, caplog
) -> None:
    empty_rtx_stand.plans = {"encode": {"validity": int(Diagnostics[name])}}
    empty_rtx_stand.build()
    empty_rtx_stand.plans = {}
    load(empty_rtx_stand)
    assert empty_rtx_stand.built == ["encode"]
    assert f"not for this library or GPU ({name})" in caplog.text
    assert "first build" not in caplog.text


@pytest.mark.parametrize("name", ["OLD_CUDA_DRIVER", "CUDA_ERROR", "INSUFFICIENT_GPU_MEMORY"])
def test_what_no_build_would_mend_is_an_error(empty_rtx_stand: Stand, name: str) -> None:
    empty_rtx_stand.plans = {"encode": {"validity": int(Diagnostics[name])}}
    empty_rtx_stand.build()
    wanted = "memory ran out" if name.startswith("INSUFF") else name
    with empty_rtx_stand.backend() as backend, pytest.raises(BackendError, match=wanted):
        empty_rtx_stand.stages(backend)
    assert empty_rtx_stand.built == []


def test_an_engine_that_is_refused_without_a_reason_is_an_error(rtx_stand: Stand) -> None:
    rtx_stand.library.fail("validity", "Error reading CUDA GPU properties")
    with (
        rtx_stand.backend() as backend,
        pytest.raises(BackendError, match="Error reading CUDA GPU"),
    ):
        rtx_stand.stages(backend)
    assert rtx_stand.built == []


def test_an_engine_that_could_be_faster_is_taken_and_told(empty_rtx_stand: Stand, caplog) -> None:
    empty_rtx_stand.plans = {"encode": {"validity": -1}}
    empty_rtx_stand.build()
    load(empty_rtx_stand)
    assert empty_rtx_stand.built == []
    assert "not as fast as it could" in caplog.text


def test_a_plan_for_several_targets_is_taken(empty_rtx_stand: Stand) -> None:
    empty_rtx_stand.build(targets=("sm89", "sm120"))
    load(empty_rtx_stand)
    assert empty_rtx_stand.built == []


def test_a_damaged_plan_for_several_targets_is_built_anew_for_this_one(
    empty_rtx_stand: Stand, caplog
) -> None:
    stand = empty_rtx_stand
    stand.build(targets=("sm89", "sm120"))
    (file,) = stand.engine_files("step")
    file.write_bytes(file.read_bytes()[:-3])
    load(stand)
    assert stand.built == ["step"]
    assert "is truncated" in caplog.text
    targets = [e.details.identity["target"] for e in stand.cache.entries()]
    assert sorted(targets) == ["sm89", "sm89,sm120", "sm89,sm120", "sm89,sm120"]
    # The damaged one lies there still, and is no news any more.
    caplog.clear()
    stand.built.clear()
    load(stand)
    assert stand.built == []
    assert "truncated" not in caplog.text


def test_plans_for_other_targets_are_named_where_there_is_none(empty_rtx_stand: Stand) -> None:
    empty_rtx_stand.build(targets=("sm75", "sm120"))
    with empty_rtx_stand.backend() as backend, pytest.raises(BackendError) as caught:
        empty_rtx_stand.stages(backend)
    assert "nearest: target sm89, not sm120" in caught.value.what
    assert "--target sm89" in caught.value.remedy


def test_an_unreadable_sidecar_is_told(stand: Stand, caplog) -> None:
    (entry,) = [e for e in stand.cache.entries() if e.sidecar.identity["stage"] == "step"]
    entry.path.write_text("{")
    with stand.backend() as backend, pytest.raises(BackendError, match="No engine of stage step"):
        stand.stages(backend)
    assert "is not JSON" in caplog.text
