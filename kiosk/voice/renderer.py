"""Turns a line into checked sound: from the cache, by pyttsx3, or by espeak-ng when pyttsx3 fails."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.voice.children import Child, ChildFailed
from kiosk.voice.languages import plausible_seconds, pronounceable, speaker
from kiosk.voice.sound import SoundError, chime, louder, seconds_and_peak

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiosk.voice.cache import ClipCache

RENDER: Final = (sys.executable, "-m", "kiosk.voice.render")
ENGINES: Final = ("pyttsx3", "espeak-ng")
DEADLINE_S: Final = 8.0
"""A line takes 0.1 s here; ten times that on a small board under load, and then some."""

_SILENT_BELOW_DBFS: Final = -40.0
_FAILURES_TO_GIVE_UP: Final = 3
"""After as many in a row an engine is left out until the next start: each costs the listener its time."""


class NotRendered(Exception):
    """No engine gave a sound that says the line; the text is for staff and does not hold the line."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A line as sound, and what made it."""

    wav: bytes
    seconds: float
    engine: str


class Renderer:
    """Renders one line at a time, in a child process each; `abort` from any thread."""

    def __init__(self, cache: ClipCache, *, command: Sequence[str] = RENDER, deadline_s: float = DEADLINE_S) -> None:
        self._cache = cache
        self._command = command
        self._deadline_s = deadline_s
        self._child = Child()
        self._failures = dict.fromkeys(ENGINES, 0)

    def render(
        self, line: str, language: str, *, rate: int, volume: float, private: bool = False, idle: bool = False
    ) -> Rendered | None:
        """Give the sound of a line; None when there is nothing in it to say.

        Args:
            line: one sentence.
            language: one of `kiosk.voice.languages.SPEAKERS`.
            rate: espeak-ng words per minute.
            volume: amplitude, 1 is the usual loudness.
            private: neither look into the cache nor keep it there.
            idle: nobody waits for it; leave the processor to others.

        Raises:
            NotRendered: see there.
            ChildAborted: `abort` was called meanwhile.
        """
        text = pronounceable(line, language)
        if not text:
            return None
        wav, engine = self._usual(line, text, language, rate, private=private, idle=idle)
        if round(volume, 2) != 1:  # hardly any time, beside rendering: quiet hours begin with every phrase at hand
            wav = louder(wav, round(volume, 2))
        return Rendered(wav, seconds_and_peak(wav)[0], engine)

    def _usual(self, line: str, text: str, language: str, rate: int, *, private: bool, idle: bool) -> tuple[bytes, str]:
        """Give the line at the usual loudness."""
        voice = speaker(language).voice
        key = self._cache.key(text, voice, rate)
        kept = None if private else self._cache.get(key)
        if kept is not None:
            return kept, ENGINES[0]
        arguments = (voice, str(rate), "19" if idle else "0")
        rendered = self._by_some_engine(text, plausible_seconds(line, language, rate), arguments, private=private)
        if not private:
            self._cache.put(key, rendered.wav)
        return rendered.wav, rendered.engine

    def chime(self, volume: float) -> Rendered:
        """Give the two tones that come before a call."""
        key = self._cache.key("chime", round(volume, 2))
        wav = self._cache.get(key)
        if wav is None:
            wav = chime(volume)
            self._cache.put(key, wav)
        return Rendered(wav, seconds_and_peak(wav)[0], "chime")

    def abort(self) -> None:
        """End the rendering that goes on, if one does."""
        self._child.abort()

    def _by_some_engine(
        self, text: str, plausible: tuple[float, float], arguments: tuple[str, ...], *, private: bool
    ) -> Rendered:
        reasons = []
        for engine in ENGINES:
            if self._failures[engine] >= _FAILURES_TO_GIVE_UP and engine != ENGINES[-1]:
                continue
            try:
                command = [*self._command, engine, *arguments]
                wav = self._child.run(command, text.encode(), self._deadline_s, private=private)
                seconds = _checked(wav, plausible)
            except (ChildFailed, SoundError) as error:
                self._failures[engine] += 1
                reasons.append(f"{engine}: {error}")
            else:
                self._failures[engine] = 0
                return Rendered(wav, seconds, engine)
        if shutil.which("espeak-ng") is None:
            raise NotRendered("no voice: espeak-ng is not installed; run packaging/install-debian.sh")
        raise NotRendered(f"no voice: {'; '.join(reasons)}")


def _checked(wav: bytes, plausible: tuple[float, float]) -> float:
    seconds, peak = seconds_and_peak(wav)
    least, most = plausible
    if peak < _SILENT_BELOW_DBFS:
        raise SoundError("the sound is silent")
    if not least <= seconds <= most:
        raise SoundError(f"the sound lasts {seconds:.1f} s, expected {least:.1f} to {most:.1f} s for its text")
    return seconds
