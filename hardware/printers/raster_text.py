"""Sets paragraphs in lines for one paper width, and says how coarsely each size of letters may be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardware.paper import Align, Size, Text
from hardware.printers.boxes import BLACK, COARSE, FINE, TALL, WHITE, Box, Grain, coarse, even, stacked
from hardware.printers.faces import Face, Faces
from hardware.printers.linebreak import Run, break_lines
from hardware.printers.raster_widths import ROOMY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image, ImageDraw

    from hardware.paper import Fonts, Line

_LEADING: Final = 1.3
_BASELINE: Final = 1.02
"""Both in parts of the size: Chinese glyphs reach 0.86 above and 0.12 below the base line."""
_BAND: Final = 12
"""Black beyond the ends of white words."""
_STEP: Final = 8
"""Dots by which lines are made narrower to become equally long."""
_TALL_FROM: Final = 40
_COARSE_FROM: Final = 56
"""Dots of a letter from which half its rows, or half its rows and columns, show every stroke of a dense character."""


class TextSetter:
    """Letters and lines for one paper width.

    Args:
        fonts: the files to draw with.
        width: dots across the paper.

    Raises:
        OSError: a font file is missing or is none.
    """

    def __init__(self, fonts: Fonts, width: int) -> None:
        self._width = width
        self._faces = Faces(fonts)

    def dots(self, size: Size) -> int:
        """Give the height of a text size on this paper: on narrow paper headlines give way, body text does not."""
        return size if self._width >= ROOMY else min(size, max(Size.BODY, round(size * 0.74)))

    def face(self, style: Text) -> Face:
        """Give the letters of a style."""
        return self._faces.face(self.dots(style.size), bold=style.bold)

    def fitted(self, text: str, size: int, room: float) -> Face:
        """Give the bold letters at `size`, or the largest smaller ones in which `text` fits in `room` dots."""
        while size > Size.SMALL and self._faces.face(size, bold=True).getlength(text) > room:
            size = max(Size.SMALL, size - 4)
        return self._faces.face(size, bold=True)

    def lines(self, lines: Sequence[Line], width: int) -> Box:
        """Set paragraphs one below the other."""
        return stacked([box for line in lines for box in self.paragraph(line, width)])

    def paragraph(self, line: Line, width: int) -> list[Box]:
        """Set one paragraph; each line is a box of its own."""
        styles = (line,) if isinstance(line, Text) else line.parts

        def measure(text: str, style: int) -> float:
            return self.face(styles[style]).getlength(text)

        edge = 2 * _BAND if any(style.inverted for style in styles) else 0
        runs = [Run(part.text, number) for number, part in enumerate(styles)]
        broken = break_lines(runs, width - edge, measure)
        if len(broken) > 1 and max(style.size for style in styles) > Size.BODY:
            # a headline's lines become equally long: no single character is left over for the last one
            narrow, wide = 0, (width - edge) // _STEP
            while wide - narrow > 1:
                middle = (narrow + wide) // 2
                evener = break_lines(runs, middle * _STEP, measure)
                if len(evener) > len(broken):
                    narrow = middle
                else:
                    wide, broken = middle, evener
        return [self._one_line(runs, styles, width) for runs in broken]

    def _one_line(self, runs: Sequence[Run], styles: Sequence[Text], width: int) -> Box:
        size = max((self.dots(styles[run.style].size) for run in runs), default=self.dots(styles[0].size))
        height = even(size * _LEADING)
        lengths = [self.face(styles[run.style]).getlength(run.text) for run in runs]
        edge = _BAND if any(style.inverted for style in styles) else 0
        slack = width - 2 * edge - sum(lengths)
        indent = edge + {Align.LEFT: 0.0, Align.CENTER: slack / 2, Align.RIGHT: slack}[styles[0].align]

        def draw(_paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            x = left + max(float(edge), indent)
            baseline = top + round(size * _BASELINE)
            for run, length in zip(runs, lengths, strict=True):
                style = styles[run.style]
                ink = BLACK
                if style.inverted:
                    band = (round(x) - _BAND, top + 1, round(x + length) + _BAND - 1, top + height - 2)
                    pen.rounded_rectangle(band, radius=6, fill=BLACK)
                    ink = WHITE
                face = self.face(style)
                face.draw(pen, (round(x), baseline), run.text, ink)
                if style.struck:
                    thick = strike_width(face)
                    y = baseline - round(face.size * 0.36)
                    pen.rectangle((round(x), y, round(x + length), y + thick - 1), fill=ink)
                x += length

        smallest = min((self.dots(styles[run.style].size) for run in runs), default=size)
        return coarse(Box(height, draw), width - width % 2, grain_of(smallest))


def grain_of(dots: float) -> Grain:
    """Say how coarsely letters of so many dots may be drawn."""
    return COARSE if dots >= _COARSE_FROM else TALL if dots >= _TALL_FROM else FINE


def strike_width(face: Face) -> int:
    """Give how thick the line through struck letters is."""
    return max(3, round(face.size / 14))
