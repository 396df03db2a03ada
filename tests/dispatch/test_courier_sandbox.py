"""Courier and embedded dispatcher over real HTTP, through every story and every spoilt answer."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from fakes_courier import Recorder
from fakes_dispatcher import S, wish

from dispatch_client.clock import FastClock, SystemClock
from dispatch_client.courier import Courier, Policy
from dispatch_client.http import Limits
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import load_key, open_outbox
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.sandbox import Behaviour, Sandbox
from dispatch_client.trips import ENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dispatch_client.trips import Trip

SPEED = 60.0
"""Of the courier's clock."""
TOWN = 1200.0
"""Of the taxis."""
LIMITS = Limits(connect_s=0.5, read_s=0.4, total_s=0.8)
OPERATIONS = ("createTrip", "getTrip", "cancelTrip", "confirmTrip")


class Visit:
    """A running courier before a running sandbox, both in a hurry."""

    def __init__(self, folder: Path, sandbox: Sandbox, policy: Policy | None = None) -> None:
        self.sandbox = sandbox
        self.told = Recorder()
        self.most_alive: Counter[str] = Counter()
        self._news = threading.Condition()
        listener = self.told.listener()
        listener.on_trip = self._on_trip
        listener.on_link = lambda up, _why: self._note(self.told.link, up)
        self.courier = Courier(
            lambda: open_outbox(folder, load_key(folder / "key"))[0],
            Ladder.of(HailApiProvider(sandbox.url, sandbox.token, limits=LIMITS, quiet_s=3)),
            listener,
            policy=policy,
            clock=FastClock(SystemClock(), SPEED),
        )
        self.courier.start()

    def _on_trip(self, trip: Trip) -> None:
        refs = {attempt.ref for attempt in trip.attempts}
        alive = sum(1 for t in self.sandbox.trips() if t["client_ref"] in refs and t["status"] not in ENDS)
        self.most_alive[trip.ref] = max(self.most_alive[trip.ref], alive)
        self._note(self.told.trips, trip)

    def _note(self, where: list[object] | list[Trip] | list[bool], what: object) -> None:
        with self._news:
            where.append(what)  # type: ignore[arg-type]
            self._news.notify_all()

    def press(self) -> str:
        request = wish()
        self.courier.ask(request)
        return request.client_ref

    def wait(self, ref: str, condition: Callable[[Trip], bool], timeout: float = 20) -> Trip:
        def met() -> Trip | None:
            return next((trip for trip in reversed(self.told.of(ref)) if condition(trip)), None)

        with self._news:
            found = self._news.wait_for(met, timeout)
        assert found, f"last told: {[(t.status, t.asks_again) for t in self.told.of(ref)[-3:]]}, {self.told.faults}"
        return found

    def wait_end(self, ref: str) -> Trip:
        return self.wait(ref, lambda trip: trip.ended)

    def wait_link(self, *, up: bool) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self.told.link[-1:] == [up], 10)


@contextmanager
def visit(
    folder: Path, behaviour: Behaviour = Behaviour.NORMAL, policy: Policy | None = None, *, town: float = TOWN
) -> Iterator[Visit]:
    with Sandbox(speed=town, behaviour=behaviour, seed=3) as sandbox:
        made = Visit(folder, sandbox, policy)
        try:
            yield made
        finally:
            made.courier.stop()
        assert all(alive <= 1 for alive in made.most_alive.values()), made.most_alive


def test_a_normal_visit(tmp_path: Path) -> None:
    with visit(tmp_path) as v:
        ref = v.press()
        assert v.wait_end(ref).status is S.COMPLETED
        seen = [trip.status for trip in v.told.of(ref)]
        assert [s for i, s in enumerate(seen) if s not in seen[:i]] == [
            S.SUBMITTING,
            S.REQUESTED,
            S.DRIVER_ASSIGNED,
            S.ARRIVED,
            S.IN_PROGRESS,
            S.COMPLETED,
        ]
        assert len(v.sandbox.trips()) == 1
        assert v.told.faults == []


def test_many_people_at_once_have_one_taxi_each(tmp_path: Path) -> None:
    with visit(tmp_path) as v:
        refs = [v.press() for _ in range(12)]
        assert {v.wait_end(ref).status for ref in refs} == {S.COMPLETED}
        assert Counter(trip["client_ref"] for trip in v.sandbox.trips()) == Counter(refs)


def test_the_driver_cancels_and_another_comes(tmp_path: Path) -> None:
    with visit(tmp_path, Behaviour.DRIVER_CANCELS_ONCE) as v:
        last = v.wait_end(v.press())
        assert last.status is S.COMPLETED
        assert len(last.attempts) == 2
        assert [trip["status"] for trip in v.sandbox.trips()] == ["cancelled_by_driver", "completed"]


