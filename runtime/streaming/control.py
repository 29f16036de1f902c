"""Control messages of the native protocol: fixed addresses, each with fixed arguments.

Arguments are of the types i, f, s and b alone, and none depends on its value: Pure Data drops
64-bit numbers together with their place, liblo turns them into others without an error, and
python-osc chooses a type by what it is given (`docs/native-protocol.md`). A position, which takes
64 bits, is a blob of eight bytes.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NewType, get_type_hints

from sideman.engine.errors import ProtocolError
from sideman.runtime.osc.message import Buffer, pad4, read_address, shown
from sideman.runtime.streaming.packets import MAX_DATAGRAM, MAX_POSITION

#: Samples of the client's sound card since a beginning of its own choice.
Position = NewType("Position", int)

#: A name, or none, and zeros.
Named = NewType("Named", bytes)

#: What this module speaks: the lowest and the highest version.
VERSIONS = (1, 2)
#: From this version on a hello can name a bundle.
BUNDLE_VERSION = 2
#: Bytes of a bundle's name, in UTF-8.
LONGEST_BUNDLE = 100
#: What a client chooses between for the lead that the server advises.
MARGINS = ("tight", "normal", "safe")
#: Every address of this protocol begins so.
PREFIX = b"/sideman/"

_TYPES = {int: "i", float: "f", str: "s", bytes: "b", Position: "b", Named: "b"}
_INT = struct.Struct(">i")
_FLOAT = struct.Struct(">f")
_LONG = struct.Struct(">q")


class Control:
    """What all control messages have in common."""

    address = ""
    tags = ""


@dataclass(frozen=True)
class Hello(Control):
    """A client asks to play; it repeats this until it is answered.

    Attributes:
        request: repeated in the answer.
        lowest: version of the protocol that the client speaks.
        highest: likewise.
        rate: of the client's sound card, in Hz.
        block: samples that it plays at once.
        step: columns of a cycle; 0 leaves it to the server.
        lead: columns between the newest known one and the first generated; 0 leaves it to the
            server.
        format: 0 for float32 stems, 1 for int16.
        stems: names, with commas between them; empty for none yet.
        margin: one of `MARGINS`: how much earlier than needed stems are to come.
        client: name and version of the program, for the log.
        token: from a redirect, else empty.
        origin: position of the first context sample that will be sent.
        padding: the name of a bundle, if one is asked for, and zeros. Its answer is never longer
            than the message, so that nobody gains by a false sender; see `padded`.
    """

    request: int
    lowest: int
    highest: int
    rate: int
    block: int
    step: int
    lead: int
    format: int
    stems: str
    margin: str
    client: str
    token: str
    origin: Position
    padding: Named = Named(b"")

    @property
    def bundle(self) -> str:
        """Name of the bundle that is asked for; empty for the first or only one."""
        return self.padding.partition(b"\0")[0].decode("utf-8", "replace")


@dataclass(frozen=True)
class Accept(Control):
    """The session begins, with the geometry that is really used.

    Attributes:
        request: of the hello.
        version: spoken from here on.
        session: number in all further packets.
        epoch: as in `Epoch`.
        step: likewise.
        lead: likewise.
        overlap: likewise.
        model_rate: samples a second that columns and overlap are counted in.
        wait: the client's samples behind a step's context that have to arrive, too, before it can
            be brought to the model's rate; so much less time is left to answer.
        stems: likewise.
        known: all stems of the model, in the order of their numbers.
        origin: likewise.
        host: where to say hello instead, if not empty; the rest is then not meant.
        port: likewise.
        token: to be repeated there.
    """

    request: int
    version: int
    session: int
    epoch: int
    step: int
    lead: int
    overlap: int
    model_rate: int
    wait: int
    stems: str
    known: str
    origin: Position
    host: str
    port: int
    token: str


@dataclass(frozen=True)
class Refuse(Control):
    """No session, and why.

    Attributes:
        request: of the hello.
        code: "version", "rate", "busy", "loading", "stems" or "geometry".
        reason: a sentence.
        offer: what would be accepted, as a sentence.
    """

    request: int
    code: str
    reason: str
    offer: str


@dataclass(frozen=True)
class Begin(Control):
    """The host was reset, or jumped: what was sent and asked for before is void.

    Attributes:
        session: of the client.
        request: repeated in the answer (`Epoch`); the client repeats this until it comes.
        origin: position of the first context sample that will be sent.
    """

    session: int
    request: int
    origin: Position


@dataclass(frozen=True)
class Change(Control):
    """Another geometry or other stems, from the next boundary on.

    Attributes:
        session: of the client.
        request: repeated in the answer (`Epoch` or `Refuse`).
        step: columns.
        lead: columns.
        stems: names with commas between them.
    """

    session: int
    request: int
    step: int
    lead: int
    stems: str


@dataclass(frozen=True)
class Epoch(Control):
    """A new epoch.

    Where its steps stand, `sideman.runtime.streaming.lane.Placement` tells.

    Attributes:
        session: of the client.
        request: of `Begin` or `Change`.
        epoch: in packets from here on; the context's packets from `origin` on carry it.
        step: columns.
        lead: columns.
        overlap: samples of the model's rate that consecutive steps share; the client fades once,
            with equal gain.
        stems: in force.
        origin: where step 0 begins.
    """

    session: int
    request: int
    epoch: int
    step: int
    lead: int
    overlap: int
    stems: str
    origin: Position


@dataclass(frozen=True)
class Beat(Control):
    """A sign of life of the client, twice a second, which the server answers.

    Attributes:
        session: of the client.
        stamp: any number of the client, repeated in the answer.
        epoch: that the client follows; from the server, the newest.
        position: the client's playhead; from the server, where its context ends.
        landing: samples between the arrival of this epoch's stems and their playing, of which 1 %
            was shorter; 0 from the server, and where none have come.
        lost: samples that never came and were due, since the session began.
        repaired: samples that came on request, likewise.
        late: samples that came after they were due, likewise.
        measured: microseconds that a sign of life took there and back, 0 for unknown; from the
            server: columns of lead that it would choose, 0 for no opinion.
    """

    session: int
    stamp: int
    epoch: int
    position: Position
    landing: float
    lost: int
    repaired: int
    late: int
    measured: int


@dataclass(frozen=True)
class Resend(Control):
    """What is asked for again.

    Attributes:
        session: of the asker.
        epoch: that the positions belong to.
        entries: as `sideman.runtime.streaming.resends` writes them.
    """

    session: int
    epoch: int
    entries: bytes


@dataclass(frozen=True)
class State(Control):
    """What the engine does.

    Attributes:
        state: "loading", "ready" or "degraded".
        percent: of loading; 100 when done.
        detail: what is being loaded, what degrades it, or nothing.
    """

    state: str
    percent: float
    detail: str


@dataclass(frozen=True)
class Warn(Control):
    """What will soon be heard, or is over.

    Attributes:
        code: the same for beginning and end.
        on: 1 when it begins, 0 when it is over.
        text: a sentence.
    """

    code: str
    on: int
    text: str


@dataclass(frozen=True)
class Error(Control):
    """Something is wrong.

    Attributes:
        text: a sentence.
    """

    text: str


@dataclass(frozen=True)
class Bye(Control):
    """The session ends.

    Attributes:
        session: that ends.
        reason: a sentence, or nothing.
    """

    session: int
    reason: str


#: Whose texts are for people, and may be cut.
_CUT = (Refuse, State, Warn, Error, Bye)
_KINDS: dict[bytes, type[Control]] = {}
_LAYOUT: dict[type[Control], tuple[Any, ...]] = {}
for _kind in (Hello, Accept, Refuse, Begin, Change, Epoch, Beat, Resend, State, Warn, Error, Bye):
    _hints = get_type_hints(_kind)
    _LAYOUT[_kind] = tuple(_hints[field.name] for field in fields(_kind))
    _kind.address = PREFIX.decode() + _kind.__name__.lower()
    _kind.tags = "," + "".join(_TYPES[each] for each in _LAYOUT[_kind])
    _KINDS[_kind.address.encode()] = _kind
KINDS = tuple(_KINDS.values())


def write_control(message: Control) -> bytes:
    """The datagram of a message; texts for people are cut so that it fits.

    Raises:
        ValueError: a number, a blob or names that fit no datagram: the caller's mistake.
    """
    kind = type(message)
    head = _string(kind.address) + _string(kind.tags)
    values = [getattr(message, field.name) for field in fields(message)]  # type: ignore[arg-type]
    body = _arguments(kind, values, MAX_DATAGRAM)
    texts = _LAYOUT[kind].count(str)
    if len(head) + len(body) > MAX_DATAGRAM and kind in _CUT:
        room = MAX_DATAGRAM - len(head) - len(_arguments(kind, values, 0))
        body = _arguments(kind, values, max(0, room // texts // 4 * 4))
    if len(head) + len(body) > MAX_DATAGRAM:
        raise ValueError(f"{kind.__name__} does not fit a datagram")
    return head + body


def padded(hello: Hello, bundle: str = "") -> Hello:
    """A hello that is as long as a datagram may be, for which every answer is short enough.

    Args:
        hello: without padding.
        bundle: name of the bundle that is asked for. With one, the hello asks for a version that
            knows names, so that a server of an older version refuses it instead of playing
            another bundle.

    Raises:
        ValueError: names of stems, or of the bundle, that fit no datagram.
    """
    room = MAX_DATAGRAM - len(write_control(hello))
    if fault := bundle_fault(bundle):
        raise ValueError(f"{bundle!r} is no name of a bundle: it {fault}")
    name = bundle.encode()
    if len(name) > room:
        raise ValueError(f"{bundle!r} fits no datagram beside the stems")
    lowest = max(hello.lowest, BUNDLE_VERSION) if name else hello.lowest
    return replace(hello, lowest=lowest, padding=Named(name.ljust(room, b"\0")))


def bundle_fault(name: str) -> str:
    """Why no hello can name a bundle so, as the end of a sentence; empty where it can."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "is no text that can be sent"
    if size > LONGEST_BUNDLE:
        return f"takes {size} bytes, more than {LONGEST_BUNDLE}"
    if any(ord(c) < 0x20 or ord(c) == 0x7F for c in name):
        return "holds characters that cannot be shown"
    return ""


