"""A contactless card for vsmartcard's virtual reader (vpcd): pcscd takes it for one that is held up."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Final

from hardware.readers.iso14443 import SIZES

_ATR: Final = bytes.fromhex("3b8f8001804f0ca000000306030001000000006a")
"""How a reader presents a MIFARE Classic card (PC/SC part 3, 3.1.3.2.3)."""
_GET_NUMBER: Final = bytes.fromhex("ffca000000")
_WELL: Final = b"\x90\x00"
_MORE: Final = b"\x62\x82"
_UNKNOWN: Final = b"\x6a\x81"
_ATR_WANTED: Final = b"\x04"
_CONTROL: Final = 1
"""Bytes of vpcd's own words: power off, power on, reset, give the ATR."""


class VirtualPcscCard:
    """A card that can be held to the virtual reader at a port of this machine, and taken away.

    Args:
        port: where vpcd listens; 35963 as Debian sets it up.
    """

    def __init__(self, port: int = 35963) -> None:
        self._port = port
        self._line: socket.socket | None = None
        self._number = b""
        self._thread: threading.Thread | None = None
        self.numberless = False
        """It says that it has no number, as contact cards do."""
        self.cut_short = False
        """The reader gives the first four bytes of its number, and says that there are more."""

    def tap(self, number_hex: str) -> None:
        """Hold a card up until `remove`.

        Raises:
            ValueError: its number is none.
            OSError: no virtual reader listens there.
        """
        number = bytes.fromhex(number_hex)
        if len(number) not in SIZES:
            raise ValueError(f"a card number of {len(number)} bytes: expected 4, 7 or 10")
        self.remove()
        self._number = number
        self._line = socket.create_connection(("127.0.0.1", self._port), timeout=5)
        self._line.settimeout(None)
        self._thread = threading.Thread(target=self._serve, args=(self._line,), name="vpcd-card", daemon=True)
        self._thread.start()

    def remove(self) -> None:
        """Take the card away. Where none is, nothing happens."""
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(OSError):  # the service ended first
                line.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _serve(self, line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            while (head := _exactly(line, 2)) and (asked := _exactly(line, int.from_bytes(head))):
                answer = self._answer(asked)
                if answer:
                    line.sendall(len(answer).to_bytes(2) + answer)

    def _answer(self, asked: bytes) -> bytes:
        if len(asked) == _CONTROL:
            return _ATR if asked == _ATR_WANTED else b""
        if self.numberless or asked != _GET_NUMBER:
            return _UNKNOWN
        return self._number[:4] + _MORE if self.cut_short else self._number + _WELL


def _exactly(line: socket.socket, size: int) -> bytes:
    """Give so many bytes, nothing when the line ends before."""
    got = b""
    while len(got) < size:
        more = line.recv(size - len(got))
        if not more:
            return b""
        got += more
    return got
