from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from hardware.service import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.events import Event

E = TypeVar("E")
WAIT_S = 20.0
"""Far longer than anything takes; only a broken test waits this long."""
QUICK = Backoff(first_s=0.01, cap_s=0.05)


class Listener:
    """Collects events and lets a test wait for the next of a kind."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._came = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._came:
            self.events.append(event)
            self._came.notify_all()

    def all(self, kind: type[E]) -> list[E]:
        with self._came:
            return [event for event in self.events if isinstance(event, kind)]

    def wait(self, kind: type[E], count: int = 1, such: Callable[[E], bool] = lambda _event: True) -> E:
        """Wait for the `count`-th event of a kind (the first is 1) and give it."""

        def found() -> list[E]:
            return [event for event in self.events if isinstance(event, kind) and such(event)]

        with self._came:
            assert self._came.wait_for(lambda: len(found()) >= count, WAIT_S), f"no {kind.__name__} in {self.events}"
            return found()[count - 1]
