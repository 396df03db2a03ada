"""Characters that few people use and names are full of: which the usual font lacks, and the font that has them."""

from __future__ import annotations

import functools
from typing import Final

from PIL import ImageFont

from kiosk.assets import asset

RARE: Final = "rare words"
"""Name of the font that has them, as Kivy knows it."""
_COMMON_BELOW: Final = 0x3400
_UNIFIED: Final = range(0x4E00, 0x9FB0)
_LOOK: Final = 16
_ABSENT: Final = "\U0010fffd"
"""For private use: no font has it, so it shows what a missing character looks like."""


def rare(text: str) -> bool:
    """Whether some of it must be drawn with the other font. Nearly always no, and then quickly."""
    return any(_worth_a_look(char) and _lacks(char) for char in text)


def marked(text: str) -> str:
    """The same with Kivy's marks around what the other font draws."""
    escaped = text.replace("&", "&amp;").replace("[", "&bl;").replace("]", "&br;")
    return "".join(f"[font={RARE}]{char}[/font]" if _worth_a_look(char) and _lacks(char) else char for char in escaped)


def _worth_a_look(char: str) -> bool:
    return ord(char) >= _COMMON_BELOW and ord(char) not in _UNIFIED


@functools.cache
def _lacks(char: str) -> bool:
    """The usual font has only an empty frame for it, and the rare one more than that."""
    usual, other = _faces()
    frame, seldom = bytes(usual.getmask(_ABSENT)), bytes(other.getmask(_ABSENT))
    return bytes(usual.getmask(char)) == frame and bytes(other.getmask(char)) != seldom


@functools.cache
def _faces() -> tuple[ImageFont.FreeTypeFont, ImageFont.FreeTypeFont]:
    usual, other = asset("fonts/NotoSansSC-Regular.ttf"), asset("fonts/NotoSansRare-Regular.ttf")
    return ImageFont.truetype(str(usual), _LOOK), ImageFont.truetype(str(other), _LOOK)
