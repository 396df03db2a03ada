"""The one pure function of the kiosk: a state and an event give a new state and the effects that follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dispatch_client.trips import WITH_TAXI, TripStatus
from kiosk.core.choices import how_to_hear, sample, told
from kiosk.core.effects import Effect, Hush, Say, TellStaff
from kiosk.core.events import (
    CameNear,
    CardTapped,
    CodeShown,
    Event,
    KeyPressed,
    LinkChanged,
    Part,
    PartChanged,
    Press,
    Pressed,
    Resumed,
    SlipDone,
    StaffTold,
    StoreDamaged,
    Tick,
    TripChanged,
    TripLost,
)
from kiosk.core.keys import at_ease, meant, moved
from kiosk.core.moves import home, put, touched
from kiosk.core.news import WAIT_TOLD_S, show_news, slip_done, trip_news
from kiosk.core.parts import minutes_left
from kiosk.core.presses import CALL_S, back, card, early_presses, pressed
from kiosk.core.scene import Line, Scene, SceneName
from kiosk.core.scenes import scene
from kiosk.core.state import ON_BOARD, Box, Stage, State, Waiting

Effects = tuple[Effect, ...]

REST_S: Final = {
    SceneName.SEARCHING: 75.0,
    SceneName.FOUND: 75.0,
    SceneName.OFFLINE: 75.0,
    SceneName.ARRIVED: 50.0,
    SceneName.STILL_WANTED: 75.0,
    SceneName.GONE: 20.0,
    SceneName.CANCELLED: 12.0,
    SceneName.SORRY: 60.0,
    SceneName.AGAIN: 20.0,
    SceneName.SURE: 20.0,
    SceneName.HELP: 45.0,
    SceneName.COMFORT: 45.0,
}
"""Seconds without a touch after which the screen is free for the next person. The board keeps telling."""

HELP_S: Final = 360.0
"""A search this long is told to the staff, and the telephone number stands on the screen."""
CALLS_S: Final = (60.0, 180.0, 300.0)
"""After the arrival the person is called again at these seconds."""
STORE_S: Final = 10.0
"""A press that is not on disk after this is said to be lost: a disk that hangs must not look like hope."""
GREET_S: Final = 60.0
"""Who comes near is greeted no more often than this: a box at a gate must not talk all day."""
LANGUAGE_BACK_S: Final = 30.0
"""A language chosen at the idle screen goes back to the default after this."""


def begin(box: Box) -> State:
    """The kiosk as it wakes up: nothing known yet but where it hangs."""
    return State(box=box, language=box.languages[0])


def step(state: State, event: Event) -> tuple[State, Effects]:
    """Take in one event. Total: no event is wrong in any state, at worst nothing follows."""
    if isinstance(event, KeyPressed):
        press = meant(state, event)
        if press is None:
            return _choice_told(state, moved(state, event.key))
        event = press
    new, effects = _take(state, event)
    if scene(new).key != scene(state).key:
        new = replace(new, focus=None)
    return new, (*effects, *_speech(state, new, event))


def _choice_told(before: State, state: State) -> tuple[State, Effects]:
    """Tell the choice; the first time also what this screen is about."""
    shown, at = scene(state), state.focus or 0
    about = () if before.keys else shown.speech[:1]
    return state, (_say(state, shown, (*about, told(shown, at))),)


def _take(state: State, event: Event) -> tuple[State, Effects]:  # noqa: C901, PLR0911, PLR0912 - one way out for each kind of event
    match event:
        case Tick():
            return _tick(replace(state, mono=event.mono, wall=event.wall), state)
        case Pressed():
            return pressed(state, event)
        case KeyPressed():  # what OK stands for comes as a press
            return moved(state, event.key), ()
        case CardTapped():
            return card(state, event)
        case CodeShown():
            return touched(state), ()
        case CameNear():
            return _greeted(state)
        case TripChanged():
            return trip_news(state, event.trip)
        case TripLost():
            return replace(state, lost=state.lost | {event.ref}), (TellStaff("press not stored", event.ref),)
        case LinkChanged():
            return replace(state, link_up=event.up), ()
        case Resumed():
            return early_presses(replace(state, resumed=True, next_number=event.last_number + 1))
        case SlipDone():
            return slip_done(state, event), ()
        case PartChanged():
            broken = state.broken - {event.part} if event.works else state.broken | {event.part}
            return replace(state, broken=broken), ()
        case StaffTold():
            known = state.waiting.get(event.ref)
            return put(state, replace(known, staff_told=True)) if known else state, ()
        case StoreDamaged():
            return state, (TellStaff("trip store damaged", ""),)


def _greeted(state: State) -> tuple[State, Effects]:
    """Say to whoever comes near how to get a taxi; not to everybody in a stream of people, and not into a visit."""
    shown, last = scene(state), state.greeted
    if shown.name is not SceneName.HOME or Part.VOICE in state.broken:
        return state, ()
    if last is not None and state.mono - last < GREET_S:
        return state, ()
    return replace(state, greeted=state.mono), (_say(state, shown),)


def _tick(state: State, before: State) -> tuple[State, Effects]:
    if before.mono and state.wall.date() != before.wall.date():
        state = replace(state, next_number=1)
    if before.mono == 0.0:
        state = replace(state, language_since=state.mono)
    state = _rest(state)
    told = tuple(TellStaff("still searching", w.trip.ref) for w in _overdue(before, state))
    return show_news(_forget_ended(_call_again(state))), told


def _overdue(before: State, state: State) -> list[Waiting]:
    """Those who have waited for a taxi so long, since the last tick, that a person should know."""
    looking = [w for w in state.waiting.values() if w.trip.status in ON_BOARD and w.trip.status not in WITH_TAXI]
    return [w for w in looking if before.mono - w.began < HELP_S <= state.mono - w.began]


def _rest(state: State) -> State:
    """Free the screen after a while; give the language back when nobody is there."""
    visit = state.visit
    if visit is None:
        return state if at_ease(state) or state.mono - state.language_since < LANGUAGE_BACK_S else home(state)
    name = scene(state).name
    idle = state.mono - max(visit.touched, visit.since)
    if name is SceneName.CALLING and state.shown is None and idle >= STORE_S and visit.ref:
        return replace(state, lost=state.lost | {visit.ref})
    if name is SceneName.OUT_OF_SERVICE:
        return home(state)
    if name in REST_S and idle >= REST_S[name]:
        return back(state) if visit.stage is Stage.SURE else home(state)
    return state


def _call_again(state: State) -> State:
    """Tell the wait every half minute; call to the door at one, three and five minutes."""
    uncalled = any(w.unseen and not w.turns and w.trip.status is TripStatus.ARRIVED for w in state.waiting.values())
    for waiting in state.waiting.values():
        since = state.mono - waiting.changed
        if waiting.trip.status is TripStatus.ARRIVED and not waiting.trip.coming:
            due = sum(since >= at for at in CALLS_S)
            called = waiting is state.shown and state.visit and state.mono - state.visit.since < CALL_S
            # A repeat waits for the end of the call before it, and for those who were not called once.
            if due > waiting.calls and not uncalled and not called:
                state = put(state, replace(waiting, calls=due, cannot_see=False, unseen=True))
        elif waiting.trip.status is TripStatus.DRIVER_ASSIGNED and not waiting.near:
            minutes = minutes_left(state, waiting.trip)
            if minutes is not None and minutes <= 1:
                state = put(state, replace(waiting, near=True, unseen=True))
        elif waiting is state.shown and scene(state).name is SceneName.SEARCHING:
            due = int((state.mono - waiting.began) // WAIT_TOLD_S)
            if due > waiting.calls:
                state = put(state, replace(waiting, calls=due))
    return state


def _forget_ended(state: State) -> State:
    shown = state.visit.ref if state.visit else None
    keep = {ref: w for ref, w in state.waiting.items() if not w.trip.ended or ref == shown or w.unseen}
    return replace(state, waiting=keep) if len(keep) != len(state.waiting) else state


def _speech(old: State, new: State, event: Event) -> Effects:
    """Say what is new on the screen, say it again when asked, fall silent when touched or when nobody is there."""
    now = scene(new)
    if isinstance(event, Pressed) and event.press in {Press.REPEAT, Press.NOWHERE}:
        return (_say(new, now),)
    if new.comfort != old.comfort and isinstance(event, Pressed) and event.press in {Press.LOUDER, Press.SLOWER}:
        return (_say(new, now, (sample(now.language),)),)
    before = scene(old)
    if (now.key, now.language) == (before.key, before.language):
        # A hand that pounds on the box's own button does not want silence.
        return (Hush(),) if isinstance(event, Pressed) and not event.beside else ()
    if now.name is SceneName.HOME and before.language == now.language and not isinstance(event, Pressed):
        return (Hush(),)
    if Part.VOICE in new.broken or not now.speech:
        return (Hush(),)
    goes_on = before.name is SceneName.CALLING and now.name is SceneName.SEARCHING
    return (replace(_say(new, now), after=goes_on),)


def _say(state: State, shown: Scene, lines: tuple[Line, ...] = ()) -> Say:
    """The scene, or some other lines, as this visitor wants to hear them."""
    keys, comfort = state.keys and not lines and shown.buttons, state.comfort
    return Say(
        lines or ((*shown.speech, how_to_hear(shown.language)) if keys else shown.speech),
        shown.language,
        chime=shown.chime and not lines,
        times=1 if lines else shown.times,
        volume=comfort.volume,
        pace=comfort.pace,
    )
