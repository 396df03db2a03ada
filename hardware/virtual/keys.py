"""Keys that are not there: on wires or behind a controller that sends bytes, pressed by calling them."""

from __future__ import annotations

import threading
from typing import Final

from hardware.inputs.signals import wire
from hardware.virtual.line_port import LinePort
from hardware.virtual.talker import Talker
from hardware.wires import Line

PRESS_S: Final = 0.12
"""A short press of a finger."""
_SPARK_S: Final = 0.002


class VirtualWires:
    """Contacts and a sensor on the wires of a serial port, plugged in when made, all of them open."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self.port = LinePort()

    @property
    def path(self) -> str:
        """What the driver opens."""
        return self.port.path

    def press(self, signal: str = "cts", *, seconds: float = PRESS_S) -> None:
        """Close the contact at cts, dsr, cd or ri for a moment; with ! before it, it rests closed: open it.

        Returns as long after it was let go.

        Raises:
            ValueError: it is no wire.
        """
        self.hold(signal)
        self._ended.wait(seconds)
        self.let_go(signal)
        self._ended.wait(seconds)

    def hold(self, signal: str = "cts") -> None:
        """Press and stay on it; for a sensor: come near.

        Raises:
            ValueError: it is no wire.
        """
        wanted = wire(signal)
        self.port.set(wanted.line, on=not wanted.rests_on)

    def let_go(self, signal: str = "cts") -> None:
        """Let go; for a sensor: go away.

        Raises:
            ValueError: it is no wire.
        """
        wanted = wire(signal)
        self.port.set(wanted.line, on=wanted.rests_on)

    def sparks(self, line: str = "cts", *, times: int = 20) -> None:
        """Close and open it so quickly that no finger can have done it.

        Raises:
            ValueError: it is no wire.
        """
        for _ in range(times):
            self.port.set(Line(line), on=True)
            self.port.set(Line(line), on=False)
            self._ended.wait(_SPARK_S)

    def noise(self, data: bytes) -> None:
        """Send bytes, which no contact does."""
        self.port.send(data)

    def unplug(self) -> None:
        """Pull the plug."""
        self.port.unplug()

    def replug(self) -> None:
        """Plug it in again at the same path."""
        self.port.replug()

    def close(self) -> None:
        """Take it away for good."""
        self._ended.set()
        self.port.unplug()


class VirtualKeys(Talker):
    """A controller on a pseudo terminal that sends a byte for each key, plugged in when made."""

    def press(self, byte: bytes, *, times: int = 1) -> None:
        """Send what a key sends when it goes down, so many times in a row, as a contact that bounces."""
        self._say(byte, times=times)

    def click(self, down: bytes, up: bytes, *, seconds: float = PRESS_S) -> None:
        """Send what a key sends when it goes down, and a moment later what it sends when it goes up."""
        self.port.send(down)
        self._ended.wait(seconds)
        self.port.send(up)

    def hangs(self, byte: bytes, *, times: int = 100, every_s: float = 0.033) -> None:
        """Send the byte again and again, as a controller does while a key is down."""
        for _ in range(times):
            self.port.send(byte)
            self._ended.wait(every_s)
