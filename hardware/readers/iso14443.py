"""What the number of an ISO 14443-A card can be, whichever reader gave it."""

from __future__ import annotations

from typing import Final

SIZES: Final = (4, 7, 10)
"""Bytes of a number (ISO 14443-3, 6.5.4)."""
_SINGLE: Final = 4
_RANDOM: Final = 0x08
_CASCADE: Final = 0x88


def is_number(number: bytes) -> bool:
    """Whether a card can have this number.

    Zeros alone and FF alone are a coil without a card; `88` first says that this is a part of a longer number.
    """
    return len(number) in SIZES and any(number) and set(number) != {0xFF} and number[0] != _CASCADE


def is_random(number: bytes) -> bool:
    """Whether a number is made up anew at each tap, as telephones do it: four bytes, `08` first."""
    return len(number) == _SINGLE and number[0] == _RANDOM
