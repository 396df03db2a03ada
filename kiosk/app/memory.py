"""Gives memory back to the machine: pictures and letters come and go, and a box runs for months."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
# Both from malloc.h of the GNU C library.

_LARGE: Final = 64 * 1024
"""Bytes. A line of text as a texture takes 0.1 MB and more: it goes back to the machine the moment it is not needed,
instead of leaving a hole between what stays."""


def be_frugal() -> None:
    """Tell the C library's malloc to keep one heap for all threads, and no large piece that was freed.

    Without the GNU C library nothing happens. To be called before the first thread starts.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
