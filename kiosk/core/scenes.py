"""From a state to the scene a person perceives: one pure function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from dispatch_client.trips import WITH_TAXI, TripStatus
from kiosk.core.choices import focused
from kiosk.core.events import Part
from kiosk.core.scene import Scene
from kiosk.core.scene_kit import SceneKit
from kiosk.core.scenes_other import again, cancelled, comfort, help_, home, out_of_service, sorry, sure
from kiosk.core.scenes_search import calling, offline, searching, still_wanted, written
from kiosk.core.scenes_taxi import arrived, found, gone
from kiosk.core.state import Stage, State, Waiting

CALLING_S: Final = 3.0
"""The press has a scene of its own for this long, however fast the dispatcher is: there must be time to hear it."""

_NOT_SENT: Final = frozenset({TripStatus.QUEUED, TripStatus.SUBMITTING})
_ABOUT_THE_BOX: Final = {Stage.HELP: help_, Stage.COMFORT: comfort}

_ASKED: Final = frozenset({TripStatus.SUBMITTING, TripStatus.REQUESTED})

_BY_STATUS: Final[Mapping[TripStatus, Callable[[SceneKit, Waiting], Scene]]] = {
    TripStatus.DRIVER_ASSIGNED: found,
    TripStatus.ARRIVED: arrived,
    TripStatus.IN_PROGRESS: gone,
    TripStatus.COMPLETED: gone,
    TripStatus.CANCELLED_BY_RIDER: cancelled,
    TripStatus.CANCELLED_BY_DRIVER: sorry,
    TripStatus.NO_DRIVERS: sorry,
    TripStatus.EXPIRED: sorry,
    TripStatus.FAILED: sorry,
    TripStatus.REJECTED: sorry,
}


def scene(state: State) -> Scene:
    """What is perceived now."""
    return focused(state, _scene(state))


def _scene(state: State) -> Scene:
    kit, visit, waiting = SceneKit(state), state.visit, state.shown
    if Part.STORE in state.broken and waiting is None:
        return out_of_service(kit)
    if visit is None:
        return home(kit)
    if visit.stage in _ABOUT_THE_BOX:
        return _ABOUT_THE_BOX[visit.stage](kit)
    if visit.ref in state.lost:
        return sorry(kit, None)
    if waiting is None:
        return calling(kit, None)
    outdated = waiting.trip.ended or (visit.stage is Stage.SURE and waiting.trip.status not in WITH_TAXI)
    questions = {} if outdated else {Stage.AGAIN: again, Stage.SURE: sure}
    return questions.get(visit.stage, _of_trip)(kit, waiting)


def _of_trip(kit: SceneKit, waiting: Waiting) -> Scene:  # noqa: PLR0911 - one way out for each rule
    trip, state = waiting.trip, kit.state
    if trip.cancelling:
        return cancelled(kit, waiting)
    if trip.asks_again:
        return still_wanted(kit, waiting)
    if trip.status in _ASKED and trip.attempts and not trip.attempts[-1].followed:
        return written(kit, waiting)
    if trip.status in _NOT_SENT and not state.link_up:
        return offline(kit, waiting)
    if trip.status is TripStatus.CANCELLED_BY_RIDER and not waiting.gave_up:
        return sorry(kit, waiting)
    if trip.status in _BY_STATUS:
        return _BY_STATUS[trip.status](kit, waiting)
    first = len(trip.attempts) == 1 and state.mono - waiting.began < CALLING_S
    return calling(kit, waiting) if first else searching(kit, waiting)
