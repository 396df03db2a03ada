"""Says in one sentence why a port does not open, and in another how to mend it."""

from __future__ import annotations

import errno
import os

from hardware.faults import PortUnavailable, Trouble
from hardware.port_names import URL
from hardware.port_owner import cure_for, cure_for_forbidden, group_of, holders


def unavailable(name: str, path: str, error: Exception) -> PortUnavailable:
    """Explain what opening `path`, for which `name` stands, ended in."""
    if URL.match(path):
        return _far_away(name, error)
    number = getattr(error, "errno", None)
    if number in {errno.EACCES, errno.EPERM}:
        return _forbidden(name, path)
    if number in {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR} or not os.path.lexists(path):
        return PortUnavailable(
            Trouble.MISSING,
            f"{name}: there is no such port",
            "Plug the device in and check its cable and its name; `taxi-kiosk devices list` shows what there is.",
        )
    if number in {errno.EBUSY, errno.EAGAIN} or "exclusively lock" in str(error):
        everybody = holders(path)
        found = [holder for holder in everybody if holder.locks] or everybody
        who = ", ".join(map(str, found)) or "another program, of another user"
        cure = cure_for(found[0], path) if found else f"Run `sudo fuser -v {path}` to see which one, and end it."
        return PortUnavailable(Trouble.BUSY, f"{name}: the port is in use by {who}", cure)
    return PortUnavailable(
        Trouble.REFUSED,
        f"{name}: cannot be opened as a serial port ({type(error).__name__})",
        "Check that the name is that of a serial device.",
    )


def _forbidden(name: str, path: str) -> PortUnavailable:
    group = group_of(path)
    whose = f"it belongs to the group {group}" if group else "its folder is closed to this user"
    return PortUnavailable(
        Trouble.FORBIDDEN, f"{name}: this user may not open the port; {whose}", cure_for_forbidden(path, group)
    )


def _far_away(name: str, error: Exception) -> PortUnavailable:
    # pyserial keeps nothing of the socket's error but its words
    words = str(error).lower()
    if "refused" in words:
        sentence, cure = (
            "that machine is there, and nothing listens at this port number",
            "Compare the number with the settings of the terminal server; switch the server on.",
        )
    elif "not known" in words or "resolution" in words or "no address" in words:
        sentence, cure = "no machine has this name", "Check the name, or write its address; check the network."
    else:
        sentence, cure = "nothing answers there", "Check the address, its power and the network cable."
    return PortUnavailable(Trouble.MISSING, f"{name}: {sentence}", cure)
