"""The simulation: its stories, and that they do not depend on how time is cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_client.sandbox.behaviour import Behaviour
from dispatch_client.sandbox.fleet import Point
from dispatch_client.sandbox.world import (
    KEPT_TRIPS,
    LIVE_TRIPS,
    FullError,
    OutOfAreaError,
    UnknownTripError,
    World,
    WrongStateError,
)
from dispatch_client.trips import TripStatus, may_follow

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GATE = (31.2304, 121.4737)


def new_trip(number: int = 1, lat: float = GATE[0], lon: float = GATE[1]) -> dict[str, Any]:
    place = {"label": "East gate", "lat": lat, "lon": lon}
    return {"client_ref": f"reference-{number}", "pickup": place, "boarding_number": 7}


def a_world(behaviour: Behaviour = Behaviour.NORMAL, seed: int = 1) -> World:
    return World(seed, NOON, behaviour=behaviour)


def told(world: World, after: int) -> list[dict[str, Any]]:
    return [trip for _, trip in world.events_after(after)]


def story(world: World, seconds: float = 3600, number: int = 1) -> list[str]:
    """Place a trip, let time pass, give the statuses that it went through."""
    before = world.last_event
    world.place_trip(new_trip(number))
    world.advance(seconds)
    words: list[str] = []
    for trip in told(world, before):
        if not words or words[-1] != trip["status"]:
            words.append(trip["status"])
    return words


def until(world: World, trip: str, status: str, most_s: int = 3600) -> dict[str, Any]:
    for _ in range(most_s * 4):
        if world.trip(trip)["status"] == status:
            return world.trip(trip)
        world.advance(0.25)
    raise AssertionError(f"never {status}: {world.trip(trip)}")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (Behaviour.NORMAL, "requested driver_assigned arrived in_progress completed"),
        (Behaviour.SLOW_TO_ACCEPT, "requested driver_assigned arrived in_progress completed"),
        (Behaviour.NO_TAXIS, "requested no_drivers"),
        (Behaviour.DRIVER_CANCELS_ONCE, "requested driver_assigned cancelled_by_driver"),
        (
            Behaviour.REDISPATCHES_ONCE,
            "requested driver_assigned requested driver_assigned arrived in_progress completed",
        ),
        (Behaviour.OFFERS, "requested offered expired"),
        (Behaviour.NEVER_ARRIVES, "requested driver_assigned"),
        (Behaviour.NOBODY_BOARDS, "requested driver_assigned arrived cancelled_by_driver"),
    ],
)
def test_each_behaviour_tells_its_story(behaviour: Behaviour, words: str, seed: int) -> None:
    assert story(a_world(behaviour, seed)) == words.split()


@pytest.mark.parametrize("behaviour", [Behaviour.DRIVER_CANCELS_ONCE, Behaviour.REDISPATCHES_ONCE])
def test_once_is_once(behaviour: Behaviour) -> None:
    world = a_world(behaviour)
    story(world)
    assert story(world, number=2)[-1] == "completed"
    assert "cancelled_by_driver" not in story(world, number=3)


def test_everyday_life_has_all_kinds_of_ends() -> None:
    world = a_world(Behaviour.EVERYDAY)
    for number in range(80):
        world.place_trip(new_trip(number))
    world.advance(3600)
    ends = {trip["status"] for trip in world.trips()}
    assert ends == {"completed", "cancelled_by_driver", "no_drivers"}


@settings(deadline=None)
@given(st.lists(st.floats(0, 40, allow_nan=False), max_size=30), st.sampled_from(Behaviour))
def test_how_time_is_cut_changes_nothing(cuts: list[float], behaviour: Behaviour) -> None:
    whole, cut = a_world(behaviour), a_world(behaviour)
    whole.place_trip(new_trip())
    cut.place_trip(new_trip())
    total = sum(round(piece * 1000) for piece in cuts)
    for piece in cuts:
        cut.advance(round(piece * 1000) / 1000)
    whole.advance(total / 1000)
    assert cut.trips() == whole.trips()
    assert cut.events_after(cut.last_event - 3) == whole.events_after(whole.last_event - 3)


def test_the_seed_decides_and_the_moment_of_the_press_does_not() -> None:
    early, late, other = a_world(), a_world(), a_world(seed=2)
    late.advance(123)
    for world in (early, late, other):
        world.place_trip(new_trip())
        world.advance(30)
    assert early.trips()[0]["vehicle"] == late.trips()[0]["vehicle"]
    assert early.trips()[0]["eta_s"] == late.trips()[0]["eta_s"]
    assert early.trips()[0]["vehicle"] != other.trips()[0]["vehicle"]


@pytest.mark.parametrize("seed", range(20))
def test_times_are_as_promised(seed: int) -> None:
    world = a_world(seed=seed)
    trip = world.place_trip(new_trip())["id"]
    assigned = until(world, trip, "driver_assigned")
    looked = (world.now - NOON).total_seconds()
    assert 5 <= looked <= 20.25
    assert 110 <= assigned["eta_s"] <= 360
    since = world.now
    until(world, trip, "arrived")
    took = (world.now - since).total_seconds()
    assert abs(took - assigned["eta_s"]) <= 2, "the ETA must be true when nothing goes wrong"


def test_each_step_of_each_story_is_one_that_the_client_allows() -> None:
    world = a_world(Behaviour.EVERYDAY)
    before = world.last_event
    for number in range(40):
        world.place_trip(new_trip(number))
    world.advance(1200)
    last: dict[str, dict[str, Any]] = {}
    for trip in told(world, before):
        old = last.get(trip["id"])
        if old:
            assert may_follow(TripStatus(old["status"]), TripStatus(trip["status"]))
            assert trip["revision"] == old["revision"] + 1
            assert trip["updated_at"] >= old["updated_at"]
        last[trip["id"]] = trip
    assert len(last) == 40


def test_the_taxi_comes_nearer_and_its_passenger_hears_of_it() -> None:
    world = a_world()
    before = world.last_event
    world.place_trip(new_trip())
    world.advance(600)
    etas = [trip["eta_s"] for trip in told(world, before) if trip["status"] == "driver_assigned"]
    assert etas == sorted(etas, reverse=True)
    assert len(etas) >= 5


def test_a_passenger_who_says_so_boards_sooner() -> None:
    def waited(*, says: bool) -> float:
        world = a_world()
        trip = world.place_trip(new_trip())["id"]
        until(world, trip, "arrived")
        arrived = world.now
        if says:
            world.passenger_coming(trip, can_see_taxi=True)
        until(world, trip, "in_progress")
        return (world.now - arrived).total_seconds()

    assert waited(says=True) <= 36
    assert waited(says=False) >= 60


def test_an_offer_is_held_for_30_seconds() -> None:
    world = a_world(Behaviour.OFFERS)
    first, second = (world.place_trip(new_trip(number))["id"] for number in (1, 2))
    offer = until(world, first, "offered")
    assert (datetime.fromisoformat(offer["confirm_by"]) - world.now).total_seconds() == 30
    world.advance(29)
    assert world.confirm(first)["status"] == "driver_assigned"
    assert world.trip(first)["confirm_by"] is None
    world.advance(60)
    assert world.trip(second)["status"] == "expired"
    with pytest.raises(WrongStateError):
        world.confirm(second)
    assert until(world, first, "completed")["revision"] > 5
    with pytest.raises(WrongStateError):
        world.confirm(first)


def test_what_was_never_offered_cannot_be_confirmed() -> None:
    world = a_world()
    trip = world.place_trip(new_trip())["id"]
    until(world, trip, "driver_assigned")
    with pytest.raises(WrongStateError, match="driver_assigned has no offer"):
        world.confirm(trip)


@pytest.mark.parametrize("status", ["requested", "driver_assigned", "arrived"])
def test_a_trip_can_be_cancelled_until_the_passenger_is_in_the_taxi(status: str) -> None:
    world = a_world()
    trip = world.place_trip(new_trip())["id"]
    until(world, trip, status)
    assert world.cancel(trip, "staff")["status"] == "cancelled_by_rider"
    revision = world.cancel(trip, "other")["revision"]
    world.advance(3600)
    assert (world.trip(trip)["revision"], world.trip(trip)["cancel_reason"]) == (revision, "staff")
    assert all(taxi.trip is None for taxi in world.taxis)


@pytest.mark.parametrize("status", ["in_progress", "completed"])
def test_a_ride_cannot_be_cancelled(status: str) -> None:
    world = a_world()
    trip = world.place_trip(new_trip())["id"]
    until(world, trip, status)
    with pytest.raises(WrongStateError, match=status):
        world.cancel(trip, "staff")
    with pytest.raises(WrongStateError, match=status):
        world.passenger_coming(trip, can_see_taxi=True)


def test_a_taxi_that_is_lost_is_not_shown_any_more_while_another_is_looked_for() -> None:
    world = a_world(Behaviour.REDISPATCHES_ONCE)
    trip = world.place_trip(new_trip())["id"]
    plate = until(world, trip, "driver_assigned")["vehicle"]["plate"]
    again = until(world, trip, "requested")
    assert (again["vehicle"], again["driver"], again["eta_s"]) == (None, None, None)
    assert until(world, trip, "driver_assigned")["vehicle"]["plate"] != plate


def test_news_is_given_after_any_event_and_from_the_beginning_for_a_strange_number() -> None:
    world = a_world()
    start = world.last_event
    trip = world.place_trip(new_trip())["id"]
    world.place_trip(new_trip(2))
    world.cancel(trip, "staff")
    world.advance(3)
    numbers = [number for number, _ in world.events_after(start)]
    assert numbers == list(range(start + 1, world.last_event + 1))
    assert world.events_after(start + 2)[0][0] == start + 3
    assert world.events_after(world.last_event) == []
    live = [(world.last_event, world.trips()[1])]
    for strange in (None, 0, start - 5, world.last_event + 1):
        assert world.events_after(strange) == live


def test_only_the_last_trip_of_a_beginning_is_numbered() -> None:
    world = a_world()
    for number in range(3):
        world.place_trip(new_trip(number))
    assert [number for number, _ in world.events_after(None)] == [None, None, world.last_event]


def test_old_trips_and_taxis_are_forgotten_and_live_ones_never() -> None:
    world = a_world()
    first = world.place_trip(new_trip(0))["id"]
    for number in range(1, KEPT_TRIPS + 50):
        world.cancel(world.place_trip(new_trip(number))["id"], "staff")
    assert len(world.trips()) == KEPT_TRIPS
    assert world.trip(first)["status"] == "requested"
    assert world.find("reference-1") is None
    assert len(world.taxis) < 50
    with pytest.raises(UnknownTripError):
        world.trip("t-nothing")


def test_a_full_dispatcher_takes_nothing() -> None:
    world = a_world()
    for number in range(LIVE_TRIPS):
        world.place_trip(new_trip(number))
    with pytest.raises(FullError):
        world.place_trip(new_trip(LIVE_TRIPS))
    assert len(world.trips()) == LIVE_TRIPS


def test_an_area_that_is_served_has_an_end() -> None:
    world = World(1, NOON, centre=GATE, radius_km=30)
    world.place_trip(new_trip(1, GATE[0] + 0.2))
    with pytest.raises(OutOfAreaError):
        world.place_trip(new_trip(2, GATE[0] + 0.3))
    with pytest.raises(OutOfAreaError):
        world.estimate_s(0, 0)
    assert len(world.trips()) == 1


def test_names_are_in_the_language_of_the_place() -> None:
    world = World(1, NOON, locale="en")
    trip = world.place_trip(new_trip())["id"]
    found = until(world, trip, "driver_assigned")
    assert found["driver"]["name"].split()[0] in {"Mr", "Ms"}
    assert found["vehicle"]["make"].isascii()


@settings(deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 5000), st.floats(0, 6.3))
def test_a_point_moved_by_a_distance_is_that_far_away_and_on_the_map(
    lat: float, lon: float, metres: float, bearing: float
) -> None:
    there = Point(lat, lon).moved(metres, bearing)
    assert -90 <= there.lat <= 90
    assert -180 <= there.lon <= 180
    if abs(lat) < 80:
        assert Point(lat, lon).metres_to(there) == pytest.approx(metres, rel=0.02, abs=0.1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("place", [(90.0, 0.0), (-90.0, 180.0), (0.0, 180.0), (0.0, -180.0), (52.0, 179.999)])
def test_a_taxi_comes_to_the_ends_of_the_map_too(place: tuple[float, float], seed: int) -> None:
    world = a_world(seed=seed)
    trip = world.place_trip(new_trip(1, *place))["id"]
    assert until(world, trip, "arrived")["eta_s"] == 0


def test_a_search_that_is_widened_finds_the_taxi_that_nobody_near_was() -> None:
    world = a_world(Behaviour.ONLY_FAR)
    trip = world.place_trip(new_trip())
    world.advance(90)
    assert world.trip(trip["id"])["status"] == "requested"
    world.widen(trip["id"])
    world.advance(30)
    assert world.trip(trip["id"])["status"] == "driver_assigned"
    with pytest.raises(WrongStateError):
        world.widen(trip["id"])


def test_a_trip_for_later_is_kept_and_looked_for_in_good_time() -> None:
    world = a_world()
    at = (NOON + timedelta(hours=2)).isoformat(timespec="seconds")
    trip = world.place_trip({**new_trip(), "pickup_at": at})
    world.advance(100 * 60)
    assert (world.trip(trip["id"])["status"], world.trip(trip["id"])["drivers_notified"]) == ("requested", None)
    world.advance(11 * 60)
    assert world.trip(trip["id"])["status"] in {"driver_assigned", "arrived"}
