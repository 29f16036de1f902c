"""What was found of the layers, as a table in Markdown and as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sideman.engine.files import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EIGHT, _FULL, _LIMIT = "#4e79a7", "#e15759", "#333333"
#: Layers that one picture names; of more, those that cost most. All are in `layers.md`.
_NAMED = 24


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
        lines += [
            f"## {name}",
            "",
            f"{stage['quantised']} of {stage['convolutions']} convolutions in 8 bits. "
            + (f"{stage['note']}." if stage["note"] else ""),
            "",
            f"| alone in 8 bits | {_unit(name)} | in the bundle |",
            "| --- | --- | --- |",
        ]
        kept = set(stage["kept"])
        for row in _worst_first(name, stage["alone"]):
            where = "float32" if kept.issuperset(row["layers"]) else "8 bits"
            lines.append(f"| `{row['name']}` | {_error(name, row):.2f} | {where} |")
        lines += ["", f"| kept in float32 | {_unit(name)} | time over float32's |"]
        lines.append("| --- | --- | --- |")
        for row in stage["trials"]:
            ratio = row["time_over_float32"]
            took = "not measured" if ratio is None else f"{ratio:.2f}"
            lines.append(f"| {row['kept']} | {_error(name, row):.2f} | {took} |")
        lines.append("")
    return "\n".join(lines)


def _draw_layers(report: Mapping[str, Any], path: Path) -> None:
    # The object interface chooses no window system: pyplot would.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    stages = report["stages"]
    longest = max(min(_NAMED, len(stage["alone"])) for stage in stages.values())
    figure = Figure(figsize=(15, 2.4 + 0.25 * longest), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle("Error of each layer where it alone computes in 8 bits, the worst first")
    for axes, (name, stage) in zip(figure.subplots(1, len(stages)), stages.items(), strict=True):
        ordered = _worst_first(name, stage["alone"])
        rows = ordered[:_NAMED]
        kept = set(stage["kept"])
        colours = [_FULL if kept.issuperset(row["layers"]) else _EIGHT for row in rows]
        # Points, for errors in decibels have no zero at which a bar could begin.
        axes.scatter([_error(name, row) for row in rows], range(len(rows)), c=colours, s=36)
        axes.set_yticks(range(len(rows)), [_short(row["name"]) for row in rows], fontsize=9)
        axes.set_ylim(longest - 0.4, -0.6)
        axes.set_title(f"{name}: {stage['quantised']} of {stage['convolutions']} in 8 bits")
        more = len(ordered) - len(rows)
        others = f"\n({more} more layers err less than these)" if more else ""
        axes.set_xlabel(_unit(name) + others)
        axes.axvline(_bound(name, report), color=_LIMIT, lw=1, ls="--")
        axes.grid(axis="y", alpha=0.25)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    figure.legend(
        handles=[Patch(color=_EIGHT), Patch(color=_FULL), Line2D([], [], color=_LIMIT, ls="--")],
        labels=["in 8 bits in the bundle", "in float32", "bound of the whole stage"],
        loc="outside lower center",
        ncols=3,
        frameon=False,
    )
    figure.savefig(path)


def _draw_speed(report: Mapping[str, Any], path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    stages = {name: stage for name, stage in report["stages"].items() if stage["trials"]}
    figure = Figure(figsize=(5 * len(stages), 4.2), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle("Error against speed: layers in float32 beside the points")
    for axes, (name, stage) in zip(
        figure.subplots(1, len(stages), squeeze=False)[0], stages.items(), strict=True
    ):
        _draw_trials(axes, name, stage, report)
    figure.savefig(path)


def _draw_trials(
    axes: Axes, name: str, stage: Mapping[str, Any], report: Mapping[str, Any]
) -> None:
    rows = [row for row in stage["trials"] if row["time_over_float32"] is not None]
    times = [row["time_over_float32"] for row in rows]
    errors = [_error(name, row) for row in rows]
    axes.plot(times, errors, color=_EIGHT, lw=0, marker="o")
    for row, time, error in zip(rows, times, errors, strict=True):
        axes.annotate(
            str(row["kept"]), (time, error), xytext=(5, 5), textcoords="offset points", fontsize=8
        )
    axes.axhline(_bound(name, report), color=_LIMIT, lw=1, ls="--", label="bound")
    axes.axvline(1, color=_FULL, lw=1, label="float32")
    axes.set_title(name)
    axes.set_xlabel("time over that of float32")
    axes.set_ylabel(_unit(name))
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=8)


def _worst_first(stage: str, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: _error(stage, row), reverse=True)


def _error(stage: str, row: Mapping[str, Any]) -> float:
    """What is drawn: error over signal in decibels for latents, distance for sound."""
    value = row["distance_db"] if stage == "decode" else row["snr_db"]
    if value is None:
        return float("nan")
    return float(value if stage == "decode" else -value)


def _unit(stage: str) -> str:
    if stage == "decode":
        return "log-spectral distance of the sound [dB]"
    return "error over signal of the latent [dB]"


def _bound(stage: str, report: Mapping[str, Any]) -> float:
    bound = report["bound"]
    return float(bound["distance_db"] if stage == "decode" else -bound["snr_db"])


def _short(name: str) -> str:
    return name if len(name) <= 32 else f"…{name[-31:]}"
