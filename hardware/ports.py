"""The shapes behind which every reader, scanner, printer and modem looks the same, so that any of them can be swapped.

A driver's class is called as `Driver(name, port, emit, **options)`: the device's name in the configuration, its serial
port (see `hardware.transport.open_port`), where its events go, and by keyword whatever it alone needs (`key` for card
readers, `wanted` for scanners, `signals` for keys, `fonts` and `profile` for printers, `pin` and `folder` for modems).
All of them take `baudrate` and `trace`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardware.health import Finding
    from hardware.paper import Document


@runtime_checkable
class Device(Protocol):
    """Something at a port that lives on its own thread and speaks in events."""

    @property
    def at_serial_port(self) -> bool:
        """Its port is named as `hardware.transport.open_port` takes it."""

    @property
    def name(self) -> str:
        """Name in the configuration, in events and in findings (for instance `printer`)."""

    def start(self) -> None:
        """Begin to work. Returns at once; an absent device is no error, it is waited for."""

    def stop(self) -> None:
        """End within about a second, whatever the device is doing. Stopping twice is no error."""

    def nudge(self) -> None:
        """Look again now instead of after the present pause, from any thread: a port may have come or gone."""

    def health(self) -> tuple[Finding, ...]:
        """Tell how it is, from any thread, without waiting for the device."""


@runtime_checkable
class CardReader(Device, Protocol):
    """Emits `CardSeen` and `CardRemoved`."""

    def counters(self) -> Mapping[str, int]:
        """Count since the start: `frames` that were good, `bad_frames`, `noise_bytes`."""


@runtime_checkable
class Scanner(Device, Protocol):
    """Emits `CodeScanned`."""

    def counters(self) -> Mapping[str, int]:
        """Count since the start: `frames` that were good, `bad_frames`, `noise_bytes`."""


@runtime_checkable
class Keys(Device, Protocol):
    """Emits `KeyPressed`."""

    def counters(self) -> Mapping[str, int]:
        """Count since the start: `presses`."""


@runtime_checkable
class PresenceSensor(Device, Protocol):
    """Emits `Presence`."""

    def counters(self) -> Mapping[str, int]:
        """Count since the start: `visits`."""


@runtime_checkable
class Printer(Device, Protocol):
    """Emits one `PrintDone` per job id, and `PaperLow`, `PaperOut`, `PaperOk`."""

    def print(self, job_id: str, document: Document) -> None:
        """Put a job in line and return at once. A job id that was given before is dropped: an id prints once."""


@runtime_checkable
class Modem(Device, Protocol):
    """Emits one `SmsDone` per call of `send_sms`."""

    def send_sms(self, job_id: str, number: str, text: str) -> None:
        """Put a text message in line and return at once.

        A job id that the modem was given before, or may have been, is not sent again: it is answered with what became
        of it then. One that it never got may be tried again under the same id.

        Args:
            job_id: names the message; up to 100 visible ASCII characters, none of them personal.
            number: whom it is for, `+` and digits, or digits alone.
            text: in any language; what is too long for one message goes out as a row of them.
        """
