"""How a server does, asked from inside and over real UDP."""

from __future__ import annotations

import socket
import time

import numpy as np
import pytest

from sideman.engine.errors import BackendError, ProtocolError
from sideman.runtime.multi_track.replies import stats as stats_message
from sideman.runtime.multi_track.reply_sender import ReplySender
from sideman.runtime.server.counters import Counters
from sideman.runtime.server.figures import Figures
from sideman.runtime.streaming.control import Accept, Bye, write_control
from tests.runtime.fakes.client import Client, control, read
from tests.runtime.native.peer import HELLO, Peer


def stats(client: Client, *arguments: object) -> dict[str, object]:
    """The figures by name, as a client reads them."""
    client.control("/stats", "i" * len(arguments), *arguments)
    values = client.expect("/stats_response")
    return dict(zip(values[::2], values[1::2], strict=True))


def answered(client: Client) -> dict[str, object]:
    """As `stats`, once the last reply is among them: they are noted just behind it."""
    until = time.monotonic() + 10
    while client.server.figures().deadline == 0 and time.monotonic() < until:
        time.sleep(0.01)
    return stats(client)


def test_a_server_tells_how_it_does(client, session) -> None:
    before = stats(client)
    assert (before["state"], before["detail"], before["cycles"]) == ("ready", "fake", 0)
    assert (before["cycle_ms"], before["error"]) == (0.0, "")
    client.batch(1, 0.25)
    client.reply(1)
    session.trouble = BackendError("The engine broke.")
    client.batch(2, 0.25)
    client.wait_for("/batch_dropped")
    found = stats(client)
    assert (found["cycles"], found["late"], found["dropped"], found["errors"]) == (1, 0, 1, 1)
    assert found["deadline_ms"] == pytest.approx(1480)
    assert found["step_ms"] == pytest.approx(1500)
    assert 0 < found["cycle_ms"] < 5000
    assert 0 < found["usual_ms"] <= found["most_ms"]
    # The bass of the made-up session is the step itself, and a fade of ones behind it.
    power = (66_150 * 0.25**2 + 882) / 67_032
    assert found["level_bass"] == pytest.approx(10 * np.log10(power), abs=0.01)
    assert "level_drums" not in found
    assert "The engine broke." in found["error"]
    assert 0 <= found["error_age"] < 10
    told, figures = found, client.server.figures()
    assert figures.playing
    assert figures.client.startswith("127.0.0.1")
    assert figures.engine == "made up, 1 thread"
    assert told["level_bass"] == pytest.approx(figures.level("bass"))
    assert figures.level("drums") == -60.0


def test_another_setting_takes_nothing_of_the_one_before(client) -> None:
    client.batch(1, 0.25)
    client.reply(1)
    assert answered(client)["deadline_ms"] == pytest.approx(1480)
    client.control("/update_r", "d", 0.125)
    client.batch(2, np.zeros(33_075, np.float32))
    client.reply(2)
    found = answered(client)
    assert found["deadline_ms"] == pytest.approx(730)
    assert found["step_ms"] == pytest.approx(750)


def test_the_answer_goes_to_the_port_that_is_named(client) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as watcher:
        watcher.bind(("127.0.0.1", 0))
        watcher.settimeout(10)
        watcher.sendto(control("/stats", "i", watcher.getsockname()[1]), client.server.address)
        address, values = read(watcher.recv(2_048))
    assert address == "/stats_response"
    assert values[:2] == ["state", "ready"]
    client.nothing()


def test_context_that_never_came_is_told_as_time(client) -> None:
    chunks = client.chunks(1, np.full(66_150, 0.25, np.float32))
    for chunk in chunks[:9] + chunks[10:]:
        client.raw(chunk)
    client.wait_for("/server_predicted")
    found = stats(client)
    assert found["patched"] == 1
    assert found["lost_ms"] == pytest.approx(100)


def test_who_asks_often_is_answered_ten_times_a_second(client) -> None:
    for _ in range(40):
        client.control("/stats")
    client.control("/no_such_address")
    answers = 0
    while client.next()[0] == "/stats_response":
        answers += 1
    assert 10 <= answers <= 20  # the forty may fall into two seconds


def test_who_only_asks_does_not_keep_a_native_client_from_playing(servers) -> None:
    client = servers.early_client(native=True)
    assert client.expect("/loaded") == ["fake"]
    peer = Peer(client.server)
    stats(client)
    accept = peer.ask(HELLO)
    assert isinstance(accept, Accept)
    # Nor does it take the native client's turn from it, whatever it asks.
    assert stats(client)["state"] == "ready"
    peer.socket.close()


def test_a_session_of_the_native_protocol_begins_and_ends_in_the_figures(servers) -> None:
    client = servers.early_client(native=True)
    assert client.expect("/loaded") == ["fake"]
    peer = Peer(client.server)
    accept = peer.ask(HELLO)
    assert isinstance(accept, Accept)
    found = client.server.figures()
    assert found.client == f"127.0.0.1:{peer.socket.getsockname()[1]}"
    assert (found.held, found.deadline, found.levels) == (True, 0.0, {})
    peer.socket.sendto(write_control(Bye(accept.session, "")), client.server.address)
    until = time.monotonic() + 10
    while client.server.figures().held and time.monotonic() < until:
        time.sleep(0.01)
    assert client.server.figures().client == ""
    peer.socket.close()


def test_another_machine_is_sent_no_more_than_it_has_sent() -> None:
    sent: list[tuple[bytes, tuple]] = []

    class Port:
        def sendto(self, data: bytes, to: tuple) -> None:
            sent.append((bytes(data), to))

    sender = ReplySender(Port(), ("127.0.0.1", 8000), Counters(), lambda: 0.0, lambda: 4_410)
    size = len(stats_message(Figures()))
    with pytest.raises(ProtocolError, match=f"the answer takes {size} bytes, the request has 12"):
        sender.stats(Figures(), ("192.168.1.5", 50_000), 12)
    assert sent == []
    sender.stats(Figures(), ("192.168.1.5", 50_000), size)
    sender.stats(Figures(), ("127.0.0.1", 50_000), 12, port=9_000)
    assert [to for _, to in sent] == [("192.168.1.5", 8000), ("127.0.0.1", 9_000)]
    assert {len(data) for data, _ in sent} == {size}
