"""A row of the page: an instrument's ground truth, context, and every sound that was generated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from sideman.runtime.listen.figures import FIGURES
from sideman.runtime.rehearse.audio import MIX_PEAK

#: What the figures are called, and what each means.
NAMES = {
    "level": ("level", "root mean square, in decibels below full scale"),
    "distance": (
        "distance",
        "log-spectral distance to the ground truth, in decibels: 0 is the same, 5 is close, noise "
        "against music is 20 and more",
    ),
    "chord_fit": (
        "chord fit",
        "share of beats whose note is of the chord. It is told of bass and piano alone: drums have "
        "no pitch, and of the guitar's chords no single note can be told with certainty",
    ),
    "onset_f": ("onset F", "notes struck within 50 ms, F-measure: 1 is all of them, and no other"),
}


def data_of_row(record: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """What the page's script knows of a row.

    Gains bring all sounds of a row to one scale: files that were turned down by themselves are
    turned up again, and all are turned down together where a mix would clip.

    Args:
        record: of the page.
        row: of the record.

    Returns:
        "name"; "take"; "seconds"; "context": sound and gain; "cards": by id, each with "name",
        "sound" and "gain".
    """
    scale = MIX_PEAK / peak if (peak := _loudest(record, row)[0]) > 1.0 else 1.0
    context = row["context"]
    cards = {}
    for card, name, sound in _sounds(record, row):
        cards[card] = {"name": name, "sound": sound["name"], "gain": scale / sound["gain"]}
    return {
        "name": row["stem"],
        "take": row["take"],
        "seconds": context["seconds"],
        "context": {"sound": context["name"], "gain": scale / context["gain"]},
        "cards": cards,
    }


def _loudest(record: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[float, str]:
    """The highest peak of all that can be heard of a row, and what has it."""
    peaks = [(row["mix_peak"], "the mix with the ground truth")]
    peaks.append((_peak(row["context"]), "what the model hears"))
    for cell in (cell for cell in record["cells"] if cell["row"] == row["id"]):
        name = _name(record, cell)
        peaks.append((cell["mix_peak"], f"the mix with {name}"))
        if "earlier" in cell:
            peaks.append((cell["earlier"]["mix_peak"], f"the mix with the earlier page's {name}"))
    peaks += [(_peak(sound), f"{name}, alone") for _, name, sound in _sounds(record, row)]
    return max(peaks, key=lambda each: each[0])


def _peak(sound: Mapping[str, Any]) -> float:
    """Of a sound by itself, where its file had to be turned down; else it does not clip."""
    return MIX_PEAK / float(sound["gain"]) if sound["gain"] < 1 else 0.0


def _name(record: Mapping[str, Any], cell: Mapping[str, Any]) -> str:
    """Model and regime of a cell."""
    player = next(each["name"] for each in record["players"] if each["id"] == cell["player"])
    regime = next(each["name"] for each in record["regimes"] if each["id"] == cell["regime"])
    return f"{player}, {regime}"


def _sounds(
    record: Mapping[str, Any], row: Mapping[str, Any]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Id, name for people, and sound of every card that has an instrument of its own."""
    if row["truth"]:
        yield f"{row['id']}-truth", "ground truth", row["truth"]
    for cell in record["cells"]:
        if cell["row"] == row["id"]:
            name = _name(record, cell)
            yield cell["id"], name, cell["sound"]
            if "earlier" in cell:
                yield f"{cell['id']}-earlier", f"earlier page: {name}", cell["earlier"]["sound"]


