"""Colours and fonts that all patches share."""

from __future__ import annotations

Colour = tuple[float, float, float, float]

#: Patches stand on a grid; all places and sizes in descriptions are multiples of this, in pixels.
GRID = 15

INK: Colour = (0.13, 0.16, 0.20, 1.0)
QUIET: Colour = (0.38, 0.43, 0.49, 1.0)
PAPER: Colour = (0.93, 0.94, 0.95, 1.0)
CARD: Colour = (1.0, 1.0, 1.0, 1.0)
LINE: Colour = (0.80, 0.83, 0.86, 1.0)
FIELD: Colour = (0.95, 0.96, 0.98, 1.0)
ACCENT: Colour = (0.05, 0.42, 0.51, 1.0)
GREEN: Colour = (0.16, 0.62, 0.36, 1.0)
RED: Colour = (0.80, 0.21, 0.18, 1.0)
WHITE: Colour = (1.0, 1.0, 1.0, 1.0)

BODY = 12.0
HEADING = 13.0
FIGURE = 24.0
TITLE = 26.0
