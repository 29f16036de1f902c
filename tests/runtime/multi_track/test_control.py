"""Control messages: what python-osc writes is read, and nothing unsound reaches python-osc."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_message_builder import OscMessageBuilder

from sideman.engine.errors import ProtocolError
from sideman.runtime.multi_track.control import MAX_CONTROL, ControlMessage, read_control
from sideman.runtime.osc.message import read_address

VALUES = st.one_of(
    st.tuples(st.just("i"), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just("h"), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just("d"), st.floats(allow_nan=False)),
    st.tuples(st.just("s"), st.text("abc ö", max_size=9)),
    st.tuples(st.sampled_from(["T", "F", "N"]), st.none()),
)


def osc(address: str, *typed: tuple[str, object]) -> bytes:
    builder = OscMessageBuilder(address)
    for tag, value in typed:
        builder.add_arg(value, tag)
    return builder.build().dgram


def parse(data: bytes) -> ControlMessage:
    address, tags_at = read_address(data, 0, len(data))
    return read_control(data, address, 0, tags_at, len(data))


@given(st.lists(VALUES, max_size=12))
def test_what_python_osc_writes(typed):
    message = parse(osc("/update_r", *typed))
    assert message.address == "/update_r"
    assert message.tags == "".join(tag for tag, _ in typed)
    constants = {"T": True, "F": False, "N": None}
    assert message.arguments == tuple(constants.get(tag, value) for tag, value in typed)


@pytest.mark.parametrize("value", [0.02, 0.25, 0.2, 1 / 3, 1e-7])
def test_single_precision_is_the_decimal_that_was_meant(value):
    (read,) = parse(osc("/update_fade", ("f", value))).arguments
    assert read == float(f"{value:.7g}")


def test_single_precision_that_is_no_number_stays_so():
    assert math.isnan(parse(osc("/update_r", ("f", math.nan))).arguments[0])
    assert parse(osc("/update_r", ("f", math.inf))).arguments == (math.inf,)


def test_no_type_tags_at_all_mean_no_arguments():
    assert parse(b"/load_model\0").arguments == ()
    assert parse(b"/load_model\0,\0\0\0").arguments == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"/w\0\0,f\0\0", "truncated"),  # python-osc would read 0.0
        (b"/w\0\0,d\0\0\0\0\0\0", "truncated"),
        (b"/w\0\0,s\0\0abcd", "truncated"),
        (b"/w\0\0,i\0\0\0\0\0\1\0\0\0\2", "oversized"),
        (b"/w\0\0,b\0\0\0\0\0\0", "not understood"),
        (b"/w\0\0,[i]\0\0\0\0\0\0\0\0", "not understood"),
        (b"/w\0\0,\xff\0\0", "not understood"),
        (b"/w\0\0abc\0", "type tags"),
        (b"/w\0\0,iii", "type tags"),
        (b"/w\0\0,s\0\0\xff\xff\xff\0", "parsed"),
    ],
)
def test_what_is_refused(data, reason):
    with pytest.raises(ProtocolError, match=reason):
        parse(data)


def test_long_messages_are_not_parsed():
    with pytest.raises(ProtocolError, match="oversized"):
        parse(osc("/w", ("s", "x" * MAX_CONTROL)))


@given(st.sampled_from([b"", b",", b",ifs", b",dTh\0\0\0\0"]), st.binary(max_size=64))
@settings(max_examples=500)
def test_arbitrary_bytes_raise_protocol_error_or_nothing(tags, data):
    try:
        parse(b"/w\0\0" + tags + data)
    except ProtocolError as error:
        assert str(error)
