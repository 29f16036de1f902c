"""Control messages: the documented bytes, every value, and bytes that are none."""

from __future__ import annotations

import dataclasses
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage

from sideman.engine.errors import ProtocolError
from sideman.runtime.streaming import resends
from sideman.runtime.streaming.control import (
    KINDS,
    LONGEST_BUNDLE,
    Accept,
    Beat,
    Begin,
    Bye,
    Change,
    Epoch,
    Error,
    Hello,
    Named,
    Position,
    Refuse,
    Resend,
    State,
    Warn,
    bundle_fault,
    other_bundle,
    other_version,
    padded,
    read_control,
    write_control,
)
from sideman.runtime.streaming.packets import MAX_DATAGRAM
from tests.runtime.streaming.documented import DOCUMENT, examples

FOUR = "bass,drums,guitar,piano"
WANTED = resends.pack([resends.Wanted(255, 88_200, 5)])
DOCUMENTED = {
    "hello": Hello(
        1, 1, 2, 44_100, 512, 4, 2, 0, "bass,drums", "normal", "sideman-client 0.1", "", Position(0)
    ),
    "accept": Accept(1, 1, 7, 1, 4, 2, 882, 44_100, 0, "bass,drums", FOUR, Position(0), "", 0, ""),
    "refuse": Refuse(1, "busy", "Another client plays.", "Say hello again when it has left."),
    "begin": Begin(7, 2, Position(132_300)),
    "change": Change(7, 3, 4, 4, "bass"),
    "epoch": Epoch(7, 3, 2, 4, 4, 882, "bass", Position(147_456)),
    "beat": Beat(7, 17, 1, Position(88_200), 1_323.0, 0, 288, 0, 2_100),
    "resend": Resend(7, 1, WANTED),
    "state": State("loading", 40.0, "decode"),
    "warn": Warn("late", 1, "The band answers too late."),
    "error": Error("Audio packet: truncated."),
    "bye": Bye(7, "The host stopped."),
}
DOCUMENTED["hello: a bundle by its name"] = dataclasses.replace(
    DOCUMENTED["hello"], lowest=2, padding=Named("brass-ü".encode())
)
VALUES = {
    int: st.integers(-(2**31), 2**31 - 1),
    float: st.floats(width=32, allow_nan=False, allow_infinity=False),
    str: st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
    bytes: st.binary(max_size=100),
    Named: st.builds(
        lambda name, zeros: name.encode()[:LONGEST_BUNDLE] + bytes(zeros),
        st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=100),
        st.integers(0, 60),
    ),
    Position: st.integers(-(2**62), 2**62),
}


def test_every_kind_has_an_example_and_its_types_in_the_document() -> None:
    assert {f"/sideman/{name.split(':')[0]}" for name in DOCUMENTED} == {
        kind.address for kind in KINDS
    }
    text = DOCUMENT.read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"`{kind.address} {kind.tags}`" in text


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_bytes(name: str) -> None:
    data = examples()[name]
    assert write_control(DOCUMENTED[name]) == data
    assert read_control(data, len(data)) == DOCUMENTED[name]
    # As a reader that is not ours understands it.
    message = OscMessage(data)
    assert message.address == f"/sideman/{name.split(':')[0]}"
    values = list(dataclasses.asdict(DOCUMENTED[name]).values())
    for value, found in zip(values, message.params, strict=True):
        if isinstance(found, bytes) and not isinstance(value, bytes):
            assert struct.unpack(">q", found) == (value,)
        else:
            assert found == value


@given(st.data())
def test_every_message_is_read_as_it_was_written(data) -> None:
    from typing import get_type_hints

    kind = data.draw(st.sampled_from(KINDS))
    hints = get_type_hints(kind)
    values = [data.draw(VALUES[hints[f.name]]) for f in dataclasses.fields(kind)]
    message = kind(*values)
    written = write_control(message)
    assert len(written) <= MAX_DATAGRAM
    assert read_control(written + b"1234", len(written)) == message


@pytest.mark.parametrize("length", [1_100, 5_000])
def test_long_texts_are_cut_so_that_they_fit(length: int) -> None:
    for message in (
        Error("ü" * length),
        Refuse(1, "busy", "é" * length, "ö" * length),
        Bye(1, "a\0b " + "x" * length),
    ):
        data = write_control(message)
        assert len(data) <= MAX_DATAGRAM
        assert type(read_control(data, len(data))) is type(message)
        assert len(data) > MAX_DATAGRAM / 2


PLAIN = DOCUMENTED["hello"]


