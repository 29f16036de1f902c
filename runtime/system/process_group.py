"""Child processes that outlive a Ctrl-C meant for their parent."""

from __future__ import annotations

import subprocess
import sys
from typing import Any


def own_group() -> dict[str, Any]:
    """Options for `subprocess.Popen` that put the child into a process group of its own.

    Ctrl-C in a terminal goes to the whole group: a child that its parent wants to end in an
    orderly way, or to let finish, must not be part of it.
    """
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
