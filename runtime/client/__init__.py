"""A client of the native protocol: what plays along, driven from an audio callback.

`Client` is all that a user needs; `docs/native-protocol.md` shows it at work.
"""

from sideman.runtime.client.client import Client, check_columns
from sideman.runtime.client.messages import NO_ANSWER
from sideman.runtime.client.status import Status

__all__ = ["NO_ANSWER", "Client", "Status", "check_columns"]
