"""QR and bar code scanners that send text (GM65, Newland, Honeywell): a code shown becomes one event."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final, Unpack

from hardware.events import CodeScanned
from hardware.health import Finding, Health
from hardware.port_service import PortService
from hardware.readers.cards import Presence
from hardware.readers.code_lines import CodeParser
from hardware.readers.counters import Soundness
from hardware.readers.lines import Ends
from hardware.service import ServiceOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.events import Emit
    from hardware.transport import Port, Trace

HOLDOFF_S: Final = 2.0
"""Scanners that are always on send a code up to twice a second for as long as they see it."""
_GAP_S: Final = 0.1
"""100 bytes long at 9600 baud, and longer than any USB adapter holds a byte back."""
_UNENDED_IN_A_ROW: Final = 3


class LineScanner(PortService):
    """The scanner at a serial port.

    Args:
        name: name of the device in events.
        port: see `hardware.transport.open_port`.
        emit: where events go.
        wanted: whether a code is meant for us. The text of any other, a payment code or somebody's health code, never
            leaves the driver.
        prefix: what the scanner is set to send before each code.
        ends: what ends a code.
        holdoff_s: how long the same code must not have been seen to count anew.
        baudrate: bits per second.
        trace: gets the traffic as lines of hex, the text masked.
        options: see `ServiceOptions`.

    Raises:
        ValueError: `ends` is neither `line` nor `gap`.
    """

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        wanted: Callable[[str], bool] = lambda _code: True,
        prefix: str = "",
        ends: str = Ends.LINE,
        holdoff_s: float = HOLDOFF_S,
        baudrate: int = 9600,
        trace: Trace | None = None,
        **options: Unpack[ServiceOptions],
    ) -> None:
        super().__init__(name, emit, **options)
        self._parser = CodeParser(wanted, prefix=prefix.encode(), ends=Ends(ends))
        self._sound = Soundness(name, self._parser.counters, "scanner")
        self._presence = Presence(holdoff_s, holdoff_s)
        self.listens_at(port, baudrate, _GAP_S, trace)

    def counters(self) -> dict[str, int]:
        """Count since it was made: `frames` that were good, `bad_frames`, `noise_bytes`, `other_codes`."""
        return asdict(self._parser.counters) | {"other_codes": self._parser.others}

    def findings(self) -> tuple[Finding, ...]:
        """Whether codes come through whole."""
        if self._parser.unended >= _UNENDED_IN_A_ROW:
            cure = 'Set the scanner to send CR after each code, or write ends = "gap" into the configuration.'
            return (Finding(f"{self.name}.frames", Health.WARN, "Codes come without an end, and are dropped.", cure),)
        never = "No code was scanned since the start."
        return (self._sound.finding("Codes are scanned.", never, "Hold a slip under the scanner."),)

    def heard(self, port: Port, data: bytes) -> None:
        """Find codes."""
        del port
        now = self._clock()
        self._presence.tick(now)
        good_before = self._parser.counters.frames
        for code in self._parser.feed(data) if data else self._parser.idle():
            _, new = self._presence.frame(code, now)
            if new:
                self.emit(CodeScanned(self.name, code))
        if self._parser.counters.frames > good_before:
            self._sound.heard_well()

    def forget(self) -> None:
        """Drop a line that has begun."""
        self._parser.forget()
