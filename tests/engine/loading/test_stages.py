"""A bundle becomes stages, and whoever waits is told how far it is."""

from __future__ import annotations

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.manifest import STAGES
from sideman.engine.loading import stages as module
from sideman.engine.loading.stages import load_stages
from tests.models.places import BUNDLE

pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")


def test_the_share_that_is_loaded_grows_and_names_what_comes_next() -> None:
    told: list[tuple[float, str]] = []
    _, backend, _ = load_stages(
        BUNDLE, BackendChoice(threads=1), lambda share, what: told.append((share, what))
    )
    backend.close()
    shares = [share for share, _ in told]
    assert shares == sorted(set(shares))
    assert (shares[0], shares[-1]) == (0.0, 0.9)
    assert [what for _, what in told] == ["reading", *STAGES, "warming up"]


def test_who_computes_on_the_cpu_is_warned_of_sums_that_overflow(monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(module, "warn_of_overflow", asked.append)
    load_stages(BUNDLE, BackendChoice(threads=1))[1].close()
    assert asked == [BUNDLE]
