"""What is beside the glass: the box's own button, a sensor, a scanner; as values, without any of them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from dispatch_client.trips import Attempt, Trip, TripStatus
from kiosk.core.effects import Ask, Effect, Say
from kiosk.core.events import (
    CameNear,
    CodeShown,
    Event,
    Part,
    PartChanged,
    Press,
    Pressed,
    Resumed,
    Tick,
    TripChanged,
)
from kiosk.core.flow import GREET_S, begin, step
from kiosk.core.scene import SceneName
from kiosk.core.scenes import scene
from kiosk.samples import SAMPLE_BOX

if TYPE_CHECKING:
    from kiosk.core.state import State

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Play:
    def __init__(self) -> None:
        self.state: State = begin(SAMPLE_BOX)
        self.mono = 100.0
        self.after(0)
        self.happens(Resumed(0))

    def happens(self, event: Event) -> list[Effect]:
        self.state, effects = step(self.state, event)
        return list(effects)

    def after(self, seconds: float) -> list[Effect]:
        self.mono += seconds
        return self.happens(Tick(self.mono, NOON + timedelta(seconds=self.mono)))

    def push(self) -> list[Effect]:
        return self.happens(Pressed(Press.TAXI, str(uuid.uuid4()), beside=True))

    def call(self) -> Trip:
        [ask] = [effect for effect in self.push() if isinstance(effect, Ask)]
        deadline = ask.request.requested_at + timedelta(minutes=8)
        attempts = (Attempt(ask.request.client_ref, "test"),)
        trip = Trip(request=ask.request, status=TripStatus.QUEUED, deadline=deadline, attempts=attempts)
        self.happens(TripChanged(trip))
        return trip

    @property
    def sees(self) -> SceneName:
        return scene(self.state).name


def asks(effects: list[Effect]) -> int:
    return sum(isinstance(effect, Ask) for effect in effects)


def says(effects: list[Effect]) -> str:
    return " ".join(line.read for effect in effects if isinstance(effect, Say) for line in effect.lines)


def test_the_boxs_own_button_calls_a_taxi_once_however_it_is_pounded() -> None:
    play = Play()
    assert asks(play.push()) == 1
    assert play.push() == play.push() == [], "a pounding hand asks for no other taxi, and not for silence"
    assert play.sees is SceneName.CALLING


@pytest.mark.parametrize("status", [TripStatus.REQUESTED, TripStatus.ARRIVED])
def test_pressed_again_it_says_that_a_taxi_is_under_way_and_makes_no_second_one(status: TripStatus) -> None:
    play = Play()
    trip = play.call()
    play.happens(TripChanged(replace(trip, status=status)))
    play.after(10)
    assert asks(play.push()) == 0
    assert play.sees is SceneName.AGAIN


@pytest.mark.parametrize("status", [TripStatus.NO_DRIVERS, TripStatus.COMPLETED])
def test_it_calls_another_taxi_from_the_screen_that_the_last_visit_left_behind(status: TripStatus) -> None:
    play = Play()
    trip = play.call()
    play.happens(TripChanged(replace(trip, status=status)))
    play.after(5)
    assert play.sees is not SceneName.HOME
    assert asks(play.push()) == 1


def test_it_answers_no_question_and_takes_nothing_that_could_be_lost() -> None:
    play = Play()
    trip = play.call()
    play.happens(TripChanged(replace(trip, asks_again=True)))
    play.after(5)
    assert play.sees is SceneName.STILL_WANTED
    assert asks(play.push()) == 0
    assert play.sees is SceneName.STILL_WANTED
    broken = Play()
    broken.happens(PartChanged(Part.STORE, works=False))
    assert asks(broken.push()) == 0
    assert broken.sees is SceneName.OUT_OF_SERVICE


def test_who_comes_near_hears_how_to_get_a_taxi_but_not_everybody_in_a_stream() -> None:
    play = Play()
    assert "按一下大按钮" in says(play.happens(CameNear()))
    assert play.happens(CameNear()) == []
    play.after(GREET_S - 1)
    assert play.happens(CameNear()) == []
    play.after(1)
    assert "按一下大按钮" in says(play.happens(CameNear()))
    assert play.sees is SceneName.HOME


def test_nobody_is_greeted_into_a_visit_or_right_after_it_or_by_a_box_that_cannot_speak() -> None:
    play = Play()
    play.call()
    play.after(5)
    assert play.happens(CameNear()) == []
    play.after(80)
    assert play.sees is SceneName.HOME
    assert play.happens(CameNear()) == []
    mute = Play()
    mute.happens(PartChanged(Part.VOICE, works=False))
    assert mute.happens(CameNear()) == []


def test_a_code_is_a_sign_that_somebody_is_there_and_stands_in_no_log() -> None:
    play = Play()
    play.call()
    play.after(70)
    shown = CodeShown("TC1SECRET", "ref")
    play.happens(shown)
    play.after(60)
    assert play.sees is not SceneName.HOME
    assert "SECRET" not in repr(shown)


@pytest.mark.parametrize("part", [Part.BUTTON, Part.KEYPAD, Part.SCANNER])
def test_what_is_broken_beside_the_glass_is_said_to_whoever_looks_after_it(part: Part) -> None:
    play = Play()
    play.happens(PartChanged(part, works=False))
    assert scene(play.state).banner
    play.happens(PartChanged(part, works=True))
    assert not scene(play.state).banner