def test_the_dispatcher_finds_another_by_itself(tmp_path: Path) -> None:
    with visit(tmp_path, Behaviour.REDISPATCHES_ONCE) as v:
        last = v.wait_end(v.press())
        assert last.status is S.COMPLETED
        assert len(last.attempts) == 1


def test_nobody_has_time(tmp_path: Path) -> None:
    with visit(tmp_path, Behaviour.NO_TAXIS, Policy(search_s=60)) as v:
        last = v.wait_end(v.press())
        assert last.status is S.NO_DRIVERS
        assert len(last.attempts) >= 2


def test_an_offer_is_confirmed_at_once(tmp_path: Path) -> None:
    with visit(tmp_path, Behaviour.OFFERS, town=SPEED) as v:
        last = v.wait(v.press(), lambda trip: trip.status is S.DRIVER_ASSIGNED)
        assert len(last.attempts) == 1


def test_cancelled_by_the_rider(tmp_path: Path) -> None:
    with visit(tmp_path, Behaviour.NEVER_ARRIVES) as v:
        ref = v.press()
        v.wait(ref, lambda trip: trip.status is S.DRIVER_ASSIGNED)
        v.courier.cancel(ref)
        assert v.wait_end(ref).status is S.CANCELLED_BY_RIDER
        assert [trip["status"] for trip in v.sandbox.trips()] == ["cancelled_by_rider"]


def test_the_passenger_comes(tmp_path: Path) -> None:
    with visit(tmp_path) as v:
        ref = v.press()
        v.wait(ref, lambda trip: trip.status is S.DRIVER_ASSIGNED)
        v.courier.coming(ref)
        v.wait(ref, lambda trip: trip.coming)
        v.wait_end(ref)
        assert v.sandbox.trips()[0]["passenger_coming"]


def test_nobody_boards_and_no_second_taxi_is_sent_for_nobody(tmp_path: Path) -> None:
    with visit(tmp_path, Behaviour.NOBODY_BOARDS, Policy(answer_s=30)) as v:
        ref = v.press()
        assert v.wait_end(ref).status is S.EXPIRED
        assert any(trip.asks_again for trip in v.told.of(ref))
        assert len(v.sandbox.trips()) == 1


def test_pressed_without_a_network_and_sent_when_it_is_back(tmp_path: Path) -> None:
    with visit(tmp_path) as v:
        v.wait_link(up=True)
        v.sandbox.cut()
        v.wait_link(up=False)
        ref = v.press()
        v.wait(ref, lambda trip: trip.status is S.QUEUED)
        v.sandbox.restore()
        assert v.wait_end(ref).status is S.COMPLETED
        assert S.SUBMITTING in {trip.status for trip in v.told.of(ref)}
        assert v.told.link == [True, False, True]
        assert len(v.sandbox.trips()) == 1


def test_the_network_goes_during_the_ride_and_comes_back(tmp_path: Path) -> None:
    with visit(tmp_path) as v:
        ref = v.press()
        v.wait(ref, lambda trip: trip.status is S.DRIVER_ASSIGNED)
        v.sandbox.cut()
        v.wait_link(up=False)
        v.sandbox.advance(3600)  # all of it happens unseen
        v.sandbox.restore()
        assert v.wait_end(ref).status is S.COMPLETED
        assert len(v.sandbox.trips()) == 1


def test_without_a_network_until_after_the_deadline_a_person_is_asked(tmp_path: Path) -> None:
    with visit(tmp_path, policy=Policy(deadline_s=40, answer_s=6000)) as v:
        v.wait_link(up=True)
        v.sandbox.cut()
        v.wait_link(up=False)
        ref = v.press()
        v.wait(ref, lambda trip: trip.asks_again)
        v.sandbox.restore()
        v.wait_link(up=True)
        assert v.sandbox.trips() == []
        v.courier.still_wanted(ref)
        assert v.wait_end(ref).status is S.COMPLETED
        assert len(v.sandbox.trips()) == 1


@pytest.mark.parametrize("operation", OPERATIONS)
def test_spoilt_answers_lose_nothing_and_book_nothing_twice(tmp_path: Path, operation: str) -> None:
    story = Behaviour.OFFERS if operation == "confirmTrip" else Behaviour.NEVER_ARRIVES
    with visit(tmp_path, story, town=SPEED) as v:
        v.wait_link(up=True)
        for spoil in (
            v.sandbox.lose_next_reply,
            v.sandbox.half_answer_next,
            v.sandbox.garbage_next,
            v.sandbox.hang_next,
        ):
            spoil(operation)
        ref = v.press()
        v.wait(ref, lambda trip: trip.status is S.DRIVER_ASSIGNED)
        v.courier.cancel(ref)
        assert v.wait_end(ref).status is S.CANCELLED_BY_RIDER
        assert [trip["status"] for trip in v.sandbox.trips()] == ["cancelled_by_rider"]
        assert v.told.lost == []
