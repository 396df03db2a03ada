"""Lists the serial ports of this computer by names that last, with what probably hangs on each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hardware.transport import plugged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hardware.port_names import PortInfo

BY_PATH: Final = Path("/dev/serial/by-path")
BY_ID: Final = Path("/dev/serial/by-id")
TTYS: Final = Path("/sys/class/tty")

# Numbers from the USB ID database (linux-usb.org) and from the makers' manuals.
_ADAPTER: Final = "{chip}, a USB-serial adapter: a card reader, a slip printer or a modem behind it"
_KNOWN: Final[Mapping[tuple[int, int | None], str]] = {
    (0x1A86, 0x7523): _ADAPTER.format(chip="CH340"),
    (0x1A86, 0x5523): _ADAPTER.format(chip="CH341"),
    (0x1A86, 0x55D3): _ADAPTER.format(chip="CH343"),
    (0x1A86, 0x55D4): _ADAPTER.format(chip="CH9102"),
    (0x10C4, 0xEA60): _ADAPTER.format(chip="CP210x"),
    (0x0403, None): _ADAPTER.format(chip="FTDI"),
    (0x067B, None): _ADAPTER.format(chip="PL2303"),
    (0x04B8, None): "an Epson slip printer",
    (0x0519, None): "a Star slip printer",
    (0x0416, 0x5011): "a slip printer of the Xprinter or Goojprt class",
    (0x0483, 0x5740): "a scanner, slip printer or PN532 board with an STM32",
    (0x1EAB, None): "a Newland scanner",
    (0x0C2E, None): "a Honeywell scanner",
    (0x05E0, None): "a Zebra scanner",
    (0x05F9, None): "a Datalogic scanner",
    (0x12D1, None): "a Huawei modem: the port for commands is one of several",
    (0x19D2, None): "a ZTE modem: the port for commands is one of several",
    (0x1E0E, None): "a SIMCom modem: the port for commands is one of several",
    (0x2C7C, None): "a Quectel modem: the port for commands is one of several",
    (0x2341, None): "an Arduino: a button or a sensor",
    (0x2E8A, None): "a Raspberry Pi Pico: a button or a sensor",
    (0x303A, None): "an ESP32: a button or a sensor",
}
"""By vendor and product; None stands for every product of that vendor that is not named."""
_LAYERS: Final = {"port", "ctrl"}
_NOT_OURS: Final = {
    "ttyAMA10": "the debug connector of a Raspberry Pi 5, not for devices",
    "ttyS0": "a port of the board itself; look whether a login console is on it",
    "ttyAMA0": "a port of the board itself; look whether a login console is on it",
    "ttyAMA1": "a port of the board itself, perhaps its Bluetooth",
}


def ports(by_path: Path = BY_PATH, by_id: Path = BY_ID, ttys: Path = TTYS) -> tuple[PortInfo, ...]:
    """Give the serial ports of this computer with their lasting names and drivers, in order of their paths."""
    return joined(plugged(), _links(by_path), _links(by_id), ttys)


def joined(
    found: Iterable[PortInfo], by_path: Mapping[str, str], by_id: Mapping[str, str], ttys: Path = TTYS
) -> tuple[PortInfo, ...]:
    """Add to each port its lasting names, given as device -> link, and the driver that `ttys` tells."""
    named = (
        replace(
            port,
            by_path=by_path.get(port.path, ""),
            by_id=by_id.get(port.path, ""),
            driver=_driver(ttys, Path(port.path).name),
        )
        for port in found
    )
    return tuple(sorted(named, key=lambda port: port.path))


def probably(port: PortInfo) -> str:
    """Say what a port probably is, by the numbers of its USB device and by its name; never a promise."""
    words = f"{port.maker} {port.product}".strip()
    if port.vid is None:
        return _NOT_OURS.get(Path(port.path).name, "a port of the board itself")
    known = _KNOWN.get((port.vid, port.pid)) or _KNOWN.get((port.vid, None))
    return known or (f'a USB device that calls itself "{words}"' if words else "a USB device that we do not know")


def _links(folder: Path) -> dict[str, str]:
    """Give which link of a folder leads to which device; where several do, the first in order."""
    try:
        links = sorted(folder.iterdir(), reverse=True)
    except OSError:
        return {}
    return {str(link.resolve()): str(link) for link in links}


def _driver(ttys: Path, name: str) -> str:
    """Name the driver behind a port, past the two layers that newer kernels put above it for every port alike."""
    device = (ttys / name / "device").resolve()
    while (device / "driver").exists():
        found = (device / "driver").resolve().name
        if found not in _LAYERS:
            return found
        device = device.parent
    return ""
