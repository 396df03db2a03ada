"""The one pure function of the kiosk: a state and an event give a new state and the effects that follow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dispatch_client.trips import WITH_TAXI, Trip, TripRequest, TripStatus
from kiosk.core import parts
from kiosk.core.effects import Ask, Cancel, Effect, Hush, Print, Say, StillWanted, TellDriver, TellStaff
from kiosk.core.events import (
    CardTapped,
    Event,
    LinkChanged,
    Part,
    PartChanged,
    Press,
    Pressed,
    Resumed,
    SlipDone,
    SlipResult,
    Tick,
    TripChanged,
    TripLost,
)
from kiosk.core.scene import Scene, SceneName
from kiosk.core.scenes import scene
from kiosk.core.slip import slip
from kiosk.core.state import Box, Stage, State, Visit, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable

Effects = tuple[Effect, ...]

REST_S: Final = {
    SceneName.SEARCHING: 75.0,
    SceneName.FOUND: 75.0,
    SceneName.OFFLINE: 75.0,
    SceneName.GONE: 20.0,
    SceneName.CANCELLED: 12.0,
    SceneName.SORRY: 60.0,
    SceneName.AGAIN: 20.0,
    SceneName.SURE: 20.0,
    SceneName.HELP: 45.0,
}
"""Seconds without a touch after which the screen is free for the next person. The board keeps telling."""

TURN_S: Final = 12.0
"""A waiting person whose taxi has news may take the screen from another who waits, after this many seconds."""
WAIT_TOLD_S: Final = 30.0
"""During the search the time waited is told this often."""
CALLS_S: Final = (60.0, 180.0, 300.0)
"""After the arrival the person is called again at these seconds."""
_NEWS: Final = frozenset(
    {
        TripStatus.DRIVER_ASSIGNED,
        TripStatus.ARRIVED,
        TripStatus.CANCELLED_BY_DRIVER,
        TripStatus.NO_DRIVERS,
        TripStatus.EXPIRED,
        TripStatus.FAILED,
        TripStatus.REJECTED,
    }
)
"""What a waiting person must be shown even when somebody else has the screen. Who sits in the taxi needs no screen."""
AGAIN_S: Final = 120.0
"""A bare press this soon after another is taken for the same person's."""
LANGUAGE_BACK_S: Final = 30.0
"""A language chosen at the idle screen goes back to the default after this."""


def begin(box: Box) -> State:
    """The kiosk as it wakes up: nothing known yet but where it hangs."""
    return State(box=box, language=box.languages[0])


def step(state: State, event: Event) -> tuple[State, Effects]:
    """Take in one event. Total: no event is wrong in any state, at worst nothing follows."""
    new, effects = _take(state, event)
    return new, (*effects, *_speech(state, new, event))


def _take(state: State, event: Event) -> tuple[State, Effects]:  # noqa: PLR0911 - one way out for each kind of event
    match event:
        case Tick():
            return _tick(replace(state, mono=event.mono, wall=event.wall), state)
        case Pressed():
            return _pressed(state, event)
        case CardTapped():
            return _card(state, event)
        case TripChanged():
            return _trip(state, event.trip)
        case TripLost():
            return replace(state, lost=state.lost | {event.ref}), (TellStaff("press not stored", event.ref),)
        case LinkChanged():
            return replace(state, link_up=event.up), ()
        case Resumed():
            return replace(state, resumed=True, next_number=event.last_number + 1), ()
        case SlipDone():
            return _slip_done(state, event), ()
        case PartChanged():
            broken = state.broken - {event.part} if event.works else state.broken | {event.part}
            return replace(state, broken=broken), ()


# -- presses ---------------------------------------------------------------------------------------------------------


def _pressed(state: State, event: Pressed) -> tuple[State, Effects]:  # noqa: PLR0911 - one way out for each button
    state = _touched(state)
    now = scene(state)
    if event.press is Press.NOWHERE:
        return state, ()
    offered = {button.press for button in now.buttons}
    if event.press not in offered:
        return state, ()  # a second finger, or a touch that was under way while the screen changed
    ref = state.visit.ref if state.visit else None
    match event.press:
        case Press.TAXI:
            return _taxi(state, event.fresh_ref, holder=None)
        case Press.LANGUAGE:
            return _next_language(state), ()
        case Press.HELP:
            return _visit(state, Stage.HELP, None), ()
        case Press.ANOTHER:
            return _ask(state, event.fresh_ref, holder=None)
        case Press.BACK:
            return _back(state), ()
        case Press.CANCEL if now.name is SceneName.FOUND:
            return _visit(state, Stage.SURE, ref), ()
        case Press.CANCEL | Press.SURE if ref:
            return _visit(state, Stage.TRIP, ref), (Cancel(ref, "rider"),)
        case Press.COMING if ref:
            return state, (TellDriver(ref, can_see_taxi=True),)
        case Press.CANNOT_SEE if ref:
            seen = _update(state, ref, cannot_see=True, calls=state.waiting[ref].calls + 1)
            return seen, (TellDriver(ref, can_see_taxi=False), TellStaff("taxi not found", ref))
        case Press.STILL_WANTED if ref:
            return state, (StillWanted(ref),)
        case _:
            return state, ()


