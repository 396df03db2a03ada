"""The scenes while a taxi is being found: called, looked for, waiting for the network."""

from __future__ import annotations

from typing import Final

from dispatch_client.trips import TripStatus
from kiosk.core import parts, reading
from kiosk.core.events import Press
from kiosk.core.parts import line
from kiosk.core.scene import Button, Line, Notice, Scene, SceneName
from kiosk.core.scene_kit import SceneKit
from kiosk.core.state import Waiting

USUAL_SEARCH_S: Final = 180.0
"""The bar is full after this: what most searches take at the longest."""
STUCK_S: Final = 360.0
"""After this the telephone number stands on the screen: it may be quicker to ask a person."""
LOST_TOLD_S: Final = 15.0
"""For this long a lost driver is what is spoken of; said again later it would sound like another one."""


def calling(kit: SceneKit, waiting: Waiting | None) -> Scene:
    """The press was heard; the trip is kept or is just being kept."""
    number = waiting.trip.request.boarding_number if waiting else None
    say = kit.say
    if number is None:
        return kit.scene(SceneName.CALLING, title=say("Calling a taxi for you"), sentence="", picture=True)
    sentence = say("You are number {number}. Please sit down.", number=number)
    return kit.scene(
        SceneName.CALLING,
        waiting,
        title=say("Calling a taxi for you"),
        sentence=sentence,
        picture=True,
        steps=parts.steps(waiting.trip, kit.language) if waiting else (),
        buttons=kit.choices(Press.REPEAT, Press.CANCEL, Press.BACK),
        speech=(line(say("Calling a taxi for you")), kit.numbered(sentence, number)),
    )


def searching(kit: SceneKit, waiting: Waiting) -> Scene:
    """The dispatcher looks for a taxi."""
    say, trip = kit.say, waiting.trip
    waited = kit.state.mono - waiting.began
    notified = trip.booking.drivers_notified if trip.booking else None
    footnote = say("Waited {time}", time=reading.waited_written(waited))
    if notified:
        footnote += " · " + say("{count} drivers asked", count=notified)
    sentence = say("You are number {number}. Please sit down.", number=trip.request.boarding_number)
    speech: tuple[Line, ...] = (line(say("Looking for a taxi")),)
    title, notice, old = say("Looking for a taxi"), None, None
    phone = None
    if waited >= STUCK_S or not kit.state.link_up:
        phone = parts.phone(kit.state, kit.language, say("You can also call:"))
    if not kit.state.link_up:
        footnote = say("No network. Last news {time}.", time=kit.news(waiting))
    fresh = kit.state.mono - waiting.changed < LOST_TOLD_S
    if waiting.old_taxi:
        notice = Notice(say("That driver cannot come."), say("We are finding another. You need not press."))
        old = parts.plate(waiting.old_taxi)
        speech = (line(notice.title), line(notice.text)) if fresh else speech
    if waiting.calls and not (waiting.old_taxi and fresh):
        so_far = say("{time} so far.", time=reading.waited_aloud(waited, kit.language))
        speech = (line(title, say("Still looking.")), line(footnote, so_far))
    if phone:
        speech += (line(phone.before), *kit.phone_line())
    return kit.scene(
        SceneName.SEARCHING,
        waiting,
        variant=str(waiting.calls),
        title=title,
        sentence=sentence,
        picture=notice is None and phone is None,
        old_plate=old,
        notice=notice,
        phone=phone,
        steps=parts.steps(trip, kit.language) if phone is None else (),
        progress=min(1.0, waited / USUAL_SEARCH_S) if phone is None else None,
        footnote=footnote,
        buttons=kit.choices(Press.REPEAT, Press.CANCEL, Press.BACK),
        speech=speech,
    )


def offline(kit: SceneKit, waiting: Waiting) -> Scene:
    """Kept here, and nobody knows of it yet: no taxi is coming, and that is said."""
    say, trip = kit.say, waiting.trip
    title = say("The network is down")
    kept = say("Noted. We will call as soon as it is back.")
    minutes = reading.whole_minutes((trip.deadline - kit.state.wall).total_seconds())
    ask = say("If it is not back in {minutes} minutes, we will ask you again.", minutes=minutes)
    notice = Notice(say("No taxi is coming yet."), ask)
    if trip.status is TripStatus.SUBMITTING:
        kept = say("Noted. We are asking again and again.")
        unknown = say("We do not know yet whether it arrived.")
        notice = Notice(unknown, say("A taxi may be called already. We will tell you."))
    return kit.scene(
        SceneName.OFFLINE,
        waiting,
        variant=trip.status,
        title=title,
        sentence=kept,
        notice=notice,
        phone=parts.phone(kit.state, kit.language, say("You can also call:")),
        buttons=kit.choices(Press.REPEAT, Press.CANCEL, Press.BACK),
        speech=(line(title), line(kept), line(notice.title), *kit.phone_line()),
    )


def trip_had_driver(waiting: Waiting) -> bool:
    """A taxi was promised before, so it was not the network."""
    return bool(waiting.taxis or waiting.trip.lost_vehicle)


def still_wanted(kit: SceneKit, waiting: Waiting) -> Scene:
    """The deadline passed before it could be sent: nothing goes out unless she says so."""
    say = kit.say
    title = say("Do you still want a taxi?")
    why = say("The network has been down all this time.")
    if trip_had_driver(waiting):
        why = say("The driver waited and has left.")
    notice = Notice(say("No taxi is coming yet."), why)
    return kit.scene(
        SceneName.STILL_WANTED,
        waiting,
        title=title,
        sentence=say("If you do not answer, we will not call one."),
        notice=notice,
        phone=parts.phone(kit.state, kit.language, say("You can also call:")),
        buttons=(
            Button(Press.STILL_WANTED, say("Yes, please"), main=True),
            Button(Press.CANCEL, say("No, thank you")),
        ),
        speech=(line(notice.title), line(title)),
    )