def test_a_hello_names_a_bundle_and_stays_as_long_as_every_other() -> None:
    for name in ("", "mine", "a name with blanks", "größe-♪"):
        data = write_control(padded(PLAIN, name))
        assert len(data) == MAX_DATAGRAM
        found = read_control(data, len(data))
        assert found.bundle == name
        # A server that knows no names refuses, and does not play another bundle.
        assert (found.lowest, found.highest) == (2 if name else 1, 2)


def test_a_hello_of_a_client_that_knows_no_names_asks_for_the_usual_bundle() -> None:
    old = padded(dataclasses.replace(PLAIN, highest=1))
    found = read_control(write_control(old), MAX_DATAGRAM)
    assert found.bundle == ""
    assert other_version(found) is None
    assert other_bundle(found, ["mine"]) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", ""),
        ("ä" * 50, ""),
        ("ä" * 50 + "b", "101 bytes, more than 100"),
        ("a\nb", "cannot be shown"),
        ("a\0b", "cannot be shown"),
        ("\ud800", "no text that can be sent"),
    ],
)
def test_which_names_a_hello_can_say(name: str, fault: str) -> None:
    assert fault in bundle_fault(name)
    assert bool(bundle_fault(name)) == bool(fault)
    if fault:
        with pytest.raises(ValueError, match="no name of a bundle"):
            padded(PLAIN, name)
    else:
        padded(PLAIN, name)


def test_a_name_and_stems_that_do_not_fit_together_are_the_caller_s_mistake() -> None:
    long = dataclasses.replace(PLAIN, stems="x" * 1_000)
    assert padded(long).bundle == ""
    with pytest.raises(ValueError, match="fits no datagram"):
        padded(long, "n" * 100)


def test_another_bundle_is_refused_with_the_names_that_there_are() -> None:
    asked = padded(PLAIN, "yours")
    assert other_bundle(asked, ["mine", "yours"]) is None
    assert other_bundle(padded(PLAIN), ["mine"]) is None
    refuse = other_bundle(asked, ["mine"])
    assert refuse == Refuse(1, "model", "No bundle 'yours' plays here.", "There is: mine.")
    assert other_bundle(asked, ["mine", "other"]).offer == "There are: mine, other."


def test_what_fits_no_datagram_is_the_caller_s_mistake() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        write_control(Resend(1, 1, bytes(1_200)))
    with pytest.raises(ValueError, match="no argument"):
        write_control(Begin(2**31, 1, Position(0)))


def named(blob: bytes) -> bytes:
    """The documented hello with another blob at its end."""
    padding = bytes(-len(blob) % 4)
    return examples()["hello"][:-4] + struct.pack(">i", len(blob)) + blob + padding


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"/sideman/nothing\0\0\0\0,i\0\0\0\0\0\1", "no such address"),
        (b"/sideman/error\0\0,i\0\0\0\0\0\1", "type tags"),
        (b"/sideman/error\0\0", "type tags"),
        (b"/sideman/error\0\0,s\0\0", "without its end"),
        (b"/sideman/error\0\0,s\0\0abcd", "without its end"),
        (b"/sideman/error\0\0,s\0\0ab\0x", "without its end"),
        (b"/sideman/error\0\0,s\0\0\xff\xfe\0\0", "UTF-8"),
        (b"/sideman/error\0\0,s\0\0abc\0abc\0", "oversized"),
        (b"/sideman/bye\0\0\0\0,is\0", "truncated"),
        (examples()["begin"][:-4], "blob of 8 bytes"),
        (examples()["begin"][:-12] + struct.pack(">i", -1) + bytes(8), "blob of -1"),
        (examples()["begin"][:-12] + struct.pack(">i", 4) + bytes(4), "has 8 bytes"),
        (examples()["begin"][:-8] + struct.pack(">q", -(2**63)), "no position"),
        (examples()["state"][:-12] + struct.pack(">f", float("inf")) + b"decode\0\0", "finite"),
        (named(b"a" * 101), "name of 101 bytes"),
        (named(b"a\0b"), "name without its zeros"),
        (named(b"\0a"), "name without its zeros"),
        (named(b"\xff\0"), "name that is not UTF-8"),
        (b"/sideman/error\0\0,s\0\0" + b"a" * 1_200 + b"\0\0\0\0", "the most"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        read_control(data, len(data))


@given(st.binary(max_size=80), st.integers(0, 80), st.sampled_from(list(DOCUMENTED)))
@settings(max_examples=300)
def test_any_bytes_make_a_message_or_an_error(noise: bytes, at: int, name: str) -> None:
    data = examples()[name]
    for damaged in (noise, data[:at] + noise, data[:at] + noise + data[at + len(noise) :]):
        try:
            message = read_control(damaged, len(damaged))
        except ProtocolError:
            continue
        assert type(message) in KINDS
