"""Killed at any line and started again: nothing is half-saved, half-erased or locked away.

`TAXI_EVERY_LINE=1 pytest tests/residents/test_power_cuts.py` leaves no line out (a minute).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from knife import lives
from people_fakes import BY, card, entry, full_entry, office_in

from kiosk.residents.consent import Purpose
from kiosk.residents.keys import KEY, NEXT, Keys
from kiosk.residents.opening import FRESH, change_key, open_vault
from kiosk.residents.refusals import Refusal

if TYPE_CHECKING:
    from pathlib import Path

WRITING = ("vault", "ledger", "rows")
EVERY = bool(os.environ.get("TAXI_EVERY_LINE"))


def step(usual: int) -> int:
    return 1 if EVERY else usual


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A registry with one resident."""
    folder = tmp_path / "begun"
    office = office_in(folder)
    office.registry.register(entry(), BY)
    office.close()
    return folder


def test_a_registration_is_whole_or_not_there(begun: Path) -> None:
    def register(folder: Path) -> None:
        office = office_in(folder)
        office.registry.register(full_entry("word"), BY)
        office.close()

    seen = set()
    for folder in lives(begun, register, *WRITING, step=step(3)):
        office = office_in(folder)
        verdict = office.ledger.check()
        assert verdict.findings == ()
        assert verdict.lines == office.registry.count(), "what was done is in the log, and nothing else is"
        found = office.cards.look_up(card(66))
        if office.registry.count() == 1:
            assert found is Refusal.UNKNOWN
            assert office.vault.rows("SELECT * FROM consents WHERE notice LIKE 'word%'") == []
        else:
            assert not isinstance(found, Refusal)
            assert found.details.name == "wordname"
            assert office.consents.active(found.id) == {*Purpose} - {Purpose.FAMILY}
        seen.add(office.registry.count())
        office.close()
    assert seen == {1, 2}


def test_an_erasure_that_was_begun_is_finished_by_the_next_start(begun: Path) -> None:
    def erase(folder: Path) -> None:
        office = office_in(folder)
        [person] = office.registry.all()
        office.forgetting.erase([person.id], BY)
        office.close()

    seen = set()
    for folder in lives(begun, erase, "vault", "ledger", "forgetting", step=step(9)):
        office = office_in(folder)
        people = office.registry.count()
        rows = office.vault.rows("SELECT id FROM residents")
        assert len(rows) == people, "half erased"
        assert (office.cards.look_up(card(1)) is Refusal.UNKNOWN) == (people == 0)
        assert office.pending == ""
        assert office.ledger.check().findings == ()
        seen.add(people)
        office.close()
    assert seen == {0, 1}


def test_a_change_of_the_key_locks_nobody_out_wherever_it_is_cut(begun: Path) -> None:
    old = (begun / KEY).read_bytes()

    def rotate(folder: Path) -> None:
        change_key(Keys(folder, None))

    opened_by = set()
    for folder in lives(begun, rotate, "opening", "keys", "vault", step=step(9)):
        office = office_in(folder)
        opened_by.add((office.vault.key.path.name, office.vault.key.secret == old))
        assert office.cards.look_up(card(1)) != Refusal.UNKNOWN
        assert office.ledger.check().findings == ()
        office.close()
        rotate(folder)  # done again it goes on
        assert (folder / KEY).read_bytes() != old
        assert not (folder / NEXT).exists()
        assert not (folder / FRESH).exists()
        vault = open_vault(Keys(folder, None))
        assert vault.whole()
        vault.close()
    assert opened_by == {(KEY, True), (NEXT, False), (KEY, False)}


def test_a_first_start_that_is_cut_short_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    def begin(folder: Path) -> None:
        office_in(folder).close()

    for folder in lives(tmp_path / "empty", begin, "opening", "keys", "vault", "tables", step=step(11)):
        office = office_in(folder)
        office.registry.register(entry(), BY)
        office.close()
