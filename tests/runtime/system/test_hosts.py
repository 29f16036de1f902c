"""Hosts and ports as operators write them, and who may speak."""

from __future__ import annotations

import socket

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.system.hosts import Guard, parse_address, resolve, shown_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:7000", ("127.0.0.1", 7000)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:7000", ("::1", 7000)),
        ("[fe80::1%eth0]:65535", ("fe80::1%eth0", 65535)),
    ],
)
def test_addresses(text, expected):
    assert parse_address(text, "--listen") == expected


@pytest.mark.parametrize(
    "text",
    ["", ":", "7000", "host", "host:", ":7000", "host:x", "host:-1", "host:65536", "::1:7000",
     "[::1]", "[::1:7000", "h:７"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_the_option(text):
    with pytest.raises(SidemanError, match="--reply"):
        parse_address(text, "--reply")


def test_an_address_is_shown_as_it_is_written():
    assert shown_address(("127.0.0.1", 7000)) == "127.0.0.1:7000"
    assert shown_address(("::1", 7000, 0, 0)) == "[::1]:7000"


def test_unknown_hosts():
    with pytest.raises(SidemanError, match="--listen"):
        resolve("no host", 7000, "--listen")
    with pytest.raises(SidemanError, match="--allow"):
        Guard(("127.0.0.1", 7000), ["no host"])


def test_resolve():
    assert resolve("127.0.0.1", 7000, "--listen") == (socket.AF_INET, ("127.0.0.1", 7000))


@pytest.mark.parametrize("listen", [("127.0.0.1", 1), ("127.1.2.3", 1), ("::1", 1, 0, 0)])
def test_on_loopback_every_local_process_may_speak(listen):
    guard = Guard(listen)
    assert guard.admits("127.0.0.1")
    assert guard.admits("::1")


@pytest.mark.parametrize("listen", [("0.0.0.0", 1), ("192.0.2.7", 1), ("::", 1, 0, 0)])
def test_beyond_loopback_only_the_allowed_may(listen):
    with pytest.raises(SidemanError, match="--allow"):
        Guard(listen)
    guard = Guard(listen, ["192.0.2.1", "2001:db8:0::1"])
    assert guard.admits("192.0.2.1")
    assert guard.admits("2001:db8::1")
    assert guard.admits("2001:db8::1%eth0")
    assert not guard.admits("192.0.2.2")
    assert not guard.admits("127.0.0.1")


def test_a_network_may_speak():
    guard = Guard(("0.0.0.0", 7000), ["192.168.1.0/24", "fd00::/8", "10.0.0.7"])
    for host, admitted in {
        "192.168.1.77": True,
        "192.168.2.77": False,
        "10.0.0.7": True,
        "10.0.0.8": False,
        "fd12::1%eth0": True,
        "fe80::1%eth0": False,
        "127.0.0.1": False,
    }.items():
        assert guard.admits(host) == admitted, host
    local = Guard(("127.0.0.1", 7000), ["192.168.1.0/24"])
    assert local.admits("127.0.0.1")
    assert not local.admits("10.0.0.1")


@pytest.mark.parametrize("text", ["192.168.1.7/24", "192.168.1.0/33", "home/24", "/"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(SidemanError, match=r"is no network[\s\S]*192\.168\.1\.0/24"):
        Guard(("0.0.0.0", 7000), [text])
