"""A player and an engine that the voice's tests hold, break and mend."""

from __future__ import annotations

import sys
import textwrap
from threading import Event
from typing import TYPE_CHECKING

from kiosk.voice.players import PlayerBroken

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.voice.utterances import Clip

PATIENCE_S = 20
"""How long a test waits for what happens in a moment."""


class HeldPlayer:
    """A player whose clips end when the test says so, or at once; it can be broken and mended."""

    def __init__(self, *, held: bool = False) -> None:
        self.heard: list[Clip] = []
        self.stopped: list[str] = []
        self.checks = 0
        self.broken: str | None = None
        self.started = Event()
        self.over = Event()
        if not held:
            self.over.set()

    def check(self) -> None:
        self.checks += 1
        if self.broken:
            raise PlayerBroken(self.broken)

    def start(self, clip: Clip) -> HeldPlayback:
        if self.broken:
            raise PlayerBroken(self.broken)
        self.heard.append(clip)
        self.started.set()
        return HeldPlayback(self, clip)

    @property
    def texts(self) -> list[str]:
        return [clip.text for clip in self.heard]


class HeldPlayback:
    """One clip of the player above."""

    def __init__(self, player: HeldPlayer, clip: Clip) -> None:
        self._player = player
        self._clip = clip
        self._over = Event()

    def finish(self) -> None:
        while not (self._over.is_set() or self._player.over.wait(0.01)):
            pass

    def stop(self) -> None:
        self._player.stopped.append(self._clip.text)
        self._over.set()


def fake_engine(folder: Path, body: str) -> list[str]:
    """Make a rendering command of its own that runs `body` with engine, voice, rate, nice and text at hand."""
    script = folder / "engine.py"
    script.write_text(
        "import sys, os, json, math\n"
        "from array import array\n"
        "from kiosk.voice import sound\n"
        "engine, voice, rate, nice = sys.argv[1:]\n"
        "text = sys.stdin.buffer.read().decode()\n"
        f"log = open({str(folder / 'calls')!r}, 'a'); print(json.dumps([*sys.argv[1:], text]), file=log, flush=True)\n"
        "def say(seconds, loud=9000):\n"
        "    data = array('h', (int(loud * math.sin(i / 8)) for i in range(int(seconds * 22050))))\n"
        "    sys.stdout.buffer.write(sound.packed(data))\n" + textwrap.dedent(body)
    )
    return [sys.executable, str(script)]
