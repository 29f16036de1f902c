"""What the external appends to the operator's command."""

from __future__ import annotations

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.serve.external import Places, with_external

USUAL = Places(("127.0.0.1", 7_000), None, ())
OPEN = Places(("0.0.0.0", 7_000), None, ("10.0.0.9",))


@pytest.mark.parametrize(
    ("places", "options", "found"),
    [
        (USUAL, {}, USUAL),
        (USUAL, {"client_ip": "127.0.0.1"}, Places(USUAL.listen, ("127.0.0.1", 8_000), ())),
        (USUAL, {"serverport": 7_005}, Places(("127.0.0.1", 7_005), None, ())),
        (USUAL, {"clientport": 8_005}, Places(USUAL.listen, ("127.0.0.1", 8_005), ())),
        (USUAL, {"client_ip": "192.168.1.5"}, USUAL),  # this machine's own: none else gets here
        (
            OPEN,
            {"client_ip": "192.168.1.5", "serverport": 7_000, "clientport": 8_001},
            Places(OPEN.listen, ("192.168.1.5", 8_001), ("10.0.0.9", "192.168.1.5")),
        ),
    ],
)
def test_it_means_what_it_says(places, options, found):
    assert with_external(places, chosen_listen=places is OPEN, **options) == found


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"serverport": 7_001}, "--serverport 7001 contradicts --listen"),
        ({"clientport": 8_001}, "--clientport 8001 contradicts --reply"),
        ({"client_ip": "10.0.0.8"}, "--client_ip 10.0.0.8 contradicts --reply"),
        ({"client_ip": "my mac"}, "no numeric address"),
    ],
)
def test_contradictions_are_refused(options, reason):
    places = Places(("0.0.0.0", 7_000), ("10.0.0.9", 8_000), ())
    with pytest.raises(SidemanError, match=reason):
        with_external(places, chosen_listen=True, **options)