def _taxi(state: State, fresh_ref: str, holder: str | None) -> tuple[State, Effects]:
    """The big button: the same person's second press never makes a second trip."""
    mine = _own_trip(state, holder)
    if mine is None:
        return _ask(state, fresh_ref, holder)
    return _visit(state, Stage.AGAIN if holder is None else Stage.TRIP, mine.trip.ref), ()


def _own_trip(state: State, holder: str | None) -> Waiting | None:
    """The live trip that this press may belong to: a card's own, or a bare press made a moment ago."""
    live = [w for w in state.waiting.values() if not w.trip.ended and w.trip.status is not TripStatus.IN_PROGRESS]
    if holder is not None:
        return next((w for w in live if w.trip.holder == holder), None)
    recent = [w for w in live if w.trip.holder is None and state.mono - w.began < AGAIN_S]
    return max(recent, key=lambda w: w.began, default=None)


def _ask(state: State, ref: str, holder: str | None) -> tuple[State, Effects]:
    number = state.number_free()
    box = state.box
    request = TripRequest(
        client_ref=ref,
        pickup=box.pickup,
        requested_at=state.wall,
        boarding_number=number,
        kiosk_id=box.code,
        contact_phone=box.contact_phone,
    )
    state = replace(state, next_number=number + 1)
    return _visit(state, Stage.TRIP, ref), (Ask(request, holder),)


def _card(state: State, event: CardTapped) -> tuple[State, Effects]:
    state = _touched(state)
    resting = state.visit is None or state.visit.stage is not Stage.TRIP or _may_yield(state)
    if not resting or scene(state).name is SceneName.OUT_OF_SERVICE:
        return state, ()
    return _taxi(state, event.fresh_ref, event.holder)


def _back(state: State) -> State:
    """Leave a question for the trip it was about, anything else for the home screen."""
    visit = state.visit
    if visit and visit.stage in {Stage.AGAIN, Stage.SURE}:
        return _visit(state, Stage.TRIP, visit.ref)
    return _home(state)


def _next_language(state: State) -> State:
    offered = state.box.languages
    language = offered[(offered.index(state.language) + 1) % len(offered)]
    return replace(state, language=language, language_since=state.mono)


# -- news ------------------------------------------------------------------------------------------------------------


def _trip(state: State, trip: Trip) -> tuple[State, Effects]:
    old = state.waiting.get(trip.ref)
    waiting = (
        replace(old, trip=trip) if old else Waiting(trip, began=state.mono - _age(state, trip), changed=state.mono)
    )
    moved = old is None or old.trip.status != trip.status or len(old.trip.attempts) != len(trip.attempts)
    if moved:
        news = trip.status in _NEWS or trip.asks_again
        waiting = replace(waiting, changed=state.mono, calls=0, cannot_see=False, unseen=news)
        if state.visit is not None and state.visit.ref == trip.ref:
            # A new screen stands for its full time, however long the one before it stood.
            state = replace(state, visit=replace(state.visit, since=state.mono))
    if trip.asks_again and not (old and old.trip.asks_again):
        waiting = replace(waiting, unseen=True)
    waiting, effects = _paper(state, waiting)
    state = _put(state, waiting)
    if trip.ended and old is None:
        state = _put(state, replace(waiting, unseen=False))
    if trip.status in {TripStatus.NO_DRIVERS, TripStatus.FAILED, TripStatus.REJECTED, TripStatus.EXPIRED} and moved:
        effects = (*effects, TellStaff(f"not served: {trip.status}", trip.ref))
    return _show_news(state), effects


def _age(state: State, trip: Trip) -> float:
    return max(0.0, (state.wall - trip.request.requested_at).total_seconds())


def _paper(state: State, waiting: Waiting) -> tuple[Waiting, Effects]:
    """A slip for each taxi that is found, once; none for those found before a restart."""
    trip = waiting.trip
    attempt = trip.attempts[-1].ref if trip.attempts else trip.ref
    if trip.status not in WITH_TAXI or attempt in waiting.slips:
        return waiting, ()
    waiting = replace(waiting, slips=waiting.slips | {attempt}, slip_failed=False)
    if not state.resumed or trip.status is not TripStatus.DRIVER_ASSIGNED:
        return waiting, ()
    car = parts.car(trip, state.language)
    words = " · ".join(part for part in (car.words, car.driver) if part) if car else ""
    return waiting, (Print(attempt, slip(state.box, trip, state.language, state.wall, words)),)


def _slip_done(state: State, event: SlipDone) -> State:
    if event.result is SlipResult.PRINTED:
        return state
    owners = (w for w in state.waiting.values() if event.job_id in w.slips)
    return next((_put(state, replace(w, slip_failed=True)) for w in owners), state)


