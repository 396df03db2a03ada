"""One queue from every thread to the main one, so that nothing else needs a lock."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """Takes events from any thread; the main thread takes them out in its own time.

    `wake` is called after each `put`, on the thread that put, and must not block.
    """

    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        self._queue: queue.SimpleQueue[T] = queue.SimpleQueue()
        self.wake = wake

    def put(self, event: T) -> None:
        """Hand over an event."""
        self._queue.put(event)
        self.wake()

    def take(self, most: int = 64) -> Iterator[T]:
        """Take out what has come, at most so many, so that a flood cannot stop the picture."""
        for _ in range(most):
            try:
                yield self._queue.get_nowait()
            except queue.Empty:
                return
