"""The scenes around a trip: the idle screen, the questions, the ends, and whom to call."""

from __future__ import annotations

from dispatch_client.trips import TripStatus
from kiosk.core import parts
from kiosk.core.events import Part, Press
from kiosk.core.parts import line
from kiosk.core.scene import Button, Scene, SceneName
from kiosk.core.scene_kit import SceneKit
from kiosk.core.state import Waiting
from kiosk.core.words import LANGUAGES


def home(kit: SceneKit) -> Scene:
    """Nobody is at the screen: one huge button and the board of those who wait."""
    say, state = kit.say, kit.state
    rows = parts.board(state, kit.language)
    reader = state.box.has_reader and Part.READER not in state.broken
    down = "" if state.link_up else say("No network. You can press; we call once it is back.")
    title, press = say("Need a taxi?"), say("Press the big button once. No phone needed.")
    hint = down or (say("Or hold your card to the reader below.") if reader else "")
    return kit.scene(
        SceneName.HOME,
        title=title,
        sentence=press,
        picture=True,
        hint=hint,
        buttons=(
            Button(Press.TAXI, say("Call a taxi"), kit.other(lambda other: other("Call a taxi")), main=True),
            Button(Press.LANGUAGE, LANGUAGES[kit.next_language()]),
            Button(Press.HELP, say("Help")),
        ),
        board_title=say("Waiting now") if rows else "",
        board=rows,
        speech=tuple(line(words, words.rstrip(" ↓")) for words in (title, press, hint) if words),
    )


def again(kit: SceneKit, waiting: Waiting) -> Scene:
    """Pressed although this box has a taxi under way: nothing happens twice by itself."""
    say, number = kit.say, waiting.trip.request.boarding_number
    title = say("Already calling a taxi")
    sentence = say("You are number {number}. One press is enough.", number=number)
    ask = say("Does another person need another taxi?")
    return kit.scene(
        SceneName.AGAIN,
        waiting,
        title=title,
        sentence=sentence,
        picture=True,
        car=parts.car(waiting.trip, kit.language),
        footnote=ask,
        buttons=(
            Button(Press.BACK, say("I am number {number}", number=number), main=True),
            Button(Press.ANOTHER, say("Another person, another taxi")),
        ),
        speech=(line(title), kit.numbered(sentence, number), line(ask)),
    )


def sure(kit: SceneKit, waiting: Waiting) -> Scene:
    """A taxi is on its way: one slip of a trembling hand must not send it back."""
    say = kit.say
    title, sentence = say("Cancel your taxi?"), say("It is already on its way to you.")
    return kit.scene(
        SceneName.SURE,
        waiting,
        title=title,
        sentence=sentence,
        plate=parts.plate(waiting.trip.vehicle),
        car=parts.car(waiting.trip, kit.language),
        buttons=(
            Button(Press.BACK, say("No, I want the taxi"), main=True),
            Button(Press.SURE, say("Yes, cancel it")),
        ),
        speech=(line(title), line(sentence)),
    )


def cancelled(kit: SceneKit, waiting: Waiting) -> Scene:
    """She changed her mind; said without blame."""
    say, trip = kit.say, waiting.trip
    title = say("All right, no taxi")
    on_the_way = trip.cancelling
    sentence = say("We are telling the taxi company now.") if on_the_way else say("Your taxi is cancelled.")
    if on_the_way and not kit.state.link_up:
        sentence = say("The network is down. We will tell the taxi company as soon as it is back.")
    return kit.scene(
        SceneName.CANCELLED,
        waiting,
        variant=str(on_the_way),
        title=title,
        sentence=sentence,
        footnote=say("You can press again whenever you like."),
        buttons=(Button(Press.BACK, say("Done")),),
        speech=(line(title), line(sentence)),
    )


def sorry(kit: SceneKit, waiting: Waiting | None) -> Scene:
    """No taxi came of it: why, and what to do instead."""
    say = kit.say
    status = waiting.trip.status if waiting else TripStatus.FAILED
    title = say("No taxi at the moment")
    reasons = {
        TripStatus.NO_DRIVERS: say("It is not your fault. All taxis are busy."),
        TripStatus.CANCELLED_BY_RIDER: say("The taxi company has cancelled it. It is not your fault."),
        TripStatus.CANCELLED_BY_DRIVER: say("It is not your fault. All taxis are busy."),
        TripStatus.EXPIRED: say("The network was down for too long."),
        TripStatus.REJECTED: say("The taxi company cannot serve this place now."),
    }
    if waiting and status is TripStatus.EXPIRED and (waiting.taxis or len(waiting.trip.attempts) > 1):
        reasons[status] = say("We did not hear from you, so we called no other.")
    sentence = reasons.get(status, say("It is not your fault. This box could not reach the taxi company."))
    asked = say("We have asked a person to help. You can also call:") if waiting and waiting.staff_told else ""
    return kit.scene(
        SceneName.SORRY,
        waiting,
        title=title,
        sentence=sentence,
        variant="told" if asked else "",
        phone=parts.phone(kit.state, kit.language, asked or say("Please telephone, a person will help:")),
        buttons=(
            Button(Press.ANOTHER, say("Look again"), main=True),
            Button(Press.BACK, say("Stop")),
        ),
        speech=(line(title), line(sentence), *((line(asked),) if asked else ()), *kit.phone_line()),
    )


def help_(kit: SceneKit) -> Scene:
    """How to reach a person."""
    title = kit.say("A person can help you")
    return kit.scene(
        SceneName.HELP,
        title=title,
        sentence=kit.say("Tell them the number of this box."),
        phone=parts.phone(kit.state, kit.language, kit.say("Please telephone:")),
        buttons=kit.choices(Press.REPEAT, Press.COMFORT, Press.BACK),
        speech=(line(title), *kit.phone_line()),
    )


def comfort(kit: SceneKit) -> Scene:
    """How loud, how fast, how dark, how high: until the end of the visit."""
    title, sentence = kit.say("Hear and see better"), kit.say("Press as often as you like.")
    return kit.scene(
        SceneName.COMFORT,
        title=title,
        sentence=sentence,
        picture=True,
        buttons=kit.choices(Press.LOUDER, Press.SLOWER, Press.NIGHT, Press.SITTING, Press.BACK),
        speech=(line(title), line(sentence)),
    )


def out_of_service(kit: SceneKit) -> Scene:
    """Nothing can be kept, so nothing is promised."""
    title = kit.say("Out of service")
    sentence = kit.say("This box cannot call a taxi now.")
    return kit.scene(
        SceneName.OUT_OF_SERVICE,
        title=title,
        sentence=sentence,
        phone=parts.phone(kit.state, kit.language, kit.say("Please telephone:")),
        speech=(line(title), line(sentence), *kit.phone_line()),
    )
