"""Every virtual device by its name, each with the same plug to pull."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from hardware.virtual.keys import VirtualKeys, VirtualWires
from hardware.virtual.modem import VirtualModem
from hardware.virtual.pn532 import VirtualPn532
from hardware.virtual.printer import VirtualPrinter
from hardware.virtual.reader import VirtualReader
from hardware.virtual.resident_id import VirtualResidentId
from hardware.virtual.scanner import VirtualScanner
from hardware.virtual.wiegand import VirtualWiegand

if TYPE_CHECKING:
    from collections.abc import Mapping


class Virtual(Protocol):
    """A device that is not there, plugged in when made.

    Each public method of its class that gives nothing back is a command to whoever plays with it by hand (see
    `hardware.virtual.commands`): its docstring is the help.
    """

    @property
    def path(self) -> str:
        """What the driver opens."""

    def unplug(self) -> None:
        """Pull the plug."""

    def replug(self) -> None:
        """Plug it in again at the same path."""

    def close(self) -> None:
        """Take it away for good."""


KINDS: Final[Mapping[str, Callable[[], Virtual]]] = {
    "printer": VirtualPrinter,
    "reader": VirtualReader,
    "pn532": VirtualPn532,
    "resident_id": VirtualResidentId,
    "wiegand": VirtualWiegand,
    "scanner": VirtualScanner,
    "wires": VirtualWires,
    "keys": VirtualKeys,
    "modem": VirtualModem,
}
"""One line for each kind that there is."""
