"""Finds the frames of 125 kHz readers in any stream of bytes: no exception, no false card, no growth."""

from __future__ import annotations

import re
from typing import Final

from hardware.readers.counters import Counters

_STX: Final = 0x02
_ETX: Final = 0x03
_FRAME: Final = re.compile(rb"([0-9A-F]{10})([0-9A-F]{2})(?:\r\n)?")
_BARE: Final = re.compile(rb"(?:[0-9A-F]{12})+")
_LONGEST: Final = 14
"""Bytes between STX and ETX: ten digits, two of the sum, CR LF on the ID-12."""
_LONGEST_BARE: Final = 120
_BARE_FRAME: Final = 12
_SENSELESS: Final = frozenset({"0000000000", "FFFFFFFFFF"})
"""What a reader with a broken coil says; no card has it."""


class Em125kParser:
    """Frames of RDM6300, ID-12LA and EM-18.

    `02`, ten hex digits, two more that are the XOR of the five bytes before, CR LF on the ID-12, `03`. Digits are
    capitals. The EM-18 can be set to leave everything but the twelve digits away; with so little to go by, such
    frames are taken only when `bare` is set, and only between two gaps (`idle`).

    Holds at most 14 bytes (120 when bare) whatever comes in.
    """

    def __init__(self, *, bare: bool = False) -> None:
        self.counters = Counters()
        self._bare = bare
        self._held = bytearray()
        self._in_frame = False
        self._garbage = False
        """More came without a gap than readers send: what follows belongs to it, until a gap."""

    def feed(self, data: bytes) -> list[str]:
        """Take bytes as they come; give the numbers of the frames that are whole now, ten hex digits each."""
        found: list[str] = []
        at = 0
        while at < len(data):
            at = self._inside(data, at, found) if self._in_frame else self._outside(data, at, found)
        return found

    def idle(self) -> list[str]:
        """Say that nothing came for a while: a frame that has begun will not be finished."""
        found: list[str] = []
        if self._in_frame:
            self._drop_frame()
        else:
            self._end_bare(found)
        return found

    def _outside(self, data: bytes, at: int, found: list[str]) -> int:
        start = data.find(_STX, at)
        end = len(data) if start < 0 else start
        if self._bare:
            self._hold_bare(data[at:end], found)
        else:
            self.counters.noise_bytes += end - at
        if start < 0:
            return end
        self._end_bare(found)
        self._in_frame = True
        return start + 1

    def _inside(self, data: bytes, at: int, found: list[str]) -> int:
        window = data[at : at + _LONGEST + 1 - len(self._held)]
        end = next((i for i, byte in enumerate(window) if byte in (_STX, _ETX)), None)
        if end is None:
            self._held += window
            if len(self._held) > _LONGEST:
                self._drop_frame()
            return at + len(window)
        self._held += window[:end]
        if window[end] == _STX:
            self._drop_frame()
            self._in_frame = True
        else:
            self._end_frame(found)
        return at + end + 1

    def _end_frame(self, found: list[str]) -> None:
        match = _FRAME.fullmatch(self._held)
        if match and _sum_is_right(match[1], match[2]) and match[1].decode() not in _SENSELESS:
            self.counters.frames += 1
            found.append(match[1].decode())
            self._held.clear()
            self._in_frame = False
        else:
            self._drop_frame()

    def _drop_frame(self) -> None:
        self.counters.bad_frames += 1
        self._held.clear()
        self._in_frame = False

    def _hold_bare(self, data: bytes, found: list[str]) -> None:
        for piece in re.split(rb"([\r\n])", data):
            if piece in (b"\r", b"\n"):
                self._end_bare(found)
            elif self._garbage or len(self._held) + len(piece) > _LONGEST_BARE:
                self.counters.noise_bytes += len(self._held) + len(piece)
                self._held.clear()
                self._garbage = True
            else:
                self._held += piece

    def _end_bare(self, found: list[str]) -> None:
        self._garbage = False
        held = bytes(self._held)
        self._held.clear()
        if not held:
            return
        if not _BARE.fullmatch(held):
            self.counters.noise_bytes += len(held)
            return
        frames = [held[i : i + _BARE_FRAME] for i in range(0, len(held), _BARE_FRAME)]
        if all(_sum_is_right(f[:10], f[10:]) and f[:10].decode() not in _SENSELESS for f in frames):
            self.counters.frames += len(frames)
            found.extend(frame[:10].decode() for frame in frames)
        else:
            self.counters.bad_frames += len(frames)


def checksum(number: str) -> str:
    """Give the two hex digits that follow a number: the XOR of its five bytes (`62E3086CED` -> `08`)."""
    total = 0
    for byte in bytes.fromhex(number):
        total ^= byte
    return f"{total:02X}"


def _sum_is_right(number: bytes, given: bytes) -> bool:
    return checksum(number.decode()) == given.decode()
