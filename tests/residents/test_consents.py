"""Nothing is kept or shared that nobody agreed to, and who agreed to what is known."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from people_fakes import BY, NEEDS, SHARING, THEIRS, YES, entry, full_entry, phone

from kiosk.residents.consent import Agreed, Giver, Purpose, Shared, shared
from kiosk.residents.faults import RefusedError, Wrong
from kiosk.residents.people import Contact, Need

if TYPE_CHECKING:
    from kiosk.residents.office import Office

PERSON = Contact("Test Contact", phone(50))


@pytest.mark.parametrize(
    ("changes", "agreed", "field"),
    [
        ({}, (), "consent.registration"),
        ({}, (NEEDS,), "consent.registration"),
        ({"needs": frozenset({Need.WALKER})}, (YES, SHARING), "consent.needs"),
        ({"contact": PERSON}, (YES,), "consent.contact"),
        ({"contact": PERSON}, (YES, Agreed(Purpose.CONTACT, "notice-1")), "consent.contact"),
        ({}, (Agreed(Purpose.REGISTRATION, "notice-1", Giver.CONTACT),), "consent.registration"),
        ({}, (Agreed(Purpose.REGISTRATION, "notice-1", Giver.REPRESENTATIVE, " "),), "consent.registration"),
        ({}, (Agreed(Purpose.REGISTRATION, ""),), "consent.registration"),
        ({}, (YES, Agreed(Purpose.FAMILY, "notice-1")), "consent.family"),
    ],
)
def test_nothing_is_saved_without_the_consent_it_needs(
    office: Office, changes: dict[str, object], agreed: tuple[Agreed, ...], field: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        office.registry.register(entry(agreed=agreed, **changes), BY)
    assert [(problem.field, problem.wrong) for problem in caught.value.problems] == [(field, Wrong.CONSENT)]
    assert office.vault.rows("SELECT * FROM residents UNION ALL SELECT * FROM residents") == []
    assert office.vault.rows("SELECT * FROM consents") == []


def test_who_agreed_to_which_notice_and_who_wrote_it_down_is_kept(office: Office) -> None:
    guardian = Agreed(Purpose.REGISTRATION, "notice-3", Giver.REPRESENTATIVE, "guardianship paper seen")
    person = office.registry.register(entry(agreed=(guardian, SHARING)), BY)
    first = office.consents.of(person.id)[0]
    assert (first.purpose, first.notice, first.given_by) == (Purpose.REGISTRATION, "notice-3", Giver.REPRESENTATIVE)
    assert (first.authority, first.recorded_by, first.withdrawn_at) == ("guardianship paper seen", BY, None)
    assert first.given_at == person.registered_at
    assert office.consents.active(person.id) == {Purpose.REGISTRATION, Purpose.SHARING}


def test_withdrawing_takes_one_call_and_what_it_allowed_with_it(office: Office) -> None:
    person = office.registry.register(full_entry("word"), BY)
    office.consents.give(person.id, Agreed(Purpose.FAMILY, "notice-1"), BY)
    office.consents.withdraw(person.id, Purpose.CONTACT, "caretaker-2")
    assert office.registry.get(person.id).details.contact is None
    assert office.consents.active(person.id) == {Purpose.REGISTRATION, Purpose.NEEDS, Purpose.SHARING}
    gone = [one for one in office.consents.of(person.id) if one.withdrawn_at]
    assert {(one.purpose, one.withdrawn_by) for one in gone} == {
        (Purpose.CONTACT, "caretaker-2"),
        (Purpose.FAMILY, "caretaker-2"),
    }
    office.consents.withdraw(person.id, Purpose.REGISTRATION, BY)
    assert office.registry.count() == 0


def test_without_the_consent_to_share_the_dispatcher_gets_nothing_of_a_person() -> None:
    details = full_entry("word").details
    everything = frozenset(Purpose)
    assert shared(details, everything - {Purpose.SHARING}) == Shared(None, False, frozenset())  # noqa: FBT003 - written out
    assert shared(details, {Purpose.SHARING}) == Shared(phone(66), False, frozenset())  # noqa: FBT003
    chair = replace(details, needs=frozenset({Need.WHEELCHAIR}))
    assert shared(chair, everything) == Shared(phone(66), True, chair.needs)  # noqa: FBT003


def test_a_person_gets_all_that_is_kept_of_them_and_nothing_of_others(office: Office) -> None:
    person = office.registry.register(full_entry("word"), BY)
    other = office.registry.register(entry(3), BY)
    office.cards.code_card(person.id, BY)
    text = json.dumps(office.everything(person.id, BY), ensure_ascii=False)
    for word in ("wordname", "wordpickup", "wordplace", "wordnote", "wordcontact", "wordkin", "wordnotice"):
        assert word in text
    for word in (phone(66), phone(67), "wordauthority", "blind", "08:30", BY, "code card made"):
        assert word in text
    assert other.id not in text
    assert any("exported" in line for line in office.ledger.about(person.id))


def test_a_new_consent_for_the_same_thing_replaces_the_old_one(office: Office) -> None:
    person = office.registry.register(entry(agreed=(YES, SHARING)), BY)
    office.consents.give(person.id, Agreed(Purpose.SHARING, "notice-2"), BY)
    kept = [(one.notice, one.withdrawn_at is None) for one in office.consents.of(person.id)]
    assert kept == [("notice-1", True), ("notice-1", False), ("notice-2", True)]
    assert THEIRS.purpose not in office.consents.active(person.id)
