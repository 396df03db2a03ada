"""Orders as text messages: short, complete, and never sent twice where one may have gone out."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from fakes_dispatcher import wish
from fakes_sms import NOT_SENT, REFUSED, UNKNOWN, FakeSender
from hypothesis import given
from hypothesis import strategies as st

from dispatch_client.errors import Ambiguous, Refusal, Refused, Unreachable
from dispatch_client.provider import Capabilities
from dispatch_client.providers._sms_text import CANCELS, ORDERS, Words, fits
from dispatch_client.providers.sms import SmsProvider
from dispatch_client.trips import Place, TripRequest, TripStatus

SHANGHAI = timezone(timedelta(hours=8))
PRESSED = datetime(2026, 3, 2, 10, 24, tzinfo=SHANGHAI)
GATE = Place("示范社区北门", 31.2366, 121.4297, "信箱旁边")
PHONE = "+12025550123"


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


def request(**changes: object) -> TripRequest:
    return wish(7, **{"pickup": GATE, "requested_at": PRESSED, "contact_phone": PHONE, **changes})


def order(made: TripRequest, language: str = "zh_CN", template: str = "") -> str:
    return Words(language, template or ORDERS[language], CANCELS[language]).ordered(made)


def sent(sender: FakeSender, provider: SmsProvider, made: TripRequest) -> str:
    return provider.create(made.client_ref, provider.prepare(made, made.client_ref)).native_id


def test_an_order_says_where_who_when_and_whom_to_call(sender: FakeSender) -> None:
    sent(sender, SmsProvider(sender, "95128"), request(wheelchair=True, passengers=2))
    assert sender.read[0][1:] == (
        "95128",
        "叫车 示范社区北门（信箱旁边） 7号 10:24 轮椅、2人 回电+12025550123 单号0412-0302-007",
    )
    assert fits(sender.texts[0], one=True)


def test_an_order_in_english(sender: FakeSender) -> None:
    made = request(pickup=replace(GATE, label="Sample community, the north gate", note=""), passengers=2)
    sent(sender, SmsProvider(sender, "+1 202-555-0123", "en"), made)
    assert sender.read[0][1:] == (
        "+12025550123",
        "Taxi to Sample community, the north gate, no. 7, 10:24, 2 passengers. Call +12025550123. Ref 0412-0302-007",
    )


def test_for_another_day_the_day_is_named() -> None:
    later = request(pickup_at=datetime(2026, 3, 5, 8, 0, tzinfo=SHANGHAI))
    assert "03-05 08:00" in order(later)


def test_what_does_not_fit_in_one_message_goes_without_how_to_get_in() -> None:
    made = request(pickup=replace(GATE, note="从信箱旁边的小门进来，右转，第二个路口再左转"))
    text = order(made)
    assert "信箱" not in text
    assert fits(text, one=True)
    assert "单号0412-0302-007" in text


def test_what_a_person_needs_is_worth_a_second_message() -> None:
    made = request(note="带助行器，走得慢，听不清，请到门口来接，先按门铃，谢谢您")
    text = order(
        made, template="叫车 {place}[（{access}）] {number}号 {time}[ {note}] 示范调度中心请派车 单号{ref} 回电{phone}"
    )
    assert made.note in text
    assert not fits(text, one=True)
    assert fits(text, one=False)


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300), st.sampled_from(["zh_CN", "en"]))
def test_hostile_words_never_make_more_than_two_messages(label: str, note: str, access: str, language: str) -> None:
    made = request(pickup=Place(label, 1, 2, access), note=note, dropoff=Place(label, 1, 2))
    text = order(made, language)
    assert fits(text, one=False)
    assert "0412-0302-007" in text
    assert not {unicodedata.category(char) for char in text} & {"Cc", "Cs"}


def test_words_of_ones_own(sender: FakeSender) -> None:
    provider = SmsProvider(sender, "95128", template="{box} {number} {ref}[ nach {dropoff}]", cancel="weg {ref}")
    native_id = sent(sender, provider, request())
    provider.cancel(native_id, "rider")
    assert sender.texts == ["0412 7 0412-0302-007", "weg 0412-0302-007"]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"number": "ring us"}, "the number for text messages is none: expected a telephone number with its country"),
        ({"number": "+86 1"}, "the number for text messages is none"),
        ({"language": "fr"}, "language 'fr' of text messages: expected one of zh_CN, en"),
        ({"template": "{place} {who} {ref}"}, "template of text messages: unknown field 'who'; expected one of access"),
        ({"template": "{place.lat} {ref}"}, "unknown field 'place.lat'"),
        ({"template": "{ref!r}"}, "unknown field 'ref!r'"),
        ({"template": "{place"}, "a brace has no partner"),
        ({"template": "[{place} {ref}"}, "a bracket has no partner"),
        ({"template": "[{place} [{ref}]]"}, "a bracket has no partner, or stands in another one"),
        ({"template": "{place}"}, "expected {ref} in it, or nobody can tell two orders apart"),
        ({"template": "{ref}" + "x" * 200}, "template of text messages: expected 200 characters at most"),
        ({"cancel": "{place}"}, "cancel of text messages: unknown field 'place'; expected one of box, ref"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(sender: FakeSender, settings: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        SmsProvider(sender, **{"number": "95128", **settings})  # type: ignore[arg-type]
    assert why in str(error.value)


def test_what_cannot_be_known_is_not_claimed(sender: FakeSender) -> None:
    can = SmsProvider(sender, "95128").capabilities
    assert can == Capabilities(arrived_state=False, note_to_driver=True, follows=False, cancels=True)
    assert SmsProvider(sender, "95128", cancel="").capabilities == replace(can, cancels=False)


def test_sent_is_delivered(sender: FakeSender) -> None:
    provider, made = SmsProvider(sender, "95128"), request()
    booking = provider.create(made.client_ref, provider.prepare(made, made.client_ref))
    assert booking.status is TripStatus.REQUESTED
    assert sender.asked == [made.client_ref]


def test_what_never_left_the_box_may_be_sent_again_under_its_name(sender: FakeSender) -> None:
    provider, made = SmsProvider(sender, "95128"), request()
    sender.next(NOT_SENT)
    with pytest.raises(Unreachable, match="no such port"):
        sent(sender, provider, made)
    sent(sender, provider, made)
    assert sender.asked == [made.client_ref] * 2
    assert len(sender.read) == 1


def test_what_the_network_refused_for_certain_is_tried_as_another_job(sender: FakeSender) -> None:
    provider, made = SmsProvider(sender, "95128"), request()
    sender.next(REFUSED, REFUSED)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            sent(sender, provider, made)
        assert refused.value.refusal is Refusal.UNAVAILABLE
    sent(sender, provider, made)
    assert sender.asked == [made.client_ref, f"{made.client_ref}.2", f"{made.client_ref}.3"]
    assert len(sender.read) == 1


def test_after_a_restart_a_refused_job_is_found_spent_and_the_next_goes_out(sender: FakeSender) -> None:
    made = request()
    sender.next(REFUSED)
    with pytest.raises(Refused):
        sent(sender, SmsProvider(sender, "95128"), made)
    again = SmsProvider(sender, "95128")
    with pytest.raises(Refused):
        sent(sender, again, made)
    sent(sender, again, made)
    assert len(sender.read) == 1


@pytest.mark.parametrize("fate", [UNKNOWN, RuntimeError("the canary +12025550123 sings")])
def test_what_may_have_gone_out_is_ambiguous_and_its_job_stays_the_same(sender: FakeSender, fate: object) -> None:
    provider, made = SmsProvider(sender, "95128"), request()
    sender.next(fate)  # type: ignore[arg-type]
    with pytest.raises(Ambiguous) as error:
        sent(sender, provider, made)
    assert "555" not in str(error.value)
    assert sender.asked == [made.client_ref]


def test_a_cancel_names_the_order_and_is_a_job_of_its_own(sender: FakeSender) -> None:
    provider, made = SmsProvider(sender, "95128"), request()
    native_id = sent(sender, provider, made)
    assert provider.cancel(native_id, "rider").status is TripStatus.CANCELLED_BY_RIDER
    assert sender.read[-1] == (f"{made.client_ref}.cancel", "95128", "取消叫车 单号0412-0302-007")
    sender.next(UNKNOWN)
    with pytest.raises(Ambiguous):
        provider.cancel("other 0412-0302-008", "rider")


def test_trouble_of_the_sender_is_told_before_anything_is_sent(sender: FakeSender) -> None:
    provider = SmsProvider(sender, "95128")
    provider.health()
    sender.in_the_way = "There is no SIM card."
    with pytest.raises(Unreachable, match="There is no SIM card"):
        provider.health()


def test_a_stored_order_of_another_version_is_refused(sender: FakeSender) -> None:
    provider = SmsProvider(sender, "95128")
    for payload in (b"", b"[]", b'{"job":"other","ref":"x","text":"y"}', b'{"job":"a"}'):
        with pytest.raises(Refused) as refused:
            provider.create("a", payload)
        assert refused.value.refusal is Refusal.INVALID_REQUEST
    assert sender.asked == []


def test_nothing_can_be_asked_about_an_order(sender: FakeSender) -> None:
    with pytest.raises(Refused, match="cannot be asked"):
        SmsProvider(sender, "95128").get("a b")
