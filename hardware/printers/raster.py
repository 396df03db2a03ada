"""Draws a document in black and white dots, 8 to the millimetre, exactly as the head will burn them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from hardware.paper import QR, Align, Badge, Boxed, Columns, Mixed, Rule, Space, Text
from hardware.printers.boxes import (
    BLACK,
    COARSE,
    THRESHOLD,
    WHITE,
    Box,
    coarse,
    empty,
    even,
    stacked,
)
from hardware.printers.letters import cleaned
from hardware.printers.linebreak import Run, break_lines
from hardware.printers.qr import qr_image, sized
from hardware.printers.raster_text import TextSetter, grain_of, strike_width
from hardware.printers.raster_widths import DOTS_PER_MM, ROOMY, WIDTH_80MM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardware.paper import Block, Document, Fonts, Line
    from hardware.printers.faces import Face

_MARGIN: Final = 8
_GUTTER: Final = 24
_NARROW: Final = 200
"""Text in a column narrower than this (six characters) reads worse than below the figure."""
_AIR: Final = 8
"""Above and below a figure."""
LONGEST: Final = 16_000
"""Rows of one slip, 2 m: longer ones are a mistake, and would fill the memory."""


class RasterRenderer:
    """Draws documents for one paper width with one set of fonts.

    Keeps the opened fonts, so that the second slip is drawn in about 10 ms. Not for use by two threads at once.

    Args:
        fonts: the files to draw with.
        width: dots across the paper: 384 for 58 mm, 576 for 80 mm, always a multiple of 8.

    Raises:
        OSError: a font file is missing or is none.
        ValueError: a width that no head has.
    """

    def __init__(self, fonts: Fonts, width: int = WIDTH_80MM) -> None:
        if width % 8 or not 128 <= width <= 1152:  # noqa: PLR2004 - 16 to 144 mm, the heads that exist
            raise ValueError(f"a paper of {width} dots: expected a multiple of 8 from 128 to 1152")
        self.width = width
        self._text = TextSetter(fonts, width)

    def render(self, document: Document) -> Image.Image:
        """Draw the whole slip; mode "1", white paper, as high as its blocks need and at least one dot.

        Raises:
            ValueError: a QR code with more data than this paper is wide for, or more than 2 m of paper.
        """
        bands = list(self.bands(document))
        paper = Image.new("1", (self.width, max(1, sum(band.height for band in bands))), 1)
        top = 0
        for band in bands:
            paper.paste(band, (0, top))
            top += band.height
        return paper

    def bands(self, document: Document) -> Iterator[Image.Image]:
        """Lay the slip out at once and draw it block by block, each as wide as the paper, so that sending can begin.

        Raises:
            ValueError: as `render`, before anything is drawn.
        """
        boxes = [box for block in cleaned(document).blocks if (box := self._box(block)).height]
        height = sum(box.height for box in boxes)
        if height > LONGEST:
            raise ValueError(f"a slip of {height} rows: expected at most {LONGEST}")
        return (self._drawn(box) for box in boxes)

    def _drawn(self, box: Box) -> Image.Image:
        paper = Image.new("L", (self.width, box.height), WHITE)
        box.draw(paper, ImageDraw.Draw(paper), _MARGIN, 0)
        return paper.point(THRESHOLD, "1")

    @property
    def _inner(self) -> int:
        return self.width - 2 * _MARGIN

    def _box(self, block: Block) -> Box:
        match block:
            case Text() | Mixed():
                box = self._text.lines((block,), self._inner)
            case Badge():
                box = self._badge(block)
            case Boxed():
                box = self._boxed(block)
            case Columns():
                box = self._columns(block)
            case Rule():
                box = self._rule(block)
            case QR():
                box = self._qr(block)
            case Space():
                box = empty(block.mm * DOTS_PER_MM)
        return box

    def _badge(self, block: Badge) -> Box:
        across = 144 if self.width >= ROOMY else 104
        number = self._text.fitted(block.number, round(across * 0.62), across * 0.7)

        def draw(_paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            pen.ellipse((left, top, left + across - 1, top + across - 1), fill=BLACK)
            middle = (left + across / 2, top + across / 2)
            number.draw(pen, _centred(block.number, number, middle), block.number, WHITE)

        return self._beside(coarse(Box(across, draw), across, COARSE), across, block.lines, gap=_GUTTER)

    def _qr(self, block: QR) -> Box:
        wished = block.size_mm * DOTS_PER_MM
        modules, dot = sized(block.data, wished, self._inner)
        side = modules * dot

        def draw(paper: Image.Image, _pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            paper.paste(qr_image(block.data, wished, self._inner), (left, top))

        return self._beside(Box(even(side), draw, COARSE), side, block.lines, gap=_GUTTER + 8)

    def _beside(self, figure: Box, across: int, lines: Sequence[Line], *, gap: int) -> Box:
        """Set lines to the right of a figure, from the first fine one on below it.

        A figure is coarse and costs little; with fine letters on the same rows it costs four times as much.
        """
        left_over = self._inner - across - gap
        room = left_over - left_over % 2
        right: list[Box] = []
        rest = list(lines)
        while room >= _NARROW and rest and (box := self._text.lines(rest[:1], room)).grain.high > 1:
            right.append(box)
            rest.pop(0)
        beside, below = stacked(right), self._text.lines(rest, self._inner)
        high = max(figure.height, beside.height) + 2 * _AIR

        def draw(paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            indent = 0 if right else 2 * ((self._inner - across) // 4)
            figure.draw(paper, pen, left + indent, top + _AIR)
            beside.draw(paper, pen, left + across + gap, top + even((high - beside.height) / 2))
            below.draw(paper, pen, left, top + high)

        return Box(high + below.height, draw)

    def _boxed(self, block: Boxed) -> Box:
        frame, air, padding = 6, 12, 20
        room = self._inner - 2 * (frame + padding)
        face = self._text.fitted(block.text, block.size, room)
        broken = break_lines([Run(block.text, 0)], room, lambda text, _style: face.getlength(text))
        texts = ["".join(run.text for run in line) for line in broken]
        step = round(face.size * 1.2)
        high = even(round(face.size * 0.36) + step * len(texts) + 2 * frame)

        def draw(_paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            edges = (left, top + air, left + self._inner - 1, top + air + high - 1)
            pen.rounded_rectangle(edges, radius=24, outline=BLACK, width=frame)
            centre = left + self._inner / 2
            for number, text in enumerate(texts):
                middle = top + air + high / 2 + step * (number - (len(texts) - 1) / 2)
                at = _centred(text, face, (centre, middle))
                face.draw(pen, at, text, BLACK)
                if block.struck:
                    half, thick = face.getlength(text) / 2 + 10, strike_width(face)
                    edges = (round(centre - half), round(middle), round(centre + half), round(middle) + thick - 1)
                    pen.rectangle(edges, fill=BLACK)

        return coarse(Box(high + 2 * air, draw), self._inner, grain_of(face.size))

    def _columns(self, block: Columns) -> Box:
        room = self._inner - _GUTTER
        left_needs, right_needs = (
            math.ceil(self._text.face(side).getlength(side.text)) for side in (block.left, block.right)
        )
        # one that needs less than its half gives the rest to the other
        left_width = even(left_needs) if left_needs <= room // 2 else max(room // 2, room - even(right_needs))
        first = self._text.lines((block.left,), left_width)
        second = self._text.lines((replace(block.right, align=Align.RIGHT),), room - left_width)

        def draw(paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            first.draw(paper, pen, left, top)
            second.draw(paper, pen, left + left_width + _GUTTER, top)

        return Box(max(first.height, second.height), draw)

    def _rule(self, block: Rule) -> Box:
        thick, above, below, dash, gap = 2, 14, 12, 8, 6
        count = max(2, round((self._inner + gap) / (dash + gap))) if block.dashed else 1
        step = (self._inner - dash) / (count - 1) if block.dashed else 0.0
        long = dash if block.dashed else self._inner

        def draw(_paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            for number in range(count):
                x = left + 2 * round(number * step / 2)
                pen.rectangle((x, top + above, x + long - 1, top + above + thick - 1), fill=BLACK)

        return Box(above + thick + below, draw, COARSE)


def _centred(text: str, face: Face, middle: tuple[float, float]) -> tuple[int, int]:
    """Say where to draw so that the middle of the ink, not of the line, lies at a point: numbers sit in circles."""
    left, top, right, bottom = face.getbbox(text)
    return round(middle[0] - (left + right) / 2), round(middle[1] - (top + bottom) / 2)
