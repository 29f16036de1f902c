"""Outgoing datagrams, byte for byte and as python-osc reads them."""

from __future__ import annotations

import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from sideman.engine.errors import ProtocolError
from sideman.runtime.multi_track import replies
from sideman.runtime.multi_track.wire import audio_bytes, largest_package
from sideman.runtime.osc.message import MAX_DATAGRAM, read_address


@pytest.mark.parametrize(
    ("datagram", "expected"),
    [
        (replies.ready(), b"/ready\0\0,T\0\0"),
        (replies.server_predicted(), b"/server_predicted\0\0\0,T\0\0"),
        (replies.batch_dropped(258), b"/batch_dropped\0\0,i\0\0\0\0\1\2"),
        (replies.late(1, 0.5), b"/late\0\0\0,if\0\0\0\0\1\x3f\0\0\0"),
        (replies.error("no"), b"/error\0\0,s\0\0no\0\0"),
        (replies.loaded("tiny"), b"/loaded\0,s\0\0tiny\0\0\0\0"),
    ],
)
def test_bytes(datagram, expected):
    assert datagram == expected


@given(st.text(max_size=2_000))
def test_any_text_becomes_one_line_that_python_osc_reads(text):
    (read,) = OscMessage(replies.error(text)).params
    assert len(read.encode()) <= 1_000
    assert "\n" not in read
    assert (
        read[:1]
        == " ".join(text.replace("\0", " ").split()).encode("utf-8", "replace").decode()[:1]
    )


@given(
    address=st.sampled_from([b"/bass", b"/drums", b"/guitar", b"/piano", b"/x", b"/sevenxx"]),
    ints=st.tuples(*[st.integers(-(2**31), 2**31 - 1)] * 3),
    samples=st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=40),
)
def test_stems_as_python_osc_reads_them(address, ints, samples):
    datagram = bytes(replies.StemWriter().write(address, *ints, np.array(samples, np.float32)))
    assert len(datagram) == audio_bytes(address, len(samples))
    message = OscMessage(datagram)
    assert message.address == address.decode()
    assert message.params == [*ints, *samples]


def test_one_writer_serves_many_sizes_and_addresses_in_turn():
    writer = replies.StemWriter()
    for samples in (3, 200, 3, 7, 200):
        for address in (b"/bass", b"/guitar"):
            audio = np.arange(samples, dtype=np.float32)
            data = bytes(writer.write(address, samples, 1, 2, audio))
            assert data == bytes(replies.StemWriter().write(address, samples, 1, 2, audio))
            assert np.array_equal(np.frombuffer(data[-4 * samples :], ">f4"), audio)


def test_more_sizes_than_are_remembered():
    writer = replies.StemWriter()
    for samples in (*range(1, 200), *range(1, 200)):
        data = writer.write(b"/bass", 1, 0, 1, np.ones(samples, np.float32))
        assert data.nbytes == audio_bytes(b"/bass", samples)


def test_the_largest_chunk_fits_and_one_more_sample_is_refused():
    largest = largest_package(b"/bass")
    writer = replies.StemWriter()
    assert writer.write(b"/bass", 1, 0, 1, np.zeros(largest, np.float32)).nbytes <= MAX_DATAGRAM
    with pytest.raises(ProtocolError, match="smaller package size"):
        writer.write(b"/bass", 1, 0, 1, np.zeros(largest + 1, np.float32))


def test_writing_allocates_no_array():
    writer = replies.StemWriter()
    audio = np.ones(4_410, np.float32)
    writer.write(b"/bass", 1, 0, 1, audio)
    tracemalloc.start()
    try:
        kept = [writer.write(b"/bass", 1, i, 9, audio) for i in range(5)]
        snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    numpy = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    assert len(kept) == 5
    assert not list(snapshot.filter_traces([numpy]).traces)


def test_packet_test_is_echoed_inside_a_bundle():
    payload = b",iff\0\0\0\0" + struct.pack(">iff", 7, 0.5, -0.5)
    data = b"/packet_test\0\0\0\0" + payload
    _, tags_at = read_address(data, 0, len(data))
    echo = replies.packet_test_response(data, tags_at, len(data))
    head = b"#bundle\0" + b"\0\0\0\0\0\0\0\1" + struct.pack(">i", 24 + len(payload))
    assert echo == head + b"/packet_test_response\0\0\0" + payload
    (message,) = list(OscBundle(echo))
    assert message.address == "/packet_test_response"
    assert message.params == [7, 0.5, -0.5]


def test_an_echo_that_fits_no_datagram_is_refused():
    data = bytearray(MAX_DATAGRAM - 20)
    with pytest.raises(ProtocolError, match="fewer floats"):
        replies.packet_test_response(data, 16, len(data))
