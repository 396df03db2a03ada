"""The real courier with its store, before whatever dispatcher: time flies, and what it tells can be waited for."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

from dispatch_client.clock import FastClock, SystemClock
from dispatch_client.courier import Courier, Listener
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import Outbox, load_key, open_outbox

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch_client.provider import Provider
    from dispatch_client.trips import Trip, TripStatus

SPEED = 40
"""Seconds of the courier in a real one."""


class Box:
    """A courier with its store, and what it told."""

    def __init__(self, folder: Path, provider: Provider) -> None:
        self.folder = folder
        self.told: queue.Queue[Trip] = queue.Queue()
        self.faults: list[str] = []
        self.seen: list[TripStatus] = []
        clock = FastClock(SystemClock(), SPEED)
        listener = Listener(on_trip=self.told.put, on_fault=self.faults.append)
        self.courier = Courier(self._open, Ladder.of(provider), listener, clock=clock)
        self.courier.start()

    def _open(self) -> Outbox:
        return open_outbox(self.folder / "store", load_key(self.folder / "store.key"))[0]

    def until(self, *statuses: TripStatus) -> Trip:
        """Wait for news of one of these."""
        while True:
            trip = self.told.get(timeout=30)
            self.seen.append(trip.status)
            if trip.status in statuses:
                return trip
