"""What settings that come and go leave behind, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sideman.engine.loading.registry import BACKENDS
from tests.models.places import BUNDLE

#: Prints MiB: with the largest setting, the most with others after it, and with the smallest.
PROGRAM = """
import sys
from pathlib import Path
from sideman.engine.backends.choice import BackendChoice
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

session = Session.open(Path(sys.argv[1]), backend=BackendChoice(sys.argv[2], 1))

def visit(r, w, rows):
    session.configure(Geometry.reference(session.grid, r, w, 0.02), rows)
    session.warm_up()
    return resident()

largest = visit(0.25, -1, (0, 1, 2))
others = [visit(0.1, 1, (0,)), visit(0.25, 0, (0, 1, 2))]
print(largest, max(others), visit(0.05, 0, (0,)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_settings_that_come_and_go_do_not_add_up_in_memory(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memory is that of the setting in force, not of all that ever were."""
    info = BACKENDS[backend]
    if not info.installed:
        pytest.skip(f"{info.module} is not installed; the extra '{info.extra}' brings it")
    monkeypatch.setenv("SIDEMAN_CACHE", str(tmp_path))
    program = [sys.executable, "-c", PROGRAM, str(BUNDLE), backend]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    largest, most, smallest = map(int, done.stdout.split())
    assert most <= 1.1 * largest
    assert smallest <= 0.75 * largest
