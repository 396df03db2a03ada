"""The one user of pyserial: every port opens, reads, writes and breaks in the same few ways."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import termios
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import serial
from serial.tools import list_ports

from hardware import port_names
from hardware.faults import Disconnected, NoSuchLine, WriteStalled
from hardware.port_names import URL, PortInfo
from hardware.port_owner import PTY_MAJORS
from hardware.port_trouble import unavailable
from hardware.wires import Line

Trace = Callable[[str], None]
"""Gets one line for each piece of traffic, `> 1b 40` out and `< 12` in. Called on the driver's thread."""

READ_SLICE_S: Final = 0.2
"""The longest a read waits before it looks up; a port that cannot be cancelled still stops within this."""
WRITE_TIMEOUT_S: Final = 3.0
"""How long a device may take no byte at all before the write counts as stalled."""
_WRITE_CHUNK: Final = 512
_TRACE_BYTES: Final = 32
_SOCKET: Final = "socket:"
_RFC2217: Final = "rfc2217:"

# What pyserial lets through when a port goes away or is closed under a blocked call: SerialException and OSError
# (one family), termios.error (its own), TypeError and ValueError (a descriptor that became None or -1).
_GONE: Final = (OSError, TypeError, ValueError, termios.error)


_NO_LINES: Final = frozenset({errno.ENOTTY, errno.EINVAL, errno.ENOSYS})
"""What the kernel says of a port that has no such wires, as a pseudo terminal."""


class Port:
    """An open port. One thread reads and writes; `cancel` and `close` may come from any other.

    Every method but `cancel` and `close` raises `Disconnected` once the device is gone.
    """

    def __init__(self, name: str, path: str, device: Any, trace: Trace | None, *, masked: bool) -> None:  # noqa: ANN401 - pyserial's URL handlers share no type
        self.name = name
        """As it was asked for."""
        self.path = path
        """What the name stood for when it was opened."""
        self._device = device
        self._trace = trace
        self._masked = masked
        self._cancelled = threading.Event()

    def read(self, timeout_s: float = READ_SLICE_S, limit: int = 4096) -> bytes:
        """Give what has come, at most `limit` bytes, as soon as there is any; b"" after `timeout_s` or a cancel.

        The wait is cut in slices of 0.2 s and may be longer than asked for by at most one slice.
        """
        deadline = time.monotonic() + timeout_s
        while not self._cancelled.is_set():
            try:
                data: bytes = self._device.read(1)
                if data and (waiting := self._device.in_waiting):
                    data += self._device.read(min(waiting, limit - 1))
            except _GONE as error:
                raise self._gone(error) from None
            if data:
                self._tell("<", data, masked=self._masked)
                return data
            if time.monotonic() >= deadline:
                break
        return b""

    def read_waiting(self, limit: int = 4096) -> bytes:
        """Give what has come already, without waiting for more."""
        try:
            waiting = min(self._device.in_waiting, limit)
        except _GONE as error:
            raise self._gone(error) from None
        return self.read(0, limit) if waiting else b""

    def write(self, data: bytes) -> None:
        """Send all of `data`, or raise: `WriteStalled` when the device takes nothing for the write timeout."""
        sent = 0
        while sent < len(data):
            chunk = data[sent : sent + _WRITE_CHUNK]
            if self._cancelled.is_set():
                raise WriteStalled(f"{self.name}: writing was cancelled after {sent} of {len(data)} bytes", sent=sent)
            try:
                taken = self._device.write(chunk)
            except serial.SerialTimeoutException:
                raise WriteStalled(
                    f"{self.name}: the device takes no more bytes (at least {sent} of {len(data)} were sent)",
                    "Look for an open cover, no paper or a jam; check the flow control; switch it off and on.",
                    sent=sent,
                ) from None
            except _GONE as error:
                raise self._gone(error) from None
            # rfc2217:// gives nothing back and takes all or raises
            sent += len(chunk) if taken is None else taken
        self._tell(">", data, masked=False)

    def is_on(self, line: Line) -> bool:
        """Tell whether a wire is on: a positive voltage on RS-232, a low one on TTL.

        Raises:
            NoSuchLine: this kind of port has no such wires, or does not tell.
        """
        try:
            if self.path.startswith(_SOCKET):  # pyserial would say that they are all on
                raise NoSuchLine(self.name, line)
            return bool(getattr(self._device, line))
        except _GONE as error:
            if isinstance(error, OSError) and error.errno in _NO_LINES:
                raise NoSuchLine(self.name, line) from None
            raise self._gone(error) from None

    def discard_input(self) -> None:
        """Forget what came and was not read."""
        try:
            self._device.reset_input_buffer()
        except _GONE as error:
            raise self._gone(error) from None

    def discard_output(self) -> None:
        """Take back what has not left this computer yet."""
        try:
            self._device.reset_output_buffer()
        except _GONE as error:
            raise self._gone(error) from None

    def cancel(self) -> None:
        """Make a blocked read or write of another thread return now, and every later one at once. Never raises."""
        self._cancelled.set()
        for name in ("cancel_read", "cancel_write"):
            wake = getattr(self._device, name, None)
            if callable(wake):
                try:
                    wake()
                except _GONE:
                    continue

    def close(self) -> None:
        """Give the port back. Never raises, not even when the device is long gone."""
        self._cancelled.set()
        if not self.path.startswith(_RFC2217):  # there it is a question, and a dead server lets it wait for 3 s
            with contextlib.suppress(*_GONE, NotImplementedError):
                # closing a blocked device waits up to 30 s for it to take the rest: what is unsent is dropped first
                self._device.reset_output_buffer()
        connection = getattr(self._device, "_socket", None)
        with contextlib.suppress(*_GONE):
            self._device.close()
        if connection is not None:  # pyserial's RFC 2217 leaves it open where the other side was the first to close
            connection.close()

    def _gone(self, error: Exception) -> Disconnected:
        reason = f" ({os.strerror(error.errno)})" if isinstance(error, OSError) and error.errno else ""
        return Disconnected(
            f"{self.name}: the device went away while in use{reason}",
            "Plug it in again and check its cable and power; it is taken up again by itself.",
        )

    def _tell(self, direction: str, data: bytes, *, masked: bool) -> None:
        if self._trace is not None:
            self._trace(trace_line(direction, data, masked=masked))


