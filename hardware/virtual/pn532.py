"""A PN532 reader that is not there: cards are held up by calling it, and it can be as bad as a reader can be."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from hardware.virtual.pn532_chip import Card, Pn532Chip
from hardware.virtual.pty_port import PtyPort

if TYPE_CHECKING:
    from collections.abc import Callable

_GAP_S: Final = 0.0005
"""Between the pieces of a split frame; a byte at 115200 baud takes a fifth of it."""
_NAMES_A_CARD: Final = 0x4A


class VirtualPn532:
    """A reader on a pseudo terminal, plugged in when made."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._ended = threading.Event()
        self._mute = False
        self._split = False
        self._flip: int | None = None
        self._wrong_sum = False
        self._before = self._after = b""
        self._slow_s = 0.0
        self._chip = Pn532Chip(self._say)
        self.port = PtyPort(self._hear)

    @property
    def path(self) -> str:
        """What the driver opens."""
        return self.port.path

    @property
    def commands(self) -> list[bytes]:
        """Every command it understood so far: code and data."""
        with self._changed:
            return list(self._chip.commands)

    def tap(self, number_hex: str, *, applications: bool = False) -> None:
        """Hold a card up until `remove`; another one that was there is gone.

        Args:
            number_hex: 8, 14 or 20 hex digits.
            applications: it is a card with such, as bank and social security cards are.

        Raises:
            ValueError: the number is none.
        """
        card = Card(bytes.fromhex(number_hex), applications)
        with self._changed:
            self._chip.hold(card)

    def remove(self) -> None:
        """Take the card away."""
        with self._changed:
            self._chip.hold(None)

    def wait_for(self, come: Callable[[list[bytes]], bool], timeout: float) -> bool:
        """Wait until something is true of the commands that it understood; looked at after each of them."""
        with self._changed:
            return self._changed.wait_for(lambda: come(self._chip.commands), timeout)

    def mute(self, *, on: bool = True) -> None:
        """Hear, but never answer, as with an unwired TX line."""
        self._mute = on

    def split(self, *, on: bool = True) -> None:
        """Send byte by byte."""
        self._split = on

    def slow(self, seconds: float) -> None:
        """Take so long for each answer."""
        self._slow_s = seconds

    def flip_bit(self, bit: int | None) -> None:
        """Turn this bit over in all answers that name cards, 0 is the highest bit of the first byte; None: no more."""
        self._flip = bit

    def wrong_checksum(self, *, on: bool = True) -> None:
        """Send every answer with a wrong sum."""
        self._wrong_sum = on

    def noise_around(self, before: bytes = b"", after: bytes = b"") -> None:
        """Send these bytes around each answer."""
        self._before, self._after = before, after

    def noise(self, data: bytes) -> None:
        """Send bytes that nobody asked for."""
        self.port.send(data)

    def power_cycle(self) -> None:
        """Lose its power for a moment, while the adapter keeps the port."""
        with self._changed:
            self._chip.power_cycle()

    def unplug(self) -> None:
        """Pull the plug."""
        self.port.unplug()

    def replug(self) -> None:
        """Plug it in again at the same path; it had no power in between."""
        self.power_cycle()
        self.port.replug()

    def close(self) -> None:
        """Take it away for good."""
        self._ended.set()
        self.port.close()

    def _hear(self, data: bytes) -> None:
        with self._changed:
            self._chip.hear(data)
            self._changed.notify_all()

    def _say(self, whole: bytes, code: int | None) -> None:
        if self._mute:
            return
        data = bytearray(whole)
        if code is not None:
            self._ended.wait(self._slow_s)
            if self._wrong_sum:
                data[-2] ^= 0x01
            if self._flip is not None and code == _NAMES_A_CARD and len(data) * 8 > self._flip:
                data[self._flip // 8] ^= 0x80 >> self._flip % 8
            data = bytearray(self._before) + data + self._after
        for piece in [bytes([byte]) for byte in data] if self._split else [bytes(data)]:
            self.port.send(piece)
            if self._split:
                self._ended.wait(_GAP_S)
