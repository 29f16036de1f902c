from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, threading
from sideman.engine.openvino.library import import_openvino
assert import_openvino().__version__
assert import_openvino() is sys.modules["openvino"]
assert not [name for name in sys.modules if name.split(".")[0] == "openvino_telemetry"]
assert threading.active_count() == 1
"""


@pytest.mark.usefixtures("library")
def test_its_makers_are_told_nothing(tmp_path: Path) -> None:
    home = {name: str(tmp_path) for name in ("HOME", "USERPROFILE")}
    # In a continuous integration it keeps quiet by itself.
    environment = {name: value for name, value in os.environ.items() if "CI" not in name}
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, env=environment | home)
    assert not list(tmp_path.iterdir())
