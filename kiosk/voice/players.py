"""Where sound goes: out of the speaker through a child process that can be ended at once, or into a folder."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Final, Protocol

from kiosk.voice.sound import silence

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.voice.utterances import Clip

_PROBE_DEADLINE_S: Final = 3.0
_LATE_S: Final = 3.0
"""A clip that is not over this long after its end hangs in the sound system."""


class PlayerBroken(Exception):
    """Nothing can be heard; the text tells staff what is wrong and how it is mended."""


class Playback(Protocol):
    """A clip on its way into somebody's ear."""

    def finish(self) -> None:
        """Wait until it is over or stopped. Raises PlayerBroken when it could not be heard."""

    def stop(self) -> None:
        """Silence it, from any thread, at once; stopping what is over is no error."""


class Player(Protocol):
    """A way for clips to be heard. Used by one thread, but for `Playback.stop`."""

    def check(self) -> None:
        """Find out whether anything could be heard, within a few seconds. Raises PlayerBroken when not."""

    def start(self, clip: Clip) -> Playback:
        """Begin to play and return at once. Raises PlayerBroken when it cannot begin."""


class AplayPlayer:
    """Plays through ALSA's own `aplay`, one child process a clip: it can hang or die without the window noticing."""

    def __init__(self, device: str = "default") -> None:
        self._device = device

    def check(self) -> None:
        """Play a moment of silence: that proves more than a list of sound cards."""
        playback = self._start(silence(0.02), 0.02, _PROBE_DEADLINE_S)
        playback.finish()

    def start(self, clip: Clip) -> Playback:
        """Begin to play."""
        return self._start(clip.wav, clip.seconds, _LATE_S)

    def _start(self, wav: bytes, seconds: float, late_s: float) -> _AplayPlayback:
        memory = os.memfd_create("clip")  # a file without a name: aplay reads at its own pace and nothing is written
        with os.fdopen(memory, "r+b") as sound:
            sound.write(wav)
            sound.seek(0)
            command = ["aplay", "--quiet", "--device", self._device, "-"]
            try:
                process = subprocess.Popen(command, stdin=sound, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            except OSError as error:
                why = "aplay is not installed" if shutil.which("aplay") is None else f"aplay: {error.strerror}"
                raise PlayerBroken(f"no sound: {why}; run packaging/install-debian.sh") from None
        return _AplayPlayback(process, seconds + late_s)


class _AplayPlayback:
    def __init__(self, process: subprocess.Popen[bytes], deadline_s: float) -> None:
        self._process = process
        self._deadline_s = deadline_s
        self._stopped = False

    def finish(self) -> None:
        with self._process as process:
            try:
                _, said = process.communicate(timeout=self._deadline_s)
            except subprocess.TimeoutExpired:
                process.kill()
                raise PlayerBroken("no sound: the sound device takes none; is another program holding it?") from None
        if process.returncode and not self._stopped:
            raise PlayerBroken(f"no sound: {_reason(said)}; is a speaker connected and chosen?")

    def stop(self) -> None:
        self._stopped = True
        with contextlib.suppress(OSError):
            self._process.kill()


def _reason(said: bytes) -> str:
    """Find what aplay itself says among the many lines of the library below it, without the place in its source."""
    own = [line for line in said.decode(errors="replace").splitlines() if line.startswith("aplay: ")]
    return re.sub(r"^(aplay: )\w+:\d+: ", r"\1", own[-1])[:200] if own else "aplay did not say why"


Wait = Callable[[float, Event], None]
"""Lets this many seconds pass, or fewer when the event is set."""


def at_speed(factor: float) -> Wait:
    """Make a wait in which time runs `factor` times as fast: 1 is real time."""

    def wait(seconds: float, stopped: Event) -> None:
        stopped.wait(seconds / factor)

    return wait


def instantly(seconds: float, stopped: Event) -> None:
    """Let no time pass."""
    del seconds, stopped


class RecordingPlayer:
    """Writes what is played into a folder: `spoken.jsonl`, one line a clip, and the sounds as `spoken/NNNN.wav`.

    Private clips are counted there and their words and sound left out. With `through`, the clips are also heard; as
    long as `check` says that nothing can be heard there, they are only recorded.
    """

    def __init__(
        self, folder: Path, *, now: Callable[[], float], wait: Wait = instantly, through: Player | None = None
    ) -> None:
        self._log = folder / "spoken.jsonl"
        self._sounds = folder / "spoken"
        self._sounds.mkdir(parents=True, exist_ok=True)
        self._now = now
        self._wait = wait
        self._through = through
        self._heard = through is not None
        self._count = 0

    def check(self) -> None:
        """Ask the player behind."""
        if self._through:
            self._heard = False
            self._through.check()
            self._heard = True

    def start(self, clip: Clip) -> Playback:
        """Write the clip down and begin to let its time pass."""
        self._count += 1
        entry: dict[str, object] = {
            "t": round(self._now(), 3),
            "utterance": clip.utterance_id,
            "language": clip.language,
            "text": "(private)" if clip.private else clip.text,
            "seconds": round(clip.seconds, 3),
        }
        if not clip.private:
            wav = self._sounds / f"{self._count:04}.wav"
            wav.write_bytes(clip.wav)
            entry["wav"] = f"{self._sounds.name}/{wav.name}"
        with self._log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
        if self._through and self._heard:
            return self._through.start(clip)
        return _TimedPlayback(clip.seconds, self._wait)


class _TimedPlayback:
    def __init__(self, seconds: float, wait: Wait) -> None:
        self._seconds = seconds
        self._wait = wait
        self._stopped = Event()

    def finish(self) -> None:
        self._wait(self._seconds, self._stopped)

    def stop(self) -> None:
        self._stopped.set()
