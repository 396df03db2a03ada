"""Turns a picture into the fewest ESC/POS bytes: strips where ink is, feeds where none is, a cut at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

# escpos.printer would bring its barcode, capability and configuration modules along: 10.4 MB and 160 ms measured
# beyond Pillow and qrcode. These two cost 0.5 MB and 4 ms and hold what a raster printer needs.
from escpos import constants
from escpos.image import EscposImage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from hardware.printers.profiles import Profile

ESC: Final[bytes] = constants.ESC
GS: Final[bytes] = constants.GS
HW_INIT: Final[bytes] = constants.HW_INIT
_SMALLEST_GAP: Final = 6
"""White rows worth a feed of their own: 11 bytes of commands against 72 bytes a row, without stuttering."""
_MOST_FED: Final = 255


def slip_bytes(picture: Image, profile: Profile, *, cut: bool = True) -> Iterator[bytes]:
    """Give a slip as pieces that each end between two commands; between pieces the printer may be asked how it is.

    Args:
        picture: as wide as the profile's head or narrower, black on white.
        profile: the printer.
        cut: end with a cut.

    Raises:
        ValueError: the picture is wider than the head.
    """
    if picture.width > profile.width:
        raise ValueError(f"a picture of {picture.width} dots on a head of {profile.width}: draw it narrower")
    packed = EscposImage(picture)
    stride, rows = packed.width_bytes, packed.to_raster_format()
    yield HW_INIT + profile.prologue
    done = 0
    for top, bottom in _inked(rows, stride, packed.height):
        feed = _feed(top - done)
        for first in range(top, bottom, profile.strip_rows):
            last = min(first + profile.strip_rows, bottom)
            yield feed + _strip(rows[first * stride : last * stride], stride)
            feed = b""
        done = bottom
    yield _feed(packed.height - done + profile.tear_feed) + (profile.cut if cut else b"")


def filler(profile: Profile) -> bytes:
    """Give what ends any raster command that was cut off in the middle: as much white as the largest one holds.

    A printer that is not in the middle of one ignores NUL. Ends with a reset, so that the next slip begins clean.
    """
    return bytes(profile.strip_rows * ((profile.width + 7) // 8)) + HW_INIT + profile.prologue


def _strip(rows: bytes, stride: int) -> bytes:
    """Write rows as one GS v 0, without the white at their right."""
    height = len(rows) // stride
    lines = [rows[at : at + stride] for at in range(0, len(rows), stride)]
    used = max(1, *(len(line.rstrip(b"\0")) for line in lines))
    size = used.to_bytes(2, "little") + height.to_bytes(2, "little")
    return GS + b"v0\x00" + size + b"".join(line[:used] for line in lines)


def _feed(dots: int) -> bytes:
    """Feed so many rows (ESC J, at most 255 each)."""
    whole, rest = divmod(dots, _MOST_FED)
    return (ESC + b"J" + bytes([_MOST_FED])) * whole + (ESC + b"J" + bytes([rest]) if rest else b"")


def _inked(rows: bytes, stride: int, height: int) -> Iterator[tuple[int, int]]:
    """Give (first row, row after the last) of each stretch of ink; narrow gaps of white are part of a stretch."""
    white = bytes(stride)
    inked = [row for row in range(height) if rows[row * stride : (row + 1) * stride] != white]
    if not inked:
        return
    first = last = inked[0]
    for row in inked[1:]:
        if row - last > _SMALLEST_GAP:
            yield first, last + 1
            first = row
        last = row
    yield first, last + 1
