"""Finds the codes that a scanner sends as text: only those that are wanted, and nothing of any other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hardware.readers.counters import Counters
from hardware.readers.lines import Ends, LineSplitter

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 512
"""Bytes of a line. Our codes have less than 200; the largest QR code holds 2953 (ISO/IEC 18004)."""
SHORTEST: Final = 4
"""Bytes of a line; EAN-8 has eight."""
GS: Final = "\x1d"
"""Separates the fields of a GS1 code whose length varies, and stands before the first one (FNC1)."""
_AIM: Final = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
"""Which kind of code it was, as `]Q1` (ISO/IEC 15424); scanners put it in front when they are told to."""
_WRONG: Final = "\ufffd"
"""Stands for bytes that are no text."""
_MARK: Final = "\ufeff"
"""Some put it before text in UTF-8."""
_WIDE_SPACE: Final = "\u3000"


class CodeParser:
    """Codes in UTF-8 or GB18030, a line each.

    What comes before a code is taken off: STX, the scanner's own `prefix`, the symbology identifier, FNC1; ETX and
    spaces behind it too. Text that is valid in both encodings is read as UTF-8. A line that is no text, or too short
    for a code, counts as a bad frame. Such a line has no sum: whoever wants to be sure that no bit of it was turned
    over puts a check into the code, and asks for it in `wanted`.

    Holds at most 512 bytes whatever comes in.

    Args:
        wanted: whether a code is meant for us; of any other nothing is kept or given.
        prefix: what the scanner is set to send before each code; a line without it is a bad frame.
        ends: what ends a line.
    """

    def __init__(
        self, wanted: Callable[[str], bool] = lambda _code: True, *, prefix: bytes = b"", ends: Ends = Ends.LINE
    ) -> None:
        self.counters = Counters()
        self.others = 0
        """Codes that were not wanted."""
        self._wanted = wanted
        self._prefix = prefix
        self._lines = LineSplitter(self.counters, LONGEST, ends)

    @property
    def unended(self) -> int:
        """Lines in a row that a gap left unfinished."""
        return self._lines.unended

    def feed(self, data: bytes) -> list[str]:
        """Take bytes as they come; give the codes that are whole now."""
        return self._codes(self._lines.feed(data))

    def idle(self) -> list[str]:
        """Say that nothing came for a while."""
        return self._codes(self._lines.idle())

    def forget(self) -> None:
        """Drop a line that has begun."""
        self._lines.forget()

    def _codes(self, lines: list[bytes]) -> list[str]:
        found = []
        for line in lines:
            code = self._text(line) if len(line) >= SHORTEST else None
            if code is None:
                self.counters.bad_frames += 1
                continue
            self.counters.frames += 1
            if self._wanted(code):
                found.append(code)
            else:
                self.others += 1
        return found

    def _text(self, line: bytes) -> str | None:
        if not line.startswith(self._prefix):
            return None
        inside = line[len(self._prefix) :]
        if kind := _AIM.match(inside):
            inside = inside[kind.end() :]
        text = inside.decode("utf-8", "replace")  # a raised error for each line would cost more than the rest
        if _WRONG in text:
            text = inside.decode("gb18030", "replace")
        text = text.removeprefix(_MARK).removeprefix(GS).strip(" ")
        is_text = _WRONG not in text and text.replace(GS, "").replace(_WIDE_SPACE, "").isprintable()
        return text if text and is_text else None
