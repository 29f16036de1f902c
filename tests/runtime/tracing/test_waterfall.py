"""The picture's figures, and that it can be drawn of anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.axes import Axes

from sideman.runtime.tracing.waterfall import draw_waterfall, rows
from tests.runtime.tracing.cycles import LENGTHS, made_cycles


def test_rows_are_medians_from_the_last_packet_on() -> None:
    found = {row.span: row for row in rows(made_cycles(101, spread=0.01))}
    assert list(found) == list(LENGTHS), "in order, without the sums"
    assert found["receive"].begin == pytest.approx(-2.0 * 1.5, abs=1e-3)
    assert found["encode"].begin == pytest.approx(0.7 * 1.5, abs=1e-3)
    assert found["encode"].usual == pytest.approx(15.0)
    assert found["encode"].most == pytest.approx(19.9)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_picture_of_any_number_of_cycles(count: int, tmp_path: Path) -> None:
    file = tmp_path / "waterfall.png"
    draw_waterfall(made_cycles(count), file, "made")
    assert file.read_bytes().startswith(b"\x89PNG")


def test_spans_without_a_place_have_no_row() -> None:
    cycles = made_cycles(2)
    for cycle in cycles:
        del cycle["begins"]["step"]
    assert "step" not in [row.span for row in rows(cycles)]
    assert rows([{"batch_id": 0, "seconds": {"path": 1.0}, "late": 0.0}]) == ()


@pytest.mark.parametrize(
    ("deadline", "said"), [(0.1, "deadline 100 ms (red)"), (1.48, "beyond the right edge")]
)
def test_a_deadline_that_is_not_on_the_axis_is_said_to_be_beyond_it(
    deadline: float, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles: list[str] = []
    monkeypatch.setattr(Axes, "set_title", lambda self, text, **options: titles.append(text))
    cycles = [{**cycle, "deadline": deadline} for cycle in made_cycles(3)]
    draw_waterfall(cycles, tmp_path / "waterfall.png", "made")
    assert [said in title for title in titles] == [True]
