"""Proof that a hello comes from where it says: what a false sender could not have read.

Whoever says hello is sent back to the front door with a token, without anything being kept for it.
Only who shows that token gets a lease. So nobody can fill the fleet, or end another's session, with
datagrams that bear the addresses of others.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

#: Seconds that a proof is good for: between one and two of these.
_PERIOD_SECONDS = 10.0
_PREFIX = "door-"


class Proof:
    """Makes and checks proofs of an address; keeps nothing but a secret.

    Args:
        secret: of this process; drawn if it is not given.
    """

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secrets.token_bytes(32) if secret is None else secret

    def make(self, client: str, now: float) -> str:
        """A token for a client, HOST:PORT."""
        return self._token(client, int(now // _PERIOD_SECONDS))

    def holds(self, token: str, client: str, now: float) -> bool:
        """Whether a token was made for this client a short while ago."""
        period = int(now // _PERIOD_SECONDS)
        return any(
            hmac.compare_digest(self._token(client, each).encode(), token.encode())
            for each in (period, period - 1)
        )

    def _token(self, client: str, period: int) -> str:
        told = f"{client} {period}".encode()
        return _PREFIX + hmac.new(self._secret, told, hashlib.sha256).hexdigest()[:32]