def other_bundle(hello: Hello, names: Sequence[str]) -> Refuse | None:
    """The refusal of a client that asks for a bundle that does not play here; None where it does.

    Args:
        hello: that names it, or none.
        names: of what plays here, the usual one first.
    """
    if not hello.bundle or hello.bundle in names:
        return None
    return Refuse(hello.request, "model", *no_such_bundle(hello.bundle, names))


def no_such_bundle(name: str, names: Sequence[str]) -> tuple[str, str]:
    """What is wrong, and what there is instead.

    Args:
        name: that was asked for.
        names: of what plays.
    """
    verb = "is" if len(names) == 1 else "are"
    return f"No bundle {name!r} plays here.", f"There {verb}: {', '.join(names)}."


def other_version(hello: Hello) -> Refuse | None:
    """The refusal of a client that speaks no version of this module; None where it does."""
    lowest, highest = VERSIONS
    if hello.lowest <= highest and hello.highest >= lowest:
        return None
    reason = f"Versions {hello.lowest} to {hello.highest} are not spoken here."
    return Refuse(hello.request, "version", reason, f"Version {highest}.")


def within(answer: Accept | Refuse, size: int) -> Accept | Refuse | None:
    """An answer to a hello, with no more bytes than it had: its sender's address may be false.

    Args:
        answer: a refusal loses its texts if that is what makes it fit.
        size: bytes of the hello.

    Returns:
        None where nothing fits.
    """
    if len(write_control(answer)) <= size:
        return answer
    if isinstance(answer, Refuse):
        short = replace(answer, reason="", offer="")
        return short if len(write_control(short)) <= size else None
    return None


