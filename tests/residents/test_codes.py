"""A code opens what it is for, once where it should, and every other code is refused for what it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_fakes import BY, SetClock, entry, office_in

from dispatch_client.trips import Place
from kiosk.residents import codes
from kiosk.residents.faults import RefusedError
from kiosk.residents.keys import OPERATOR, OPERATOR_BEFORE
from kiosk.residents.refusals import Refusal
from kiosk.residents.return_home import Ticket, make, read
from kiosk.residents.returns import WayHome

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.residents.office import Office

HOME = Place("East gate", 31.2366, 121.4297)
KEY = bytes(range(32))


@given(st.binary(max_size=60), st.sampled_from([codes.CARD_MARK, codes.RETURN_MARK]))
def test_a_code_is_read_as_it_was_written_also_from_a_careless_scan(payload: bytes, mark: str) -> None:
    text = codes.write(mark, payload)
    assert codes.read(text) == (mark, payload)
    careless = f" {text[:9]} {text[9:]}\r\n".lower().replace("0", "o").replace("1", "l")
    assert codes.read(mark + careless.strip()[3:]) == (mark, payload)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert codes.read(codes.CARD_MARK + text) is None or len(text) > 3
    codes.read(text)


def test_a_code_card_is_short_random_and_says_nothing(office: Office) -> None:
    person = office.registry.register(entry(), BY)
    made = {office.cards.code_card(person.id, BY) for _ in range(20)}
    assert len(made) == 20
    assert all(len(code) <= 38 for code in made), "a QR of 25 by 25 dots holds 38 letters"
    assert codes.TOKEN_BITS >= 128


def test_a_new_code_card_kills_the_old_one_and_a_lost_one_is_dead(office: Office) -> None:
    person = office.registry.register(entry(), BY)
    first = office.cards.code_card(person.id, BY)
    assert office.cards.scan(f"{first}\r\n") == person
    second = office.cards.code_card(person.id, BY)
    assert office.cards.scan(first) is Refusal.DEAD
    assert office.cards.scan(second) == person
    assert office.cards.lost(person.id, BY) == 2
    assert office.cards.scan(second) is Refusal.DEAD
    assert office.cards.scan(codes.write(codes.CARD_MARK, bytes(17))) is Refusal.UNKNOWN
    for text in ("", "https://shop.example/1", second[:-1], second[:-1] + "*", "TC1", "x" * 10_000, "\0"):
        assert office.cards.scan(text) is Refusal.NOT_OURS, text


# -- the way home ------------------------------------------------------------------------------------------------------


def test_a_way_home_is_taken_once_also_after_a_restart(tmp_path: Path, clock: SetClock) -> None:
    office = office_in(tmp_path, clock)
    person = office.registry.register(entry(), BY)
    code = office.returns.give(person.id, "0412", HOME, wheelchair=True)
    assert len(code) <= 90, "a QR of 33 by 33 dots holds 90 letters"
    way = office.returns.redeem(code.lower())
    assert isinstance(way, WayHome)
    assert way.person == person
    assert (way.ticket.box, way.ticket.lat, way.ticket.lon, way.ticket.wheelchair) == ("0412", 31.2366, 121.4297, True)
    assert office.returns.redeem(code) is Refusal.USED
    office.close()
    office = office_in(tmp_path, clock)
    assert office.returns.redeem(code) is Refusal.USED
    office.close()


def test_a_way_home_is_good_at_every_box_of_the_operator_and_says_nobodys_name(tmp_path: Path, clock: SetClock) -> None:
    here, there = (office_in(tmp_path / name, clock) for name in ("here", "there"))
    (tmp_path / "there" / OPERATOR).write_bytes((tmp_path / "here" / OPERATOR).read_bytes())
    there.close()
    there = office_in(tmp_path / "there", clock)
    person = here.registry.register(entry(), BY)
    code = here.returns.give(person.id, "0412", HOME)
    way = there.returns.redeem(code)
    assert isinstance(way, WayHome)
    assert (way.person, way.ticket.box) == (None, "0412")
    assert there.returns.redeem(code) is Refusal.USED
    here.close()
    there.close()


def test_another_operators_code_and_a_forged_one_are_told_apart(office: Office, clock: SetClock) -> None:
    person = office.registry.register(entry(), BY)
    code = office.returns.give(person.id, "0412", HOME)
    strange, _ = make(KEY, Ticket("0412", 31.0, 121.0, clock.wall + timedelta(days=1)))
    assert office.returns.redeem(strange) is Refusal.OTHER_OPERATOR
    known = codes.read(code)
    assert known is not None
    for at in range(4, len(known[1])):
        if at in range(5, 8):
            continue  # says which operator
        forged = bytearray(known[1])
        forged[at] ^= 1
        assert office.returns.redeem(codes.write(codes.RETURN_MARK, bytes(forged))) is Refusal.FORGED, at
    for text in ("", code[:-2], code[:20], office.cards.code_card(person.id, BY), "TR1" + "0" * 70):
        assert office.returns.redeem(text) is Refusal.NOT_OURS
    assert isinstance(office.returns.redeem(code), WayHome)


def test_a_code_expires_by_a_clock_that_is_right_and_not_by_one_that_may_be_wrong(
    office: Office, clock: SetClock
) -> None:
    person = office.registry.register(entry(), BY)
    code = office.returns.give(person.id, "0412", HOME, good_for=timedelta(hours=3))
    clock.go_on(3 * 3600 + 61)
    assert office.returns.redeem(code) is Refusal.EXPIRED
    clock.trusted = False
    assert isinstance(office.returns.redeem(code), WayHome)
    assert office.returns.redeem(code) is Refusal.USED


def test_a_code_that_brought_no_trip_is_good_again(office: Office) -> None:
    person = office.registry.register(entry(), BY)
    code = office.returns.give(person.id, "0412", HOME)
    way = office.returns.redeem(code)
    assert isinstance(way, WayHome)
    office.returns.give_back(way)
    assert isinstance(office.returns.redeem(code), WayHome)


def test_whose_code_it_was_is_forgotten_with_them_and_it_still_leads_home(office: Office) -> None:
    person = office.registry.register(entry(), BY)
    code = office.returns.give(person.id, "0412", HOME)
    office.forgetting.erase([person.id], BY)
    way = office.returns.redeem(code)
    assert isinstance(way, WayHome)
    assert way.person is None
    assert office.returns.redeem(code) is Refusal.USED
    with pytest.raises(RefusedError):
        office.returns.give(person.id, "0412", HOME)


def test_a_new_operators_key_takes_the_codes_of_the_one_before(tmp_path: Path, clock: SetClock) -> None:
    office = office_in(tmp_path, clock)
    code = office.returns.give(office.registry.register(entry(), BY).id, "0412", HOME)
    office.close()
    (tmp_path / OPERATOR).rename(tmp_path / OPERATOR_BEFORE)
    office = office_in(tmp_path, clock)
    assert isinstance(office.returns.redeem(code), WayHome)
    office.close()
    (tmp_path / OPERATOR_BEFORE).unlink()
    office = office_in(tmp_path, clock)
    assert office.returns.redeem(code) is Refusal.OTHER_OPERATOR
    office.close()


@given(st.binary(min_size=32, max_size=32), st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 10**6))
def test_a_ticket_comes_back_as_it_was_signed(key: bytes, lat: float, lon: float, minutes: int) -> None:
    ticket = Ticket("盒1", lat, lon, SetClock().wall.replace(second=0) + timedelta(minutes=minutes), True)  # noqa: FBT003
    text, nonce = make(key, ticket)
    found = read((bytes(32), key), text)
    assert isinstance(found, Ticket)
    assert replace(found, lat=0, lon=0) == replace(ticket, lat=0, lon=0, nonce=nonce)
    assert abs(found.lat - lat) < 1e-5
    assert abs(found.lon - lon) < 1e-5
