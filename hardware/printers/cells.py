"""Draws letters as a head's own font does: in cells of 12 by 24 dots for ASCII and 24 by 24 for all others."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageChops, ImageDraw

from hardware.printers.boxes import BLACK, THRESHOLD, WHITE
from hardware.printers.faces import Faces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardware.paper import Fonts

CELL: Final = 24
"""Dots from the top of one cell to the top of the next; a Chinese one is as wide."""
_BASELINE: Final = 21
_BOLD: Final = 1
"""Dots by which emphasised letters are printed twice."""


@dataclass(frozen=True, slots=True)
class Style:
    """How letters are printed. `wide` and `high` are 1 to 8 times the cell."""

    wide: int = 1
    high: int = 1
    bold: bool = False
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Letters of one style that stand next to each other."""

    text: str
    style: Style


def cell_width(char: str) -> int:
    """Give the dots across the cell of a character; marks that stand on others have none."""
    if " " <= char <= "~":
        return CELL // 2
    return 0 if unicodedata.category(char) in ("Mn", "Me") else CELL


def span_width(span: Span) -> int:
    """Give the dots across all of a span's cells."""
    return sum(map(cell_width, span.text)) * span.style.wide


class Cells:
    """The letters of a head. Keeps what it drew. Not for use by two threads at once.

    Args:
        fonts: the files to draw with.

    Raises:
        OSError: a font file is missing or is none.
    """

    def __init__(self, fonts: Fonts) -> None:
        self._face = Faces(fonts).face(CELL, bold=False)
        self._drawn: dict[str, Image.Image] = {}

    def glyph(self, char: str) -> Image.Image:
        """Give one character in its cell, black on white, mode "1"; a wider shape is squeezed into it."""
        if char not in self._drawn:
            width = cell_width(char) or CELL
            left, _, right, _ = self._face.getbbox(char)
            needs = max(width, round(max(right, self._face.getlength(char))), round(right - left))
            paper = Image.new("L", (needs, CELL), WHITE)
            at = (max(0, round((needs - self._face.getlength(char)) / 2)), _BASELINE)
            self._face.draw(ImageDraw.Draw(paper), at, char, BLACK)
            if needs > width:
                paper = paper.resize((width, CELL), Image.Resampling.BOX)
            self._drawn[char] = paper.point(THRESHOLD, "1")
        return self._drawn[char]

    def line(self, spans: Sequence[Span]) -> Image.Image:
        """Give one line of letters, standing on the same base, as wide as its cells; mode "1"."""
        high = CELL * max((span.style.high for span in spans), default=1)
        paper = Image.new("1", (sum(map(span_width, spans)), high), 1)
        x = 0
        for span in spans:
            style = span.style
            for char in span.text:
                cell = self.styled(char, style)
                width = cell_width(char) * style.wide
                if width:
                    paper.paste(cell, (x, high - cell.height))
                else:  # a mark: onto the letter before it
                    before = (max(0, x - cell.width), high - cell.height)
                    area = paper.crop((*before, before[0] + cell.width, high))
                    paper.paste(ImageChops.logical_and(area, cell), before)
                x += width
        return paper

    def styled(self, char: str, style: Style) -> Image.Image:
        """Give one character as it comes out of the head."""
        cell = self.glyph(char)
        if style.bold:
            cell = ImageChops.logical_and(cell, ImageChops.offset(_padded(cell), _BOLD, 0).crop((0, 0, *cell.size)))
        if style.inverted:
            cell = ImageChops.invert(cell)
        return cell.resize((cell.width * style.wide, cell.height * style.high), Image.Resampling.NEAREST)


def _padded(cell: Image.Image) -> Image.Image:
    """Add white at the right, so that an offset brings no ink in from the other side."""
    paper = Image.new("1", (cell.width + _BOLD, cell.height), 1)
    paper.paste(cell, (0, 0))
    return paper
