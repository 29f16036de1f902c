from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from sideman.engine.cache.blobs import BlobStore
from sideman.engine.errors import SidemanError
from sideman.engine.tensorrt.cache.cache import EngineCache
from sideman.engine.tensorrt.cache.command import age, register


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDEMAN_CACHE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    app = typer.Typer()
    register(app)
    return lambda *arguments: CliRunner().invoke(app, ["cache", *arguments])


@pytest.fixture
def cache(tmp_path):
    return EngineCache(tmp_path)


def test_the_list_says_what_is_sound(run, cache, store):
    store(cache)
    store(cache, target="sm120", bundle="[x]").engine.write_bytes(b"vtrt")
    store(cache, target="sm75").path.write_text("{")
    output = run("list").stdout
    rows = [line for line in output.splitlines() if "step" in line or "JSON" in line]
    assert len(rows) == 3
    (sound,) = (row for row in rows if "sm89" in row)
    for word in ("step", "rows 1", "fp16", "0.0", "ok"):
        assert word in sound
    assert "truncated" not in sound
    assert "truncated" in output
    assert [line for line in output.splitlines() if "tensorrt-rtx" in line] == [
        "[x], tensorrt-rtx 1.7.1",
        "paper, tensorrt-rtx 1.7.1",
    ]
    assert "unreadable" in output
    assert "3 engines, 0.0 MB in" in output


@pytest.mark.parametrize("target", ["sm89,sm120", "sm80,sm86,sm89,sm120,sm121"])
def test_the_list_names_every_target_of_a_plan(run, cache, store, target):
    store(cache, target=target)
    (row,) = (line for line in run("list").stdout.splitlines() if "step" in line)
    assert f"{target} fp16" in row
    assert "ok" in row


def test_an_empty_cache_is_said_to_be_one(run, tmp_path):
    assert f"No engines in {tmp_path}" in run("list").stdout


def test_what_openvino_compiled_is_counted_and_pruned(run, tmp_path):
    blobs = BlobStore(tmp_path, "openvino")
    blobs.save({"stage": "step"}, bytes(3_000_000))
    assert f"{tmp_path}, and 1 stage compiled by OpenVINO, 3.0 MB." in run("list").stdout
    blobs.save({"stage": "decode"}, b"")
    assert "2 stages compiled by OpenVINO, 3.0 MB" in run("list").stdout
    assert "openvino cache" in run("prune", "--all").stdout
    assert "OpenVINO" not in run("list").stdout


def test_prune_says_what_it_removes_and_a_dry_run_removes_nothing(run, cache, store):
    entry = store(cache)
    dry = run("prune", "--all", "--dry-run")
    assert "paper step sm89 fp16 (rows 1)" in dry.stdout
    assert "1 to be removed" in dry.stdout
    assert entry.engine.exists()
    assert "1 removed" in run("prune", "--all").stdout
    assert not entry.engine.exists()


def test_a_sound_and_recent_engine_stays(run, cache, store):
    entry = store(cache)
    assert "0 removed" in run("prune", "--broken", "--older-than", "1").stdout
    assert entry.engine.exists()


def test_prune_wants_to_be_told_what(run):
    result = run("prune")
    assert isinstance(result.exception, SidemanError)
    assert "--broken" in str(result.exception)


@pytest.mark.parametrize(
    ("seconds", "said"), [(-1, "0 s"), (59, "59 s"), (60, "1 min"), (7200, "2 h"), (90000, "1 d")]
)
def test_ages_have_one_unit(seconds, said):
    assert age(seconds) == said
