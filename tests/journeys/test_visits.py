"""The senior's visit as lists of what is seen and what is pressed."""

from __future__ import annotations

import pytest
from journey import Visit, dispatcher_has, do, happens, hears, press, reads, says, sees, taps

from dispatch_client.sandbox import Behaviour
from kiosk.core.events import Press
from kiosk.core.scene import SceneName as Scene


def test_one_press_one_taxi(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.CALLING),
        reads("You are number 1. Please sit down."),
        sees(Scene.FOUND),
        happens("slip_printed"),
        hears("We found a taxi"),
        sees(Scene.ARRIVED),
        hears("Number 1, your taxi is here."),
        press(Press.COMING),
        sees(Scene.GONE),
        sees(Scene.HOME),
        dispatcher_has("completed"),
    )
    assert len(visit.stage.printer.slips) == 1
    assert visit.diary.moments.count("pressed") == 1


def test_two_touches_in_a_row_are_one_trip(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        do(_touch_twice),
        sees(Scene.FOUND),
        dispatcher_has("driver_assigned"),
    )


def _touch_twice(visit: Visit) -> None:
    from kiosk.ui.finger import touch

    touch(visit.show.glass, 540, 900)
    touch(visit.show.glass, 540, 900)


def test_network_cut_before_the_press(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        do(lambda v: v.stage.sandbox.cut()),
        happens("network_down"),
        reads("No network."),
        press(Press.TAXI),
        sees(Scene.OFFLINE),
        reads("No taxi is coming yet."),
        hears("No taxi is coming yet."),
        do(lambda v: v.stage.sandbox.restore()),
        sees(Scene.FOUND),
        happens("slip_printed"),
        dispatcher_has("driver_assigned"),
    )


def test_network_lost_after_a_taxi_was_found(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.FOUND),
        do(lambda v: v.stage.sandbox.cut()),
        happens("network_down"),
        sees(Scene.FOUND),
        reads("No network. Last news"),
        do(lambda v: v.stage.sandbox.restore()),
        sees(Scene.ARRIVED),
    )
    assert len(visit.stage.sandbox.trips()) == 1


@pytest.mark.street(Behaviour.SLOW_TO_ACCEPT)
def test_changed_my_mind_while_searching(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.SEARCHING),
        press(Press.CANCEL),
        sees(Scene.CANCELLED),
        reads("Your taxi is cancelled."),
        dispatcher_has("cancelled_by_rider"),
        press(Press.BACK),
        sees(Scene.HOME),
    )


def test_cancelling_a_taxi_that_is_coming_is_asked_first(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.FOUND),
        press(Press.CANCEL),
        sees(Scene.SURE),
        press(Press.BACK),
        sees(Scene.FOUND),
        press(Press.CANCEL),
        press(Press.SURE),
        sees(Scene.CANCELLED),
        dispatcher_has("cancelled_by_rider"),
    )


def test_cancelled_offline_before_it_was_sent_needs_no_network(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        do(lambda v: v.stage.sandbox.cut()),
        happens("network_down"),
        press(Press.TAXI),
        sees(Scene.OFFLINE),
        press(Press.CANCEL),
        sees(Scene.CANCELLED),
        do(lambda v: v.stage.sandbox.restore()),
        happens("network_up"),
        dispatcher_has(),
    )


@pytest.mark.street(Behaviour.DRIVER_CANCELS_ONCE)
def test_driver_cancels_and_nobody_presses_again(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.FOUND),
        happens("slip_printed"),
        sees(Scene.SEARCHING),
        reads("That driver cannot come."),
        says("That driver cannot come."),
        sees(Scene.FOUND),
        happens("slip_printed", 2),
        dispatcher_has("cancelled_by_driver", "driver_assigned"),
    )
    assert visit.diary.moments.count("pressed") == 1
    first, second = visit.stage.printer.slips
    assert second.height > first.height, "the second slip says that it counts, and strikes the old plate"


@pytest.mark.street(Behaviour.NO_TAXIS, dispatch={"search_s": 60})
def test_no_taxi_is_said_with_a_telephone_number(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.SEARCHING),
        says("Still looking."),
        sees(Scene.SORRY),
        reads("It is not your fault."),
        reads("95128"),
        says("9 5 1, 2 8"),
        do(lambda v: setattr(v.stage.sandbox, "behaviour", Behaviour.NORMAL)),
        press(Press.ANOTHER),
        sees(Scene.FOUND),
    )


def test_restart_in_the_middle_of_the_search(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        happens("delivered"),
        do(lambda v: v.power_cut()),
        do(lambda v: v.power_on()),
        sees(Scene.FOUND),
        sees(Scene.ARRIVED),
        press(Press.COMING),
        dispatcher_has("in_progress"),
    )


def test_restart_after_the_taxi_was_found_brings_the_board_back_and_prints_nothing_twice(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.FOUND),
        happens("slip_printed"),
        do(lambda v: v.power_cut()),
        do(lambda v: v.power_on()),
        sees(Scene.FOUND),
        sees(Scene.ARRIVED),
    )
    assert len(visit.stage.printer.slips) == 1
    assert visit.scene is not None
    assert visit.scene.number == 1


@pytest.mark.street(Behaviour.SLOW_TO_ACCEPT)
def test_pressed_again_is_one_taxi_unless_another_person_wants_another(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.SEARCHING),
        sees(Scene.HOME),
        reads("Waiting now"),
        press(Press.TAXI),
        sees(Scene.AGAIN),
        reads("One press is enough."),
        press(Press.BACK),
        sees(Scene.SEARCHING),
    )
    assert visit.diary.moments.count("pressed") == 1
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        lambda v: sees(Scene.CALLING)(v) or v.finger(Press.ANOTHER),
        reads("number=2"),
        happens("delivered", 2),
    )


def test_a_card_calls_and_shows_its_own_trip(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        taps("0F0012AB34"),
        happens("saved"),
        sees(Scene.FOUND),
    )
    assert visit.diary.moments.count("pressed") == 1


def test_a_printer_that_is_unplugged_never_reaches_the_visit(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        do(lambda v: v.stage.printer.unplug()),
        press(Press.TAXI),
        sees(Scene.FOUND),
        reads("Please remember number 1."),
        sees(Scene.ARRIVED),
        press(Press.COMING),
        sees(Scene.GONE),
    )
    assert visit.stage.printer.slips == []


def test_the_language_goes_back_to_the_default(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.LANGUAGE),
        reads("叫出租车"),
        reads("language='zh_CN'"),
        reads("language='en'"),
    )


def test_help_tells_whom_to_call(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME), press(Press.HELP), sees(Scene.HELP), reads("95128"), press(Press.BACK), sees(Scene.HOME)
    )


@pytest.mark.parametrize("fault", ["lose_next_reply", "garbage_next", "half_answer_next"])
def test_an_answer_that_is_lost_or_senseless_never_makes_two_taxis(visit: Visit, fault: str) -> None:
    visit.live(
        sees(Scene.HOME),
        do(lambda v: getattr(v.stage.sandbox, fault)()),
        press(Press.TAXI),
        sees(Scene.FOUND),
        dispatcher_has("driver_assigned"),
    )
    assert visit.diary.moments.count("pressed") == 1


def test_a_trip_that_the_dispatcher_will_not_take_is_said_plainly(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        do(lambda v: v.stage.sandbox.refuse_next("out-of-area")),
        press(Press.TAXI),
        sees(Scene.SORRY),
        reads("cannot serve this place"),
        reads("95128"),
    )
