"""What can go wrong at a device, sorted by the one question that matters: does trying again help?"""

from __future__ import annotations

from enum import StrEnum


class DeviceFault(Exception):
    """Base of all faults: one sentence that says what and where, and its cure. Holds no personal data."""

    def __init__(self, sentence: str, cure: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.cure = cure


class TemporaryFault(DeviceFault):
    """It may be over in a moment: try again with growing pauses."""


class PermanentFault(DeviceFault):
    """Trying again cannot help before somebody changes the configuration."""


class Disconnected(TemporaryFault):
    """The port went away while it was open: unplugged, powered off, or closed under our hands."""


class WriteStalled(TemporaryFault):
    """The device took no more bytes for the write timeout. `sent` bytes of this write had gone out at least."""

    def __init__(self, sentence: str, cure: str = "", *, sent: int = 0) -> None:
        super().__init__(sentence, cure)
        self.sent = sent


class Trouble(StrEnum):
    """Why a port cannot be opened."""

    MISSING = "missing"
    BUSY = "busy"
    FORBIDDEN = "forbidden"
    SEVERAL = "several"
    """The name fits more than one port."""
    REFUSED = "refused"
    """There is something, and it does not let itself be opened as a serial port."""


class PortUnavailable(TemporaryFault):
    """The port cannot be opened now; `trouble` says which kind. It is tried again: somebody may plug it in."""

    def __init__(self, trouble: Trouble, sentence: str, cure: str) -> None:
        super().__init__(sentence, cure)
        self.trouble = trouble


class NoSuchLine(PermanentFault):
    """The port has no wire of this name, or cannot tell how it is."""

    def __init__(self, port: str, line: str) -> None:
        super().__init__(
            f"{port}: this port does not tell how its {line.upper()} wire is",
            "Take an adapter that has the wire, or a device that sends bytes.",
        )


class PortMisnamed(PermanentFault):
    """The configured name of a port can never be right."""
