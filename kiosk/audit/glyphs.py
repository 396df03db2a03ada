"""Which characters no font of the box has: they would stand on the glass as empty frames."""

from __future__ import annotations

import functools
from typing import Final

from PIL import ImageFont

from kiosk.assets import asset
from kiosk.ui.rare import rare

_ABSENT: Final = "\U0010fffd"
"""For private use: no font has it, so it shows what a missing character looks like."""
_LOOK: Final = 24


def lacking(text: str, *, bold: bool) -> str:
    """The characters of this text that the font they are drawn with does not have."""
    return "".join(char for char in text if not char.isspace() and _lacks(char, bold=bold))


@functools.cache
def _lacks(char: str, *, bold: bool) -> bool:
    face = _face("NotoSansRare" if rare(char) else "NotoSansSC", "Bold" if bold else "Regular")
    return bytes(face.getmask(char)) == bytes(face.getmask(_ABSENT))


@functools.cache
def _face(family: str, weight: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(asset(f"fonts/{family}-{weight}.ttf")), _LOOK)
