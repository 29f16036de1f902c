"""A tiny server of the protocol, written with python-osc only: as a thread or as a program.

It answers each step with the step's own audio, `fade` samples of silence ahead of it.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import socket
import threading
import time
from pathlib import Path

import numpy as np
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder


def build(address, *arguments):
    builder = OscMessageBuilder(address)
    for tag, value in arguments:
        builder.add_arg(value, tag)
    return builder.build().dgram


class FakeServer:
    """Answers on its own thread; what came in is kept for the test to look at."""

    def __init__(self, reply, fade, port=0, stems=("bass", "drums", "guitar", "piano")):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", port))
        self.socket.settimeout(0.05)
        self.address = self.socket.getsockname()
        self.reply, self.fade, self.stems = reply, fade, stems
        self.datagrams: list[bytes] = []
        self.arrivals: list[float] = []
        self.load_answer = [build("/loaded", ("s", "fake"))]
        self.answer = self.echo
        self.shuffle = False
        self.package = 4410
        self.wanted = [0] * len(stems)
        self.steps: dict[int, np.ndarray] = {}
        self.replied: list[int] = []
        self._open: dict[int, dict[int, list[float]]] = {}
        self._arrived: dict[int, int] = {}
        self._ends = False
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def start(self):
        self.thread.start()
        self.send(build("/ready", ("T", True)))

    def stop(self):
        self._ends = True
        self.thread.join()
        self.socket.close()

    def send(self, datagram):
        self.socket.sendto(datagram, self.reply)

    def send_stem(self, stem, batch, samples):
        package = self.package
        chunks = [samples[i : i + package] for i in range(0, len(samples), package)]
        order = list(enumerate(chunks))
        if self.shuffle:
            random.Random(batch).shuffle(order)
        for index, chunk in order:
            integers = [("i", batch), ("i", index), ("i", len(chunks))]
            self.send(build(f"/{stem}", *integers, *(("f", float(x)) for x in chunk)))

    def echo(self, batch, audio):
        """The default answer."""
        self.replied.append(batch)
        for stem, wanted in zip(self.stems, self.wanted, strict=True):
            if wanted:
                self.send_stem(stem, batch, np.concatenate([np.zeros(self.fade), audio]))
        self.send(build("/server_predicted", ("T", True)))

    def _serve(self):
        while not self._ends:
            try:
                data = self.socket.recv(1 << 16)
            except TimeoutError:
                continue
            self.arrivals.append(time.perf_counter())
            self.datagrams.append(data)
            self._take(OscMessage(data))

    def _take(self, message):
        values = message.params
        if message.address == "/update_package_size":
            self.package = values[0]
        elif message.address == "/predict_instruments":
            self.wanted = values
        elif message.address == "/load_model":
            for datagram in self.load_answer:
                self.send(datagram)
        elif message.address[1:] in ("context", *self.stems):
            self._take_audio(values)

    def _take_audio(self, values):
        batch, start, total, *samples = values
        parts = self._open.setdefault(batch, {})
        before = np.array(parts.get(start, [0.0] * len(samples)))
        parts[start] = list(before + samples)
        self._arrived[batch] = self._arrived.get(batch, 0) + 1
        if self._arrived[batch] == total:
            self.steps[batch] = np.concatenate([parts[i] for i in sorted(parts)])
            self.answer(batch, self.steps[batch])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle")
    for option in ("--listen", "--reply", "--backend", "--profile", "--threads", "--seed"):
        parser.add_argument(option)
    parser.add_argument("--fake-drop", type=int)
    given = parser.parse_args()
    host, _, port = given.reply.rpartition(":")
    fade = 882
    server = FakeServer((host, int(port)), fade, int(given.listen.rpartition(":")[2]))
    if given.fake_drop is not None:

        def answer(batch, audio):
            if batch == given.fake_drop:
                server.send(build("/batch_dropped", ("i", batch)))
            else:
                server.echo(batch, audio)

        server.answer = answer
    # No threading.Event: its `set` may wait for a lock that `wait` holds when the signal comes.
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    server.start()
    while not ended:
        time.sleep(0.01)
    server.stop()
    seconds = dict(zip(("encode", "step", "decode", "path"), (0.01, 0.02, 0.03, 0.07), strict=True))
    cycles = [{"batch_id": batch, "seconds": seconds, "late": 0.0} for batch in server.replied]
    Path(given.profile).write_text(json.dumps({"about": {}, "counters": {}, "cycles": cycles}))


if __name__ == "__main__":
    main()
