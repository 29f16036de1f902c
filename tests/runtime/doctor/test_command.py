"""`sideman doctor` as a user runs it."""

from __future__ import annotations

import json
import socket

import pytest
import typer
from typer.testing import CliRunner

from sideman.runtime.doctor.command import register
from sideman.runtime.rehearse.process import free_port


@pytest.fixture
def doctor():
    app = typer.Typer()
    register(app)

    def run(*arguments):
        return CliRunner().invoke(app, arguments)

    return run


def test_report_is_for_people_and_json_for_programs(doctor):
    ports = ("--listen", f"127.0.0.1:{free_port()}", "--reply", f"127.0.0.1:{free_port()}")
    plain = doctor(*ports)
    assert plain.exit_code == 0, plain.output
    for subject in ("Python", "onnxruntime", "processors", "UDP buffer", "UDP datagram"):
        assert subject in plain.output
    assert "Nothing stands in the way of serving." in plain.output
    report = json.loads(doctor(*ports, "--json").output)
    assert report["ok"] is True
    assert {finding["level"] for finding in report["findings"]} <= {"ok", "note"}


def test_a_busy_port_ends_with_one(doctor):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{holder.getsockname()[1]}"
        result = doctor("--listen", address)
        assert result.exit_code == 1
        assert "problem" in result.output
        assert "will not work" in result.output
        assert json.loads(doctor("--listen", address, "--json").output)["ok"] is False


def test_one_port_for_both_directions_is_a_problem(doctor):
    same = f"127.0.0.1:{free_port()}"
    report = json.loads(doctor("--listen", same, "--reply", same, "--json").output)
    (finding,) = [f for f in report["findings"] if f["subject"] == "two ports"]
    assert finding["level"] == "problem"
    assert "answer itself" in finding["text"]
