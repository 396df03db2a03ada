"""The flow as a value: what follows from what, without any screen, network or clock."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_client.trips import Attempt, Booking, Trip, TripRequest, TripStatus, Vehicle
from kiosk.core.effects import Ask, Cancel, Effect, Hush, Print, Say, TellDriver, TellStaff
from kiosk.core.events import (
    CardTapped,
    Event,
    LinkChanged,
    Part,
    PartChanged,
    Press,
    Pressed,
    Resumed,
    SlipDone,
    SlipResult,
    StaffTold,
    Tick,
    TripChanged,
    TripLost,
)
from kiosk.core.flow import begin, step
from kiosk.core.scene import SceneName
from kiosk.core.scenes import scene
from kiosk.core.state import State
from kiosk.samples import SAMPLE_BOX

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Play:
    """Feeds events and keeps what came of them."""

    def __init__(self) -> None:
        self.state: State = begin(SAMPLE_BOX)
        self.effects: list[Effect] = []
        self.mono = 100.0
        self.after(0)
        self.happens(Resumed(0))

    def happens(self, event: Event) -> list[Effect]:
        self.state, effects = step(self.state, event)
        self.effects += effects
        return list(effects)

    def after(self, seconds: float) -> list[Effect]:
        self.mono += seconds
        return self.happens(Tick(self.mono, NOON + timedelta(seconds=self.mono)))

    def press(self, press: Press) -> list[Effect]:
        return self.happens(Pressed(press, str(uuid.uuid4())))

    def call(self) -> Trip:
        """Press the big button, for another person if it asks, and have it stored."""
        asked = [e for e in self.press(Press.TAXI) if isinstance(e, Ask)]
        asked = asked or [e for e in self.press(Press.ANOTHER) if isinstance(e, Ask)]
        trip = stored(asked[0])
        self.happens(TripChanged(trip))
        return trip

    @property
    def sees(self) -> SceneName:
        return scene(self.state).name


def stored(ask: Ask, status: TripStatus = TripStatus.QUEUED) -> Trip:
    request: TripRequest = ask.request
    return Trip(
        request=request,
        status=status,
        deadline=request.requested_at + timedelta(minutes=8),
        attempts=(Attempt(request.client_ref, "test"),),
        holder=ask.holder,
    )


def moved(trip: Trip, status: TripStatus, *, plate: str = "沪A12345", eta_s: int = 300) -> Trip:
    booking = Booking("1", status, vehicle=Vehicle(plate, "Skoda", "", "white"), eta_s=eta_s)
    attempts = (*trip.attempts[:-1], replace(trip.attempts[-1], status=status, booking=booking))
    return replace(trip, status=status, attempts=attempts, eta_at=NOON + timedelta(seconds=eta_s))


def said(effects: Iterable[Effect]) -> str:
    return " ".join(line.read for e in effects if isinstance(e, Say) for line in e.lines)


def test_one_press_asks_once_and_is_spoken_once_it_is_stored() -> None:
    play = Play()
    effects = play.press(Press.TAXI)
    asks = [e for e in effects if isinstance(e, Ask)]
    assert len(asks) == 1
    assert not said(effects), "nothing is promised before it is on disk"
    assert "您是一号" in said(play.happens(TripChanged(stored(asks[0]))))


def test_a_second_press_in_the_same_moment_asks_for_nothing() -> None:
    play = Play()
    play.press(Press.TAXI)
    assert not [e for e in play.press(Press.TAXI) if isinstance(e, Ask)]


def test_what_is_not_on_the_screen_cannot_be_pressed() -> None:
    play = Play()
    for press in Press:
        if press not in {Press.TAXI, Press.LANGUAGE, Press.HELP}:
            assert not [e for e in play.press(press) if not isinstance(e, Hush | Say)], press
    assert play.sees is SceneName.HOME


def test_a_card_asks_once_and_then_shows_its_own_trip() -> None:
    play = Play()
    asks = [e for e in play.happens(CardTapped("cafe", str(uuid.uuid4()))) if isinstance(e, Ask)]
    play.happens(TripChanged(stored(asks[0], TripStatus.REQUESTED)))
    play.after(80)
    assert play.sees is SceneName.HOME
    again = play.happens(CardTapped("cafe", str(uuid.uuid4())))
    assert not [e for e in again if isinstance(e, Ask)]
    assert play.sees is SceneName.SEARCHING
    play.after(80)
    other = play.happens(CardTapped("beef", str(uuid.uuid4())))
    assert [e for e in other if isinstance(e, Ask)], "another card is another person"


def test_each_taxi_gets_one_slip_and_a_restart_prints_none() -> None:
    play = Play()
    found = moved(play.call(), TripStatus.DRIVER_ASSIGNED)
    assert len([e for e in play.happens(TripChanged(found)) if isinstance(e, Print)]) == 1
    assert not [e for e in play.happens(TripChanged(found)) if isinstance(e, Print)]
    restarted = begin(SAMPLE_BOX)
    restarted, _ = step(restarted, Tick(1.0, NOON))
    _, effects = step(restarted, TripChanged(found))
    assert not [e for e in effects if isinstance(e, Print)]


def test_another_taxi_within_the_same_booking_gets_a_slip_that_counts() -> None:
    """Some dispatchers replace a driver by themselves: the trip goes back to `requested` and is assigned anew."""
    play = Play()
    trip = play.call()
    play.happens(TripChanged(moved(trip, TripStatus.DRIVER_ASSIGNED, plate="沪A11111")))
    searching = play.happens(TripChanged(moved(trip, TripStatus.REQUESTED)))
    play.after(4)
    assert "这位司机来不了。" in repr(scene(play.state))
    assert "11111" in repr(scene(play.state).old_plate)
    assert not [e for e in searching if isinstance(e, Print)]
    again = play.happens(TripChanged(moved(trip, TripStatus.DRIVER_ASSIGNED, plate="沪B22222")))
    [printed] = [e for e in again if isinstance(e, Print)]
    assert printed.slip.plate == "沪B·22222"
    assert printed.slip.old_plate == "沪A·11111"
    assert printed.slip.notice
    assert "11111" in repr(scene(play.state).old_plate)


def test_the_slip_and_the_screen_name_the_same_minute() -> None:
    play = Play()
    trip = moved(play.call(), TripStatus.DRIVER_ASSIGNED)
    later = play.state.wall + timedelta(seconds=170)
    [printed] = [e for e in play.happens(TripChanged(replace(trip, eta_at=later))) if isinstance(e, Print)]
    shown = scene(play.state).countdown
    assert shown is not None
    assert shown.number == "3"
    assert f"{play.state.wall + timedelta(minutes=3):%H:%M}" in printed.slip.expected


def test_a_slip_that_did_not_come_out_is_replaced_by_words() -> None:
    play = Play()
    trip = play.call()
    found = play.happens(TripChanged(moved(trip, TripStatus.DRIVER_ASSIGNED)))
    slip = next(e for e in found if isinstance(e, Print))
    assert "请拿好小票" in scene(play.state).footnote
    effects = play.happens(SlipDone(slip.job_id, SlipResult.UNKNOWN))
    assert scene(play.state).footnote == "请记住，您是 1 号。"
    assert "请记住，您是一号。" in said(effects)


def test_the_plate_is_said_twice() -> None:
    play = Play()
    effects = play.happens(TripChanged(moved(play.call(), TripStatus.DRIVER_ASSIGNED)))
    assert said(effects).count("沪 A，幺 二 三，四 五") == 2


def test_the_call_at_the_gate_is_said_three_times_with_a_chime_and_again_after_a_minute() -> None:
    play = Play()
    arrived = moved(play.call(), TripStatus.ARRIVED)
    first = [e for e in play.happens(TripChanged(arrived)) if isinstance(e, Say)]
    assert first[0].times == 3
    assert first[0].chime
    assert "一号，您的车到了。" in said(first)
    assert not said(play.after(50))
    assert "一号，您的车到了。" in said(play.after(15))
    assert [e for e in play.press(Press.COMING) if isinstance(e, TellDriver)]
    play.happens(TripChanged(replace(arrived, coming=True)))
    assert not said(play.after(200)), "who is coming is not called again"


def test_cancelling_a_taxi_on_its_way_is_asked_and_back_keeps_it() -> None:
    play = Play()
    play.happens(TripChanged(moved(play.call(), TripStatus.DRIVER_ASSIGNED)))
    assert not [e for e in play.press(Press.CANCEL) if isinstance(e, Cancel)]
    assert play.sees is SceneName.SURE
    play.press(Press.BACK)
    assert play.sees is SceneName.FOUND
    play.press(Press.CANCEL)
    assert [e for e in play.press(Press.SURE) if isinstance(e, Cancel)]


def test_a_press_that_could_not_be_stored_is_not_promised() -> None:
    play = Play()
    ask = next(e for e in play.press(Press.TAXI) if isinstance(e, Ask))
    effects = play.happens(TripLost(ask.request.client_ref))
    assert play.sees is SceneName.SORRY
    assert SAMPLE_BOX.phone in repr(scene(play.state))
    assert [e for e in effects if isinstance(e, TellStaff)]


def test_news_takes_the_screen_only_from_somebody_who_can_spare_it() -> None:
    play = Play()
    first = play.call()
    play.happens(TripChanged(moved(first, TripStatus.REQUESTED)))
    play.after(130)
    second = play.call()
    assert scene(play.state).number == second.request.boarding_number
    play.happens(TripChanged(moved(first, TripStatus.ARRIVED)))
    assert scene(play.state).number == 2, "she has only just pressed"
    play.happens(TripChanged(moved(second, TripStatus.REQUESTED)))
    play.after(13)
    assert scene(play.state).number == 1
    assert play.sees is SceneName.ARRIVED


def test_numbers_run_to_99_skip_those_who_wait_and_begin_anew_each_day() -> None:
    play = Play()
    play.happens(Resumed(98))
    assert play.call().request.boarding_number == 99
    play.after(130)
    assert play.call().request.boarding_number == 1
    play.mono += 86400
    play.after(0)
    assert play.state.number_free() == 2, "number 1 still waits"


def test_the_board_holds_nothing_personal() -> None:
    play = Play()
    play.happens(TripChanged(moved(play.call(), TripStatus.DRIVER_ASSIGNED, plate="沪A·D12345")))
    play.after(90)
    assert play.sees is SceneName.HOME
    board = repr(scene(play.state).board)
    assert "345" in board
    assert "D12345" not in board


def test_a_broken_store_is_out_of_service_with_the_telephone_number() -> None:
    play = Play()
    play.happens(PartChanged(Part.STORE, works=False))
    assert play.sees is SceneName.OUT_OF_SERVICE
    assert not [e for e in play.press(Press.TAXI) if isinstance(e, Ask)]
    play.happens(PartChanged(Part.STORE, works=True))
    assert play.sees is SceneName.HOME


def test_offline_does_not_pretend() -> None:
    play = Play()
    play.happens(LinkChanged(up=False))
    play.call()
    assert play.sees is SceneName.OFFLINE
    assert "现在还没叫到车。" in repr(scene(play.state))


_EVENTS = st.one_of(
    st.builds(Pressed, st.sampled_from(Press), st.uuids(version=4).map(str)),
    st.builds(CardTapped, st.sampled_from(["aa", "bb"]), st.uuids(version=4).map(str)),
    st.builds(LinkChanged, st.booleans()),
    st.builds(PartChanged, st.sampled_from(Part), st.booleans()),
    st.tuples(st.just("trip"), st.integers(0, 5), st.sampled_from(TripStatus), st.booleans(), st.booleans()),
    st.tuples(st.just("wait"), st.floats(0, 400)),
    st.tuples(st.just("slip"), st.integers(0, 5), st.sampled_from(SlipResult)),
    st.tuples(st.just("lost"), st.integers(0, 5)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_EVENTS, max_size=40))
def test_no_order_of_events_breaks_it(events: list[object]) -> None:
    """Whatever happens in whatever order: a scene with a way out, and never two trips for one press."""
    play, trips = Play(), []
    for event in events:
        before = len(play.effects)
        match event:
            case ("wait", seconds):
                play.after(seconds)
            case ("trip", index, status, asks, cancelling) if index < len(trips):
                changed = replace(moved(trips[index], status), asks_again=asks, cancelling=cancelling)
                trips[index] = changed
                play.happens(TripChanged(changed))
            case ("slip", index, result) if index < len(trips):
                play.happens(SlipDone(trips[index].ref, result))
            case ("lost", index) if index < len(trips):
                play.happens(TripLost(trips[index].ref))
            case tuple():
                continue
            case _:
                play.happens(event)  # type: ignore[arg-type]
        asks = [e for e in play.effects[before:] if isinstance(e, Ask)]
        assert len(asks) <= 1
        trips += [stored(ask) for ask in asks]
        shown = scene(play.state)
        assert len(shown.buttons) <= (5 if shown.name is SceneName.COMFORT else 3)
        assert shown.title
    refs = [e.request.client_ref for e in play.effects if isinstance(e, Ask)]
    assert len(refs) == len(set(refs))
    play.after(4000)
    play.after(4000)
    assert play.state.visit is None or play.state.waiting, "nobody is left standing at a dead screen"


def test_a_person_who_presses_again_after_minutes_is_asked() -> None:
    play = Play()
    play.happens(TripChanged(moved(play.call(), TripStatus.REQUESTED)))
    play.after(300)
    assert play.sees is SceneName.HOME
    assert not [e for e in play.press(Press.TAXI) if isinstance(e, Ask)]
    assert play.sees is SceneName.AGAIN


def test_a_card_after_a_bare_press_is_asked_too() -> None:
    play = Play()
    play.happens(TripChanged(moved(play.call(), TripStatus.REQUESTED)))
    play.after(80)
    assert not [e for e in play.happens(CardTapped("cafe", str(uuid.uuid4()))) if isinstance(e, Ask)]
    assert play.sees is SceneName.AGAIN


def test_a_card_is_never_thrown_away() -> None:
    play = Play()
    play.happens(TripChanged(moved(play.call(), TripStatus.DRIVER_ASSIGNED)))
    play.after(130)
    assert play.sees is SceneName.HOME
    play.press(Press.TAXI)
    assert [e for e in play.happens(CardTapped("cafe", str(uuid.uuid4()))) if isinstance(e, Ask)]


def test_the_green_screen_makes_room_for_the_next_person_and_comes_back_with_each_call() -> None:
    play = Play()
    play.happens(TripChanged(moved(play.call(), TripStatus.ARRIVED)))
    assert play.sees is SceneName.ARRIVED
    play.after(55)
    assert play.sees is SceneName.HOME
    play.after(10)
    assert play.sees is SceneName.ARRIVED


def test_another_arrival_is_called_while_the_first_still_stands() -> None:
    play = Play()
    first, second = play.call(), None
    play.happens(TripChanged(moved(first, TripStatus.REQUESTED)))
    play.after(80)
    second = play.call()
    play.happens(TripChanged(moved(second, TripStatus.REQUESTED)))
    play.happens(TripChanged(moved(first, TripStatus.ARRIVED)))
    play.after(15)
    assert scene(play.state).number == 1
    play.happens(TripChanged(moved(second, TripStatus.ARRIVED)))
    effects = play.after(30)
    assert scene(play.state).number == 2
    assert "二号，您的车到了。" in said(effects)


def test_a_long_search_gives_the_telephone_number_and_tells_the_staff_once() -> None:
    play = Play()
    trip = moved(play.call(), TripStatus.REQUESTED)
    play.happens(TripChanged(trip))
    told = [e for _ in range(80) for e in play.after(5) if isinstance(e, TellStaff)]
    assert len(told) == 1
    play.press(Press.TAXI)
    play.press(Press.BACK)
    assert scene(play.state).phone is not None


def test_a_taxi_that_was_lost_while_nobody_stood_there_is_told() -> None:
    play = Play()
    trip = moved(play.call(), TripStatus.DRIVER_ASSIGNED)
    play.happens(TripChanged(trip))
    play.after(80)
    assert play.sees is SceneName.HOME
    effects = play.happens(TripChanged(moved(trip, TripStatus.REQUESTED)))
    assert "这位司机来不了。" in said(effects)


def test_a_cancel_that_nobody_asked_for_is_the_companys() -> None:
    play = Play()
    trip = play.call()
    play.happens(TripChanged(moved(trip, TripStatus.REQUESTED)))
    play.after(80)
    play.happens(TripChanged(moved(trip, TripStatus.CANCELLED_BY_RIDER)))
    assert play.sees is SceneName.SORRY
    assert "取消" in scene(play.state).sentence


def test_an_estimate_that_proved_wrong_is_no_estimate() -> None:
    play = Play()
    trip = replace(moved(play.call(), TripStatus.DRIVER_ASSIGNED), eta_at=play.state.wall + timedelta(seconds=200))
    play.happens(TripChanged(trip))
    assert scene(play.state).countdown is not None
    play.after(60)
    play.press(Press.REPEAT)
    play.happens(LinkChanged(up=False))
    assert scene(play.state).countdown is None


def test_nearly_here_is_said_once_even_from_the_idle_screen() -> None:
    play = Play()
    trip = replace(moved(play.call(), TripStatus.DRIVER_ASSIGNED), eta_at=play.state.wall + timedelta(seconds=200))
    play.happens(TripChanged(trip))
    play.after(100)
    assert play.sees is SceneName.HOME
    assert "车快到了" in said(play.after(45))
    later = replace(trip, eta_at=play.state.wall + timedelta(seconds=62))
    assert "车找到了" not in said(play.happens(TripChanged(later)))


def test_a_press_before_the_last_run_is_known_gets_a_number_of_its_own() -> None:
    play = Play()
    waiting = moved(play.call(), TripStatus.REQUESTED)
    state = begin(SAMPLE_BOX)
    state, _ = step(state, Tick(5.0, NOON))
    state, early = step(state, Pressed(Press.TAXI, str(uuid.uuid4())))
    assert not [e for e in early if isinstance(e, Ask)]
    state, _ = step(state, TripChanged(waiting))
    state, effects = step(state, Resumed(1))
    [ask] = [e for e in effects if isinstance(e, Ask)]
    assert ask.request.boarding_number == 2
    assert scene(state).name is SceneName.CALLING


def test_only_when_a_person_was_really_told_does_the_screen_say_so() -> None:
    play = Play()
    trip = play.call()
    effects = play.happens(TripChanged(moved(trip, TripStatus.NO_DRIVERS)))
    assert [e.ref for e in effects if isinstance(e, TellStaff)] == [trip.ref]
    assert "请人来帮忙" not in repr(scene(play.state))
    told = said(play.happens(StaffTold(trip.ref)))
    assert "已经请人来帮忙" in told
    assert "已经请人来帮忙" in repr(scene(play.state))
    assert not play.happens(StaffTold("nobody")), "a message about somebody who has gone changes nothing"
