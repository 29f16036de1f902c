"""`sideman bench` as a benchmarker runs it."""

from __future__ import annotations

import json
import shutil

import pytest
import typer
from typer.testing import CliRunner

from sideman.engine.errors import SidemanError
from sideman.engine.loading.registry import BACKENDS
from sideman.runtime.bench.command import register
from tests.models.places import BUNDLE


@pytest.fixture
def bench():
    app = typer.Typer()
    register(app)

    def run(*arguments):
        return CliRunner().invoke(app, [str(BUNDLE), *map(str, arguments)])

    return run


def test_figures_are_printed_and_written(bench, tmp_path):
    file = tmp_path / "figures.json"
    options = ("--cycles", 2, "--warm-up", 1, "--r", 0.125, "--stems", "piano, bass")
    trace, picture = tmp_path / "trace.json", tmp_path / "waterfall.png"
    more = ("--trace", trace, "--waterfall", picture)
    result = bench(*options, "--paced", "--json", file, *more)
    assert result.exit_code == 0, result.output
    assert "round trip" in result.stdout
    assert " holds" in result.stdout
    assert "cores. The rate is" in result.stdout
    assert result.stderr == ""
    data = json.loads(file.read_text())
    assert data["stems"] == ["bass", "piano"]
    assert len(data["cycles"]) == 2
    assert data["plan"]["paced"] is True
    assert data["tried"][0]["r"] == 0.125
    assert data["stages"]["path"]["count"] == 2
    events = json.loads(trace.read_text())["traceEvents"]
    assert [e["name"] for e in events if e["name"].startswith("step ")] == ["step 1", "step 2"]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_file_that_cannot_be_written_is_said_before_anything_is_measured(bench, tmp_path):
    for option in ("--json", "--trace", "--waterfall"):
        result = bench(option, tmp_path / "nowhere" / "figures")
        assert isinstance(result.exception, SidemanError)
        assert option in str(result.exception)
        assert result.stdout == ""


@pytest.mark.parametrize("options", [("--cycles", 0), ("--w", 2), ("--package", 64)])
def test_options_out_of_range_are_refused(bench, options):
    assert bench(*options).exit_code == 2


def test_all_backends_are_compared(bench, tmp_path, monkeypatch):
    monkeypatch.setattr("sideman.runtime.bench.contest.rounds._SETTLE", 0.0)
    monkeypatch.setattr(
        "sideman.runtime.bench.contest.contestants.BACKENDS",
        {name: BACKENDS[name] for name in ("onnxruntime", "tensorrt")},
    )
    file = tmp_path / "figures.json"
    options = ("--backend", "all", "--cycles", 2, "--warm-up", 0, "--r", 0.125)
    result = bench(*options, "--json", file)
    assert result.exit_code == 0, result.output
    engines = [f"tensorrt {precision}" for precision in ("fp32", "fp16", "bf16", "int8")]
    assert f"Not here: {', '.join(engines)}: " in result.stdout
    told = result.stdout + result.stderr
    assert "Not installed: tensorrt." in told
    assert "Loading tensorrt" not in told
    assert "Loading onnxruntime" in told
    assert "There is nothing else here than onnxruntime." in result.stdout
    data = json.loads(file.read_text())
    (only,) = data["contestants"]
    assert (only["name"], only["backend"], only["precision"]) == ("onnxruntime",) * 2 + ("fp32",)
    assert len(only["cycles"]) == len(only["rounds"]) == only["stages"]["cycle"]["count"] == 2
    assert [each["name"] for each in data["absent"]] == engines
    assert data["verdict"]["name"] == "onnxruntime"
    assert "machine" in data


def test_two_bundles_are_compared(bench, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(BUNDLE, copy)
    result = bench(copy, "--cycles", 1, "--warm-up", 0, "--r", 0.125)
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines() if "onnxruntime" in line]
    rows = [row for row in rows if row[0] in (BUNDLE.name, "copy")]
    assert f"that of onnxruntime with {BUNDLE.name} in the same" in " ".join(result.stdout.split())
    assert f"to those of onnxruntime with {BUNDLE.name} (computed in fp32)" in " ".join(
        result.stdout.split()
    )
    assert [row[0] for row in rows] == [BUNDLE.name, "copy"]
    assert rows[0][-2:] == rows[1][-2:] == ["0.0e+00", "0.0e+00"]


def test_fewer_evaluations_are_measured_and_said(bench, tmp_path):
    file = tmp_path / "figures.json"
    options = ("--evaluations", 1, "--cycles", 1, "--warm-up", 0, "--r", 0.125, "--no-advise")
    result = bench(*options, "--json", file)
    assert result.exit_code == 0, result.output
    assert "1 evaluation a cycle (--evaluations)" in result.stdout
    data = json.loads(file.read_text())
    assert data["evaluations"] == data["plan"]["shortcuts"]["evaluations"] == 1


@pytest.mark.parametrize("encode", ["known", "new"])
def test_fewer_columns_are_encoded_and_compared(bench, tmp_path, encode):
    file = tmp_path / "figures.json"
    options = ("--encode", encode, "--price", "--cycles", 2, "--warm-up", 0, "--r", 0.125)
    result = bench(*options, "--json", file)
    assert result.exit_code == 0, result.output
    whole, part = json.loads(file.read_text())["contestants"]
    assert part["name"] == f"onnxruntime, encode {encode}"
    assert whole["latent_error"] == 0
    # Another answer, and one to the same music.
    assert 0 < part["latent_error"] < 1


def test_the_price_of_what_is_left_out_is_told_beside_the_whole(bench, tmp_path):
    file = tmp_path / "figures.json"
    options = ("--evaluations", 1, "--price", "--cycles", 1, "--warm-up", 0, "--r", 0.125)
    result = bench(*options, "--json", file)
    assert result.exit_code == 0, result.output
    whole, one = json.loads(file.read_text())["contestants"]
    assert (whole["name"], one["name"]) == ("onnxruntime", "onnxruntime, 1 evaluation")
    assert (whole["evaluations"], one["evaluations"]) == (2, 1)
    assert whole["passed"]
    assert not one["passed"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--trace", "trace.json"), "--trace"),
        (("--package", 512, "--keep-warm", 5), "--package, --keep-warm"),
        (("--advise",), "--advise"),
        (("--precision", "bf16"), "--precision has no meaning"),
        (("--price",), "nothing is left out"),
        (("--yardsticks", "sundial"), "There is no yardstick 'sundial'"),
    ],
)
def test_a_comparison_refuses_what_it_cannot_follow(bench, options, says):
    result = bench("--backend", "all", *options)
    assert isinstance(result.exception, SidemanError)
    assert says in str(result.exception)


@pytest.mark.parametrize("options", [("--reload",), ("--tolerance", 0.1), ("--sources", ".")])
def test_what_only_a_comparison_follows_is_refused_without_one(bench, options):
    result = bench(*options)
    assert isinstance(result.exception, SidemanError)
    assert f"{options[0]}: nothing is compared here" in str(result.exception)
