"""The one user of evdev: a device that types, taken from everybody else, so that its keys never reach the screen."""

from __future__ import annotations

import errno
import importlib
import re
import select
from contextlib import closing
from typing import Any, Final

from hardware.faults import Disconnected, PermanentFault, PortMisnamed, PortUnavailable, Trouble
from hardware.port_owner import group_of, holders

Key = tuple[int, int, int]
"""Type, code and value of an event, as linux/input-event-codes.h numbers them."""
EV_SYN: Final = 0x00
SYN_DROPPED: Final = 0x03
"""The kernel had more events than it keeps, and threw some away."""
EV_KEY: Final = 0x01
PRESSED: Final = 1
KEY_ENTER: Final = 28
KEY_0: Final = 11
_USB: Final = re.compile(r"usb:([0-9a-f]{4}):([0-9a-f]{4})", re.IGNORECASE)


class Keyboard:
    """A device that types, and types for us alone until it is closed."""

    def __init__(self, name: str, device: Any) -> None:  # noqa: ANN401 - evdev may be absent, and its types with it
        self._name = name
        self._device = device

    def read(self, timeout_s: float) -> list[Key]:
        """Give what was typed, at most 64 events, as soon as there is any; nothing after `timeout_s`.

        Raises:
            Disconnected: the device is gone.
        """
        try:
            ready, _, _ = select.select([self._device.fd], [], [], timeout_s)
            if not ready:
                return []
            if keys := [(event.type, event.code, event.value) for event in self._device.read()]:
                return keys
            reason = "end of its events"
        except BlockingIOError:
            return []
        except (OSError, ValueError) as error:
            reason = type(error).__name__
        raise Disconnected(
            f"{self._name}: the device went away while in use ({reason})",
            "Plug it in again and check its cable; it is taken up again by itself.",
        )

    def close(self) -> None:
        """Give it back. Never raises."""
        try:
            self._device.close()
        except OSError:
            return


def open_keyboard(name: str) -> Keyboard:
    """Take a device that types for us alone.

    Args:
        name: `/dev/input/by-id/...`, `/dev/input/eventN`, or `usb:VID:PID` in hex.

    Raises:
        PortUnavailable: missing, held by another program, or not allowed; says which, with the cure.
        PortMisnamed: the name can never be such a device.
        PermanentFault: evdev is not installed.
    """
    library = _evdev(name)
    path = _resolve(name, library)
    try:
        device = library.InputDevice(path)
    except OSError as error:
        raise _unavailable(name, path, error) from None
    try:
        device.grab()
    except OSError as error:
        device.close()
        if error.errno != errno.EBUSY:
            raise _unavailable(name, path, error) from None
        who = ", ".join(map(str, holders(path))) or "another program"
        raise PortUnavailable(
            Trouble.BUSY, f"{name}: what is typed there goes to {who} already", "End that program, and try again."
        ) from None
    return Keyboard(name, device)


def _resolve(name: str, library: Any) -> str:  # noqa: ANN401 - as above
    """Give the path of the device; of the several that one USB device may show, the one that types digits."""
    match = _USB.fullmatch(name)
    if match is None:
        if not name.startswith("/"):
            raise PortMisnamed(
                f"{name}: no name of a device that types: expected /dev/input/by-id/... or usb:VID:PID",
                "Take the one that ends in -event-kbd.",
            )
        return name
    wanted = int(match[1], 16), int(match[2], 16)
    found = []
    for path in sorted(library.list_devices()):
        try:
            with closing(library.InputDevice(path)) as device:
                if (device.info.vendor, device.info.product) == wanted and _types_digits(device):
                    found.append(path)
        except OSError:
            continue
    if not found:
        raise PortUnavailable(
            Trouble.MISSING,
            f"{name}: no such device that types is plugged in, or this user may not open it",
            "Plug it in, compare the name with `lsusb`, and run `sudo usermod -aG input $USER` and log in again.",
        )
    if len(found) > 1:
        raise PortUnavailable(
            Trouble.SEVERAL,
            f"{name}: {len(found)} devices have this name ({', '.join(found)})",
            "Name the right one by its path in /dev/input/by-id or /dev/input/by-path.",
        )
    return str(found[0])


def _types_digits(device: Any) -> bool:  # noqa: ANN401 - as above
    return {KEY_0, KEY_ENTER} <= set(device.capabilities().get(EV_KEY, []))


def _unavailable(name: str, path: str, error: OSError) -> PortUnavailable:
    if error.errno in {errno.EACCES, errno.EPERM}:
        group = group_of(path) or "input"
        return PortUnavailable(
            Trouble.FORBIDDEN,
            f"{name}: this user may not read what is typed there; it belongs to the group {group}",
            f"Run `sudo usermod -aG {group} $USER` and log in again.",
        )
    if error.errno in {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR}:
        return PortUnavailable(
            Trouble.MISSING, f"{name}: there is no such device", "Plug it in and check its cable and its name."
        )
    return PortUnavailable(
        Trouble.REFUSED,
        f"{name}: cannot be opened as a device that types ({type(error).__name__})",
        "Check that the name is that of a device in /dev/input.",
    )


def _evdev(name: str) -> Any:  # noqa: ANN401 - as above
    try:
        return importlib.import_module("evdev")
    except ImportError:
        raise PermanentFault(
            f"{name}: devices that type need the extra 'hid', and it is not installed here",
            "Run `packaging/install-debian.sh --readers`, then `pip install 'one-touch-taxi[hid]'`.",
        ) from None
