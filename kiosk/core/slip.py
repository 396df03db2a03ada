"""What the paper says once a taxi is found: the same facts as the screen, to hold in the hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kiosk.core.reading import clock_written, plate_written, whole_minutes
from kiosk.core.words import words

if TYPE_CHECKING:
    from datetime import datetime

    from dispatch_client.trips import Trip
    from kiosk.core.state import Box, Waiting


CODE_MARK: Final = "taxi:"
"""Before the reference in the square code of a slip."""


@dataclass(frozen=True, slots=True)
class Slip:
    """The lines of one slip, in the order in which they stand."""

    number: int
    title: str
    when: str
    place: str
    notice: str
    plate: str
    old_plate: str
    car: str
    expected: str
    code: str
    """What the square code holds: the trip's reference, nothing personal."""
    code_title: str
    code_text: str
    fare: str
    lost: str
    phone: str
    reference: str


def reference(box: Box, trip: Trip) -> str:
    """The number under which a lost bag is asked for: box, month and day, boarding number."""
    return f"{box.code}-{trip.request.requested_at:%m%d}-{trip.request.boarding_number:03d}"


def _minute(at: datetime, now: datetime) -> str:
    """The minute at which it is there: what the clock on the screen shows, and the minutes that it says."""
    return clock_written((now + timedelta(minutes=whole_minutes((at - now).total_seconds()))).time())


def slip(box: Box, waiting: Waiting, language: str, now: datetime, car: str) -> Slip:
    """Compose the slip of a trip to which a taxi was assigned; `car` is the taxi in words, as on the screen."""
    say, trip = words(language), waiting.trip
    vehicle, old = trip.vehicle, waiting.old_taxi
    gate = box.gate_in(language)
    number = trip.request.boarding_number
    date = say("{year}-{month:02d}-{day:02d}", year=now.year, month=now.month, day=now.day)
    return Slip(
        number=number,
        title=say("You are number {number}", number=number),
        when=f"{date} {clock_written(now.time())}",
        place=f"{box.place_in(language)} · {gate}",
        notice=say("This slip counts. Throw older ones away.") if old else "",
        plate=plate_written(vehicle.plate) if vehicle else "",
        old_plate=plate_written(old.plate) if old else "",
        car=car,
        expected=say("About {time} at {gate}", time=_minute(trip.eta_at, now), gate=gate) if trip.eta_at else "",
        code=f"{CODE_MARK}{reference(box, trip)}",
        code_title=say("Trip {reference}", reference=reference(box, trip)),
        code_text=say("Show this slip to anybody who helps you. It tells them which taxi it was."),
        fare=say("Pay once, to the driver."),
        lost=say("Left something behind, or no taxi came? Call"),
        phone=box.phone,
        reference=say("and say {reference}", reference=reference(box, trip)),
    )
