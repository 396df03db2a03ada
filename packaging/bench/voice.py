"""A press until its first sound: the first byte that the player's own process reads, beside a player started bare."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from itertools import cycle, islice
from typing import TYPE_CHECKING, Final

from figures import Figure, Samples

from kiosk.app.mouth import Mouth
from kiosk.config import checked
from kiosk.core.effects import Say
from kiosk.core.events import Press, Pressed
from kiosk.core.flow import step
from kiosk.core.reading import plate_aloud
from kiosk.core.scene import Line
from kiosk.inbox import Inbox
from kiosk.phrases import names
from kiosk.samples import samples
from kiosk.voice.players import instantly
from kiosk.voice.sound import silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from figures import Progress

    from kiosk.core.events import Event
    from kiosk.core.state import State

ROUNDS: Final = 60
_MS: Final = 1e6
"""Nanoseconds in one."""
_TAIL: Final = 0.95
_FIXED_MS: Final = 150.0
_REST_MS: Final = 750.0
_PATIENCE_S: Final = 120.0
_LANGUAGES: Final = ("zh_CN", "en")
_REF: Final = "00000000-0000-4000-8000-000000000099"
# In the place of ALSA's: it says when it read the first byte. Its own start counts as ours, as that of aplay would.
_PLAYER: Final = '#!/bin/sh\nhead -c 1 >/dev/null\ndate +%s%N >"{stamp}.new"\nmv "{stamp}.new" "{stamp}"\n'


class SilentError(Exception):
    """Nothing reached the player. One sentence."""


class Ear:
    """A file in which the player writes when it read its first byte."""

    def __init__(self, folder: Path) -> None:
        self.stamp = folder / "first-byte"
        self.programs = folder / "bin"
        self.programs.mkdir(parents=True)
        aplay = self.programs / "aplay"
        aplay.write_text(_PLAYER.format(stamp=self.stamp))
        aplay.chmod(0o755)

    def after(self, act: Callable[[], object], over: Callable[[], object]) -> float:
        """Do it, wait until `over`: milliseconds until the first byte."""
        self.stamp.unlink(missing_ok=True)
        began = time.time_ns()
        act()
        over()
        if not self.stamp.exists():
            raise SilentError("a line was said and no player read it: see whether espeak-ng is installed")
        return (int(self.stamp.read_text()) - began) / _MS


def measure(folder: Path, tell: Progress, rounds: int = ROUNDS) -> list[Figure]:
    """Press, and time the first sound; what stands in `folder` goes."""
    shutil.rmtree(folder, ignore_errors=True)
    ear = Ear(folder)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{ear.programs}:{path}"
    try:
        bare = _bare(ear, rounds)
        tell("rendering every fixed phrase")
        with _mouth(folder / "box", 1.0) as mouth:
            tell(f"presses until the first sound, {rounds} times")
            fixed = _pressed(ear, mouth, rounds)
            tell(f"plates never said before, {rounds} times")
            rest = _plates(ear, mouth, rounds)
        with _mouth(folder / "box", 0.3) as mouth:
            tell(f"presses in the quiet hours, {rounds} times")
            quiet = _pressed(ear, mouth, rounds)
    finally:
        os.environ["PATH"] = path
    return [
        Figure("press → first sound, fixed phrase, p95", "ms", fixed.at(_TAIL), bare.at(_TAIL), most=_FIXED_MS),
        Figure("  the same, in the quiet hours", "ms", quiet.at(_TAIL), bare.at(_TAIL), most=_FIXED_MS),
        Figure("  the same, a plate never said before", "ms", rest.at(_TAIL), bare.at(_TAIL), most=_REST_MS),
    ]


def _bare(ear: Ear, rounds: int) -> Samples:
    taken, wav = Samples(), silence(1.0)
    for _ in range(rounds):
        taken.add(ear.after(lambda: subprocess.run(["aplay"], input=wav, check=False), lambda: None))
    return taken


@contextmanager
def _mouth(folder: Path, volume: float) -> Iterator[Mouth]:
    """A box's own voice with everything rendered that it renders while it has nothing to say."""
    tables = {
        "box": {
            "code": "0412",
            "place": {"zh_CN": "曹家渡社区", "en": "Caojiadu"},
            "gate": {"zh_CN": "北门", "en": "the north gate"},
            "lat": 31.2366,
            "lon": 121.4297,
            "phone": "95128",
        },
        "dispatch": {"url": "http://127.0.0.1:9", "token": "of the bench alone"},
        "store": {"folder": str(folder)},
        "voice": {"volume": volume, "quiet_from": "00:00", "quiet_until": "00:00"},
    }
    config = checked(tables, name="the bench's configuration", folder=folder)
    inbox: Inbox[Event] = Inbox()
    mouth = Mouth(config, inbox, wait=instantly)
    mouth.voice.start()
    mouth.prepare(config)
    try:
        if not mouth.voice.wait_prepared(_PATIENCE_S):
            raise SilentError(f"the fixed phrases were not rendered within {_PATIENCE_S:g} s")
        yield mouth
    finally:
        mouth.voice.close()


def _pressed(ear: Ear, mouth: Mouth, rounds: int) -> Samples:
    """Press wherever a fixed phrase answers, again and again: from the event through flow, scene and voice."""
    taken = Samples()
    for state, press in islice(cycle(_answered()), rounds):
        event = Pressed(press, _REF)

        def act(state: State = state, event: Pressed = event) -> None:
            for effect in step(state, event)[1]:
                if isinstance(effect, Say):
                    mouth.say(effect)

        taken.add(ear.after(act, lambda: _first(ear, mouth)))
    return taken


def _first(ear: Ear, mouth: Mouth) -> None:
    """Wait for the first sound and silence the rest."""
    until = time.monotonic() + _PATIENCE_S
    while not ear.stamp.exists() and not mouth.voice.wait_idle(0.002) and time.monotonic() < until:
        pass
    mouth.hush()
    mouth.voice.wait_idle(_PATIENCE_S)


def _answered() -> list[tuple[State, Press]]:
    found = []
    for language in _LANGUAGES:
        for _, state in samples(language):
            for press in (Press.TAXI, Press.REPEAT, Press.HELP):
                says = [e for e in step(state, Pressed(press, _REF))[1] if isinstance(e, Say)]
                if says and not says[0].chime and says[0].lines[0].read in names(says[0].language):
                    found.append((state, press))
    return found


def _plates(ear: Ear, mouth: Mouth, rounds: int) -> Samples:
    taken = Samples()
    for number in range(rounds):
        language = _LANGUAGES[number % len(_LANGUAGES)]
        plate = f"沪A·{10000 + 137 * number}"
        line = Line(plate, plate_aloud(plate, language))
        taken.add(ear.after(lambda line=line, to=language: mouth.say(Say((line,), to)), lambda: _first(ear, mouth)))
    return taken
