"""The line of print jobs: an id enters once in the life of the process, and every id gets an answer."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardware.paper import Document


@dataclass(frozen=True, slots=True)
class Job:
    """One slip to print."""

    id: str
    document: Document


class JobLine:
    """First come, first printed. Every method may be called from any thread and returns at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: deque[Job] = deque()
        self._known: set[str] = set()
        self._closed = False

    def put(self, job: Job) -> bool:
        """Take a job; False: the line is closed and the caller must answer it. An id of before is dropped (True)."""
        with self._lock:
            if job.id in self._known:
                return True
            self._known.add(job.id)
            if not self._closed:
                self._jobs.append(job)
            return not self._closed

    def take(self) -> Job | None:
        """Give the next job, None when there is none."""
        with self._lock:
            return self._jobs.popleft() if self._jobs else None

    def waits(self) -> bool:
        """Tell whether somebody is in line."""
        return bool(self._jobs)

    def open(self) -> None:
        """Let jobs in."""
        with self._lock:
            self._closed = False

    def clear(self, *, close: bool = False) -> tuple[Job, ...]:
        """Send everybody home and give who that was; closed, nobody is let in any more."""
        with self._lock:
            self._closed = self._closed or close
            waiting = tuple(self._jobs)
            self._jobs.clear()
        return waiting
