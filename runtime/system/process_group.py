"""Child processes that outlive a Ctrl-C meant for their parent."""

from __future__ import annotations

import subprocess
import sys
from typing import Any


def own_group() -> dict[str, Any]:
    """Options for `subprocess.Popen` that put the child into a process group of its own.

    Ctrl-C in a terminal goes to the whole process group. A child that its parent ends itself, or
    lets finish, must therefore not be in the parent's group.
    """
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
