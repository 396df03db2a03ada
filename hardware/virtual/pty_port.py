"""A serial port without hardware: a stable path to open, a thread on the other side, and a plug to pull."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import pty
import select
import shutil
import tempfile
import threading
import tty
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)
_READ: Final = 4096


class PtyPort:
    """A pair of pseudo terminals; whoever opens `path` talks to `on_bytes` and hears what is sent.

    The path is a link that stays the same from plug to plug. Plugged in when made. Every method may be called from
    any thread, from `on_bytes` too.

    Args:
        on_bytes: gets what was written to the port, on the port's thread.
        limit: asked before each read: the most bytes to read now.
    """

    def __init__(self, on_bytes: Callable[[bytes], None], limit: Callable[[], int] = lambda: _READ) -> None:
        self._on_bytes = on_bytes
        self._limit = limit
        self._folder = Path(tempfile.mkdtemp(prefix="port-"))
        self._link = self._folder / "tty"
        self._lock = threading.Condition(threading.RLock())
        self._master: int | None = None
        self._slave: int | None = None
        self._held = False
        self._closed = False
        self._waiting = False
        """The thread waits for bytes; until it stops, the kernel keeps a closed terminal alive."""
        self._waits = 0
        self._wake_read, self._wake_write = os.pipe()
        self.replug()
        self._thread = threading.Thread(target=self._serve, name=f"pty-{self._folder.name}", daemon=True)
        self._thread.start()

    @property
    def path(self) -> str:
        """What to open."""
        return str(self._link)

    def send(self, data: bytes) -> bool:
        """Say something to whoever has the port open; False when it is unplugged or nobody takes it."""
        with self._lock:
            if self._master is None:
                return False
            sent = 0
            while sent < len(data):
                try:
                    sent += os.write(self._master, data[sent:])
                except BlockingIOError:
                    return False  # nobody listens, and the line is full: as on a wire, it is lost
                except OSError:
                    return False
            return True

    def hold(self) -> None:
        """Take no more bytes: the other side's writes fill up and block."""
        with self._lock:
            self._held = True
            self._nudge()

    def release(self) -> None:
        """Take bytes again."""
        with self._lock:
            self._held = False
            self._nudge()

    def unplug(self) -> None:
        """Pull the plug: the path is gone, and whoever had it open gets errors. Unplugging twice is no error."""
        with self._lock:
            self._link.unlink(missing_ok=True)
            for descriptor in (self._master, self._slave):
                if descriptor is not None:
                    os.close(descriptor)
            self._master = self._slave = None
            self._nudge()
            now = self._waits
            self._lock.wait_for(lambda: not self._waiting or self._waits != now)

    def replug(self) -> None:
        """Plug it in again at the same path. Plugging in what is plugged in changes nothing."""
        with self._lock:
            if self._master is not None or self._closed:
                return
            self._master, self._slave = pty.openpty()
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)
            self._link.symlink_to(os.ttyname(self._slave))
            self._nudge()

    def close(self) -> None:
        """Take it away for good, its thread and its path included."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self.unplug()
        if self._thread is not threading.current_thread():
            self._thread.join()
        with self._lock:
            os.close(self._wake_read)
            os.close(self._wake_write)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _nudge(self) -> None:
        with contextlib.suppress(OSError):  # closed already
            os.write(self._wake_write, b"x")

    def _serve(self) -> None:
        while not self._closed:
            with self._lock:
                master = None if self._held else self._master
                self._waiting = True
                self._waits += 1
            watched = [self._wake_read] if master is None else [self._wake_read, master]
            try:
                ready, _, _ = select.select(watched, [], [])
            except (OSError, ValueError):
                ready = []  # unplugged between the look and the wait
            with self._lock:
                self._waiting = False
                self._lock.notify_all()
            if self._wake_read in ready:
                os.read(self._wake_read, _READ)
                continue  # the world has changed: look again before reading
            data = self._read(master)
            if data:
                try:
                    self._on_bytes(data)
                except Exception:  # noqa: BLE001 - the thread must go on to serve the next plug
                    _log.exception("the virtual device failed")

    def _read(self, master: int | None) -> bytes:
        with self._lock:
            if master is None or master != self._master or self._held:
                return b""
            with contextlib.suppress(BlockingIOError):
                try:
                    return os.read(master, max(1, self._limit()))
                except OSError as error:
                    if error.errno != errno.EIO:
                        raise
            return b""
