"""Visits that live themselves: a finger on the button at its real place, then whatever a person would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from dispatch_client.trips import TripStatus
from kiosk.core.events import Press
from kiosk.core.scene import SceneName

if TYPE_CHECKING:
    from kiosk.core.scene import Scene
    from kiosk.demo.diary import Diary
    from kiosk.demo.stage import Stage


class Script(StrEnum):
    """The visits there are."""

    ONE_PRESS = "one-press"
    """The normal visit: press, wait, get in."""
    OFFLINE = "offline"
    """The network is cut before the press and comes back later."""


Ready = Callable[[], bool]


@dataclass(slots=True)
class Actor:
    """What a script can see and do: it knows the glass and the street, nothing inside the box."""

    stage: Stage
    diary: Diary
    shown: Callable[[], Scene | None]
    finger: Callable[[Press], bool]
    """Touch this button where it stands; False when it is not there or does not take touches yet."""
    seconds: Callable[[], float]

    def sees(self, *names: SceneName) -> Ready:
        """Wait for one of these scenes."""

        def ready() -> bool:
            scene = self.shown()
            return scene is not None and scene.name in names

        return ready

    def presses(self, press: Press, *, unless: SceneName | None = None) -> Ready:
        """Wait until this button takes a touch, and touch it; or find that the visit has gone on without it."""

        def ready() -> bool:
            scene = self.shown()
            return self.finger(press) or (scene is not None and scene.name is unless)

        return ready

    def hears(self, moment: str) -> Ready:
        """Wait until this moment was told."""
        return lambda: moment in self.diary.moments

    def waits(self, seconds: float) -> Ready:
        """Let time of the demonstration pass."""
        until: list[float] = []

        def ready() -> bool:
            if not until:
                until.append(self.seconds() + seconds)
            return self.seconds() >= until[0]

        return ready


def play(script: Script, actor: Actor) -> Iterator[Ready]:
    """Yield what the visit waits for, one after the other."""
    stage = actor.stage
    yield actor.sees(SceneName.HOME)
    yield actor.waits(2)
    if script is Script.OFFLINE:
        stage.sandbox.cut()
        yield actor.hears("network_down")
    yield actor.presses(Press.TAXI)
    yield actor.hears("saved")
    if script is Script.OFFLINE:
        yield actor.sees(SceneName.OFFLINE)
        yield actor.waits(45)
        stage.sandbox.restore()
    yield actor.hears("delivered")
    yield actor.sees(SceneName.FOUND)
    yield actor.hears("slip_printed")
    yield actor.sees(SceneName.ARRIVED)
    yield actor.presses(Press.COMING, unless=SceneName.GONE)
    yield actor.sees(SceneName.GONE)
    yield actor.sees(SceneName.HOME)
    yield actor.hears("completed")


def verdict(actor: Actor) -> str:
    """What is wrong with how it ended; "" when all is as it should be: one press, one taxi, one ride, one slip."""
    ridden = [status for status in actor.diary.statuses.values() if status is TripStatus.COMPLETED]
    booked = actor.stage.sandbox.trips()
    if len(ridden) != 1 or len(actor.diary.statuses) != 1:
        return f"expected one trip that was completed, the box has {sorted(actor.diary.statuses.values())}"
    if [trip["status"] for trip in booked] != ["completed"]:
        return f"expected one completed trip at the dispatcher, it has {[trip['status'] for trip in booked]}"
    slips, told = len(actor.stage.printer.slips), actor.diary.moments.count("slip_printed")
    return "" if slips == told >= 1 else f"expected a slip for each taxi ({told}), the printer cut {slips}"