def _show_news(state: State) -> State:
    """Give the screen to the waiting person whose taxi has news, when whoever stands there can spare it."""
    unseen = [w for w in state.waiting.values() if w.unseen]
    if not unseen:
        return state
    own = state.shown
    if own is not None and own.unseen and state.visit and state.visit.stage in {Stage.TRIP, Stage.SURE}:
        return _put(_visit(state, Stage.TRIP, own.trip.ref), replace(own, unseen=False))
    if not _may_yield(state):
        return state
    # A taxi that stands at the gate comes before one that was just found.
    first = min(unseen, key=lambda w: (w.trip.status is not TripStatus.ARRIVED, w.changed))
    return _put(_visit(state, Stage.TRIP, first.trip.ref), replace(first, unseen=False))


def _may_yield(state: State) -> bool:
    visit = state.visit
    if visit is None:
        return True
    calm = {SceneName.SEARCHING, SceneName.FOUND, SceneName.OFFLINE, SceneName.GONE, SceneName.CANCELLED}
    return scene(state).name in calm and state.mono - max(visit.since, visit.touched) >= TURN_S


# -- time ------------------------------------------------------------------------------------------------------------


def _tick(state: State, before: State) -> tuple[State, Effects]:
    if before.mono and state.wall.date() != before.wall.date():
        state = replace(state, next_number=1)
    if before.mono == 0.0:
        state = replace(state, language_since=state.mono)
    state = _forget_ended(_call_again(_rest(state)))
    return _show_news(state), ()


def _rest(state: State) -> State:
    """Free the screen after a while; give the language back when nobody is there."""
    visit = state.visit
    if visit is None:
        stale = state.language != state.box.languages[0] and state.mono - state.language_since >= LANGUAGE_BACK_S
        return replace(state, language=state.box.languages[0]) if stale else state
    name = scene(state).name
    idle = state.mono - max(visit.touched, visit.since)
    if name in REST_S and idle >= REST_S[name]:
        return _back(state) if visit.stage is Stage.SURE else _home(state)
    return state


def _call_again(state: State) -> State:
    """Tell the wait every half minute; call to the door at one, three and five minutes."""
    for waiting in state.waiting.values():
        since = state.mono - waiting.changed
        if waiting.trip.status is TripStatus.ARRIVED and not waiting.trip.coming:
            due = sum(since >= at for at in CALLS_S)
            if due > waiting.calls:
                state = _put(state, replace(waiting, calls=due, unseen=True))
        elif waiting is state.shown and scene(state).name is SceneName.SEARCHING:
            due = int((state.mono - waiting.began) // WAIT_TOLD_S)
            if due > waiting.calls:
                state = _put(state, replace(waiting, calls=due))
    return state


def _forget_ended(state: State) -> State:
    shown = state.visit.ref if state.visit else None
    keep = {ref: w for ref, w in state.waiting.items() if not w.trip.ended or ref == shown or w.unseen}
    return replace(state, waiting=keep) if len(keep) != len(state.waiting) else state


# -- small moves -----------------------------------------------------------------------------------------------------


def _touched(state: State) -> State:
    if state.visit is None:
        return replace(state, language_since=state.mono)
    return replace(state, visit=replace(state.visit, touched=state.mono))


def _visit(state: State, stage: Stage, ref: str | None) -> State:
    return replace(state, visit=Visit(stage, ref, since=state.mono, touched=state.mono))


def _home(state: State) -> State:
    return replace(state, visit=None, language=state.box.languages[0], lost=frozenset())


def _put(state: State, waiting: Waiting) -> State:
    return replace(state, waiting={**state.waiting, waiting.trip.ref: waiting})


def _update(state: State, ref: str, **changes: object) -> State:
    return _put(state, replace(state.waiting[ref], **changes))  # type: ignore[arg-type]


# -- speech ----------------------------------------------------------------------------------------------------------


def _speech(old: State, new: State, event: Event) -> Effects:
    """Say what is new on the screen, say it again when asked, fall silent when touched or when nobody is there."""
    now = scene(new)
    if isinstance(event, Pressed) and event.press in {Press.REPEAT, Press.NOWHERE}:
        return (_say(now),)
    before = scene(old)
    if (now.key, now.language) == (before.key, before.language):
        return (Hush(),) if isinstance(event, Pressed) else ()
    if now.name is SceneName.HOME and before.language == now.language and not isinstance(event, Pressed):
        return (Hush(),)
    if Part.VOICE in new.broken or not now.speech:
        return (Hush(),)
    goes_on = before.name is SceneName.CALLING and now.name is SceneName.SEARCHING
    return (replace(_say(now), after=goes_on),)


def _say(shown: Scene) -> Say:
    return Say(shown.speech, shown.language, chime=shown.chime, times=shown.times)


def spoken_lines(scenes: Iterable[Scene]) -> frozenset[tuple[str, str]]:
    """Every (language, line) of these scenes as it is read: what can be rendered ahead of time."""
    return frozenset((shown.language, said.read) for shown in scenes for said in shown.speech)
