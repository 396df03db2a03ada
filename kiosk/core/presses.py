"""What a press means: on the glass, on the button beside it, or with a card."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dispatch_client.trips import TripRequest, TripStatus
from kiosk.core.choices import choices
from kiosk.core.effects import Ask, Cancel, Effect, StillWanted, TellDriver, TellStaff
from kiosk.core.events import CardTapped, Press, Pressed
from kiosk.core.guests import Guest, fitted, met
from kiosk.core.keys import eased
from kiosk.core.moves import home, touched, update, visit
from kiosk.core.scene import SceneName
from kiosk.core.scenes import scene
from kiosk.core.state import Stage, State, Waiting

Effects = tuple[Effect, ...]

AGAIN_S: Final = 600.0
"""A press this soon after another may be the same person's: it is asked, and one touch says that it is not."""
CALL_S: Final = 25.0
"""A call to the door, three times, is over by then."""
CARD_AGAIN_S: Final = 120.0
"""A card held up this soon after a bare press may belong to whoever pressed."""


def pressed(state: State, event: Pressed) -> tuple[State, Effects]:  # noqa: PLR0911 - one way out for each button
    """Take in a press. Only what stands on the glass now can be pressed, and the button beside it."""
    state = touched(state)
    if event.beside:
        return _asked_from_beside(state, event.fresh_ref)
    there = {button.press for button in scene(state).buttons}
    if event.press not in there and not (state.keys and event.press in {b.press for b in choices(scene(state))}):
        return state, ()  # a second finger, or a touch that was under way while the screen changed
    if (other := eased(state, event.press)) is not None:
        return other, ()
    match event.press:
        case Press.TAXI:
            return _taxi(state, event.fresh_ref, holder=None)
        case Press.ANOTHER:
            return _another(state, event.fresh_ref)
        case Press.LANGUAGE:
            return _next_language(state), ()
        case Press.HELP:
            return visit(state, Stage.HELP, None), ()
        case Press.COMFORT:
            return visit(state, Stage.COMFORT, None), ()
        case Press.BACK:
            return back(state), ()
        case _:
            ref = state.visit.ref if state.visit else None
            return _about_trip(state, event.press, ref) if ref else (state, ())


def _another(state: State, fresh_ref: str) -> tuple[State, Effects]:
    """One more trip. A press before it that hung on its way to the disk must not come to life beside it."""
    hung = state.visit.ref if state.visit and state.visit.ref in state.lost else None
    state, asked = _ask(state, fresh_ref, holder=None)
    return state, (Cancel(hung, "rider"), *asked) if hung else asked


def early_presses(state: State) -> tuple[State, Effects]:
    """Ask for what was pressed before the last run's trips were known; what was said to be lost meanwhile stays so."""
    effects: Effects = ()
    early, shown = [one for one in state.early if one[0] not in state.lost], state.visit
    state = replace(state, early=())
    for ref, holder, guest in early:
        state, asked = _ask(state, ref, holder, guest)
        effects += asked
    return replace(state, visit=shown), effects


def _about_trip(state: State, press: Press, ref: str) -> tuple[State, Effects]:
    match press:
        case Press.CANCEL if scene(state).name is SceneName.FOUND:
            return visit(state, Stage.SURE, ref), ()
        case Press.CANCEL | Press.SURE:
            return visit(update(state, ref, gave_up=True), Stage.TRIP, ref), (Cancel(ref, "rider"),)
        case Press.COMING:
            return update(state, ref, cannot_see=False), (TellDriver(ref, can_see_taxi=True),)
        case Press.CANNOT_SEE:
            seen = update(state, ref, cannot_see=True, calls=state.waiting[ref].calls + 1)
            return seen, (TellDriver(ref, can_see_taxi=False), TellStaff("taxi not found", ref))
        case Press.STILL_WANTED:
            return state, (StillWanted(ref),)
        case _:
            return state, ()


def _taxi(state: State, fresh_ref: str, holder: str | None, guest: Guest | None = None) -> tuple[State, Effects]:
    """The big button: the same person's second press never makes a second trip."""
    mine = _own_trip(state, holder)
    if mine is None:
        return _ask(state, fresh_ref, holder, guest)
    own_card = holder is not None and mine.trip.holder == holder
    return visit(state, Stage.TRIP if own_card else Stage.AGAIN, mine.trip.ref), ()


def _own_trip(state: State, holder: str | None) -> Waiting | None:
    """The live trip that this press may belong to: a card's own, or one that was asked for a moment ago."""
    live = [w for w in state.waiting.values() if not w.trip.ended and w.trip.status is not TripStatus.IN_PROGRESS]
    if holder is not None:
        own = next((w for w in live if w.trip.holder == holder), None)
        bare = [w for w in live if w.trip.holder is None and state.mono - w.began < CARD_AGAIN_S]
        return own or max(bare, key=lambda w: w.began, default=None)
    recent = [w for w in live if state.mono - w.began < AGAIN_S]
    return max(recent, key=lambda w: w.began, default=None)


def _ask(state: State, ref: str, holder: str | None, guest: Guest | None = None) -> tuple[State, Effects]:
    if not state.resumed:
        return visit(replace(state, early=(*state.early, (ref, holder, guest))), Stage.TRIP, ref), ()
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
    if guest is not None:
        request = fitted(request, guest, box.languages[0])
    state = replace(state, next_number=number + 1)
    return visit(state, Stage.TRIP, ref), (Ask(request, holder),)


def card(state: State, event: CardTapped) -> tuple[State, Effects]:
    """Take in a card: its own trip, or a new one."""
    return _asked_from_beside(touched(state), event.fresh_ref, event.holder, event.guest)


def _asked_from_beside(
    state: State, fresh_ref: str, holder: str | None = None, guest: Guest | None = None
) -> tuple[State, Effects]:
    """A card or the box's own button, whatever the screen; an unanswered question and an unkept press first."""
    if scene(state).name in {SceneName.OUT_OF_SERVICE, SceneName.CALLING, SceneName.STILL_WANTED}:
        return state, ()
    state = _called_again_later(state, holder)
    if guest is not None:
        state = met(state, guest)
    return _taxi(state, fresh_ref, holder, guest)


def _called_again_later(state: State, holder: str | None) -> State:
    """Whoever is being called to the door just now is called again when the screen is free."""
    shown, visit = state.shown, state.visit
    if shown is None or visit is None or (holder is not None and shown.trip.holder == holder) or shown.trip.coming:
        return state
    cut = shown.trip.status is TripStatus.ARRIVED and state.mono - visit.since < CALL_S
    return update(state, shown.trip.ref, unseen=True) if cut else state


def back(state: State) -> State:
    """Leave a question for the trip it was about, anything else for the home screen."""
    now = state.visit
    if now and now.stage in {Stage.AGAIN, Stage.SURE}:
        return visit(state, Stage.TRIP, now.ref)
    if now and now.stage in {Stage.HELP, Stage.COMFORT}:
        # Whoever chose a louder voice there is about to use it.
        return replace(state, visit=None, language_since=state.mono)
    return home(state)


def _next_language(state: State) -> State:
    offered = state.box.languages
    language = offered[(offered.index(state.language) + 1) % len(offered)]
    return replace(state, language=language, language_since=state.mono)
