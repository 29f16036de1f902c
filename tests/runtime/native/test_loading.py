"""Who waits for the model is told how far it is."""

from __future__ import annotations

import threading
import time

from sideman.engine.errors import BundleError
from sideman.runtime.client import Client
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.loading import Loading
from sideman.runtime.server.server import Server
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.native.echo import EchoSession


def wait_for(client: Client, **wanted) -> None:
    end = time.monotonic() + PATIENCE
    while any(getattr(client.status, name) != value for name, value in wanted.items()):
        assert time.monotonic() < end, client.status
        time.sleep(0.002)


def settings(session: EchoSession) -> list[tuple]:
    return [(call[1], call[2]) for call in session.calls if call[0] == "configure"]


def test_a_client_sees_the_load_go_on_until_it_plays() -> None:
    loading, go_on, session = Loading(), threading.Event(), EchoSession()

    def load() -> EchoSession:
        loading.note(0.4, "decode")
        assert go_on.wait(PATIENCE)
        return session

    server = Server(
        load,
        beside(multi_track()),
        listen=("127.0.0.1", 0),
        reply=("127.0.0.1", 9),
        loading=loading,
    )
    with server, Client(server.address[:2], ("bass",)) as client:
        wait_for(client, engine="loading", percent=40.0, state="connecting")
        assert client.status.text == "The model is loading: 40 % decode"
        loading.note(0.6, "step")
        wait_for(client, percent=60.0)
        go_on.set()
        wait_for(client, state="playing", percent=100.0)
        assert loading.percent is None
        session.let_go()
        # The client may play before the cycle thread has come to its setting.
        end = time.monotonic() + PATIENCE
        while len(configured := settings(session)) < 4 and time.monotonic() < end:
            time.sleep(0.002)
    # What it waits for has run warm before the server was ready, and is in force again afterwards.
    usual, hoped, again, played = configured
    assert again == usual
    assert played == hoped
    assert hoped[1] == (0,)
    assert session.warm == 3


def test_a_model_that_cannot_be_loaded_is_no_model_that_is_loading() -> None:
    def load() -> EchoSession:
        raise BundleError("The bundle is damaged.", "Copy it again.")

    server = Server(load, beside(multi_track()), listen=("127.0.0.1", 0), reply=("127.0.0.1", 9))
    with server, Client(server.address[:2], ("bass",)) as client:
        wait_for(client, refused="model")
        assert client.status.text == (
            "The model could not be loaded: The bundle is damaged. Copy it again. "
            "Mend that and start again."
        )
