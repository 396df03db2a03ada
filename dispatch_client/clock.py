"""Time that a box without a battery clock can be trusted to tell, or says that it cannot."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

_TIME_ERROR: Final = 5  # adjtimex(2): the kernel's clock is not synchronised


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant as it was known here: monotonic within one boot, wall time across boots."""

    boot_id: str
    mono: float
    """Seconds since that boot, suspend included."""
    wall: datetime
    trusted: bool
    """Wall time was synchronised when this was taken."""

    def age_s(self, now: Moment) -> float | None:
        """Seconds from this moment to `now`; None when no clock can tell (a reboot with unsynchronised time)."""
        if self.boot_id == now.boot_id:
            return max(0.0, now.mono - self.mono)
        if self.trusted and now.trusted:
            return max(0.0, (now.wall - self.wall).total_seconds())
        return None


class Clock(Protocol):
    """Where the courier gets the time from."""

    speed: float
    """How many of its seconds pass in a real one."""

    def now(self) -> Moment:
        """The present instant."""


class FastClock:
    """A clock on which time passes `speed` times as fast, from the moment it was made: for demonstrations."""

    def __init__(self, clock: Clock, speed: float) -> None:
        self._clock = clock
        self._start = clock.now()
        self.speed = speed

    def now(self) -> Moment:
        """The hurried instant."""
        real = self._clock.now()
        gone = (real.mono - self._start.mono) * (self.speed - 1)
        return replace(real, mono=real.mono + gone, wall=real.wall + timedelta(seconds=gone))


class SystemClock:
    """The machine's clocks: CLOCK_BOOTTIME, the wall clock in local time, and the kernel's word on its sync."""

    speed = 1.0

    def __init__(self) -> None:
        self._boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        self._adjtimex = _adjtimex()

    def now(self) -> Moment:
        """Read the clocks; some microseconds."""
        return Moment(
            boot_id=self._boot_id,
            mono=time.clock_gettime(time.CLOCK_BOOTTIME),
            wall=datetime.now(UTC).astimezone(),
            trusted=self._synchronised(),
        )

    def _synchronised(self) -> bool:
        """Ask the kernel whether a time source keeps the wall clock; False where it cannot be asked."""
        if self._adjtimex is None:
            return False
        # struct timex is 208 bytes on 64-bit Linux; all zero means "only read".
        return bool(0 <= self._adjtimex(ctypes.create_string_buffer(256)) < _TIME_ERROR)


def _adjtimex() -> Callable[..., int] | None:
    try:
        found: Callable[..., int] = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return None
    return found
