"""What was found of the layers, as a table in Markdown and as pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sideman.calibration.int8.labelling import place_labels
from sideman.engine.files import write_whole

if TYPE_CHECKING:
    from typing import Literal

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

_EIGHT, _FULL, _GIVEN_UP, _LIMIT = "#4e79a7", "#e15759", "#a9bfd6", "#333333"
#: Layers that one picture names; of more, those that cost most. All are in `layers.md`.
_NAMED = 24
#: Letters that a picture has room for in a layer's name.
_LETTERS = 34
#: Least distance of sound that is drawn, in decibels: its axis is logarithmic.
_LEAST = 0.01


def write_findings(report: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write `layers.md`, `layers.png` and `speed.png`.

    Args:
        report: of a calibration.
        folder: made where it is missing.

    Returns:
        What was written; there is no picture of speeds where none was measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "layers.md", as_markdown(report))
    files = [folder / "layers.md", folder / "layers.png"]
    _draw_layers(report, files[1])
    if report["speed"] is not None and any(s["trials"] for s in report["stages"].values()):
        files.append(folder / "speed.png")
        _draw_speed(report, files[2])
    return files


def as_markdown(report: Mapping[str, Any]) -> str:
    """Every stage's layers, those that cost most first, and what was tried."""
    lines = []
    for name, stage in report["stages"].items():
        lines += [f"## {name}", "", _counted(stage), ""]
        if stage["compared"]:
            lines += [
                "| way | 8 bits faster in | without → with 8 bits | time of a round over that "
                "without: lowest, median, highest |",
                "| --- | --- | --- | --- |",
            ]
            lines += map(_compared, stage["compared"])
            lines.append("")
        lines += [f"| alone in 8 bits | {_unit(name)} | in the bundle |", "| --- | --- | --- |"]
        kept = set(stage["kept"])
        for row in _worst_first(name, stage["alone"]):
            where = "float32" if kept.issuperset(row["layers"]) else "8 bits"
            lines.append(f"| `{row['name']}` | {_figure(name, row)} | {where} |")
        lines += ["", f"| kept in float32 | {_unit(name)} | time over float32's |"]
        lines.append("| --- | --- | --- |")
        for row in stage["trials"]:
            ratio = row["time_over_float32"]
            took = "not measured" if ratio is None else f"{ratio:.2f}"
            lines.append(f"| {row['kept']} | {_figure(name, row)} | {took} |")
        lines.append("")
    return "\n".join(lines)


def _counted(stage: Mapping[str, Any]) -> str:
    """How much of a stage is in 8 bits, and why not more, in sentences."""
    said = f"{stage['quantised']} of {stage['convolutions']} convolutions in 8 bits"
    said += f", with ranges of {stage['ranges']}." if stage["quantised"] else "."
    if note := stage["note"]:
        said += f" {note[0].upper()}{note[1:]}."
    return said


def _compared(row: Mapping[str, Any]) -> str:
    low, usual, high = row["ratios"]
    return (
        f"| {row['way']} | {row['faster']} of {row['rounds']} rounds ({row['needed']} needed) | "
        f"{1000 * row['seconds_without']:.1f} → {1000 * row['seconds']:.1f} ms | "
        f"{low:.2f}, {usual:.2f}, {high:.2f} |"
    )


