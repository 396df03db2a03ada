"""A 125 kHz card reader that is not there: cards are tapped by calling it, cleanly or as badly as you like."""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import Final

from hardware.readers.em125k_frames import checksum
from hardware.virtual.pty_port import PtyPort

_GAP_S: Final = 0.002
"""Between the pieces of a split frame; a byte at 9600 baud takes half of it."""


class Style(StrEnum):
    """How the reader wraps a number."""

    RDM6300 = "rdm6300"
    ID12 = "id12"
    EM18_BARE = "em18_bare"


def frame(number_hex: str, style: Style = Style.RDM6300) -> bytes:
    """Give the bytes that a reader sends for a card.

    Raises:
        ValueError: the number is not ten hex digits.
    """
    number = number_hex.upper()
    if len(number) != 10:  # noqa: PLR2004 - five bytes
        raise ValueError(f"a card number of {len(number)} characters: expected 10 hex digits")
    digits = (number + checksum(number)).encode()
    match style:
        case Style.RDM6300:
            return b"\x02" + digits + b"\x03"
        case Style.ID12:
            return b"\x02" + digits + b"\r\n\x03"
        case Style.EM18_BARE:
            return digits


class VirtualReader:
    """A reader on a pseudo terminal, plugged in when made."""

    def __init__(self, style: Style = Style.RDM6300) -> None:
        self._style = style
        self._ended = threading.Event()
        self.port = PtyPort(lambda _data: None)

    @property
    def path(self) -> str:
        """What the driver opens."""
        return self.port.path

    def tap(self, number_hex: str, *, times: int = 1, split: bool = False, flip_bit: int | None = None) -> None:
        """Hold a card up.

        Args:
            number_hex: ten hex digits.
            times: how often its frame is sent; the RDM6300 repeats it while the card is there.
            split: byte by byte.
            flip_bit: turn this bit of the frame over, 0 is the highest bit of its first byte.

        Raises:
            ValueError: the number is not ten hex digits, or the frame has no such bit.
        """
        data = bytearray(frame(number_hex, self._style))
        if flip_bit is not None:
            if not 0 <= flip_bit < len(data) * 8:
                raise ValueError(f"bit {flip_bit} of a frame of {len(data) * 8}: there is no such bit")
            data[flip_bit // 8] ^= 0x80 >> flip_bit % 8
        for _ in range(times):
            for piece in [bytes([byte]) for byte in data] if split else [bytes(data)]:
                self.port.send(piece)
                if split:
                    self._ended.wait(_GAP_S)

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
