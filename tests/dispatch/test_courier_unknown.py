"""Whether it arrived is not known: look first, never book twice, never apply one attempt's answer to another."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fakes_courier import Held, Rig
from fakes_dispatcher import FULL, Fate, S

from dispatch_client.errors import Refusal, Refused, Unreachable
from dispatch_client.exchanges import LANE_S
from dispatch_client.provider import Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dispatch_client.trips import Booking

LOOKS = Capabilities(find_by_ref=True, settle_s=10)
"""A dispatcher that books again for each create, but can be asked."""
BLIND = Capabilities()
"""A dispatcher that books again for each create and cannot be asked: for instance a text message."""


def test_with_an_idempotent_server_the_same_key_goes_out_again(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.next("create", Fate.LOST_REPLY, Fate.LOST_REQUEST)
        ref = rig.press()
        assert rig.status(ref) is S.SUBMITTING
        rig.pass_s(4)
        assert rig.status(ref) is S.REQUESTED
        assert len(rig.dispatcher.rides) == 1
        assert rig.dispatcher.count("create") == 3


def test_with_any_other_server_it_is_looked_up_and_found(tmp_path: Path) -> None:
    with Rig(tmp_path, capabilities=LOOKS) as rig:
        rig.dispatcher.hidden_s = 3  # the look-up trails the booking
        rig.dispatcher.next("create", Fate.LOST_REPLY)
        ref = rig.press()
        rig.pass_s(12)
        assert rig.status(ref) is S.REQUESTED
        assert len(rig.dispatcher.rides) == 1
        assert rig.dispatcher.count("find_by_ref") >= 2


def test_absence_is_believed_only_when_the_server_cannot_be_working_on_it_any_more(tmp_path: Path) -> None:
    with Rig(tmp_path, capabilities=LOOKS) as rig:
        rig.dispatcher.next("create", Fate.LOST_REQUEST)
        ref = rig.press()
        rig.pass_s(9.5)
        assert rig.dispatcher.count("create") == 1
        assert rig.dispatcher.count("find_by_ref") >= 3
        assert rig.status(ref) is S.SUBMITTING
        rig.pass_s(10)
        assert rig.status(ref) is S.REQUESTED
        assert len(rig.dispatcher.rides) == 1


def test_the_wait_counts_from_the_end_of_a_slow_exchange(tmp_path: Path) -> None:
    lanes = Held()
    with Rig(tmp_path, capabilities=LOOKS, lanes=lanes) as rig:
        lanes.go()  # the probe
        rig.press()
        rig.dispatcher.next("create", Fate.LOST_REQUEST)
        rig.clock.pass_s(20)  # longer than `settle_s`
        lanes.go()
        rig.pass_s(1)
        lanes.go()  # a look-up
        rig.settle()
        rig.pass_s(2)
        lanes.go()
        rig.settle()
        assert [name for name, _ in rig.dispatcher.calls if name != "health"] == [
            "create",
            "find_by_ref",
            "find_by_ref",
        ]


def test_a_look_up_that_makes_no_sense_is_no_absence(tmp_path: Path) -> None:
    with Rig(tmp_path, capabilities=LOOKS) as rig:
        rig.dispatcher.next("create", Fate.LOST_REPLY)
        rig.dispatcher.next("find_by_ref", *[Fate.NONSENSE] * 12)
        ref = rig.press()
        rig.pass_s(45)
        assert rig.status(ref) is S.SUBMITTING
        assert rig.dispatcher.count("create") == 1
        rig.pass_s(90)
        assert rig.status(ref) is S.REQUESTED
        assert len(rig.dispatcher.rides) == 1


def test_what_cannot_be_asked_is_never_sent_twice_and_ends_in_time(tmp_path: Path) -> None:
    with Rig(tmp_path, capabilities=BLIND) as rig:
        rig.dispatcher.next("create", Fate.LOST_REPLY)
        ref = rig.press()
        rig.pass_s(600)
        assert rig.status(ref) is S.SUBMITTING
        rig.pass_s(180)
        assert rig.status(ref) is S.EXPIRED
        assert rig.dispatcher.count("create") == 1


@pytest.mark.parametrize(
    "later", [Fate.UNREACHABLE, Refused(Refusal.RATE_LIMITED, "slow down"), Refused(Refusal.UNAVAILABLE, "not taken")]
)
def test_a_second_sending_that_fails_does_not_forget_the_first(tmp_path: Path, later: Fate | Refused) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.next("create", Fate.LOST_REPLY, later)
        rig.dispatcher.next("health", *[Fate.UNREACHABLE] * 3)
        ref = rig.press()
        rig.pass_s(1)
        assert rig.dispatcher.count("create") == 2
        assert rig.status(ref) is S.SUBMITTING
        rig.cancel(ref)
        # It may have arrived, so it cannot be cancelled without the dispatcher.
        assert rig.trip(ref).cancelling or rig.dispatcher.count("cancel") == 1
        rig.pass_s(60)
        assert rig.status(ref) is S.CANCELLED_BY_RIDER
        assert rig.dispatcher.alive() == []


def test_a_crash_in_the_middle_of_a_create_counts_as_perhaps_arrived(tmp_path: Path) -> None:
    lanes = Held()
    with Rig(tmp_path, capabilities=LOOKS, lanes=lanes) as rig:
        rig.press()
        sending = lanes.waiting[-1]
        rig.restart()
        assert rig.told.trips[0].status is S.SUBMITTING
        sending()  # the old process got it out after all
        while lanes.waiting or rig.dispatcher.count("get") == 0:
            while lanes.waiting:
                lanes.go()
            rig.pass_s(1)
        assert len(rig.dispatcher.rides) == 1


def test_a_reference_that_is_known_already_is_looked_up(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.next("create", Fate.LOST_REPLY, Refused(Refusal.CONFLICT, "client_ref is used"))
        ref = rig.press()
        rig.pass_s(5)
        assert rig.status(ref) is S.REQUESTED
        assert rig.dispatcher.count("find_by_ref") == 1
        assert len(rig.dispatcher.rides) == 1


def test_a_reference_that_is_refused_and_not_known_ends_the_trip(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.next("create", *[Refused(Refusal.CONFLICT, "client_ref is used")] * 5)
        ref = rig.press()
        rig.pass_s(30)
        assert rig.status(ref) is S.FAILED
        assert rig.dispatcher.count("create") == 1


def test_news_by_push_during_a_create_counts_and_the_answer_does_no_harm(tmp_path: Path) -> None:
    lanes = Held()
    push: list[Callable[[str, Booking], None]] = []
    following = threading.Event()
    rig = Rig(tmp_path, lanes=lanes, capabilities=replace(FULL, push=True))

    def follow(on_booking: Callable[[str, Booking], None], stop: threading.Event) -> None:
        push.append(on_booking)
        following.set()
        stop.wait(20)

    rig.dispatcher.follow = follow  # type: ignore[method-assign]
    with rig:
        assert following.wait(5)
        lanes.go()
        ref = rig.press()
        first = rig.dispatcher._create(ref, rig.dispatcher.prepare(rig.trip(ref).request, ref))  # noqa: SLF001 - it arrives
        push[0](ref, rig.dispatcher.move(S.DRIVER_ASSIGNED).booking())
        rig.settle()
        assert rig.status(ref) is S.DRIVER_ASSIGNED
        rig.dispatcher.next("create", Fate.LOST_REPLY)
        lanes.go()
        rig.settle()
        assert rig.status(ref) is S.DRIVER_ASSIGNED
        assert first.status is S.REQUESTED
        # The driver cancels by push while a read of attempt 1 is under way: its late answer is not for attempt 2.
        rig.pass_s(20)
        late = lanes.waiting.pop(0)
        push[0](ref, rig.dispatcher.move(S.CANCELLED_BY_DRIVER).booking())
        rig.settle()
        assert len(rig.trip(ref).attempts) == 2
        rig.dispatcher.move(S.DRIVER_ASSIGNED)
        late()
        rig.settle()
        assert rig.status(ref) is not S.DRIVER_ASSIGNED
        assert rig.trip(ref).attempts[-1].booking is None
        rig.dispatcher.move(S.CANCELLED_BY_DRIVER)
        while rig.dispatcher.count("create") < 2:
            while lanes.waiting:
                lanes.go()
            rig.pass_s(1)
        assert len(rig.dispatcher.alive()) == 1


def test_a_lane_that_never_answers_is_given_up_and_its_late_answer_is_news(tmp_path: Path) -> None:
    lanes = Held()
    with Rig(tmp_path, lanes=lanes) as rig:
        lanes.go()
        ref = rig.press()
        hung = lanes.waiting.pop(0)
        other = rig.press()
        while lanes.waiting:
            lanes.go()
        rig.settle()
        assert rig.status(other) is S.REQUESTED
        rig.pass_s(LANE_S + 1)
        while rig.status(ref) is S.SUBMITTING:
            lanes.go()
            rig.pass_s(1)
        assert rig.status(ref) is S.REQUESTED
        rig.dispatcher.move(S.DRIVER_ASSIGNED, ref)
        hung()
        rig.settle()
        assert rig.status(ref) is S.DRIVER_ASSIGNED
        assert len(rig.dispatcher.rides) == 2


def test_a_create_that_waits_too_long_for_a_lane_is_not_sent(tmp_path: Path) -> None:
    lanes = Held()
    with Rig(tmp_path, lanes=lanes) as rig:
        lanes.go()
        ref = rig.press()
        rig.clock.pass_s(481)
        lanes.go()
        rig.settle()
        assert rig.dispatcher.count("create") == 0
        assert rig.trip(ref).asks_again
        assert rig.told.link == [True]


def test_nothing_left_the_box_so_it_is_queued_again(tmp_path: Path) -> None:
    with Rig(tmp_path, capabilities=BLIND) as rig:
        rig.dispatcher.next("create", Unreachable("no route"))
        ref = rig.press()
        assert rig.status(ref) is S.QUEUED
        rig.pass_s(3)
        assert rig.status(ref) is S.REQUESTED
        assert len(rig.dispatcher.rides) == 1


def test_after_a_crash_in_a_create_a_failed_sending_does_not_make_it_never_sent(tmp_path: Path) -> None:
    lanes = Held()
    with Rig(tmp_path, lanes=lanes) as rig:
        ref = rig.press()
        sending = lanes.waiting[-1]
        rig.restart()
        sending()  # it got out
        rig.dispatcher.next("create", Fate.UNREACHABLE)
        rig.dispatcher.next("health", *[Fate.UNREACHABLE] * 2)
        while lanes.waiting:
            lanes.go()
        rig.settle()
        rig.cancel(ref)
        assert not rig.trip(ref).ended
        for _ in range(20):
            rig.pass_s(1)
            while lanes.waiting:
                lanes.go()
        rig.settle()
        assert rig.status(ref) is S.CANCELLED_BY_RIDER
        assert [ride.alive for ride in rig.dispatcher.rides] == [False]
