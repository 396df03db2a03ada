"""Readers for 125 kHz cards (RDM6300, ID-12LA, EM-18): a card held up becomes one event within milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

from hardware.readers.cards import CardOptions, CardService
from hardware.readers.em125k_frames import Em125kParser
from hardware.transport import Port, open_port

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.transport import Trace

_TICK_S: Final = 0.2
_GAP_S: Final = 0.05
"""A gap that ends a bare number: 50 bytes long at 9600 baud, so longer than any USB adapter's own."""


class Em125kReader(CardService):
    """The card reader at a serial port.

    Args:
        name: name of the device in events.
        port: see `hardware.transport.open_port`.
        emit: where events go.
        key: secret with which numbers are hashed, at least 16 bytes (see `card_hash`).
        bare: it is an EM-18 that sends twelve digits and nothing around them.
        baudrate: bits per second.
        trace: gets the traffic as lines of hex, the numbers masked.
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
        bare: bool = False,
        baudrate: int = 9600,
        trace: Trace | None = None,
        **options: Unpack[CardOptions],
    ) -> None:
        self._parser = Em125kParser(bare=bare)
        super().__init__(name, emit, key=key, counted=self._parser.counters, **options)
        self._port_name = port
        self._baudrate = baudrate
        self._trace = trace
        self._tick_s = _GAP_S if bare else _TICK_S
        self._port: Port | None = None

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
                self.card_read(number)
            self.card_gone()

    def teardown(self) -> None:
        """Close the port; half a frame of before the fault is no part of one after it."""
        port, self._port = self._port, None
        if port is not None:
            port.close()
        for number in self._parser.idle():
            self.card_read(number)

    def interrupt(self) -> None:
        """Wake a blocked read."""
        port = self._port
        if port is not None:
            port.cancel()
