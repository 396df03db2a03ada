"""Runs the one loop: events in, the pure flow, effects out; a fault anywhere leads back to a usable screen."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from kiosk.core.effects import Ask, Cancel, Effect, Hush, Print, Say, StillWanted, TellDriver, TellStaff
from kiosk.core.events import Event, Key, KeyPressed, Press, Pressed, SlipDone, SlipResult, Tick
from kiosk.core.flow import begin, step
from kiosk.core.scenes import scene
from kiosk.log import get_logger

if TYPE_CHECKING:
    from dispatch_client.clock import Clock
    from dispatch_client.trips import TripRequest
    from kiosk.core.scene import Scene
    from kiosk.core.slip import Slip
    from kiosk.core.state import Box, State
    from kiosk.inbox import Inbox

log = get_logger()


class Asks(Protocol):
    """What the kiosk needs of the courier."""

    def ask(self, request: TripRequest, holder: str | None = None) -> None:
        """Ask for a taxi."""

    def cancel(self, ref: str, reason: str = "rider") -> None:
        """Ask no more."""

    def coming(self, ref: str, *, can_see_taxi: bool = True) -> None:
        """Tell the driver."""

    def still_wanted(self, ref: str) -> None:
        """Go on after the deadline."""


class Speaks(Protocol):
    """What the kiosk needs of the voice."""

    def say(self, effect: Say) -> None:
        """Speak."""

    def hush(self) -> None:
        """Be silent at once."""


@dataclass(slots=True)
class Hands:
    """Everything that effects are carried out with. `prints` is None where there is no printer."""

    asks: Asks
    speaks: Speaks
    prints: Callable[[str, Slip], None] | None
    tells: Callable[[str, str, int | None], None] = lambda _what, _ref, _number: None
    """Tells a caretaker (what, which trip, boarding number)."""


class Kiosk:
    """One box at work. All of it runs on the main thread.

    Args:
        box: where this box hangs.
        clock: the time, which a demonstration may hurry.
        inbox: events of other threads.
        show: puts a scene on the glass.
        observe: sees every event after it was taken in, and every effect before it is carried out.
    """

    def __init__(
        self,
        box: Box,
        clock: Clock,
        inbox: Inbox[Event],
        show: Callable[[Scene], None],
        observe: Callable[[Event | Effect], None] = lambda _seen: None,
    ) -> None:
        self.state: State = begin(box)
        self._hands: Hands | None = None
        self._early: list[Effect] = []
        """What was wanted before there were hands: a press in the first second counts like any other."""
        self._clock = clock
        self._inbox = inbox
        self._show = show
        self._observe = observe
        self._ticked = -1.0
        self.take(self._now())

    def join(self, hands: Hands) -> None:
        """Give it hands, and carry out what was wanted until now."""
        self._hands = hands
        early, self._early = self._early, []
        for effect in early:
            self._try(effect)

    def press(self, press: Press) -> None:
        """Somebody pressed something."""
        self.take(Pressed(press, str(uuid.uuid4())))

    def key(self, key: Key) -> None:
        """Somebody pressed one of the three keys."""
        self.take(KeyPressed(key, str(uuid.uuid4())))

    def turn(self) -> None:
        """One turn of the loop: the news of other threads, and the time once a second."""
        for event in self._inbox.take():
            self.take(event)
        if self._clock.now().mono - self._ticked >= 1.0:
            self.take(self._now())

    def take(self, event: Event) -> None:
        """Take in one event, with the time before it."""
        if not isinstance(event, Tick):
            self._step(self._now())
        self._step(event)
        self._refresh()
        self._observe(event)

    def _now(self) -> Tick:
        now = self._clock.now()
        self._ticked = now.mono
        return Tick(now.mono, now.wall)

    def _step(self, event: Event) -> None:
        try:
            self.state, effects = step(self.state, event)
        except Exception:
            log.exception("the flow failed, back to the home screen", event_kind=type(event).__name__)
            self.state = replace(self.state, visit=None)
            return
        for effect in effects:
            if self._hands is None:
                self._early.append(effect)
            else:
                self._try(effect)

    def _try(self, effect: Effect) -> None:
        self._observe(effect)
        try:
            self._carry_out(effect)
        except Exception:
            log.exception("an effect failed", effect=type(effect).__name__)

    def _refresh(self) -> None:
        try:
            self._show(scene(self.state))
        except Exception:
            log.exception("a scene could not be shown, back to the home screen")
            self.state = replace(self.state, visit=None)

    def _carry_out(self, effect: Effect) -> None:  # noqa: C901 - one way out for each effect
        hands = self._hands
        if hands is None:
            return
        match effect:
            case Ask():
                hands.asks.ask(effect.request, effect.holder)
            case Cancel():
                hands.asks.cancel(effect.ref, effect.reason)
            case TellDriver():
                hands.asks.coming(effect.ref, can_see_taxi=effect.can_see_taxi)
            case StillWanted():
                hands.asks.still_wanted(effect.ref)
            case Say():
                hands.speaks.say(effect)
            case Hush():
                hands.speaks.hush()
            case Print() if hands.prints is not None:
                hands.prints(effect.job_id, effect.slip)
            case Print():
                self._inbox.put(SlipDone(effect.job_id, SlipResult.FAILED))
            case TellStaff():
                log.warning("for the staff", what=effect.what, trip=effect.ref)
                waiting = self.state.waiting.get(effect.ref)
                hands.tells(effect.what, effect.ref, waiting.trip.request.boarding_number if waiting else None)
