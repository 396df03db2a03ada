"""Somebody whose card is known: spoken to in their way, and their driver knows what they agreed to tell."""

from __future__ import annotations

import uuid

from test_flow import Play, said, stored

from kiosk.core.effects import Ask, Say
from kiosk.core.events import CardTapped, Press, TripChanged
from kiosk.core.guests import Guest, Need
from kiosk.core.scenes import scene
from kiosk.core.state import Comfort
from kiosk.samples import SAMPLE_BOX

SOMEBODY = Guest(
    language="en",
    volume=2.0,
    phone="+12025550142",
    needs=frozenset({Need.WHEELCHAIR, Need.SLOW}),
    pickup="Bench by door 3",
)


def tap(play: Play, guest: Guest | None, holder: str = "hash") -> Ask:
    (ask,) = [e for e in play.happens(CardTapped(holder, str(uuid.uuid4()), guest)) if isinstance(e, Ask)]
    return ask


def test_the_driver_gets_what_was_agreed_and_the_box_speaks_as_they_need_it() -> None:
    play = Play()
    request = tap(play, SOMEBODY).request
    assert (request.contact_phone, request.wheelchair) == ("+12025550142", True)
    assert request.note == "Bench by door 3 乘客走得慢，请稍等。"
    assert play.state.language == "en"
    effects = play.happens(TripChanged(stored(Ask(request, "hash"))))
    assert "You are number 1" in said(effects)
    assert [e.volume for e in effects if isinstance(e, Say)] == [2.0]
    play.press(Press.BACK)
    assert (play.state.language, play.state.comfort) == ("zh_CN", Comfort())


def test_a_card_that_nobody_knows_works_like_the_button() -> None:
    request = tap(Play(), None).request
    assert (request.contact_phone, request.wheelchair, request.note) == (SAMPLE_BOX.contact_phone, False, "")


def test_somebody_who_does_not_see_is_told_the_choices_from_the_first_moment() -> None:
    play = Play()
    ask = tap(play, Guest(keys=True))
    assert said(play.happens(TripChanged(stored(ask)))).endswith("按“下一个”键，听有哪些选择。")


def test_neither_the_public_screen_nor_a_log_can_show_who_it_is() -> None:
    play = Play()
    tap(play, SOMEBODY)
    assert "2025550142" not in repr(scene(play.state))
    assert "Bench" not in repr(SOMEBODY)
    assert "2025550142" not in repr(CardTapped("hash", "ref", SOMEBODY))
