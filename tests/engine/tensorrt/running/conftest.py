"""Fake TensorRT, in both flavours and in that for RTX, before and after its engines are built."""

from __future__ import annotations

import pytest

from tests.engine.fakes.tensorrt_stand import Stand


@pytest.fixture(params=[True, False], ids=["rtx", "classic"])
def empty_stand(request, tmp_path, monkeypatch) -> Stand:
    return Stand(tmp_path, monkeypatch, rtx=request.param)


@pytest.fixture
def stand(empty_stand: Stand) -> Stand:
    empty_stand.build()
    return empty_stand


@pytest.fixture
def empty_rtx_stand(tmp_path, monkeypatch) -> Stand:
    return Stand(tmp_path, monkeypatch)


@pytest.fixture
def rtx_stand(empty_rtx_stand: Stand) -> Stand:
    empty_rtx_stand.build()
    return empty_rtx_stand
