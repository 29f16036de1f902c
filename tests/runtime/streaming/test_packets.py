"""Audio packets: the documented bytes, every value, and bytes that are none."""

from __future__ import annotations

import dataclasses
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage

from sideman.engine.errors import ProtocolError
from sideman.runtime.streaming.packets import (
    CONTEXT,
    FLOAT32,
    FORMATS,
    INT16,
    MAX_AMPLITUDE,
    MAX_DATAGRAM,
    Packet,
    is_audio,
    read_packet,
    write_packet,
)
from tests.runtime.streaming.documented import examples

UINT32 = st.integers(0, 2**32 - 1)
POSITION = st.integers(-(2**62), 2**62)
DOCUMENTED = {
    "audio: context": Packet(7, 1, 88_200, 0, CONTEXT, np.array([0.5, -0.25], "f4"), FLOAT32),
    "audio: a stem, sent again": Packet(
        7, 1, 100_000, 3, 0, np.array([0.5, -0.25, 2**-15], "f4"), INT16, again=True
    ),
}


def same(one: Packet, other: Packet) -> bool:
    fields = [f.name for f in dataclasses.fields(Packet) if f.name != "samples"]
    return all(getattr(one, f) == getattr(other, f) for f in fields) and np.array_equal(
        one.samples, other.samples
    )


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_bytes(name: str) -> None:
    data = examples()[name]
    assert write_packet(DOCUMENTED[name]) == data
    assert is_audio(data, len(data))
    assert same(read_packet(data, len(data)), DOCUMENTED[name])
    message = OscMessage(data)
    assert message.address == "/sideman/audio"
    assert message.params[0] == data[24 : 24 + int.from_bytes(data[20:24])]


@given(
    session=UINT32,
    epoch=UINT32,
    position=POSITION,
    step=UINT32,
    stem=st.sampled_from([0, 1, 63, CONTEXT]),
    count=st.integers(1, 576),
    form=st.sampled_from(FORMATS),
    again=st.booleans(),
    before=st.binary(max_size=3),
)
def test_every_packet_is_read_as_it_was_written(
    session, epoch, position, step, stem, count, form, again, before
) -> None:
    count = min(count, form.most)
    samples = np.round(np.random.default_rng(count).uniform(-1, 0.99, count) * 32_768) / 32_768
    step = 0 if stem == CONTEXT else step
    packet = Packet(session, epoch, position, step, stem, samples.astype(np.float32), form, again)
    data = write_packet(packet)
    assert len(data) <= MAX_DATAGRAM
    assert same(read_packet(bytearray(data + before), len(data)), packet)


def test_most_samples() -> None:
    assert (FLOAT32.most, INT16.most) == (288, 576)
    for form in FORMATS:
        most = np.zeros(form.most, np.float32)
        packet = dataclasses.replace(DOCUMENTED["audio: context"], samples=most, format=form)
        assert len(write_packet(packet)) == MAX_DATAGRAM
        for wrong in (np.zeros(form.most + 1, np.float32), most[:0]):
            with pytest.raises(ValueError, match="samples do not make"):
                write_packet(dataclasses.replace(packet, samples=wrong))


def test_int16_is_limited_to_full_scale() -> None:
    loud = np.array([2.0, -2.0, 1.0, 0.9999], np.float32)
    packet = dataclasses.replace(DOCUMENTED["audio: context"], samples=loud, format=INT16)
    data = write_packet(packet)
    read = read_packet(data, len(data)).samples
    np.testing.assert_allclose(read, [32_767 / 32_768, -1, 32_767 / 32_768, 0.9999], atol=2**-16)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (0, b"/sidemen", "not an address"),
        (16, b",f\0\0", "not an address"),
        (20, struct.pack(">I", 31), "are no samples"),
        (20, struct.pack(">I", 36), "truncated"),
        (20, struct.pack(">I", 24), "oversized"),
        (20, struct.pack(">I", 2**32 - 1), "truncated"),
        (32, struct.pack(">q", -(2**63)), "no position"),
        (32, struct.pack(">q", 2**62 + 1), "no position"),
        (40, struct.pack(">I", 1), "belongs to no step"),
        (44, b"\x40", "neither a stem"),
        (45, b"\x02", "format 2"),
        (46, b"\x02", "bits are set"),
        (47, b"\x01", "bits are set"),
        (48, struct.pack(">f", float("nan")), "not finite"),
        (48, struct.pack(">f", float("-inf")), "not finite"),
        (48, struct.pack(">f", 2 * MAX_AMPLITUDE), "beyond"),
    ],
)
def test_what_is_no_packet_is_refused(at: int, value: bytes, reason: str) -> None:
    data = bytearray(examples()["audio: context"])
    data[at : at + len(value)] = value
    with pytest.raises(ProtocolError, match=reason):
        read_packet(data, len(data))


def test_padding_is_zeros() -> None:
    data = bytearray(examples()["audio: a stem, sent again"])
    data[-1] = 1
    with pytest.raises(ProtocolError, match="padded"):
        read_packet(data, len(data))


@given(st.binary(max_size=120), st.integers(0, 55), st.sampled_from(list(DOCUMENTED)))
@settings(max_examples=300)
def test_any_bytes_make_a_packet_or_an_error(noise: bytes, at: int, name: str) -> None:
    data = examples()[name]
    for damaged in (noise, data[:at] + noise, data[:at] + noise + data[at + len(noise) :]):
        try:
            packet = read_packet(damaged, len(damaged))
        except ProtocolError:
            continue
        assert np.isfinite(packet.samples).all()
        assert 1 <= len(packet.samples) <= packet.format.most
        assert write_packet(packet) == damaged
