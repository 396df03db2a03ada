"""Writes down what happens to a visit: one JSON line a moment, one picture a screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_client.trips import ENDS, TripStatus
from kiosk.core.effects import Ask, Effect
from kiosk.core.events import Event, LinkChanged, SlipDone, SlipResult, TripChanged

if TYPE_CHECKING:
    from dispatch_client.trips import Trip

_MOMENTS = {
    TripStatus.DRIVER_ASSIGNED: "assigned",
    TripStatus.ARRIVED: "arrived",
    TripStatus.IN_PROGRESS: "gone",
    TripStatus.COMPLETED: "completed",
}
_BEFORE_DELIVERY = {TripStatus.QUEUED, TripStatus.SUBMITTING}


class Diary:
    """Sees every event and effect of the kiosk and tells its moments through `tell`, each once for a trip."""

    def __init__(self, seconds: Callable[[], float], tell: Callable[[str], None]) -> None:
        self._seconds = seconds
        self._tell = tell
        self._told: set[tuple[str, str]] = set()
        self.moments: list[str] = []
        self.statuses: dict[str, TripStatus] = {}

    def __call__(self, seen: Event | Effect) -> None:
        """Take note of one event or effect."""
        match seen:
            case Ask():
                self.moment("pressed", seen.request.client_ref, number=seen.request.boarding_number)
            case TripChanged():
                self._trip(seen.trip)
            case SlipDone():
                name = "slip_printed" if seen.result is SlipResult.PRINTED else "slip_not_printed"
                self.moment(name, seen.job_id, result=seen.result.value)
            case LinkChanged():
                self.moment("network_up" if seen.up else "network_down", str(len(self.moments)))

    def moment(self, name: str, key: str, **facts: object) -> None:
        """Tell of a moment, unless it was told."""
        if (name, key) in self._told:
            return
        self._told.add((name, key))
        self.moments.append(name)
        self._tell(json.dumps({"t": round(self._seconds(), 2), "moment": name, **facts}, ensure_ascii=False))

    def _trip(self, trip: Trip) -> None:
        self.statuses[trip.ref] = trip.status
        self.moment("saved", trip.ref)
        if trip.status not in _BEFORE_DELIVERY | ENDS or trip.status in _MOMENTS:
            self.moment("delivered", trip.ref)
        if name := _MOMENTS.get(trip.status):
            vehicle = trip.vehicle
            self.moment(
                name, trip.attempts[-1].ref, **({"plate": vehicle.plate} if vehicle and name == "assigned" else {})
            )
        elif trip.ended:
            self.moment(trip.status.value, trip.ref)


class Album:
    """Numbers the pictures of a visit and writes them into a folder."""

    def __init__(self, folder: Path, snapshot: Callable[[Path], None]) -> None:
        self._folder = folder
        self._snapshot = snapshot
        self._count = 0
        self._last: object = None

    def keep(self, name: str, shown: object) -> None:
        """Keep what is on the glass, unless this very screen is the last one that was kept."""
        if shown == self._last:
            return
        self._last = shown
        self._count += 1
        self._snapshot(self._folder / f"{self._count:02}-{name}.png")
