"""The scenes once there is a taxi: on its way, at the gate, gone."""

from __future__ import annotations

from kiosk.core import parts, reading
from kiosk.core.events import Part, Press
from kiosk.core.parts import line
from kiosk.core.scene import Scene, SceneName, Tone
from kiosk.core.scene_kit import SceneKit
from kiosk.core.state import Waiting


def found(kit: SceneKit, waiting: Waiting) -> Scene:
    """A driver promised to come: the plate above all."""
    say, trip = kit.say, waiting.trip
    car = parts.car(trip, kit.language)
    minutes = parts.minutes_left(kit.state, trip)
    near = waiting.near or (minutes is not None and minutes <= 1)
    title = say("Your taxi is nearly here") if near else say("We found a taxi")
    no_slip = waiting.slip_failed or Part.PRINTER in kit.state.broken
    keep = say("Please remember number {number}.", number=trip.request.boarding_number)
    hold = say("Please keep your slip. Take your time.")
    plate_line = kit.plate_line(trip.vehicle.plate if trip.vehicle else "")
    eta = parts.countdown(kit.state, trip, kit.language)
    speech = [line(title), *plate_line, *plate_line]
    if car and car.words:
        speech.append(line(car.words))
    if eta and minutes is not None:
        shown = " ".join(part for part in (eta.before, eta.number, eta.after, eta.where) if part)
        speech.append(line(shown, reading.minutes_aloud(minutes, kit.language, about=True)))
    footnote = keep if no_slip else hold
    if not kit.state.link_up:
        footnote = say("No network. Last news {time}.", time=kit.news(waiting))
    speech.append(kit.numbered(footnote, trip.request.boarding_number))
    return kit.scene(
        SceneName.FOUND,
        waiting,
        variant=f"{'near' if near else ''}{waiting.slip_failed}{trip.vehicle.plate if trip.vehicle else ''}",
        title=title,
        sentence=say("Look for this plate.") if plate_line else say("The number plate will follow."),
        plate=parts.plate(trip.vehicle),
        old_plate=parts.plate(waiting.old_taxi),
        car=car,
        countdown=eta,
        footnote=footnote,
        buttons=kit.choices(Press.REPEAT, Press.CANCEL, Press.BACK),
        speech=tuple(speech),
    )


def arrived(kit: SceneKit, waiting: Waiting) -> Scene:
    """The taxi stands at the gate: the whole screen turns green."""
    say, trip = kit.say, waiting.trip
    car = parts.car(trip, kit.language)
    number = trip.request.boarding_number
    here = say("Number {number}, your taxi is here.", number=number)
    where = say("It stands at {gate}.", gate=kit.gate)
    called = kit.numbered(here, number)
    plate_line = kit.plate_line(trip.vehicle.plate if trip.vehicle else "")
    told = say("We are telling the driver that you are coming. Take your time.") if trip.coming else ""
    if waiting.cannot_see:
        told = say("We are telling the driver that you cannot see the taxi. Please look for this plate.")
    if told and not kit.state.link_up:
        told = say("Look for this plate.")
    speech = (line(told),) if told else (called,)
    buttons = kit.choices(Press.CANNOT_SEE, Press.REPEAT, Press.BACK) if trip.coming else kit.arrived_buttons()
    return kit.scene(
        SceneName.ARRIVED,
        waiting,
        variant=f"{waiting.calls}{trip.coming}{waiting.cannot_see}",
        tone=Tone.ARRIVED,
        title=say("Your taxi is here"),
        sentence=told or where,
        picture=True,
        car=car,
        plate=parts.plate(trip.vehicle),
        footnote=car.words if car else "",
        buttons=buttons,
        speech=(*speech, *plate_line, line(where)) if not trip.coming or waiting.cannot_see else speech,
        chime=not told,
        times=1 if told else 3,
    )


def gone(kit: SceneKit, waiting: Waiting) -> Scene:
    """The passenger is in the taxi."""
    title, pay = kit.say("Have a good ride"), kit.say("Pay once, to the driver.")
    return kit.scene(
        SceneName.GONE,
        waiting,
        title=title,
        sentence=pay,
        picture=True,
        car=parts.car(waiting.trip, kit.language),
        speech=(line(title), line(pay)),
    )
