"""A whole box in this process: real pixels, a real store, real HTTP to the sandbox, real bytes through ptys."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from dispatch_client.clock import FastClock, SystemClock
from dispatch_client.sandbox import Behaviour
from kiosk.app.run import Show
from kiosk.config import begin
from kiosk.core.effects import Effect, Say, TellStaff
from kiosk.core.events import Event, Key, Part, PartChanged, Press, Tick
from kiosk.core.scene import Scene, SceneName
from kiosk.demo.diary import Diary
from kiosk.demo.stage import Stage
from kiosk.voice.players import RecordingPlayer, instantly

os.environ.setdefault("KIVY_HOME", "/tmp/taxi-kiosk-test-kivy")  # noqa: S108 - Kivy writes nothing there

SPEED = 30.0
PATIENCE_S = 25.0
"""Real seconds that one step may take; on an idle machine none takes more than eight."""

Step = Callable[["Visit"], bool]


class Visit:
    """A person, a street and a box; steps are tried in every turn of the loop until they hold."""

    def __init__(self, folder: Path, behaviour: Behaviour, changes: dict[str, dict[str, Any]]) -> None:
        self.folder = folder
        self.stage = Stage(
            size=(1080, 1920), language="en", speed=SPEED, seed=5, behaviour=behaviour, folder=folder / "store"
        )
        for section, keys in changes.items():
            self.stage.config.setdefault(section, {}).update(keys)
        self.clock = FastClock(SystemClock(), SPEED)
        self.told: list[str] = []
        self.diary = Diary(lambda: self.clock.now().mono, self.told.append)
        self.working: set[Part] = set()
        self.asked_to_say: list[str] = []
        self.staff: list[str] = []
        self.show: Show
        self._pause = threading.Event()
        self.power_on()

    def power_on(self) -> None:
        player = RecordingPlayer(self.folder, now=lambda: self.clock.now().mono, wait=instantly)
        config = begin(self.stage.config)()
        self.show = Show(config, self.clock, headless=True, player=player, wait=instantly, observe=self._observe)
        self.show.glass.begin()

    def _observe(self, seen: Event | Effect) -> None:
        self.diary(seen)
        if isinstance(seen, Say):
            self.asked_to_say += [line.read for line in seen.lines]
        if isinstance(seen, TellStaff):
            self.staff.append(seen.what)
        if isinstance(seen, PartChanged):
            (self.working.add if seen.works else self.working.discard)(seen.part)

    def power_cut(self) -> None:
        """What a running box has in memory is gone; what it has on disk stays."""
        self.show.close()
        self.show.glass.leave()

    @property
    def scene(self) -> Scene | None:
        return self.show.glass.scene

    @property
    def awake(self) -> bool:
        state = self.show.kiosk.state
        return state.resumed or Part.STORE in state.broken

    def finger(self, press: Press) -> bool:
        from kiosk.ui.finger import press as finger

        return finger(self.show.glass, press)

    def spoken(self) -> str:
        log = self.folder / "spoken.jsonl"
        return log.read_text(encoding="utf-8") if log.exists() else ""

    def live(self, *steps: Step) -> None:
        """Live through these steps, one after the other."""
        for number, step in enumerate(steps, 1):
            began = SystemClock().now().mono
            while not step(self):
                self.show.glass.turn()
                name = self.scene.name if self.scene else None
                assert SystemClock().now().mono - began < PATIENCE_S, (
                    f"step {number} ({step.__name__}) at {name}; {self.diary.moments}"
                )

    def end(self) -> None:
        self.power_cut()
        self.stage.__exit__(None, None, None)


def _named(name: str, step: Step) -> Step:
    step.__name__ = name
    return step


def sees(name: SceneName) -> Step:
    return _named(f"sees {name}", lambda visit: visit.scene is not None and visit.scene.name is name)


def reads(words: str) -> Step:
    """Somewhere on the glass stands this."""
    return _named(f"reads {words!r}", lambda visit: words in repr(visit.scene))


def press(button: Press) -> Step:
    """Press it, once the box knows its trips: hurried as it is here, a press in its first second is told as lost."""
    return _named(f"press {button}", lambda visit: visit.awake and visit.finger(button))


def hears(words: str) -> Step:
    return _named(f"hears {words!r}", lambda visit: words in visit.spoken())


def says(words: str) -> Step:
    """The box begins to say this; at this speed the next screen may cut it short."""
    return _named(f"says {words!r}", lambda visit: words in visit.asked_to_say)


def happens(moment: str, times: int = 1) -> Step:
    return _named(f"{moment} happens", lambda visit: visit.diary.moments.count(moment) >= times)


def do(act: Callable[[Visit], object]) -> Step:
    """Something happens in the street or to the box."""

    def step(visit: Visit) -> bool:
        act(visit)
        return True

    return _named("do", step)


def dispatcher_has(*statuses: str) -> Step:
    """The dispatcher holds exactly these trips."""
    return _named(
        f"dispatcher has {statuses}", lambda visit: [t["status"] for t in visit.stage.sandbox.trips()] == list(statuses)
    )


def taps(card: str) -> Step:
    """Hold a card up, once the reader is open."""
    held: list[Visit] = []

    def step(visit: Visit) -> bool:
        if not held and Part.READER in visit.working:
            held.append(visit)
            visit.stage.reader.tap(card)
        return bool(held)

    return _named("taps", step)


def _instant(visit: Visit) -> tuple[float, datetime]:
    now = visit.clock.now()
    return now.mono, now.wall


def chooses(press: Press) -> Step:
    """Go through the choices with the three keys until this one is told, and take it."""

    def step(visit: Visit) -> bool:
        visit.show.kiosk.take(Tick(*_instant(visit)))  # at this speed a choice is forgotten within a second
        if visit.scene is None or not visit.awake:
            return False
        on_it = visit.scene.focus is press
        visit.show.kiosk.key(Key.OK if on_it else Key.NEXT)
        return on_it

    return _named(f"chooses {press}", step)
