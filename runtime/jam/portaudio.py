"""PortAudio by way of python-sounddevice, imported when it is needed."""

from __future__ import annotations

from types import ModuleType

from sideman.engine.errors import MissingExtraError
from sideman.engine.optional import require

#: Brings the library that python-sounddevice's Linux wheel lacks.
LIBRARY_COMMAND = "sudo apt install libportaudio2"


def load_portaudio() -> ModuleType:
    """The module `sounddevice`, ready for use. Importing it looks for the sound cards.

    Raises:
        MissingExtraError: python-sounddevice or the PortAudio library is not installed, or the
            library does not start.
    """
    try:
        return require("sounddevice", "play through a sound card")
    except OSError as error:
        raise MissingExtraError(
            f"python-sounddevice is installed, but the PortAudio library is not: {error}.",
            f"On Debian and Ubuntu: {LIBRARY_COMMAND}. Elsewhere, install PortAudio.",
        ) from error
    # PortAudioError, whose class is only known once the import has worked.
    except Exception as error:
        if type(error).__name__ != "PortAudioError":
            raise
        raise MissingExtraError(
            f"PortAudio does not start: {error}.", "Look whether other programs play sound."
        ) from error
