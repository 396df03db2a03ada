"""An input device without a kernel behind it: evdev's own reading of real events, from a pseudo terminal."""

from __future__ import annotations

import errno
import os
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from hardware.keyboard import EV_KEY, EV_SYN
from hardware.virtual.pty_port import PtyPort

if TYPE_CHECKING:
    from collections.abc import Iterable

EVENT = struct.Struct("llHHi")
"""struct input_event of linux/input.h on a 64 bit machine."""
ENTER = 28
CODES = dict(zip("1234567890", range(2, 12), strict=True)) | {"A": 30, "B": 48, "C": 46, "D": 32, "E": 18, "F": 33}
CODES |= {"\n": ENTER, ",": 51, "^": 42}
KEYPAD = dict(zip("7894561230", (71, 72, 73, 75, 76, 77, 79, 80, 81, 82), strict=True)) | {"\n": 96}


def stroke(code: int) -> list[tuple[int, int, int]]:
    """Down, up, and the kernel's full stop behind each."""
    return [(EV_KEY, code, 1), (EV_SYN, 0, 0), (EV_KEY, code, 0), (EV_SYN, 0, 0)]


def strokes(text: str, codes: dict[str, int] = CODES) -> list[tuple[int, int, int]]:
    return [event for letter in text for event in stroke(codes[letter])]


@dataclass
class Info:
    vendor: int = 0xFFFF
    product: int = 0x0035


class FakeWedge:
    """A reader that types; `InputDevice` stands in for evdev's class of that name and opens it."""

    there: ClassVar[dict[str, FakeWedge]] = {}
    """By path: what the kernel would list."""

    def __init__(self, info: Info | None = None, keys: tuple[int, ...] = tuple(range(2, 29))) -> None:
        self.info = info or Info()
        self.keys = keys
        self.grabbed = False
        self.port = PtyPort(lambda _data: None)
        self.path = self.port.path
        self.there[self.path] = self

    def type(self, text: str, codes: dict[str, int] = CODES) -> None:
        self.send(strokes(text, codes))

    def send(self, events: Iterable[tuple[int, int, int]]) -> None:
        self.port.send(b"".join(EVENT.pack(0, 0, *event) for event in events))

    def close(self) -> None:
        self.there.pop(self.path, None)
        self.port.close()


def input_device() -> type:
    """Make the class: evdev's reading, and by hand what it asks the kernel by ioctl."""
    from evdev.eventio import EventIO

    class InputDevice(EventIO):
        def __init__(self, path: str) -> None:
            self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
            if path not in FakeWedge.there:
                os.close(self.fd)
                raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
            self._wedge = FakeWedge.there[path]
            self.info = self._wedge.info

        def capabilities(self) -> dict[int, list[int]]:
            return {EV_SYN: [0, 1], EV_KEY: list(self._wedge.keys)}

        def grab(self) -> None:
            if self._wedge.grabbed:
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
            self._wedge.grabbed = True

        def close(self) -> None:
            if self.fd >= 0:
                os.close(self.fd)
                self.fd = -1
                self._wedge.grabbed = False

    return InputDevice


@dataclass
class Fakes:
    """What a test plugs in; taken away at its end."""

    made: list[FakeWedge] = field(default_factory=list)

    def plug(self, **options: object) -> FakeWedge:
        self.made.append(FakeWedge(**options))  # type: ignore[arg-type]
        return self.made[-1]
