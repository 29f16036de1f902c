"""A backend that cannot be what was asked of it is refused before anything starts."""

from __future__ import annotations

import pytest

from sideman.engine.errors import BackendError
from sideman.runtime.commandline.frame import build_app
from tests.models.places import BUNDLE


@pytest.mark.parametrize(
    "command",
    [
        ("jam",),
        ("jam", str(BUNDLE)),
        ("serve", str(BUNDLE)),
        ("rehearse",),
        ("rehearse", "--protocol", "native"),
    ],
)
@pytest.mark.parametrize("option", [("--device", "3"), ("--precision", "fp16")])
def test_it_is_refused_at_once(command, option) -> None:
    with pytest.raises(BackendError, match=f"{option[0]} has no meaning"):
        build_app()([*command, *option], standalone_mode=False)
