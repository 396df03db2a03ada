"""What a press means: on the glass, on the button beside it, or with a card."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dispatch_client.trips import TripRequest, TripStatus
from kiosk.core.effects import Ask, Cancel, Effect, StillWanted, TellDriver, TellStaff
from kiosk.core.events import CardTapped, Press, Pressed
from kiosk.core.moves import home, touched, update, visit
from kiosk.core.news import may_yield
from kiosk.core.scene import SceneName
from kiosk.core.scenes import scene
from kiosk.core.state import Stage, State, Waiting

Effects = tuple[Effect, ...]

AGAIN_S: Final = 120.0
"""A bare press this soon after another is taken for the same person's."""


def pressed(state: State, event: Pressed) -> tuple[State, Effects]:  # noqa: PLR0911 - one way out for each button
    """Take in a press. Only what stands on the glass now can be pressed."""
    state = touched(state)
    if event.press not in {button.press for button in scene(state).buttons}:
        return state, ()  # a second finger, or a touch that was under way while the screen changed
    match event.press:
        case Press.TAXI:
            return _taxi(state, event.fresh_ref, holder=None)
        case Press.ANOTHER:
            return _ask(state, event.fresh_ref, holder=None)
        case Press.LANGUAGE:
            return _next_language(state), ()
        case Press.HELP:
            return visit(state, Stage.HELP, None), ()
        case Press.BACK:
            return back(state), ()
        case _:
            ref = state.visit.ref if state.visit else None
            return _about_trip(state, event.press, ref) if ref else (state, ())


def _about_trip(state: State, press: Press, ref: str) -> tuple[State, Effects]:
    match press:
        case Press.CANCEL if scene(state).name is SceneName.FOUND:
            return visit(state, Stage.SURE, ref), ()
        case Press.CANCEL | Press.SURE:
            return visit(state, Stage.TRIP, ref), (Cancel(ref, "rider"),)
        case Press.COMING:
            return state, (TellDriver(ref, can_see_taxi=True),)
        case Press.CANNOT_SEE:
            seen = update(state, ref, cannot_see=True, calls=state.waiting[ref].calls + 1)
            return seen, (TellDriver(ref, can_see_taxi=False), TellStaff("taxi not found", ref))
        case Press.STILL_WANTED:
            return state, (StillWanted(ref),)
        case _:
            return state, ()


def _taxi(state: State, fresh_ref: str, holder: str | None) -> tuple[State, Effects]:
    """The big button: the same person's second press never makes a second trip."""
    mine = _own_trip(state, holder)
    if mine is None:
        return _ask(state, fresh_ref, holder)
    return visit(state, Stage.AGAIN if holder is None else Stage.TRIP, mine.trip.ref), ()


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
    return visit(state, Stage.TRIP, ref), (Ask(request, holder),)


def card(state: State, event: CardTapped) -> tuple[State, Effects]:
    """Take in a card: its own trip, or a new one; while somebody is in the middle of something it waits."""
    state = touched(state)
    resting = state.visit is None or state.visit.stage is not Stage.TRIP or may_yield(state)
    if not resting or scene(state).name is SceneName.OUT_OF_SERVICE:
        return state, ()
    return _taxi(state, event.fresh_ref, event.holder)


def back(state: State) -> State:
    """Leave a question for the trip it was about, anything else for the home screen."""
    now = state.visit
    if now and now.stage in {Stage.AGAIN, Stage.SURE}:
        return visit(state, Stage.TRIP, now.ref)
    return home(state)


def _next_language(state: State) -> State:
    offered = state.box.languages
    language = offered[(offered.index(state.language) + 1) % len(offered)]
    return replace(state, language=language, language_since=state.mono)
