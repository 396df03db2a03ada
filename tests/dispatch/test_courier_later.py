"""A ride for later: kept and sent in time, or handed on at once; and never by a clock that does not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from fakes_courier import Rig
from fakes_dispatcher import FULL, START, FakeClock, FakeDispatcher, wish

from dispatch_client.ladder import Rung
from dispatch_client.repeats import Repeat, dump_repeat, load_repeat, trips
from dispatch_client.trips import TripStatus as S

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch_client.trips import TripRequest

IN_TWO_HOURS = START + timedelta(hours=2)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def for_later(at: datetime = IN_TWO_HOURS) -> TripRequest:
    return wish(pickup_at=at)


def test_it_is_kept_and_sent_a_quarter_of_an_hour_before(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        ref = rig.press(for_later())
        rig.pass_s(104 * 60)
        assert (rig.status(ref), rig.dispatcher.rides) == (S.QUEUED, [])
        rig.pass_s(2 * 60)
        assert len(rig.dispatcher.rides) == 1
        assert rig.status(ref) is S.REQUESTED


def test_a_dispatcher_that_keeps_such_trips_has_it_at_once_and_is_asked_seldom(tmp_path: Path) -> None:
    with Rig(tmp_path, capabilities=replace(FULL, later=True)) as rig:
        ref = rig.press(for_later())
        assert len(rig.dispatcher.rides) == 1
        before = rig.dispatcher.count("get")
        rig.pass_s(3600)
        assert rig.dispatcher.count("get") - before < 80
        rig.dispatcher.move(S.DRIVER_ASSIGNED)
        rig.pass_s(70)
        assert rig.status(ref) is S.DRIVER_ASSIGNED


def test_the_search_for_it_begins_in_its_time_and_climbs_from_there(tmp_path: Path) -> None:
    clock = FakeClock()
    other = FakeDispatcher(clock)
    other.name = "other"
    with Rig(tmp_path, clock=clock, above=[Rung(other, 180)]) as rig:
        rig.press(for_later())
        rig.pass_s(105 * 60 + 170)
        assert not other.rides
        rig.pass_s(30)
        assert other.rides


def test_the_line_may_be_down_for_hours_before_it(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.line_up = False
        ref = rig.press(for_later())
        rig.pass_s(100 * 60)
        assert rig.status(ref) is S.QUEUED
        assert not rig.trip(ref).asks_again
        rig.dispatcher.line_up = True
        rig.pass_s(6 * 60)
        assert rig.status(ref) is S.REQUESTED


def test_what_could_not_be_sent_in_its_time_is_not_sent_unasked(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.line_up = False
        ref = rig.press(for_later())
        rig.pass_s((105 + 9) * 60)
        assert rig.trip(ref).asks_again
        rig.dispatcher.line_up = True
        rig.pass_s(400)
        assert rig.status(ref) is S.EXPIRED
        assert not rig.dispatcher.rides


def test_it_survives_a_reboot_and_waits_for_a_clock_that_knows(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        ref = rig.press(for_later())
        rig.pass_s(3600)
        rig.clock.reboot(off_s=60, trusted=False, wall=datetime(1970, 1, 1, tzinfo=UTC))
        rig.restart()
        rig.pass_s(50 * 60)
        assert not rig.dispatcher.rides
        assert not rig.trip(ref).asks_again
        rig.clock.trusted, rig.clock.wall = True, START + timedelta(minutes=106)
        rig.pass_s(61)
        assert len(rig.dispatcher.rides) == 1


def test_a_clock_that_jumps_does_not_send_it_early(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.press(for_later())
        rig.clock.wall += timedelta(days=1)
        rig.pass_s(60 * 60)
        assert not rig.dispatcher.rides
        rig.clock.wall -= timedelta(days=2)
        rig.pass_s(46 * 60)
        assert len(rig.dispatcher.rides) == 1


def test_a_box_that_does_not_know_the_time_books_nothing_for_later(tmp_path: Path) -> None:
    with Rig(tmp_path, clock=FakeClock(trusted=False)) as rig:
        rig.press(for_later())
        assert [sentence for _, sentence in rig.told.lost] == [
            "this box does not know the time yet: nothing can be booked for later"
        ]


def test_cancelled_before_its_time_it_was_never_sent(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        ref = rig.press(for_later())
        rig.pass_s(600)
        rig.cancel(ref)
        assert rig.status(ref) is S.CANCELLED_BY_RIDER
        rig.pass_s(3 * 3600)
        assert not rig.dispatcher.rides


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        for_later(datetime(2026, 3, 2, 12))  # noqa: DTZ001 - the point


# -- each week -------------------------------------------------------------------------------------------------------


def dialysis(**changes: object) -> Repeat:
    """START is Monday 2 March 2026, 17:30 in Shanghai."""
    rule = Repeat(wish(), frozenset({1, 3}), time(8, 0), "Asia/Shanghai", first=date(2026, 3, 1))
    return replace(rule, **changes)  # type: ignore[arg-type]


def days(rule: Repeat, now: datetime = START, horizon: timedelta = timedelta(days=14)) -> list[str]:
    zone = ZoneInfo(rule.zone)
    return [
        trip.pickup_at.astimezone(zone).strftime("%a %d %H:%M") for trip in trips(rule, now, horizon) if trip.pickup_at
    ]


def test_it_falls_on_its_days() -> None:
    assert days(dialysis()) == ["Tue 03 08:00", "Thu 05 08:00", "Tue 10 08:00", "Thu 12 08:00"]
    assert days(dialysis(last=date(2026, 3, 5))) == ["Tue 03 08:00", "Thu 05 08:00"]
    assert days(dialysis(first=date(2026, 3, 9))) == ["Tue 10 08:00", "Thu 12 08:00"]


def test_the_hour_that_summer_time_leaves_out_and_the_one_that_comes_twice() -> None:
    early = dialysis(zone="Europe/Paris", weekdays=frozenset({6}), at=time(2, 30))
    spring = days(early, datetime(2026, 3, 28, tzinfo=UTC), timedelta(days=2))
    assert spring == ["Sun 29 03:30"]
    (autumn,) = trips(early, datetime(2026, 10, 24, tzinfo=UTC), timedelta(days=2))
    assert autumn.pickup_at is not None
    assert autumn.pickup_at.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_each_day_has_a_reference_of_its_own_that_is_the_same_every_time() -> None:
    rule = dialysis()
    refs = [trip.client_ref for trip in trips(rule, START, timedelta(days=14))]
    assert len(set(refs)) == 4
    assert refs[:2] == [trip.client_ref for trip in trips(rule, START + timedelta(hours=3), timedelta(days=7))]


def test_a_rule_is_read_as_it_was_written() -> None:
    for rule in (dialysis(), dialysis(last=date(2026, 4, 1), holder="hash", weekdays=frozenset(range(7)))):
        assert load_repeat(dump_repeat(rule)) == rule


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"weekdays": frozenset()}, "weekdays"),
        ({"weekdays": frozenset({7})}, "weekdays"),
        ({"zone": "Atlantis/Centre"}, "Atlantis"),
        ({"at": time(8, tzinfo=UTC)}, "local"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_in_a_sentence(changes: dict[str, object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        dialysis(**changes)


def test_each_ride_is_made_once_whatever_happens_and_sent_in_time(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rule = dialysis()
        rig.courier.repeat(rule)
        rig.settle()
        assert len({trip.ref for trip in rig.told.trips}) == 1
        rig.pass_s(4 * 3600)
        rig.restart()
        rig.pass_s(10 * 3600 + 20 * 60)  # to 07:50 on Tuesday in Shanghai
        assert len(rig.dispatcher.rides) == 1
        rig.dispatcher.move(S.DRIVER_ASSIGNED)
        rig.pass_s(60)
        rig.dispatcher.move(S.COMPLETED)
        rig.pass_s(3600)
        assert len(rig.dispatcher.rides) == 1, "a ride that is over is not made anew"


def test_a_rule_that_is_ended_makes_no_more_rides(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rule = dialysis(first=date(2026, 3, 5))
        rig.courier.repeat(rule)
        rig.settle()
        rig.courier.end_repeat(rule.ref)
        rig.settle()
        rig.restart()
        rig.pass_s(4 * 86400)
        assert not rig.dispatcher.rides


def test_a_box_that_does_not_know_the_time_makes_none_until_it_does(tmp_path: Path) -> None:
    with Rig(tmp_path, clock=FakeClock(trusted=False)) as rig:
        rig.courier.repeat(dialysis())
        rig.pass_s(600)
        assert not rig.told.trips
        rig.clock.trusted = True
        rig.pass_s(301)
        assert len({trip.ref for trip in rig.told.trips}) == 1
