"""The terminal's way to a taxi: one trip through the same outbox and courier as the button, and the list of trips."""

from __future__ import annotations

import json
import queue
import uuid
from typing import TYPE_CHECKING, Final

import click

from dispatch_client.clock import SystemClock
from dispatch_client.trips import ENDS, TripRequest, TripStatus
from kiosk.app.wiring import box_of, courier_of, ladder_of, store_key
from kiosk.core.events import LinkChanged, TripChanged, TripLost
from kiosk.core.slip import reference
from kiosk.inbox import Inbox
from kiosk.log import configure

if TYPE_CHECKING:
    from dispatch_client.trips import Trip
    from kiosk.config import Config
    from kiosk.core.events import Event

DELIVERED: Final = 0
NOT_SERVED: Final = 1
_BEFORE_DELIVERY: Final = {TripStatus.QUEUED, TripStatus.SUBMITTING}


class _Waiting(Inbox["Event"]):
    """An inbox whose owner has nothing else to do than to wait."""

    def __init__(self) -> None:
        super().__init__()
        self._come: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def put(self, event: Event) -> None:
        self._come.put(event)

    def wait(self) -> Event:
        """The next event, whenever it comes."""
        return self._come.get()


def hail_once(config: Config, *, as_json: bool, wait: bool) -> int:
    """Ask for one taxi and tell what becomes of it; 0 when it was served (or delivered, without `wait`), 1 when not."""
    configure(config.log.level)
    box, clock, inbox = box_of(config), SystemClock(), _Waiting()
    now = clock.now().wall
    request = TripRequest(
        client_ref=str(uuid.uuid4()),
        pickup=box.pickup,
        requested_at=now,
        boarding_number=99,
        kiosk_id=box.code,
        contact_phone=box.contact_phone,
    )
    courier = courier_of(config, ladder_of(config), inbox, clock)
    courier.start()
    courier.ask(request)
    try:
        return _follow(request.client_ref, inbox, as_json=as_json, wait=wait)
    except KeyboardInterrupt:
        click.echo("left; the trip stays as it is, and the box goes on with it when it runs", err=True)
        return NOT_SERVED
    finally:
        courier.stop()


def _follow(ref: str, inbox: _Waiting, *, as_json: bool, wait: bool) -> int:
    last = ""
    while True:
        event = inbox.wait()
        match event:
            case TripLost() if event.ref == ref:
                click.echo("the trip could not be stored, so nothing was asked for", err=True)
                return NOT_SERVED
            case LinkChanged(up=False):
                click.echo("the dispatcher cannot be reached; the trip is kept and sent when it can", err=True)
            case TripChanged() if event.trip.ref == ref:
                text = _told(event.trip, as_json=as_json)
                if text != last:
                    click.echo(text)
                last = text
                if event.trip.status in ENDS:
                    return DELIVERED if event.trip.status is TripStatus.COMPLETED else NOT_SERVED
                if not wait and event.trip.status not in _BEFORE_DELIVERY:
                    return DELIVERED


def list_trips(config: Config, *, as_json: bool, limit: int) -> None:
    """List the last trips, newest first."""
    from dispatch_client.outbox import Outbox

    path = config.store.folder / "trips.db"
    if not path.exists():
        click.echo(f"{path}: no trip was ever asked for here", err=True)
        return
    outbox = Outbox(path, store_key(config))
    try:
        box = box_of(config)
        for case in outbox.recent(limit):
            trip = case.trip
            head = {
                "reference": reference(box, trip),
                "pressed": trip.request.requested_at.isoformat(timespec="seconds"),
            }
            click.echo(json.dumps({**head, **_facts(trip)}, ensure_ascii=False) if as_json else _row(head, trip))
    finally:
        outbox.close()


def _row(head: dict[str, str], trip: Trip) -> str:
    return f"{head['pressed']}  {head['reference']}  {trip.status.value}"


def _facts(trip: Trip) -> dict[str, object]:
    booking = trip.booking
    rode = trip.status is TripStatus.COMPLETED and booking is not None  # the register forgets the plate, we do not
    vehicle = booking.vehicle if rode and booking else trip.vehicle
    return {
        "ref": trip.ref,
        "status": trip.status.value,
        "provider": trip.attempts[-1].provider if trip.attempts else None,
        "native_id": booking.native_id if booking else None,
        "native_status": booking.native_status if booking else None,
        "attempts": len(trip.attempts),
        "plate": vehicle.plate if vehicle else None,
        "driver": booking.driver.name if booking and booking.driver else None,
        "eta_s": booking.eta_s if booking else None,
        "asks_again": trip.asks_again,
    }


def _told(trip: Trip, *, as_json: bool) -> str:
    facts = _facts(trip)
    if as_json:
        return json.dumps(facts, ensure_ascii=False)
    parts = [
        trip.status.value,
        facts["plate"],
        facts["driver"],
        f"about {facts['eta_s']} s" if facts["eta_s"] else None,
    ]
    return "  ".join(str(part) for part in parts if part)
