"""A presence sensor (infrared or radar) on a wire of a serial port: somebody comes near, nobody is there any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

from hardware.events import Presence
from hardware.health import Finding, Health
from hardware.inputs.signals import wire
from hardware.inputs.wire_keys import Settled
from hardware.port_service import PortService

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.service import ServiceOptions
    from hardware.transport import Port, Trace

LOOK_S: Final = 0.1
NEAR_S: Final = 0.2
"""The wire must be on for this long: two looks."""
AWAY_S: Final = 5.0
"""And off for this long: somebody who stands still is not seen in every second."""
STUCK_S: Final = 3600.0
"""On for an hour: it looks at a road or a fan, or its wire is broken."""


class PresenceSensor(PortService):
    """The sensor between a wire of the port and one that is always on.

    What it says when the port is opened is no news: first it must have seen nobody.

    Args:
        name: name of the device in events.
        port: see `hardware.transport.open_port`; one with modem lines, or `rfc2217://`.
        emit: where events go.
        signal: its wire (see `hardware.inputs.signals.wire`).
        near_s: how long it must see somebody until that is told.
        away_s: how long it must see nobody.
        stuck_s: somebody is there for this long: that is a warning.
        baudrate: for the shape of a driver only.
        trace: gets the bytes that come although none should.
        options: see `ServiceOptions`.

    Raises:
        ValueError: the signal is no wire.
    """

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        signal: str,
        near_s: float = NEAR_S,
        away_s: float = AWAY_S,
        stuck_s: float = STUCK_S,
        baudrate: int = 9600,
        trace: Trace | None = None,
        **options: Unpack[ServiceOptions],
    ) -> None:
        super().__init__(name, emit, **options)
        self._wire = wire(signal)
        self._near_s = near_s
        self._away_s = away_s
        self._stuck_s = stuck_s
        self._level = Settled()
        self._since: float | None = None
        """When somebody came who is there now."""
        self._told = False
        self._visits = 0
        self.listens_at(port, baudrate, LOOK_S, trace)

    def counters(self) -> dict[str, int]:
        """Count since it was made: `visits`, how often somebody came near."""
        return {"visits": self._visits}

    def findings(self) -> tuple[Finding, ...]:
        """Whether it sees somebody without a pause. One that saw nobody yet is UNKNOWN: it may not be wired at all."""
        about, since = f"{self.name}.sight", self._since
        if since is not None and self._clock() - since >= self._stuck_s:
            sentence = f"It sees somebody without a pause for {self._stuck_s / 60:.0f} minutes."
            cure = "Turn it away from the road and from fans, lower its range, and look at its cable."
            return (Finding(about, Health.WARN, sentence, cure),)
        if not self._visits:
            return (Finding(about, Health.UNKNOWN, "It saw nobody since the start.", "Walk up to the box once."),)
        return (Finding(about, Health.OK, "It sees who comes."),)

    def opened(self, port: Port) -> None:
        """Look whether it sees somebody already."""
        self._look(port)
        self._since = self._clock() if self._level.level else None

    def heard(self, port: Port, data: bytes) -> None:
        """Look at the wire; bytes are noise."""
        del data
        if not self._look(port):
            return
        near = bool(self._level.level)
        self._since = self._clock() if near else None
        self._visits += near
        if near or self._told:
            self.emit(Presence(self.name, near))
        self._told = near

    def _look(self, port: Port) -> bool:
        level = self._level
        level.settle_s = self._away_s if level.level else self._near_s
        return level.look(port.is_on(self._wire.line) != self._wire.rests_on, self._clock())

    def forget(self) -> None:
        """The port is closed: who is there is looked at anew."""
        self._level, self._since, self._told = Settled(), None, False
