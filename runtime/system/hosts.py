"""Hosts and ports: what the operator writes, and who may speak."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sideman.engine.errors import SidemanError

#: A socket address as Python gives it: (host, port), for IPv6 with flow and scope behind.
Address = tuple[Any, ...]
#: Hosts that may not speak and are named in the log: a false sender has many.
_MOST_HOSTS_LOGGED = 64
#: Hosts whose number is remembered; false senders push others out, and cost no more than before.
_HOSTS_REMEMBERED = 1_024


def parse_address(text: str, option: str) -> tuple[str, int]:
    """Split HOST:PORT; an IPv6 host stands in brackets, as in [::1]:7000.

    Args:
        text: what the operator wrote.
        option: its option, for the message.

    Raises:
        SidemanError: not of that form, or no port that exists.
    """
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host or "[" in host or "]" in host:
        raise SidemanError(
            f"{option} {text!r} is not HOST:PORT.",
            "Write an IPv6 address in brackets: [::1]:7000.",
        )
    if not colon or not host or not port.isascii() or not port.isdigit():
        raise SidemanError(f"{option} {text!r} is not HOST:PORT.", "For example 127.0.0.1:7000.")
    if int(port) > 65_535:
        raise SidemanError(f"{option} {text!r}: ports end at 65535.", "For example 127.0.0.1:7000.")
    return host, int(port)


def resolve(host: str, port: int, option: str) -> tuple[int, Address]:
    """Find the address family and the numeric address of a host.

    Returns:
        Family (`socket.AF_INET` or `AF_INET6`) and the address to bind or send to.

    Raises:
        SidemanError: no such host.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        raise SidemanError(f"{option}: host {host!r} is not known: {error}") from error
    # A name may have several addresses: IPv4 first, because most clients use it.
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return int(found[0][0]), found[0][4]


def is_loopback(address: Address) -> bool:
    """Whether a numeric address is one of this machine alone."""
    return numeric(address[0]).is_loopback


def shown_address(address: Address) -> str:
    """HOST:PORT for a log."""
    host = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
    return f"{host}:{address[1]}"


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Guard:
    """Decides whose datagrams are read.

    On a loopback address every process of this machine may speak. Beyond it only the hosts that
    the operator named: UDP carries no password, and whoever may speak hears the music and
    can stop it.

    Args:
        listen: numeric address that is listened on.
        allow: hosts by name or number, and networks as 192.168.1.0/24.

    Raises:
        SidemanError: listening beyond loopback with nobody allowed, an unknown host, or no network.
    """

    def __init__(self, listen: Address, allow: Iterable[str] = ()) -> None:
        self._any_local = is_loopback(listen)
        self._allowed: set[str] = set()
        self._networks: list[Network] = []
        for host in allow:
            if "/" in host:
                self._networks.append(_network(host))
            else:
                self._allowed |= _numbers(host)
        if not self._any_local and not self._allowed and not self._networks:
            raise SidemanError(
                f"Listening on {shown_address(listen)} opens the server to other machines, and "
                "no host is allowed to speak to it.",
                "Name each client with --allow HOST, or listen on 127.0.0.1.",
            )

    def admits(self, host: str) -> bool:
        """Tell whether datagrams from this numeric host are to be read; any thread."""
        number = numeric(host)
        if self._any_local and (number.is_loopback or not (self._allowed or self._networks)):
            return True  # nobody else can reach a loopback address
        return str(number) in self._allowed or any(number in each for each in self._networks)


class TurnedAway:
    """Tells the operator, once for each host, that its datagrams are not read; one thread.

    Args:
        log: that takes the line.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._hosts: set[str] = set()

    def note(self, sender: Address) -> None:
        """A datagram came from a host that may not speak."""
        host = str(sender[0])
        if host not in self._hosts and len(self._hosts) < _MOST_HOSTS_LOGGED:
            self._hosts.add(host)
            self._log.warning(
                "Ignoring datagrams from %s, which is not allowed to speak here; "
                "--allow %s would let it.",
                shown_address(sender),
                host,
            )


# Asked for every datagram, of which ten clients send 1,700 a second.
@lru_cache(maxsize=_HOSTS_REMEMBERED)
def numeric(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """A numeric host, without its zone."""
    return ipaddress.ip_address(host.partition("%")[0])


def _plain(host: str) -> str:
    """A numeric host without its zone, in its canonical spelling."""
    return str(numeric(host))


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text.strip())
    except ValueError as error:
        raise SidemanError(
            f"--allow {text!r} is no network: {error}.", "For example 192.168.1.0/24."
        ) from None


def _numbers(host: str) -> set[str]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        raise SidemanError(f"--allow: host {host!r} is not known: {error}") from error
    return {_plain(str(entry[4][0])) for entry in found}
