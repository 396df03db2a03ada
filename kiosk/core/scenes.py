"""From a state to the scene a person perceives: one pure function, and a small one for each kind of scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from dispatch_client.trips import TripStatus
from kiosk.core import parts, reading
from kiosk.core.events import Part, Press
from kiosk.core.parts import line
from kiosk.core.scene import Button, Notice, Scene, SceneName, Tone
from kiosk.core.state import Stage, State, Waiting
from kiosk.core.words import LANGUAGES, words

if TYPE_CHECKING:
    from kiosk.core.scene import Line

CALLING_S: Final = 3.0
"""The press has a scene of its own for this long, however fast the dispatcher is: there must be time to hear it."""
USUAL_SEARCH_S: Final = 180.0
"""The bar is full after this: what most searches take at the longest."""


def scene(state: State) -> Scene:
    """What is perceived now."""
    build = _Scenes(state)
    visit, waiting = state.visit, state.shown
    if Part.STORE in state.broken and waiting is None:
        return build.out_of_service()
    if visit is None:
        return build.home()
    if visit.stage is Stage.HELP:
        return build.help()
    if visit.ref in state.lost:
        return build.sorry(None)
    if waiting is None:
        return build.calling(None)
    stages = {Stage.AGAIN: build.again, Stage.SURE: build.sure}
    return stages.get(visit.stage, build.of_trip)(waiting)


class _Scenes:
    """Builds each scene from one state, in the language of that state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.language = state.language
        self.say = words(state.language)
        self.gate = state.box.gate_in(state.language)

    def of_trip(self, waiting: Waiting) -> Scene:
        """The scene of a trip at its present status."""
        trip = waiting.trip
        if trip.cancelling:
            return self.cancelled(waiting)
        if trip.asks_again:
            return self.still_wanted(waiting)
        if trip.status in {TripStatus.QUEUED, TripStatus.SUBMITTING} and not self.state.link_up:
            return self.offline(waiting)
        by_status: dict[TripStatus, Callable[[Waiting], Scene]] = {
            TripStatus.DRIVER_ASSIGNED: self.found,
            TripStatus.ARRIVED: self.arrived,
            TripStatus.IN_PROGRESS: self.gone,
            TripStatus.COMPLETED: self.gone,
            TripStatus.CANCELLED_BY_RIDER: self.cancelled,
            TripStatus.CANCELLED_BY_DRIVER: self.sorry,
            TripStatus.NO_DRIVERS: self.sorry,
            TripStatus.EXPIRED: self.sorry,
            TripStatus.FAILED: self.sorry,
            TripStatus.REJECTED: self.sorry,
        }
        if trip.status in by_status:
            return by_status[trip.status](waiting)
        first = len(trip.attempts) == 1 and self.state.mono - waiting.began < CALLING_S
        return self.calling(waiting) if first else self.searching(waiting)

    def home(self) -> Scene:
        """Nobody is at the screen: one huge button and the board of those who wait."""
        say, state = self.say, self.state
        lead = line(say("To get a taxi, press the big yellow button."))
        rows = parts.board(state, self.language)
        reader = Part.READER not in state.broken
        down = "" if state.link_up else say("No network. You can press; we call once it is back.")
        return self._scene(
            SceneName.HOME,
            title=say("Need a taxi?"),
            sentence=say("Press once. No phone needed."),
            picture=True,
            hint=down or (say("Or hold your card to the reader below.") if reader else ""),
            buttons=(
                Button(Press.TAXI, say("Call a taxi"), self._other(lambda other: other("Call a taxi")), main=True),
                Button(Press.LANGUAGE, LANGUAGES[self._next_language()]),
                Button(Press.HELP, say("Ask a person")),
            ),
            board_title=say("Waiting now") if rows else "",
            board=rows,
            speech=(line(lead.shown), line(say("Press once. No phone needed."))),
        )

    def calling(self, waiting: Waiting | None) -> Scene:
        """The press was heard; the trip is kept or is just being kept."""
        number = waiting.trip.request.boarding_number if waiting else None
        say = self.say
        if number is None:
            return self._scene(SceneName.CALLING, title=say("Calling a taxi for you"), sentence="", picture=True)
        sentence = say("You are number {number}. Please sit down.", number=number)
        return self._scene(
            SceneName.CALLING,
            waiting,
            title=say("Calling a taxi for you"),
            sentence=sentence,
            picture=True,
            steps=parts.steps(waiting.trip, self.language) if waiting else (),
            buttons=self._choices(Press.REPEAT, Press.CANCEL),
            speech=(line(say("Calling a taxi for you")), self._numbered(sentence, number)),
        )

    def searching(self, waiting: Waiting) -> Scene:
        """The dispatcher looks for a taxi."""
        say, trip = self.say, waiting.trip
        waited = self.state.mono - waiting.began
        notified = trip.booking.drivers_notified if trip.booking else None
        footnote = say("Waited {time}", time=reading.waited_written(waited))
        if notified:
            footnote += " · " + say("{count} drivers asked", count=notified)
        sentence = say("You are number {number}. Please sit down.", number=trip.request.boarding_number)
        speech: tuple[Line, ...] = (line(say("Looking for a taxi")),)
        title, notice, old = say("Looking for a taxi"), None, None
        if trip.lost_vehicle:
            notice = Notice(say("That driver cannot come."), say("We are finding another. You need not press."))
            old = parts.plate(trip.lost_vehicle)
            speech = (line(notice.title), line(notice.text))
        elif waiting.calls:
            speech = (
                line(
                    say("Still looking."),
                ),
                line(footnote, say("{time} so far.", time=reading.waited_aloud(waited, self.language))),
            )
        return self._scene(
            SceneName.SEARCHING,
            waiting,
            variant=str(waiting.calls),
            title=title,
            sentence=sentence,
            picture=notice is None,
            old_plate=old,
            notice=notice,
            steps=parts.steps(trip, self.language),
            progress=min(1.0, waited / USUAL_SEARCH_S),
            footnote=footnote,
            buttons=self._choices(Press.REPEAT, Press.CANCEL),
            speech=speech,
        )

    def found(self, waiting: Waiting) -> Scene:
        """A driver promised to come: the plate above all."""
        say, trip = self.say, waiting.trip
        car = parts.car(trip, self.language)
        minutes = parts.minutes_left(self.state, trip)
        near = minutes is not None and minutes <= 1
        title = say("Your taxi is nearly here") if near else say("We found a taxi")
        no_slip = waiting.slip_failed or Part.PRINTER in self.state.broken
        keep = say("Please remember number {number}.", number=trip.request.boarding_number)
        hold = say("Please keep your slip. Take your time.")
        plate_line = self._plate_line(trip.vehicle.plate if trip.vehicle else "")
        eta = parts.countdown(self.state, trip, self.language)
        speech = [line(title), *plate_line, *plate_line]
        if car and car.words:
            speech.append(line(car.words))
        if eta and minutes is not None:
            shown = " ".join(part for part in (eta.before, eta.number, eta.after, eta.where) if part)
            speech.append(line(shown, reading.minutes_aloud(minutes, self.language, about=True)))
        speech.append(self._numbered(keep, trip.request.boarding_number) if no_slip else line(hold))
        down = say("No network. Last news {time}.", time=self._news(waiting)) if not self.state.link_up else ""
        return self._scene(
            SceneName.FOUND,
            waiting,
            variant=f"{'near' if near else ''}{waiting.slip_failed}",
            title=title,
            sentence=say("Look for this plate."),
            plate=parts.plate(trip.vehicle),
            old_plate=parts.plate(trip.lost_vehicle),
            car=car,
            countdown=eta,
            footnote=down or (keep if no_slip else hold),
            buttons=self._choices(Press.REPEAT, Press.CANCEL),
            speech=tuple(speech),
        )

    def arrived(self, waiting: Waiting) -> Scene:
        """The taxi stands at the gate: the whole screen turns green."""
        say, trip = self.say, waiting.trip
        car = parts.car(trip, self.language)
        number = trip.request.boarding_number
        here = say("Number {number}, your taxi is here.", number=number)
        where = say("It stands at {gate}.", gate=self.gate)
        called = self._numbered(here, number)
        plate_line = self._plate_line(trip.vehicle.plate if trip.vehicle else "")
        told = say("We have told the driver that you are coming. Take your time.") if trip.coming else ""
        if waiting.cannot_see:
            told = say("We have told the driver that you cannot see the taxi. Please look for this plate.")
        speech = (line(told),) if told else (called,)
        buttons = self._choices(Press.CANNOT_SEE, Press.REPEAT) if trip.coming else self._arrived_buttons()
        return self._scene(
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

    def gone(self, waiting: Waiting) -> Scene:
        """The passenger is in the taxi."""
        title, pay = self.say("Have a good ride"), self.say("Pay once, to the driver.")
        return self._scene(
            SceneName.GONE,
            waiting,
            title=title,
            sentence=pay,
            picture=True,
            car=parts.car(waiting.trip, self.language),
            speech=(line(title), line(pay)),
        )

    def offline(self, waiting: Waiting) -> Scene:
        """Kept here, and nobody knows of it yet: no taxi is coming, and that is said."""
        say, trip = self.say, waiting.trip
        title = say("The network is down")
        kept = say("Noted. We will call as soon as it is back.")
        minutes = reading.whole_minutes((trip.deadline - self.state.wall).total_seconds())
        ask = say("If it is not back in {minutes} minutes, we will ask you again.", minutes=minutes)
        notice = Notice(say("No taxi is coming yet."), ask)
        if trip.status is TripStatus.SUBMITTING:
            kept = say("Noted. We are asking again and again.")
            notice = Notice(say("We do not know yet whether it arrived."), say("A taxi may be called already. We will tell you."))
        return self._scene(
            SceneName.OFFLINE,
            waiting,
            variant=trip.status,
            title=title,
            sentence=kept,
            notice=notice,
            phone=parts.phone(self.state, self.language, say("You can also call:")),
            buttons=self._choices(Press.REPEAT, Press.CANCEL),
            speech=(line(title), line(kept), line(notice.title), *self._phone_line()),
        )

    def still_wanted(self, waiting: Waiting) -> Scene:
        """The deadline passed before it could be sent: nothing goes out unless she says so."""
        say = self.say
        title = say("Do you still want a taxi?")
        notice = Notice(say("No taxi is coming yet."), say("The network has been down all this time."))
        return self._scene(
            SceneName.STILL_WANTED,
            waiting,
            title=title,
            sentence=say("If you do not answer, we will not call one."),
            notice=notice,
            phone=parts.phone(self.state, self.language, say("You can also call:")),
            buttons=(
                Button(Press.STILL_WANTED, say("Yes, please"), main=True),
                Button(Press.CANCEL, say("No, thank you")),
            ),
            speech=(line(notice.title), line(title)),
        )

    def again(self, waiting: Waiting) -> Scene:
        """Pressed although this box has a taxi under way: nothing happens twice by itself."""
        say, number = self.say, waiting.trip.request.boarding_number
        title = say("Already calling a taxi")
        sentence = say("You are number {number}. One press is enough.", number=number)
        ask = say("Does another person need another taxi?")
        return self._scene(
            SceneName.AGAIN,
            waiting,
            title=title,
            sentence=sentence,
            picture=True,
            car=parts.car(waiting.trip, self.language),
            footnote=ask,
            buttons=(
                Button(Press.BACK, say("I am number {number}", number=number), main=True),
                Button(Press.ANOTHER, say("Another person, another taxi")),
            ),
            speech=(line(title), self._numbered(sentence, number), line(ask)),
        )

    def sure(self, waiting: Waiting) -> Scene:
        """A taxi is on its way: one slip of a trembling hand must not send it back."""
        say = self.say
        title, sentence = say("Cancel your taxi?"), say("It is already on its way to you.")
        return self._scene(
            SceneName.SURE,
            waiting,
            title=title,
            sentence=sentence,
            plate=parts.plate(waiting.trip.vehicle),
            car=parts.car(waiting.trip, self.language),
            buttons=(
                Button(Press.BACK, say("No, I want the taxi"), main=True),
                Button(Press.SURE, say("Yes, cancel it")),
            ),
            speech=(line(title), line(sentence)),
        )

    def cancelled(self, waiting: Waiting) -> Scene:
        """She changed her mind; said without blame."""
        say, trip = self.say, waiting.trip
        title = say("All right, no taxi")
        on_the_way = trip.cancelling
        sentence = say("We are telling the taxi company now.") if on_the_way else say("Your taxi is cancelled.")
        if on_the_way and not self.state.link_up:
            sentence = say("The network is down. We will tell the taxi company as soon as it is back.")
        return self._scene(
            SceneName.CANCELLED,
            waiting,
            variant=str(on_the_way),
            title=title,
            sentence=sentence,
            footnote=say("You can press again whenever you like."),
            buttons=(Button(Press.BACK, say("Done")),),
            speech=(line(title), line(sentence)),
        )

    def sorry(self, waiting: Waiting | None) -> Scene:
        """No taxi came of it: why, and what to do instead."""
        say = self.say
        status = waiting.trip.status if waiting else TripStatus.FAILED
        title = say("No taxi at the moment")
        reasons = {
            TripStatus.NO_DRIVERS: say("It is not your fault. All taxis are busy."),
            TripStatus.CANCELLED_BY_DRIVER: say("It is not your fault. All taxis are busy."),
            TripStatus.EXPIRED: say("The network was down for too long."),
            TripStatus.REJECTED: say("The taxi company cannot serve this place now."),
        }
        sentence = reasons.get(status, say("It is not your fault. This box could not reach the taxi company."))
        return self._scene(
            SceneName.SORRY,
            waiting,
            title=title,
            sentence=sentence,
            phone=parts.phone(self.state, self.language, say("Please telephone, a person will help:")),
            buttons=(
                Button(Press.ANOTHER, say("Look again"), main=True),
                Button(Press.BACK, say("Stop")),
            ),
            speech=(line(title), line(sentence), *self._phone_line()),
        )

    def help(self) -> Scene:
        """How to reach a person."""
        title = self.say("A person can help you")
        return self._scene(
            SceneName.HELP,
            title=title,
            sentence=self.say("Tell them the number of this box."),
            phone=parts.phone(self.state, self.language, self.say("Please telephone:")),
            buttons=self._choices(Press.REPEAT, Press.BACK),
            speech=(line(title), *self._phone_line()),
        )

    def out_of_service(self) -> Scene:
        """Nothing can be kept, so nothing is promised."""
        title = self.say("Out of service")
        sentence = self.say("This box cannot call a taxi now.")
        return self._scene(
            SceneName.OUT_OF_SERVICE,
            title=title,
            sentence=sentence,
            phone=parts.phone(self.state, self.language, self.say("Please telephone:")),
            speech=(line(title), line(sentence), *self._phone_line()),
        )

    def _scene(  # noqa: D417 - the rest is Scene's own
        self,
        name: SceneName,
        waiting: Waiting | None = None,
        *,
        variant: str = "",
        title: str,
        sentence: str,
        **rest: object,
    ) -> Scene:
        trip = waiting.trip if waiting else None
        key = f"{name}/{trip.ref if trip else ''}/{len(trip.attempts) if trip else 0}/{variant}"
        return Scene(
            name=name,
            key=key,
            language=self.language,
            title=title,
            sentence=sentence,
            place=f"{self.state.box.place_in(self.language)} · {self.gate}",
            clock=reading.clock_written(self.state.wall.time()),
            number=trip.request.boarding_number if trip else None,
            banner=parts.banner(self.state, self.language),
            **rest,  # type: ignore[arg-type]
        )

    def _choices(self, *presses: Press) -> tuple[Button, ...]:
        say = self.say
        labels = {
            Press.REPEAT: say("Say it again"),
            Press.CANCEL: say("Changed my mind"),
            Press.BACK: say("Back"),
            Press.CANNOT_SEE: say("I can't see it"),
        }
        return tuple(Button(press, labels[press]) for press in presses)

    def _arrived_buttons(self) -> tuple[Button, ...]:
        return (
            Button(Press.COMING, self.say("I am coming"), main=True),
            Button(Press.CANNOT_SEE, self.say("I can't see it")),
        )

    def _numbered(self, shown: str, number: int) -> Line:
        """A sentence that holds a boarding number, read as a number is called out."""
        written, aloud = (
            self.say("number {number}", number=number),
            reading.boarding_number_aloud(number, self.language),
        )
        gap = " " if aloud.isascii() else ""
        return line(shown, shown.replace(f" {written}", f"{gap}{aloud}").replace(written, aloud))

    def _plate_line(self, plate: str) -> tuple[Line, ...]:
        if not plate:
            return ()
        return (line(reading.plate_written(plate), reading.plate_aloud(plate, self.language)),)

    def _phone_line(self) -> tuple[Line, ...]:
        number = self.state.box.phone
        return (line(number, reading.telephone_aloud(number, self.language)),) if number else ()

    def _news(self, waiting: Waiting) -> str:
        news = waiting.trip.last_news_at
        return reading.clock_written(news.time()) if news else "–"

    def _next_language(self) -> str:
        offered = self.state.box.languages
        return offered[(offered.index(self.language) + 1) % len(offered)]

    def _other(self, say_it: Callable[[Callable[..., str]], str]) -> str:
        other = self._next_language()
        return "" if other == self.language else say_it(words(other))
