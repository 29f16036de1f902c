"""What is kept to be sent again, and for whom."""

from __future__ import annotations

import socket

import numpy as np
import pytest

from sideman.runtime.native.setting import NativeSetting
from sideman.runtime.native.stem_sender import StemSender
from sideman.runtime.streaming.packets import FLOAT32, read_packet
from sideman.runtime.streaming.resends import Wanted, pack, unpack, want
from tests.runtime.native.settings import native_setting


@pytest.fixture
def port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        port.settimeout(10)
        yield port


@pytest.fixture
def sender(port):
    sender = StemSender(port, lambda error: pytest.fail(str(error)), lambda: 100.0)
    yield sender
    sender.close()


def everything(played: NativeSetting) -> list[Wanted]:
    start = played.placement.start(0)
    return unpack(pack(want(0, [(start, start + 1_000)])))


def test_stems_are_sent_again_to_their_own_session_alone(sender, port) -> None:
    """A cycle may end when its session has, and every session begins with epoch 1."""
    first, second = native_setting(session=7), native_setting(session=8)
    audio = np.full((1, 1_000), 0.5, np.float32)
    sender.forget()  # the first session ends while its cycle runs
    sender.send(first, 0, audio, FLOAT32, port.getsockname())
    assert sender.resend(8, 1, everything(second), port.getsockname()) == 0
    assert sender.resend(7, 2, everything(second), port.getsockname()) == 0
    again = sender.resend(7, 1, everything(first), port.getsockname())
    assert again == -(-1_000 // FLOAT32.most)
    for _ in range(2 * again):
        data = port.recv(65_536)
        assert read_packet(data, len(data)).session == 7
