"""Notices within moments that a serial port came or went, by udev's word or by looking, with one thread for all."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import stat
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_log = logging.getLogger(__name__)

POLL_S: Final = 2.0
"""Where nobody tells us. One look costs 0.05 ms."""
TOLD_POLL_S: Final = 30.0
"""Where udev tells us: for what it does not know of, such as a link that somebody made by hand."""
UDEV: Final = Path("/run/udev/control")
"""There while udev runs; netlink can be opened without it, and then stays silent."""
Ports = dict[str, tuple[int, ...]]
"""Ports by path, each with what tells it from the next one of the same name: number, inode, when its link was made."""
_REPLACED: Final = (-1,)
"""Stands for a device that is no longer the one that was there."""
_OURS: Final = ("ttyUSB", "ttyACM", "ttyXRUSB", "ttyAMA", "ttyAP", "ttyS", "rfcomm")


@dataclass(frozen=True, slots=True)
class PortsChanged:
    """Paths of ports that came and went since the last time."""

    came: frozenset[str]
    went: frozenset[str]


def snapshot(watched: Iterable[str] = (), dev: Path = Path("/dev")) -> Ports:
    """Give the serial ports that are there now. `watched` are looked at too, wherever they lie (links, ptys)."""
    with contextlib.suppress(OSError):
        watched = [*watched, *(str(dev / name) for name in os.listdir(dev) if name.startswith(_OURS))]  # noqa: PTH208 - ten times as quick
    found = {}
    for path in watched:
        with contextlib.suppress(OSError, ValueError):
            link, device = os.lstat(path), os.stat(path)  # noqa: PTH116 - seen every two seconds
            made = (link.st_ino, link.st_ctime_ns) if stat.S_ISLNK(link.st_mode) else ()
            found[path] = (device.st_rdev, device.st_ino, *made)
    return found


def difference(before: Ports, now: Ports) -> PortsChanged | None:
    """Tell what came and went between two snapshots; None when nothing did."""
    went = frozenset(path for path, device in before.items() if now.get(path) != device)
    came = frozenset(path for path, device in now.items() if before.get(path) != device)
    return PortsChanged(came, went) if came or went else None


class HotPlug:
    """Calls `tell` on its own thread for each change, until it is stopped.

    Args:
        tell: gets what changed; what it raises is logged and goes no further.
        watched: paths to look at beside the ports of this computer.
        poll_s: how often to look where udev does not tell; None for the usual.
        source: whose word to take: `udev` (its rules are done, the port may be opened), `kernel` (earlier than
            that), or "" for looking alone; None for udev where it runs.
    """

    def __init__(
        self,
        tell: Callable[[PortsChanged], None],
        watched: Iterable[str] = (),
        *,
        poll_s: float | None = None,
        source: str | None = None,
    ) -> None:
        self._tell = tell
        self._watched = tuple(watched)
        self._poll_s = poll_s
        self._source = ("udev" if UDEV.exists() else "") if source is None else source
        self._stop = threading.Event()
        self._wake: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread and return at once. Starting what runs changes nothing."""
        if self._thread is not None:
            return
        self._stop.clear()
        self._wake = os.pipe()
        self._thread = threading.Thread(
            target=self._run, args=(self._wake[0], snapshot(self._watched)), name="hotplug", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the thread. Stopping twice is no error."""
        thread, wake = self._thread, self._wake
        if thread is None or wake is None:
            return
        self._stop.set()
        os.write(wake[1], b"x")
        if thread is not threading.current_thread():
            thread.join()
        self._thread = self._wake = None
        for descriptor in wake:
            os.close(descriptor)

    def _run(self, wake: int, before: Ports) -> None:
        monitor = _monitor(self._source)
        waits: list[Any] = [wake] if monitor is None else [wake, monitor]
        poll_s = self._poll_s or (POLL_S if monitor is None else TOLD_POLL_S)
        while not self._stop.is_set():
            ready, _, _ = select.select(waits, [], [], poll_s)
            told = _messages(monitor) if monitor in ready else set()
            now = snapshot(self._watched)
            changed, before = difference({**before, **dict.fromkeys(told, _REPLACED)}, now), now
            if changed is not None and not self._stop.is_set():
                self._say(changed)

    def _say(self, changed: PortsChanged) -> None:
        try:
            self._tell(changed)
        except Exception as error:  # noqa: BLE001 - a listener's bug must not end the watch
            _log.error("hot plug: the listener failed with %s", type(error).__name__)


def _monitor(source: str) -> Any:  # noqa: ANN401 - pyudev ships no types
    """Open udev's or the kernel's messages about serial ports; None where they cannot be had."""
    if not source:
        return None
    try:
        import pyudev  # noqa: PLC0415 - 1.6 MB for those who have a device; fails where libudev is missing

        monitor = pyudev.Monitor.from_netlink(pyudev.Context(), source)
        monitor.filter_by("tty")
        monitor.start()
    except (ImportError, OSError) as error:
        _log.info("hot plug: no messages from %s (%s): looking instead", source, type(error).__name__)
        return None
    return monitor


def _messages(monitor: Any) -> set[str]:  # noqa: ANN401 - pyudev ships no types
    """Take the messages out; give the ports that came: they may be new devices under old names."""
    came = set()
    with contextlib.suppress(OSError):
        while (device := monitor.poll(timeout=0)) is not None:
            if device.action == "add" and device.device_node:
                came.add(device.device_node)
    return came
