"""The scenes while a taxi is being found: called, looked for, waiting for the network."""

from __future__ import annotations

from typing import Final

from dispatch_client.trips import Trip, TripStatus
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
    title, notice, old = say("Looking for a taxi"), _stage(kit, trip), None
    phone = None
    if waited >= STUCK_S or not kit.state.link_up:
        asked = say("We have asked a person to help. You can also call:")
        phone = parts.phone(kit.state, kit.language, asked if waiting.staff_told else say("You can also call:"))
    if not kit.state.link_up:
        footnote = say("No network. Last news {time}.", time=kit.news(waiting))
    fresh = kit.state.mono - waiting.changed < LOST_TOLD_S
    if waiting.old_taxi:
        notice = Notice(say("That driver cannot come."), say("We are finding another. You need not press."))
        old = parts.plate(waiting.old_taxi)
    if notice and fresh:
        speech = (line(notice.title), line(notice.text))
    if waiting.calls and not (notice and fresh):
        so_far = say("{time} so far.", time=reading.waited_aloud(waited, kit.language))
        speech = (line(title, say("Still looking.")), line(footnote, so_far))
    if phone:
        speech += (line(phone.before), *kit.phone_line())
    return kit.scene(
        SceneName.SEARCHING,
        waiting,
        variant=f"{waiting.calls}{'w' if trip.attempts[-1:] and trip.attempts[-1].wider else ''}",
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


def _stage(kit: SceneKit, trip: Trip) -> Notice | None:
    """What is being done about it that nobody has said yes so far."""
    say = kit.say
    if not trip.attempts:
        return None
    if trip.attempts[-1].provider != trip.attempts[0].provider:
        return Notice(say("They have no taxi just now."), say("We are asking another taxi company."), calm=True)
    if trip.attempts[-1].wider:
        return Notice(say("There is no taxi near just now."), say("We are looking further away."), calm=True)
    return None


def written(kit: SceneKit, waiting: Waiting) -> Scene:
    """A message has gone, or may have gone, to somebody who cannot answer us."""
    say, trip = kit.say, waiting.trip
    title = say("We have written to the taxi company")
    unseen = say("We cannot see it from here. If none comes, please telephone.")
    notice = Notice(say("A taxi should come."), unseen, calm=True)
    if trip.status is TripStatus.SUBMITTING:
        title = say("Writing to the taxi company")
        notice = Notice(say("We do not know whether it arrived."), say("A taxi may come. If none comes, telephone."))
    sentence = say("You are number {number}. Please sit down.", number=trip.request.boarding_number)
    phone = parts.phone(kit.state, kit.language, say("You can also call:"))
    return kit.scene(
        SceneName.SEARCHING,
        waiting,
        variant=f"written {trip.status}",
        title=title,
        sentence=sentence,
        notice=notice,
        phone=phone,
        buttons=kit.choices(Press.REPEAT, Press.CANCEL, Press.BACK),
        speech=(line(title), line(notice.title), line(notice.text), *kit.phone_line()),
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
