"""A backend that cannot be what was asked of it is refused before anything starts."""

from __future__ import annotations

import pytest

from sideman.engine.errors import BackendError, SidemanError
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


@pytest.mark.parametrize("command", [("jam",), ("rehearse",), ("bench", str(BUNDLE))])
def test_a_stem_that_is_named_twice_is_refused(command) -> None:
    with pytest.raises(SidemanError, match="--stems names drums more than once"):
        build_app()([*command, "--stems", "drums,bass, drums"], standalone_mode=False)
