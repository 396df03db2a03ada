"""A Wiegand bridge that is not there: cards are tapped by calling it, cleanly or as badly as you like."""

from __future__ import annotations

import re
from functools import reduce
from operator import xor
from typing import Final

from hardware.readers.wiegand import FORM
from hardware.readers.wiegand_lines import with_parity
from hardware.virtual.talker import Talker

_SIZES: Final = {6: 26, 8: 34}
"""Hex digits of a number -> bits with parity."""


def line(number_hex: str, form: str = FORM) -> bytes:
    """Give what a bridge writes for a card, without the end of the line.

    Args:
        number_hex: six or eight hex digits.
        form: see `hardware.readers.wiegand_lines.WiegandForm`.

    Raises:
        ValueError: the number has another size, or no field of the form takes this size.
    """
    data, size = int(number_hex, 16), _SIZES.get(len(number_hex), 0)
    whole = with_parity(data, size) if size else 0
    fields = {
        f"bits{size}": f"{whole:0{size}b}",
        f"hex{size}": f"{whole:0{-(-size // 4)}X}",
        f"hex{size - 2}": number_hex.upper(),
        f"dec{size - 2}": f"{data:010}",
        "facility": f"{data >> 16:03}",
        "card": f"{data & 0xFFFF:05}",
    }
    text = form.removesuffix("{xor}")
    for field in re.findall(r"\{(.*?)\}", text):
        if field not in fields or not size:
            raise ValueError(f"a number of {len(number_hex)} digits does not fit {form!r}: expected 6 or 8 hex digits")
        text = text.replace(f"{{{field}}}", fields[field])
    data_sent = text.encode()
    return data_sent + (f"{reduce(xor, data_sent, 0):02X}".encode() if form.endswith("{xor}") else b"")


class VirtualWiegand(Talker):
    """A bridge on a pseudo terminal, plugged in when made.

    Args:
        form: how it writes a card (see `hardware.readers.wiegand_lines.WiegandForm`).
        end: what it sends behind.
    """

    def __init__(self, form: str = FORM, end: bytes = b"\r\n") -> None:
        super().__init__()
        self._form = form
        self._end = end

    def tap(self, number_hex: str, *, times: int = 1, split: bool = False, flip_bit: int | None = None) -> None:
        """Hold a card up.

        Args:
            number_hex: six hex digits for 26 bits, eight for 34.
            times: how often its line is sent.
            split: byte by byte.
            flip_bit: turn this bit of the line over, 0 is the highest bit of its first byte.

        Raises:
            ValueError: the number does not fit, or the line has no such bit.
        """
        self._say(line(number_hex, self._form) + self._end, times=times, split=split, flip_bit=flip_bit)
