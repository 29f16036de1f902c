"""The example of a question in docs/protocol.md runs as it is printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.server.server import Server
from tests.runtime.native.echo import EchoSession

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol.md"


def test_the_example_tells_how_the_server_does() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.M | re.S)
    echo = EchoSession()
    with Server(
        lambda: echo, multi_track(), listen=("127.0.0.1", 0), reply=("127.0.0.1", 9)
    ) as server:
        # The port alone is another one: 7000 may be taken where tests run.
        result = subprocess.run(
            [sys.executable, "-c", example.replace("7000", str(server.address[1]))],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        echo.let_go()
    assert result.returncode == 0, result.stderr
    assert re.search(r"^state +(loading|ready)$", result.stdout, re.M), result.stdout
