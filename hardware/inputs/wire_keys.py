"""A button or up to four keys on the wires of a serial port (CTS, DSR, CD, RI): no controller, no protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Unpack

from hardware.inputs.keys import AGAIN_S, STUCK_S, KeyService
from hardware.inputs.signals import wires

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hardware.events import Emit, Key
    from hardware.service import ServiceOptions
    from hardware.transport import Port, Trace

LOOK_S: Final = 0.02
"""Between two looks. A short press lasts 50 ms; 50 looks a second cost 0.3 % of one core."""
SETTLE_S: Final = 0.015
"""A level that holds for this long counts: two looks, so that a spark is no press."""


@dataclass(slots=True)
class Settled:
    """A level that does not follow every spark. Times are seconds of any growing clock."""

    settle_s: float = SETTLE_S
    level: bool | None = None
    """None before the first look."""
    _other_since: float | None = None

    def look(self, raw: bool, now: float) -> bool:
        """Take what is seen; True when the level has changed by it. The first look settles it and is no change."""
        if self.level is None:
            self.level = raw
        if raw == self.level:
            self._other_since = None
        elif self._other_since is None:
            self._other_since = now
        elif now - self._other_since >= self.settle_s:
            self.level, self._other_since = raw, None
            return True
        return False


class WireKeys(KeyService):
    """Keys between a wire of the port and one that is always on, its RTS or DTR.

    A key that is down when the port is opened is no press: it must be let go first.

    Args:
        name: name of the device in events.
        port: see `hardware.transport.open_port`; one with modem lines, or `rfc2217://`.
        emit: where events go.
        signals: the wire of each key (see `hardware.inputs.signals.wire`).
        again_s, stuck_s: see `KeyService`.
        baudrate: for the shape of a driver only.
        trace: gets the bytes that come although none should.
        options: see `ServiceOptions`.

    Raises:
        ValueError: a signal is no wire, or two are the same.
    """

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        signals: Mapping[Key, str],
        again_s: float = AGAIN_S,
        stuck_s: float = STUCK_S,
        baudrate: int = 9600,
        trace: Trace | None = None,
        **options: Unpack[ServiceOptions],
    ) -> None:
        self._wires = wires(signals)
        super().__init__(name, emit, self._wires, again_s=again_s, stuck_s=stuck_s, **options)
        self._levels = {key: Settled() for key in self._wires}
        self.listens_at(port, baudrate, LOOK_S, trace)

    def opened(self, port: Port) -> None:
        """Look which keys are down already."""
        for key, level in self._look(port):
            if level.level:
                self.is_down_already(key)

    def heard(self, port: Port, data: bytes) -> None:
        """Look at the wires; bytes are noise."""
        del data
        for key, level in self._look(port):
            if level.level:
                self.goes_down(key)
            else:
                self.goes_up(key)

    def _look(self, port: Port) -> Iterator[tuple[Key, Settled]]:
        for key, wire in self._wires.items():
            self._levels[key].look(port.is_on(wire.line) != wire.rests_on, self._clock())
            yield key, self._levels[key]

    def forget(self) -> None:
        """The port is closed: what was down is looked at anew."""
        super().forget()
        self._levels = {key: Settled() for key in self._wires}
