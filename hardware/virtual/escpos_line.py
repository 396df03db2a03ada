"""The line buffer of a virtual head: letters wait in it, in their style, until the line is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import Image

from hardware.printers.cells import Cells, Span, Style, cell_width, span_width
from hardware.printers.codepage import decoded
from hardware.printers.profiles import Charset

if TYPE_CHECKING:
    from hardware.paper import Fonts

_LEFT: Final = 0
_CENTER: Final = 1
_LEAD_FROM: Final = 0x81


class LineBuffer:
    """Letters of one line.

    Args:
        width: dots across the head.
        fonts: what the letters look like.
        charset: which Chinese ones there are.
    """

    def __init__(self, width: int, fonts: Fonts, charset: Charset = Charset.GB18030) -> None:
        self._width = width
        self._cells = Cells(fonts)
        self._charset = charset
        self.spans: list[Span] = []
        self.reset()

    def reset(self) -> None:
        """Drop the line and all settings."""
        self.spans.clear()
        self.wide = self.high = 1
        self.bold = self.inverted = False
        self.align = _LEFT
        self.chinese = False

    def length(self, data: bytes) -> int | None:
        """Give how many bytes the first character takes; None when its second byte has not come."""
        if not self.chinese or data[0] < _LEAD_FROM:
            return 1
        return 2 if len(data) > 1 else None

    def put(self, code: bytes) -> bool:
        """Take one character; False: this head prints nonsense for it."""
        known = code.decode("ascii") if len(code) == 1 and b" " <= code <= b"~" else None
        if len(code) > 1:
            known = decoded(code, self._charset)
        if known is None:
            return False
        self.spans.append(Span(known, Style(self.wide, self.high, self.bold, self.inverted)))
        return True

    def full(self, code: bytes) -> bool:
        """Tell whether a character no longer fits on the line."""
        used = sum(map(span_width, self.spans))
        return bool(self.spans) and used + cell_width(" " if len(code) == 1 else "一") * self.wide > self._width

    @property
    def text(self) -> str:
        """What stands in it."""
        return "".join(span.text for span in self.spans)

    def printed(self) -> Image.Image:
        """Print the line: a picture as wide as the head. The line is empty then, the settings stay."""
        drawn = self.placed(self._cells.line(self.spans))
        self.spans.clear()
        return drawn

    def placed(self, picture: Image.Image) -> Image.Image:
        """Put something where lines stand now."""
        slack = self._width - picture.width
        left = {_LEFT: 0, _CENTER: slack // 2}.get(self.align, slack)
        paper = Image.new("1", (self._width, picture.height), 1)
        paper.paste(picture, (left, 0))
        return paper
