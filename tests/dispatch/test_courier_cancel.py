"""A cancel is kept like a press: without a network when nothing was sent, else until a read has confirmed it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fakes_courier import Held, Rig
from fakes_dispatcher import FULL, Fate, Push, S

from dispatch_client.errors import DispatchError, Refusal, Refused, Unreachable
from dispatch_client.provider import Capabilities

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with Rig(tmp_path) as made:
        yield made


def test_what_was_never_sent_is_cancelled_without_a_network(rig: Rig) -> None:
    rig.dispatcher.line_up = False
    rig.dispatcher.next("create", Fate.UNREACHABLE)
    ref = rig.press()
    rig.settle()
    calls = [name for name, _ in rig.dispatcher.calls if name != "health"]
    rig.cancel(ref)
    assert rig.status(ref) is S.CANCELLED_BY_RIDER
    assert [name for name, _ in rig.dispatcher.calls if name != "health"] == calls
    rig.dispatcher.line_up = True
    rig.restart()
    rig.pass_s(30)
    assert rig.dispatcher.rides == []


def test_a_cancel_is_confirmed_by_a_read(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.calls.clear()
    rig.cancel(ref)
    assert [name for name, _ in rig.dispatcher.calls] == ["cancel", "get"]
    assert rig.status(ref) is S.CANCELLED_BY_RIDER
    assert [trip.cancelling for trip in rig.told.of(ref)][-2:] == [True, False]


def test_a_cancel_that_did_not_take_goes_out_again(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.next("cancel", Fate.LOST_REQUEST)
    ride = rig.dispatcher.rides[0]
    real = rig.dispatcher._cancel  # noqa: SLF001 - a dispatcher that says yes and does nothing
    yes = [ride.booking()]
    rig.dispatcher._cancel = lambda native_id: yes.pop() if yes else real(native_id)  # type: ignore[method-assign] # noqa: SLF001
    rig.cancel(ref)
    assert rig.trip(ref).cancelling
    assert rig.status(ref) is S.REQUESTED
    rig.pass_s(10)
    assert rig.dispatcher.count("cancel") == 3
    assert rig.status(ref) is S.CANCELLED_BY_RIDER
    assert not ride.alive


@pytest.mark.parametrize("fate", [Fate.LOST_REPLY, Fate.NONSENSE])
def test_the_answer_to_a_cancel_may_be_lost(rig: Rig, fate: Fate) -> None:
    ref = rig.press()
    rig.dispatcher.next("cancel", fate)
    rig.cancel(ref)
    rig.pass_s(3)
    assert rig.status(ref) is S.CANCELLED_BY_RIDER


def test_cancelled_twice_is_cancelled_once(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.next("cancel", Fate.LOST_REPLY)
    rig.courier.cancel(ref)
    rig.courier.cancel(ref)
    rig.pass_s(3)
    assert rig.status(ref) is S.CANCELLED_BY_RIDER


@pytest.mark.parametrize(
    "fate",
    [
        Fate.DELIVER,
        Fate.LOST_REPLY,
        Fate.NONSENSE,
        Fate.LOST_REQUEST,
        Fate.UNREACHABLE,
        Refused(Refusal.NO_DRIVERS, "nobody"),
        Refused(Refusal.RATE_LIMITED, "slow down"),
        Refused(Refusal.INVALID_REQUEST, "no"),
    ],
    ids=str,
)
@pytest.mark.parametrize("idempotent", [True, False])
def test_cancelled_while_the_create_is_under_way(
    tmp_path: Path, fate: Fate | DispatchError, *, idempotent: bool
) -> None:
    lanes = Held()
    can = Capabilities(find_by_ref=True, idempotent_create=idempotent)
    with Rig(tmp_path, lanes=lanes, capabilities=can) as rig:
        lanes.go()
        rig.settle()
        rig.dispatcher.next("create", fate)
        ref = rig.press()
        rig.cancel(ref)
        assert rig.trip(ref).cancelling
        for _ in range(30):
            while lanes.waiting:
                lanes.go()
            rig.pass_s(1)
        assert rig.status(ref) is S.CANCELLED_BY_RIDER
        assert rig.dispatcher.count("create") == 1
        assert rig.dispatcher.alive() == []


def test_a_cancel_where_only_the_same_key_can_tell_what_to_cancel(tmp_path: Path) -> None:
    with Rig(tmp_path, capabilities=Capabilities(idempotent_create=True)) as rig:
        rig.dispatcher.next("create", Fate.LOST_REPLY)
        ref = rig.press()
        rig.cancel(ref)
        rig.pass_s(5)
        assert rig.status(ref) is S.CANCELLED_BY_RIDER
        assert [ride.alive for ride in rig.dispatcher.rides] == [False]


def test_too_late_to_cancel_is_told_as_what_it_is(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.move(S.IN_PROGRESS)
    rig.cancel(ref)
    rig.pass_s(5)
    trip = rig.trip(ref)
    assert (trip.status, trip.cancelling) == (S.IN_PROGRESS, False)
    rig.dispatcher.move(S.COMPLETED)
    rig.pass_s(40)
    assert rig.status(ref) is S.COMPLETED
    assert rig.dispatcher.count("cancel") == 1


def test_a_dispatcher_that_refuses_to_cancel_is_asked_with_pauses(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.next("cancel", *[Refused(Refusal.CONFLICT, "no")] * 500)
    rig.dispatcher.move(S.DRIVER_ASSIGNED)
    rig.cancel(ref)
    rig.pass_s(60)
    assert rig.trip(ref).cancelling
    assert 3 <= rig.dispatcher.count("cancel") <= 25
    assert len(rig.told.faults) == 1
    rig.dispatcher.move(S.CANCELLED_BY_DRIVER)
    rig.pass_s(15)
    assert rig.status(ref) is S.CANCELLED_BY_RIDER, "who cancelled hears that, whoever was quicker"
    assert len(rig.dispatcher.rides) == 1


def test_a_booking_that_is_gone_is_cancelled(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.rides.clear()
    rig.cancel(ref)
    rig.pass_s(30)
    assert rig.status(ref) is S.CANCELLED_BY_RIDER


def test_cancelled_offline_it_reaches_the_dispatcher_later(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.line_up = False
    rig.cancel(ref)
    rig.pass_s(120)
    assert rig.status(ref) is S.REQUESTED
    assert rig.trip(ref).cancelling
    rig.dispatcher.line_up = True
    rig.pass_s(6)
    assert rig.status(ref) is S.CANCELLED_BY_RIDER
    assert rig.dispatcher.alive() == []


def test_no_driver_is_told_that_somebody_comes_who_has_cancelled(rig: Rig) -> None:
    ref = rig.press()
    ride = rig.dispatcher.move(S.ARRIVED)
    rig.pass_s(3)
    rig.dispatcher.next("coming", Unreachable("no route"))
    rig.dispatcher.next("health", *[Fate.UNREACHABLE] * 3)
    rig.courier.coming(ref)
    rig.settle()
    rig.courier.cancel(ref)
    rig.pass_s(30)
    assert ride.told == []
    assert rig.status(ref) is S.CANCELLED_BY_RIDER


def test_a_cancel_of_what_is_over_or_unknown_changes_nothing(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.move(S.COMPLETED)
    rig.pass_s(5)
    rig.cancel(ref)
    rig.cancel("nobody-knows")
    assert rig.status(ref) is S.COMPLETED
    assert rig.told.faults == []


def test_what_can_neither_be_asked_nor_cancelled_is_not_told_as_cancelled(tmp_path: Path) -> None:
    with Rig(tmp_path, capabilities=Capabilities()) as rig:
        rig.dispatcher.next("create", Fate.LOST_REPLY)
        ref = rig.press()
        rig.cancel(ref)
        rig.pass_s(700)
        assert rig.status(ref) is S.FAILED
        assert len(rig.dispatcher.rides) == 1


def test_pushed_news_does_not_stand_for_the_read_that_confirms(tmp_path: Path) -> None:
    lanes, push = Held(), Push()
    rig = Rig(tmp_path, lanes=lanes, capabilities=replace(FULL, push=True))
    rig.dispatcher.follow = push.follow  # type: ignore[method-assign]
    with rig:
        lanes.go()
        ref = rig.press()
        lanes.go()
        rig.settle()
        rig.cancel(ref)
        rig.pass_s(20)
        while rig.dispatcher.count("cancel") == 0:
            lanes.go()
            rig.pass_s(1)
        push.say(ref, rig.dispatcher.rides[0].booking())
        rig.settle()
        assert rig.trip(ref).cancelling
        assert not rig.trip(ref).ended
        lanes.go()
        rig.settle()
        assert rig.status(ref) is S.CANCELLED_BY_RIDER
