"""A session that is made up, a client over real UDP, and a server between them."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError
from sideman.runtime.geometry import Geometry
from sideman.runtime.profile import Profile
from sideman.runtime.server.server import Server

STEMS = ("bass", "drums", "guitar", "piano")
PATIENCE = 10.0


class FakeSession:
    """The interface of a session; a stem is the step's audio times its number.

    `calls` lists what was asked of it, with copies of the audio. `hold` makes every step wait
    until `let_go`; `entered` is released when a step begins. `trouble` is raised by the next step.
    `unprepared` counts steps whose noise had not been drawn before.
    """

    name = "fake"
    trained = False
    engine = "made up, 1 thread"
    execution = ""
    playable = True

    def __init__(self, stems: tuple[str, ...] = STEMS, grid: LatentGrid | None = None) -> None:
        self.stems = stems
        self.grid = grid or LatentGrid()
        self.profile = Profile()
        self.calls: list[tuple] = []
        self.entered = threading.Semaphore(0)
        self.during: Callable[[], None] = lambda: None
        self.trouble: Exception | None = None
        self.closed = False
        self.warm = 0
        self.kept_warm = threading.Semaphore(0)
        self.most_rows = 4
        self.unprepared = 0
        self._prepared = False
        self._gate = threading.Event()
        self._gate.set()
        self._geometry: Geometry | None = None
        self._rows: tuple[int, ...] = ()
        self._out = np.zeros((0, 0), np.float32)

    def hold(self) -> None:
        self._gate.clear()

    def let_go(self) -> None:
        self._gate.set()

    def wait_entered(self) -> None:
        assert self.entered.acquire(timeout=PATIENCE), "no cycle began"

    def check(self, geometry: Geometry, rows: tuple[int, ...]) -> None:
        if len(rows) > self.most_rows:
            raise BackendError(f"Nothing was built for {len(rows)} stems.", "Build it.")

    def keep_warm(self) -> None:
        self.kept_warm.release()

    def configure(self, geometry: Geometry, rows: tuple[int, ...]) -> None:
        self.calls.append(("configure", geometry, rows))
        self._prepared = False
        self._geometry, self._rows = geometry, rows
        self._out = np.zeros((len(rows), geometry.out_samples), np.float32)

    def warm_up(self, cycles: int = 2) -> None:
        self.warm += 1

    def prepare(self) -> None:
        self._prepared = True

    def step(self, audio: np.ndarray) -> np.ndarray:
        self.unprepared += not self._prepared
        self._prepared = False
        self.entered.release()
        assert self._gate.wait(PATIENCE), "the test never let the cycle go"
        self.during()
        self._take("step", audio)
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            raise trouble
        for out, row in zip(self._out, self._rows, strict=True):
            np.multiply(audio, row + 1, out=out[: len(audio)])
            out[len(audio) :] = row + 1
        self.profile.record("cycle", 0.001)
        return self._out

    def skip(self, audio: np.ndarray) -> None:
        self._take("skip", audio)

    def _take(self, what: str, audio: np.ndarray) -> None:
        assert self._geometry is not None
        assert audio.shape == (self._geometry.step_samples,)
        assert audio.dtype == np.float32
        self.calls.append((what, audio.copy()))

    def reset(self) -> None:
        self.calls.append(("reset",))
        self._prepared = False

    def snapshot(self) -> dict[str, np.ndarray]:
        assert self._geometry is not None
        return {
            "context": np.linspace(-1, 1, self._geometry.window_samples, dtype=np.float32),
            "generated": np.ones((len(self.stems), 64, 64), np.float32),
            "output": self._out.copy(),
        }

    def close(self) -> None:
        self.closed = True

    def heard(self) -> list[tuple[str, float]]:
        """What entered the window: how, and the value that all samples have (NaN if several)."""
        return [
            (call[0], float(call[1][0]) if np.all(call[1] == call[1][0]) else float("nan"))
            for call in self.calls
            if call[0] in ("step", "skip")
        ]


class Client:
    """What a client does, written without the code under test."""

    def __init__(self, server: Server | None, reply: socket.socket) -> None:
        self.server = server
        self.replies = reply
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))

    def raw(self, datagram: bytes) -> None:
        assert self.server is not None
        self.socket.sendto(datagram, self.server.address)

    def control(self, address: str, tags: str = "", *values: object) -> None:
        builder = OscMessageBuilder(address)
        for tag, value in zip(tags, values or [None] * len(tags), strict=True):
            builder.add_arg(value, tag)
        self.raw(builder.build().dgram)

    @staticmethod
    def chunk(address: str, batch_id: int, start: int, total: int, samples: np.ndarray) -> bytes:
        def pad(text: bytes) -> bytes:
            return text + b"\0" * (4 - len(text) % 4)

        head = pad(address.encode()) + pad(b",iii" + b"f" * len(samples))
        return head + struct.pack(">iii", batch_id, start, total) + samples.astype(">f4").tobytes()

    def chunks(
        self,
        batch_id: int,
        audio: np.ndarray,
        package: int = 4410,
        address: str = "/context",
        total: int | None = None,
    ) -> list[bytes]:
        starts = range(0, len(audio), package)
        return [
            self.chunk(address, batch_id, s, total or len(starts), audio[s : s + package])
            for s in starts
        ]

    def batch(self, batch_id: int, audio: np.ndarray | float, package: int = 4410) -> None:
        """Send a whole step; a number stands for a step of that value at r = 0.25."""
        if isinstance(audio, float):
            audio = np.full(66_150, audio, np.float32)
        for datagram in self.chunks(batch_id, audio, package):
            self.raw(datagram)

    def next(self, timeout: float = PATIENCE) -> tuple[str, list]:
        """The next message: its address and arguments (floats after three integers as an array)."""
        self.replies.settimeout(timeout)
        data = self.replies.recv(65_536)
        if data.startswith(b"#bundle\0"):
            return "#bundle", [data]
        end = data.index(b"\0")
        tags_at = end + 4 - end % 4
        if data[tags_at : tags_at + 5] == b",iiif":
            count = data.index(b"\0", tags_at) - tags_at - 4
            at = tags_at + count + 4
            at += 4 - at % 4
            values = list(struct.unpack_from(">iii", data, at))
            samples = np.frombuffer(data, ">f4", offset=at + 12)
            assert len(samples) == count
            return data[:end].decode(), [*values, samples.astype(np.float32)]
        message = OscMessage(data)
        return message.address, list(message.params)

    def expect(self, address: str, timeout: float = PATIENCE) -> list:
        """Arguments of the next message, which must be this one."""
        found, values = self.next(timeout)
        assert found == address, (found, values)
        return values

    def wait_for(self, address: str) -> list:
        """Arguments of the next message to this address; others before it are passed over."""
        while True:
            found, values = self.next()
            if found == address:
                return values

    def reply(self, batch_id: int, package: int = 4410) -> dict[str, np.ndarray]:
        """A whole reply to this batch, checked chunk by chunk: the stems by name."""
        stems: dict[str, list[np.ndarray]] = {}
        totals: dict[str, int] = {}
        while True:
            address, values = self.next()
            if address == "/server_predicted":
                assert values == [True]
                break
            assert values[0] == batch_id, (address, values)
            parts = stems.setdefault(address[1:], [])
            assert values[1] == len(parts), "chunks in order, counted from 0"
            totals.setdefault(address[1:], values[2])
            assert values[2] == totals[address[1:]]
            parts.append(values[3])
        for name, parts in stems.items():
            assert len(parts) == totals[name]
            assert all(len(part) == package for part in parts[:-1])
        return {name: np.concatenate(parts) for name, parts in stems.items()}

    def nothing(self) -> None:
        """Nothing more has come: an echo, which is answered in order, is the next message."""
        assert self.fence() == []

    def fence(self) -> list[tuple[str, list]]:
        """Wait until the receive thread has taken all that was sent; what was said until then."""
        self.raw(b"/packet_test\0\0\0\0,if\0" + struct.pack(">if", 77, 1.0))
        said = []
        while not (message := self.next())[0].startswith("#bundle"):
            said.append(message)
        return said

    def again(self) -> Client:
        """The same person with a client that was started anew: another port."""
        return Client(self.server, self.replies)

    def close(self) -> None:
        self.socket.close()


class Stage:
    """Makes servers and clients, and ends them."""

    def __init__(self) -> None:
        self.session = FakeSession()
        self.servers: list[Server] = []
        self.clients: list[Client] = []
        self.replies = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.replies.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.replies.bind(("127.0.0.1", 0))

    def server(self, open_session: Callable | None = None, **options: object) -> Server:
        server = Server(
            open_session or (lambda: self.session),
            **{"listen": ("127.0.0.1", 0), "reply": self.replies.getsockname(), **options},
        )
        self.servers.append(server)
        return server

    def client(self, open_session: Callable | None = None, **options: object) -> Client:
        """A client of a started server, `/ready` heard and the model loaded."""
        client = self.early_client(open_session, **options)
        assert client.expect("/loaded") == ["fake"]
        return client

    def early_client(self, open_session: Callable | None = None, **options: object) -> Client:
        """A client that has heard `/ready` and nothing else."""
        server = self.server(open_session, **options)
        server.start()
        client = Client(server, self.replies)
        self.clients.append(client)
        assert client.expect("/ready") == [True]
        return client

    def close(self) -> None:
        self.session.let_go()
        for server in self.servers:
            server.stop()
        for client in self.clients:
            client.close()
        self.replies.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


@pytest.fixture
def client(stage: Stage) -> Client:
    return stage.client()


@pytest.fixture
def session(stage: Stage) -> FakeSession:
    return stage.session


@pytest.fixture
def make_session() -> Callable[..., FakeSession]:
    return FakeSession
