"""A small model with random weights, for everything that needs a model and not music."""

from __future__ import annotations

from pathlib import Path

#: Its configuration, its codec's, and the bundle that `sideman export --random-weights 0` makes of
#: both; `tests/export/test_small_model.py` holds it to that.
CONFIG = Path(__file__).parent / "small.yaml"
CODEC = Path(__file__).parent / "small-codec.json"
BUNDLE = Path(__file__).parent / "small"
