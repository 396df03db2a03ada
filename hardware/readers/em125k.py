"""Readers for 125 kHz cards (RDM6300, ID-12LA, EM-18): a card held up becomes one event within milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

from hardware.port_service import PortService
from hardware.readers.cards import CardOptions, CardService
from hardware.readers.em125k_frames import Em125kParser

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.transport import Port, Trace

_TICK_S: Final = 0.2
_GAP_S: Final = 0.05
"""A gap that ends a bare number: 50 bytes long at 9600 baud, so longer than any USB adapter's own."""


class Em125kReader(PortService, CardService):
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
        self.listens_at(port, baudrate, _GAP_S if bare else _TICK_S, trace)

    def heard(self, port: Port, data: bytes) -> None:
        """Find frames."""
        del port
        for number in self._parser.feed(data) if data else self._parser.idle():
            self.card_read(number)
        self.card_gone()

    def forget(self) -> None:
        """Drop a frame that has begun; a bare number that came whole has its sum and counts."""
        for number in self._parser.idle():
            self.card_read(number)


class Em18Reader(Em125kReader):
    """The EM-18 as it is sold: twelve digits and nothing around them.

    Takes what `Em125kReader` takes. Also reads whatever that reads: an EM-18 may be set to send whole frames.
    """

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        key: bytes,
        baudrate: int = 9600,
        trace: Trace | None = None,
        **options: Unpack[CardOptions],
    ) -> None:
        super().__init__(name, port, emit, key=key, bare=True, baudrate=baudrate, trace=trace, **options)
