"""Turns pictures into the fewest ESC/POS bytes, none of which a printer takes for an order of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

# escpos.printer would bring its barcode, capability and configuration modules along: 10.4 MB and 160 ms measured
# beyond Pillow and qrcode. These two cost 0.5 MB and 4 ms and hold what a raster printer needs.
from escpos import constants
from escpos.image import EscposImage

from hardware.printers.strips import Strip, strips

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL.Image import Image

    from hardware.printers.profiles import Profile

ESC: Final[bytes] = constants.ESC
GS: Final[bytes] = constants.GS
HW_INIT: Final[bytes] = constants.HW_INIT
_MOST_FED: Final = 255
_REAL_TIME: Final = re.compile(rb"\x10(?=[\x04\x05\x14])")
"""DLE EOT, DLE ENQ, DLE DC4: obeyed wherever they stand, in the dots of a picture too."""


def slip_bytes(bands: Iterable[Image], profile: Profile, *, cut: bool = True) -> Iterator[bytes]:
    """Give a slip as pieces that each end between two commands; between pieces the printer may be asked how it is.

    Args:
        bands: pictures from top to bottom, as wide as the profile's head or narrower, black on white. Each is taken
            when the one before was given out, so that it may be drawn while that one is on its way.
        profile: the printer.
        cut: end with a cut.

    Raises:
        ValueError: a picture is wider than the head.
    """
    yield HW_INIT + profile.prologue
    white = 0
    for band in bands:
        for piece, left_white in picture_bytes(band, profile, white):
            white = left_white
            if piece:
                yield piece
    yield feed(white) + ending(profile, cut=cut)


def picture_bytes(
    picture: Image, profile: Profile, white: int = 0, most_rows: int | None = None
) -> Iterator[tuple[bytes, int]]:
    """Give (piece, white rows after it) for one picture.

    The last piece is empty: it only says how much white is left below the picture.

    Args:
        picture: black on white.
        profile: the printer.
        white: rows between what was printed last and this picture.
        most_rows: of one raster command, where it is not the profile's.

    Raises:
        ValueError: the picture is wider than the head.
    """
    if picture.width > profile.width:
        raise ValueError(f"a picture of {picture.width} dots on a head of {profile.width}: draw it narrower")
    packed = EscposImage(picture)
    head, most_rows = (profile.width + 7) // 8, most_rows or profile.strip_rows
    done = -white
    for strip in strips(packed.to_raster_format(), packed.width_bytes, head, most_rows):
        yield feed(strip.top - done) + raster(strip), 0
        done = strip.bottom
    yield b"", packed.height - done


def raster(strip: Strip) -> bytes:
    """Write a strip as one GS v 0.

    A picture must not hold what a printer obeys at once (a question, or the order to forget all): where it would, one
    dot of 1/8 mm is added beside one that is black.
    """
    data = _REAL_TIME.sub(b"\x18", strip.data)
    size = strip.width.to_bytes(2, "little") + (len(data) // strip.width).to_bytes(2, "little")
    return GS + b"v0" + bytes([strip.mode]) + size + data


def feed(dots: int) -> bytes:
    """Feed so many rows (ESC J, at most 255 each)."""
    whole, rest = divmod(dots, _MOST_FED)
    return (ESC + b"J" + bytes([_MOST_FED])) * whole + (ESC + b"J" + bytes([rest]) if rest else b"")


def ending(profile: Profile, *, cut: bool) -> bytes:
    """Bring the slip out of the printer."""
    return feed(profile.tear_feed) + (profile.cut if cut else b"")


def filler(profile: Profile, rows: int | None = None) -> bytes:
    """Give what ends any command that was cut off in the middle: as much white as the largest one holds.

    A printer that is not in the middle of one ignores NUL. Ends with a reset, so that the next slip begins clean.

    Args:
        profile: the printer.
        rows: rows of the largest raster command, where it is not the profile's.
    """
    return bytes((rows or profile.strip_rows) * ((profile.width + 7) // 8)) + HW_INIT + profile.prologue
