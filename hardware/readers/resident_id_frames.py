"""Finds the answers of a Chinese resident ID reader in any stream of bytes, and keeps of a card its number alone.

Frames, commands and states are those of the security module (SAM) in readers by GA 450, as the makers' "SAM_V" manuals
have them; the layout of a card's text is that of GA 490.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from typing import Final

from hardware.readers.counters import Counters

PREAMBLE: Final = bytes.fromhex("AAAAAA9669")
STATUS: Final = b"\x11\xff"
FIND: Final = b"\x20\x01"
SELECT: Final = b"\x20\x02"
READ: Final = b"\x30\x01"
"""Text and photograph; there is no command for the number alone."""

DONE: Final = 0x90
FOUND: Final = 0x9F
NO_CARD: Final = 0x80
NOT_SELECTED: Final = 0x81
NOT_READ: Final = 0x41
BROKEN: Final = frozenset({0x60, 0x66})
"""The module failed its own test, or has no permission to read."""

CARD_BODY: Final = 1288
"""Bytes of an answer with a card in it: three of state, two lengths, 256 of text, 1024 of photograph, the sum."""
_LENGTHS: Final = bytes.fromhex("01000400")
_SHORTEST: Final = 4
_TEXT: Final = 7
_NUMBER: Final = _TEXT + 122
"""Behind name (30 bytes), sex (2), people (4), date of birth (16) and address (70), or a foreigner's name and sex."""
_NUMBER_BYTES: Final = 36
_KIND: Final = _TEXT + 248
"""`I` here: a foreigner's card of 2017, whose number has 15 characters."""
_KEPT: Final = ((0, _TEXT), (_NUMBER, _NUMBER + _NUMBER_BYTES), (_KIND, _KIND + 2))
"""From and to: what is kept of an answer. The rest only goes into the sum, so that nothing of it lies in our memory."""
_CITIZEN: Final = re.compile(r"\d{17}[\dX]", re.ASCII)
_FOREIGNER: Final = re.compile(r"[A-Z]{3}\d{12}", re.ASCII)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
"""ISO 7064 MOD 11-2, as GB 11643-1999 has it."""


def frame(body: bytes) -> bytes:
    """Wrap a body: preamble, length of what follows in two bytes, the body, the XOR of all but the preamble."""
    inside = (len(body) + 1).to_bytes(2) + body
    return PREAMBLE + inside + bytes([reduce(xor, inside)])


def check_digit(first: str) -> str:
    """Give the last character of a citizen's number for the 17 digits before it."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer."""

    state: int
    """SW3, what the reader itself says."""
    size: int
    """Bytes of its body."""
    number: str = field(default="", repr=False)
    """The number in a card that was read; "" where there is none, or where it cannot be one."""


class ResidentIdParser:
    """Answers of the reader, whatever stands between them.

    Keeps at most 45 bytes of an answer, and wipes them: name, address and photograph are never held.
    """

    def __init__(self) -> None:
        self.counters = Counters()
        self._tail = b""
        """The beginning of a preamble, and of the length behind it."""
        self._size = 0
        self._at = 0
        self._sum = 0
        self._kept = bytearray()

    def feed(self, data: bytes) -> list[Answer]:
        """Take bytes as they come; give the answers that are whole now."""
        found: list[Answer] = []
        at = 0
        while at < len(data):
            at = self._inside(data, at, found) if self._size else self._outside(data, at)
        return found

    def idle(self) -> list[Answer]:
        """Say that nothing came for a while: an answer that has begun will not be finished."""
        if self._size or self._tail.startswith(PREAMBLE):
            self.counters.bad_frames += 1
        else:
            self.counters.noise_bytes += len(self._tail)
        self._tail = b""
        self._drop()
        return []

    def _outside(self, data: bytes, at: int) -> int:
        """Look for a preamble and the length behind it; give where to go on."""
        held = self._tail + data[at:]
        start = held.find(PREAMBLE)
        if start < 0:
            start = next(at for at in range(max(0, len(held) - 4), len(held) + 1) if PREAMBLE.startswith(held[at:]))
        self.counters.noise_bytes += start
        head = held[start : start + len(PREAMBLE) + 2]
        if len(head) < len(PREAMBLE) + 2:
            self._tail = head
            return len(data)
        self._tail = b""
        length = head[len(PREAMBLE) :]
        size = int.from_bytes(length)
        if _SHORTEST <= size <= CARD_BODY:
            self._size, self._sum = size, length[0] ^ length[1]
        else:
            self.counters.bad_frames += 1
        return len(data) - (len(held) - start - len(head))

    def _inside(self, data: bytes, at: int, found: list[Answer]) -> int:
        piece = data[at : at + self._size - self._at]
        self._sum = reduce(xor, piece, self._sum)
        for first, last in _KEPT:
            self._kept += piece[max(0, first - self._at) : max(0, last - self._at)]
        self._at += len(piece)
        if self._at == self._size:
            if self._sum:
                self.counters.bad_frames += 1
            else:
                self.counters.frames += 1
                found.append(Answer(self._kept[2], self._size, self._number()))
            self._drop()
        return at + len(piece)

    def _number(self) -> str:
        if self._size != CARD_BODY or self._kept[2:7] != bytes([DONE]) + _LENGTHS:
            return ""
        text = self._kept[_TEXT:].decode("utf-16-le", errors="replace")
        number, kind = text[:-1], text[-1:]
        if kind == "I":
            return number[:15] if _FOREIGNER.fullmatch(number[:15]) else ""
        return number if _CITIZEN.fullmatch(number) and check_digit(number[:-1]) == number[-1] else ""

    def _drop(self) -> None:
        self._kept[:] = bytes(len(self._kept))
        self._kept.clear()
        self._size = self._at = self._sum = 0
