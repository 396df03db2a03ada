"""Nobody gets in by trying: wrong PINs cost growing time that no restart, no power cut and no clock takes away."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_fakes import SetClock, office_in

from kiosk.residents.caretakers import Caretaker, NotIn
from kiosk.residents.faults import RefusedError
from kiosk.residents.pins import CARETAKER, DOOR, Tries, look, missed, wait_s, weak

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.residents.office import Office

THOROUGH = argon2.PasswordHasher
PIN, OTHER, WRONG = "862413", "970135", "862414"


@pytest.fixture(autouse=True)
def _quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real argon2, with less work: how much it costs is not what these tests are about."""
    quick = functools.partial(argon2.PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(argon2, "PasswordHasher", quick)


def miss(office: Office, times: int, number: int = 1) -> float:
    waits = [office.caretakers.enter(number, WRONG) for _ in range(times)]
    assert all(isinstance(one, NotIn) for one in waits)
    last = waits[-1]
    assert isinstance(last, NotIn)
    return last.wait_s


def test_each_caretaker_comes_in_with_their_own_pin(office: Office) -> None:
    first, second = office.caretakers.add("Test One", PIN, "shell"), office.caretakers.add("Test Two", OTHER, "shell")
    assert (first.number, second.number) == (1, 2)
    assert office.caretakers.enter(1, PIN) == first
    assert office.caretakers.enter(2, OTHER) == second
    for number, pin in ((1, OTHER), (2, PIN), (3, PIN), (0, PIN), (10**9, PIN), (1, ""), (1, "x" * 10_000)):
        assert isinstance(office.caretakers.enter(number, pin), NotIn)


def test_the_fifth_wrong_try_begins_a_wait_that_doubles_to_an_hour(office: Office, clock: SetClock) -> None:
    office.caretakers.add("Test One", PIN, "shell")
    assert miss(office, 4) == 0
    waits = []
    for _ in range(9):
        waits.append(miss(office, 1))
        clock.go_on(waits[-1])
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert isinstance(office.caretakers.enter(1, PIN), Caretaker)
    assert miss(office, 4) == 0, "a right one begins anew"


def test_while_waiting_even_the_right_pin_is_not_looked_at(office: Office, clock: SetClock) -> None:
    office.caretakers.add("Test One", PIN, "shell")
    miss(office, 5)
    clock.go_on(29)
    assert office.caretakers.enter(1, PIN) == NotIn(pytest.approx(1.0), tried=False)
    clock.go_on(1)
    assert isinstance(office.caretakers.enter(1, PIN), Caretaker)


@pytest.mark.parametrize(
    ("wall", "trusted"),
    [(timedelta(0), True), (timedelta(days=-400), True), (timedelta(days=400), False), (timedelta(days=-9), False)],
)
def test_a_restart_with_any_clock_shortens_no_wait_and_stretches_none(
    tmp_path: Path, clock: SetClock, wall: timedelta, *, trusted: bool
) -> None:
    office = office_in(tmp_path, clock)
    office.caretakers.add("Test One", PIN, "shell")
    clock.go_on(miss(office, 5))
    assert miss(office, 1) == 60
    clock.go_on(50)
    office.close()
    clock.restart(wall=clock.wall + wall, trusted=trusted)
    office = office_in(tmp_path, clock)
    found = office.caretakers.enter(1, PIN)
    assert isinstance(found, NotIn)
    assert not found.tried
    assert found.wait_s == pytest.approx(10 if wall == timedelta(0) else 60)
    clock.go_on(found.wait_s)
    assert isinstance(office.caretakers.enter(1, PIN), Caretaker)
    office.close()


def test_going_through_the_numbers_is_stopped_at_the_door(office: Office, clock: SetClock) -> None:
    office.caretakers.add("Test One", PIN, "shell")
    tried = [office.caretakers.enter(number, PIN) for number in range(2, 40)]
    assert all(isinstance(one, NotIn) for one in tried)
    assert [one.tried for one in tried if isinstance(one, NotIn)].count(True) == 15
    assert office.caretakers.waits_s() == pytest.approx(30)
    assert isinstance(office.caretakers.enter(1, PIN), NotIn), "the door is shut for everybody"
    clock.go_on(30)
    assert isinstance(office.caretakers.enter(1, PIN), Caretaker)
    assert office.caretakers.waits_s() == 0


def test_a_try_counts_even_when_the_plug_is_pulled_while_it_is_compared(
    tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = office_in(tmp_path, clock)
    office.caretakers.add("Test One", PIN, "shell")

    class Pulled(THOROUGH):
        def verify(self, *_: object) -> Literal[True]:
            raise KeyboardInterrupt

    office.close()
    office = office_in(tmp_path, clock)
    with monkeypatch.context() as plug:
        plug.setattr(argon2, "PasswordHasher", Pulled)
        for _ in range(5):
            with pytest.raises(KeyboardInterrupt):
                office.caretakers.enter(1, WRONG)
    office.close()
    office = office_in(tmp_path, clock)
    assert office.caretakers.enter(1, WRONG) == NotIn(30.0, tried=False)
    office.close()


def test_every_try_is_in_the_audit_log_and_no_pin_is(tmp_path: Path, office: Office) -> None:
    caretaker = office.caretakers.add("Test One", PIN, "shell")
    miss(office, 2)
    office.caretakers.enter(1, PIN)
    office.caretakers.enter(77, OTHER)
    log = (tmp_path / "audit.log").read_text(encoding="ascii")
    assert log.count('"pin wrong"') == 3
    assert log.count('"pin right"') == 1
    assert log.count(f'"who":"{caretaker.id}","did":"pin wrong"') == 2
    for secret in (PIN, WRONG, OTHER, "Test"):
        assert secret not in log


def test_a_removed_caretaker_and_an_old_pin_come_in_no_more(office: Office) -> None:
    office.caretakers.add("Test One", PIN, "shell")
    office.caretakers.change_pin(1, OTHER, "shell")
    assert isinstance(office.caretakers.enter(1, PIN), NotIn)
    assert isinstance(office.caretakers.enter(1, OTHER), Caretaker)
    office.caretakers.remove(1, "shell")
    assert isinstance(office.caretakers.enter(1, OTHER), NotIn)
    assert office.caretakers.all() == []
    for act in (lambda: office.caretakers.remove(1, "x"), lambda: office.caretakers.change_pin(1, PIN, "x")):
        with pytest.raises(RefusedError, match="number of a caretaker"):
            act()


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567890123", "111111", "121212", "123456", "987654", "abcdef", "１２３９５６７"]
)
def test_a_pin_that_is_easily_guessed_is_refused(office: Office, pin: str) -> None:
    assert weak(pin)
    with pytest.raises(RefusedError, match=r"pin: expected .*; choose another one"):
        office.caretakers.add("Test One", pin, "shell")
    assert office.caretakers.all() == []


def test_the_hash_is_argon2id_with_the_librarys_own_strength() -> None:
    parameters = argon2.extract_parameters(THOROUGH().hash(PIN))
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 64 * 1024


@given(
    st.integers(0, 40),
    st.lists(st.tuples(st.floats(0, 4000), st.booleans(), st.booleans(), st.integers(-500, 500)), max_size=8),
)
def test_no_row_of_restarts_and_clocks_lets_in_early_or_locks_for_ever(
    failures: int, moves: list[tuple[float, bool, bool, int]]
) -> None:
    clock = SetClock()
    tries = missed(Tries(failures), clock.now())
    wait, waited = wait_s(failures + 1), 0.0
    for seconds, restarts, trusted, days in moves:
        tries, left = look(tries, clock.now())
        assert left <= wait
        assert left >= wait - waited - 1e-6 or wait == 0
        step = min(seconds, left)
        clock.go_on(step)
        waited += step
        if restarts:
            # Wall time that is trusted both times is right; one that is not may be anything.
            clock.restart(wall=clock.wall + (timedelta(0) if trusted else timedelta(days=days)), trusted=trusted)
    tries, left = look(tries, clock.now())
    clock.go_on(left)
    assert look(tries, clock.now())[1] <= 1e-6
    assert wait_s(100, DOOR) == 300 < wait_s(100, CARETAKER)
