"""The inside of a thermal printer: eats ESC/POS bytes as they come and gives the paper they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import Image

from hardware.printers.profiles import Charset
from hardware.printers.raster_widths import WIDTH_80MM
from hardware.virtual.escpos_line import LineBuffer
from hardware.virtual.escpos_qr import CodeMaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.paper import Fonts

_NUL, _EOT, _ENQ, _LF, _CR, _DLE, _DC4, _ESC, _FS, _GS = 0x00, 0x04, 0x05, 0x0A, 0x0D, 0x10, 0x14, 0x1B, 0x1C, 0x1D
_LINE_FEED: Final = 30
"""Dots of a line, 3.75 mm, as after a reset."""
_FIXED_LENGTHS: Final = {
    (_ESC, ord("@")): 2, (_ESC, ord("2")): 2, (_ESC, ord("3")): 3, (_ESC, ord("J")): 3, (_ESC, ord("d")): 3,
    (_ESC, ord("a")): 3, (_ESC, ord("!")): 3, (_ESC, ord("E")): 3, (_ESC, ord("t")): 3, (_ESC, ord("R")): 3,
    (_GS, ord("P")): 4, (_GS, ord("r")): 3, (_GS, ord("a")): 3, (_GS, ord("!")): 3, (_GS, ord("B")): 3,
    (_FS, ord("&")): 2, (_FS, ord(".")): 2, (_DLE, _EOT): 3, (_DLE, _ENQ): 3,
}  # fmt: skip
_FEED_TO_KNIFE: Final = (65, 66)
_SILENT: Final = {
    (_NUL, None), (_CR, None), (_ESC, ord("!")), (_ESC, ord("t")), (_ESC, ord("R")), (_GS, ord("P")),
    (_DLE, _EOT), (_DLE, _ENQ), (_DLE, _DC4),
}  # fmt: skip
"""Commands that put nothing on paper; those that begin with DLE were obeyed when they came in."""
_SETTINGS: Final = {
    (_ESC, ord("a")), (_ESC, ord("E")), (_GS, ord("!")), (_GS, ord("B")), (_FS, ord("&")), (_FS, ord(".")),
}  # fmt: skip
"""Of letters; a head without any ignores them."""
FORGET: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"


class Machine:
    """Head, roll and knife of one printer. Give it bytes in pieces of any size.

    Args:
        width: dots across the head.
        on_question: gets n of each GS r n when its turn comes.
        fonts: what its letters look like; None is a head without letters, for which all text is garbage.
        charset: which Chinese ones it has.
        on_automatic: gets n of each GS a n.
    """

    def __init__(
        self,
        width: int = WIDTH_80MM,
        on_question: Callable[[int], None] = lambda _n: None,
        *,
        fonts: Fonts | None = None,
        charset: Charset = Charset.GB18030,
        on_automatic: Callable[[int], None] = lambda _n: None,
    ) -> None:
        self.width = width
        self.slips: list[Image.Image] = []
        """Everything that was cut off, in order."""
        self.strays = bytearray()
        """Bytes that are no command this printer knows: on real paper they are garbage."""
        self.lines: list[str] = []
        """The lines of text that were printed, in order."""
        self.resets = 0
        self._on_question = on_question
        self._stride = (width + 7) // 8
        self._pending = bytearray()
        self._rows = bytearray()
        self._line_feed = _LINE_FEED
        self._line = LineBuffer(width, fonts, charset) if fonts is not None else None
        self._codes = CodeMaker()
        self._acts: dict[tuple[int, int | None], Callable[[bytes], None]] = {
            (_ESC, ord("@")): self._reset,
            (_ESC, ord("J")): lambda command: self._print_line(command[2]),
            (_ESC, ord("d")): lambda command: self._print_line(command[2] * self._line_feed),
            (_ESC, ord("2")): self._set_line_feed,
            (_ESC, ord("3")): self._set_line_feed,
            (_GS, ord("v")): self._raster,
            (_GS, ord("V")): self._cut,
            (_GS, ord("(")): self._code,
            (_GS, ord("r")): lambda command: self._on_question(command[2]),
            (_GS, ord("a")): lambda command: on_automatic(command[2]),
            (_LF, None): lambda _command: self._print_line(self._line_feed),
        }

    @property
    def in_command(self) -> bool:
        """The bytes so far end in the middle of a command."""
        return bool(self._pending)

    def feed(self, data: bytes) -> None:
        """Eat bytes."""
        self._pending += data
        at = 0
        while at < len(self._pending):
            length = self._length(at)
            if length is None:
                break
            self._do(bytes(self._pending[at : at + length]))
            at += length
        del self._pending[:at]

    def forget(self) -> None:
        """Drop a command that has not come whole, and a line that was not printed."""
        self._pending.clear()
        if self._line is not None:
            self._line.spans.clear()

    def paper(self) -> Image.Image:
        """Give the paper that stands out of the printer since the last cut; mode "1", at least one dot high."""
        rows = bytes(self._rows) or bytes(self._stride)
        picture = Image.frombytes("1", (self._stride * 8, len(rows) // self._stride), rows, "raw", "1;I")
        return picture.crop((0, 0, self.width, picture.height))

    def _length(self, at: int) -> int | None:
        """Give how long the command at this place is, None while it has not come whole."""
        have = len(self._pending) - at
        first = self._pending[at]
        if first not in (_ESC, _GS, _FS, _DLE):
            return 1 if self._line is None else self._line.length(bytes(self._pending[at : at + 2]))
        if have < 2:  # noqa: PLR2004 - the second byte says which command
            return None
        second = self._pending[at + 1]
        length = _FIXED_LENGTHS.get((first, second), 1)
        if (first, second) == (_DLE, _DC4):
            length = len(FORGET) if have < 3 or self._pending[at + 2] == FORGET[2] else 5  # noqa: PLR2004 - its third byte
        elif (first, second) == (_GS, ord("V")):
            if have < 3:  # noqa: PLR2004 - its third byte says whether a fourth comes
                return None
            length = 4 if self._pending[at + 2] in _FEED_TO_KNIFE else 3
        elif (first, second) == (_GS, ord("v")):
            if have < 8:  # noqa: PLR2004 - the head of a raster command
                return None
            across, high = self._raster_size(at)
            length = 8 + across * high
        elif (first, second) == (_GS, ord("(")):
            if have < 5:  # noqa: PLR2004 - the head of an extended command
                return None
            length = 5 + int.from_bytes(self._pending[at + 3 : at + 5], "little")
        return length if have >= length else None

    def _raster_size(self, at: int) -> tuple[int, int]:
        head = self._pending[at + 4 : at + 8]
        return int.from_bytes(head[:2], "little"), int.from_bytes(head[2:], "little")

    def _do(self, command: bytes) -> None:
        kind = (command[0], command[1] if len(command) > 1 else None)
        if kind in self._acts:
            self._acts[kind](command)
        elif kind in _SETTINGS:
            self._set(kind, command)
        elif command[0] >= ord(" ") and self._line is not None:
            self._letter(self._line, command)
        elif kind not in _SILENT:
            self.strays += command

    def _letter(self, line: LineBuffer, code: bytes) -> None:
        if line.full(code):
            self._print_line(self._line_feed)
        if not line.put(code) and not code.endswith(b"\0"):  # NUL ends a torn one, before a reset
            self.strays += code

    def _set(self, kind: tuple[int, int | None], command: bytes) -> None:
        line = self._line
        if line is None:
            return
        value = command[-1]
        match kind:
            case (0x1D, 0x21):
                line.wide, line.high = (value >> 4) + 1, (value & 0x0F) + 1
            case (0x1D, 0x42):
                line.inverted = bool(value & 1)
            case (0x1B, 0x45):
                line.bold = bool(value & 1)
            case (0x1B, 0x61) if not line.spans:  # in the middle of a line it is ignored
                line.align = value & 3
            case (0x1C, _):
                line.chinese = value == ord("&")

    def _reset(self, _command: bytes) -> None:
        self.resets += 1
        self._line_feed = _LINE_FEED
        self._codes.reset()
        if self._line is not None:
            self._line.reset()

    def _set_line_feed(self, command: bytes) -> None:
        self._line_feed = command[2] if len(command) > 2 else _LINE_FEED  # noqa: PLR2004 - ESC 3 n, or ESC 2

    def _print_line(self, dots: int) -> None:
        """Print what is in line and feed: at least as far as the letters are high."""
        line = self._line
        if line is not None and line.spans:
            self.lines.append(line.text)
            drawn = line.printed()
            self._stamp(drawn)
            dots -= drawn.height
        self._white(max(0, dots))

    def _stamp(self, picture: Image.Image) -> None:
        wide = Image.new("1", (self._stride * 8, picture.height), 1)
        wide.paste(picture, (0, 0))
        self._rows += wide.tobytes("raw", "1;I")

    def _raster(self, command: bytes) -> None:
        across, data = int.from_bytes(command[4:6], "little"), command[8:]
        wide, high = command[3] & 1, 2 if command[3] & 2 else 1
        if self._line is not None and self._line.spans:
            self.strays += command  # a picture in the middle of a line: on real paper anything may come of it
            return
        for at in range(0, len(data), max(1, across)):
            line = data[at : at + across]
            line = (_doubled(line) if wide else line)[: self._stride]
            self._rows += (line + bytes(self._stride - len(line))) * high

    def _code(self, command: bytes) -> None:
        if len(command) < 8 or command[2] != ord("k"):  # noqa: PLR2004 - one parameter at least
            self.strays += command
            return
        picture = self._codes.obey(command)
        if picture is not None:
            self._stamp(self._line.placed(picture) if self._line is not None else picture)

    def _white(self, dots: int) -> None:
        self._rows += bytes(self._stride * dots)

    def _cut(self, command: bytes) -> None:
        self._white(command[3] if len(command) > 3 else 0)  # noqa: PLR2004 - the form that feeds first
        self.slips.append(self.paper())
        self._rows.clear()


def _doubled(line: bytes) -> bytes:
    """Print each dot twice."""
    return int("".join(bit * 2 for byte in line for bit in f"{byte:08b}"), 2).to_bytes(2 * len(line), "big")


def decode(data: bytes, width: int = WIDTH_80MM, *, fonts: Fonts | None = None) -> list[Image.Image]:
    """Give the slips that a printer would make of these bytes, as pictures; uncut paper is the last of them."""
    machine = Machine(width, fonts=fonts)
    machine.feed(data)
    last = machine.paper()
    return [*machine.slips, last] if last.getextrema() == (0, 255) or last.height > 1 else list(machine.slips)
