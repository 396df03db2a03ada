"""A slow clock that input wakes: the box sleeps while nobody is there and answers a finger at once."""

from __future__ import annotations

import ctypes
import threading
from pathlib import Path
from typing import Final

from kivy.clock import Clock

_EAGER_TURNS: Final = 6
"""After input or a wake so many turns of Kivy's loop follow each other without a wait: it takes one to fetch a press
from SDL, one to hand it to the glass and paint the dark button, and one or two to act on it and paint again."""
SLEEP_S: Final = 0.5
"""Longest sleep. Kivy's own timers are late by at most this; ours all come through `wake`."""
_PUMP_S: Final = 0.012
"""Where SDL cannot sleep until there is input (KMSDRM), it is asked this often."""


class Pace:
    """Replaces the wait between two turns of Kivy's loop.

    With an X server or Wayland, SDL itself sleeps until there is input (SDL_WaitEventTimeout, SDL 2.0.16 and later);
    everywhere else the wait is cut into short pieces.
    """

    def __init__(self, driver: str) -> None:
        self._sdl = _sdl()
        self._sleeps_on_input = self._sdl is not None and driver in {"x11", "wayland"}
        self._blind = driver in {"offscreen", "dummy"}
        self.sleep_s = SLEEP_S
        self._eager = _EAGER_TURNS
        self._woken = threading.Event()
        self._user_event = self._sdl.SDL_RegisterEvents(1) if self._sdl is not None else 0

    def install(self) -> None:
        """Take over Kivy's wait."""
        Clock.idle = self._idle

    def wake(self) -> None:
        """From any thread: something is to be done now."""
        self._woken.set()
        if self._sleeps_on_input and self._sdl is not None:
            event = (ctypes.c_uint32 * 32)(self._user_event)  # SDL_Event is 56 bytes, its type comes first
            self._sdl.SDL_PushEvent(event)

    def _idle(self) -> float:
        if self._woken.is_set():
            self._woken.clear()
            self._eager = _EAGER_TURNS
        if self._eager:
            self._eager -= 1
        elif self._sleep():
            self._eager = _EAGER_TURNS
        current = Clock.time()
        Clock._dt, Clock._last_tick = current - Clock._last_tick, current  # noqa: SLF001 - Kivy's own idle() does so
        return float(current)

    def _sleep(self) -> bool:
        """Sleep until there is input, a wake or the longest time; whether something came."""
        if self._sleeps_on_input and self._sdl is not None:
            return bool(self._sdl.SDL_WaitEventTimeout(None, int(self.sleep_s * 1000)))
        if self._blind or self._sdl is None:
            return self._woken.wait(self.sleep_s)
        for _ in range(max(1, int(self.sleep_s / _PUMP_S))):
            if self._woken.wait(_PUMP_S):
                return True
            self._sdl.SDL_PumpEvents()
            if self._sdl.SDL_HasEvents(0, 0xFFFF):
                return True
        return False


def _sdl() -> ctypes.CDLL | None:
    """The very SDL that Kivy has loaded; None where it cannot be found."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        path = line.rsplit(" ", 1)[-1]
        if "/libSDL2-2" in path:
            library = ctypes.CDLL(path)
            library.SDL_GetCurrentVideoDriver.restype = ctypes.c_char_p
            return library
    return None


def video_driver() -> str:
    """Name of SDL's video driver in use: x11, wayland, KMSDRM, offscreen ..."""
    library = _sdl()
    name = library.SDL_GetCurrentVideoDriver() if library is not None else None
    return name.decode("ascii") if name else ""
