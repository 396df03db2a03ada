"""A resident ID reader that is not there: cards of nobody are held up by calling it, as badly as you like."""

from __future__ import annotations

import threading
from typing import Final

from hardware.readers.resident_id_frames import (
    DONE,
    FIND,
    FOUND,
    NO_CARD,
    NOT_READ,
    NOT_SELECTED,
    PREAMBLE,
    READ,
    SELECT,
    STATUS,
    check_digit,
    frame,
)
from hardware.virtual.pty_port import PtyPort
from hardware.virtual.talker import flipped

_GAP_S: Final = 0.0002
"""Between the pieces of a split frame; a byte at 115200 baud takes half of it."""
_COMMAND: Final = 10
"""Bytes of a command."""
_UNKNOWN: Final = 0x21
NOBODY: Final = "99999919000101001"
"""The first 17 digits of a number whose district does not exist."""


def number_of_nobody(serial: int) -> str:
    """Give a whole number of a person who does not exist, another one for each serial (0 to 999)."""
    first = f"{NOBODY[:14]}{serial:03}"
    return first + check_digit(first)


def card_text(number: str, *, kind: str = "", name: str = "无名氏") -> bytes:
    """Give the 256 bytes of text in a card, with everything about its holder invented.

    Args:
        number: 18 characters, 15 for a foreigner's.
        kind: "" for a citizen's card, `I` for a foreigner's of 2017.
        name: of the holder.
    """
    if kind == "I":
        fields = [(name, 60), ("1", 1), (number, 15), ("ZZZ", 3), ("无", 15)]
    else:
        fields = [(name, 15), ("1", 1), ("01", 2), ("19000101", 8), ("测试街道一号", 35), (number, 18)]
    text = "".join(f"{value:{size}}" for value, size in fields)
    return f"{text:124}{kind or ' '}".ljust(128).encode("utf-16-le")


class VirtualResidentId:
    """A reader on a pseudo terminal, plugged in when made."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._ended = threading.Event()
        self._heard = bytearray()
        self._card: bytes | None = None
        self._was_read = False
        self._selected = False
        self._unreadable = False
        self._mute = False
        self._split = False
        self._state = DONE
        self._flip: int | None = None
        self._wrong_sum = False
        self._before = b""
        self.reads = 0
        """Cards that were read out so far."""
        self.port = PtyPort(self._hear)

    @property
    def path(self) -> str:
        """What the driver opens."""
        return self.port.path

    def tap(self, number: str = "", *, foreigner: bool = False) -> None:
        """Hold a card up until `remove`; another one that was there is gone.

        Args:
            number: 18 characters, 15 for a foreigner's; none: that of a person who does not exist.
            foreigner: it is a foreigner's card of 2017.
        """
        with self._changed:
            self._card = card_text(number or number_of_nobody(1), kind="I" if foreigner else "")
            self._was_read = self._selected = False

    def remove(self) -> None:
        """Take the card away."""
        with self._changed:
            self._card = None
            self._selected = False

    def unreadable(self, *, on: bool = True) -> None:
        """Find cards, and fail to read them."""
        with self._changed:
            self._unreadable = on

    def module_fails(self, state: bytes = b"\x60") -> None:
        """Answer everything with this state: 60 failed its test, 66 has no permission, 90 is well again."""
        with self._changed:
            self._state = state[0]

    def mute(self, *, on: bool = True) -> None:
        """Answer nothing."""
        with self._changed:
            self._mute = on

    def split(self, *, on: bool = True) -> None:
        """Answer byte by byte."""
        with self._changed:
            self._split = on

    def flip_bit(self, bit: int | None) -> None:
        """Turn this bit over in every answer that has it, 0 is the highest of the first byte; none: no more."""
        with self._changed:
            self._flip = bit

    def wrong_sum(self, *, on: bool = True) -> None:
        """Send a wrong sum behind what is read out of a card."""
        with self._changed:
            self._wrong_sum = on

    def noise(self, before: bytes) -> None:
        """Send these bytes before every answer."""
        with self._changed:
            self._before = before

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

    def _hear(self, data: bytes) -> None:
        with self._changed:
            self._heard += data
            while (start := self._heard.find(PREAMBLE)) >= 0 and len(self._heard) >= start + _COMMAND:
                whole = bytes(self._heard[start : start + _COMMAND])
                del self._heard[: start + _COMMAND]
                if not self._mute:
                    self._say(self._answer(whole[7:9]) if whole == frame(whole[7:9]) else frame(b"\0\0\x10"))

    def _answer(self, command: bytes) -> bytes:
        """Do as the module does; give the frame that it answers."""
        there = self._card is not None and not self._was_read
        answer = bytes([0, 0, _UNKNOWN])
        if self._state != DONE:
            answer = bytes([0, 0, self._state])
        elif command == STATUS:
            answer = bytes([0, 0, DONE])
        elif command == FIND:
            answer = bytes([0, 0, FOUND, 0, 0, 0, 0] if there else [0, 0, NO_CARD])
        elif command == SELECT:
            self._selected = there
            answer = bytes([0, 0, DONE]) + bytes(8) if there else bytes([0, 0, NOT_SELECTED])
        elif command == READ:
            return self._read()
        return frame(answer)

    def _read(self) -> bytes:
        if self._card is None or not self._selected or self._unreadable:
            return frame(bytes([0, 0, NOT_READ]))
        self._was_read, self._selected = True, False
        self.reads += 1
        photo = (
            PREAMBLE + b"\x00\x08WLf" + bytes(range(256)) * 4
        )  # also what looks like a frame, as noise in a picture may
        whole = frame(bytes([0, 0, DONE]) + bytes.fromhex("01000400") + self._card + photo[:1024])
        return whole[:-1] + bytes([whole[-1] ^ 1]) if self._wrong_sum else whole

    def _say(self, whole: bytes) -> None:
        if self._flip is not None and self._flip < len(whole) * 8:
            whole = flipped(whole, self._flip)
        data = self._before + whole
        for piece in [bytes([byte]) for byte in data] if self._split else [data]:
            self.port.send(piece)
            if self._split:
                self._ended.wait(_GAP_S)
