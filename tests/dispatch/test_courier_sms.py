"""The courier with orders by text message: one message for a press, whatever becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes_courier import Rig
from fakes_dispatcher import FakeClock, wish
from fakes_sms import NOT_SENT, REFUSED, UNKNOWN, FakeSender

from dispatch_client.ladder import Rung
from dispatch_client.providers.sms import SmsProvider
from dispatch_client.trips import TripStatus as S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Office:
    """A box whose one dispatcher reads text messages, or that has one above it who is asked first."""

    def __init__(self, folder: Path, *, network: bool = False) -> None:
        self.sender = FakeSender()
        provider = SmsProvider(self.sender, "95128")
        if network:
            self.rig = Rig(folder, clock=FakeClock(), above=[Rung(provider, 240)])
        else:
            self.rig = Rig(folder, clock=FakeClock(), dispatcher=provider)  # type: ignore[arg-type]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    with made.rig:
        yield made


def test_a_sent_message_is_a_taxi_asked_for_and_ends_out_of_sight(office: Office) -> None:
    ref = office.rig.press()
    assert office.rig.status(ref) is S.REQUESTED
    office.rig.pass_s(3000)
    assert office.rig.status(ref) is S.FAILED
    assert len(office.sender.read) == 1


def test_unknown_is_never_sent_again_not_after_hours_nor_after_a_restart(office: Office) -> None:
    office.sender.next(UNKNOWN)
    ref = office.rig.press()
    office.rig.pass_s(120)
    office.rig.restart()
    office.rig.pass_s(4000)
    assert office.sender.asked == [ref]
    assert office.rig.status(ref) is S.EXPIRED


def test_a_modem_that_is_away_is_waited_for_and_then_written_to_once(office: Office) -> None:
    office.sender.in_the_way = "There is no such port."
    ref = office.rig.press()
    office.rig.pass_s(60)
    assert office.rig.status(ref) in {S.QUEUED, S.SUBMITTING}
    office.sender.in_the_way = ""
    office.rig.pass_s(10)
    assert office.rig.status(ref) is S.REQUESTED
    assert len(office.sender.read) == 1


def test_a_modem_that_fails_once_is_tried_again_at_once(office: Office) -> None:
    office.sender.next(NOT_SENT)
    ref = office.rig.press()
    office.rig.pass_s(10)
    assert office.rig.status(ref) is S.REQUESTED
    assert len(office.sender.read) == 1


def test_a_network_that_refuses_is_tried_again_until_it_takes_the_order(office: Office) -> None:
    office.sender.next(REFUSED, REFUSED)
    ref = office.rig.press()
    office.rig.pass_s(20)
    assert office.rig.status(ref) is S.REQUESTED
    assert len(office.sender.read) == 1


def test_nothing_is_written_after_the_deadline(office: Office) -> None:
    office.sender.in_the_way = "There is no such port."
    ref = office.rig.press()
    office.rig.pass_s(500)
    office.sender.in_the_way = ""
    office.rig.pass_s(60)
    assert office.rig.trip(ref).asks_again
    assert office.sender.read == []


def test_a_cancel_is_written_once_and_told_as_done(office: Office) -> None:
    ref = office.rig.press()
    office.rig.cancel(ref)
    office.rig.pass_s(10)
    assert office.rig.status(ref) is S.CANCELLED_BY_RIDER
    assert [job for job, _, _ in office.sender.read] == [ref, f"{ref}.cancel"]


def test_a_cancel_that_may_not_have_gone_out_is_not_written_twice(office: Office) -> None:
    ref = office.rig.press()
    office.sender.next(UNKNOWN)
    office.rig.cancel(ref)
    office.rig.pass_s(100)
    assert office.rig.status(ref) is S.FAILED, "the staff must hear of it"
    assert len(office.sender.read) == 2


def test_what_waits_for_a_modem_is_cancelled_without_a_message(office: Office) -> None:
    office.sender.in_the_way = "There is no such port."
    ref = office.rig.press()
    office.rig.cancel(ref)
    assert office.rig.status(ref) is S.CANCELLED_BY_RIDER
    office.sender.in_the_way = ""
    office.rig.pass_s(60)
    assert office.sender.read == []


def test_without_a_network_the_order_goes_out_as_a_message_and_the_network_is_not_told_as_up(tmp_path: Path) -> None:
    office = Office(tmp_path, network=True)
    with office.rig as rig:
        rig.dispatcher.line_up = False
        ref = rig.press()
        rig.pass_s(45)
        assert rig.status(ref) is S.REQUESTED
        assert len(office.sender.read) == 1
        assert rig.told.link[-1] is False
        rig.dispatcher.line_up = True
        rig.pass_s(600)
        assert rig.dispatcher.rides == [], "an order that was written is not made a second time"


def test_two_presses_are_two_messages_with_two_names(office: Office) -> None:
    for number in (7, 8):
        office.rig.press(wish(number))
    assert len({text for _, _, text in office.sender.read}) == 2
