"""`sideman~` in Pure Data, in real time, against the real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from sideman.runtime.streaming.lane import Placement
from tests.max import pd
from tests.max.pd import RATE, Ran
from tests.runtime.native.echo import EchoSession
from tests.runtime.native.proxy import Impairment, Proxy

pytestmark = pytest.mark.realtime
SOUND = np.random.default_rng(3).uniform(-0.4, 0.4, 6 * RATE).astype(np.float32)


@pytest.fixture
def server() -> Iterator[Server]:
    echo = EchoSession()
    with Server(
        lambda: echo, beside(multi_track()), listen=("127.0.0.1", 0), reply=("127.0.0.1", 9)
    ) as server:
        yield server
        echo.let_go()


@pytest.fixture
def play(max_tool: Callable[[str], Path], tmp_path: Path) -> Callable[..., Ran]:
    pd.need_pd()
    externals = max_tool("sideman_pd").parent.parent / "pd"

    def run(box: str, stems: int, **options) -> Ran:
        return pd.play(tmp_path, externals, options.pop("sound", SOUND), box, stems, **options)

    return run


def at(address: tuple) -> str:
    return f"@host {address[0]} @port {address[1]}"


def check_echo(ran: Ran, step: int, lead: int, gains: tuple[float, ...]) -> None:
    """Every sample of the echo is where it belongs, from where the first step has risen on."""
    place = Placement(0, step, lead, 882)
    delay = place.ahead + place.reply_samples
    for heard, gain in zip(ran.stems, gains, strict=True):
        wanted = np.clip(gain * ran.context[: len(heard) - delay], -1, 1)
        late = heard[delay:]
        since = int(np.flatnonzero(late)[0]) + place.overlap
        assert since < 2 * RATE
        np.testing.assert_allclose(late[since:], wanted[since:], atol=1e-6)
        assert np.abs(wanted[since:]).max() > 0.3


def test_every_sample_lies_where_the_python_client_puts_it(
    server: Server, play: Callable[..., Ran]
) -> None:
    ran = play(f"bass drums {at(server.address)} @step 2 @lead 3", 2)
    check_echo(ran, 2, 3, (1, 2))
    assert ran.said("state")[-1] == "playing"
    assert (ran.said("step")[-1], ran.said("lead")[-1]) == ("2", "3")
    assert not any(int(lost) for lost in ran.said("lost") + ran.said("late"))
    assert "error" not in ran.log


def test_what_is_lost_on_the_way_is_asked_for(server: Server, play: Callable[..., Ran]) -> None:
    proxy = Proxy(server.address, Impairment(loss=0.05, jitter=0.02))
    try:
        ran = play(f"bass {at(proxy.address)} @step 4 @lead 8", 1)
    finally:
        proxy.close()
    assert proxy.lost[0] + proxy.lost[1] > 20
    check_echo(ran, 4, 8, (1,))
    assert int(ran.said("repaired")[-1]) > 0
