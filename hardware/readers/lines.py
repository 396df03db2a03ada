"""Cuts any stream of bytes into lines, however they end: no exception, no endless line, no growth."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hardware.readers.counters import Counters

_END: Final = re.compile(rb"[\r\n]+")
_STX: Final = b"\x02"
_ETX: Final = b"\x03"


class Ends(StrEnum):
    """What ends a line. CR, LF and CR LF always do."""

    LINE = "line"
    """Nothing else: what a gap leaves unfinished is dropped, so half a line is never taken for a whole one."""
    GAP = "gap"
    """A gap too, for devices that send nothing behind their text."""


class LineSplitter:
    """Lines without their ends and without STX and ETX around them; empty ones are passed over.

    Holds at most `longest` bytes whatever comes in. A longer line is dropped to its end.

    Args:
        counters: `bad_frames` counts lines that were too long or not finished; `noise_bytes` what was thrown away.
        longest: bytes of the longest line.
        ends: what ends a line.
    """

    def __init__(self, counters: Counters, longest: int, ends: Ends = Ends.LINE) -> None:
        self._counters = counters
        self._longest = longest
        self._gap_ends = ends is Ends.GAP
        self._held = bytearray()
        self._too_long = False
        self.unended = 0
        """Lines in a row that a gap left unfinished."""

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes as they come; give the lines that are whole now."""
        found: list[bytes] = []
        *ended, rest = _END.split(data)
        for piece in ended:
            if self._held or self._too_long or len(piece) > self._longest:
                self._hold(piece)
                self._end(found)
            elif line := piece.removeprefix(_STX).removesuffix(_ETX):
                self.unended = 0
                found.append(line)
        self._hold(rest)
        return found

    def idle(self) -> list[bytes]:
        """Say that nothing came for a while."""
        found: list[bytes] = []
        if self._gap_ends:
            self._end(found)
        elif self._held or self._too_long:
            self.unended += 1
            self.forget()
        return found

    def forget(self) -> None:
        """Drop a line that has begun."""
        if self._held or self._too_long:
            self._counters.bad_frames += 1
            self._counters.noise_bytes += len(self._held)
        self._held.clear()
        self._too_long = False

    def _hold(self, piece: bytes) -> None:
        if self._too_long:
            self._counters.noise_bytes += len(piece)
        elif len(self._held) + len(piece) > self._longest:
            self._counters.noise_bytes += len(self._held) + len(piece)
            self._held.clear()
            self._too_long = True
        else:
            self._held += piece

    def _end(self, found: list[bytes]) -> None:
        if self._too_long:
            self.forget()
        elif self._held:
            self.unended = 0
            if line := bytes(self._held).removeprefix(_STX).removesuffix(_ETX):
                found.append(line)
            self._held.clear()
