"""Names that every client can address, and every system can write files for."""

from __future__ import annotations

import pytest

from sideman.engine.bundle.stem_names import RESERVED, stem_name_fault


@pytest.mark.parametrize("name", ["bass", "lead_guitar", "808", "Bass-2", "bass.di", "_", "x" * 64])
def test_names_that_play(name: str) -> None:
    assert stem_name_fault(name) == ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        ("lead guitar", "it holds ' '"),
        ("Kontrabaß", "it holds 'ß'"),
        ("gitár-ök", "it holds 'á', 'ö'"),
        ("ギター", "it holds 'ギ'"),
        ("a\x1b[2J", r"it holds '\x1b', '['"),
        ("bass\n", r"it holds '\n'"),
        ("../bass", "it holds '/'"),
        ("..", "it begins with '.'"),
        ("-bass", "it begins with '-'"),
        ("x" * 65, "65 characters"),
    ],
)
def test_names_that_no_client_can_address(name: str, reason: str) -> None:
    assert reason in stem_name_fault(name)


@pytest.mark.parametrize("character", " #*,/?[]{}")
def test_osc_forbids_these_in_an_address(character: str) -> None:
    assert repr(character) in stem_name_fault(f"ba{character}ss")


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_the_protocols_own_addresses_are_taken(name: str) -> None:
    assert f"/{name} for something else" in stem_name_fault(name)
