"""Which port a configured name stands for, decided from a list of ports alone: the same list, the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from hardware.faults import PortMisnamed, PortUnavailable, Trouble

URL: Final = re.compile(r"(socket|rfc2217|loop|hwgrep|spy|alt|cp2110)://")
"""What pyserial opens by itself."""
_USB: Final = re.compile(r"usb:([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?", re.IGNORECASE)
_SERIAL: Final = "serial:"


@dataclass(frozen=True, slots=True)
class PortInfo:
    """A serial port that this computer has now."""

    path: str
    """Its device, as `/dev/ttyUSB0`: may be another one after each plug."""
    vid: int | None = None
    pid: int | None = None
    """Vendor and product of the USB device; None for a port that is none."""
    serial_number: str = ""
    """Of the USB device; cheap adapters have none."""
    maker: str = ""
    product: str = ""
    driver: str = ""
    """The kernel's, as `ch341`."""
    by_path: str = ""
    """Its name by the socket that it is plugged into: the same after each plug and restart."""
    by_id: str = ""

    @property
    def usb(self) -> str:
        """`usb:VID:PID`, which may stand for several ports; "" for a port that is no USB device."""
        return "" if self.vid is None or self.pid is None else f"usb:{self.vid:04x}:{self.pid:04x}"

    @property
    def name(self) -> str:
        """What to write into a configuration: by its socket where the system tells that, else its path."""
        return self.by_path or self.path


def resolve(name: str, ports: Callable[[], Iterable[PortInfo]]) -> str:
    """Give the path or URL that a configured name stands for.

    Args:
        name: a path, a URL, `usb:VID:PID` in hex, `usb:VID:PID:NUMBER` or `serial:NUMBER` with the serial number of
            the USB device.
        ports: gives what is plugged in; asked only for the last three.

    Raises:
        PortMisnamed: it can never be a port.
        PortUnavailable: it fits no port, or several.
    """
    if not name.strip():
        raise PortMisnamed(
            "The name of the port is empty: expected a path, a URL or usb:VID:PID", "Write it into the configuration."
        )
    fits = _described(name)
    if fits is None:
        return name
    found = sorted((port for port in ports() if fits(port)), key=lambda port: port.path)
    if not found:
        raise PortUnavailable(
            Trouble.MISSING, f"{name}: no such USB device is plugged in", "Plug it in; compare the name with `lsusb`."
        )
    if len(found) > 1:
        raise PortUnavailable(
            Trouble.SEVERAL,
            f"{name}: {len(found)} devices have this name ({', '.join(port.path for port in found)})",
            f"Name the right one by its socket: {' or '.join(port.name for port in found)}."
            if all(port.by_path for port in found)
            else "Name the right one by its socket: its path in /dev/serial/by-path.",
        )
    return found[0].path


def _described(name: str) -> Callable[[PortInfo], bool] | None:
    """Tell which ports a description fits; None for a path or a URL, which is itself."""
    if name.lower().startswith(_SERIAL):
        number = name[len(_SERIAL) :]
        if not number.strip():
            raise PortMisnamed(f"{name}: expected serial:NUMBER", "Read it with `taxi-kiosk devices list`.")
        return lambda port: port.serial_number == number
    if name.lower().startswith("usb:"):
        match = _USB.fullmatch(name)
        if match is None:
            raise PortMisnamed(f"{name}: expected usb:VID:PID in hex, as in usb:1a86:7523", "Read both from `lsusb`.")
        ids, wanted = (int(match[1], 16), int(match[2], 16)), match[3]
        return lambda port: (port.vid, port.pid) == ids and wanted in {None, port.serial_number}
    if "://" in name and not URL.match(name):
        raise PortMisnamed(f"{name}: not a kind of port we know", "Use socket://host:port or rfc2217://host:port.")
    return None
