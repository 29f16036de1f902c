"""A server that notes when cycles begin: `python -m tests.runtime.timed_server PORT REPLY OUT`.

Serves the demonstration's bundle until its standard input ends, then writes a list of
`{"begin": seconds on time.monotonic, "samples": of the step}`.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.playing.session import Session
from sideman.runtime.rehearse.demo import demo_bundle
from sideman.runtime.server.server import Server
from sideman.runtime.system.threads import let_packets_in


def main() -> None:
    port, reply, out = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    let_packets_in()
    begins: list[dict[str, float]] = []

    def open_session() -> Session:
        session = Session.open(demo_bundle())
        step = session.step

        def timed(audio: np.ndarray) -> np.ndarray:
            begins.append({"begin": time.monotonic(), "samples": len(audio)})
            return step(audio)

        session.step = timed
        return session

    with Server(
        open_session,
        beside(multi_track()),
        listen=("127.0.0.1", port),
        reply=("127.0.0.1", reply),
    ):
        sys.stdin.read()
    out.write_text(json.dumps(begins))


if __name__ == "__main__":
    main()
