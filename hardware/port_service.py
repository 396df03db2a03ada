"""The thread of a device that speaks by itself: what it says is handed on in pieces, and so is its silence."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING

from hardware.service import Service
from hardware.transport import Port, open_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.transport import Trace


class PortService(Service):
    """A service that listens at a serial port.

    A driver calls `listens_at` when it is made, and writes `heard` and `forget`.
    """

    _port: Port | None = None
    _open: Callable[[], Port]
    _tick_s: float

    def listens_at(self, port: str, baudrate: int, tick_s: float, trace: Trace | None) -> None:
        """Say where to listen.

        Args:
            port: see `hardware.transport.open_port`.
            baudrate: bits per second.
            tick_s: how long nothing must come until that is told.
            trace: gets the traffic as lines of hex, what can be read in it masked.
        """
        self._tick_s = tick_s
        self._open = partial(open_port, port, baudrate, read_timeout_s=tick_s, trace=trace, masked=True)

    @abstractmethod
    def heard(self, port: Port, data: bytes) -> None:
        """Take what came, b"" when nothing did for `tick_s`."""

    @abstractmethod
    def forget(self) -> None:
        """The port is closed: half of something from before is no part of what comes later."""

    def opened(self, port: Port) -> None:
        """Look at how things are, before anybody is told that the device is up."""

    def setup(self) -> None:
        """Open the port."""
        self._port = self._open()
        self.opened(self._port)

    def run(self) -> None:
        """Listen until told to stop."""
        port = self._port
        while port is not None and not self.stopping:
            self.heard(port, port.read(self._tick_s))

    def teardown(self) -> None:
        """Close the port."""
        port, self._port = self._port, None
        if port is not None:
            port.close()
        self.forget()

    def interrupt(self) -> None:
        """Wake a blocked read."""
        port = self._port
        if port is not None:
            port.cancel()
