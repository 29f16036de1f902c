"""A client is told nonsense by a server that speaks correctly otherwise, and goes on."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.client import Client
from sideman.runtime.streaming.control import Accept, Epoch, Hello, Position
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.native.test_redirects import Front

GOOD = Accept(
    request=0,
    version=1,
    session=7,
    epoch=1,
    step=4,
    lead=4,
    overlap=882,
    model_rate=44_100,
    wait=0,
    stems="bass",
    known="bass,drums",
    origin=Position(0),
    host="",
    port=0,
    token="",
)


class Liar(Front):
    """Answers each hello with the same accept."""

    def __init__(self, **changes) -> None:
        self._accept = dataclasses.replace(GOOD, **changes)
        super().__init__(("127.0.0.1", 9))

    def answer(self, hello: Hello) -> Accept:
        return dataclasses.replace(self._accept, request=hello.request)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"step": 0}, "Steps of 0 columns"),
        ({"step": -1}, "nothing can be played so"),
        ({"lead": 2**31 - 1}, "nothing can be played so"),
        ({"overlap": 10**9}, "overlap 1000000000"),
        ({"overlap": -5}, "nothing can be played so"),
        ({"wait": -(10**9)}, "nothing can be played so"),
        ({"version": 9}, "version 9"),
        ({"model_rate": 0}, "A model of 0 Hz"),
    ],
)
def test_an_accept_that_makes_no_sense_is_told_and_harms_nothing(changes, said) -> None:
    liar = Liar(**changes)
    try:
        with Client(liar.address, ("bass",)) as client:
            end = time.monotonic() + PATIENCE
            while said not in client.status.text:
                assert time.monotonic() < end, client.status
                out = np.ones((1, 512), np.float32)
                client.process(np.zeros(512, np.float32), out)
                assert not out.any()
                time.sleep(0.002)
            assert client.status.state == "connecting"
            assert client._thread.is_alive()
    finally:
        liar.close()


def test_an_answer_that_a_newer_epoch_overtakes_is_an_answer() -> None:
    client = Client(("127.0.0.1", 9), ("bass",))
    network = client._network
    network._greeting.turn(0.0)
    network._control(dataclasses.replace(GOOD, request=1), 0.0)
    client.change(step=2)
    network._turn(0.1)
    assert network._pending is not None
    asked = network._pending.request
    for request, number in ((0, 3), (asked, 2)):
        epoch = Epoch(7, request, number, 4, 4, 882, "bass", Position(40_960))
        network._control(epoch, 0.2)
    assert network._pending is None
    assert network._session is not None
    assert network._session.epoch == 3
    client.close()


@pytest.mark.parametrize("changes", [{"step": 65}, {"lead": -1}, {"step": 2**31}])
def test_numbers_that_no_window_has_are_the_caller_s_mistake(changes) -> None:
    with pytest.raises(SidemanError, match=r"is more than fits|There is no lead of -1"):
        Client(("127.0.0.1", 9), ("bass",), **changes)
    client = Client(("127.0.0.1", 9), ("bass",))
    with pytest.raises(SidemanError, match=r"is more than fits|There is no lead of -1"):
        client.change(**changes)
    client.close()


def test_an_error_of_the_client_s_own_does_not_end_its_thread(monkeypatch) -> None:
    liar = Liar()
    try:
        with Client(liar.address, ("bass",)) as client:
            monkeypatch.setattr(client._network._greeting, "turn", lambda now: 1 / 0, raising=True)
            monkeypatch.setattr(client._network, "_session", None)
            end = time.monotonic() + PATIENCE
            while "ZeroDivisionError" not in client.status.text:
                assert time.monotonic() < end, client.status
                client._notify()
                monkeypatch.setattr(client._network, "_session", None)
                time.sleep(0.002)
            assert client._thread.is_alive()
    finally:
        liar.close()
