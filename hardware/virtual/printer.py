"""A thermal printer that is not there: it eats real ESC/POS, makes pictures of paper, and misbehaves on command."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from hardware.printers.profiles import Charset
from hardware.printers.raster_widths import WIDTH_80MM
from hardware.virtual.escpos_machine import FORGET, Machine
from hardware.virtual.pty_port import PtyPort

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

    from hardware.paper import Fonts

_READ: Final = 4096
_BUFFER: Final = 65536
"""Bytes that it holds while it cannot print; what comes then is lost, as on a line without flow control."""


class VirtualPrinter:
    """A printer on a pseudo terminal, switched on and with paper when made.

    Real-time commands (DLE EOT, DLE DC4 8) are obeyed the moment they come in; everything else waits its turn and,
    while there is no paper or the cover is open, stays in the printer's buffer: it comes out after the refill, as
    with a real one.

    Args:
        width: dots across the head.
        fonts: what its own letters look like; without any, text is garbage to it.
        charset: which Chinese letters it has.
        forgets: it knows DLE DC4 8. One that does not goes on after a refill where it stopped.
        tells_forgotten: it answers that with 37 25 00, as Epson's do.
    """

    def __init__(
        self,
        width: int = WIDTH_80MM,
        *,
        fonts: Fonts | None = None,
        charset: Charset = Charset.GB18030,
        forgets: bool = True,
        tells_forgotten: bool = False,
    ) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._machine = Machine(
            width, self._answer_in_order, fonts=fonts, charset=charset, on_automatic=self._set_automatic
        )
        self._forgets = forgets
        self._tells_forgotten = tells_forgotten
        self._automatic = False
        self._received = bytearray()
        self._buffer = bytearray()
        self._tail = b""
        self._mute = False
        self._paper_out = False
        self._paper_low = False
        self._cover_open = False
        self._cutter_stuck = False
        self._bytes_per_s: float | None = None
        self._unplug_at: int | None = None
        self._run_out_at: int | None = None
        self._noise_before = b""
        self._ended = threading.Event()
        self.port = PtyPort(self._take, self._read_limit)

    @property
    def path(self) -> str:
        """What the driver opens."""
        return self.port.path

    @property
    def received(self) -> bytes:
        """Every byte that came in since it was made."""
        with self._changed:
            return bytes(self._received)

    @property
    def slips(self) -> list[Image]:
        """Everything that was cut off, in order."""
        with self._changed:
            return list(self._machine.slips)

    @property
    def lines(self) -> list[str]:
        """The lines of text that were printed with its own letters, in order."""
        with self._changed:
            return list(self._machine.lines)

    @property
    def strays(self) -> bytes:
        """Bytes that were no command: garbage on real paper."""
        with self._changed:
            return bytes(self._machine.strays)

    def paper(self) -> Image:
        """Give the paper that stands out of the printer since the last cut."""
        with self._changed:
            return self._machine.paper()

    def wait_for_cut(self, timeout: float, count: int = 1) -> bool:
        """Wait until so many slips were cut off since it was made."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._machine.slips) >= count, timeout)

    def wait_for_bytes(self, count: int, timeout: float) -> bool:
        """Wait until so many bytes have come in since it was made."""
        return self.wait_for(lambda: len(self._received) >= count, timeout)

    def wait_for(self, come: Callable[[], bool], timeout: float) -> bool:
        """Wait until something is true of this printer; looked at whenever bytes came in."""
        with self._changed:
            return self._changed.wait_for(come, timeout)

    def mute(self, *, on: bool = True) -> None:
        """Print, but never answer, as with an unwired TX line."""
        self._mute = on

    def paper_out(self, *, on: bool = True, after: int | None = None) -> None:
        """Have no paper, at once or after so many more bytes; `on=False` is a refill."""
        with self._changed:
            self._run_out_at = None if after is None else len(self._received) + after
            self._paper_out = on and after is None
        self._tell_change()
        self._work()

    def paper_near_end(self, *, on: bool = True) -> None:
        """Have little paper."""
        self._paper_low = on
        self._tell_change()

    def cover_open(self, *, on: bool = True) -> None:
        """Stand open."""
        with self._changed:
            self._cover_open = on
        self._tell_change()
        self._work()

    def cutter_stuck(self, *, on: bool = True) -> None:
        """Have an error at the knife."""
        with self._changed:
            self._cutter_stuck = on
        self._tell_change()
        self._work()

    def noise(self, before_answers: bytes) -> None:
        """Say this before each answer, for instance an automatic status or line noise."""
        self._noise_before = before_answers

    def say(self, data: bytes) -> None:
        """Say something unasked."""
        self.port.send(data)

    def automatic_status(self) -> bytes:
        """Give the four bytes that GS a would send now."""
        with self._changed:
            first = 0x10 | (0x08 if self._offline else 0) | (0x20 if self._cover_open else 0)
            paper = (0x03 if self._paper_low else 0) | (0x0C if self._paper_out else 0)
            return bytes([first, 0x08 if self._cutter_stuck else 0, paper, 0x0F])

    def slow(self, bytes_per_s: float | None) -> None:
        """Take only so many bytes a second; None is full speed."""
        self._bytes_per_s = bytes_per_s

    def block(self, *, on: bool = True) -> None:
        """Take no bytes at all."""
        if on:
            self.port.hold()
        else:
            self.port.release()

    def unplug(self, *, after: int | None = None) -> None:
        """Pull the plug, now or after exactly so many more bytes. The printer keeps its power and its state."""
        if after is None:
            self.port.unplug()
        else:
            with self._changed:
                self._unplug_at = len(self._received) + after

    def replug(self) -> None:
        """Plug it in again at the same path."""
        with self._changed:
            self._unplug_at = None
        self.port.replug()

    def close(self) -> None:
        """Take it away for good."""
        self._ended.set()
        self.port.close()

    @property
    def _offline(self) -> bool:
        return self._paper_out or self._cover_open or self._cutter_stuck

    def _read_limit(self) -> int:
        stops = [at - len(self._received) for at in (self._unplug_at, self._run_out_at) if at is not None]
        speed = _READ if self._bytes_per_s is None else max(1, int(self._bytes_per_s / 50))
        return max(1, min(_READ, speed, *stops))

    def _take(self, data: bytes) -> None:
        if self._bytes_per_s is not None:
            self._ended.wait(len(data) / self._bytes_per_s)
        with self._changed:
            self._received += data
            if self._run_out_at is not None and len(self._received) >= self._run_out_at:
                self._run_out_at, self._paper_out = None, True
                self._tell_change()
            unplug = self._unplug_at is not None and len(self._received) >= self._unplug_at
            self._at_once(data)
        self._work()
        if unplug:
            self.port.unplug()

    def _at_once(self, data: bytes) -> None:
        """Obey real-time commands, wherever in the data they stand; a raster picture that holds one triggers it too."""
        for byte in data:
            self._buffer.append(byte)
            self._tail = (self._tail + bytes([byte]))[-len(FORGET) :]
            if self._tail == FORGET and self._forgets:
                self._buffer.clear()
                self._machine.forget()
                if self._tells_forgotten and not self._mute:
                    self.port.send(b"\x37\x25\x00")
            elif self._tail[-3:-1] == b"\x10\x04" and 1 <= byte <= 4:  # noqa: PLR2004 - DLE EOT 1 to 4
                self._answer(self._status_byte(byte))
        del self._buffer[_BUFFER:]

    def _work(self) -> None:
        """Print what is in the buffer, unless something is in the way."""
        with self._changed:
            if not self._offline:
                data, self._buffer = bytes(self._buffer), bytearray()
                self._machine.feed(data)
            self._changed.notify_all()

    def _status_byte(self, number: int) -> int:
        out = self._paper_out
        return (
            0x12
            | {
                1: 0x08 if self._offline else 0,
                2: (0x04 if self._cover_open else 0) | (0x20 if out else 0) | (0x40 if self._cutter_stuck else 0),
                3: 0x08 if self._cutter_stuck else 0,
                4: (0x0C if self._paper_low or out else 0) | (0x60 if out else 0),
            }[number]
        )

    def _set_automatic(self, kinds: int) -> None:
        self._automatic = bool(kinds)
        self._tell_change()

    def _tell_change(self) -> None:
        """Say unasked how it is, if that was asked for (GS a)."""
        if self._automatic and not self._mute:
            self.port.send(self.automatic_status())

    def _answer_in_order(self, number: int) -> None:
        if number in (1, 49):
            self._answer((0x03 if self._paper_low else 0) | (0x0C if self._paper_out else 0))

    def _answer(self, byte: int) -> None:
        if not self._mute:
            self.port.send(self._noise_before + bytes([byte]))
