"""A taxi that is sent too late is harm: the deadline, the question, and clocks that cannot be trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fakes_courier import Rig
from fakes_dispatcher import FakeClock, Fate, S, wish

from dispatch_client.courier import Policy

if TYPE_CHECKING:
    from pathlib import Path

SHORT = Policy(deadline_s=100, answer_s=50)


def offline(tmp_path: Path, clock: FakeClock | None = None) -> Rig:
    rig = Rig(tmp_path, policy=SHORT, clock=clock)
    rig.dispatcher.line_up = False
    return rig


def test_after_the_deadline_nothing_is_sent_and_the_person_is_asked(tmp_path: Path) -> None:
    with offline(tmp_path) as rig:
        ref = rig.press()
        rig.pass_s(99)
        assert not rig.trip(ref).asks_again
        rig.pass_s(2)
        assert rig.trip(ref).asks_again
        rig.dispatcher.line_up = True
        rig.pass_s(40)
        assert rig.dispatcher.rides == []


def test_still_wanted_sends_it_with_a_new_deadline(tmp_path: Path) -> None:
    with offline(tmp_path) as rig:
        ref = rig.press()
        rig.pass_s(120)
        rig.courier.still_wanted(ref)
        rig.pass_s(90)
        trip = rig.trip(ref)
        assert not trip.asks_again
        assert round((trip.deadline - rig.clock.wall).total_seconds(), 3) == 10
        rig.dispatcher.line_up = True
        rig.pass_s(5)
        assert rig.status(ref) is S.REQUESTED
        assert len(rig.dispatcher.rides) == 1


def test_without_an_answer_it_expires(tmp_path: Path) -> None:
    with offline(tmp_path) as rig:
        ref = rig.press()
        rig.pass_s(149)
        assert rig.trip(ref).asks_again
        rig.pass_s(2)
        assert rig.status(ref) is S.EXPIRED
        rig.dispatcher.line_up = True
        rig.pass_s(30)
        rig.courier.still_wanted(ref)
        rig.restart()
        rig.pass_s(30)
        assert rig.dispatcher.rides == []


def test_saying_yes_without_a_question_does_not_stretch_the_deadline(tmp_path: Path) -> None:
    with offline(tmp_path) as rig:
        ref = rig.press()
        rig.pass_s(60)
        rig.courier.still_wanted(ref)
        rig.pass_s(41)
        assert rig.trip(ref).asks_again


def test_the_question_outlives_a_restart(tmp_path: Path) -> None:
    with offline(tmp_path) as rig:
        ref = rig.press()
        rig.pass_s(110)
        rig.restart()
        assert rig.told.trips[0].asks_again
        rig.dispatcher.line_up = True
        rig.pass_s(30)
        assert rig.dispatcher.rides == []
        rig.pass_s(11)
        assert rig.status(ref) is S.EXPIRED


def test_a_reboot_with_a_trusted_clock_sends_it_while_it_is_in_time(tmp_path: Path) -> None:
    with offline(tmp_path) as rig:
        ref = rig.press()
        rig.pass_s(20)
        rig.dispatcher.line_up = True
        rig.clock.reboot(off_s=40)
        rig.restart()
        rig.pass_s(2)
        assert rig.status(ref) is S.REQUESTED


def test_a_reboot_of_a_box_with_a_trusted_clock_asks_when_it_is_too_late(tmp_path: Path) -> None:
    with offline(tmp_path) as rig:
        ref = rig.press()
        rig.pass_s(20)
        rig.dispatcher.line_up = True
        rig.clock.reboot(off_s=90)
        rig.restart()
        rig.pass_s(10)
        assert rig.trip(ref).asks_again
        assert rig.dispatcher.rides == []


def test_a_box_that_reboots_without_the_time_asks_instead_of_sending(tmp_path: Path) -> None:
    with offline(tmp_path) as rig:
        ref = rig.press()
        rig.pass_s(10)
        rig.dispatcher.line_up = True
        rig.clock.reboot(trusted=False, wall=datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC))
        rig.restart()
        rig.pass_s(20)
        assert rig.trip(ref).asks_again
        assert rig.dispatcher.rides == []
        rig.courier.still_wanted(ref)
        rig.pass_s(2)
        assert rig.status(ref) is S.REQUESTED


def test_a_press_made_without_the_time_is_not_trusted_after_a_reboot_either(tmp_path: Path) -> None:
    with offline(tmp_path, FakeClock(trusted=False)) as rig:
        ref = rig.press()
        rig.dispatcher.line_up = True
        rig.clock.reboot(trusted=True)
        rig.restart()
        rig.pass_s(20)
        assert rig.trip(ref).asks_again
        assert rig.dispatcher.rides == []


def test_reboot_after_reboot_without_the_time_the_question_stands_anew_and_still_ends(tmp_path: Path) -> None:
    with offline(tmp_path) as rig:
        ref = rig.press()
        rig.pass_s(110)
        for _ in range(3):
            rig.clock.reboot(trusted=False)
            rig.restart()
            rig.pass_s(30)
            assert rig.trip(ref).asks_again
        rig.pass_s(30)
        assert rig.status(ref) is S.EXPIRED


def test_within_one_boot_a_jump_of_the_wall_clock_changes_nothing(tmp_path: Path) -> None:
    for day in (1, -1):
        with offline(tmp_path / str(day)) as rig:
            ref = rig.press()
            rig.pass_s(20)
            rig.clock.wall = rig.clock.wall.replace(day=rig.clock.wall.day + day)
            rig.pass_s(70)
            assert not rig.trip(ref).asks_again
            rig.pass_s(11)
            assert rig.trip(ref).asks_again


def test_what_may_have_arrived_is_looked_for_after_the_deadline_but_not_sent_again(tmp_path: Path) -> None:
    with Rig(tmp_path, policy=SHORT) as rig:
        rig.dispatcher.next("create", *[Fate.LOST_REQUEST] * 1000)
        rig.dispatcher.next("find_by_ref", *[Fate.NONSENSE] * 10)
        ref = rig.press()
        rig.pass_s(100)
        sent = rig.dispatcher.count("create")
        rig.pass_s(40)
        assert rig.dispatcher.count("create") == sent
        assert rig.dispatcher.count("find_by_ref") >= 3
        rig.pass_s(100)
        assert rig.trip(ref).asks_again, "absent for certain and too late: a person must say so"
        assert rig.dispatcher.rides == []


def test_what_arrived_and_is_found_after_the_deadline_goes_on(tmp_path: Path) -> None:
    with Rig(tmp_path, policy=SHORT) as rig:
        rig.dispatcher.next("create", Fate.LOST_REPLY, *[Fate.LOST_REQUEST] * 1000)
        ref = rig.press()
        rig.pass_s(130)
        assert rig.status(ref) is S.REQUESTED
        assert not rig.trip(ref).asks_again


def test_a_trip_of_which_nothing_final_is_ever_heard_ends_one_day(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        ref = rig.press()
        rig.dispatcher.line_up = False
        rig.pass_s(12 * 3600 - 120)
        assert rig.status(ref) is S.REQUESTED
        rig.pass_s(300)
        assert rig.status(ref) is S.FAILED


def test_old_ended_trips_are_forgotten_and_numbers_of_today_are_not(tmp_path: Path) -> None:
    with Rig(tmp_path, policy=Policy(keep_days=1)) as rig:
        ref = rig.press(wish(42))
        rig.dispatcher.move(S.COMPLETED)
        rig.pass_s(5)
        rig.restart()
        assert rig.told.ready == [42]
        assert rig.on_disk(ref) is not None
        rig.pass_s(26 * 3600)
        assert rig.on_disk(ref) is None
