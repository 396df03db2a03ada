"""What a text message can be written in, and into how many parts a text is cut."""

from __future__ import annotations

from typing import Final

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The 128 characters of 7 bits each, in order (3GPP TS 23.038, 6.2.1); number 27 announces one of `EXTENSION`."""
EXTENSION: Final = {10: "\f", 20: "^", 40: "{", 41: "}", 47: "\\", 60: "[", 61: "~", 62: "]", 64: "|", 101: "€"}
"""Characters that take two places (3GPP TS 23.038, 6.2.1.1)."""
_ESCAPE: Final = "\x1b"
_TWO_PLACES: Final = frozenset(EXTENSION.values())

_ONE_7BIT, _MANY_7BIT = 160, 153
_ONE_UCS2, _MANY_UCS2 = 70, 67
# 140 bytes a message; one of several gives 6 of them to its place in the row (3GPP TS 23.040, 9.2.3.24.1).


def fits_7bit(text: str) -> bool:
    """Tell whether every character is in the alphabet of 7 bits; otherwise the whole text takes UCS-2."""
    return all((char in BASIC or char in _TWO_PLACES) and char != _ESCAPE for char in text)


def parts(text: str) -> int:
    """Give how many messages a text takes: one of 160 places of 7 bits or 70 UCS-2 units, or several of 153 or 67."""
    if fits_7bit(text):
        places, one, many = len(text) + sum(char in _TWO_PLACES for char in text), _ONE_7BIT, _MANY_7BIT
    else:
        places, one, many = len(text.encode("utf-16-be", "replace")) // 2, _ONE_UCS2, _MANY_UCS2
    return 1 if places <= one else -(-places // many)