def _arguments(kind: type[Control], values: list[Any], longest: int) -> bytes:
    parts = []
    for hint, value in zip(_LAYOUT[kind], values, strict=True):
        try:
            if hint is int:
                parts.append(_INT.pack(value))
            elif hint is float:
                parts.append(_FLOAT.pack(value))
            elif hint is str:
                parts.append(_string(value, longest))
            else:
                blob = _LONG.pack(value) if hint is Position else bytes(value)
                parts.append(_INT.pack(len(blob)) + blob.ljust(pad4(len(blob)), b"\0"))
        except struct.error as error:
            raise ValueError(f"{kind.__name__}: {value} is no argument: {error}") from None
    return b"".join(parts)


def _string(text: str, longest: int = MAX_DATAGRAM) -> bytes:
    line = text.replace("\0", " ")
    data = line.encode("utf-8", "replace")[:longest].decode("utf-8", "ignore").encode()
    return data.ljust(pad4(len(data) + 1), b"\0")


def read_control(data: Buffer, size: int) -> Control:
    """Read one datagram.

    Args:
        data: a buffer with the datagram at its start.
        size: its bytes.

    Raises:
        ProtocolError: not exactly one of this protocol's control messages.
    """
    if size > MAX_DATAGRAM:
        raise ProtocolError(f"Control message: {size} bytes, where {MAX_DATAGRAM} are the most.")
    address, at = read_address(data, 0, size)
    kind = _KINDS.get(address)
    if kind is None:
        raise ProtocolError(f"{shown(address)}: no such address.")
    tags = _string(kind.tags)
    if not data.startswith(tags, at, size):
        raise ProtocolError(f"{shown(address)}: the type tags are not {kind.tags}.")
    at += len(tags)
    values: list[Any] = []
    for hint in _LAYOUT[kind]:
        value, at = _argument(data, address, hint, at, size)
        values.append(value)
    if at != size:
        raise ProtocolError(f"{shown(address)}: oversized: {size - at} bytes follow its arguments.")
    return kind(*values)


