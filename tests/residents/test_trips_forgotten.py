"""Who is erased takes their trips along, whether the box runs or not; and it is done without anybody asking again."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cipher_pages import decrypted
from fakes_courier import Recorder
from fakes_dispatcher import FakeClock, FakeDispatcher, wish
from people_fakes import BY, SHARING, YES, SetClock, card, entry, office_in, phone

from dispatch_client.courier import Courier
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import load_key, open_outbox
from dispatch_client.trips import TripStatus
from kiosk.app.trips_of import TripsOfRunningBox, TripsOfStoppedBox
from kiosk.app.upkeep import Upkeep
from kiosk.residents.faults import ResidentsError

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch_client.trips import Trip

HERS = card(1)


class Box:
    """A courier on its own thread, as in a running box."""

    def __init__(self, folder: Path) -> None:
        self._news = threading.Condition()
        self._trips: dict[str, TripStatus] = {}
        listener = replace(Recorder().listener(), on_trip=self._heard)
        ladder = Ladder.of(FakeDispatcher(FakeClock()))
        self.courier = Courier(lambda: open_outbox(folder, load_key(folder / "key"))[0], ladder, listener)
        self.courier.start()

    def _heard(self, trip: Trip) -> None:
        with self._news:
            self._trips[trip.ref] = trip.status
            self._news.notify_all()

    def press(self) -> str:
        """A trip with a number and words of this card's owner, and wait until the dispatcher has it."""
        request = replace(wish(note="Canary words"), contact_phone=phone(66))
        self.courier.ask(request, HERS)
        self._wait(request.client_ref, TripStatus.REQUESTED)
        return request.client_ref

    def cancel(self, ref: str) -> None:
        self.courier.cancel(ref)
        self._wait(ref, TripStatus.CANCELLED_BY_RIDER)

    def _wait(self, ref: str, status: TripStatus) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self._trips.get(ref) is status, 20)


def traces(folder: Path) -> set[str]:
    key = (folder / "key").read_bytes()
    clear = b"".join(decrypted(one, key) for one in folder.glob("trips.db*") if not one.name.endswith("-shm"))
    return {word for word in ("Canary words", phone(66)[3:], HERS) if word.encode() in clear}


def test_while_the_box_runs_the_courier_forgets_and_a_taxi_that_comes_still_comes(tmp_path: Path) -> None:
    box = Box(tmp_path)
    office = office_in(tmp_path / "residents", traces=(TripsOfRunningBox(box.courier),))
    person = office.registry.register(entry(agreed=(YES, SHARING)), BY)
    box.cancel(box.press())
    coming = box.press()
    assert traces(tmp_path) == {"Canary words", phone(66)[3:], HERS}
    with pytest.raises(ResidentsError, match="TripsOfRunningBox: a taxi of theirs is under way"):
        office.forgetting.erase([person.id], BY)
    box.cancel(coming)
    Upkeep(office, SetClock()).tend()
    assert traces(tmp_path) == set()
    assert office.vault.rows("SELECT id FROM residents") == []
    office.close()
    box.courier.stop()


def test_while_it_is_stopped_its_store_is_opened_and_while_it_runs_that_is_said(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.cancel(box.press())
    office = office_in(tmp_path / "residents", traces=(TripsOfStoppedBox(tmp_path, tmp_path / "key"),))
    person = office.registry.register(entry(), BY)
    with pytest.raises(ResidentsError, match=r"in use by another process.*the box goes on with it by itself"):
        office.forgetting.erase([person.id], BY)
    assert office.registry.count() == 0
    box.courier.stop()
    assert traces(tmp_path)
    assert office.forgetting.finish().people == 1
    assert traces(tmp_path) == set()
    office.close()


def test_a_box_that_never_had_a_trip_forgets_at_once(tmp_path: Path) -> None:
    office = office_in(tmp_path / "residents", traces=(TripsOfStoppedBox(tmp_path, tmp_path / "key"),))
    person = office.registry.register(entry(), BY)
    assert office.forgetting.erase([person.id], BY).people == 1
    assert not (tmp_path / "trips.db").exists()
    office.close()


def test_upkeep_forgets_once_a_day_whom_nobody_has_seen_for_two_years(tmp_path: Path) -> None:
    clock = SetClock()
    office = office_in(tmp_path, clock)
    office.registry.register(entry(), BY)
    upkeep = Upkeep(office, clock)
    upkeep.tend()
    assert office.registry.count() == 1
    clock.go_on(731 * 86_400)
    clock.trusted = False
    upkeep.tend()
    assert office.registry.count() == 1, "by a clock that may be wrong nobody is forgotten"
    clock.trusted = True
    upkeep.tend()
    assert office.registry.count() == 0
    office.close()
