"""Performs a demonstration: the box on its stage, with a script or with people at it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dispatch_client.clock import FastClock, SystemClock
from kiosk.app.run import Show
from kiosk.config import begin
from kiosk.demo.diary import Album, Diary
from kiosk.demo.panel import Panel
from kiosk.demo.script import Actor, Script, play, verdict
from kiosk.demo.stage import Stage
from kiosk.voice.players import AplayPlayer, RecordingPlayer, at_speed

if TYPE_CHECKING:
    from dispatch_client.sandbox import Behaviour

_PATIENCE_S: Final = 120.0
"""Real seconds that one step of a script may take before the demonstration has failed."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be demonstrated."""

    out: Path
    size: tuple[int, int]
    language: str
    speed: float
    seed: int
    behaviour: Behaviour
    theme: str
    headless: bool
    script: Script | None
    tell: Callable[[str], None]


def perform(wish: Wish) -> str:
    """Perform it; what went wrong, or "" when it ended as it should."""
    shutil.rmtree(wish.out, ignore_errors=True)
    wish.out.mkdir(parents=True)
    with Stage(
        size=wish.size,
        language=wish.language,
        speed=wish.speed,
        seed=wish.seed,
        behaviour=wish.behaviour,
        theme=wish.theme,
    ) as stage:
        checked = begin(stage.config)
        clock = FastClock(SystemClock(), wish.speed)
        began = clock.now().mono

        def seconds() -> float:
            return clock.now().mono - began

        diary = Diary(seconds, wish.tell)
        through = None if wish.headless else AplayPlayer()
        wait = at_speed(wish.speed)
        player = RecordingPlayer(wish.out, now=seconds, wait=wait, through=through)
        show = Show(checked(), clock, headless=wish.headless, player=player, wait=wait, observe=diary)
        actor = _actor(stage, diary, show, seconds)
        if wish.script is None:
            Panel(stage, show).start()
            show.run()
            return ""
        performance = _Performance(show, actor, wish.script, Album(wish.out, show.glass.snapshot))
        show.run()
        _keep_paper(stage, wish.out)
        return performance.failed or verdict(actor)


def _actor(stage: Stage, diary: Diary, show: Show, seconds: Callable[[], float]) -> Actor:
    from kiosk.ui.finger import press  # noqa: PLC0415 - Kivy, after its environment is set

    return Actor(stage, diary, lambda: show.glass.scene, lambda button: press(show.glass, button), seconds)


class _Performance:
    """Moves a script on in every turn of the loop, keeps each new screen, and closes the window at the end."""

    def __init__(self, show: Show, actor: Actor, script: Script, album: Album) -> None:
        self.failed = ""
        self._show, self._actor, self._album = show, actor, album
        self._steps = play(script, actor)
        self._ready = next(self._steps)
        self._step_began = self._time()
        self._last = ""
        show.before_turn = self._turn

    def _turn(self) -> None:
        scene = self._actor.shown()
        if scene is not None and scene.key != self._last and self._show.services is not None:
            self._last = scene.key
            self._album.keep(scene.name.value, scene.key)
        self._show.glass.pace.wake()
        if self._ready():
            self._step_began = self._time()
            following = next(self._steps, None)
            if following is None:
                self._show.glass.stop()
                return
            self._ready = following
        elif self._time() - self._step_began > _PATIENCE_S:
            self.failed = f"nothing happened for {_PATIENCE_S:g} s at the screen {scene.name if scene else '(none)'}"
            self._show.glass.stop()

    def _time(self) -> float:
        return SystemClock().now().mono


def _keep_paper(stage: Stage, out: Path) -> None:
    """Keep the bytes that the printer received, and the paper that they make."""
    (out / "slip.bin").write_bytes(stage.printer.received)
    slips = stage.printer.slips
    if slips:
        slips[-1].save(out / "slip.png")


def complain(sentence: str) -> None:
    """Say what went wrong where it does not mix with the moments."""
    print(sentence, file=sys.stderr)  # noqa: T201
