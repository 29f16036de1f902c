"""Probes of UDP, with the system's answers put in."""

from __future__ import annotations

import socket

import pytest

from sideman.runtime.doctor import network
from sideman.runtime.system.sockets import receive_buffer_remedy


def passes_up_to(limit):
    return lambda size: "" if size <= limit else "Message too long"


def test_a_free_port_is_ok_and_a_busy_one_a_problem_of_the_server_only():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{holder.getsockname()[1]}"
        listen = network.probe_listen_port(address)
        reply = network.probe_reply_port(address)
    assert listen.level == "problem"
    assert address in listen.text
    assert "--listen" in listen.remedy
    assert reply.level == "note"
    assert "--reply" in reply.remedy
    assert network.probe_listen_port(address).level == "ok"
    assert network.probe_reply_port(address).level == "ok"


def test_a_reply_host_elsewhere_is_not_checked():
    # An address of the documentation range, which no machine has.
    finding = network.probe_reply_port("192.0.2.1:8000")
    assert finding.level == "ok"
    assert "not checked" in finding.text


@pytest.mark.parametrize("text", ["7000", ":7000", "host:70000", "::1:7000"])
def test_what_is_no_address_is_a_problem(text):
    finding = network.probe_listen_port(text)
    assert finding.level == "problem"
    assert f"--listen '{text}'" in finding.text


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_a_small_buffer_is_a_note_with_the_command(system):
    finding = network.probe_buffer(system, lambda: 425_984, lambda name: "212992")
    assert finding.level == "note"
    assert "425,984 bytes granted" in finding.text
    assert finding.remedy == receive_buffer_remedy()
    assert ("net.core.rmem_max = 212992" in finding.text) == (system == "linux")


def test_a_large_buffer_is_ok():
    finding = network.probe_buffer("linux", lambda: 1 << 23, lambda name: None)
    assert (finding.level, finding.remedy) == ("ok", "")
    assert "net.core.rmem_max = unknown" in finding.text


def test_what_the_kernel_grants_is_read_back():
    assert network.granted_buffer() > 8_192


def test_the_largest_datagram_passes_here():
    # Loopback of the machine that runs the tests; macOS stops at 9,216 bytes unless raised.
    assert network.loopback_error(1_000) == ""
    assert network.loopback_error(70_000) != ""


def test_macos_default_limit_is_found_with_its_mend():
    finding = network.probe_datagram("darwin", passes_up_to(9_216), lambda name: "9216")
    assert finding.level == "note"
    assert "9,216 do" in finding.text
    assert "net.inet.udp.maxdgram = 9216" in finding.text
    assert "package of 4,410 samples takes 22,080" in finding.text
    assert finding.remedy.startswith("sudo sysctl -w net.inet.udp.maxdgram=65507")
    assert "1,837 samples or fewer" in finding.remedy


def test_a_limit_above_the_usual_package_says_nothing_of_it():
    finding = network.probe_datagram("linux", passes_up_to(40_000), lambda name: None)
    assert finding.level == "note"
    assert "usual package" not in finding.text


def test_no_loopback_at_all_is_a_problem():
    finding = network.probe_datagram("linux", lambda size: "blocked", lambda name: None)
    assert finding.level == "problem"
    assert "nothing passes" in finding.text


def test_everything_passing_is_ok():
    finding = network.probe_datagram("linux", passes_up_to(65_507), lambda name: None)
    assert (finding.level, finding.remedy) == ("ok", "")


def test_an_unknown_kernel_setting_is_none():
    assert network.read_sysctl("sideman.no.such.setting") is None
