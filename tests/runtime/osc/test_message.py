"""The address of a message, on any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message_builder import OscMessageBuilder

from sideman.engine.errors import ProtocolError
from sideman.runtime.osc.message import pad4, read_address, shown


@pytest.mark.parametrize("address", ["/", "/a", "/abc", "/sideman/audio", "/" + "x" * 63])
def test_an_address_as_python_osc_writes_it(address: str) -> None:
    data = OscMessageBuilder(address).build().dgram
    around = b"1234"
    found, tags_at = read_address(around + data + around, 4, 4 + len(data))
    assert found == address.encode()
    assert data[tags_at - 4 :].startswith(b",")


@given(st.binary(max_size=90))
def test_any_bytes_have_an_address_or_an_error(data: bytes) -> None:
    try:
        address, tags_at = read_address(data, 0, len(data))
    except ProtocolError:
        return
    assert data.startswith(address + b"\0")
    assert tags_at == pad4(len(address) + 1) <= len(data)


def test_a_strange_address_is_one_short_line() -> None:
    assert shown(b"/a\n\x1b[2J\xff") == "/a\\n\\x1b[2J\\xff"
    assert shown(b"/" + b"a" * 99) == "/" + "a" * 63 + "…"
