"""The pieces that several scenes share: the board, the plate, the car, the countdown, the telephone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dispatch_client.trips import COLOURS, TripStatus
from kiosk.core import reading
from kiosk.core.events import Part
from kiosk.core.scene import Car, Countdown, Line, Phone, Plate, Row, Step, StepMark
from kiosk.core.state import ON_BOARD
from kiosk.core.words import words

if TYPE_CHECKING:
    from dispatch_client.trips import Trip, Vehicle
    from kiosk.core.state import State, Waiting

BOARD_ROWS: Final = 4
"""More does not fit at this size; who waits longest stands on top."""

OVERDUE_S: Final = 120.0
"""An estimate that was wrong by more than this is no estimate any more."""

_CHINESE_PLATE: Final = re.compile(r"[\u4e00-\u9fff][A-Z]·(?P<body>[0-9A-Z]{5,6})")
_ELECTRIC_BODY: Final = 6  # GA 36-2018: plates of new-energy vehicles have six characters after the dot, and are green

COLOUR_WORDS: Final = {
    "white": "white",
    "black": "black",
    "silver": "silver",
    "grey": "grey",
    "red": "red",
    "blue": "blue",
    "green": "green",
    "yellow": "yellow",
    "orange": "orange",
    "brown": "brown",
    "gold": "gold",
}
"""Each colour's English word, to be translated."""


def line(shown: str, read: str = "") -> Line:
    """A sentence that is read as it stands, unless `read` says otherwise."""
    return Line(shown, read or shown)


def plate(vehicle: Vehicle | None) -> Plate | None:
    """The taxi's plate as it looks on the car; None when the dispatcher did not name one."""
    if vehicle is None or not vehicle.plate:
        return None
    text = reading.plate_written(vehicle.plate)
    chinese = _CHINESE_PLATE.fullmatch(text)
    if chinese is None:
        return Plate(text, "plain")
    return Plate(text, "cn_green" if len(chinese["body"]) == _ELECTRIC_BODY else "cn_blue")


def car(trip: Trip, language: str) -> Car | None:
    """The taxi in words and paint; None before there is one."""
    vehicle = trip.vehicle
    if vehicle is None:
        return None
    say = words(language)
    colour = say(COLOUR_WORDS.get(vehicle.colour, vehicle.colour))
    driver = trip.booking.driver.name if trip.booking and trip.booking.driver else ""
    return Car(
        colour=vehicle.colour if vehicle.colour in COLOURS else "",
        words=" ".join(part for part in (colour, say(vehicle.make), vehicle.model) if part),
        driver=driver,
    )


def minutes_left(state: State, trip: Trip) -> int | None:
    """Whole minutes until the taxi is there; None when nobody can tell (not told, long overdue, or no network)."""
    left = (trip.eta_at - state.wall).total_seconds() if trip.eta_at else None
    if left is None or left < -OVERDUE_S or not state.link_up:
        return None
    return reading.whole_minutes(left)


def countdown(state: State, trip: Trip, language: str) -> Countdown | None:
    """How long until the taxi is at the gate; None when nobody knows."""
    minutes = minutes_left(state, trip)
    if minutes is None:
        return None
    say, gate = words(language), state.box.gate_in(language)
    if minutes == 0:
        return Countdown("", "", say("Any moment at {gate}", gate=gate))
    return Countdown(say("about"), str(minutes), say("min"), say("to {gate}", gate=gate))


def steps(trip: Trip, language: str) -> tuple[Step, ...]:
    """The four steps from the press to the door."""
    say = words(language)
    labels = (say("Sent"), say("Looking"), say("Accepted"), say("At the door"))
    reached = {TripStatus.QUEUED: 0, TripStatus.SUBMITTING: 0, TripStatus.DRIVER_ASSIGNED: 3, TripStatus.ARRIVED: 4}
    now = reached.get(trip.status, 1)
    marks = (StepMark.DONE if i < now else StepMark.NOW if i == now else StepMark.TO_COME for i in range(len(labels)))
    return tuple(Step(label, mark) for label, mark in zip(labels, marks, strict=True))


def phone(state: State, language: str, before: str) -> Phone:
    """Whom to call, and the words that tell them where one is."""
    say, box = words(language), state.box
    where = say(
        "Say: {place}, {gate}, box {code}", place=box.place_in(language), gate=box.gate_in(language), code=box.code
    )
    return Phone(before, box.phone, where)


def board(state: State, language: str) -> tuple[Row, ...]:
    """Everybody who waits here, longest first; a number, the end of a plate and a time, nothing personal."""
    waiting = sorted((w for w in state.waiting.values() if w.trip.status in ON_BOARD), key=lambda w: w.began)
    return tuple(_row(state, w, language) for w in waiting[:BOARD_ROWS])


def _row(state: State, waiting: Waiting, language: str) -> Row:
    say, trip = words(language), waiting.trip
    tail = reading.plate_tail(trip.vehicle.plate) if trip.vehicle and trip.vehicle.plate else ""
    if trip.cancelling:
        when = say("being cancelled")
    elif trip.status is TripStatus.ARRIVED:
        when = say("is here")
    elif trip.status is TripStatus.DRIVER_ASSIGNED:
        minutes = minutes_left(state, trip)
        when = say("on its way") if minutes is None else reading.minutes_written(minutes, language, about=True)
    elif trip.status is TripStatus.QUEUED and not state.link_up:
        when = say("no network yet")
    else:
        when = say("looking")
    return Row(trip.request.boarding_number, say("…{tail}", tail=tail) if tail else "", when)


def banner(state: State, language: str) -> str:
    """What of the box is broken, for whoever looks after it; "" when all is well."""
    say = words(language)
    sentences = {
        Part.VOICE: say("This box cannot speak at the moment."),
        Part.PRINTER: say("This box cannot print at the moment."),
        Part.BUTTON: say("The wall button does not work. Please press the screen."),
        Part.KEYPAD: say("The three keys do not work. Please press the screen."),
        Part.READER: say("Cards cannot be read at the moment. The button works."),
        Part.SCANNER: say("Codes cannot be read at the moment. The button works."),
    }
    return next((text for part, text in sentences.items() if part in state.broken), "")
