"""Fake TensorRT with engines that are built, in both flavours and in one."""

from __future__ import annotations

import pytest

from tests.engine.fakes.tensorrt_stand import Stand


@pytest.fixture(params=[True, False], ids=["rtx", "classic"])
def stand(request, tmp_path, monkeypatch) -> Stand:
    made = Stand(tmp_path, monkeypatch, rtx=request.param)
    made.build()
    return made


@pytest.fixture
def rtx(tmp_path, monkeypatch) -> Stand:
    made = Stand(tmp_path, monkeypatch)
    made.build()
    return made
