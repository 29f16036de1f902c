"""The table of layers and the pictures: what is said in them, and that labels can be read."""

from __future__ import annotations

import pytest

from sideman.calibration.int8 import drawing
from sideman.calibration.int8.labelling import place_labels

NOTE = "all in float32, for 8 bits are not reliably faster here"


def row(name: str, snr: float | None, distance: float | None = None) -> dict:
    return {"name": name, "layers": [f"{name}/Conv"], "snr_db": snr, "distance_db": distance}


@pytest.fixture
def report() -> dict:
    """A step of which one layer of three is in float32, and a decoder that is no faster."""
    step = [row("unet.a", 20.0), row("unet.b", None), row("unet.c", 40.0)]
    decode = [row("dec.a", 20.0, 13.0), row("dec.b", 30.0, 0.2)]
    compared = {
        "way": "int8 in A", "seconds": 0.1, "seconds_without": 0.2, "rounds": 9, "faster": 6,
        "needed": 7, "ratios": [0.5, 0.9, 1.2],
    }  # fmt: skip
    return {
        "bound": {"snr_db": 25.0, "distance_db": 0.5},
        "speed": {},
        "stages": {
            "step": {
                "convolutions": 3, "quantised": 2, "kept": ["unet.a/Conv"], "note": "",
                "ranges": "lowest to highest", "compared": [], "alone": step,
                "within_bound": {"quantised": 2, "kept_groups": ["unet.a"]},
                "trials": [
                    {"kept": kept, "snr_db": snr, "distance_db": None, "time_over_float32": time}
                    for kept, snr, time in ((0, 19.0, 0.8), (1, 26.0, 0.9))
                ],
            },
            "decode": {
                "convolutions": 2, "quantised": 0, "kept": ["dec.a/Conv", "dec.b/Conv"],
                "note": NOTE, "ranges": "lowest to highest", "compared": [compared],
                "alone": decode, "within_bound": {"quantised": 1, "kept_groups": ["dec.a"]},
                "trials": [],
            },
        },
    }  # fmt: skip


def test_the_table_says_what_decided(report) -> None:
    text = drawing.as_markdown(report)
    assert "2 of 3 convolutions in 8 bits, with ranges of lowest to highest.\n" in text
    assert f"0 of 2 convolutions in 8 bits. A{NOTE[1:]}.\n" in text
    assert "| int8 in A | 6 of 9 rounds (7 needed) | 200.0 → 100.0 ms | 0.50, 0.90, 1.20 |" in text


def test_latents_are_told_as_their_ratio_the_worst_first(report) -> None:
    text = drawing.as_markdown(report)
    assert "| alone in 8 bits | SNR of the latent [dB] |" in text
    rows = [line for line in text.splitlines() if "`unet" in line]
    assert rows == [
        "| `unet.a` | 20.00 | float32 |",
        "| `unet.c` | 40.00 | 8 bits |",
        "| `unet.b` | no error | 8 bits |",
    ]


def test_a_stage_that_is_no_faster_says_so_in_its_title(report) -> None:
    stages = report["stages"]
    assert drawing._title("step", stages["step"]).strip() == "step: 2 of 3 in 8 bits"
    title = drawing._title("decode", stages["decode"])
    assert "8 bits no faster" in title
    assert "1 of 2 keep to the bound" in title


def test_pictures_are_drawn(report, tmp_path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra 'calibration'")
    files = drawing.write_findings(report, tmp_path)
    assert [file.name for file in files] == ["layers.md", "layers.png", "speed.png"]
    assert all(file.stat().st_size for file in files)


def test_labels_cover_neither_each_other_nor_an_edge() -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra 'calibration'")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 4), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    # Close together, and one in a corner.
    points = [(0.5, 0.5), (0.51, 0.5), (0.5, 0.52), (0.52, 0.52), (0.99, 0.99)]
    figure.draw_without_rendering()
    boxes = place_labels(axes, points, ["10", "11", "12", "13", "14"])
    left, bottom, right, top = axes.bbox.extents
    for number, box in enumerate(boxes):
        assert left <= box[0] < box[2] <= right
        assert bottom <= box[1] < box[3] <= top
        for other in boxes[:number]:
            apart = (
                box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]
            )
            assert apart


def test_long_names_lose_their_middle() -> None:
    name = "first.of.all.layers.that.have.such.a.long.name.conv1"
    short = drawing._short(name)
    assert len(short) == 34
    assert short.startswith("first.of")
    assert short.endswith("long.name.conv1")
    assert drawing._short("conv1") == "conv1"
    assert drawing._shared(["unet.a", "unet.b.c"]) == "unet."
    assert drawing._shared(["unet.a", "dec.b"]) == ""
