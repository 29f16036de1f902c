"""Where the labels of points stand, so that none covers another or is cut at an edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Left, bottom, right, top, in pixels.
Box = tuple[float, float, float, float]
#: Size of the letters, and how far a label stands from its point, in points of 1/72 inch.
_SIZE, _GAP = 9.0, 5.0
#: Where a label may stand, seen from its point; the first that is free is taken.
_SIDES = ((1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))


def place_labels(
    axes: Axes, points: Sequence[tuple[float, float]], texts: Sequence[str]
) -> list[Box]:
    """Write a label at each point, on the side where it covers least: of points, lines and labels.

    Sides are tried near the point first, then twice and three times as far. The figure has to be
    laid out already.

    Args:
        axes: of the points.
        points: in the axes' units.
        texts: short ones, of a few letters.

    Returns:
        Where the labels stand, about, in pixels.
    """
    pixel = axes.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
    centres = [tuple(map(float, axes.transData.transform(point))) for point in points]
    marks: list[Box] = [(x - 4, y - 4, x + 4, y + 4) for x, y in centres]
    left, bottom, right, top = map(float, axes.bbox.extents)
    # Lines across the whole axes, such as a bound.
    for line in axes.lines:
        ends = line.get_transform().transform(line.get_xydata())
        (x0, y0), (x1, y1) = ends[0], ends[-1]
        if len(ends) == 2 and (x0 == x1 or y0 == y1):
            marks.append((min(x0, x1) - 1, min(y0, y1) - 1, max(x0, x1) + 1, max(y0, y1) + 1))
    placed: list[Box] = []
    for (x, y), point, text in zip(centres, points, texts, strict=True):
        width, height = 0.65 * _SIZE * len(text) * pixel, _SIZE * pixel
        best: tuple[float, Box, tuple[float, float]] | None = None
        for far in (1, 2, 3):
            for across, up in _SIDES:
                dx = across * (far * _GAP * pixel + width / 2)
                dy = up * (far * _GAP * pixel + height / 2)
                box = (
                    x + dx - width / 2,
                    y + dy - height / 2,
                    x + dx + width / 2,
                    y + dy + height / 2,
                )
                inside = (
                    max(box[0], left),
                    max(box[1], bottom),
                    min(box[2], right),
                    min(box[3], top),
                )
                hidden = width * height - _area(inside)
                cost = hidden + sum(_common(box, other) for other in [*marks, *placed])
                if best is None or cost < best[0]:
                    best = cost, box, (dx / pixel, dy / pixel)
        assert best is not None
        placed.append(best[1])
        axes.annotate(
            text,
            point,
            xytext=best[2],
            textcoords="offset points",
            fontsize=_SIZE,
            ha="center",
            va="center",
        )
    return placed


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _common(one: Box, other: Box) -> float:
    """Pixels that two boxes share."""
    return _area(
        (
            max(one[0], other[0]),
            max(one[1], other[1]),
            min(one[2], other[2]),
            min(one[3], other[3]),
        )
    )
