"""Asks a PN532 one thing at a time: an answer that belongs to the question, or one fault that says what is wrong."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from hardware.faults import TemporaryFault
from hardware.readers.pn532_frames import ACK, NACK, TO_CHIP, TO_HOST, Frame, Kind, Pn532Parser, frame
from hardware.transport import trace_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.service import Clock
    from hardware.transport import Port, Trace

GET_FIRMWARE_VERSION: Final = 0x02
SET_PARAMETERS: Final = 0x12
SAM_CONFIGURATION: Final = 0x14
RF_CONFIGURATION: Final = 0x32
IN_LIST_PASSIVE_TARGET: Final = 0x4A

SLICE_S: Final = 0.05
"""How long one read waits at most; the port is opened with it."""
WAKE_UP: Final = bytes.fromhex("5555") + bytes(14)
"""Wakes the chip, and is 1.4 ms long at 115200 baud: it hears from about 1 ms on."""
_ACK_S: Final = 0.2
"""The chip takes 15 ms at most (UM0701-02, 6.2.1.3), a USB adapter up to 16 ms more, a busy one far longer."""
_ANSWER_S: Final = 0.5
_TRIES: Final = 2
_REPEATS: Final = 2
_SHOWN: Final = 2
"""Bytes of an answer that names a card which the trace may show: direction and code."""

_CURE: Final = (
    "Check that it is a PN532 set to HSU (both switches off), that TX and RX are crossed, its power and the baud rate."
)


class NoAnswer(TemporaryFault):
    """The chip does not answer, or only with what cannot be read."""


class NotUnderstood(TemporaryFault):
    """The chip answered that it does not know what it was asked."""


class Pn532Link:
    """The host's side of the conversation.

    Args:
        name: name of the device, for faults.
        port: opened with `SLICE_S`.
        parser: keeps its counters from port to port.
        clock: monotonic seconds.
        stopping: true once nobody waits for answers any more.
        trace: gets the traffic as lines of hex; of an answer that names a card, only its first two bytes.
    """

    def __init__(
        self,
        name: str,
        port: Port,
        parser: Pn532Parser,
        *,
        clock: Clock,
        stopping: Callable[[], bool],
        trace: Trace | None = None,
    ) -> None:
        self._name = name
        self._port = port
        self._parser = parser
        self._clock = clock
        self._stopping = stopping
        self._trace = trace
        self._came: deque[Frame] = deque()

    def wake(self) -> None:
        """Wake the chip up. What it does not need of this, it passes over."""
        self._write(WAKE_UP)

    def ask(self, code: int, data: bytes = b"", *, ack_s: float = _ACK_S) -> bytes:
        """Send a command and give what the answer holds behind its code.

        A command that is not heard is sent again once; a broken answer is asked for again twice. Every command used
        here may be sent twice without harm.

        Raises:
            NoAnswer: nothing, or nothing whole, within about a second.
            NotUnderstood: the chip refused it.
            Disconnected: the port is gone.
        """
        self._forget()
        heard = False
        for _ in range(_TRIES):
            broken_before = self._parser.counters.bad_frames
            self._write(frame(bytes([TO_CHIP, code]) + data))
            ends = self._clock() + ack_s
            while (got := self._next(ends)) is not None:
                heard = True
                if got.kind is Kind.ACK:
                    return self._answer(code, broken_before)
                if (answer := self._fitting(got, code)) is not None:
                    return answer  # its ACK was lost
        if heard:
            raise NoAnswer(f"{self._name}: the reader answers something else than it was asked", _CURE)
        raise NoAnswer(f"{self._name}: the reader does not answer", _CURE)

    def _answer(self, code: int, broken_before: int) -> bytes:
        for repeat in range(_REPEATS + 1):
            ends = self._clock() + _ANSWER_S
            while (got := self._next(ends, broken_before)) is not None:
                if (answer := self._fitting(got, code)) is not None:
                    return answer
            if self._parser.counters.bad_frames == broken_before or repeat == _REPEATS:
                break
            broken_before = self._parser.counters.bad_frames
            self._write(NACK)
        self._write(ACK)  # never mind: a late answer must not be taken for the next one's
        raise NoAnswer(f"{self._name}: the reader heard a command and did not answer it", _CURE)

    def _fitting(self, got: Frame, code: int) -> bytes | None:
        """Give the data of the answer to this command, None when it is none."""
        if got.kind is Kind.ERROR:
            raise NotUnderstood(f"{self._name}: the reader refused the command {code:02x}", _CURE)
        if got.kind is Kind.DATA and got.body[:2] == bytes([TO_HOST, code + 1]):
            return got.body[2:]
        return None

    def _next(self, ends: float, broken_before: int | None = None) -> Frame | None:
        """Give the next frame; None when the time is over, or when one came broken and the line fell silent."""
        while not self._came:
            left = ends - self._clock()
            if left <= 0 or self._stopping():
                return None
            data = self._port.read(min(left, SLICE_S))
            self._came.extend(self._parser.feed(data) if data else self._parser.idle())
            silent = not data and not self._came
            if silent and broken_before is not None and self._parser.counters.bad_frames > broken_before:
                return None
        got = self._came.popleft()
        self._tell(got)
        return got

    def _forget(self) -> None:
        """Pass over what came unasked, or too late."""
        self._came.extend(self._parser.feed(self._port.read_waiting()))
        self._came.extend(self._parser.idle())
        while self._came:
            self._tell(self._came.popleft())

    def _write(self, data: bytes) -> None:
        if self._trace is not None:
            self._trace(trace_line(">", data))
        self._port.write(data)

    def _tell(self, got: Frame) -> None:
        if self._trace is None:
            return
        if got.body[1:2] == bytes([IN_LIST_PASSIVE_TARGET + 1]):
            self._trace(f"{trace_line('<', got.body[:_SHOWN])} … {len(got.body)} bytes")
        else:
            self._trace(trace_line("<", got.body) if got.kind is Kind.DATA else f"< {got.kind}")
