"""Probes of UDP: ports, buffers and the largest datagram."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
from collections.abc import Callable

from sideman.engine.errors import SidemanError
from sideman.runtime.doctor.finding import Finding
from sideman.runtime.multi_track.wire import audio_bytes, largest_package, step_bytes
from sideman.runtime.osc.message import MAX_DATAGRAM
from sideman.runtime.system.hosts import parse_address, resolve
from sideman.runtime.system.sockets import (
    check_directions,
    enlarge_receive_buffer,
    needed_receive_buffer,
    open_listener,
    receive_buffer_remedy,
)

#: Samples of a step of 1.5 s, a quarter of the published models' window.
USUAL_STEP = 66_150
#: Floats in a chunk as the external's help patch sends it.
USUAL_PACKAGE = 4_410

_CONTEXT = b"/context"

#: Value of a kernel setting, or None where it cannot be read.
Sysctl = Callable[[str], str | None]


def read_sysctl(name: str) -> str | None:
    """Value of a kernel setting as the sysctl program prints it, or None."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["sysctl", "-n", name],  # noqa: S607 - its folder differs between systems
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def bind(address: str, option: str) -> None:
    """Bind a UDP port for a moment, exactly as `serve` would.

    Args:
        address: HOST:PORT.
        option: of `serve`, for the message.

    Raises:
        SidemanError: it cannot be bound; says why, and what to do.
    """
    family, found = resolve(*parse_address(address, option), option)
    open_listener(family, found).close()


def probe_listen_port(address: str, attempt: Callable[[str, str], None] = bind) -> Finding:
    """The port that `serve` binds.

    Args:
        address: HOST:PORT.
        attempt: binds it for a moment; raises a SidemanError where it cannot.
    """
    try:
        attempt(address, "--listen")
    except SidemanError as error:
        return Finding("problem", "server port", error.what, error.remedy)
    return Finding("ok", "server port", f"{address}/udp is free")


def probe_reply_port(address: str, attempt: Callable[[str, str], None] = bind) -> Finding:
    """The port that the client binds; never a problem if taken, because Max may be open already.

    Args:
        address: HOST:PORT.
        attempt: binds it for a moment; raises a SidemanError where it cannot.
    """
    try:
        attempt(address, "--reply")
    except SidemanError as error:
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno == errno.EADDRNOTAVAIL:
            return Finding("ok", "reply port", f"{address}/udp is on another machine: not checked")
        remedy = "If it is not Max, end that program, or choose another port with --reply HOST:PORT"
        text = f"{address}/udp is taken, by Max if that is open: {error.what}"
        return Finding("note", "reply port", text, remedy)
    return Finding("ok", "reply port", f"{address}/udp is free")


def probe_directions(listen: str, reply: str) -> Finding:
    """Both ports together: `serve` refuses one port for both directions.

    Args:
        listen: HOST:PORT that `serve` binds.
        reply: HOST:PORT that the client binds.
    """
    try:
        check_directions(
            resolve(*parse_address(listen, "--listen"), "--listen")[1],
            resolve(*parse_address(reply, "--reply"), "--reply")[1],
        )
    except SidemanError as error:
        return Finding("problem", "two ports", error.what, error.remedy)
    return Finding("ok", "two ports", "one for each direction")


def granted_buffer() -> int:
    """The receive buffer that the server gets here, in bytes as the kernel reports them."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return enlarge_receive_buffer(probe)


def probe_buffer(
    system: str = sys.platform,
    grant: Callable[[], int] = granted_buffer,
    sysctl: Sysctl = read_sysctl,
) -> Finding:
    """The receive buffer, which must hold a step's burst while a cycle keeps the processor.

    Args:
        system: as `sys.platform` names it.
        grant: asks for the server's buffer and tells what was granted.
        sysctl: reads a kernel setting.
    """
    granted, needed = grant(), needed_receive_buffer(2 * step_bytes(USUAL_STEP))
    text = f"{granted:,} bytes granted; two steps of 1.5 s take {needed:,}"
    if system == "linux":
        text += f" (net.core.rmem_max = {sysctl('net.core.rmem_max') or 'unknown'})"
    if granted >= needed:
        return Finding("ok", "UDP buffer", text)
    return Finding("note", "UDP buffer", text, receive_buffer_remedy())


def loopback_error(size: int) -> str:
    """Send `size` bytes over loopback in a datagram; what went wrong, empty when they arrived."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(1.0)
        try:
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * MAX_DATAGRAM)
            sender.sendto(bytes(size), receiver.getsockname())
            arrived = len(receiver.recv(1 << 16))
        except OSError as error:
            return error.strerror or str(error)
    return "" if arrived == size else f"only {arrived} bytes arrived"


def probe_datagram(
    system: str = sys.platform,
    attempt: Callable[[int], str] = loopback_error,
    sysctl: Sysctl = read_sysctl,
) -> Finding:
    """The largest datagram that really goes through, over loopback.

    Args:
        system: as `sys.platform` names it.
        attempt: sends so many bytes over loopback; returns what went wrong, empty if they arrived.
        sysctl: reads a kernel setting.
    """
    limit = sysctl("net.inet.udp.maxdgram") if system == "darwin" else None
    said = f" (net.inet.udp.maxdgram = {limit})" if limit else ""
    error = attempt(MAX_DATAGRAM)
    if not error:
        return Finding("ok", "UDP datagram", f"{MAX_DATAGRAM:,} bytes pass{said}")
    largest = largest_datagram(attempt)
    text = f"{MAX_DATAGRAM:,} bytes do not pass: {error}; {largest:,} do{said}"
    remedy = (
        f"sudo sysctl -w net.inet.udp.maxdgram={MAX_DATAGRAM}"
        if system == "darwin"
        else "Look for a firewall or a container's limit on UDP over loopback."
    )
    if largest == 0:
        return Finding("problem", "UDP datagram", f"nothing passes over loopback: {error}", remedy)
    package = largest_package(_CONTEXT, largest)
    remedy += f", or keep packages at {package:,} samples or fewer"
    if package < USUAL_PACKAGE:
        usual = audio_bytes(_CONTEXT, USUAL_PACKAGE)
        text += f"; the client's usual package of {USUAL_PACKAGE:,} samples takes {usual:,}"
    return Finding("note", "UDP datagram", text, remedy)


def largest_datagram(attempt: Callable[[int], str] = loopback_error) -> int:
    """The largest size that passes, by bisection; 0 where none does."""
    passes, fails = 0, MAX_DATAGRAM
    while fails - passes > 1:
        middle = (passes + fails) // 2
        if attempt(middle):
            fails = middle
        else:
            passes = middle
    return passes
