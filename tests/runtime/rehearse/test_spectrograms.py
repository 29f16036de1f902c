"""The picture of a rehearsal."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.axes import Axes

from sideman.runtime.rehearse.demo import demo_truth
from sideman.runtime.rehearse.spectrograms import draw

RATE = 44_100


@pytest.mark.parametrize(
    ("seconds", "behind", "fewest", "most"), [(8, 0, 4, 6), (100, 0, 20, 40), (8, 40, 4, 6)]
)
def test_as_many_chords_as_can_be_read_and_none_behind_the_context(
    seconds: int,
    behind: int,
    fewest: int,
    most: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: list[str] = []
    plain = Axes.annotate

    def annotate(self: Axes, text: str, *args: object, **options: object) -> object:
        names.append(text)
        return plain(self, text, *args, **options)

    monkeypatch.setattr(Axes, "annotate", annotate)
    rehearsal = SimpleNamespace(
        sample_rate=RATE,
        placement=SimpleNamespace(total=(seconds + behind) * RATE),
        context=np.zeros(seconds * RATE, np.float32),
        stems={},
        trained=True,
        bundle="demo",
    )
    draw(rehearsal, tmp_path / "picture.png", demo_truth())
    assert fewest <= len(names) <= most
