"""Readers for Chinese resident ID cards: a card held up becomes one event with a keyed hash, and no more is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

from hardware.faults import TemporaryFault
from hardware.health import Finding, Health
from hardware.readers.cards import CardOptions, CardService
from hardware.readers.resident_id_frames import (
    BROKEN,
    DONE,
    FIND,
    FOUND,
    READ,
    SELECT,
    STATUS,
    Answer,
    ResidentIdParser,
    frame,
)
from hardware.transport import Port, open_port, trace_line

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.transport import Trace

POLL_S: Final = 0.3
"""Between two looks for a card, as the makers' own programs do it."""
_SLICE_S: Final = 0.05
_ANSWER_S: Final = 1.5
"""Looking for a card takes the module up to half a second."""
_READ_S: Final = 3.0
"""Reading one takes it about a second, and the line 0.11 s at 115200 baud, 1.4 s at 9600."""
_LOST_IN_A_ROW: Final = 3
"""Questions without an answer until the reader counts as broken."""
_CURE: Final = "Check its power, that TX and RX are crossed, and the baud rate; a reader may be set to 9600."


class NoAnswer(TemporaryFault):
    """The reader does not answer, or only with what cannot be read."""


class ResidentIdReader(CardService):
    """The reader at a serial port.

    Of what a card tells, only the number is taken out, and hashed at once; name, address and photograph are neither
    held nor traced. A card is read once: it must be taken away and held up again to be read anew, so it counts as gone
    soon after.

    Args:
        name: name of the device in events.
        port: see `hardware.transport.open_port`.
        emit: where events go.
        key: secret with which numbers are hashed, at least 16 bytes (see `card_hash`).
        baudrate: bits per second.
        poll_s: pause between two looks.
        trace: gets what is asked as lines of hex, of the answers only state and size.
        options: see `CardOptions`.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        key: bytes,
        baudrate: int = 115200,
        poll_s: float = POLL_S,
        trace: Trace | None = None,
        **options: Unpack[CardOptions],
    ) -> None:
        self._parser = ResidentIdParser()
        super().__init__(name, emit, key=key, counted=self._parser.counters, **options)
        self._port_name = port
        self._baudrate = baudrate
        self._poll_s = poll_s
        self._trace = trace
        self._port: Port | None = None
        self._unread = 0

    def counters(self) -> dict[str, int]:
        """Count since it was made: `frames` that were good, `bad_frames`, `noise_bytes`, `unread_cards`."""
        return super().counters() | {"unread_cards": self._unread}

    def findings(self) -> tuple[Finding, ...]:
        """Whether frames come through whole; this reader is asked all the time, card or no card."""
        first = super().findings()[0]
        if first.health is Health.WARN:
            return (first,)
        return (Finding(first.id, Health.OK, "The reader answers."),)

    def setup(self) -> None:
        """Open the port and ask the module whether it is well."""
        self._port = open_port(self._port_name, self._baudrate, read_timeout_s=_SLICE_S)
        state = self._ask(self._port, STATUS).state
        if state != DONE:
            raise self._broken(state)

    def run(self) -> None:
        """Look for cards until told to stop."""
        port, lost = self._port, 0
        while port is not None and not self.stopping:
            try:
                self._look(port)
                lost = 0
            except NoAnswer:
                lost += 1
                if lost == _LOST_IN_A_ROW:
                    raise
            self.card_gone()
            self.pause(self._poll_s)

    def teardown(self) -> None:
        """Close the port; half an answer of before the fault is no part of one after it."""
        port, self._port = self._port, None
        if port is not None:
            port.close()
        self._parser.idle()

    def interrupt(self) -> None:
        """Wake a blocked read."""
        port = self._port
        if port is not None:
            port.cancel()

    def _look(self, port: Port) -> None:
        if self._ask(port, FIND).state != FOUND:
            return
        read = self._ask(port, READ, _READ_S) if self._ask(port, SELECT).state == DONE else None
        if read is not None and read.number:
            self.card_read(read.number)
        else:
            self._unread += 1  # taken away too soon, or not such a card

    def _ask(self, port: Port, command: bytes, patience_s: float = _ANSWER_S) -> Answer:
        """Give the answer to a command.

        Raises:
            NoAnswer: nothing whole came in time.
            TemporaryFault: the module says that it is broken.
            Disconnected: the port is gone.
        """
        self._parser.feed(port.read_waiting())  # what came too late belongs to no question any more
        self._parser.idle()
        asked = frame(command)
        self._tell(trace_line(">", asked))
        port.write(asked)
        ends, bad_before = self._clock() + patience_s, self._parser.counters.bad_frames
        while (left := ends - self._clock()) > 0 and not self.stopping:
            data = port.read(min(left, _SLICE_S))
            if not data and self._parser.counters.bad_frames > bad_before:
                break  # it came, and came broken
            for answer in self._parser.feed(data):
                self._tell(f"< {answer.state:02x} … {answer.size} bytes")
                if answer.state in BROKEN:
                    raise self._broken(answer.state)
                self.heard_well()
                return answer
        raise NoAnswer(f"{self.name}: the reader does not answer", _CURE)

    def _broken(self, state: int) -> TemporaryFault:
        return TemporaryFault(
            f"{self.name}: the reader's security module does not work (state {state:02x})",
            "Switch it off and on; if this comes back, have the reader exchanged.",
        )

    def _tell(self, line: str) -> None:
        if self._trace is not None:
            self._trace(line)
