"""Wherever something is written, a disk that takes no more is one sentence, and no trace."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="this system limits no file's size")

SMALL = Path(__file__).parents[2] / "models" / "small"

#: What is run with a limit on the size of every file, as on a disk that is full after as much.
LIMITED = """
import logging, resource, sys
from pathlib import Path
import numpy as np
folder, limit = Path(sys.argv[1]), int(sys.argv[2])
logging.basicConfig(format="%(message)s")
from sideman.runtime.commandline import frame

def command(*arguments):
    sys.argv = ["sideman", *map(str, arguments)]
    frame.main()

def full():
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

"""

BENCH = f"""
from sideman.runtime.bench import measure, report
measure.measure = lambda asked: None
report.show = lambda *_: None
report.as_json = lambda _: {{"cycles": list(range(10_000))}}
(folder / "b.json").write_text("before")
full()
command("bench", {str(SMALL)!r}, "--json", folder / "b.json")
"""
PROFILE = """
from types import SimpleNamespace
from sideman.engine.errors import SidemanError
from sideman.runtime.serve.command import _write
from sideman.runtime.server.cycle_log import CycleLog
from sideman.runtime.server.counters import Counters
from sideman.runtime.playing.profile import Profile
log, profile = CycleLog(), Profile(1)
profile.record("encode", 0.1)
profile.commit()
for batch in range(500):
    log.note(batch, profile, 0.0, 1.0)
full()
try:
    _write(folder / "p.json", log, SimpleNamespace(counters=Counters()), {})
except SidemanError as error:
    frame._end(error)
"""
CONVERT = f"""
import onnx
full()
command("convert", {str(SMALL)!r}, "--precision", "fp16", "--out", folder / "half")
"""
DEBUG = """
from sideman.engine.errors import SidemanError
from sideman.runtime.server.debug import DebugFolder
debug = DebugFolder(folder / "debug")
sound = np.zeros(limit // 8, np.float32)
full()
try:
    debug.write(
        {"context": sound, "output": np.zeros((1, limit), np.float32), "generated": sound},
        ["bass"],
        44_100,
    )
except SidemanError as error:
    frame._end(error)
"""
DRAWING = """
from sideman.runtime.server.debug import DebugFolder
debug = DebugFolder(folder / "debug")
full()
debug.write(
    {
        "context": np.zeros(100, np.float32),
        "output": np.zeros((1, 100), np.float32),
        "generated": np.zeros((1, 4, 4), np.float32),
    },
    ["bass"],
    44_100,
)
debug.close()
sys.exit(1)
"""
DEMO_LOOP = """
import torch, soundfile
from sideman.export.demo import loop
loop.make_loop = lambda: np.random.default_rng(0).uniform(-1, 1, 100_000).astype("f4")
full()
sys.exit(loop.main([str(folder)]))
"""
DEMO = """
from sideman.export.demo import make
make.Making.codec = lambda self: (self.folder / "codec.pt").write_bytes(bytes(2 * limit))
full()
sys.exit(make.main([str(folder), "--until", "codec"]))
"""


def limited(code: str, folder: Path, limit: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED + code, str(folder), str(limit)],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def what_was_there_stays(folder: Path, _: str) -> None:
    assert [each.name for each in folder.iterdir()] == ["b.json"]
    assert (folder / "b.json").read_text() == "before"


def nothing_is_left(folder: Path, _: str) -> None:
    assert not list(folder.iterdir())


def what_was_played_stays(folder: Path, _: str) -> None:
    soundfile = pytest.importorskip("soundfile")
    context, _ = soundfile.read(folder / "debug" / "0001" / "context.wav")
    assert len(context) == 10_000


def a_picture_that_is_not_whole_is_none(folder: Path, said: str) -> None:
    assert said.count("was not drawn") == 2
    written = folder / "debug" / "0001"
    assert not list(written.glob("*.png"))
    assert (written / "context.wav").is_file()


@pytest.mark.parametrize(
    ("code", "limit", "library", "check"),
    [
        pytest.param(BENCH, 4_000, None, what_was_there_stays, id="bench --json"),
        pytest.param(PROFILE, 4_000, None, nothing_is_left, id="serve --profile"),
        pytest.param(CONVERT, 100_000, "onnx", nothing_is_left, id="convert"),
        pytest.param(DEBUG, 80_000, None, what_was_played_stays, id="debug folder"),
        pytest.param(
            DRAWING, 8_000, None, a_picture_that_is_not_whole_is_none, id="drawing of the folder"
        ),
        pytest.param(DEMO_LOOP, 8_000, "torch", None, id="demonstration's loop"),
        pytest.param(DEMO, 100_000, "torch", None, id="demonstration"),
    ],
)
def test_a_full_disk(
    code: str,
    limit: int,
    library: str | None,
    check: Callable[[Path, str], None] | None,
    tmp_path: Path,
) -> None:
    if library:
        pytest.importorskip(library)
    said = limited(code, tmp_path, limit)
    told = ("File too large", "took less than was to be written", "was not drawn")
    assert any(each in said for each in told), said
    assert len(said.splitlines()) <= 3, said
    if check:
        check(tmp_path, said)
