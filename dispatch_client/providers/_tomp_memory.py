"""What one process remembers of its bookings. All of it may get lost: then it is looked up, or left unsaid."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_MOST: Final = 500
"""Bookings remembered; the oldest are forgotten first."""
_MINUTE_S: Final = 60


@dataclass
class _Known:
    ref: str
    ending: bool = False
    """We have asked for its end."""
    etas: int = 0
    """How many ETAs were told of it."""
    here_at: float | None = None
    """Monotonic second at which the newest of them says that the taxi is there."""
    silent: bool = False
    """Its operator has no notifications."""


class Memory:
    """Bookings by their ids; may be asked from any thread. `monotonic` gives seconds that only grow."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._ids: OrderedDict[str, str] = OrderedDict()
        self._creates: OrderedDict[str, threading.Lock] = OrderedDict()
        self._lock = threading.Lock()

    def alone(self, ref: str) -> threading.Lock:
        """Give what lets one create for `ref` after the other go on, so that the later finds what the earlier made."""
        with self._lock:
            lock = self._creates.setdefault(ref, threading.Lock())
            while len(self._creates) > _MOST:
                self._creates.popitem(last=False)
            return lock

    def booking(self, ref: str, native_id: str) -> None:
        """Note, before it is sent, under which id a booking of ours is made."""
        with self._lock:
            self._of(native_id).ref = ref
            self._ids[ref] = native_id
            while len(self._ids) > _MOST:
                self._ids.popitem(last=False)

    def id_of(self, ref: str) -> str | None:
        """Give the id under which this process last booked for `ref`."""
        with self._lock:
            return self._ids.get(ref)

    def ending(self, native_id: str) -> None:
        """Note that we ask for a booking's end."""
        with self._lock:
            self._of(native_id).ending = True

    def ended_by_us(self, native_id: str) -> bool:
        """Tell whether we have asked for a booking's end."""
        with self._lock:
            known = self._known.get(native_id)
            return known is not None and known.ending

    def silent(self, native_id: str) -> None:
        """Note that nothing is told about a booking beside what can be read."""
        with self._lock:
            self._of(native_id).silent = True

    def listens(self, native_id: str) -> bool:
        """Tell whether it is worth while to ask what was told about a booking."""
        with self._lock:
            known = self._known.get(native_id)
            return known is None or not known.silent

    def eta_s(self, native_id: str, minutes: list[int]) -> int | None:
        """Give the seconds left of the newest ETA, None when there is none or its time is over.

        `minutes` are all that were ever told, none of which has a time: so an ETA counts from when it was first seen.
        What was told before this process knew the booking is left out.
        """
        now = self._monotonic()
        with self._lock:
            known = self._of(native_id)
            seen, known.etas = known.etas, max(known.etas, len(minutes))
            if len(minutes) > seen:
                known.here_at = now + minutes[-1] * _MINUTE_S if seen or known.ref else None
            left = -1 if known.here_at is None else round(known.here_at - now)
            return left if left >= 0 else None

    def _of(self, native_id: str) -> _Known:
        known = self._known.setdefault(native_id, _Known(""))
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return known
