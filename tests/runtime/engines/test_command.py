"""`sideman build` as a performer runs it."""

from __future__ import annotations

import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from sideman.engine.errors import BackendError, GeometryError
from sideman.engine.tensorrt.building.build import Outcome
from sideman.engine.tensorrt.building.tasks import Wanted
from sideman.runtime.engines.command import register
from tests.models.places import BUNDLE

PROGRAM = """
import typer
from sideman.runtime.engines.command import register
app = typer.Typer()
register(app)
app()
"""


@pytest.fixture
def build(tmp_path, monkeypatch):
    """The command on the small bundle, with a cache of its own."""
    monkeypatch.setenv("SIDEMAN_CACHE", str(tmp_path / "cache"))
    app = typer.Typer()
    register(app)
    return lambda *arguments: CliRunner().invoke(app, [str(BUNDLE), *map(str, arguments)])


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Put a note in place of the build, and the library."""
    requests = []

    def note(bundle, request, observer, tools):
        requests.append(request)
        identity = SimpleNamespace(stage="step", target="sm89", precision="fp16")
        sidecar = SimpleNamespace(bytes=2_500_000, seconds=1.25, peak_bytes=3_000_000)
        entry = SimpleNamespace(details=sidecar)
        outcomes = [Outcome(Wanted(identity, ()), entry, reason) for reason in ("new", "")]
        observer.planned(2)
        for outcome in outcomes:
            if outcome.reason:
                observer.building(outcome.wanted, outcome.reason)
                observer.progress(0.5, "half")
            observer.done(outcome)
        return outcomes

    monkeypatch.setattr("sideman.engine.tensorrt.building.build.build_bundle", note)
    library = SimpleNamespace(__version__="1.7")
    monkeypatch.setattr("sideman.engine.tensorrt.flavours.require", lambda *_: library)
    monkeypatch.setattr("sideman.engine.tensorrt.flavours.found", lambda _: True)
    return requests


def test_every_engine_has_a_line_and_the_end_a_summary(build, asked):
    result = build("--target", "sm89,sm80")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "TensorRT for RTX 1.7"
    assert lines[1] == "step sm89 fp16 (): new"
    assert lines[2] == "step sm89 fp16 (): built in 1.2 s, 2.5 MB"
    assert lines[3] == "step sm89 fp16 (): found, 2.5 MB"
    assert lines[4].startswith("2 engines, 5.0 MB in ")
    assert lines[4].endswith(": 1 built in 1.2 s, at most 3 MB of memory, 1 found.")
    assert result.stderr == ""
    assert asked[0].targets == ("sm89", "sm80")


def test_what_is_not_said_is_what_a_performance_uses(build, asked):
    build()
    (request,) = asked
    assert (request.precision, request.targets, request.force) == ("fp16", (), False)
    assert request.rows == (1, 2, 3, 4)
    assert request.decoded_columns == (17, 9)


def test_batches_are_built_only_where_they_are_asked_for(build, asked):
    build()
    build("--batch", 8)
    assert [request.batch for request in asked] == [1, 8]
    assert build("--batch", 17).exit_code == 2


@pytest.mark.parametrize(
    ("options", "rows", "columns"),
    [
        (("--rows", "2, 1,2"), (1, 2), (17, 9)),
        (("--r", 0.125, "--columns", ""), (1, 2, 3, 4), (9,)),
        (("--r", 0.125, "--fade", 0.2, "--columns", ""), (1, 2, 3, 4), (11,)),
        (("--r", "0.25, 0.125,0.25", "--columns", ""), (1, 2, 3, 4), (17, 9)),
        (("--columns", "1, 8"), (1, 2, 3, 4), (17, 6, 13)),
    ],
)
def test_columns_follow_from_step_and_fade(build, asked, options, rows, columns):
    build(*options)
    (request,) = asked
    assert (request.rows, request.decoded_columns) == (rows, columns)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--backend", "openvino"), BackendError),
        (("--r", 0.9), GeometryError),
        (("--columns", "40"), GeometryError),
    ],
)
def test_what_makes_no_sense_is_refused(build, asked, options, error):
    result = build(*options)
    assert isinstance(result.exception, error)
    assert not asked


@pytest.mark.parametrize("rows", ["one", "", "1,,2", "-1"])
def test_rows_and_steps_are_numbers(build, asked, rows):
    assert build("--rows", rows).exit_code == 2
    assert build("--r", rows.replace("-1", "x")).exit_code == 2
    assert build("--columns", rows or "a,1").exit_code == 2
    assert not asked


def test_a_build_without_a_gpu_end_to_end(build):
    pytest.importorskip("tensorrt_rtx", reason="TensorRT for RTX is not installed")
    options = ("--backend", "tensorrt-rtx", "--precision", "fp32", "--target", "sm89")
    options += ("--columns", "")
    first = build(*options, "--rows", 1)
    assert first.exit_code == 0, first.output
    assert "encode sm89 fp32 (fixed): built in" in first.stdout
    assert "3 built" in first.stdout
    assert "0 built, 3 found." in build(*options, "--rows", 1).stdout
    # Another step is another decoder and nothing else.
    third = build(*options, "--rows", 1, "--r", 0.125).stdout
    assert "was not built yet, only rows 1, columns 17" in third
    assert "1 built" in third


@pytest.mark.skipif(sys.platform == "win32", reason="signals to a child differ there")
def test_ctrl_c_ends_a_build_with_a_word_and_no_trace(tmp_path):
    pytest.importorskip("tensorrt_rtx", reason="TensorRT for RTX is not installed")
    command = [sys.executable, "-c", PROGRAM, str(BUNDLE), "--backend", "tensorrt-rtx"]
    process = subprocess.Popen(
        [*command, "--precision", "fp32", "--target", "sm89,sm80,sm86,sm120"],
        env={"SIDEMAN_CACHE": str(tmp_path), "PATH": "", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    # Said before the library begins with it, and its build takes seconds.
    while not process.stdout.readline().startswith("step"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "Stopped; engines that were finished are kept.\n"
    assert "built in" not in rest
    files = sorted(path.suffix for path in tmp_path.rglob("*") if path.is_file())
    assert files == [".engine", ".json"]
