"""A native rehearsal over a bad network: `python -m tests.runtime.measure_native OUT`.

A server, a proxy that loses and delays packets both ways, and `rehearse --protocol native` through
it, in real time. Writes what a rehearsal writes, and network.json: what was lost, what was heard of
that, and which gaps could have been filled in time, by the proxy's log (`native/oracle.py`).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from sideman.runtime.client import Client
from sideman.runtime.native.context import MARGIN_SECONDS, REORDERING_SECONDS
from sideman.runtime.rehearse.native.plan import NativePlan, NativeRequest, make_native_plan
from sideman.runtime.rehearse.native.play import BLOCK, Played, connect, play
from sideman.runtime.rehearse.native.run import keep
from sideman.runtime.rehearse.output import make_folder
from sideman.runtime.rehearse.process import ServerProcess, free_port
from sideman.runtime.server.cycle_time import CycleTime
from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.packets import CONTEXT, is_audio, read_packet
from sideman.runtime.system.threads import let_packets_in
from tests.runtime.native.oracle import Gap, judge, streams
from tests.runtime.native.proxy import Impairment, Passage, Proxy

RATE = 44_100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for everything that is written")
    parser.add_argument("--input", type=Path, action="append", default=[])
    parser.add_argument("--stems", default="bass")
    parser.add_argument("--loss", type=float, default=0.05)
    parser.add_argument("--jitter", type=float, default=0.02, help="seconds")
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--lead", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=None)
    options = parser.parse_args()
    let_packets_in()
    plan = make_native_plan(
        NativeRequest(
            stems=tuple(options.stems.split(",")),
            inputs=tuple(options.input),
            out=options.out,
            seconds=options.seconds,
            step=options.columns,
            lead=options.lead,
        )
    )
    make_folder(options.out)
    impairment = Impairment(options.loss, jitter=options.jitter)
    played, placement, proxy, profile = through_proxy(plan, impairment)
    keep(plan, played, profile, Console(highlight=False, soft_wrap=True))
    data = figures(options, played, placement, proxy, profile)
    (options.out / "network.json").write_text(json.dumps(data, indent=1) + "\n")
    print(json.dumps(data))


def through_proxy(
    plan: NativePlan, impairment: Impairment
) -> tuple[Played, Placement, Proxy, dict[str, Any]]:
    """Play in real time; what came back, where its steps stand, the network's log, the server's."""
    request, address = plan.request, ("127.0.0.1", free_port())
    listen = f"{address[0]}:{address[1]}"
    with ServerProcess([str(plan.bundle), "--listen", listen]) as server:
        proxy = Proxy(address, impairment, keep=True)
        with Client(proxy.address, plan.stems, step=request.step, lead=request.lead) as client:
            connect(client, server.check_alive)
            placement = client._network._session.placement
            played = play(client, plan.programme.samples, RATE, server.check_alive)
        proxy.close()
        server.end()
        return played, placement, proxy, server.read_profile()


def figures(
    options: argparse.Namespace,
    played: Played,
    placement: Placement,
    proxy: Proxy,
    profile: dict[str, Any],
) -> dict[str, Any]:
    """What was lost, and what became of it."""
    last = played.status[-1]
    length = played.stems.shape[1]
    found = streams(proxy.log)
    heard_at = (
        played.begun
        + np.minimum(np.arange(BLOCK, length + BLOCK, BLOCK), length) / RATE
        + np.array(played.behind)
    )
    moments = last_moments(proxy.log, profile, placement, heard_at)

    def when_played(position: int) -> float:
        return float(heard_at[min(position, length - 1) // BLOCK])

    def when_taken(position: int) -> float:
        return moments.get((position - placement.origin) // placement.step_samples, np.inf)

    trip = 2 * options.jitter
    judged = {"stems": [], "context": []}
    for stem, stream in found.items():
        if stem == CONTEXT:
            judged["context"] += judge(stream, when_taken, trip, placement.origin, length)
        else:
            judged["stems"] += judge(stream, when_played, trip, placement.start(0), length)
    return {
        "seconds": length / RATE,
        "step_columns": options.columns,
        "lead_columns": options.lead,
        "loss": options.loss,
        "jitter_seconds": options.jitter,
        "packets_lost": {"to_server": proxy.lost[0], "to_client": proxy.lost[1]},
        "packets_passed": {"to_server": proxy.passed[0], "to_client": proxy.passed[1]},
        "samples_on_request": {"stems": last.repaired, "context": last.context_repaired},
        "samples_silent_by_the_client": {"stems": last.lost + last.late},
        "samples_silent_by_the_server": {"context": last.context_lost},
        "samples_missing_by_the_log": {key: total(gaps) for key, gaps in judged.items()},
        "gaps": {key: len(gaps) for key, gaps in judged.items()},
        "gaps_that_could_have_been_filled": {
            key: [vars(gap) for gap in gaps if gap.fault] for key, gaps in judged.items()
        },
        "server": profile["counters"],
    }


def last_moments(
    log: list[Passage], profile: dict[str, Any], placement: Placement, heard_at: np.ndarray
) -> dict[int, float]:
    """By step, until when its context must have arrived.

    That is when its cycle began (its first stems' departure, less the cycle), or the moment from
    which the deadline could not be met any more, as far as the server could know: a cycle may take
    as long as the longest of the last ones.
    """
    first: dict[int, float] = {}
    arrived: dict[int, float] = {}
    for each in log:
        if not is_audio(each.data, len(each.data)):
            continue
        packet = read_packet(each.data, len(each.data))
        if not each.inward and not packet.again:
            first.setdefault(packet.step, each.came)
        elif each.inward and each.left is not None:
            last = packet.position + len(packet.samples) - placement.origin
            for step in (last // placement.step_samples - 1, last // placement.step_samples - 2):
                arrived[step] = min(each.left, arrived.get(step, np.inf))
    found, longest = {}, CycleTime()
    for cycle in profile["cycles"]:
        step, seconds = cycle["batch_id"], cycle["seconds"]["cycle"]
        if step in first:
            began = first[step] - seconds
            block = min(placement.start(step) // BLOCK, len(heard_at) - 1)
            expected = longest.longest
            due = heard_at[block] - (np.inf if expected is None else expected) - MARGIN_SECONDS
            found[step] = min(began, max(due, arrived[step] + REORDERING_SECONDS))
        longest.note(seconds)
    return found


def total(gaps: list[Gap]) -> int:
    return sum(gap.end - gap.start for gap in gaps)


if __name__ == "__main__":
    main()