def row_section(record: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """An instrument as HTML."""
    title = next(take["title"] for take in record["takes"] if take["id"] == row["take"])
    row = {**row, "title": title}
    cells = {(c["player"], c["regime"]): c for c in record["cells"] if c["row"] == row["id"]}
    named = escape(row["stem"])
    references = [_context_card(row)]
    if row["truth"]:
        references.insert(0, _truth_card(row))
    groups = [_group("what was played", references)]
    for player in record["players"]:
        if row["stem"] not in player["stems"]:
            cards = [f'<p class="small">It has no {named}.</p>']
        else:
            cards = [
                _cell_card(row, player, regime, cells[player["id"], regime["id"]])
                if (player["id"], regime["id"]) in cells
                else _missing_card(regime)
                for regime in record["regimes"]
            ]
        groups.append(_group(player["name"], cards))
    own = escape(row["id"])
    lined = f'style="--of: {max(2, len(record["regimes"]))}"'
    # A test wants two sounds.
    blind = (
        f'<button type="button" class="blind-open" data-row="{own}" aria-label="Blind test of '
        f'{named}, {escape(title)}">Blind test of {named}</button>'
        if len(list(_sounds(record, row))) > 1
        else ""
    )
    return f"""<section class="row" id="{own}" aria-labelledby="{own}-title" {lined}>
<div class="row-head"><h3 id="{own}-title">{named}</h3>
{blind}</div>
{_scale(record, row)}{_chance(row)}{"".join(groups)}</section>
"""


def _scale(record: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """By how much a row is turned down, and for whom."""
    peak, whose = _loudest(record, row)
    if peak <= 1.0:
        return ""
    return (
        f'<p class="small">All sounds of this instrument are played '
        f"{20 * math.log10(peak / MIX_PEAK):.1f} dB quieter, so that none clips: the loudest is "
        f"{escape(whose)}.</p>"
    )


def _chance(row: Mapping[str, Any]) -> str:
    chance = row["chance"]
    if not chance:
        return ""
    parts = []
    if "chord_fit" in chance:
        parts.append(f"fit {chance['chord_fit']:.0%} of the chords")
    parts.append(f"strike with F = {chance['onset_f']:.2f}")
    return f'<p class="small">Another piece of this kind would by chance {" and ".join(parts)}.</p>'


def _group(name: str, cards: list[str]) -> str:
    return (
        f'<div class="group"><h4>{escape(name)}</h4>\n<div class="cards">{"".join(cards)}</div>'
        "</div>\n"
    )


def _context_card(row: Mapping[str, Any]) -> str:
    button = _button(row, "context", "context", "Play", "what the model hears")
    return _card(row, "context", "what the model hears", row["context"], button, "")


def _truth_card(row: Mapping[str, Any]) -> str:
    card = f"{row['id']}-truth"
    return _card(
        row, card, "ground truth", row["truth"], _stem_and_mix(row, card, "ground truth"),
        _figures(row["figures"], None),
    )  # fmt: skip


def _cell_card(
    row: Mapping[str, Any],
    player: Mapping[str, Any],
    regime: Mapping[str, Any],
    cell: Mapping[str, Any],
) -> str:
    name = f"{player['name']}, {regime['name']}"
    buttons = _stem_and_mix(row, cell["id"], name)
    before = None
    if "earlier" in cell:
        card = f"{cell['id']}-earlier"
        before = cell["earlier"]["figures"]
        buttons += '<span class="line"></span>' + _stem_and_mix(row, card, name, "Earlier ")
    notes = "".join(f'<p class="small">{escape(note)}</p>' for note in cell["notes"])
    return _card(
        row, cell["id"], regime["name"], cell["sound"], buttons,
        _figures(cell["figures"], before) + notes, name, regime["id"],
    )  # fmt: skip


def _missing_card(regime: Mapping[str, Any]) -> str:
    return (
        f'<article class="card missing"><h5>{escape(regime["name"])}</h5>'
        "<p>Not played yet.</p></article>"
    )


def _card(
    row: Mapping[str, Any], card: str, name: str, sound: Mapping[str, Any], buttons: str,
    below: str, said: str = "", regime: str = "",
) -> str:  # fmt: skip
    """A sound: its name, picture, players, and what is told below.

    Args:
        row: of the record, with its take's title.
        card: id.
        name: the heading, below that of its model.
        sound: of the record.
        buttons: HTML.
        below: HTML.
        said: the name where no model's heading is near; empty where it is `name`.
        regime: id of it; empty for what no model played.
    """
    image, file = escape(sound["image"]), escape(sound["file"])
    said = said or name
    alternative = escape(f"Spectrogram of {row['stem']}: {said}")
    kind = Path(sound["file"]).suffix[1:].upper()
    of = f' data-regime="{escape(regime)}"' if regime else ""
    return f"""<article class="card" data-card="{escape(card)}" data-row="{escape(row["id"])}"{of}>
<div class="card-head"><h5>{escape(name)}</h5>
<a href="{file}" download aria-label="{_label(row, kind, said)}">{kind}</a></div>
<div class="picture"><img src="{image}" alt="{alternative}" loading="lazy" width="800" height="200">
<span class="head"></span></div>
<div class="buttons">{buttons}</div>
{below}</article>
"""


def _label(row: Mapping[str, Any], text: str, name: str) -> str:
    """What a screen reader says: what is to be seen, and then of what it is."""
    return escape(f"{text}: {row['stem']}, {name}, {row['title']}")


def _stem_and_mix(row: Mapping[str, Any], card: str, name: str, before: str = "") -> str:
    return "".join(
        _button(row, card, mode, f"{before}{mode}".capitalize(), name) for mode in ("stem", "mix")
    )


def _button(row: Mapping[str, Any], card: str, mode: str, text: str, name: str) -> str:
    return (
        f'<button type="button" class="listen" data-row="{escape(row["id"])}" '
        f'data-card="{escape(card)}" data-mode="{mode}" aria-pressed="false" '
        f'aria-label="{_label(row, text, name)}">{escape(text)}</button>'
    )


def _figures(figures: Mapping[str, float], before: Mapping[str, float] | None) -> str:
    parts = []
    for name in FIGURES:
        if name not in figures:
            continue
        told = format_figure(name, figures[name])
        was = format_figure(name, before[name]) if before and name in before else told
        if was != told:
            told += f' <span class="was">was {was}</span>'
        parts.append(f"<div><dt>{NAMES[name][0]}</dt><dd>{told}</dd></div>")
    return f'<dl class="figures">{"".join(parts)}</dl>' if parts else ""


def legend(record: Mapping[str, Any]) -> str:
    """What the figures of a page mean, to be opened; empty where it has none."""
    there = {name for each in (*record["rows"], *record["cells"]) for name in each["figures"]}
    told = [NAMES[name] for name in FIGURES if name in there]
    if not told:
        return ""
    parts = "".join(f"<div><dt>{title}</dt><dd>{meaning}</dd></div>" for title, meaning in told)
    return (
        "<details><summary>What the figures mean</summary>\n"
        f'<dl class="legend">{parts}</dl></details>\n'
    )


def format_figure(name: str, value: float) -> str:
    """A figure with its unit."""
    if name == "chord_fit":
        return f"{value:.0%}"
    if name == "onset_f":
        return f"{value:.2f}"
    return f"{value:.1f} {FIGURES[name]}".replace("-", "−")


def format_time(made: str) -> str:
    """When a page was made, to the minute, by the clock of where it was."""
    return str(made).replace("T", " ")[:16]
