"""Finds Wiegand card numbers in the lines of a bridge: no exception, no growth, and parity asked for where it is sent.

Formats by the SIA standard AC-01: an even parity bit over the first half of the data, the data, an odd parity bit over
the second half; 26 bits have 24 of data, 34 have 32.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import xor
from typing import Final

from hardware.readers.counters import Counters
from hardware.readers.lines import Ends, LineSplitter

LONGEST: Final = 64
"""Bytes of a line."""
_FIELDS: Final = {
    "bits26": r"(?P<bits26>[01]{26})",
    "bits34": r"(?P<bits34>[01]{34})",
    "hex26": r"(?P<hex26>[0-9A-Fa-f]{7})",
    "hex34": r"(?P<hex34>[0-9A-Fa-f]{9})",
    "hex24": r"(?P<hex24>[0-9A-Fa-f]{6})",
    "hex32": r"(?P<hex32>[0-9A-Fa-f]{8})",
    "dec24": r"(?P<dec24>[0-9]{8,10})",
    "dec32": r"(?P<dec32>[0-9]{10})",
    "facility": r"(?P<facility>[0-9]{1,3})",
    "card": r"(?P<card>[0-9]{1,5})",
    "xor": r"(?P<xor>[0-9A-Fa-f]{2})",
}
_NUMBERS: Final = frozenset(_FIELDS) - {"xor", "card", "facility"}
_PARITY: Final = {26: 24, 34: 32}
"""Bits with parity -> bits of data."""


class WiegandForm:
    """How a bridge writes a card, as text with fields in braces.

    `{bits26}` `{bits34}` are binary digits and `{hex26}` `{hex34}` hex digits with both parity bits; `{hex24}`
    `{hex32}` and `{dec24}` `{dec32}` the data alone, in hex and in decimal with zeros in front; `{facility}` and
    `{card}` the data of 26 bits as two decimal numbers. `{xor}`, at the end, is the XOR of all bytes before it, two
    hex digits. Everything else stands for itself: `W26:{hex26}*{xor}`.

    One flipped bit on the serial line is always noticed with `{bits26}`, `{bits34}` or `{xor}`, often with `{hex26}`
    and `{hex34}`, and never with the others: prefer what your bridge can do.

    Raises:
        ValueError: a field that does not exist, or none that gives a number, or several.
    """

    def __init__(self, template: str) -> None:
        parts = re.split(r"\{(.*?)\}", template)
        fields = parts[1::2]
        if unknown := [field for field in fields if field not in _FIELDS]:
            raise ValueError(f"{{{unknown[0]}}} is no field: expected one of {', '.join(_FIELDS)}")
        numbers = sorted(field for field in fields if field != "xor")
        if numbers != ["card", "facility"] and (len(numbers) != 1 or numbers[0] not in _NUMBERS):
            raise ValueError(
                f"{template!r} has {len(numbers)} fields with a number: expected one of {', '.join(sorted(_NUMBERS))}, "
                "or facility and card"
            )
        if "xor" in fields and not (fields.count("xor") == 1 and template.endswith("{xor}")):
            raise ValueError(f"{template!r}: expected {{xor}} once, at the end")
        pattern = "".join(_FIELDS[part] if at % 2 else re.escape(part) for at, part in enumerate(parts))
        self._pattern = re.compile(pattern.encode())

    def number(self, line: bytes) -> str | None:
        """Give the card's number, six or eight hex digits in capitals; None when the line is no card."""
        match = self._pattern.fullmatch(line)
        if match is None:
            return None
        found = {field: text.decode() for field, text in match.groupdict().items()}
        given = found.pop("xor", None)
        if given is not None and reduce(xor, line[: match.start("xor")], 0) != int(given, 16):
            return None
        value, bits = _value(found)
        if value is None or not 0 < value < (1 << bits) - 1:  # none, or all ones: a line that is torn off
            return None
        return f"{value:0{bits // 4}X}"


def _value(found: dict[str, str]) -> tuple[int | None, int]:
    """Give the data and how many bits of them there are; None when parity or size are wrong."""
    if "facility" in found:
        facility, card = int(found["facility"]), int(found["card"])
        return (facility << 16 | card if facility < 1 << 8 and card < 1 << 16 else None), 24
    [(field, text)] = found.items()
    kind, size = field[:-2], int(field[-2:])
    value = int(text, {"bits": 2, "hex": 16, "dec": 10}[kind])
    return (data_of(value, size), _PARITY[size]) if size in _PARITY else (value, size)


def data_of(word: int, size: int) -> int | None:
    """Give the data bits of a whole Wiegand word of 26 or 34 bits; None when it is too long or its parity is wrong."""
    half = (size - 2) // 2
    first, second = word >> half + 1, word & (1 << half + 1) - 1
    if word >> size or first.bit_count() % 2 or not second.bit_count() % 2:
        return None
    return word >> 1 & (1 << size - 2) - 1


def with_parity(data: int, size: int) -> int:
    """Give the whole Wiegand word of 26 or 34 bits for its 24 or 32 bits of data."""
    half = (size - 2) // 2
    even = (data >> half).bit_count() % 2
    odd = 1 - (data & (1 << half) - 1).bit_count() % 2
    return even << size - 1 | data << 1 | odd


class WiegandParser:
    """Lines of a bridge. Holds at most 64 bytes whatever comes in.

    Args:
        form: how the bridge writes a card.
        ends: what ends a line.
    """

    def __init__(self, form: WiegandForm, *, ends: Ends = Ends.LINE) -> None:
        self.counters = Counters()
        self._form = form
        self._lines = LineSplitter(self.counters, LONGEST, ends)

    def feed(self, data: bytes) -> list[str]:
        """Take bytes as they come; give the numbers that are whole now."""
        return self._numbers(self._lines.feed(data))

    def idle(self) -> list[str]:
        """Say that nothing came for a while."""
        return self._numbers(self._lines.idle())

    def forget(self) -> None:
        """Drop a line that has begun."""
        self._lines.forget()

    def _numbers(self, lines: list[bytes]) -> list[str]:
        found = []
        for line in lines:
            number = self._form.number(line)
            if number is None:
                self.counters.bad_frames += 1
            else:
                self.counters.frames += 1
                found.append(number)
        return found
