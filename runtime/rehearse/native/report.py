"""Figures of a native rehearsal: a few lines on the terminal, and everything in statistics.json."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from sideman.runtime.playing.profile import SPANS, spreads
from sideman.runtime.rehearse.native.plan import NativePlan
from sideman.runtime.rehearse.native.play import BLOCK, Played
from sideman.runtime.rehearse.report import number

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
    client = data["client"]
    console.print(
        f"The band played {data['ahead_seconds']:.3f} s ahead of what it knew "
        f"(steps of {data['step_columns']} columns, lead {data['lead_columns']}). Of "
        f"{data['seconds']:.0f} s, {client['lost']} samples of stems were silence instead, "
        f"{client['late']} came too late, {client['repaired']} on request; "
        f"{client['context_lost']} samples of the context never arrived.",
        markup=False,
    )
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
