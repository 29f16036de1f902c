"""A native rehearsal over a bad network: `python -m tests.runtime.measure_native OUT`.

A server, a proxy that loses and delays packets both ways, and `rehearse --protocol native` through
it, in real time. Writes what a rehearsal writes, and network.json: what was lost, and what was
heard of that.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sideman.runtime.rehearse.demo import demo_bundle
from sideman.runtime.rehearse.native.plan import NativeRequest
from sideman.runtime.rehearse.native.run import run_native
from sideman.runtime.rehearse.process import ServerProcess, free_port
from tests.runtime.native.proxy import Impairment, Proxy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for everything that is written")
    parser.add_argument("--input", type=Path, action="append", default=[])
    parser.add_argument("--stems", default="bass")
    parser.add_argument("--loss", type=float, default=0.05)
    parser.add_argument("--jitter", type=float, default=0.02, help="seconds")
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--lead", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=None)
    options = parser.parse_args()
    address = ("127.0.0.1", free_port())
    with ServerProcess([str(demo_bundle()), "--listen", f"{address[0]}:{address[1]}"]) as server:
        proxy = Proxy(address, Impairment(options.loss, jitter=options.jitter))
        try:
            run_native(
                NativeRequest(
                    stems=tuple(options.stems.split(",")),
                    inputs=tuple(options.input),
                    out=options.out,
                    seconds=options.seconds,
                    step=options.columns,
                    lead=options.lead,
                    server=proxy.address,
                )
            )
        finally:
            proxy.close()
        server.end()
        profile = server.read_profile()
    last = json.loads((options.out / "statistics.json").read_text())["client"]
    data = {
        "loss": options.loss,
        "jitter": options.jitter,
        "packets_lost": {"to_server": proxy.lost[0], "to_client": proxy.lost[1]},
        "packets_passed": {"to_server": proxy.passed[0], "to_client": proxy.passed[1]},
        "samples_repaired_of_stems": last["repaired"],
        "samples_silent_instead": {"stems": last["lost"], "context": last["context_lost"]},
        "samples_late": last["late"],
        "server": profile["counters"],
    }
    (options.out / "network.json").write_text(json.dumps(data, indent=1) + "\n")
    print(json.dumps(data))


if __name__ == "__main__":
    main()
