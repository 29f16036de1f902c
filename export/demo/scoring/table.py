"""The scores as a table in Markdown and as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence

from sideman.export.demo.scoring.session import Scores

#: Rows of the table: who plays, and when.
Row = tuple[str, Scores]


def to_markdown(codec: Mapping[str, Mapping[str, float]], rows: Sequence[Row]) -> str:
    """Two tables: the codec's scores, if there are any, and the scores of each row.

    Args:
        codec: what `score_codec` returns; may be empty.
        rows: in order.
    """
    lines = []
    if codec:
        lines += [
            "| codec | SI-SDR | log-spectral distance | level | onset F | chord fit |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
    for stem, figures in codec.items():
        cells = [
            _decibels(figures["si_sdr"]),
            f"{figures['log_spectral_distance']:.1f} dB",
            _decibels(figures["level"]),
            _share(figures["onset_f"]),
            _share(figures.get("chord_fit", math.nan)),
        ]
        lines.append(f"| {stem} | {' | '.join(cells)} |")
    lines += [""] if codec else []
    lines += [
        "| | bass chord fit | piano chord fit | drums onset F | bass onset F | guitar onset F "
        "| piano onset F | level over the stem's own: bass, drums, guitar, piano |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, scores in rows:
        levels = ", ".join(_decibels(score.level) for score in scores.values())
        cells = [
            _share(scores["bass"].chord_fit),
            _share(scores["piano"].chord_fit),
            *(_share(scores[stem].onset_f) for stem in ("drums", "bass", "guitar", "piano")),
            levels,
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def to_json(codec: Mapping[str, Mapping[str, float]], rows: Sequence[Row]) -> str:
    """The same, for programs; what does not apply is null."""

    def plain(figures: Mapping[str, float]) -> dict[str, float | None]:
        return {name: v if math.isfinite(v) else None for name, v in figures.items()}

    data = {
        "codec": {stem: plain(figures) for stem, figures in codec.items()},
        "played": {
            name: {stem: plain(dataclasses.asdict(score)) for stem, score in row.items()}
            for name, row in rows
        },
    }
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


def _share(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}"


def _decibels(value: float) -> str:
    return f"{value:+.1f} dB" if math.isfinite(value) else f"{value:+} dB"