def _draw_layers(report: Mapping[str, Any], path: Path) -> None:
    # The object interface chooses no window system: pyplot would.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    stages = report["stages"]
    longest = max(min(_NAMED, len(stage["alone"])) for stage in stages.values())
    figure = Figure(figsize=(15, 2.8 + 0.25 * longest), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle("Each layer where it alone computes in 8 bits, the worst first")
    for axes, (name, stage) in zip(figure.subplots(1, len(stages)), stages.items(), strict=True):
        ordered = _worst_first(name, stage["alone"])
        rows = ordered[:_NAMED]
        # Points, for errors in decibels have no zero at which a bar could begin.
        colours = [_colour(stage, row) for row in rows]
        axes.scatter([_drawn(name, row) for row in rows], range(len(rows)), c=colours, s=36)
        shared = _shared([row["name"] for row in stage["alone"]])
        names = [_short(row["name"].removeprefix(shared)) for row in rows]
        axes.set_yticks(range(len(rows)), names, fontsize=9)
        axes.set_ylim(longest - 0.4, -0.6)
        axes.set_title(_title(name, stage), fontsize=11)
        more = len(ordered) - len(rows)
        notes = [f"{more} more layers err less than these"] if more else []
        notes += [f"all names begin with {shared}"] if shared else []
        axes.set_xlabel("\n".join([_unit(name), "(worse to the right)", *notes]))
        if name == "decode":
            _logarithmic(axes, axes.xaxis, "x")
        else:
            axes.invert_xaxis()
        axes.axvline(_bound(name, report), color=_LIMIT, lw=1, ls="--")
        axes.grid(axis="y", alpha=0.25)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    figure.legend(
        handles=[
            *(Patch(color=each) for each in (_EIGHT, _GIVEN_UP, _FULL)),
            Line2D([], [], color=_LIMIT, ls="--"),
        ],
        labels=[
            "in 8 bits in the bundle",
            "would keep to the bound, but the stage is no faster: float32",
            "in float32 for the bound",
            "bound of the whole stage",
        ],
        loc="outside lower center",
        ncols=4,
        frameon=False,
    )
    figure.savefig(path)


def _colour(stage: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if not set(stage["kept"]).issuperset(row["layers"]):
        return _EIGHT
    return _FULL if row["name"] in stage["within_bound"]["kept_groups"] else _GIVEN_UP


def _title(name: str, stage: Mapping[str, Any]) -> str:
    total, within = stage["convolutions"], stage["within_bound"]["quantised"]
    if stage["quantised"] or not within:
        return f"{name}: {stage['quantised']} of {total} in 8 bits\n"
    return f"{name}: all in float32, 8 bits no faster\n({within} of {total} keep to the bound)"


def _draw_speed(report: Mapping[str, Any], path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    stages = {name: stage for name, stage in report["stages"].items() if stage["trials"]}
    figure = Figure(figsize=(5 * len(stages), 5), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(
        "What was tried in ONNX Runtime. The number at a point: layers that stay in float32."
    )
    drawn = []
    for axes, (name, stage) in zip(
        figure.subplots(1, len(stages), squeeze=False)[0], stages.items(), strict=True
    ):
        drawn.append((axes, *_draw_trials(axes, name, stage, report)))
    handles, labels = drawn[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    # Where labels fit is known once everything else has its place.
    figure.draw_without_rendering()
    for axes, points, texts in drawn:
        place_labels(axes, points, texts)
    figure.savefig(path)


def _draw_trials(
    axes: Axes, name: str, stage: Mapping[str, Any], report: Mapping[str, Any]
) -> tuple[list[tuple[float, float]], list[str]]:
    """Draw a stage's trials; returns their places and what is to stand at them."""
    rows = [row for row in stage["trials"] if row["time_over_float32"] is not None]
    points = [(row["time_over_float32"], _drawn(name, row)) for row in rows]
    axes.plot(*zip(*points, strict=True), color=_EIGHT, lw=0, marker="o")
    axes.axhline(_bound(name, report), color=_LIMIT, lw=1, ls="--", label="bound")
    axes.axvline(1, color=_FULL, lw=1, label="time of float32")
    axes.set_title(name)
    axes.set_xlabel("time over that of float32, faster to the left")
    axes.set_ylabel(f"{_unit(name)}\n(better upwards)")
    axes.margins(0.12)
    if name == "decode":
        _logarithmic(axes, axes.yaxis, "y")
        axes.invert_yaxis()
    axes.grid(alpha=0.25)
    return points, [str(row["kept"]) for row in rows]


def _logarithmic(axes: Axes, axis: Axis, which: Literal["x", "y"]) -> None:
    """A logarithmic axis that says 0.5 rather than a power of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _worst_first(stage: str, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    def badness(row: Mapping[str, Any]) -> float:
        value = _value(stage, row)
        return value if stage == "decode" else -value

    return sorted(rows, key=badness, reverse=True)


def _value(stage: str, row: Mapping[str, Any]) -> float:
    """Log-spectral distance of sound, or SNR of latents; in decibels."""
    value = row["distance_db"] if stage == "decode" else row["snr_db"]
    if value is None:
        return 0.0 if stage == "decode" else math.inf
    return float(value)


def _drawn(stage: str, row: Mapping[str, Any]) -> float:
    """Where it is drawn: what is infinite nowhere, and no distance is too small for the axis."""
    value = _value(stage, row)
    if stage == "decode":
        return max(value, _LEAST)
    return value if math.isfinite(value) else math.nan


def _figure(stage: str, row: Mapping[str, Any]) -> str:
    value = _value(stage, row)
    return f"{value:.2f}" if math.isfinite(value) else "no error"


def _unit(stage: str) -> str:
    if stage == "decode":
        return "log-spectral distance of the sound [dB]"
    return "SNR of the latent [dB]"


def _bound(stage: str, report: Mapping[str, Any]) -> float:
    bound = report["bound"]
    return float(bound["distance_db"] if stage == "decode" else bound["snr_db"])


def _shared(names: Sequence[str]) -> str:
    """The scope in which all layers lie, with its dot; empty where there is none."""
    scopes = {name.partition(".")[0] if "." in name else "" for name in names}
    return f"{scopes.pop()}." if len(scopes) == 1 and "" not in scopes else ""


def _short(name: str) -> str:
    """A name that fits: what is left out of a long one is its middle."""
    if len(name) <= _LETTERS:
        return name
    begin = (_LETTERS - 1) // 3
    return f"{name[:begin]}…{name[begin + 1 - _LETTERS :]}"
