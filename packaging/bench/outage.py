"""A thousand presses wait out an outage: how soon the dispatcher has them, beside a bare queue and bare requests."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Final

import requests
from contenders import Bare, example
from figures import Figure

from dispatch_client.courier import Courier, Listener
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import load_key, open_outbox
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.sandbox import Sandbox
from dispatch_client.trips import TripStatus

if TYPE_CHECKING:
    from pathlib import Path

    from figures import Progress

    from dispatch_client.trips import Trip

QUEUED: Final = 1000
_PATIENCE_S: Final = 300.0


class OutageError(Exception):
    """What had to arrive did not. One sentence."""


def measure(folder: Path, tell: Progress, queued: int = QUEUED) -> list[Figure]:
    """Let so many trips wait while the dispatcher is away, then let it come back; what stands in `folder` goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tell(f"{queued} queued trips after an outage")
    ours = _ours(folder, queued)
    bare = _bare(folder, queued)
    return [Figure(f"{queued} queued trips → all at the dispatcher, after an outage", "s", ours, bare)]


class _Counted:
    """Waits until so many trips have been told in a status."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._seen: dict[TripStatus, set[str]] = {TripStatus.QUEUED: set(), TripStatus.REQUESTED: set()}
        self._reached = {status: threading.Event() for status in self._seen}
        self.down = threading.Event()

    def on_trip(self, trip: Trip) -> None:
        if trip.status in self._seen:
            refs = self._seen[trip.status]
            refs.add(trip.ref)
            if len(refs) == self._number:
                self._reached[trip.status].set()

    def wait(self, status: TripStatus) -> None:
        if not self._reached[status].wait(_PATIENCE_S):
            raise OutageError(
                f"{len(self._seen[status])} of {self._number} trips were {status} after {_PATIENCE_S:g} s"
            )


def _ours(folder: Path, queued: int) -> float:
    with Sandbox(speed=0) as sandbox:
        sandbox.cut()
        told = _Counted(queued)
        listener = Listener(told.on_trip, on_link=lambda up, _why: None if up else told.down.set())
        provider = HailApiProvider(sandbox.url, sandbox.token)
        courier = Courier(
            lambda: open_outbox(folder / "store", load_key(folder / "store.key"))[0], Ladder.of(provider), listener
        )
        courier.start()
        try:
            if not told.down.wait(_PATIENCE_S):
                raise OutageError("the courier did not notice that the dispatcher is away")
            for number in range(queued):
                courier.ask(example(number))
            told.wait(TripStatus.QUEUED)
            sandbox.restore()
            began = time.perf_counter()
            told.wait(TripStatus.REQUESTED)
            seconds = time.perf_counter() - began
        finally:
            courier.stop()
        _each_once(sandbox, queued)
    return seconds


def _bare(folder: Path, queued: int) -> float:
    """The oldest row, a note that it is being sent, a post, a note that it is done; one after the other."""
    with Sandbox(speed=0) as sandbox, closing(Bare(folder)) as queue, requests.Session() as session:
        for number in range(queued):
            queue.put(example(number))
        began = time.perf_counter()
        for _ in range(queued):
            queue.finish(lambda body: _post(session, sandbox, body))
        seconds = time.perf_counter() - began
        _each_once(sandbox, queued)
    return seconds


def _post(session: requests.Session, sandbox: Sandbox, body: str) -> None:
    headers = {
        "Authorization": f"Bearer {sandbox.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": json.loads(body)["client_ref"],
    }
    session.post(f"{sandbox.url}/v1/trips", body.encode(), headers=headers, timeout=10).raise_for_status()


def _each_once(sandbox: Sandbox, queued: int) -> None:
    booked = Counter(trip["client_ref"] for trip in sandbox.trips())
    if len(booked) != queued or set(booked.values()) != {1}:
        raise OutageError(f"{queued} trips were queued, and the dispatcher has {booked.total()} of {len(booked)}")
