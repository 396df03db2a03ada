"""Finds the frames of a PN532 in any stream of bytes: no exception, no false answer, no growth.

Frames and their names are those of NXP's user manual UM0701-02, chapter 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hardware.readers.counters import Counters

TO_CHIP: Final = 0xD4
"""First byte of a command."""
TO_HOST: Final = 0xD5
"""First byte of an answer."""
ACK: Final = bytes.fromhex("0000ff00ff00")
"""Heard; from the host also: forget the command."""
NACK: Final = bytes.fromhex("0000ffff0000")
"""From the host: say your last answer again."""
LONGEST: Final = 265
"""Bytes of the longest body: one of direction, 264 of data."""
_START: Final = b"\x00\xff"
_ERROR: Final = b"\x7f"
_NORMAL_MOST: Final = 0xFF
_HEAD: Final = 4
"""Start code, length and its sum."""
_EXTENDED_HEAD: Final = 7
"""Start code, FF FF, length in two bytes and its sum."""


class Kind(StrEnum):
    """What a frame is."""

    ACK = "ack"
    NACK = "nack"
    ERROR = "error"
    """The chip did not understand the command."""
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole frame. `body` of a data frame: direction, code, data."""

    kind: Kind
    body: bytes = b""


_TAIL: Final = 2
"""The sum and a zero."""
_EXTENDED: Final = b"\xff\xff"
_BARE: Final = {b"\x00\xff": Frame(Kind.ACK), b"\xff\x00": Frame(Kind.NACK)}


def frame(body: bytes, *, extended: bool = False) -> bytes:
    """Wrap a body of 1 to 265 bytes; the extended form is taken where the normal one is too short, or when asked for.

    Raises:
        ValueError: the body is empty or too long.
    """
    size = len(body)
    if not 1 <= size <= LONGEST:
        raise ValueError(f"a frame with {size} bytes in it: expected 1 to {LONGEST}")
    if extended or size > _NORMAL_MOST:
        high, low = divmod(size, 256)
        head = _EXTENDED + bytes([high, low, -(high + low) & 0xFF])
    else:
        head = bytes([size, -size & 0xFF])
    return b"\x00" + _START + head + body + bytes([-sum(body) & 0xFF, 0])


class Pn532Parser:
    """Frames of either direction, whatever stands between them.

    `00 00 FF`, the length and its complement (`FF FF`, two bytes and their complement in an extended frame), the
    body, the complement of its sum, `00`. The `00` before is filling, as is every zero between frames; the one behind
    must be there, or a frame that lost a zero would pass with its sum for the last byte of a card's number. After a
    broken frame the search goes on right behind its start code, so that a lost byte costs one frame and not two.
    `00`s apart, what is in no good frame counts as noise.

    Holds at most 273 bytes whatever comes in.
    """

    def __init__(self) -> None:
        self.counters = Counters()
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes as they come; give the frames that are whole now."""
        self._held += data
        found: list[Frame] = []
        at = 0
        while (start := self._held.find(_START, at)) >= 0:
            self._noise(at, start)
            end = self._frame_at(start, found)
            if end is None:
                del self._held[:start]
                return found
            at = end
        keep = len(self._held) - self._held.endswith(b"\x00")
        self._noise(at, keep)
        del self._held[: max(at, keep)]
        return found

    def idle(self) -> list[Frame]:
        """Say that nothing came for a while: what has begun ends here. Give the frames that it had hidden."""
        found: list[Frame] = []
        while self._held.startswith(_START):
            self.counters.bad_frames += 1
            del self._held[: len(_START)]
            found += self.feed(b"")
        self._held.clear()
        return found

    def _noise(self, start: int, end: int) -> None:
        if end > start:
            self.counters.noise_bytes += end - start - self._held.count(0, start, end)

    def _frame_at(self, start: int, found: list[Frame]) -> int | None:
        """Look at what starts here; give where to go on, None to wait for more."""
        head = bytes(self._held[start + len(_START) : start + _EXTENDED_HEAD])
        if (bare := _BARE.get(head[:2])) is not None:
            found.append(bare)
            return start + _HEAD
        size = _size(head)
        body = start + (_EXTENDED_HEAD if head[:2] == _EXTENDED else _HEAD)
        end = body + (size or 0) + _TAIL
        if size is None or (1 <= size <= LONGEST and len(self._held) < end):
            return None
        tail = self._held[end - _TAIL : end]
        if not 1 <= size <= LONGEST or (sum(self._held[body : body + size]) + tail[0]) & 0xFF or tail[1]:
            self.counters.bad_frames += 1
            return start + len(_START)
        inside = bytes(self._held[body : body + size])
        self.counters.frames += 1
        found.append(Frame(Kind.ERROR) if inside == _ERROR else Frame(Kind.DATA, inside))
        return end


def _size(head: bytes) -> int | None:
    """Read the size of the body from what follows a start code; 0 when it is broken, None when more must come."""
    if head[:2] == _EXTENDED:
        head = head[2:]
        whole = 3
    else:
        whole = 2
    if len(head) < whole:
        return None
    return 0 if sum(head[:whole]) & 0xFF else int.from_bytes(head[: whole - 1])
