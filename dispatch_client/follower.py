"""Keeps a dispatcher's stream of news open, and says when it is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from dispatch_client.errors import Ambiguous, DispatchError

if TYPE_CHECKING:
    from dispatch_client.provider import Provider
    from dispatch_client.trips import Booking

_PAUSES_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
_LIVED_S: Final = 30.0
"""A stream that stood this long was a good one: the next is opened as if it were the first."""


class Follower:
    """One thread that follows the provider's push and starts again, ever more patiently, when it breaks.

    `on_booking(ref, booking)` and `on_broken(error)` are called on that thread.
    """

    def __init__(
        self,
        provider: Provider,
        on_booking: Callable[[str, Booking], None],
        on_broken: Callable[[DispatchError], None],
    ) -> None:
        self._provider = provider
        self._on_booking = on_booking
        self._on_broken = on_broken
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.alive = False
        """News came through the present stream, so reads can be rare."""

    def start(self) -> None:
        """Begin to follow; returns at once."""
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """The dispatcher was reached by another way: open the stream now instead of after the pause."""
        self._wake.set()

    def stop(self) -> None:
        """End the stream; returns within two seconds."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(2)

    def _run(self) -> None:
        broken = 0
        while not self._stop.is_set():
            began = time.monotonic()
            error = self._follow()
            if self._stop.is_set():
                return
            broken = 0 if self.alive or time.monotonic() - began > _LIVED_S else broken
            self.alive = False
            self._wake.clear()  # before the news goes out: what it sets off may nudge
            self._on_broken(error)
            if self._stop.is_set():
                return
            broken = 0 if self._wake.wait(_PAUSES_S[min(broken, len(_PAUSES_S) - 1)]) else broken + 1

    def _follow(self) -> DispatchError:
        """Follow one stream to its end; gives what ended it."""
        try:
            self._provider.follow(self._take, self._stop)
        except DispatchError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a provider's own fault must not end the news for good
            return Ambiguous(f"{type(error).__name__} inside the provider")
        return Ambiguous("the stream of news ended")

    def _take(self, ref: str, booking: Booking) -> None:
        self.alive = True
        self._on_booking(ref, booking)
