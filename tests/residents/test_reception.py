"""A card at the box: whose it is and what they agreed to, from a real registry; and a taxi whatever is broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from people_fakes import BY, NEEDS, SHARING, YES, SetClock, card, entry, office_in, phone

from kiosk.app.reception import LOUD, Reception, guest_of
from kiosk.core.events import CardTapped, Event
from kiosk.core.guests import Guest
from kiosk.core.guests import Need as Told
from kiosk.inbox import Inbox
from kiosk.residents.faults import ResidentsError
from kiosk.residents.office import Office
from kiosk.residents.people import Need


def known(folder: Path, *agreed: object, **details: object) -> tuple[Office, Guest | None]:
    office = office_in(folder)
    office.registry.register(entry(3, agreed=(YES, *agreed), **details), BY)
    return office, guest_of(office, card(4))


def test_what_was_agreed_reaches_the_driver(tmp_path: Path) -> None:
    needs = frozenset({Need.WHEELCHAIR, Need.HARD_OF_HEARING})
    office, guest = known(tmp_path, NEEDS, SHARING, needs=needs, language="en", pickup="Bench by door 3")
    assert guest is not None
    assert (guest.phone, guest.pickup, guest.language) == (phone(3), "Bench by door 3", "en")
    assert guest.needs == {Told.WHEELCHAIR, Told.HARD_OF_HEARING}
    assert guest.volume == LOUD
    office.close()


def test_without_consent_to_share_the_driver_learns_nothing_and_the_box_still_speaks_up(tmp_path: Path) -> None:
    office, guest = known(tmp_path, NEEDS, needs=frozenset({Need.BLIND, Need.HARD_OF_HEARING}), pickup="Bench")
    assert guest is not None
    assert (guest.phone, guest.pickup, guest.needs) == (None, "", frozenset())
    assert (guest.keys, guest.volume) == (True, LOUD)
    office.close()


def test_a_card_that_was_reported_lost_is_nobodys_at_once(tmp_path: Path) -> None:
    office, guest = known(tmp_path)
    assert guest is not None
    (person,) = office.registry.all()
    office.cards.lost(person.id, BY)
    assert guest_of(office, card(4)) is None
    assert guest_of(office, card(5)) is None
    office.close()


def tapped(reception: Reception, inbox: Inbox[Event], *cards: str) -> list[CardTapped]:
    reception.start()
    for one in cards:
        reception.card(one)
    reception.stop()
    return [event for event in inbox.take() if isinstance(event, CardTapped)]


def test_each_tap_comes_with_its_resident(tmp_path: Path) -> None:
    office, _ = known(tmp_path, language="en")
    office.close()
    inbox: Inbox[Event] = Inbox()
    taps = tapped(Reception(lambda: office_in(tmp_path), inbox, SetClock()), inbox, card(4), card(9))
    assert [(tap.holder, tap.guest and tap.guest.language) for tap in taps] == [(card(4), "en"), (card(9), None)]
    assert len({tap.fresh_ref for tap in taps}) == 2


@pytest.mark.parametrize("broken", ["shut", "torn"])
def test_with_a_broken_registry_a_card_works_like_the_button(tmp_path: Path, broken: str) -> None:
    def opened() -> Office:
        if broken == "shut":
            raise ResidentsError("the registry cannot be read; restore its key")
        office = office_in(tmp_path)
        office.vault.close()  # as if its disk had gone
        return office

    inbox: Inbox[Event] = Inbox()
    (tap,) = tapped(Reception(opened, inbox, SetClock()), inbox, card(4))
    assert tap.guest is None
