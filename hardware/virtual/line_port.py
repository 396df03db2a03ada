"""A serial port with wires, without hardware: a terminal server on this machine that speaks RFC 2217.

Pseudo terminals have no wires (TIOCMGET gives ENOTTY). Numbers are those of RFC 854 and RFC 2217.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from typing import Final

from hardware.wires import Line

_log = logging.getLogger(__name__)
_IAC, _DONT, _DO, _WONT, _WILL, _SB, _SE = 255, 254, 253, 252, 251, 250, 240
_WISHES: Final = {_WILL: _DO, _DO: _WILL, _WONT: _DONT, _DONT: _WONT}
"""What is wished, and how it is granted."""
_COM_PORT: Final = 44
_ANSWER: Final = 100
"""A server's answer has the number of the command and this."""
_MODEM_STATE: Final = 107
_BITS: Final = {Line.CTS: 0x10, Line.DSR: 0x20, Line.RI: 0x40, Line.CD: 0x80}
_READ: Final = 1024
_OPTION: Final = 3
"""Bytes of a wish: IAC, wish, option."""


class LinePort:
    """Whoever opens `path` sees wires that are set here. Plugged in when made; every method may be called anywhere."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._on: set[Line] = set()
        self._server: socket.socket | None = None
        self._peer: socket.socket | None = None
        self._number = 0
        self._heard = bytearray()
        self.replug()

    @property
    def path(self) -> str:
        """What to open."""
        return f"rfc2217://127.0.0.1:{self._number}"

    def set(self, line: Line, *, on: bool) -> None:
        """Set a wire."""
        with self._lock:
            (self._on.add if on else self._on.discard)(line)
            self._tell()

    def send(self, data: bytes) -> None:
        """Say something to whoever has the port open."""
        with self._lock:
            self._write(data.replace(b"\xff", b"\xff\xff"))

    def unplug(self) -> None:
        """Pull the plug: whoever had it open gets errors. Unplugging twice is no error."""
        with self._lock:
            server, self._server = self._server, None
            peer, self._peer = self._peer, None
        for one in (server, peer):
            if one is not None:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)  # wakes whoever waits there
                one.close()

    def replug(self) -> None:
        """Plug it in again at the same path. Plugging in what is plugged in changes nothing."""
        with self._lock:
            if self._server is None:
                self._server = socket.create_server(("127.0.0.1", self._number))
                self._number = self._server.getsockname()[1]
                threading.Thread(target=self._serve, args=(self._server,), name="line-port", daemon=True).start()

    def _serve(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):  # unplugged
            while True:
                peer, _ = server.accept()
                with self._lock:
                    if self._server is not server:
                        peer.close()
                        return
                    self._peer = peer
                    self._heard.clear()
                with contextlib.suppress(OSError), peer:
                    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    while data := peer.recv(_READ):
                        self._hear(data)

    def _hear(self, data: bytes) -> None:
        """Grant every wish and confirm every setting; what else is said goes nowhere."""
        with self._lock:
            self._heard += data
            while (start := self._heard.find(_IAC)) >= 0 and len(self._heard) >= start + _OPTION:
                kind, option = self._heard[start + 1], self._heard[start + 2]
                end = start + (_OPTION if kind in _WISHES else 2)
                if kind in _WISHES:
                    self._write(bytes([_IAC, _WISHES[kind], option]))
                elif kind == _SB:
                    end = self._heard.find(bytes([_IAC, _SE]), start) + 2
                    if end < 2:  # noqa: PLR2004 - not found
                        return
                    self._confirm(bytes(self._heard[start + 2 : end - 2]))
                del self._heard[:end]

    def _confirm(self, setting: bytes) -> None:
        if setting[0] == _COM_PORT and len(setting) > 1:
            self._write(bytes([_IAC, _SB, _COM_PORT, setting[1] + _ANSWER]) + setting[2:] + bytes([_IAC, _SE]))
            self._tell()

    def _tell(self) -> None:
        state = sum(_BITS[line] for line in self._on)
        doubled = bytes([state]).replace(b"\xff", b"\xff\xff")
        self._write(bytes([_IAC, _SB, _COM_PORT, _MODEM_STATE]) + doubled + bytes([_IAC, _SE]))

    def _write(self, data: bytes) -> None:
        if self._peer is not None:
            with contextlib.suppress(OSError):  # gone, and its thread will see that
                self._peer.sendall(data)
