"""A program that plays noise into a PortAudio client on JACK, and listens to its output.

Usage: room.py SERVER FILE.npy. It says when it is there and alone, connects to the first PortAudio
client that appears, and when its standard input ends, writes what it heard. A process of its own,
for a JACK client that is too slow, or whose server dies, may take its process along.
"""

from __future__ import annotations

import itertools
import os
import sys
import time

import numpy as np


def noise() -> np.ndarray:
    """What is played, float32 [n]: longer than any test takes, so that it stands in one place."""
    return np.random.default_rng(1).uniform(-0.2, 0.2, 1 << 22).astype(np.float32)


def main(server: str, file: str) -> None:
    import jack

    jack.set_error_function(lambda message: None)
    jack.set_info_function(lambda message: None)
    for attempt in itertools.count():
        try:
            client = jack.Client("room", no_start_server=True, servername=server)
            break
        except jack.JackOpenError:
            if attempt == 600:
                sys.exit(1)
            time.sleep(0.1)
    played, heard, at = noise(), [], 0
    out, ears = client.outports.register("out"), client.inports.register("in")

    @client.set_process_callback
    def process(frames: int) -> None:
        nonlocal at
        heard.append(ears.get_array().copy())
        out.get_array()[:] = played[at : at + frames]
        at = (at + frames) % (len(played) - frames)

    client.activate()
    while client.get_ports("PortAudio:"):
        time.sleep(0.05)  # of an earlier test, whose end has not come here yet
    print("ready", flush=True)
    while not client.get_ports("PortAudio:out_0"):
        time.sleep(0.05)
    client.connect(out, "PortAudio:in_0")
    client.connect("PortAudio:out_0", ears)
    sys.stdin.read()
    np.save(file, np.concatenate(heard))
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
