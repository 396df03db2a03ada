"""What the outside brings: a trip that changed, a slip that was printed or not, and who is shown it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dispatch_client.trips import WITH_TAXI, Trip, TripStatus
from kiosk.core import parts
from kiosk.core.effects import Effect, Print, TellStaff
from kiosk.core.events import SlipDone, SlipResult
from kiosk.core.moves import put, visit
from kiosk.core.presses import CALL_S
from kiosk.core.scene import SceneName
from kiosk.core.scenes import scene
from kiosk.core.slip import Slip, slip
from kiosk.core.state import Stage, State, Waiting

Effects = tuple[Effect, ...]

WAIT_TOLD_S: Final = 30.0
"""During the search the time waited is told this often."""
_TURN_S: Final = {
    SceneName.SEARCHING: 12.0,
    SceneName.FOUND: 12.0,
    SceneName.OFFLINE: 12.0,
    SceneName.GONE: 12.0,
    SceneName.CANCELLED: 12.0,
    SceneName.SORRY: 12.0,
    SceneName.ARRIVED: CALL_S,
}
"""Seconds after which somebody whose taxi has news may take the screen from another who waits; the three calls of an
arrival need twice as long as the rest."""

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


def trip_news(state: State, trip: Trip) -> tuple[State, Effects]:
    """Take in a trip as it now stands on disk."""
    old = state.waiting.get(trip.ref)
    state = replace(state, lost=state.lost - {trip.ref})
    waiting = (
        replace(old, trip=trip) if old else Waiting(trip, began=state.mono - _age(state, trip), changed=state.mono)
    )
    waiting = replace(waiting, gave_up=waiting.gave_up or trip.cancelling)
    moved = old is None or _moved(old.trip, trip)
    if moved:
        at_gate = trip.status is TripStatus.ARRIVED or (old is not None and old.trip.status is TripStatus.ARRIVED)
        calls = 0 if at_gate else int((state.mono - waiting.began) // WAIT_TOLD_S)
        news = trip.asks_again or _is_news(old, waiting)
        waiting = replace(waiting, changed=state.mono, calls=calls, cannot_see=False, near=False, unseen=news, turns=0)
        if state.visit is not None and state.visit.ref == trip.ref:
            # A new screen stands for its full time, however long the one before it stood.
            state = replace(state, visit=replace(state.visit, since=state.mono))
    if trip.asks_again and not (old and old.trip.asks_again):
        waiting = replace(waiting, unseen=True)
    waiting, effects = _paper(state, _promised(waiting))
    state = put(state, waiting)
    if trip.ended and old is None:
        state = put(state, replace(waiting, unseen=False))
    if trip.status in {TripStatus.NO_DRIVERS, TripStatus.FAILED, TripStatus.REJECTED, TripStatus.EXPIRED} and moved:
        effects = (*effects, TellStaff(f"not served: {trip.status}", trip.ref))
    return show_news(state), effects


def _moved(old: Trip, new: Trip) -> bool:
    """A new status, a new attempt, a search that goes further, or another taxi within the same one."""
    another = bool(old.vehicle and new.vehicle and old.vehicle.plate != new.vehicle.plate)
    return another or _further(old, new) or old.status != new.status or len(old.attempts) != len(new.attempts)


def _further(old: Trip, new: Trip) -> bool:
    """The search is wider now, or another dispatcher is asked."""
    if not (old.attempts and new.attempts):
        return False
    before, now = old.attempts[-1], new.attempts[-1]
    return (now.wider and not before.wider) or now.provider != before.provider


def _is_news(old: Waiting | None, waiting: Waiting) -> bool:
    """What a waiting person must be shown even when somebody else, or nobody, has the screen."""
    trip = waiting.trip
    lost_taxi = old is not None and old.trip.status in WITH_TAXI and trip.status not in WITH_TAXI and not trip.ended
    if trip.status is TripStatus.FAILED and trip.attempts and not trip.attempts[-1].followed and not waiting.gave_up:
        return False  # nobody could tell whether a taxi came; that this is all we shall ever know is no news
    not_asked_for = trip.status is TripStatus.CANCELLED_BY_RIDER and old is not None and not waiting.gave_up
    further = old is not None and not trip.ended and _further(old.trip, trip)
    return trip.status in _NEWS or lost_taxi or not_asked_for or further


def _age(state: State, trip: Trip) -> float:
    return max(0.0, (state.wall - trip.request.requested_at).total_seconds())


def _promised(waiting: Waiting) -> Waiting:
    """Remember each taxi that was promised: a dispatcher may send another one within the same booking."""
    vehicle = waiting.trip.vehicle
    if vehicle is None or not vehicle.plate or (waiting.taxis and waiting.taxis[-1].plate == vehicle.plate):
        return waiting
    lost = waiting.trip.lost_vehicle
    before = waiting.taxis or ((lost,) if lost else ())
    return replace(waiting, taxis=(*before, vehicle))


def _paper(state: State, waiting: Waiting) -> tuple[Waiting, Effects]:
    """A slip for each taxi that is found, once; none for those found before a restart."""
    trip = waiting.trip
    if trip.status not in WITH_TAXI:
        return waiting, ()
    name = f"{trip.attempts[-1].ref if trip.attempts else trip.ref}-{len(waiting.taxis)}"
    if name in waiting.slips:
        return waiting, ()
    waiting = replace(waiting, slips=waiting.slips | {name}, slip_failed=False)
    if not state.resumed or trip.status is not TripStatus.DRIVER_ASSIGNED:
        return waiting, ()
    return waiting, (Print(name, paper_of(state, waiting)),)


def paper_of(state: State, waiting: Waiting) -> Slip:
    """Compose the slip of a trip to which a taxi was assigned."""
    car = parts.car(waiting.trip, state.language)
    words = " · ".join(part for part in (car.words, car.driver) if part) if car else ""
    return slip(state.box, waiting, state.language, state.wall, words)


def slip_done(state: State, event: SlipDone) -> State:
    """Take in what became of a slip."""
    if event.result is SlipResult.PRINTED:
        return state
    owners = (w for w in state.waiting.values() if event.job_id in w.slips)
    return next((put(state, replace(w, slip_failed=True)) for w in owners), state)


def show_news(state: State) -> State:
    """Give the screen to the waiting person whose taxi has news, when whoever stands there can spare it."""
    unseen = [w for w in state.waiting.values() if w.unseen]
    if not unseen:
        return state
    own = state.shown
    here = own is not None and own.unseen and state.visit and state.visit.stage in {Stage.TRIP, Stage.SURE}
    # A repeat waits for those who were not called yet, also where its own screen stands.
    if own is not None and here and all(own.turns <= other.turns for other in unseen):
        return put(visit(state, Stage.TRIP, own.trip.ref), replace(own, unseen=False, turns=own.turns + 1))
    if not may_yield(state):
        return state
    # A taxi that stands at the gate comes before one that was just found; whoever was never called, before a repeat.
    first = min(unseen, key=lambda w: (w.trip.status is not TripStatus.ARRIVED, w.turns, w.changed))
    return put(visit(state, Stage.TRIP, first.trip.ref), replace(first, unseen=False, turns=first.turns + 1))


def may_yield(state: State) -> bool:
    """Whether the person at the screen can spare it for a moment."""
    visit = state.visit
    if visit is None:
        return True
    wait = _TURN_S.get(scene(state).name)
    return wait is not None and state.mono - max(visit.since, visit.touched) >= wait
