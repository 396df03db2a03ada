"""Sets a document in lines of a head's own letters; what the head cannot print becomes a picture among them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from PIL import Image

from hardware.paper import QR, Align, Badge, Boxed, Columns, Mixed, Rule, Size, Space, Text
from hardware.printers.cells import CELL, Cells, Span, Style, cell_width, span_width
from hardware.printers.codepage import as_printed, coded
from hardware.printers.letters import cleaned
from hardware.printers.linebreak import Run, break_lines
from hardware.printers.qr import qr_image, sized
from hardware.printers.raster_widths import DOTS_PER_MM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardware.paper import Block, Document, Fonts, Line
    from hardware.printers.profiles import Profile

_STYLES: Final = {
    Size.SMALL: Style(1, 1),
    # twice as high: 3 mm by 6 mm. At 3 mm by 3 mm, the head's own size, old eyes read little
    Size.BODY: Style(1, 2),
    Size.MEDIUM: Style(2, 2),
    Size.LARGE: Style(2, 3),
    Size.HUGE: Style(3, 3),
}
_LARGEST: Final = 4
_SMALLEST: Final = 2
"""Times the cell of a framed text: the largest that fits on one line."""
_NUMBER: Final = Style(4, 4, bold=True, inverted=True)
_RULE: Final = Style(8, 1)
_STRUCK: Final = "×"
"""Heads cannot strike letters through: what counts no more stands between crosses."""
LEADING: Final = 6
"""White rows below a line."""
_LONGEST: Final = 16_000
"""Rows of one slip, 2 m."""


@dataclass(frozen=True, slots=True)
class Words:
    """One line of letters, all of which the head has."""

    spans: tuple[Span, ...]
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Dots:
    """A picture, mode "1", from the left margin on."""

    picture: Image.Image


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code that the printer makes by itself, in the middle of the paper."""

    data: bytes
    dot: int
    """Dots of a module."""
    modules: int


@dataclass(frozen=True, slots=True)
class White:
    """White rows."""

    rows: int


Row = Words | Dots | Code | White


def height(row: Row) -> int:
    """Give the rows of paper that it takes."""
    match row:
        case Words():
            return CELL * max((span.style.high for span in row.spans), default=1) + LEADING
        case Dots():
            return row.picture.height
        case Code():
            return row.dot * row.modules
        case White():
            return row.rows


class NativeSetter:
    """Sets documents for one class of printers.

    Args:
        fonts: what letters that the head lacks are drawn with.
        profile: the printers.

    Raises:
        OSError: a font file is missing or is none.
    """

    def __init__(self, fonts: Fonts, profile: Profile) -> None:
        self._profile = profile
        self._cells = Cells(fonts)

    def rows(self, document: Document) -> list[Row]:
        """Set the whole slip, from top to bottom.

        Raises:
            ValueError: a QR code with more data than this paper is wide for, or more than 2 m of paper.
        """
        rows = [row for block in cleaned(document).blocks for row in self._block(block)]
        total = sum(map(height, rows))
        if total > _LONGEST:
            raise ValueError(f"a slip of {total} rows: expected at most {_LONGEST}")
        return rows

    def _block(self, block: Block) -> Iterator[Row]:
        match block:
            case Text() | Mixed():
                yield from self._paragraph(_spans(block), _align(block))
            case Badge():
                yield from self._badge(block)
            case Boxed():
                yield from self._boxed(block)
            case Columns():
                yield from self._columns(block)
            case Rule():
                sign = "-" if block.dashed else "─"
                yield Words((Span(sign * (self._profile.width // cell_width(sign) // _RULE.wide), _RULE),))
            case QR():
                yield from self._qr(block)
            case Space():
                yield White(round(block.mm * DOTS_PER_MM))

    def _badge(self, block: Badge) -> Iterator[Row]:
        number = Span(f" {block.number} ", _NUMBER)
        first, rest = block.lines[:1], block.lines[1:]
        beside = _spans(first[0]) if first else []
        if beside:
            beside[0] = replace(beside[0], text=f" {beside[0].text}")
        yield from self._paragraph([number, *beside], Align.LEFT)
        for line in rest:
            yield from self._paragraph(_spans(line), _align(line))

    def _boxed(self, block: Boxed) -> Iterator[Row]:
        text = _struck(block.text) if block.struck else block.text
        times = _LARGEST
        while times > _SMALLEST and span_width(Span(text, Style(times, times))) > self._profile.width:
            times -= 1
        yield from self._paragraph([Span(text, Style(times, times, bold=True))], Align.CENTER)

    def _columns(self, block: Columns) -> Iterator[Row]:
        left, right = _spans(block.left), _spans(block.right)
        space = Span(" ", Style())
        room = self._profile.width - sum(map(span_width, [*left, *right]))
        flat = "\n" not in block.left.text + block.right.text
        if flat and room >= 2 * span_width(space):
            yield from self._line([*left, replace(space, text=" " * (room // span_width(space))), *right], Align.LEFT)
            return
        yield from self._paragraph(left, Align.LEFT)
        yield from self._paragraph(right, Align.RIGHT)

    def _qr(self, block: QR) -> Iterator[Row]:
        wished = block.size_mm * DOTS_PER_MM
        modules, dot = sized(block.data, wished, self._profile.width)
        yield White(LEADING)
        if self._profile.native_qr and dot <= 16:  # noqa: PLR2004 - GS ( k 67 takes no more
            yield Code(block.data.encode("utf-8", "replace"), dot, modules)
        else:
            yield Dots(qr_image(block.data, wished, self._profile.width).convert("1"))
        yield White(2 * LEADING)
        for line in block.lines:
            yield from self._paragraph(_spans(line), _align(line))

    def _paragraph(self, spans: Sequence[Span], align: Align) -> Iterator[Row]:
        styles = [span.style for span in spans]

        def measure(text: str, style: int) -> float:
            return sum(map(cell_width, text)) * styles[style].wide

        runs = [Run(span.text, number) for number, span in enumerate(spans)]
        for line in break_lines(runs, self._profile.width, measure):
            yield from self._line([Span(run.text, styles[run.style]) for run in line], align)

    def _line(self, spans: Sequence[Span], align: Align) -> Iterator[Row]:
        charset = self._profile.charset
        spans = [replace(span, text=as_printed(span.text)) for span in spans if span.text]
        if all(coded(char, charset) for span in spans for char in span.text):
            yield Words(tuple(spans), align if spans else Align.LEFT)
            return
        drawn = self._cells.line(spans)
        slack = max(0, self._profile.width - drawn.width)
        indent = {Align.LEFT: 0, Align.CENTER: slack // 2, Align.RIGHT: slack}[align]
        paper = Image.new("1", (min(self._profile.width, indent + drawn.width), drawn.height), 1)
        paper.paste(drawn, (indent, 0))
        yield Dots(paper)
        yield White(LEADING)


def _align(line: Line) -> Align:
    return line.align if isinstance(line, Text) else line.parts[0].align


def _spans(line: Line) -> list[Span]:
    return [_span(part) for part in ((line,) if isinstance(line, Text) else line.parts)]


def _span(text: Text) -> Span:
    style = replace(_STYLES[text.size], bold=text.bold, inverted=text.inverted)
    return Span(_struck(text.text) if text.struck else text.text, style)


def _struck(text: str) -> str:
    return f"{_STRUCK}{text}{_STRUCK}" if text.strip() else text
