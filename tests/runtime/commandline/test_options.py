"""Options that several commands share."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from sideman.engine.errors import SidemanError
from sideman.runtime.jam import command as jam
from sideman.runtime.rehearse import command as rehearse


@pytest.mark.parametrize(
    ("command", "arguments"),
    [(jam, []), (rehearse, ["--protocol", "native"])],
    ids=["jam", "rehearse"],
)
def test_a_bundle_is_named_to_a_server_that_is_named_too(command, arguments) -> None:
    app = typer.Typer()
    command.register(app)
    done = CliRunner().invoke(app, [*arguments, "--bundle", "mine"])
    assert isinstance(done.exception, SidemanError)
    assert "Add --server HOST:PORT" in str(done.exception)


def test_a_bundle_is_named_in_the_native_protocol_alone() -> None:
    app = typer.Typer()
    rehearse.register(app)
    done = CliRunner().invoke(app, ["--bundle", "mine"])
    assert isinstance(done.exception, SidemanError)
    assert "--protocol native" in str(done.exception)


@pytest.mark.parametrize(
    ("command", "module"),
    [
        (jam, "sideman.runtime.jam.run.run"),
        (rehearse, "sideman.runtime.rehearse.native.run.run_native"),
    ],
    ids=["jam", "rehearse"],
)
def test_the_name_reaches_what_plays(command, module, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(module, lambda request: asked.append(request) or True)
    app = typer.Typer()
    command.register(app)
    native = ["--protocol", "native"] if command is rehearse else []
    done = CliRunner().invoke(app, [*native, "--server", "127.0.0.1:7000", "--bundle", "mine"])
    assert done.exit_code == 0, done.output
    assert [request.named for request in asked] == ["mine"]
