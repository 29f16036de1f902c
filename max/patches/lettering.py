"""How wide text is, so that boxes fit what they hold. No font is read: the same bytes everywhere."""

from __future__ import annotations

#: Widths in thousandths of the font's size, of a face like Arial or Helvetica.
_NARROW = {c: 240 for c in "ijl.,:;'|!"} | {c: 320 for c in "frtI()[]{}/\\-` "}
_WIDE = {c: 850 for c in "mwMW@%"} | {c: 710 for c in "ABCDEFGHKNOPQRSUVXYZ&_~+=<>→"}
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
