"""One state for every scene a person can meet, for the gallery and for whoever checks the screens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from dispatch_client.trips import (
    Attempt,
    Booking,
    Driver,
    Place,
    Trip,
    TripRequest,
    TripStatus,
    Vehicle,
)
from kiosk.core.events import Part
from kiosk.core.news import paper_of
from kiosk.core.state import Box, Stage, State, Visit, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiosk.core.slip import Slip

NOW: Final = datetime(2026, 11, 21, 10, 24, tzinfo=UTC)
_REF: Final = "00000000-0000-4000-8000-000000000007"
_MONO: Final = 1000.0

SAMPLE_BOX: Final = Box(
    code="0412",
    place={"zh_CN": "曹家渡社区", "en": "Caojiadu"},
    gate={"zh_CN": "北门", "en": "the north gate"},
    pickup=Place("曹家渡社区北门", 31.2366, 121.4297),
    phone="95128",
    contact_phone=None,
)

_TAXI: Final = Vehicle(plate="沪A·D12345", make="Volkswagen", colour="white")
_OTHER: Final = Vehicle(plate="沪B·67890", make="BYD", colour="green")


def _trip(
    status: TripStatus,
    *,
    number: int = 7,
    ref: str = _REF,
    vehicle: Vehicle | None = None,
    eta_s: int | None = None,
    lost: Vehicle | None = None,
) -> Trip:
    request = TripRequest(
        client_ref=ref,
        pickup=SAMPLE_BOX.pickup,
        requested_at=NOW - timedelta(seconds=40),
        boarding_number=number,
        kiosk_id=SAMPLE_BOX.code,
    )
    driver = Driver(name="王师傅") if vehicle else None
    booking = Booking("1", status, vehicle=vehicle, driver=driver, eta_s=eta_s, drivers_notified=8)
    attempts = (
        (Attempt(f"{ref}-1", "sandbox", TripStatus.CANCELLED_BY_DRIVER, replace(booking, vehicle=lost)),)
        if lost
        else ()
    )
    return Trip(
        request=request,
        status=status,
        deadline=NOW + timedelta(minutes=8),
        attempts=(*attempts, Attempt(f"{ref}-2", "sandbox", status, booking)),
        eta_at=NOW + timedelta(seconds=eta_s) if eta_s is not None else None,
        last_news_at=NOW,
    )


def _state(
    trip: Trip | None, stage: Stage | None = Stage.TRIP, *, age: float = 40, gave_up: bool = False, **rest: object
) -> State:
    waiting = {trip.ref: Waiting(trip, began=_MONO - age, changed=_MONO - 5, gave_up=gave_up)} if trip else {}
    visit = Visit(stage, trip.ref if trip else None, since=_MONO, touched=_MONO) if stage else None
    base = State(box=SAMPLE_BOX, language="zh_CN", mono=_MONO, wall=NOW, visit=visit, waiting=waiting, resumed=True)
    return replace(base, **rest)  # type: ignore[arg-type]


def samples(language: str) -> Iterator[tuple[str, State]]:
    """Every sample as (name, state) in this language; names are unique and sort in the order of a visit."""
    for name, state in _samples():
        yield name, replace(state, language=language)


def slips(language: str) -> Iterator[tuple[str, Slip]]:
    """Every slip that the samples lead to, with the name of its state and the number on it."""
    for name, state in samples(language):
        for waiting in state.waiting.values():
            if waiting.trip.vehicle is not None:
                yield f"{name}-{waiting.trip.request.boarding_number}", paper_of(state, waiting)


def _samples() -> Iterator[tuple[str, State]]:
    status = TripStatus
    assigned = _trip(status.DRIVER_ASSIGNED, vehicle=_TAXI, eta_s=230)
    others = [
        _trip(status.DRIVER_ASSIGNED, vehicle=_TAXI, eta_s=170),
        _trip(status.ARRIVED, number=8, ref="00000000-0000-4000-8000-000000000008", vehicle=_OTHER, eta_s=0),
        _trip(status.REQUESTED, number=9, ref="00000000-0000-4000-8000-000000000009"),
    ]
    board = {t.ref: Waiting(t, began=_MONO - 300 + i, changed=_MONO) for i, t in enumerate(others)}
    board_one = dict([*board.items()][:1])
    yield "01-home", _state(None, None)
    yield "02-home-board", _state(None, None, waiting=board)
    yield "03-home-offline", _state(None, None, link_up=False)
    yield (
        "04-home-banner",
        _state(None, None, broken=frozenset({Part.READER, Part.PRINTER}), waiting=board_one),
    )
    yield "05-calling", _state(_trip(status.SUBMITTING), age=1)
    yield "06-searching", _state(_trip(status.REQUESTED))
    yield "06-searching-long", _state(_trip(status.REQUESTED), age=400)
    near = _trip(status.REQUESTED)
    (first,) = near.attempts
    yield "06-searching-wider", _state(replace(near, attempts=(replace(first, wider=True),)), age=95)
    yield "06-searching-another", _state(replace(near, attempts=(first, replace(first, provider="second"))), age=185)
    written = replace(near, attempts=(first, replace(first, provider="message", followed=False)))
    yield "06-written", _state(written, age=250)
    yield "06-written-unsure", _state(replace(written, status=status.SUBMITTING), age=250)
    yield "07-driver-cancelled", _state(_trip(status.REQUESTED, lost=_OTHER))
    yield "08-found", _state(assigned)
    yield (
        "09-found-green-plate",
        _state(
            _trip(
                status.DRIVER_ASSIGNED, vehicle=replace(_TAXI, plate="沪AD12345", colour="blue", make="BYD"), eta_s=600
            )
        ),
    )
    yield "10-found-again", _state(_trip(status.DRIVER_ASSIGNED, vehicle=_OTHER, eta_s=230, lost=_TAXI))
    yield (
        "11-found-european",
        _state(_trip(status.DRIVER_ASSIGNED, vehicle=Vehicle("AB-123-CD", "Toyota", "Prius", "black"), eta_s=None)),
    )
    yield "12-nearly-here", _state(_trip(status.DRIVER_ASSIGNED, vehicle=_TAXI, eta_s=50))
    yield "13-found-no-slip", _state(assigned, broken=frozenset({Part.PRINTER}))
    yield "14-found-offline", _state(assigned, link_up=False)
    yield "15-arrived", _state(_trip(status.ARRIVED, vehicle=_TAXI, eta_s=0))
    yield "16-arrived-coming", _state(replace(_trip(status.ARRIVED, vehicle=_TAXI, eta_s=0), coming=True))
    yield "17-gone", _state(_trip(status.IN_PROGRESS, vehicle=_TAXI))
    yield "18-offline", _state(_trip(status.QUEUED), link_up=False)
    yield "19-still-wanted", _state(replace(_trip(status.QUEUED), asks_again=True), link_up=False)
    yield "20-again", _state(assigned, Stage.AGAIN)
    yield "21-sure", _state(assigned, Stage.SURE)
    yield "22-cancelled", _state(_trip(status.CANCELLED_BY_RIDER), gave_up=True)
    yield "23-cancelling-offline", _state(replace(_trip(status.REQUESTED), cancelling=True), link_up=False)
    yield "24-sorry", _state(_trip(status.NO_DRIVERS))
    yield "25-sorry-rejected", _state(_trip(status.REJECTED))
    helped = _state(_trip(status.NO_DRIVERS))
    asked = {ref: replace(one, staff_told=True) for ref, one in helped.waiting.items()}
    yield "25-sorry-person-asked", replace(helped, waiting=asked)
    yield "26-comfort", _state(None, Stage.COMFORT)
    yield "26-help", _state(None, Stage.HELP)
    yield "26-keys-home", _state(None, None, keys=True, focus=0)
    yield "26-keys-louder", _state(assigned, keys=True, focus=3)
    yield "26-keys-searching", _state(_trip(status.REQUESTED), keys=True, focus=1)
    yield "27-out-of-service", _state(None, None, broken=frozenset({Part.STORE}))
