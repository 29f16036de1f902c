"""How wide text is, so that boxes fit what they hold.

No font is read, so that it is the same everywhere.
"""

from __future__ import annotations

#: Widths in thousandths of the font's size, of a face like Arial or Helvetica.
_NARROW = dict.fromkeys("ijl.,:;'|!", 240) | dict.fromkeys("frtI()[]{}/\\-` ", 320)
_WIDE = dict.fromkeys("mwMW@%", 850) | dict.fromkeys("ABCDEFGHKNOPQRSUVXYZ&_~+=<>→", 710)
_WIDTHS = _NARROW | _WIDE
_OTHER = 560


def text_width(text: str, size: float = 12.0, *, bold: bool = False) -> float:
    """Pixels that a line takes."""
    width = sum(_WIDTHS.get(c, _OTHER) for c in text) * size / 1000
    return width * 1.08 if bold else width


def wrap(text: str, width: float, size: float = 12.0, *, bold: bool = False) -> list[str]:
    """Lines of at most `width` pixels; a word that is longer gets a line of its own."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and text_width(longer, size, bold=bold) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines
