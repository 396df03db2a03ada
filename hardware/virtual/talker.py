"""What every device that only talks has in common: its port, its plug, and bytes that arrive as badly as you like."""

from __future__ import annotations

import threading
from typing import Final

from hardware.virtual.pty_port import PtyPort

_GAP_S: Final = 0.002
"""Between the pieces of a split frame; a byte at 9600 baud takes half of it."""


def flipped(data: bytes, bit: int) -> bytes:
    """Give the bytes with one bit turned over, 0 is the highest bit of the first.

    Raises:
        ValueError: there is no such bit.
    """
    if not 0 <= bit < len(data) * 8:
        raise ValueError(f"bit {bit} of a frame of {len(data) * 8}: there is no such bit")
    spoilt = bytearray(data)
    spoilt[bit // 8] ^= 0x80 >> bit % 8
    return bytes(spoilt)


class Talker:
    """A device on a pseudo terminal that says things, plugged in when made."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self.port = PtyPort(lambda _data: None)

    @property
    def path(self) -> str:
        """What the driver opens."""
        return self.port.path

    def noise(self, data: bytes) -> None:
        """Send bytes that are no frame."""
        self.port.send(data)

    def unplug(self) -> None:
        """Pull the plug."""
        self.port.unplug()

    def replug(self) -> None:
        """Plug it in again at the same path."""
        self.port.replug()

    def close(self) -> None:
        """Take it away for good."""
        self._ended.set()
        self.port.close()

    def _say(self, data: bytes, *, times: int = 1, split: bool = False, flip_bit: int | None = None) -> None:
        """Send bytes so many times, whole or one by one, one bit of them turned over or none."""
        data = data if flip_bit is None else flipped(data, flip_bit)
        for _ in range(times):
            for piece in [bytes([byte]) for byte in data] if split else [data]:
                self.port.send(piece)
                if split:
                    self._ended.wait(_GAP_S)