def trace_line(direction: str, data: bytes, *, masked: bool = False) -> str:
    """Write traffic in hex, its first 32 bytes; masked, only control bytes are shown, so that no number is logged."""
    shown = " ".join(f"{byte:02x}" if byte < 0x20 or not masked else "··" for byte in data[:_TRACE_BYTES])  # noqa: PLR2004 - the first printable character
    more = f" … {len(data)} bytes" if len(data) > _TRACE_BYTES else ""
    return f"{direction} {shown}{more}"


def open_port(
    name: str,
    baudrate: int = 9600,
    *,
    rtscts: bool = False,
    xonxoff: bool = False,
    read_timeout_s: float = READ_SLICE_S,
    write_timeout_s: float = WRITE_TIMEOUT_S,
    trace: Trace | None = None,
    masked: bool = False,
) -> Port:
    """Open a serial port, 8N1, for us alone.

    Args:
        name: `/dev/ttyUSB0`, `/dev/serial/by-path/...`, a pty, `usb:1a86:7523` (vendor and product in hex, with
            `:NUMBER`, the serial number, where there are two), `serial:NUMBER`, `socket://host:port` or
            `rfc2217://host:port`.
        baudrate: bits per second.
        rtscts: hardware flow control; the printer's DTR goes to our CTS.
        xonxoff: software flow control, for text devices only.
        read_timeout_s: slice in which reads wait.
        write_timeout_s: how long the device may take no byte.
        trace: gets each piece of traffic as a line of hex.
        masked: hide what comes in from the trace, all but control bytes.

    Raises:
        PortUnavailable: missing, held by another process, or not allowed; says which, with the cure.
        PortMisnamed: the name can never be a port.
    """
    path = resolve(name)
    try:
        device = serial.serial_for_url(
            path,
            baudrate=baudrate,
            timeout=read_timeout_s,
            # pyserial's RFC 2217 knows none: there, a send that stalls for 5 s ends in Disconnected
            write_timeout=None if path.startswith(_RFC2217) else write_timeout_s,
            rtscts=rtscts,
            xonxoff=xonxoff,
            exclusive=None if URL.match(path) else True,
        )
    except _GONE as error:
        raise unavailable(name, path, error) from None
    if not URL.match(path):
        with contextlib.suppress(*_GONE):  # a device that went already says so at the first read
            _keep_others_out(device)
    return Port(name, path, device, trace, masked=masked)


def resolve(name: str) -> str:
    """Give the path or URL that a configured name stands for now (see `open_port`)."""
    return port_names.resolve(name, plugged)


def plugged() -> tuple[PortInfo, ...]:
    """Give the serial ports of this computer, real ones only: ptys are never listed, they are named by their path."""
    try:
        found = list_ports.comports()
    except (OSError, TypeError, ValueError):  # a device left while it was being read
        found = list_ports.comports()
    return tuple(
        PortInfo(
            port.device,
            port.vid,
            port.pid,
            serial_number=port.serial_number or "",
            maker=port.manufacturer or "",
            product=port.product or "",
        )
        for port in found
    )


def _keep_others_out(device: Any) -> None:  # noqa: ANN401 - pyserial's URL handlers share no type
    """Have the kernel refuse everybody who opens the port after us, also those who do not ask for a lock."""
    descriptor = device.fileno()
    # The far side of a pseudo terminal keeps it open, so there the mark would outlive a program that is killed.
    if os.major(os.fstat(descriptor).st_rdev) not in PTY_MAJORS:
        fcntl.ioctl(descriptor, termios.TIOCEXCL)
