"""Output that blocks, and output that nobody reads."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress

import pytest

from sideman.runtime.serve.log import LogWriter


@pytest.fixture
def log():
    log = logging.Logger("test")
    yield log
    for handler in list(log.handlers):
        log.removeHandler(handler)


def test_lines_come_out_in_order_and_to_the_last(log):
    lines = []
    writer = LogWriter(lines.append)
    log.addHandler(writer)
    for number in range(500):
        log.warning("line %d", number)
    assert writer.finish(10)
    assert [line.split(maxsplit=2)[2] for line in lines] == [f"line {n}\n" for n in range(500)]


def test_lines_that_find_no_room_are_counted_and_nobody_waits(log):
    lines, go = [], threading.Event()

    def write(line):
        go.wait(30)
        lines.append(line)

    writer = LogWriter(write, lines=10)
    log.addHandler(writer)
    for number in range(1_000):
        log.warning("line %d", number)  # would never return if it waited
    assert not writer.finish(0.05)
    go.set()
    writer._thread.join(0.5)  # the queue was full: no end came through
    assert writer.finish(10)
    told = [line for line in lines if "were not logged" in line]
    assert len(told) == 1
    assert int(told[0].split()[0]) + len(lines) - 1 == 1_000


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("closed file")])
def test_an_output_that_is_gone_ends_nothing(log, error):
    calls = []

    def write(line):
        calls.append(line)
        raise error

    writer = LogWriter(write)
    log.addHandler(writer)
    log.warning("one")
    log.warning("two")
    assert writer.finish(10)
    assert len(calls) == 2


def test_a_full_pipe_holds_the_writer_alone(log):
    reader, end = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(end, False)
    with suppress(BlockingIOError):
        while True:
            os.write(end, b"x" * 4_096)
    os.set_blocking(end, True)
    writer = LogWriter(lambda line: os.write(end, line.encode()), lines=100)
    log.addHandler(writer)
    for _ in range(3_000):
        log.warning("x" * 200)
    assert not writer.finish(0.05)
    while True:  # somebody reads again
        try:
            os.read(reader, 65_536)
        except BlockingIOError:
            if writer.finish(0.2):
                break
    os.close(reader)
    os.close(end)
