"""An X server without a screen whose pixels lie in a mapped file: what a program shows is read without asking it."""

from __future__ import annotations

import mmap
import os
import struct
import subprocess
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from Xlib import X, display
from Xlib.ext import xtest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

Colour = tuple[int, int, int]
Point = tuple[int, int]
"""Pixels from the top left."""

BLACK: Final[Colour] = (0, 0, 0)
_LOOK_S: Final = 0.0003
"""Between two looks at a pixel: far below what is measured, and not a whole core, which software GL needs itself."""
_AT_REST_S: Final = 0.6
"""After the pointer moved: a finger comes out of nowhere, so the program has gone back to sleep when it lands."""
_START_S: Final = 20.0
# The file is an XWD dump: a header of big-endian words (of which these two tell how long it and each line are, and
# this one how many colour entries of twelve bytes follow it), then the pixels, four bytes each, blue first.
_HEADER, _LINE, _COLOURS = 0, 12, 19
_WORD, _ENTRY = 4, 12


class ScreenError(Exception):
    """The X server did not start. One sentence with its cure."""


class Screen:
    """A display of `width` x `height` pixels, and a finger on it; ends with its `with`."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._ends = ExitStack()
        self._pause = threading.Event()

    def __enter__(self) -> Self:
        folder = Path(self._ends.enter_context(tempfile.TemporaryDirectory(prefix="bench-screen-")))
        size = f"{self.width}x{self.height}x24"
        command = ["Xvfb", "-displayfd", "1", "-screen", "0", size, "-fbdir", str(folder), "-nolisten", "tcp"]
        try:
            server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        except FileNotFoundError:
            raise ScreenError("Xvfb is not installed: packaging/install-debian.sh --bench installs it") from None
        self._ends.callback(server.wait)
        self._ends.callback(server.terminate)
        late = threading.Timer(_START_S, server.kill)
        late.start()
        assert server.stdout  # noqa: S101 - for mypy
        with server.stdout:
            number = server.stdout.readline().strip()
        late.cancel()
        if not number:
            self._ends.close()
            raise ScreenError(f"Xvfb did not start within {_START_S:g} s: is there room in {folder.parent}?")
        self.name = f":{number}"
        self._map(folder / "Xvfb_screen0")
        self._display = display.Display(self.name)
        self._ends.callback(self._display.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.close()

    def _map(self, file: Path) -> None:
        with file.open("rb") as opened:
            pixels = mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ)
        self._ends.callback(pixels.close)
        words = struct.unpack_from(">20I", pixels)
        self._pixels = pixels
        self._line = words[_LINE]
        self._first = words[_HEADER] + words[_COLOURS] * _ENTRY

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to show itself here."""
        rest = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
        return {**rest, "DISPLAY": self.name, "SDL_VIDEODRIVER": "x11"}

    def pixel(self, at: Point) -> Colour:
        """Give the colour of one pixel as it is now."""
        start = self._first + at[1] * self._line + at[0] * _WORD
        blue, green, red = self._pixels[start : start + 3]
        return red, green, blue

    def wait(self, at: Point, wanted: Callable[[Colour], bool], seconds: float) -> float | None:
        """Wait until a pixel has a wanted colour; `time.perf_counter()` of that moment, None after so many seconds."""
        until = time.perf_counter() + seconds
        while True:
            now = time.perf_counter()
            if wanted(self.pixel(at)):
                return now
            if now >= until:
                return None
            self._pause.wait(_LOOK_S)

    def rest(self, seconds: float) -> None:
        """Let time pass, as a person does between two presses."""
        self._pause.wait(seconds)

    def press(self, at: Point, seconds: float = 2.0) -> float | None:
        """Press there, and let go once it shows: seconds from the press to another colour; None when there was none."""
        xtest.fake_input(self._display, X.MotionNotify, x=at[0], y=at[1])
        self._display.sync()
        self.rest(_AT_REST_S)
        before, pressed = self.pixel(at), time.perf_counter()
        xtest.fake_input(self._display, X.ButtonPress, 1)
        self._display.sync()
        seen = self.wait(at, lambda colour: colour != before, seconds)
        xtest.fake_input(self._display, X.ButtonRelease, 1)
        self._display.sync()
        return None if seen is None else seen - pressed


def near(wanted: Colour) -> Callable[[Colour], bool]:
    """Whether a colour is this one, but for what a soft edge or a driver's rounding does."""
    return lambda colour: all(abs(a - b) <= 14 for a, b in zip(colour, wanted, strict=True))  # noqa: PLR2004
