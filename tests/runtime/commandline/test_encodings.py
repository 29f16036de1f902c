"""Commands that work and write files, in encodings that lack the signs they print."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MODELS = ROOT / "tests" / "models"
SMALL = MODELS / "small"
ENCODINGS = ("ascii", "cp1252", "cp437")

#: Runs one command once an encoding in one process, for importing takes longer than working: first
#: as into a file, then as in a narrow terminal that shows colours and progress.
EACH = """
import io, os, sys
from sideman.runtime.commandline.frame import main

encodings, before, *command = sys.argv[1:]
exec(before)

def run(encoding):
    sys.argv = ["sideman", *(each.replace("ENCODING", encoding) for each in command)]
    kept = sys.stdout, sys.stderr
    made = [io.TextIOWrapper(io.BytesIO(), encoding, errors="strict") for _ in kept]
    sys.stdout, sys.stderr = made
    code = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code
    finally:
        for stream in made:
            stream.flush()
        sys.stdout, sys.stderr = kept
        # Click takes ASCII for a mistake, and writes UTF-8 instead.
        text = "".join(stream.buffer.getvalue().decode(encoding, "replace") for stream in made)
        print(encoding, "ended with", code, ascii(text), flush=True)

first, *others = encodings.split(",")
run(first)
os.environ |= {"COLUMNS": "40", "FORCE_COLOR": "1"}
for encoding in others:
    run(encoding)
"""
#: In place of an export, which traces a model for a minute and prints nothing while it does.
NO_EXPORT = """
from pathlib import Path
from sideman.engine.bundle.bundle import Bundle
from sideman.export import pipeline

def export_bundle(request, report):
    for phase in pipeline.PHASES:
        report(phase)
    return Bundle.open(request.config.parent / "small").manifest

pipeline.export_bundle = export_bundle
"""


#: One measurement, whatever encoding it is told in.
ONCE = """
from sideman.runtime.bench import measure

really, results = measure.measure, []

def measure_once(benchmark):
    if not results:
        results.append(really(benchmark))
    return results[0]

measure.measure = measure_once
"""


def run(*command: object, encodings: tuple[str, ...] = ENCODINGS, before: str = "") -> str:
    """What a command printed in every encoding, in one text; `before` is run before it."""
    done = subprocess.run(
        [sys.executable, "-c", EACH, ",".join(encodings), before, *map(str, command)],
        capture_output=True,
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"}
        # The server of a rehearsal is a process of its own and prints as this one is told to.
        | {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
        timeout=300,
        check=False,
    )
    said = done.stdout.decode("ascii", "replace")
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2_000:]
    assert said.count(" ended with ") == len(encodings)
    assert said.count(" ended with 0 ") == len(encodings), said
    return said


def test_rehearse_offline(tmp_path: Path) -> None:
    place = tmp_path / "♭→ENCODING"
    said = run("rehearse", SMALL, "--out", place, "--offline", "--seconds", "1.5")
    assert said.count("Written to ") == len(ENCODINGS)
    assert all((tmp_path / f"♭→{each}" / "mix.wav").is_file() for each in ENCODINGS)


@pytest.mark.realtime
def test_rehearse(tmp_path: Path) -> None:
    place = tmp_path / "♭→ENCODING"
    said = run("rehearse", SMALL, "--out", place, "--seconds", "3", encodings=("ascii",))
    assert "Written to " in said


def test_bench(tmp_path: Path) -> None:
    file = tmp_path / "♭→ENCODING.json"
    run("bench", SMALL, "--cycles", "1", "--warm-up", "0", "--json", file, before=ONCE)
    assert all((tmp_path / f"♭→{each}.json").is_file() for each in ENCODINGS)


def test_convert(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    said = run("convert", SMALL, "--precision", "fp16", "--out", tmp_path / "♭→ENCODING")
    assert said.count("model in fp16") == len(ENCODINGS)


def test_export(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    said = run(
        "export", "--config", MODELS / "small.yaml", "--codec-hparams",
        MODELS / "small-codec.json", "--random-weights", "0", "--out", tmp_path / "♭→ENCODING",
        before=NO_EXPORT,
    )  # fmt: skip
    assert said.count("export: done") == len(ENCODINGS)