def _argument(data: Buffer, address: bytes, hint: Any, at: int, end: int) -> tuple[Any, int]:
    if hint is str:
        stop = data.find(b"\0", at, end)
        after = at + pad4(stop + 1 - at)
        if stop < 0 or after > end or any(data[stop:after]):
            raise ProtocolError(f"{shown(address)}: a text without its end or its zeros.")
        try:
            text = bytes(data[at:stop]).decode()
        except UnicodeDecodeError:
            raise ProtocolError(f"{shown(address)}: a text that is not UTF-8.") from None
        return text, after
    if end - at < 4:
        raise ProtocolError(f"{shown(address)}: truncated.")
    if hint is float:
        (number,) = _FLOAT.unpack_from(data, at)
        if not math.isfinite(number):
            raise ProtocolError(f"{shown(address)}: a number that is not finite.")
        return number, at + 4
    (value,) = _INT.unpack_from(data, at)
    if hint is int:
        return value, at + 4
    after = at + 4 + pad4(value)
    if value < 0 or after > end or any(data[at + 4 + value : after]):
        raise ProtocolError(f"{shown(address)}: a blob of {value} bytes that does not fit.")
    blob = bytes(data[at + 4 : at + 4 + value])
    if hint is bytes:
        return blob, after
    if hint is Named:
        _check_named(blob, address)
        return blob, after
    if len(blob) != _LONG.size:
        raise ProtocolError(f"{shown(address)}: a position has 8 bytes, not {len(blob)}.")
    (position,) = _LONG.unpack(blob)
    if abs(position) > MAX_POSITION:
        raise ProtocolError(f"{shown(address)}: {position} is no position.")
    return position, after


def _check_named(blob: bytes, address: bytes) -> None:
    name, _, zeros = blob.partition(b"\0")
    if len(name) > LONGEST_BUNDLE:
        raise ProtocolError(f"{shown(address)}: a bundle's name of {len(name)} bytes.")
    if any(zeros):
        raise ProtocolError(f"{shown(address)}: a name without its zeros.")
    try:
        name.decode()
    except UnicodeDecodeError:
        raise ProtocolError(f"{shown(address)}: a name that is not UTF-8.") from None
