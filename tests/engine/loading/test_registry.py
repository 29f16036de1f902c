from __future__ import annotations

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import BackendError
from sideman.engine.loading.registry import create_backend


def test_an_unknown_backend_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(BackendError, match=r"Known are: .*onnxruntime"):
        create_backend(BackendChoice("abacus"))
    with pytest.raises(BackendError, match="0 threads"):
        create_backend(BackendChoice(threads=0))
