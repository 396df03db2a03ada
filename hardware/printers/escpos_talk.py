"""A conversation with an ESC/POS printer: data out, questions out, answers in, each with its patience."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hardware.printers.escpos_status import AnswerSplitter, Kind, PrinterStatus, from_automatic, from_realtime

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.transport import Port

_ASK: Final = b"\x10\x04"
_ASK_IN_ORDER: Final = b"\x1dr\x01"
_IN_ORDER_NO_PAPER: Final = 0x0C
_LOOSE_END: Final = bytes(8)
"""Ends every command but a raster one, whose head it fills up with "no rows"; an idle printer ignores it."""
_BITS_PER_BYTE: Final = 10
"""On the wire, with start and stop bit."""
_LOOK_UP_S: Final = 0.05
"""How often a wait looks whether it is still wanted."""
_MUTE_PATIENCE_S: Final = 0.03
"""For a printer that has been mute: a slip is not kept waiting for an answer that never came before."""


class Talk:
    """One open printer. For its driver's thread only; raises what `Port` raises.

    Args:
        port: the open port.
        baudrate: bits per second; an answer cannot come before the question has left, behind all the data.
        patience_s: how long an answer may take after that.
        stopping: true when waiting must end.
        on_status: gets every status, asked for or not.
    """

    def __init__(
        self,
        port: Port,
        baudrate: int,
        patience_s: float,
        *,
        stopping: Callable[[], bool],
        on_status: Callable[[PrinterStatus], None],
    ) -> None:
        self._port = port
        self._baudrate = baudrate
        self._patience_s = patience_s
        self._stopping = stopping
        self._on_status = on_status
        self._splitter = AnswerSplitter()
        self._wire_free_at = 0.0
        self._in_order: int | None = None
        self._raw: bytes | None = None
        """The last four answers that came whole."""
        self.status: PrinterStatus | None = None
        """What it last said; None while it is mute."""

    def write(self, data: bytes) -> None:
        """Send data."""
        self._port.write(data)
        seconds = len(data) * _BITS_PER_BYTE / self._baudrate
        self._wire_free_at = max(time.monotonic(), self._wire_free_at) + seconds

    def look(self, hurried: Callable[[], bool] = lambda: False) -> str | None:
        """Ask how it is (DLE EOT 1 to 4); give the trouble it is in. The first unanswered question makes it mute.

        Args:
            hurried: asked while a printer that was mute before is waited for; true ends the wait.
        """
        self.overhear()
        was_mute = self.status is None
        raw = b""
        for number in range(1, 5):
            answer = self._asked(number, self._patience_s, lambda: was_mute and hurried())
            if answer is None:
                self.status = None
                return None
            raw += answer
        self._raw = raw
        self._note(from_realtime(raw))
        return self._trouble()

    def glance(self) -> str | None:
        """Ask what may have changed since it was well: is it offline, has it paper; all else only when that is so.

        Half as many answers to wait for before a slip. A printer that was mute gets little time to speak.
        """
        self.overhear()
        if self.status is None:
            answer = self._asked(1, min(_MUTE_PATIENCE_S, self._patience_s))
            return None if answer is None else self.look()
        if self._raw is None or self._trouble() is not None:
            return self.look()
        first = self._asked(1, self._patience_s)
        last = self._asked(4, self._patience_s) if first is not None else None
        if first is None or last is None:
            self.status = None
            return None
        status = from_realtime(first + self._raw[1:3] + last)
        if status.trouble() is not None:
            return self.look()
        self._note(status)
        return None

    def overhear(self) -> str | None:
        """Take note of what it said unasked; give the trouble it is in, if it said so now."""
        before = self.status
        self._sort(self._port.read_waiting(), None)
        return self._trouble() if self.status is not before else None

    def ask_in_order(self) -> None:
        """Ask a question that is answered only when everything sent before it is done."""
        self._in_order = None
        self.write(_ASK_IN_ORDER)

    def answered_in_order(self) -> bool | None:
        """Wait for that answer: True with paper, False without, None when it has not come."""
        if self._in_order is None:
            self._await(Kind.IN_ORDER, self._patience_s)
        return None if self._in_order is None else not self._in_order & _IN_ORDER_NO_PAPER

    def forget(self, order: bytes, *, answered: bool) -> None:
        """Make the printer drop what is in its buffers; one that answers that takes nothing before it has."""
        self.write(order)
        if answered and self.status is not None:
            self._await(Kind.FORGOTTEN, self._patience_s)

    def wire_busy_s(self) -> float:
        """Seconds until all that was written has left, at the speed of the wire."""
        return max(0.0, self._wire_free_at - time.monotonic())

    def take_back(self) -> None:
        """Drop what has not left this computer yet; the printer is left somewhere in the middle."""
        self._port.discard_output()
        self._wire_free_at = 0.0
        self.end_command()

    def end_command(self) -> None:
        """End the command that the printer may be in the middle of.

        To be said before anything is asked: in the head of a raster command, a question would be read as a size of
        hundreds of kilobytes, which the next slips would then fill.
        """
        self.write(_LOOSE_END)

    def _asked(self, number: int, patience_s: float, hurried: Callable[[], bool] = lambda: False) -> bytes | None:
        self.write(_ASK + bytes([number]))
        return self._await(Kind.REALTIME, patience_s, hurried)

    def _await(self, kind: Kind, patience_s: float, hurried: Callable[[], bool] = lambda: False) -> bytes | None:
        now = time.monotonic()
        deadline = max(now, self._wire_free_at) + patience_s
        while (left := deadline - now) > 0 and not self._stopping() and not hurried():
            found = self._sort(self._port.read(min(left, _LOOK_UP_S)), kind)
            if found is not None:
                return found
            now = time.monotonic()
        return None

    def _sort(self, data: bytes, kind: Kind | None) -> bytes | None:
        found = None
        for answer in self._splitter.feed(data):
            if answer.kind is Kind.AUTOMATIC:
                self._note(from_automatic(answer.raw))
            elif answer.kind is Kind.IN_ORDER:
                self._in_order = answer.raw[0]
            if answer.kind is kind:
                found = answer.raw
        return found

    def _note(self, status: PrinterStatus) -> None:
        self.status = status
        self._on_status(status)

    def _trouble(self) -> str | None:
        trouble = self.status.trouble() if self.status is not None else None
        return trouble[0] if trouble is not None else None
