"""Several people at once: each is called, in order, and nobody talks over anybody."""

from __future__ import annotations

import uuid
from dataclasses import replace
from itertools import pairwise

from test_flow import Play, moved, said, stored

from dispatch_client.trips import Trip, TripStatus
from kiosk.core.effects import Ask, Effect, Say
from kiosk.core.events import CardTapped, TripChanged
from kiosk.core.scenes import scene


def ten(play: Play) -> list[Trip]:
    trips = []
    for number in range(10):
        (ask,) = [e for e in play.happens(CardTapped(f"card-{number}", str(uuid.uuid4()))) if isinstance(e, Ask)]
        trips.append(stored(ask))
        play.happens(TripChanged(trips[-1]))
        play.after(5)
    return trips


def test_ten_taxis_at_the_gate_are_called_one_after_the_other_in_the_order_in_which_they_came() -> None:
    play = Play()
    trips = ten(play)
    for number, trip in enumerate(trips):
        play.happens(TripChanged(moved(trip, TripStatus.DRIVER_ASSIGNED, plate=f"沪A1000{number}")))
    play.after(200)
    calls: list[tuple[float, int]] = []

    def listen(effects: list[Effect]) -> None:
        number = scene(play.state).number
        if number is not None and any(isinstance(effect, Say) and effect.chime for effect in effects):
            calls.append((play.mono, number))

    for number, trip in enumerate(trips):
        listen(play.happens(TripChanged(moved(trip, TripStatus.ARRIVED, plate=f"沪A1000{number}"))))
        listen(play.after(1))
    for _ in range(400):
        listen(play.after(1))
    first = list(dict.fromkeys(number for _, number in calls))
    assert sorted(first) == list(range(1, 11)), "everybody is called"
    assert first == sorted(first), "in the order in which the taxis came"
    assert [number for _, number in calls[:10]] == first, "nobody is called twice before everybody was once"
    gaps = [later - before for (before, _), (later, _) in pairwise(calls)]
    assert min(gaps) >= 25, "a call is never talked over by the next"


def test_a_call_that_another_card_cut_short_is_made_again() -> None:
    play = Play()
    (ask,) = [e for e in play.happens(CardTapped("one", str(uuid.uuid4()))) if isinstance(e, Ask)]
    trip = stored(ask)
    play.happens(TripChanged(trip))
    play.after(200)
    assert "一号" in said(play.happens(TripChanged(moved(trip, TripStatus.ARRIVED))))
    play.after(3)
    (other,) = [e for e in play.happens(CardTapped("two", str(uuid.uuid4()))) if isinstance(e, Ask)]
    play.happens(TripChanged(stored(other)))
    again = [effect for _ in range(40) for effect in play.after(1)]
    assert "一号" in said(again), "long before the minute at which it would be called anyway"


def test_who_says_that_they_are_coming_is_not_called_again() -> None:
    play = Play()
    (ask,) = [e for e in play.happens(CardTapped("one", str(uuid.uuid4()))) if isinstance(e, Ask)]
    trip = stored(ask)
    play.happens(TripChanged(trip))
    play.after(200)
    arrived = moved(trip, TripStatus.ARRIVED)
    play.happens(TripChanged(arrived))
    play.happens(TripChanged(replace(arrived, coming=True)))
    play.happens(CardTapped("two", str(uuid.uuid4())))
    assert not play.state.waiting[trip.ref].unseen
