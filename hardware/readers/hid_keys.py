"""Finds card numbers in what a reader types like a keyboard: whole lines of digits, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardware.keyboard import EV_KEY, EV_SYN, KEY_ENTER, PRESSED, SYN_DROPPED
from hardware.readers.counters import Counters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardware.keyboard import Key

SHORTEST: Final = 8
LONGEST: Final = 20
"""Digits of a number: eight decimal or hex ones to the twenty hex ones of the longest ISO 14443 number."""
_DIGITS: Final = {
    **dict(zip(range(2, 12), "1234567890", strict=True)),
    **dict(zip((71, 72, 73, 75, 76, 77, 79, 80, 81, 82), "7894561230", strict=True)),  # the keypad
    **dict(zip((30, 48, 46, 32, 18, 33), "ABCDEF", strict=True)),
}
"""From linux/input-event-codes.h."""
_ENDS: Final = frozenset({KEY_ENTER, 96})
_SILENT: Final = frozenset({42, 54, 69})
"""Shift and num lock: readers press them between digits."""


class HidParser:
    """Lines of 8 to 20 digits, decimal or hex, each ended by Enter.

    There is no sum in such a line: it counts only when nothing else was typed in it and nothing of it was lost.
    Holds at most 20 digits whatever is typed.
    """

    def __init__(self) -> None:
        self.counters = Counters()
        self._line = ""
        self._spoilt = False
        """Something else was typed, or too much: nothing counts until the line ends."""

    def feed(self, keys: Iterable[Key]) -> list[str]:
        """Take events as they come; give the numbers of the lines that ended, in capitals."""
        found: list[str] = []
        for kind, code, value in keys:
            if (kind, code) == (EV_SYN, SYN_DROPPED):
                self._spoilt = True
            elif kind == EV_KEY and value == PRESSED and code not in _SILENT:
                self._press(code, found)
        return found

    def idle(self) -> None:
        """Say that nothing was typed for a while: a line that has begun will not be finished."""
        if self._line or self._spoilt:
            self._end(bad=True)

    def _press(self, code: int, found: list[str]) -> None:
        digit = _DIGITS.get(code)
        if code in _ENDS:
            if self._spoilt or 0 < len(self._line) < SHORTEST:
                self._end(bad=True)
            elif self._line:
                found.append(self._line)
                self.counters.frames += 1
                self._end(bad=False)
        elif self._spoilt or digit is None or len(self._line) == LONGEST:
            self.counters.noise_bytes += len(self._line) + 1
            self._line, self._spoilt = "", True
        else:
            self._line += digit

    def _end(self, *, bad: bool) -> None:
        self.counters.bad_frames += bad
        self._line, self._spoilt = "", False
