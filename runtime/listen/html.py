"""The page, written from its record: one HTML file with script and style inside.

Nothing is fetched, and no library is used: the folder can be opened from disk, mailed or put on
any web server. Every text that comes from a record is escaped, for names of files, stems and
bundles may hold anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from sideman.engine.disk import naming_a_full_disk
from sideman.engine.files import write_whole
from sideman.runtime.listen.cards import data_of_row, format_time, legend, row_section
from sideman.runtime.listen.changes import against_table
from sideman.runtime.listen.live import player_table
from sideman.runtime.listen.sounds import FOLDER
from sideman.runtime.listen.store import PAGE

#: Parts of the page that are no Python, in the order in which they are put inside.
SCRIPTS = ("transport.js", "sounds.js", "page.js", "keys.js", "blind.js")
STYLE = "style.css"


def write_page(out: Path, record: Mapping[str, Any]) -> None:
    """Write `index.html`, whole or not at all.

    Args:
        out: the page's folder.
        record: as `Recorder.record` makes it, with what `Earlier.pair` adds.

    Raises:
        SidemanError: the disk is full.
        OSError: it cannot be written.
    """
    with naming_a_full_disk():
        write_whole(out / PAGE, page(record))


def page(record: Mapping[str, Any]) -> str:
    """The page's text."""
    takes = "".join(_take(record, take) for take in record["takes"])
    rows = {row["id"]: data_of_row(record, row) for row in record["rows"]}
    # In a script, "</script>" would end it, whatever quotes it stands in.
    data = json.dumps(rows).replace("<", "\\u003c")
    script = "\n".join(_part(name) for name in SCRIPTS)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{escape(_title(record))}</title>
<style>
{_part(STYLE)}</style>
</head>
<body>
<a class="skip" href="#takes">To the sounds</a>
<header>
<h1>{escape(_title(record))}</h1>
{_introduction(record)}
</header>
<main>
<noscript><p class="notice">Players need JavaScript. Without it, the link beside each name leads to
its sound file.</p></noscript>
{_contents(record)}{player_table(record)}
{against_table(record)}
<div id="takes">
{legend(record)}{takes}</div>
</main>
{_part("transport.html")}{_part("blind.html")}
<script type="application/json" id="rows">{data}</script>
<script>
"use strict";
const FOLDER = "{FOLDER}";
const RATE = {record["rate"]};
const ROWS = JSON.parse(document.getElementById("rows").textContent);
{script}</script>
</body>
</html>
"""


def _part(name: str) -> str:
    return files("sideman.runtime.listen").joinpath("page", name).read_text("utf-8")


def _title(record: Mapping[str, Any]) -> str:
    return "Listening: " + ", ".join(take["title"] for take in record["takes"])


def _introduction(record: Mapping[str, Any]) -> str:
    machine = record["machine"]
    earlier = ", <kbd>E</kbd> to the earlier page and back" if record.get("against") else ""
    done, wanted = len(record["cells"]), record["wanted"]
    parts = []
    if done < wanted:
        parts.append(
            f'<p class="notice" role="status">This page is not finished: {done} of {wanted} sounds '
            "are there. The same command goes on where it stopped.</p>"
        )
    parts += [f'<p class="notice">{escape(fault)}</p>' for fault in record.get("faults", ())]
    parts.append(
        "<p>Every model plays every instrument in every regime, without a clock and from the "
        f"same noise (seed {record['seed']}). Switch while it plays: the sound goes on at the same "
        "beat. Each sound stands where the model made it for.</p>"
    )
    parts += [f"<p>{escape(note)}</p>" for note in record["notes"]]
    parts.append(
        f'<p class="small">Made on {escape(format_time(record["made"]))} by sideman '
        f"{escape(record['version'])}, on {escape(str(machine['processor']))} with "
        f"{machine['cores']} cores. Keys: <kbd>Space</kbd> plays and stops, <kbd>←</kbd> "
        "<kbd>→</kbd> go a second, <kbd>↑</kbd> <kbd>↓</kbd> change the sound, <kbd>M</kbd> "
        "changes between stem and mix, <kbd>N</kbd> goes to the same regime of the next model, "
        f"<kbd>G</kbd> to the ground truth and back{earlier}.</p>"
    )
    return "\n".join(parts)


def _contents(record: Mapping[str, Any]) -> str:
    """Links to all instruments."""
    lines = []
    for take in record["takes"]:
        links = " ".join(
            f'<a href="#{escape(row["id"])}">{escape(row["stem"])}</a>'
            for row in record["rows"]
            if row["take"] == take["id"]
        )
        lines.append(f"<li>{escape(take['title'])}: {links}</li>")
    return f'<nav aria-label="Instruments"><ul>{"".join(lines)}</ul></nav>\n'


def _take(record: Mapping[str, Any], take: Mapping[str, Any]) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in take["notes"])
    rows = "".join(row_section(record, row) for row in record["rows"] if row["take"] == take["id"])
    judged = (
        f"Figures are from {take['judged_from']:.0f} s on: before that, no window is full."
        if take["judged_from"]
        else ""
    )
    return f"""<section class="take" aria-labelledby="{take["id"]}-title">
<h2 id="{take["id"]}-title">{escape(take["title"])}</h2>
<p class="small">{take["seconds"]:.1f} s. {judged}</p>
{f'<ul class="small">{notes}</ul>' if notes else ""}
{rows}</section>
"""
