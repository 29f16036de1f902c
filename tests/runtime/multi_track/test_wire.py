"""Reading datagrams: as python-osc writes them, of the protocol's sizes, and hostile ones."""

from __future__ import annotations

import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from sideman.engine.errors import ProtocolError
from sideman.runtime.multi_track.wire import (
    MAX_AMPLITUDE,
    AudioChunk,
    SampleReader,
    audio_bytes,
    check_packet_test,
    largest_package,
    messages,
    read_audio,
    step_bytes,
)
from sideman.runtime.osc.message import read_address

INT32 = st.integers(-(2**31), 2**31 - 1)
FLOATS = st.lists(st.floats(-MAX_AMPLITUDE, MAX_AMPLITUDE, width=32), min_size=1, max_size=70)


def osc(address: str, *typed: tuple[str, object]) -> bytes:
    builder = OscMessageBuilder(address)
    for tag, value in typed:
        builder.add_arg(value, tag)
    return builder.build().dgram


def chunk_of(address: str, ints: tuple[int, ...], samples: list[float]) -> bytes:
    return osc(address, *(("i", i) for i in ints), *(("f", s) for s in samples))


def parse(data: bytes) -> tuple[bytes, AudioChunk]:
    address, tags_at = read_address(data, 0, len(data))
    return address, read_audio(data, address, tags_at, len(data))


@given(
    address=st.sampled_from(["/context", "/bass", "/drums", "/guitar", "/piano"]),
    ints=st.tuples(INT32, INT32, INT32),
    samples=FLOATS,
    around=st.binary(max_size=9),
)
def test_audio_as_python_osc_writes_it(address, ints, samples, around):
    data = chunk_of(address, ints, samples)
    assert len(data) == audio_bytes(address.encode(), len(samples))
    # Anywhere in a larger buffer, whatever stands around it.
    buffer = bytearray(around + data + around)
    start, end = len(around), len(around) + len(data)
    found, tags_at = read_address(buffer, start, end)
    chunk = read_audio(buffer, found, tags_at, end)
    assert found == address.encode()
    assert chunk[:3] == ints
    read = SampleReader().read(found, chunk.payload)
    assert read.dtype == np.float32
    assert np.array_equal(read, np.array(samples, np.float32))


@pytest.mark.parametrize("samples", [1, 2, 3, 4, 128, 1_837, 4_410, 10_240, 13_095])
def test_size_of_a_context_datagram(samples):
    pad = -(samples + 5) % 4
    assert audio_bytes(b"/context", samples) == 24 + samples + 5 + pad + 4 * samples


def test_limits_named_in_the_protocol():
    assert largest_package(b"/context") == 13_095
    assert largest_package(b"/context", 9_216) == 1_837
    assert audio_bytes(b"/context", 1_837) == 9_216
    assert audio_bytes(b"/context", 13_095) <= 65_507 < audio_bytes(b"/context", 13_096)


def test_a_step_s_bytes_are_almost_those_of_its_datagrams():
    sent = 15 * audio_bytes(b"/context", 4_410)
    assert 0.99 * sent < step_bytes(15 * 4_410) <= sent


@given(st.text("abcdefgh", max_size=30), st.integers(24, 65_507))
def test_the_largest_package_fits_and_one_more_does_not(name, limit):
    address = b"/" + name.encode()
    largest = largest_package(address, limit)
    assert audio_bytes(address, largest) <= limit or largest == 0
    assert audio_bytes(address, largest + 1) > limit


def test_reading_does_not_copy_the_samples():
    data = bytearray(chunk_of("/context", (1, 0, 1), [0.5] * 8))
    _, chunk = parse(data)
    data[-4:] = struct.pack(">f", -0.25)
    assert chunk.payload[-1] == -0.25


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "holds no OSC message"),
        (b"/a\0", "holds no OSC message"),
        (b"/context\0\0\0\0,iiif\0\0\0" + b"\0" * 13, "multiple of four"),
        (b"context\0,iiif\0\0\0" + b"\0" * 16, "begins with '/'"),
        (b"/" + b"a" * 99, "does not end"),
        (b"/\xff\xfe\0,iiif\0\0\0" + b"\0" * 16, "characters"),
        (b"/\nx\0,iiif\0\0\0" + b"\0" * 16, "characters"),
        (b"/ab\0,iii\0\0\0\0" + b"\0" * 12, "without samples"),
        (b"/abc\0\0\0x,iiif\0\0\0" + b"\0" * 16, "padded with zeros"),
        (b"/ab\0", "type tags"),
        (b"/ab\0,iif\0\0\0\0" + b"\0" * 12, "type tags"),
        (b"/ab\0,iiifffi\0\0\0\0" + b"\0" * 28, "type tags"),
        (b"/ab\0,iiif\0\0x" + b"\0" * 16, "type tags"),
        (b"/ab\0" + b"," + b"f" * 7, "type tags"),
    ],
)
def test_what_is_no_audio_is_refused_with_the_reason(data, reason):
    with pytest.raises(ProtocolError, match=reason):
        parse(data)


