"""The example of a client in docs/native-protocol.md runs as it stands."""

from __future__ import annotations

import re

import numpy as np

from tests.runtime.streaming.documented import DOCUMENT


def test_the_example_runs(capsys) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.M | re.S)
    blocks = [np.zeros(512, np.float32)] * 3
    scope: dict[str, object] = {"blocks": blocks}
    exec(example, scope)
    assert scope["heard"].shape == (2, 512)
    assert capsys.readouterr().out.count("state='connecting'") == 3
