"""Keys, chords and the progressions that songs repeat."""

from __future__ import annotations

from dataclasses import dataclass

#: Pitch classes (C = 0) of the keys that songs are in: C, F and G major.
KEYS = (0, 5, 7)
#: Semitones over the key's root, and quality, of the chords on the degrees of a major scale.
_DEGREES = {
    "I": (0, "major"),
    "ii": (2, "minor"),
    "iii": (4, "minor"),
    "IV": (5, "major"),
    "V": (7, "major"),
    "vi": (9, "minor"),
}
_INTERVALS = {"major": (0, 4, 7), "minor": (0, 3, 7)}
#: One chord a bar, four bars, repeated. Two chords in a row determine the key, the progression and
#: the next chord: a model that plays ahead has to be able to know what comes.
PROGRESSIONS = (
    ("I", "ii", "IV", "V"),
    ("I", "iii", "vi", "IV"),
    ("I", "vi", "iii", "ii"),
)


@dataclass(frozen=True)
class Chord:
    """A triad.

    Attributes:
        root: pitch class, 0 to 11.
        quality: "major" or "minor".
    """

    root: int
    quality: str

    @property
    def pitch_classes(self) -> tuple[int, int, int]:
        """Root, third and fifth, each 0 to 11."""
        first, third, fifth = ((self.root + step) % 12 for step in _INTERVALS[self.quality])
        return first, third, fifth

    def voiced(self, lowest: int) -> tuple[int, int, int]:
        """Its three notes as MIDI numbers within the octave from `lowest` up, low to high."""
        low, middle, high = sorted(lowest + (pc - lowest) % 12 for pc in self.pitch_classes)
        return low, middle, high


def chord_on(key: int, degree: str) -> Chord:
    """The chord on a degree of a major key.

    Args:
        key: pitch class of the key.
        degree: a roman numeral of `PROGRESSIONS`.
    """
    steps, quality = _DEGREES[degree]
    return Chord((key + steps) % 12, quality)


#: Pitch classes of all chords' roots.
ROOTS = tuple(
    sorted({chord_on(key, degree).root for key in KEYS for each in PROGRESSIONS for degree in each})
)
