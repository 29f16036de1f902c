"""What happens to a bundle's files while it plays: a process of its own, for it may be killed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.places import BUNDLE

pytest.importorskip("onnxruntime", reason="playing a bundle needs the extra 'cpu'")

#: Plays two steps and says what came; in between it does to every file of the bundle what its
#: second argument says. Weights that are mapped were read in part only: the second step needs rows
#: that the first did not.
PROGRAM = """
import hashlib, os, sys
from pathlib import Path
import numpy as np
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session

bundle, change = Path(sys.argv[1]), sys.argv[2]
with Session.open(bundle, seed=1) as session:
    geometry = Geometry.columnar(session.grid, 4, 4, 0)
    audio = np.random.default_rng(2).normal(0, 0.1, geometry.step_samples).astype(np.float32)
    session.configure(geometry, (0,))
    print(hashlib.sha256(session.step(audio).tobytes()).hexdigest())
    for file in bundle.iterdir():
        if change == "truncate":
            os.truncate(file, 0)
        elif change == "rewrite":
            file.write_bytes(os.urandom(file.stat().st_size))
    session.configure(geometry, (0, 1))
    print(hashlib.sha256(session.step(audio).tobytes()).hexdigest())
"""


def play(folder: Path, change: str) -> str:
    bundle = shutil.copytree(BUNDLE, folder / change)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(bundle), change],
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, f"{change}: exit {done.returncode}\n{done.stderr}"
    return done.stdout


def test_a_bundle_that_changes_while_it_plays_plays_on(tmp_path: Path) -> None:
    wanted = play(tmp_path, "nothing")
    assert len(set(wanted.split())) == 2
    assert play(tmp_path, "truncate") == wanted
    assert play(tmp_path, "rewrite") == wanted
