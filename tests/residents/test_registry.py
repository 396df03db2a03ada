"""Who is registered is found, whole, and nobody is in it twice by mistake."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from people_fakes import BY, NEEDS, THEIRS, YES, card, entry, full_entry, office_in, phone

from kiosk.residents.faults import RefusedError, Wrong
from kiosk.residents.people import Contact, Need
from kiosk.residents.refusals import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.residents.office import Office
    from kiosk.residents.registry import Entry


def refused(office: Office, given: Entry) -> set[tuple[str, Wrong]]:
    with pytest.raises(RefusedError) as caught:
        office.registry.register(given, BY)
    return {(problem.field, problem.wrong) for problem in caught.value.problems}


def test_a_resident_comes_back_whole_after_a_restart(tmp_path: Path, office: Office) -> None:
    saved = office.registry.register(full_entry("word"), BY)
    office.close()
    again = office_in(tmp_path)
    assert again.registry.get(saved.id) == saved
    assert again.cards.look_up(card(66)) == saved
    again.close()


@pytest.mark.parametrize(
    "name", ["䶮㛃", "𠮷野", "欧阳·阿卜杜拉", "O’Neil-Śmith", "王〇", "邉\U000e0101", "甲" * 60, "𰻞面", "\U00031350王"]
)
def test_rare_and_long_names_come_back_as_they_were_typed(office: Office, name: str) -> None:
    saved = office.registry.register(entry(name=name), BY)
    assert office.registry.get(saved.id).details.name == name
    assert [one.id for one in office.registry.find(name[:2])] == [saved.id]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("王👵", Wrong.CHARACTERS),
        ("王\n秀", Wrong.CHARACTERS),
        ("王2", Wrong.CHARACTERS),
        ("\ue000王", Wrong.CHARACTERS),
        ("王\u200b秀", Wrong.CHARACTERS),
        ("\ud842", Wrong.CHARACTERS),
        ("a" + "\u0301\u0302" * 4, Wrong.CHARACTERS),
        ("·-", Wrong.CHARACTERS),
        ("甲" * 61, Wrong.TOO_LONG),
        ("  ", Wrong.MISSING),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(office: Office, name: str, wrong: Wrong) -> None:
    assert refused(office, entry(name=name)) == {("name", wrong)}
    assert office.registry.count() == 0


def test_a_name_from_an_old_table_gets_its_standard_character(office: Office) -> None:
    saved = office.registry.register(entry(name="刘\ue863"), BY)
    assert saved.details.name == "刘䶮"
    assert office.registry.register(entry(1, name="\ue855"), BY).details.name == "\U000241fe"


@pytest.mark.parametrize("number", ["123", "1380013800", "+86 138 0013 800a", "١٢٣", "12345678901234", "1-900"])
def test_a_wrong_number_is_refused(office: Office, number: str) -> None:
    assert refused(office, entry(phone=number)) == {("phone", Wrong.PHONE)}


def test_numbers_are_kept_in_one_form(office: Office) -> None:
    saved = office.registry.register(entry(phone=" １-202 555 0111".replace("１", "+1 ")), BY)
    assert saved.details.phone == phone(11)


def test_every_wrong_field_is_told_at_once_and_none_of_it_quoted(office: Office) -> None:
    given = entry(name="Canary👵", phone="canary 12", pinyin="canary!", pickup="canary\n", language="xx", volume=99.0)
    given = replace(given, details=replace(given.details, contact=Contact("Canary7", "7")), agreed=())
    with pytest.raises(RefusedError) as caught:
        office.registry.register(given, BY)
    fields = {problem.field for problem in caught.value.problems}
    assert {"name", "phone", "pinyin", "pickup", "language", "volume", "contact.name", "contact.phone"} <= fields
    assert {"consent.registration", "consent.contact"} <= fields
    assert "anary" not in str(caught.value)
    assert "anary" not in repr(given) + repr(caught.value)


def test_a_card_belongs_to_one_person(office: Office) -> None:
    first = office.registry.register(entry(0), BY)
    with pytest.raises(RefusedError, match="belongs to another resident") as caught:
        office.registry.register(entry(1, cards=(card(1),)), BY)
    assert caught.value.problems[0].other == first.id
    second = office.registry.register(entry(1), BY)
    with pytest.raises(RefusedError, match="belongs to another resident"):
        office.cards.bind(second.id, card(1), BY)
    assert office.cards.look_up(card(1)) == first


def test_a_number_of_somebody_else_is_asked_about_and_may_be_shared(office: Office) -> None:
    office.registry.register(entry(0), BY)
    assert refused(office, entry(1, phone=phone(0))) == {("phone", Wrong.DUPLICATE_PHONE)}
    office.registry.register(entry(1, phone=phone(0), shares_phone=True), BY)
    assert office.registry.count() == 2


def test_the_same_name_and_number_is_one_person_whatever_is_ticked(office: Office) -> None:
    office.registry.register(entry(0, name="O'Neil Ann"), BY)
    again = entry(0, name="o’neil  ann", shares_phone=True, namesake=True, cards=())
    assert refused(office, again) == {("name", Wrong.DUPLICATE_PERSON)}


def test_a_namesake_without_a_number_is_asked_about(office: Office) -> None:
    office.registry.register(entry(0), BY)
    office.registry.register(entry(0, phone=phone(1), cards=()), BY)
    assert refused(office, entry(0, phone="", cards=())) == {("name", Wrong.DUPLICATE_PERSON)}
    office.registry.register(entry(0, phone="", cards=(), namesake=True), BY)
    assert office.registry.count() == 3


def test_a_correction_is_saved_and_checked_like_a_registration(office: Office) -> None:
    first, other = (office.registry.register(entry(n), BY) for n in (0, 1))
    better = replace(first.details, pickup="North gate", volume=2.0)
    assert office.registry.correct(first.id, better, BY).details == better
    with pytest.raises(RefusedError, match="another resident has this number"):
        office.registry.correct(first.id, replace(better, phone=other.details.phone), BY)
    with pytest.raises(RefusedError, match=r"consent\.needs"):
        office.registry.correct(first.id, replace(better, needs=frozenset({Need.WALKER})), BY)
    assert office.registry.get(first.id).details == better
    office.registry.correct(first.id, replace(better, needs=frozenset({Need.WALKER})), BY, agreed=(NEEDS,))
    assert office.registry.get(first.id).details.needs == {Need.WALKER}


def test_a_shared_number_is_not_asked_about_again_when_something_else_is_corrected(office: Office) -> None:
    office.registry.register(entry(0), BY)
    second = office.registry.register(entry(1, phone=phone(0), shares_phone=True), BY)
    office.registry.correct(second.id, replace(second.details, name="改名"), BY)
    assert office.registry.get(second.id).details.name == "改名"


def test_people_are_found_by_name_pinyin_initials_and_number(office: Office) -> None:
    wang = office.registry.register(entry(0, name="测试兰", pinyin="cè shì lán"), BY)
    office.registry.register(entry(1, name="Test Anna", pinyin=""), BY)
    for text in ("试兰", "ceshi", "cs l".replace(" ", ""), phone(0)[-4:], phone(0), "CESHILAN"):
        assert [one.id for one in office.registry.find(text)] == [wang.id], text
    assert len(office.registry.find("anna")) == 1
    for text in ("", "00", "zz", "%", "_", "' OR 1=1 --"):
        assert office.registry.find(text) == [], text


def test_a_lost_card_is_dead_at_once_and_a_found_one_may_be_given_again(office: Office) -> None:
    person = office.registry.register(entry(0, cards=(card(1), card(2))), BY)
    assert office.cards.lost(person.id, BY, card(1)) == 1
    assert office.cards.look_up(card(1)) is Refusal.DEAD
    assert office.cards.look_up(card(2)) == person
    assert office.cards.lost(person.id, BY) == 1
    assert office.cards.look_up(card(2)) is Refusal.DEAD
    assert office.cards.look_up(card(3)) is Refusal.UNKNOWN
    other = office.registry.register(entry(1, cards=(card(2),)), BY)
    assert office.cards.look_up(card(2)) == other


def test_two_processes_see_each_others_residents(tmp_path: Path, office: Office) -> None:
    other = office_in(tmp_path)
    saved = other.registry.register(entry(agreed=(YES, THEIRS), contact=Contact("Test", phone(9))), BY)
    assert office.registry.get(saved.id) == saved
    assert office.registry.register(entry(1), BY).id in {one.id for one in other.registry.all()}
    assert office.ledger.check().findings == ()
    other.close()
