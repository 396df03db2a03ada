"""A disk that is full, a store that is damaged or not there: presses are refused aloud and nothing taken is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from fakes_courier import Recorder, Rig, full_disk
from fakes_dispatcher import START, FakeDispatcher, Fate, S, wish

from dispatch_client.courier import Courier
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import OutboxError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = 4096


def test_a_press_that_cannot_be_stored_is_answered_as_lost(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        kept = rig.press()
        request = wish()
        with full_disk(tmp_path):
            rig.press(request)
            assert [lost for lost, _ in rig.told.lost] == [request]
            assert rig.told.of(request.client_ref) == []
            assert rig.told.store == [True, False]
            assert len(rig.told.faults) == 1
            assert rig.dispatcher.count("create") == 1
        rig.pass_s(6)
        assert rig.told.store == [True, False, True], "the store is proved without anybody pressing"
        rig.press(request)
        assert rig.status(request.client_ref) is S.REQUESTED
        assert rig.status(kept) is S.REQUESTED


def test_a_trip_goes_on_while_the_disk_is_full_and_is_written_when_it_is_not(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        ref = rig.press()
        with full_disk(tmp_path):
            rig.dispatcher.move(S.DRIVER_ASSIGNED)
            rig.pass_s(3)
            assert rig.status(ref) is S.DRIVER_ASSIGNED, "what the dispatcher says is told all the same"
            rig.dispatcher.move(S.ARRIVED)
            calls, turns = len(rig.dispatcher.calls), 0
            while turns < 100 and rig.courier.wait_s() == 0:
                rig.courier.turn(0)
                turns += 1
            assert turns < 20, "it does not spin"
            rig.pass_s(60)
            assert rig.status(ref) is S.ARRIVED
            assert len(rig.dispatcher.calls) - calls < 40
            before = rig.on_disk(ref)
            assert before is not None
            assert before.status is S.REQUESTED
            assert rig.told.store == [True, False]
        rig.pass_s(10)
        after = rig.on_disk(ref)
        assert after is not None
        assert after.status is S.ARRIVED
        assert rig.told.store[-1]
        assert len(rig.told.faults) <= 2


def test_a_kill_while_the_disk_is_full_loses_nothing(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        ref = rig.press()
        with full_disk(tmp_path):
            rig.dispatcher.move(S.CANCELLED_BY_DRIVER)
            rig.pass_s(40)
            assert len(rig.dispatcher.rides) == 1, "an attempt that is not on disk is not sent"
            rig.courier.stop()
        rig.restart()
        rig.pass_s(20)
        assert len(rig.trip(ref).attempts) == 2
        assert rig.status(ref) is S.REQUESTED
        assert len(rig.dispatcher.alive()) == 1


def test_a_create_is_not_sent_before_the_disk_has_it(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.next("create", Fate.UNREACHABLE)
        rig.dispatcher.next("health", Fate.UNREACHABLE)
        ref = rig.press()
        assert rig.status(ref) is S.QUEUED
        with full_disk(tmp_path):
            rig.pass_s(30)
            assert rig.dispatcher.rides == []
        rig.pass_s(6)
        assert rig.status(ref) is S.REQUESTED


def test_cancelled_on_a_full_disk_is_told_as_ended_only_when_no_restart_can_undo_it(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.line_up = False
        rig.dispatcher.next("create", Fate.UNREACHABLE)
        ref = rig.press()
        with full_disk(tmp_path):
            rig.cancel(ref)
            trip = rig.trip(ref)
            assert (trip.cancelling, trip.ended) == (True, False)
            rig.dispatcher.line_up = True
            rig.pass_s(20)
            assert rig.dispatcher.rides == []
        rig.pass_s(6)
        assert rig.status(ref) is S.CANCELLED_BY_RIDER
        rig.restart()
        assert rig.told.trips == []


def test_the_end_of_a_ride_on_a_full_disk_is_told_and_written_later(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        ref = rig.press()
        with full_disk(tmp_path):
            rig.dispatcher.move(S.COMPLETED)
            rig.pass_s(5)
            assert rig.status(ref) is S.COMPLETED
            rig.cancel(ref)
            assert rig.status(ref) is S.COMPLETED
        rig.pass_s(6)
        rig.restart()
        assert rig.told.trips == []
        kept = rig.on_disk(ref)
        assert kept is not None
        assert kept.status is S.COMPLETED


@pytest.mark.parametrize("pages", [slice(3, None), slice(4, 5)], ids=["archive", "index"])
def test_damage_that_shows_only_later_sets_the_store_aside_and_moves_its_live_trips(
    tmp_path: Path, pages: slice
) -> None:
    with Rig(tmp_path) as rig:
        done, lasting = rig.press(wish(1)), rig.press(wish(2))
        rig.courier.stop()
        outbox = rig.open_outbox()
        example = outbox.live()[0]
        for _ in range(300):
            outbox.end(replace(example, trip=replace(example.trip, request=wish())), START.timestamp())
        outbox.close()
        whole = bytearray((tmp_path / "trips.db").read_bytes())
        first, last = pages.start * PAGE, len(whole) if pages.stop is None else pages.stop * PAGE
        whole[first:last] = b"\xa5" * (last - first)  # not the head, and not what is alive
        (tmp_path / "trips.db").write_bytes(whole)
        rig.restart()
        assert {trip.ref for trip in rig.told.trips} == {done, lasting}
        assert rig.told.store == [pages.stop is not None]
        rig.dispatcher.move(S.COMPLETED, done)
        rig.dispatcher.move(S.ARRIVED, lasting)
        rig.pass_s(30)
        assert (rig.status(done), rig.status(lasting)) == (S.COMPLETED, S.ARRIVED)
        assert rig.told.store[-2:] == [False, True]
        assert len(list(tmp_path.glob("trips.unreadable-*.db"))) == 1
        rig.restart()
        assert [(trip.ref, trip.status) for trip in rig.told.trips][:1] == [(lasting, S.ARRIVED)]
        ended = rig.on_disk(done)
        assert ended is not None
        assert ended.status is S.COMPLETED


def test_a_store_that_cannot_be_opened_is_tried_again_and_presses_until_then_are_lost_aloud(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "disk")
    (tmp_path / "disk").write_text("not mounted")
    recorder = Recorder()
    courier = Courier(rig.open_outbox, Ladder.of(rig.dispatcher), recorder.listener(), clock=rig.clock, lanes=rig.lanes)
    with pytest.raises(OutboxError, match="key file"):
        courier.open()
    for _ in range(4):
        courier.turn(0)
        rig.clock.pass_s(max(courier.wait_s(), 1))
    assert recorder.store == [False]
    assert len(recorder.faults) == 1
    request = wish()
    courier.ask(request)
    courier.turn(0)
    assert [lost for lost, _ in recorder.lost] == [request]
    (tmp_path / "disk").unlink()
    rig.clock.pass_s(6)
    for _ in range(4):
        courier.turn(0)
    assert recorder.store == [False, True]
    courier.ask(request)
    for _ in range(4):
        courier.turn(0)
    assert recorder.trips[-1].status is S.REQUESTED
    courier.stop()


def test_a_fault_in_opening_that_nobody_thought_of_does_not_end_the_thread(tmp_path: Path) -> None:
    rig, recorder = Rig(tmp_path), Recorder()
    opens: list[Callable[[], Any]] = [lambda: 1 / 0, rig.open_outbox]
    courier = Courier(
        lambda: opens.pop(0)(),  # noqa: PLW0108 - popped when it is called
        Ladder.of(FakeDispatcher(rig.clock)),
        recorder.listener(),
        clock=rig.clock,
        lanes=rig.lanes,
    )
    courier.turn(0)
    assert recorder.store == [False]
    rig.clock.pass_s(6)
    courier.turn(0)
    assert recorder.store == [False, True]
    courier.stop()


def test_a_trip_in_the_store_that_nobody_understands_keeps_no_other_from_being_served(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        bad, good = rig.press(wish(1)), rig.press(wish(2))
        rig.courier.stop()
        store = rig.open_outbox()
        store._execute("UPDATE live SET document='{}' WHERE ref=?", (bad,))  # noqa: SLF001 - what no version writes
        store.close()
        rig.restart()
        assert [trip.ref for trip in rig.told.trips][:1] == [good]
        assert any(bad in fault for fault in rig.told.faults)
        rig.pass_s(5)
        assert rig.status(good) is S.REQUESTED
