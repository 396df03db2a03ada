"""A process that presses, cancels every third trip, and says on its output what it was promised; made to be killed."""

from __future__ import annotations

import sys
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_client.courier import Courier, Listener
from dispatch_client.http import Limits
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import load_key, open_outbox
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.trips import Place, TripRequest, TripStatus

if TYPE_CHECKING:
    from dispatch_client.trips import Trip

_QUIET = {TripStatus.REQUESTED, TripStatus.CANCELLED_BY_RIDER}


class Child:
    """Its courier, and what was said."""

    def __init__(self, folder: Path, url: str, presses: int) -> None:
        self.presses = presses
        self.settled = threading.Event()
        self._live: dict[str, Trip] = {}
        self._said: set[tuple[str, str]] = set()
        self._to_cancel: set[str] = set()
        provider = HailApiProvider(url, "sandbox", limits=Limits(connect_s=0.5, read_s=0.3, total_s=0.6), quiet_s=5)
        listener = Listener(self._on_trip, on_ready=self._on_ready)
        self.courier = Courier(lambda: open_outbox(folder, load_key(folder / "key"))[0], Ladder.of(provider), listener)

    def say(self, word: str, ref: str = "") -> None:
        if (word, ref) not in self._said:
            self._said.add((word, ref))
            sys.stdout.write(f"{word} {ref}\n")
            sys.stdout.flush()

    def _on_trip(self, trip: Trip) -> None:
        self._live[trip.ref] = trip
        self.say("acknowledged", trip.ref)
        if trip.cancelling or trip.status is TripStatus.CANCELLED_BY_RIDER:
            self.say("cancelling", trip.ref)
        elif trip.status is TripStatus.REQUESTED:
            self.say("delivered", trip.ref)
        if trip.ref in self._to_cancel:
            self._to_cancel.discard(trip.ref)
            self.courier.cancel(trip.ref)
        self._look()

    def _on_ready(self, _last: int) -> None:
        self.say("ready")
        self._look()
        now = datetime.now(UTC).astimezone()
        for number in range(1, self.presses + 1):
            ref = str(uuid.uuid4())
            if number % 3 == 0:
                self._to_cancel.add(ref)
            self.courier.ask(TripRequest(ref, Place("East gate", 31.0, 121.0), now, number))

    def _look(self) -> None:
        """All that was left is told before "ready" is."""
        done = all(trip.status in _QUIET and not trip.cancelling for trip in self._live.values())
        if done and ("ready", "") in self._said:
            self.settled.set()


def main(folder: Path, url: str, presses: int) -> None:
    child = Child(folder, url, presses)
    child.courier.start()
    if presses:
        threading.Event().wait()
    child.say("settled" if child.settled.wait(60) else "stuck")
    child.courier.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
