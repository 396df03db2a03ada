"""A code scanner that is not there: codes are shown by calling it, cleanly or as badly as you like."""

from __future__ import annotations

from typing import Final

from hardware.virtual.talker import Talker

_ENDS: Final = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "gap": b""}


class VirtualScanner(Talker):
    """A scanner on a pseudo terminal, plugged in when made; it sends CR after each code."""

    def __init__(self) -> None:
        super().__init__()
        self._before = b""
        self._end = _ENDS["cr"]
        self._encoding = "utf-8"

    def show(self, code: str, *, times: int = 1, split: bool = False, flip_bit: int | None = None) -> None:
        """Hold a code under it.

        Args:
            code: what stands in it.
            times: how often it is sent; a scanner that is always on sends it while it sees it.
            split: byte by byte.
            flip_bit: turn this bit over, 0 is the highest bit of the first byte.

        Raises:
            ValueError: the code cannot be written in the present encoding, or there is no such bit.
        """
        data = self._before + code.encode(self._encoding) + self._end
        self._say(data, times=times, split=split, flip_bit=flip_bit)

    def half(self, code: str) -> None:
        """Stop in the middle of a code.

        Raises:
            ValueError: the code cannot be written in the present encoding.
        """
        data = code.encode(self._encoding)
        self.port.send(self._before + data[: len(data) // 2])

    def ends_with(self, end: str) -> None:
        """Send cr, lf or crlf after each code, or nothing: gap.

        Raises:
            ValueError: it is none of these.
        """
        if end not in _ENDS:
            raise ValueError(f"{end!r} is no end: expected one of {', '.join(_ENDS)}")
        self._end = _ENDS[end]

    def begins_with(self, before: bytes) -> None:
        """Send these bytes before each code."""
        self._before = before

    def writes_in(self, encoding: str) -> None:
        """Write codes in utf-8 or gb18030.

        Raises:
            ValueError: there is no such encoding.
        """
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError(f"{encoding!r} is no encoding: expected utf-8 or gb18030") from None
        self._encoding = encoding
