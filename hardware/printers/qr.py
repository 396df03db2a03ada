"""QR codes as pictures whose modules are whole dots, so that a cheap camera reads them."""

from __future__ import annotations

from typing import Final

import qrcode
from PIL import Image
from qrcode.exceptions import DataOverflowError

_SMALLEST: Final = 4
"""Dots of a module: 0.5 mm is what phones and serial scanners read from thermal paper without effort."""


def qr_image(data: str, side: int, room: int) -> Image.Image:
    """Draw `data` as a QR code without its quiet zone, mode "L".

    Args:
        data: what it holds; error correction M mends a crease or a spot.
        side: wished side in dots; the code is as large as whole modules allow below it, larger when modules would
            get smaller than 0.5 mm.
        room: dots that are there.

    Raises:
        ValueError: it does not fit.
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(data)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        raise ValueError(f"a QR code of {len(data)} characters: more than any QR code holds; shorten it") from None
    modules = code.modules_count
    dot = max(_SMALLEST, min(side, room) // modules)
    if modules * dot > room:
        raise ValueError(
            f"a QR code of {len(data)} characters needs {modules * dot} dots, the paper has {room}: shorten it"
        )
    picture = Image.new("L", (modules, modules))
    picture.putdata([0 if black else 255 for row in code.get_matrix() for black in row])
    return picture.resize((modules * dot, modules * dot), Image.Resampling.NEAREST)