@given(FLOATS, st.data())
def test_every_truncation_and_every_excess_is_refused(samples, data):
    whole = chunk_of("/context", (1, 0, 1), samples)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(ProtocolError):
        parse(whole[:cut])
    with pytest.raises(ProtocolError, match=r"oversized|multiple of four"):
        parse(whole + b"\0" * data.draw(st.integers(1, 16)))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30, -1_001.0])
@pytest.mark.parametrize("at", [0, 5, 8])
def test_samples_that_are_no_audio_are_refused(bad, at):
    samples = np.zeros(9, ">f4")
    samples[at] = bad
    with pytest.raises(ProtocolError, match="not finite"):
        SampleReader().read(b"/context", samples)


@given(st.binary(max_size=200))
@settings(max_examples=500)
def test_arbitrary_bytes_raise_protocol_error_or_nothing(data):
    for prefix in (
        b"",
        b"/context\0\0\0\0",
        b"/context\0\0\0\0,iii",
        b"#bundle\0",
        b"/packet_test\0\0\0\0",
    ):
        whole = prefix + data
        try:
            for start, end in messages(whole, len(whole)):
                address, tags_at = read_address(whole, start, end)
                check_packet_test(whole, address, tags_at, end)
                chunk = read_audio(whole, address, tags_at, end)
                SampleReader().read(address, chunk.payload)
        except ProtocolError as error:
            assert str(error)


@given(FLOATS, st.data())
@settings(max_examples=200)
def test_one_wrong_byte_raises_protocol_error_or_nothing(samples, data):
    whole = bytearray(chunk_of("/context", (1, 0, 1), samples))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        address, chunk = parse(bytes(whole))
        SampleReader().read(address, chunk.payload)
    except ProtocolError:
        return
    assert len(chunk.payload) == len(samples)


def test_a_plain_message_is_one_part():
    data = osc("/reset", ("i", 1))
    assert messages(data + b"stale", len(data)) == [(0, len(data))]


def test_bundles_are_unwrapped_in_order():
    def bundle(*parts: object):
        builder = OscBundleBuilder(IMMEDIATELY)
        for part in parts:
            builder.add_content(part)
        return builder.build()

    def message(address: str):
        return OscMessageBuilder(address).build()

    data = bundle(message("/a"), bundle(message("/b"), bundle(message("/c"))), message("/d")).dgram
    found = [read_address(data, *part)[0] for part in messages(data, len(data))]
    assert found == [b"/a", b"/b", b"/c", b"/d"]


def test_hostile_bundles_are_refused():
    head = b"#bundle\0" + b"\0" * 8
    nested = head
    for _ in range(5):
        nested = head + struct.pack(">i", len(nested)) + nested
    for data in (
        nested,
        b"#bundle\0",
        head + b"\0\0",
        head + struct.pack(">i", -4),
        head + struct.pack(">i", 0),
        head + struct.pack(">i", 8) + b"/ab\0",
        head + struct.pack(">i", 3) + b"/ab\0",
    ):
        with pytest.raises(ProtocolError):
            messages(data, len(data))


def test_reading_allocates_no_array():
    data = bytearray(chunk_of("/context", (1, 0, 1), [0.1] * 128))
    reader = SampleReader()
    _, chunk = parse(data)
    reader.read(b"/context", chunk.payload)
    tracemalloc.start()
    try:
        kept = [reader.read(b"/context", parse(data)[1].payload) for _ in range(5)]
        snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    numpy = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    assert len(kept) == 5
    assert snapshot.filter_traces([numpy]).traces == () or not list(
        snapshot.filter_traces([numpy]).traces
    )
