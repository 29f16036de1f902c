"""Figures of a native rehearsal: a few lines on the terminal, and everything in statistics.json."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from sideman.runtime.native.advice import says_too_slow
from sideman.runtime.native.setting import DEFAULT_STEP
from sideman.runtime.playing.profile import SPANS, spreads
from sideman.runtime.rehearse.native.plan import NativePlan
from sideman.runtime.rehearse.native.play import BLOCK, Played
from sideman.runtime.rehearse.report import number
from sideman.runtime.streaming.lane import MOST_COLUMNS

if TYPE_CHECKING:
    from rich.console import Console


def figures(plan: NativePlan, played: Played, profile: dict[str, Any]) -> dict[str, Any]:
    """Everything that was measured.

    Args:
        plan: what was played.
        played: what came back.
        profile: as `serve --profile` writes it; empty where the server was another's.
    """
    last = played.status[-1]
    cycles = profile.get("cycles", [])
    rows = [cycle["seconds"] for cycle in cycles]
    milliseconds = {
        name: {key: number(1e3 * value) for key, value in asdict(spread).items() if key != "count"}
        for name, spread in spreads(rows).items()
        if name in SPANS
    }
    behind = 1e3 * np.asarray(played.behind)
    return {
        "bundle": plan.manifest.name,
        "stems": list(plan.stems),
        "shortcuts": asdict(plan.request.shortcuts),
        "rate": plan.manifest.grid.sample_rate,
        "seconds": played.stems.shape[1] / plan.manifest.grid.sample_rate,
        "step_columns": last.step,
        "lead_columns": last.lead,
        "advised_lead_columns": last.advised,
        "ahead_seconds": last.ahead,
        "cycles": len(cycles),
        "server_counters": profile.get("counters", {}),
        "client": asdict(last),
        "blocks_behind_ms": {
            "p50": float(np.percentile(behind, 50)),
            "p99": float(np.percentile(behind, 99)),
            "max": float(behind.max()),
        },
        "block_samples": BLOCK,
        "milliseconds": milliseconds,
        "each_second": [asdict(status) for status in played.status],
    }


def to_json(data: dict[str, Any], machine: dict[str, object]) -> str:
    """The figures as JSON text."""
    return json.dumps(data | {"machine": machine}, indent=2, allow_nan=False) + "\n"


def show(data: dict[str, Any], console: Console) -> None:
    """Print what a performer asks first."""
    client, each = data["client"], len(data["stems"]) * data["rate"]
    never, late = client["lost"] / each, client["late"] / each
    console.print(
        f"The band played {data['ahead_seconds']:.3f} s ahead of what it knew "
        f"(steps of {data['step_columns']} columns, lead {data['lead_columns']}). Of "
        f"{data['seconds']:.0f} s, each stem was silent for {never + late:.2f} s where it should "
        f"have played: {late:.2f} s because sound came too late, {never:.2f} s because none came "
        f"while it played.{_unanswered(data['server_counters'])} The network lost "
        f"{client['repaired'] / each:.2f} s of each stem, which were sent again, and "
        f"{client['context_lost'] / data['rate']:.2f} s of what was played in, which were not.",
        markup=False,
    )
    if not client["landing"]:
        return  # nothing came back, so nothing was early or late
    early = 1e3 * client["landing"]
    how = f"{early:.0f} ms or more before they were played"
    if early <= 0:
        how = f"no more than {-early:.0f} ms too late"
    console.print(
        f"99 of 100 packets of stems came {how}; a round trip took "
        f"{1e3 * client['round_trip']:.1f} ms. The smallest lead that would suffice: "
        f"{data['advised_lead_columns'] or 'unknown'}.",
        markup=False,
    )


def _unanswered(counters: dict[str, int]) -> str:
    """What the server says of steps that it answered late or not; empty where it says nothing."""
    late, dropped = counters.get("late", 0), counters.get("dropped", 0)
    if not late + dropped:
        return ""
    return f" The server answered {late} steps late and {dropped} not at all."


def why_failed(data: dict[str, Any], *, silent: bool) -> str:
    """Why a rehearsal ends with 1, as a sentence; nothing where it went well."""
    client = data["client"]
    # A warning of the server's, or why no session plays any more.
    said = f" The last that was told: {client['text']}" if client["text"] else ""
    if silent:
        return said.strip() or (
            "It failed: play for longer than step and lead together (--seconds), and look whether "
            "what is played in has sound."
        )
    if not (client["lost"] or client["late"]):
        return ""
    failed = "It failed: sound was missing or came too late, and was silence instead."
    if says_too_slow(client["text"]):
        return f"{failed} {client['text']}"
    lead = data["advised_lead_columns"]
    tries = [f"--lead {lead}"] if lead > data["lead_columns"] else []
    tries = tries or longer_steps(data["step_columns"], data["lead_columns"])
    return f"{failed} Try {' or '.join([*tries, 'fewer stems'])}.{said}"


def longer_steps(step: int, lead: int) -> list[str]:
    """The option for steps of twice the length, or as long as fits; none where nothing does."""
    longer = min(2 * (step or DEFAULT_STEP), (MOST_COLUMNS - lead) // 2)
    return [f"longer steps (--columns {longer})"] if longer > step else []
