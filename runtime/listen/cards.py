"""A row of the page: an instrument's ground truth, context, and every sound that was generated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from sideman.runtime.listen.figures import FIGURES
from sideman.runtime.rehearse.audio import MIX_PEAK

#: What the figures are called, and what each means.
NAMES = {
    "level": ("level", "root mean square, below full scale"),
    "distance": ("distance", "log-spectral distance to the ground truth; 0 is the same"),
    "chord_fit": ("chord fit", "share of beats whose note is of the chord"),
    "onset_f": ("onset F", "notes struck within 50 ms, F-measure; 1 is all of them"),
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
    cells = [cell for cell in record["cells"] if cell["row"] == row["id"]]
    peaks = [1.0, row["mix_peak"], *(cell["mix_peak"] for cell in cells)]
    peaks += [cell["earlier"]["mix_peak"] for cell in cells if "earlier" in cell]
    scale = 1.0 if max(peaks) <= 1.0 else MIX_PEAK / max(peaks)
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


def _sounds(
    record: Mapping[str, Any], row: Mapping[str, Any]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Id, name for people, and sound of every card that has an instrument of its own."""
    players = {player["id"]: player["name"] for player in record["players"]}
    regimes = {regime["id"]: regime["name"] for regime in record["regimes"]}
    if row["truth"]:
        yield f"{row['id']}-truth", "ground truth", row["truth"]
    for cell in record["cells"]:
        if cell["row"] == row["id"]:
            name = f"{players[cell['player']]}, {regimes[cell['regime']]}"
            yield cell["id"], name, cell["sound"]
            if "earlier" in cell:
                yield f"{cell['id']}-earlier", f"earlier page: {name}", cell["earlier"]["sound"]


def row_section(record: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """An instrument as HTML."""
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
    return f"""<section class="row" id="{own}" aria-labelledby="{own}-title" {lined}>
<div class="row-head"><h3 id="{own}-title">{named}</h3>
<button type="button" class="blind-open" data-row="{own}">Blind test of {named}</button></div>
{_chance(row)}{"".join(groups)}</section>
"""


def _chance(row: Mapping[str, Any]) -> str:
    chance = row["chance"]
    if not chance:
        return ""
    return (
        '<p class="small">Another piece of this kind would by chance fit '
        f"{chance['chord_fit']:.0%} of the chords and strike with F = {chance['onset_f']:.2f}.</p>"
    )


def _group(name: str, cards: list[str]) -> str:
    return (
        f'<div class="group"><h4>{escape(name)}</h4>\n<div class="cards">{"".join(cards)}</div>'
        "</div>\n"
    )


def _context_card(row: Mapping[str, Any]) -> str:
    button = _button(row, "context", "context", "Play", f"{row['stem']}: what the model hears")
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
        buttons += '<span class="line"></span>' + _stem_and_mix(
            row, card, f"earlier page, {name}", "Earlier "
        )
    notes = "".join(f'<p class="small">{escape(note)}</p>' for note in cell["notes"])
    return _card(
        row, cell["id"], regime["name"], cell["sound"], buttons,
        _figures(cell["figures"], before) + notes,
    )  # fmt: skip


def _missing_card(regime: Mapping[str, Any]) -> str:
    return (
        f'<article class="card missing"><h5>{escape(regime["name"])}</h5>'
        "<p>Not played yet.</p></article>"
    )


def _card(
    row: Mapping[str, Any], card: str, name: str, sound: Mapping[str, Any], buttons: str, below: str
) -> str:
    image, file = escape(sound["image"]), escape(sound["file"])
    alternative = escape(f"Spectrogram of {row['stem']}: {name}")
    return f"""<article class="card" data-card="{escape(card)}" data-row="{escape(row["id"])}">
<h5><a href="{file}" download>{escape(name)}</a></h5>
<div class="picture"><img src="{image}" alt="{alternative}" loading="lazy" width="800" height="200">
<span class="head"></span></div>
<div class="buttons">{buttons}</div>
{below}</article>
"""


def _stem_and_mix(row: Mapping[str, Any], card: str, name: str, before: str = "") -> str:
    said = f"{row['stem']}, {name}"
    return _button(
        row, card, "stem", f"{before}stem".capitalize(), f"{said}: stem alone"
    ) + _button(row, card, "mix", f"{before}mix".capitalize(), f"{said}: with what the model hears")


def _button(row: Mapping[str, Any], card: str, mode: str, text: str, label: str) -> str:
    return (
        f'<button type="button" class="listen" data-row="{escape(row["id"])}" '
        f'data-card="{escape(card)}" data-mode="{mode}" aria-pressed="false" '
        f'aria-label="{escape(label)}">{escape(text)}</button>'
    )


def _figures(figures: Mapping[str, float], before: Mapping[str, float] | None) -> str:
    parts = []
    for name in FIGURES:
        if name not in figures:
            continue
        title, meaning = NAMES[name]
        told = format_figure(name, figures[name])
        was = format_figure(name, before[name]) if before and name in before else told
        if was != told:
            told += f' <span class="was">was {was}</span>'
        parts.append(f'<div><dt title="{escape(meaning)}">{title}</dt><dd>{told}</dd></div>')
    return f'<dl class="figures">{"".join(parts)}</dl>' if parts else ""


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
