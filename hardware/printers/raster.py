"""Draws a document in black and white dots, 8 to the millimetre, exactly as the head will burn them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from hardware.paper import QR, Align, Badge, Boxed, Columns, Mixed, Rule, Size, Space, Text
from hardware.printers.linebreak import Run, break_lines
from hardware.printers.qr import qr_image
from hardware.printers.raster_widths import DOTS_PER_MM, WIDTH_80MM

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardware.paper import Block, Document, Fonts, Line

_MARGIN: Final = 8
_GUTTER: Final = 24
_LEADING: Final = 1.3
_BASELINE: Final = 1.02
"""Both in parts of the size: Chinese glyphs reach 0.86 above and 0.12 below the base line."""
_BAND: Final = 12
"""Black beyond the ends of white words."""
_NARROW: Final = 200
"""Text in a column narrower than this (six characters) reads worse than below the figure."""
_BLACK: Final = 0
_WHITE: Final = 255
_THRESHOLD: Final = [_BLACK] * 152 + [_WHITE] * 104
"""A little darker than the middle: thin strokes must survive a tired head and old eyes."""


class _Box(NamedTuple):
    """Something with a height that can be drawn at a place."""

    height: int
    draw: Callable[[Image.Image, ImageDraw.ImageDraw, int, int], None]


class RasterRenderer:
    """Draws documents for one paper width with one pair of fonts.

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
        self._fonts = fonts
        self._open: dict[tuple[bool, int], ImageFont.FreeTypeFont] = {}
        self._font(Size.BODY, bold=False)
        self._font(Size.BODY, bold=True)

    def render(self, document: Document) -> Image.Image:
        """Draw the whole slip; mode "1", white paper, as high as its blocks need and at least one dot.

        Raises:
            ValueError: a QR code with more data than this paper is wide for.
        """
        boxes = [self._box(block) for block in document.blocks]
        paper = Image.new("L", (self.width, max(1, sum(box.height for box in boxes))), _WHITE)
        pen = ImageDraw.Draw(paper)
        top = 0
        for box in boxes:
            box.draw(paper, pen, _MARGIN, top)
            top += box.height
        return paper.point(_THRESHOLD, "1")

    @property
    def _inner(self) -> int:
        return self.width - 2 * _MARGIN

    def _font(self, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
        key = (bold, size)
        if key not in self._open:
            path = self._fonts.bold if bold else self._fonts.regular
            # the basic layout: no shaping library decides about widths, so a slip looks the same on every box
            self._open[key] = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        return self._open[key]

    def _box(self, block: Block) -> _Box:
        match block:
            case Text() | Mixed():
                box = self._lines((block,), self._inner)
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
                box = _Box(round(block.mm * DOTS_PER_MM), _nothing)
        return box

    def _dots(self, size: Size) -> int:
        """Give the height of a text size on this paper: on narrow paper headlines give way, body text does not."""
        return size if self.width >= WIDTH_80MM else min(size, max(Size.BODY, round(size * 0.74)))

    def _style_font(self, style: Text) -> ImageFont.FreeTypeFont:
        return self._font(self._dots(style.size), bold=style.bold)

    def _lines(self, lines: Sequence[Line], width: int) -> _Box:
        boxes = [box for line in lines for box in self._paragraph(line, width)]

        def draw(paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            for box in boxes:
                box.draw(paper, pen, left, top)
                top += box.height

        return _Box(sum(box.height for box in boxes), draw)

    def _paragraph(self, line: Line, width: int) -> list[_Box]:
        styles = (line,) if isinstance(line, Text) else line.parts

        def measure(text: str, style: int) -> float:
            return self._style_font(styles[style]).getlength(text)

        edge = 2 * _BAND if any(style.inverted for style in styles) else 0
        runs = [Run(part.text, number) for number, part in enumerate(styles)]
        broken = break_lines(runs, width - edge, measure)
        if len(broken) > 1 and max(style.size for style in styles) > Size.BODY:
            # a headline's lines become equally long: no single character is left over for the last one
            for narrower in range(width - edge - 8, 0, -8):
                even = break_lines(runs, narrower, measure)
                if len(even) > len(broken):
                    break
                broken = even
        return [self._one_line(line, styles, width) for line in broken]

    def _one_line(self, runs: Sequence[Run], styles: Sequence[Text], width: int) -> _Box:
        size = max(self._dots(styles[run.style].size) for run in runs) if runs else self._dots(styles[0].size)
        height = round(size * _LEADING)
        lengths = [self._style_font(styles[run.style]).getlength(run.text) for run in runs]
        edge = _BAND if any(style.inverted for style in styles) else 0
        slack = width - 2 * edge - sum(lengths)
        indent = edge + {Align.LEFT: 0.0, Align.CENTER: slack / 2, Align.RIGHT: slack}[styles[0].align]

        def draw(_paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            x = left + max(float(edge), indent)
            baseline = top + round(size * _BASELINE)
            for run, length in zip(runs, lengths, strict=True):
                style = styles[run.style]
                ink = _BLACK
                if style.inverted:
                    band = (round(x) - _BAND, top + 1, round(x + length) + _BAND - 1, top + height - 2)
                    pen.rounded_rectangle(band, radius=6, fill=_BLACK)
                    ink = _WHITE
                font = self._style_font(style)
                pen.text((round(x), baseline), run.text, font=font, fill=ink, anchor="ls")
                if style.struck:
                    thick = _strike_width(font)
                    y = baseline - round(font.size * 0.36)
                    pen.rectangle((round(x), y, round(x + length) - 1, y + thick - 1), fill=ink)
                x += length

        return _Box(height, draw)

    def _badge(self, block: Badge) -> _Box:
        across = 144 if self.width >= WIDTH_80MM else 104
        number = self._fitted(block.number, round(across * 0.62), across * 0.7)

        def draw(_paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            pen.ellipse((left, top, left + across - 1, top + across - 1), fill=_BLACK)
            middle = (left + across / 2, top + across / 2)
            pen.text(_centred(block.number, number, middle), block.number, font=number, fill=_WHITE, anchor="ls")

        return self._beside(_Box(across, draw), across, block.lines, gap=_GUTTER)

    def _qr(self, block: QR) -> _Box:
        picture = qr_image(block.data, block.size_mm * DOTS_PER_MM, self._inner)
        side = picture.width

        def draw(paper: Image.Image, _pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            paper.paste(picture, (left, top))

        return self._beside(_Box(side, draw), side, block.lines, gap=_GUTTER + 8)

    def _beside(self, figure: _Box, across: int, lines: Sequence[Line], *, gap: int) -> _Box:
        room = self._inner - across - gap
        below = room < _NARROW
        text = self._lines(lines, self._inner if below else room)
        if below and not lines:
            text = _Box(0, _nothing)
        air = 8
        height = figure.height + 2 * air + text.height if below else max(figure.height, text.height) + 2 * air

        def draw(paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            if below:
                figure.draw(paper, pen, left + (self._inner - across) // 2, top + air)
                text.draw(paper, pen, left, top + 2 * air + figure.height)
                return
            figure.draw(paper, pen, left, top + air)
            text.draw(paper, pen, left + across + gap, top + (height - text.height) // 2)

        return _Box(height, draw)

    def _boxed(self, block: Boxed) -> _Box:
        frame, air, padding = 6, 12, 20
        room = self._inner - 2 * (frame + padding)
        font = self._fitted(block.text, block.size, room)
        broken = break_lines([Run(block.text, 0)], room, lambda text, _style: font.getlength(text))
        texts = ["".join(run.text for run in line) for line in broken]
        step = round(font.size * 1.2)
        high = round(font.size * 0.36) + step * len(texts) + 2 * frame

        def draw(_paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            edges = (left, top + air, left + self._inner - 1, top + air + high - 1)
            pen.rounded_rectangle(edges, radius=24, outline=_BLACK, width=frame)
            centre = left + self._inner / 2
            for number, text in enumerate(texts):
                middle = top + air + high / 2 + step * (number - (len(texts) - 1) / 2)
                at = _centred(text, font, (centre, middle))
                pen.text(at, text, font=font, fill=_BLACK, anchor="ls")
                if block.struck:
                    half, thick = font.getlength(text) / 2 + 10, _strike_width(font)
                    edges = (round(centre - half), round(middle), round(centre + half), round(middle) + thick - 1)
                    pen.rectangle(edges, fill=_BLACK)

        return _Box(high + 2 * air, draw)

    def _columns(self, block: Columns) -> _Box:
        room = self._inner - _GUTTER
        left_needs = math.ceil(self._style_font(block.left).getlength(block.left.text))
        right_needs = math.ceil(self._style_font(block.right).getlength(block.right.text))
        # one that needs less than its half gives the rest to the other
        left_width = left_needs if left_needs <= room // 2 else max(room // 2, room - right_needs)
        first = self._lines((block.left,), left_width)
        second = self._lines((replace(block.right, align=Align.RIGHT),), room - left_width)

        def draw(paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            first.draw(paper, pen, left, top)
            second.draw(paper, pen, left + left_width + _GUTTER, top)

        return _Box(max(first.height, second.height), draw)

    def _rule(self, block: Rule) -> _Box:
        thick, air, dash, gap = 2, 13, 8, 6
        count = max(2, round((self._inner + gap) / (dash + gap))) if block.dashed else 1
        step = (self._inner - dash) / (count - 1) if block.dashed else 0.0
        long = dash if block.dashed else self._inner

        def draw(_paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
            for number in range(count):
                x = left + round(number * step)
                pen.rectangle((x, top + air, x + long - 1, top + air + thick - 1), fill=_BLACK)

        return _Box(thick + 2 * air, draw)

    def _fitted(self, text: str, size: int, room: float) -> ImageFont.FreeTypeFont:
        """Give the bold font at `size`, or the largest smaller one in which `text` fits in `room` dots."""
        while size > Size.SMALL and self._font(size, bold=True).getlength(text) > room:
            size = max(Size.SMALL, size - 4)
        return self._font(size, bold=True)


def _nothing(_paper: Image.Image, _pen: ImageDraw.ImageDraw, _left: int, _top: int) -> None:
    """Draw empty paper."""


def _centred(text: str, font: ImageFont.FreeTypeFont, middle: tuple[float, float]) -> tuple[int, int]:
    """Say where to draw so that the middle of the ink, not of the line, lies at a point: numbers sit in circles."""
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    return round(middle[0] - (left + right) / 2), round(middle[1] - (top + bottom) / 2)


def _strike_width(font: ImageFont.FreeTypeFont) -> int:
    return max(3, round(font.size / 14))
