"""Three keys and the voice, as values: where one is, what can be done, and that nothing happens by accident."""

from __future__ import annotations

import uuid

import pytest
from test_flow import Play, moved, said, stored

from dispatch_client.trips import TripStatus
from kiosk.core.choices import choices
from kiosk.core.effects import Ask, Effect, Hush, Say
from kiosk.core.events import Key, KeyPressed, Press, TripChanged
from kiosk.core.scene import SceneName
from kiosk.core.scenes import scene
from kiosk.core.state import Comfort
from kiosk.samples import samples


class Blind(Play):
    """Somebody who only feels the keys and hears the voice."""

    def key(self, key: Key) -> list[Effect]:
        return self.happens(KeyPressed(key, str(uuid.uuid4())))

    def choose(self, press: Press) -> list[Effect]:
        for _ in range(9):
            if scene(self.state).focus is press:
                return self.key(Key.OK)
            self.key(Key.NEXT)
        raise AssertionError(f"{press} is not among the choices")


def test_the_first_key_tells_where_one_is_and_takes_nothing() -> None:
    for key in Key:
        blind = Blind()
        effects = blind.key(key)
        assert not [e for e in effects if isinstance(e, Ask)]
        assert said(effects).startswith("您好，要出租车吗？ ")
        assert "项，共" in said(effects)


def test_each_choice_is_told_with_its_place_and_they_go_round_both_ways() -> None:
    blind = Blind()
    heard = [said(blind.key(Key.NEXT)) for _ in range(7)]
    assert heard[0].endswith("叫出租车。第 1 项，共 6 项。")
    assert heard[1] == "English。第 2 项，共 6 项。"
    assert heard[6] == "叫出租车。第 1 项，共 6 项。"
    assert said(blind.key(Key.BACK)) == heard[5]


def test_a_taxi_is_called_with_two_presses_of_ok() -> None:
    blind = Blind()
    blind.key(Key.OK)
    asks = [e for e in blind.key(Key.OK) if isinstance(e, Ask)]
    assert len(asks) == 1
    told = said(blind.happens(TripChanged(stored(asks[0]))))
    assert "您是一号" in told
    assert told.endswith("按“下一个”键，听有哪些选择。")


def test_a_new_screen_has_no_choice_taken_yet_so_a_hasty_ok_only_tells() -> None:
    blind = Blind()
    blind.key(Key.OK)
    (ask,) = [e for e in blind.key(Key.OK) if isinstance(e, Ask)]
    trip = stored(ask)
    blind.happens(TripChanged(trip))
    blind.happens(TripChanged(moved(trip, TripStatus.DRIVER_ASSIGNED)))
    assert blind.sees is SceneName.FOUND
    assert scene(blind.state).focus is None
    effects = blind.key(Key.OK)
    assert blind.sees is SceneName.FOUND
    assert [type(e) for e in effects] == [Say]


def test_somebody_who_sees_hears_nothing_of_keys() -> None:
    play = Play()
    trip = play.call()
    effects = play.happens(TripChanged(moved(trip, TripStatus.DRIVER_ASSIGNED)))
    assert "下一个" not in said(effects)
    assert scene(play.state).choice == ""


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_on_every_screen_everything_can_be_reached_and_the_three_that_are_always_there(language: str) -> None:
    for name, state in samples(language):
        offered = [button.press for button in choices(scene(state))]
        assert {button.press for button in scene(state).buttons} <= set(offered), name
        assert {Press.REPEAT, Press.LOUDER, Press.SLOWER} <= set(offered), name
        assert len(offered) == len(set(offered)) <= 8, name


def test_louder_and_slower_are_heard_at_once_and_go_with_the_visit() -> None:
    blind = Blind()
    (louder,) = [e for e in blind.choose(Press.LOUDER) if isinstance(e, Say)]
    assert (louder.volume, louder.pace) == (2.0, 1.0)
    (slower,) = [e for e in blind.choose(Press.SLOWER) if isinstance(e, Say)]
    assert (slower.volume, slower.pace) == (2.0, 0.8)
    (again,) = [e for e in blind.choose(Press.REPEAT) if isinstance(e, Say)]
    assert again.volume == 2.0
    blind.after(31)
    assert blind.state.comfort == Comfort()
    assert not blind.state.keys


def test_what_was_chosen_under_help_holds_for_the_press_that_follows() -> None:
    play = Play()
    play.press(Press.HELP)
    play.press(Press.COMFORT)
    play.press(Press.LOUDER)
    play.press(Press.NIGHT)
    play.press(Press.SITTING)
    play.press(Press.BACK)
    assert play.sees is SceneName.HOME
    assert play.state.comfort == Comfort(louder=1, night=True, sitting=True)
    play.call()
    assert play.state.comfort.louder == 1
    play.press(Press.BACK)
    assert play.state.comfort == Comfort()


def test_three_times_louder_is_as_usual_again() -> None:
    play = Play()
    play.press(Press.HELP)
    play.press(Press.COMFORT)
    volumes = []
    for _ in range(3):
        effects = play.press(Press.LOUDER)
        assert not [e for e in effects if isinstance(e, Hush)]
        volumes += [e.volume for e in effects if isinstance(e, Say)]
    assert volumes == [2.0, 4.0, 1.0]


def test_a_touch_cannot_reach_what_only_the_keys_offer() -> None:
    play = Play()
    assert not play.press(Press.LOUDER) or play.state.comfort == Comfort()
    assert play.state.comfort == Comfort()
