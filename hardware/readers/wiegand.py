"""Wiegand readers behind a bridge that writes a line for each card: a card held up becomes one event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

from hardware.port_service import PortService
from hardware.readers.cards import CardOptions, CardService
from hardware.readers.lines import Ends
from hardware.readers.wiegand_lines import WiegandForm, WiegandParser

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.transport import Port, Trace

FORM: Final = "{hex24}"
"""What the bridges send that are sold most (WIE232-A and the like): six hex digits and CR at 9600 baud."""
_GAP_S: Final = 0.1


class WiegandReader(PortService, CardService):
    """The bridge at a serial port. It tells of a tap alone: the card counts as gone soon after.

    Args:
        name: name of the device in events.
        port: see `hardware.transport.open_port`.
        emit: where events go.
        key: secret with which numbers are hashed, at least 16 bytes (see `card_hash`).
        form: how the bridge writes a card (see `WiegandForm`).
        ends: what ends a line.
        baudrate: bits per second.
        trace: gets the traffic as lines of hex, the numbers masked.
        options: see `CardOptions`.

    Raises:
        ValueError: the key is too short, the form is none, or `ends` is neither `line` nor `gap`.
    """

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        key: bytes,
        form: str = FORM,
        ends: str = Ends.LINE,
        baudrate: int = 9600,
        trace: Trace | None = None,
        **options: Unpack[CardOptions],
    ) -> None:
        self._parser = WiegandParser(WiegandForm(form), ends=Ends(ends))
        super().__init__(name, emit, key=key, counted=self._parser.counters, **options)
        self.listens_at(port, baudrate, _GAP_S, trace)

    def heard(self, port: Port, data: bytes) -> None:
        """Find numbers."""
        del port
        for number in self._parser.feed(data) if data else self._parser.idle():
            self.card_read(number)
        self.card_gone()

    def forget(self) -> None:
        """Drop a line that has begun."""
        self._parser.forget()
