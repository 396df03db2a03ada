"""Readers for 125 kHz cards (RDM6300, ID-12LA, EM-18): a card held up becomes one event within milliseconds."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from hardware.events import CardRemoved, CardSeen
from hardware.health import Finding, Health
from hardware.readers.cards import HOLDOFF_S, REMOVAL_S, Presence, card_hash
from hardware.readers.em125k_frames import Em125kParser
from hardware.service import Service
from hardware.transport import Port, open_port

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.service import Backoff, Clock, Wait
    from hardware.transport import Trace

_TICK_S: Final = 0.2
_GAP_S: Final = 0.05
"""A gap that ends a bare number: 50 bytes long at 9600 baud, so longer than any USB adapter's own."""
_BAD_IN_A_ROW: Final = 20
"""Broken frames without a good one between them: not a card held badly, but a cable or a baud rate."""


class Em125kReader(Service):
    """The card reader at a serial port.

    Args:
        name: name of the device in events.
        port: see `hardware.transport.open_port`.
        emit: where events go.
        key: secret with which numbers are hashed, at least 16 bytes (see `card_hash`).
        bare: it is an EM-18 that sends twelve digits and nothing around them.
        baudrate: bits per second.
        holdoff_s: how soon the same card may count as a new tap.
        removal_s: how long without a frame until a card counts as gone.
        trace: gets the traffic as lines of hex, the numbers masked.
        backoff: pauses between tries.
        clock: monotonic seconds.
        wait: waits on an event.

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
        bare: bool = False,
        baudrate: int = 9600,
        holdoff_s: float = HOLDOFF_S,
        removal_s: float = REMOVAL_S,
        trace: Trace | None = None,
        backoff: Backoff | None = None,
        clock: Clock | None = None,
        wait: Wait | None = None,
    ) -> None:
        super().__init__(name, emit, backoff=backoff, clock=clock, wait=wait)
        card_hash(key, "")
        self._key = key
        self._port_name = port
        self._baudrate = baudrate
        self._trace = trace
        self._tick_s = _GAP_S if bare else _TICK_S
        self._parser = Em125kParser(bare=bare)
        self._presence = Presence(holdoff_s, removal_s)
        self._port: Port | None = None
        self._bad_before = 0

    def counters(self) -> dict[str, int]:
        """Count since it was made: `frames` that were good, `bad_frames`, `noise_bytes`."""
        return asdict(self._parser.counters)

    def setup(self) -> None:
        """Open the port."""
        self._port = open_port(
            self._port_name, self._baudrate, read_timeout_s=self._tick_s, trace=self._trace, masked=True
        )

    def run(self) -> None:
        """Read until told to stop."""
        port = self._port
        while port is not None and not self.stopping:
            data = port.read(self._tick_s)
            numbers = self._parser.feed(data) if data else self._parser.idle()
            for number in numbers:
                self._seen(number)
            gone = self._presence.tick(self._clock())
            if gone is not None:
                self.emit(CardRemoved(self.name, gone))

    def teardown(self) -> None:
        """Close the port; half a frame of before the fault is no part of one after it."""
        port, self._port = self._port, None
        if port is not None:
            port.close()
        for number in self._parser.idle():
            self._seen(number)

    def interrupt(self) -> None:
        """Wake a blocked read."""
        port = self._port
        if port is not None:
            port.cancel()

    def findings(self) -> tuple[Finding, ...]:
        """Whether cards come through whole. A reader that nobody held a card to is UNKNOWN: it speaks only then."""
        counted = self._parser.counters
        if counted.bad_frames - self._bad_before >= _BAD_IN_A_ROW:
            cure = "Check its cable, its ground and the baud rate; keep it away from power supplies."
            return (Finding(f"{self.name}.frames", Health.WARN, "The reader's data come in broken.", cure),)
        if not counted.frames:
            return (Finding(f"{self.name}.frames", Health.UNKNOWN, "No card was read since the start.", "Tap a card."),)
        return (Finding(f"{self.name}.frames", Health.OK, "Cards are read."),)

    def _seen(self, number: str) -> None:
        self._bad_before = self._parser.counters.bad_frames
        hashed = card_hash(self._key, number)
        removed, new = self._presence.frame(hashed, self._clock())
        if removed is not None:
            self.emit(CardRemoved(self.name, removed))
        if new:
            self.emit(CardSeen(self.name, hashed))
