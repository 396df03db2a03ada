"""QR codes as pictures whose modules are whole dots, so that a cheap camera reads them."""

from __future__ import annotations

from typing import Any, Final

import qrcode
from PIL import Image
from qrcode.exceptions import DataOverflowError

_SMALLEST: Final = 4
"""Dots of a module: 0.5 mm is what phones and serial scanners read from thermal paper without effort."""


def qr_image(data: str, side: int, room: int) -> Image.Image:
    """Draw `data` as a QR code without its quiet zone, mode "L".

    Args:
        data: what it holds; error correction M mends a crease or a spot.
        side: wished side in dots; the code is as large as modules of an even number of dots allow below it, larger
            when modules would get smaller than 0.5 mm. Even, so that a printer can double what it is sent.
        room: dots that are there.

    Raises:
        ValueError: it does not fit.
    """
    modules, dot = sized(data, side, room)
    code = _code(data)
    code.make(fit=False)
    picture = Image.new("L", (modules, modules))
    picture.putdata([0 if black else 255 for row in code.get_matrix() for black in row])
    return picture.resize((modules * dot, modules * dot), Image.Resampling.NEAREST)


def sized(data: str, side: int, room: int) -> tuple[int, int]:
    """Give the modules on a side and the dots of a module; arguments and errors are those of `qr_image`."""
    code = _code(data)
    needs = code.modules_count * _SMALLEST
    if needs > room:
        raise ValueError(f"a QR code of {len(data)} characters needs {needs} dots, the paper has {room}: shorten it")
    return code.modules_count, max(_SMALLEST, min(side, room) // code.modules_count // 2 * 2)


def _code(data: str) -> qrcode.QRCode[Any]:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(data.encode("utf-8", "replace"))
    try:
        code.best_fit(start=1)
    except (DataOverflowError, ValueError):
        raise ValueError(f"a QR code of {len(data)} characters: more than any QR code holds; shorten it") from None
    code.modules_count = 17 + 4 * code.version
    return code
