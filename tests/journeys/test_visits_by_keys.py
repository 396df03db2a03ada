"""The whole visit without touching or seeing the glass: three keys and what is said."""

from __future__ import annotations

import pytest
from journey import Visit, chooses, dispatcher_has, do, happens, hears, says, sees

from dispatch_client.sandbox import Behaviour
from kiosk.core.events import Press
from kiosk.core.scene import SceneName as Scene


def test_a_taxi_by_keys_and_voice_alone(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        chooses(Press.TAXI),
        happens("saved"),
        says("Press next for the choices."),
        sees(Scene.FOUND),
        hears("We found a taxi"),
        chooses(Press.REPEAT),
        sees(Scene.ARRIVED),
        hears("Number 1, your taxi is here."),
        chooses(Press.COMING),
        sees(Scene.GONE),
        dispatcher_has("completed"),
    )


@pytest.mark.street(Behaviour.SLOW_TO_ACCEPT)
def test_a_taxi_is_cancelled_and_another_called_by_keys_alone(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        chooses(Press.LOUDER),
        says("I speak like this now."),
        chooses(Press.TAXI),
        sees(Scene.SEARCHING),
        chooses(Press.CANCEL),
        sees(Scene.CANCELLED),
        do(lambda v: setattr(v.stage.sandbox, "behaviour", Behaviour.NORMAL)),
        sees(Scene.HOME),
        chooses(Press.TAXI),
        sees(Scene.FOUND),
    )


def test_a_dark_screen_and_low_buttons_are_worn_at_once_and_given_back(visit: Visit) -> None:
    glass = visit.show.glass
    day = glass.look.palette
    visit.live(
        sees(Scene.HOME),
        chooses(Press.HELP),
        sees(Scene.HELP),
        chooses(Press.COMFORT),
        sees(Scene.COMFORT),
        chooses(Press.NIGHT),
        chooses(Press.SITTING),
        do(lambda v: v.show.glass.turn()),
    )
    assert glass.look.palette != day
    assert glass.look.sitting
    visit.live(chooses(Press.BACK), sees(Scene.HOME), lambda v: v.show.glass.look.palette == day)
    assert not glass.look.sitting
