"""A search that climbs: wider, to the next dispatcher, to a message; never with two bookings alive."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fakes_courier import Rig
from fakes_dispatcher import FULL, FakeClock, FakeDispatcher, Fate, wish

from dispatch_client.attempts import attempt_ref
from dispatch_client.errors import Ambiguous, Refusal, Refused
from dispatch_client.ladder import Rung
from dispatch_client.plan import Policy
from dispatch_client.provider import Capabilities
from dispatch_client.trips import TripStatus as S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDE = replace(FULL, widen=True)
MESSAGE = Capabilities(follows=False)


class Town:
    """A box with three dispatchers: near, another one after 3 minutes, and one that is written to after 4."""

    def __init__(self, folder: Path, near: Capabilities = WIDE, policy: Policy | None = None) -> None:
        clock = FakeClock()
        self.near, self.other, self.message = (FakeDispatcher(clock, can) for can in (near, FULL, MESSAGE))
        self.near.name, self.other.name, self.message.name = "near", "other", "message"
        self.all = (self.near, self.other, self.message)
        above = [Rung(self.near, 90, wider=True), Rung(self.other, 180), Rung(self.message, 240)]
        self.rig = Rig(folder, clock=clock, dispatcher=self.near, above=above, policy=policy)
        self.most_alive = 0

    def pass_s(self, seconds: int) -> None:
        """Let time pass, and count at each second what is alive anywhere."""
        for _ in range(seconds):
            self.rig.pass_s(1)
            self.look()

    def look(self) -> None:
        self.most_alive = max(self.most_alive, sum(len(one.alive()) for one in self.all))


@contextmanager
def town(folder: Path, near: Capabilities = WIDE, policy: Policy | None = None) -> Iterator[Town]:
    made = Town(folder, near, policy)
    with made.rig:
        yield made
    assert made.most_alive <= 1, "two bookings were alive for one press"


def test_a_search_is_widened_then_handed_on_then_written_with_one_press(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        ref = here.rig.press()
        here.pass_s(88)
        assert not here.near.rides[0].wide
        here.pass_s(5)
        assert here.near.rides[0].wide
        assert here.rig.trip(ref).attempts[-1].wider
        here.pass_s(92)
        assert [ride.status for ride in here.near.rides] == [S.CANCELLED_BY_RIDER]
        assert [ride.ref for ride in here.other.rides] == [attempt_ref(ref, 2)]
        here.pass_s(60)
        assert [ride.status for ride in here.other.rides] == [S.CANCELLED_BY_RIDER]
        assert len(here.message.rides) == 1
        trip = here.rig.trip(ref)
        assert (trip.status, trip.attempts[-1].followed) == (S.REQUESTED, False)
        assert not [trip for trip in here.rig.told.of(ref) if trip.ended], "a step of the ladder looked like an end"


def test_what_was_written_is_not_asked_about_and_not_written_again(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        ref = here.rig.press()
        here.pass_s(400)
        assert [name for name, _ in here.message.calls if name != "health"] == ["create"]
        here.rig.pass_s(2700)
        assert here.rig.status(ref) is S.FAILED


def test_a_taxi_that_was_found_before_the_next_ones_turn_is_kept(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        ref = here.rig.press()
        here.pass_s(178)
        here.near.move(S.DRIVER_ASSIGNED)
        here.pass_s(20)
        assert here.rig.status(ref) is S.DRIVER_ASSIGNED
        assert not here.other.rides


def test_a_taxi_that_is_found_while_the_search_is_being_left_is_kept_when_the_cancel_cannot_take(
    tmp_path: Path,
) -> None:
    with town(tmp_path) as here:
        ref = here.rig.press()
        here.pass_s(170)
        here.near.next("cancel", Refused(Refusal.CONFLICT, "a driver is on the way"))
        here.pass_s(11)
        here.near.move(S.DRIVER_ASSIGNED)
        here.pass_s(30)
        assert here.rig.status(ref) is S.DRIVER_ASSIGNED
        assert not here.other.rides


def test_a_lost_cancel_holds_the_next_dispatcher_back_until_it_is_known(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        ref = here.rig.press()
        here.pass_s(175)
        here.near.next("cancel", Fate.LOST_REQUEST, Fate.LOST_REQUEST, Fate.LOST_REPLY)
        here.pass_s(40)
        assert [ride.status for ride in here.near.rides] == [S.CANCELLED_BY_RIDER]
        assert here.other.rides
        assert here.rig.status(ref) is S.REQUESTED


def test_a_create_that_may_have_arrived_is_looked_up_and_cancelled_before_the_next_begins(tmp_path: Path) -> None:
    can = Capabilities(find_by_ref=True, settle_s=10)
    with town(tmp_path, can) as here:
        here.near.next("create", Fate.LOST_REPLY)
        here.near.next("find_by_ref", *[Ambiguous("no answer")] * 26)
        here.rig.press()
        here.pass_s(240)
        assert [ride.status for ride in here.near.rides] == [S.CANCELLED_BY_RIDER]
        assert here.other.rides or here.message.rides


def test_where_nobody_can_tell_whether_it_arrived_nobody_else_is_asked(tmp_path: Path) -> None:
    with town(tmp_path, Capabilities()) as here:
        here.near.next("create", Fate.LOST_REPLY)
        ref = here.rig.press()
        here.pass_s(500)
        assert not here.other.rides
        assert not here.message.rides
        assert here.rig.status(ref) is S.SUBMITTING


def test_one_that_surfaces_late_is_found_and_one_of_the_two_is_cancelled(tmp_path: Path) -> None:
    """The look-up said "unknown here" for as long as it was asked; the booking was there all the time."""
    made = Town(tmp_path, Capabilities(find_by_ref=True, settle_s=5))
    with made.rig as rig:
        made.near.hidden_s = 205
        rig.pass_s(1)
        made.near.next("create", Fate.LOST_REPLY, Refused(Refusal.UNAVAILABLE, "closed"))
        made.near.next("create", *[Refused(Refusal.UNAVAILABLE, "closed")] * 20)
        ref = rig.press()
        made.pass_s(190)
        assert made.other.alive()
        made.pass_s(45)
        assert len(made.near.alive()) + len(made.other.alive()) == 1, "the newer one, without a taxi, goes"
        assert made.near.alive()
        made.near.move(S.DRIVER_ASSIGNED)
        made.pass_s(20)
        assert rig.status(ref) is S.DRIVER_ASSIGNED


def test_a_double_is_cancelled_even_after_its_trip_has_ended_and_after_a_restart(tmp_path: Path) -> None:
    made = Town(tmp_path, Capabilities(find_by_ref=True, settle_s=5))
    with made.rig as rig:
        made.near.hidden_s = 230
        made.near.next("create", Fate.LOST_REPLY, *[Refused(Refusal.UNAVAILABLE, "closed")] * 20)
        ref = rig.press()
        made.pass_s(186)
        assert made.other.alive()
        rig.cancel(ref)
        made.pass_s(3)
        assert rig.status(ref) is S.CANCELLED_BY_RIDER
        rig.restart()
        made.pass_s(130)
        assert not made.near.alive()
        assert not made.other.alive()


def test_who_has_refused_for_good_is_passed_over_at_once(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.near.next("create", Refused(Refusal.OUT_OF_AREA, "not here"))
        ref = here.rig.press()
        here.pass_s(2)
        assert here.other.alive()
        assert here.rig.status(ref) is S.REQUESTED


def test_when_all_have_refused_it_is_over_and_said(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        for one in here.all:
            one.next("create", Refused(Refusal.OUT_OF_AREA, "not here"))
        ref = here.rig.press()
        here.pass_s(5)
        assert here.rig.status(ref) is S.REJECTED


def test_a_dispatcher_that_is_down_is_gone_round_after_a_while(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.near.line_up = False
        here.pass_s(2)
        ref = here.rig.press()
        here.pass_s(20)
        assert here.rig.status(ref) is S.QUEUED
        assert not here.other.rides
        here.pass_s(15)
        assert here.other.alive()
        assert here.rig.told.link == [True], "another dispatcher is reached, so the network is there"


def test_the_network_is_down_when_nobody_is_reached_and_then_a_message_goes(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.near.line_up = here.other.line_up = False
        here.pass_s(80)
        assert here.rig.told.link == [True, False]
        here.rig.press()
        here.pass_s(40)
        assert len(here.message.rides) == 1
        here.near.line_up = here.other.line_up = True
        here.pass_s(300)
        assert not here.near.rides
        assert not here.other.rides


def test_what_may_be_alive_where_nobody_can_be_reached_holds_everything(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        ref = here.rig.press()
        here.pass_s(100)
        here.near.line_up = False
        here.pass_s(200)
        assert not here.other.rides
        here.near.line_up = True
        here.pass_s(30)
        assert not here.near.alive()
        assert here.other.alive() or here.message.rides
        assert here.rig.status(ref) is S.REQUESTED


def test_a_rider_who_cancels_while_the_search_is_handed_on_is_obeyed(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        ref = here.rig.press()
        here.pass_s(175)
        here.near.next("cancel", *[Fate.LOST_REQUEST] * 4)
        here.pass_s(8)
        here.rig.cancel(ref)
        here.pass_s(40)
        assert here.rig.status(ref) is S.CANCELLED_BY_RIDER
        assert not here.other.rides
        assert not here.near.alive()


def test_the_ladder_is_climbed_on_after_a_restart(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        ref = here.rig.press()
        here.pass_s(100)
        here.rig.restart()
        here.pass_s(100)
        assert here.other.alive()
        assert here.rig.trip(ref).attempts[0].left


def test_a_dispatcher_that_left_the_configuration_does_not_stop_the_others(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        old = here.rig.press()
        here.pass_s(5)
        ladder = here.rig.ladder
        here.rig.ladder = type(ladder)([Rung(here.other)])
        here.rig.restart()
        new = here.rig.press(wish(8))
        here.pass_s(60)
        assert here.rig.status(new) is S.REQUESTED
        assert here.rig.status(old) is S.REQUESTED
        assert len(here.other.rides) == 1
        here.rig.cancel(new)
        here.near.rides.clear()  # its own affair; the count of what is alive is not about it
        here.pass_s(5)
        here.most_alive = 0


@pytest.mark.parametrize("status", [S.NO_DRIVERS, S.EXPIRED])
def test_where_one_taxi_is_asked_at_a_time_the_next_is_asked_at_once(tmp_path: Path, status: S) -> None:
    with Rig(tmp_path, capabilities=replace(FULL, asks_one=True)) as rig:
        rig.press()
        rig.dispatcher.move(status)
        rig.pass_s(4)
        assert len(rig.dispatcher.rides) == 2


def test_a_taxi_of_which_nothing_more_was_heard_may_have_come_so_the_next_is_not_sent_unasked(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        ref = rig.press()
        rig.dispatcher.move(S.DRIVER_ASSIGNED)
        rig.pass_s(10)
        rig.dispatcher.move(S.EXPIRED)
        rig.pass_s(60)
        assert rig.trip(ref).asks_again
        assert len(rig.dispatcher.rides) == 1


@pytest.mark.parametrize(
    ("fate", "end"),
    [
        (Fate.DELIVER, S.CANCELLED_BY_RIDER),
        (Fate.LOST_REPLY, S.FAILED),
        (Refused(Refusal.INVALID_REQUEST, "it takes no cancels"), S.FAILED),
    ],
)
def test_what_was_written_is_taken_back_by_one_more_message_or_a_person_must_telephone(
    tmp_path: Path, fate: Fate | Refused, end: S
) -> None:
    with Rig(tmp_path, capabilities=MESSAGE) as rig:
        ref = rig.press()
        rig.dispatcher.next("cancel", fate)
        rig.cancel(ref)
        rig.pass_s(120)
        assert rig.status(ref) is end
        assert rig.dispatcher.count("cancel") == 1
        assert rig.dispatcher.count("get") == 0
