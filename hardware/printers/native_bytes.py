"""Turns lines of a head's own letters into ESC/POS bytes: nothing is said twice, and no text can hold a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardware.paper import Align
from hardware.printers.codepage import coded
from hardware.printers.escpos_bytes import ESC, GS, HW_INIT, ending, feed, picture_bytes
from hardware.printers.native import Code, Dots, White, Words, height

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardware.printers.cells import Style
    from hardware.printers.native import Row
    from hardware.printers.profiles import Profile

_BEGIN: Final = b"\x1bR\x00\x1c&"
"""ESC R 0: $ is $, not ¥ as in the Chinese national variant; FS &: two bytes are one Chinese character."""
_END: Final = b"\x1c."
_ALIGNED: Final = {Align.LEFT: 0, Align.CENTER: 1, Align.RIGHT: 2}
_QR_MENDS_M: Final = b"\x1d(k\x03\x001E1"
"""Model 2 is what every printer begins with."""
_QR_PRINT: Final = b"\x1d(k\x03\x001Q0"
MOST_ROWS: Final = 24
"""Rows of one raster command within native text: on slow links the white that ends a torn one takes long, too."""


def native_bytes(rows: Iterable[Row], profile: Profile, *, cut: bool = True) -> Iterator[bytes]:
    """Give a slip as pieces that each end between two commands; between pieces the printer may be asked how it is.

    Args:
        rows: from top to bottom, set for this profile.
        profile: the printer.
        cut: end with a cut.
    """
    yield HW_INIT + profile.prologue + _BEGIN
    state = _State(profile)
    white = 0
    for row in rows:
        match row:
            case White():
                white += row.rows
            case Words():
                yield feed(white) + state.words(row)
                white = 0
            case Code():
                yield feed(white) + state.aligned(Align.CENTER) + _qr(row)
                white = 0
            case Dots():
                yield state.aligned(Align.LEFT)
                for piece, left_white in picture_bytes(row.picture, profile, white, MOST_ROWS):
                    white = left_white
                    yield piece
    yield feed(white) + state.aligned(Align.LEFT) + _END + ending(profile, cut=cut)


class _State:
    """What the printer was told and still knows."""

    def __init__(self, profile: Profile) -> None:
        self._charset = profile.charset
        self._size = 0
        self._bold = self._inverted = False
        self._align = Align.LEFT
        self._spacing: int | None = None

    def words(self, row: Words) -> bytes:
        """Print one line."""
        told = self.aligned(row.align)
        spacing = height(row)
        if spacing != self._spacing:
            self._spacing = spacing
            told += ESC + b"3" + bytes([spacing])
        for span in row.spans:
            text = b"".join(coded(char, self._charset) or b"" for char in span.text)
            told += self._styled(span.style) + text if text else b""
        return told + b"\n"

    def aligned(self, align: Align) -> bytes:
        """Set where lines stand, at the beginning of one."""
        if align is self._align:
            return b""
        self._align = align
        return ESC + b"a" + bytes([_ALIGNED[align]])

    def _styled(self, style: Style) -> bytes:
        told = b""
        size = style.wide - 1 << 4 | style.high - 1
        if size != self._size:
            self._size = size
            told += GS + b"!" + bytes([size])
        if style.bold != self._bold:
            self._bold = style.bold
            told += ESC + b"E" + bytes([style.bold])
        if style.inverted != self._inverted:
            self._inverted = style.inverted
            told += GS + b"B" + bytes([style.inverted])
        return told


def _qr(code: Code) -> bytes:
    size = b"\x1d(k\x03\x001C" + bytes([code.dot])
    store = GS + b"(k" + (len(code.data) + 3).to_bytes(2, "little") + b"1P0" + code.data
    return size + _QR_MENDS_M + store + _QR_PRINT
