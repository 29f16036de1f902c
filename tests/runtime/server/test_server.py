"""The whole server over real UDP: its sockets, its beginning and its end."""

from __future__ import annotations

import socket
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.system.sockets import RECEIVE_BYTES, check_directions, receive_buffer


def test_the_handshake_of_multi_track_and_a_step(client, session):
    """As the external does it, types and all."""
    client.control("/update_package_size", "i", 10_240)
    client.control("/update_r", "d", 0.125)
    client.control("/w", "d", 0.0)
    client.control("/update_fade", "d", 0.01)
    client.control("/predict_instruments", "iiii", 0, 1, 0, 0)
    client.control("/verbose", "i", 0)
    client.control("/load_model")
    assert client.expect("/loaded") == ["fake"]
    client.batch(0, np.full(33_075, 0.25, np.float32), 10_240)
    stems = client.reply(0, 10_240)
    assert list(stems) == ["drums"]
    assert len(stems["drums"]) == 33_075 + 441
    assert session.calls[-2] == ("reset",)
    assert client.server.counters.as_dict() == {
        "cycles": 1, "late": 0, "patched": 0, "dropped": 0, "errors": 0, "ignored": 0,
    }  # fmt: skip


def test_a_busy_port_is_an_error_that_says_so(servers, client):
    host, port = client.server.address
    with pytest.raises(SidemanError, match=f"Port {port} is busy") as caught:
        servers.server(listen=(host, port)).start()
    assert f"--listen 127.0.0.1:{port + 1 if port < 65535 else port - 1}" in caught.value.remedy


def test_an_address_of_another_machine_cannot_be_bound(servers):
    with pytest.raises(SidemanError, match="not an address of this machine"):
        servers.server(listen=("192.0.2.1", 0), allow=["192.0.2.2"]).start()


def test_one_port_for_both_directions_is_refused(servers):
    port = servers.replies.getsockname()[1]
    with pytest.raises(SidemanError, match="the server would answer itself"):
        servers.server(listen=("127.0.0.1", port)).start()


@pytest.mark.parametrize(
    ("listen", "reply", "refused"),
    [
        (("0.0.0.0", 7_000), ("127.0.0.1", 7_000), True),
        (("::", 7_000), ("::1", 7_000), True),
        (("192.0.2.1", 7_000), ("192.0.2.1", 7_000), True),
        (("0.0.0.0", 7_000), ("192.0.2.5", 7_000), False),
        (("127.0.0.1", 7_000), ("127.0.0.1", 8_000), False),
        (("127.0.0.1", 0), ("127.0.0.1", 0), False),
    ],
)
def test_the_same_port_of_another_machine_is_no_fault(listen, reply, refused):
    if refused:
        with pytest.raises(SidemanError, match="answer itself"):
            check_directions(listen, reply)
    else:
        check_directions(listen, reply)


def test_ipv4_and_ipv6_do_not_mix(servers):
    with pytest.raises(SidemanError, match="mixes"):
        servers.server(listen=("::1", 0)).start()


def test_ipv6(servers, session):
    replies = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    with replies:
        try:
            replies.bind(("::1", 0))
        except OSError as error:
            pytest.skip(f"no IPv6 here: {error}")
        replies.settimeout(10)
        server = servers.server(listen=("::1", 0), reply=replies.getsockname()[:2])
        server.start()
        assert replies.recv(99) == b"/ready\0\0,T\0\0"
        assert replies.recv(99).startswith(b"/loaded\0")
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as speaking:
            speaking.sendto(b"/predict\0\0\0\0,\0\0\0", server.address)
        assert replies.recv(65_536).startswith(b"/bass\0")


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux grants")
def test_the_receive_buffer_is_asked_for_and_read_back(client):
    """All of it where this process may, else as much as the kernel's limit; reported doubled."""
    limit = int(Path("/proc/sys/net/core/rmem_max").read_text())
    granted = receive_buffer(client.server._receiver._listener)
    assert granted in (2 * RECEIVE_BYTES, 2 * min(RECEIVE_BYTES, limit))


def test_stop_ends_both_threads_and_frees_the_port(servers, session):
    client = servers.client()
    host, port = client.server.address
    client.server.stop()
    client.server.stop()
    assert not [t for t in threading.enumerate() if t.name.startswith("sideman-")]
    assert session.closed
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind((host, port))
    client.server.wait()


def test_stop_waits_for_the_cycle_that_runs(servers, session):
    client = servers.client()
    session.hold()
    client.batch(1, 0.25)
    session.wait_entered()
    stopping = threading.Thread(target=client.server.stop)
    stopping.start()
    session.let_go()
    stopping.join(10)
    assert not stopping.is_alive()
    client.reply(1)


def test_stop_while_the_model_is_being_loaded_ends_without_a_false_alarm(servers, session, caplog):
    go, entered = threading.Event(), threading.Event()

    def open_session():
        entered.set()
        assert go.wait(10)
        return session

    client = servers.early_client(open_session)
    assert entered.wait(10)
    stopping = threading.Thread(target=client.server.stop)
    with caplog.at_level("WARNING", "sideman.runtime.server"):
        stopping.start()
        while client.server._receiver is not None or client.server._queue.closed is False:
            time.sleep(0.001)
        go.set()
        stopping.join(10)
    assert not stopping.is_alive()
    assert caplog.records == []
    assert session.closed
    assert session.warm == 0, "nobody is left to play for"


def test_a_server_that_never_started_can_be_stopped(servers):
    servers.server().stop()
