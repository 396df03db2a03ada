"""A 125 kHz card reader that is not there: cards are tapped by calling it, cleanly or as badly as you like."""

from __future__ import annotations

from enum import StrEnum

from hardware.readers.em125k_frames import checksum
from hardware.virtual.talker import Talker


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


class VirtualReader(Talker):
    """A reader on a pseudo terminal, plugged in when made."""

    def __init__(self, style: Style = Style.RDM6300) -> None:
        super().__init__()
        self._style = style

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
        self._say(frame(number_hex, self._style), times=times, split=split, flip_bit=flip_bit)

    def speaks(self, style: str) -> None:
        """Speak as rdm6300, id12 or em18_bare.

        Raises:
            ValueError: it is none of these.
        """
        self._style = Style(style)
