"""The two UDP sockets: one that listens, one that replies."""

from __future__ import annotations

import errno
import socket
import sys

from sideman.engine.errors import SidemanError
from sideman.runtime.system.hosts import Address, numeric, shown_address

#: What is asked of the kernel, in bytes; 1.5 s of four stems are 1.1 MB of float32.
RECEIVE_BYTES = 8 * 1024 * 1024
_SEND_BYTES = 1024 * 1024
_SO_RCVBUFFORCE = 33  # Linux; Python's socket module does not name it


def open_listener(family: int, address: Address) -> socket.socket:
    """Bind the socket that requests arrive at; it does not block.

    Raises:
        SidemanError: the port is taken, or the address is not this machine's.
    """
    listener = socket.socket(family, socket.SOCK_DGRAM)
    try:
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
        if exclusive is not None:  # Windows lets two sockets share a port otherwise
            listener.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        # Replies may leave from it, too.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise _bind_error(address, error) from error
    listener.setblocking(False)
    return listener


def open_sender(family: int, address: Address) -> socket.socket:
    """The socket that replies leave from; it blocks while the kernel's queue is full.

    A socket of its own, because the other one must not block.

    Args:
        family: as the listener's.
        address: the listener's; replies come from the same host, from a port of their own.
    """
    sender = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
        sender.bind((address[0], 0, *address[2:]))
    except OSError as error:
        sender.close()
        raise SidemanError(f"No socket to reply from: {error}") from error
    return sender


def check_directions(listen: Address, reply: Address) -> None:
    """Refuse one port for both directions.

    Replies go to whoever spoke: from this machine that would be the server itself, which would take
    its own replies for a client's audio. The same port of another machine is no fault.

    Args:
        listen: numeric address that is listened on; port 0 for any.
        reply: numeric address of the client.

    Raises:
        SidemanError: they are the same.
    """
    here, there = numeric(listen[0]), numeric(reply[0])
    same_host = here == there or (here.is_unspecified and there.is_loopback)
    if listen[1] == reply[1] != 0 and same_host:
        raise SidemanError(
            f"Port {listen[1]} is both listened on and replied to: the server would answer itself.",
            "Choose two ports: the client's own is 8000 (--reply), the server's 7000 (--listen).",
        )


def _bind_error(address: Address, error: OSError) -> SidemanError:
    where, port = shown_address(address), address[1]
    other = shown_address((address[0], port + 1 if port < 65_535 else port - 1))
    if error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)):
        find = {
            "linux": f"ss -lunp 'sport = :{port}'",
            "win32": f"netstat -ano -p UDP | findstr :{port}",
        }.get(sys.platform, f"lsof -nP -iUDP:{port}")
        return SidemanError(
            f"Port {port} is busy: another program listens on {where}, perhaps another server.",
            f"See which with: {find}   or choose another port: --listen {other}",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return SidemanError(
            f"{where} is not an address of this machine.",
            "Listen on 127.0.0.1, on one of this machine's addresses, or on 0.0.0.0.",
        )
    if error.errno == errno.EACCES:
        return SidemanError(
            f"Port {port} may not be bound by this user ({where}).",
            f"Choose one above 1023: --listen {shown_address((address[0], 7000))}",
        )
    return SidemanError(f"Cannot listen on {where}: {error}")


def enlarge_receive_buffer(listener: socket.socket) -> int:
    """Ask for room for `RECEIVE_BYTES` of datagrams that have not been read yet.

    Returns:
        What the kernel gave, in bytes as it reports them: on Linux twice what was granted,
        because it counts its own bookkeeping of every datagram in.
    """
    if sys.platform == "linux":
        try:
            # Beyond net.core.rmem_max, where this process has the right to.
            listener.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BYTES)
            return receive_buffer(listener)
        except OSError:
            pass
    size = RECEIVE_BYTES
    while size >= 65_536:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
            break
        except OSError:  # macOS refuses what exceeds its limit, rather than clamping it
            size //= 2
    return receive_buffer(listener)


def receive_buffer(listener: socket.socket) -> int:
    """The size of a socket's receive buffer as the kernel reports it, in bytes."""
    return listener.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)


def needed_receive_buffer(waiting: int) -> int:
    """The receive buffer that waiting datagrams take, in bytes as this kernel reports them.

    Linux charges each datagram with the memory it takes, up to twice its size, and reports twice
    what was asked for to make up for that.

    Args:
        waiting: bytes of all datagrams that wait to be read.
    """
    return 2 * waiting if sys.platform == "linux" else waiting


def receive_buffer_remedy() -> str:
    """The command that lets this system's sockets have a larger receive buffer."""
    return {
        "linux": f"sudo sysctl -w net.core.rmem_max={RECEIVE_BYTES}",
        "darwin": f"sudo sysctl -w kern.ipc.maxsockbuf={RECEIVE_BYTES}",
    }.get(sys.platform, "raise the system's limit for UDP receive buffers")
