"""The thread that says utterances one after the other; asking, hushing and preparing return at once."""

from __future__ import annotations

import contextlib
import traceback
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING, Final

from kiosk.voice.ambience import gain
from kiosk.voice.cache import ClipCache
from kiosk.voice.children import ChildAborted
from kiosk.voice.languages import speaker
from kiosk.voice.players import Playback, Player, PlayerBroken, Wait, at_speed
from kiosk.voice.renderer import ENGINES, NotRendered, Renderer
from kiosk.voice.sound import seconds_and_peak
from kiosk.voice.utterances import Clip, Spoken, Utterance, VoiceBroken, VoiceMended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kiosk.voice.ambience import Ambience
    from kiosk.voice.bank import Bank
    from kiosk.voice.utterances import VoiceEvent, VoiceSettings

_MOST_WAITING: Final = 16
"""What waits behind as many others is about a moment long gone: the oldest is dropped."""

_RECORDED: Final = "recorded"
_MAKERS: Final = (_RECORDED, *ENGINES)
"""What a line may come from; the last resort last."""


@dataclass(frozen=True, slots=True)
class _Job:
    utterance: Utterance
    hushed: Event = field(default_factory=Event)


class Voice:
    """Speaks. One thread for the order of things, a child process for every line rendered and every clip played.

    `emit` is called from that thread with `Spoken`, `VoiceBroken` or `VoiceMended` and must not block.
    """

    def __init__(
        self,
        cache_dir: Path,
        player: Player,
        settings: VoiceSettings,
        emit: Callable[[VoiceEvent], None],
        *,
        now: Callable[[], datetime] = datetime.now,
        wait: Wait | None = None,
        renderer: Renderer | None = None,
        bank: Bank | None = None,
        ambience: Ambience | None = None,
    ) -> None:
        self._player = player
        self._settings = settings
        self._emit = emit
        self._now = now
        self._wait = wait or at_speed(1)
        self._renderer = renderer or Renderer(ClipCache(cache_dir))
        self._bank = bank
        self._ambience = ambience
        self._wake = Condition()
        self._queue: deque[_Job] = deque(maxlen=_MOST_WAITING)
        self._to_prepare: deque[tuple[str, str]] = deque()
        self._to_find: deque[Callable[[], Iterable[tuple[str, str]]]] = deque()
        self._speaking: _Job | None = None
        self._preparing = False
        self._playback: Playback | None = None
        self._closed = False
        self._broken = False
        self._thread = Thread(target=self._run, name="voice", daemon=True)

    def start(self) -> None:
        """Begin, with a look whether anything can be heard at all."""
        self._thread.start()

    def say(self, utterance: Utterance) -> None:
        """Say this after all that waits; with `interrupt` instead of it."""
        with self._wake:
            if utterance.interrupt:
                self._drop()
            elif self._preparing:
                self._renderer.abort()
            self._queue.append(_Job(utterance))
            self._wake.notify_all()

    def hush(self) -> None:
        """Be silent at once and forget what waits."""
        with self._wake:
            self._drop()

    def prepare(self, lines: Iterable[tuple[str, str]]) -> None:
        """Render these (language, line) pairs into the cache whenever there is nothing to say."""
        with self._wake:
            self._to_prepare.extend(lines)
            self._wake.notify_all()

    def prepare_found(self, find: Callable[[], Iterable[tuple[str, str]]]) -> None:
        """Look for lines to prepare on the voice's own thread, when there is nothing to say."""
        with self._wake:
            self._to_find.append(find)
            self._wake.notify_all()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is said or waits to be said; False when that took longer than `timeout` seconds."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._queue and self._speaking is None, timeout)

    def wait_prepared(self, timeout: float) -> bool:
        """Wait until everything given to `prepare` is rendered; False when that took longer than `timeout` seconds."""
        with self._wake:
            return self._wake.wait_for(lambda: not (self._to_find or self._to_prepare or self._preparing), timeout)

    def close(self) -> None:
        """Fall silent and end the thread."""
        with self._wake:
            self._closed = True
            self._to_prepare.clear()
            self._to_find.clear()
            self._drop()
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _drop(self) -> None:
        self._queue.clear()
        if self._speaking:
            self._speaking.hushed.set()
        if self._playback:
            self._playback.stop()
        self._renderer.abort()

    def _run(self) -> None:
        self._guarded(self._player.check)
        while not self._closed:
            with self._wake:
                self._wake.wait_for(lambda: self._closed or self._queue or self._to_prepare or self._to_find)
                job = self._speaking = self._queue.popleft() if self._queue else None
                line = self._to_prepare.popleft() if not job and self._to_prepare else None
                find = self._to_find.popleft() if not job and not line and self._to_find else None
                self._preparing = line is not None or find is not None
            if job:
                self._guarded(partial(self._speak, job))
            elif line:
                self._guarded(partial(self._prepare, *line))
            elif find:
                self._guarded(partial(self._find, find))
            with self._wake:
                self._speaking = self._playback = None
                self._preparing = False
                self._wake.notify_all()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do it; whatever goes wrong is told and the thread lives on."""
        try:
            work()
        except ChildAborted:
            return
        except (PlayerBroken, NotRendered) as error:
            self._tell_broken(str(error))
        except Exception as error:  # noqa: BLE001 - a dead thread would be silent without a word
            # Only the kind and the place: its text might quote what was to be said.
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}:{place.lineno}"
            self._tell_broken(f"no voice: it failed inside ({type(error).__name__} at {where}); please report it")

    def _speak(self, job: _Job) -> None:
        utterance = job.utterance
        engines = set()
        whole = True
        playing: Playback | None = None
        volume = self._volume() * utterance.volume  # once: from now on a meter would hear ourselves
        if utterance.chime:
            playing = self._begin(self._chime(utterance, volume), job)
        for line in utterance.lines * utterance.repeat:
            try:  # rendering goes on while the line before is heard
                rendered = self._render(utterance, line, volume)
            except NotRendered as error:
                whole = False
                self._tell_broken(str(error))
                continue
            finally:
                self._finish(playing, job)
                playing = None
            if rendered is None:
                continue
            if job.hushed.is_set():
                return
            clip, engine = rendered
            engines.add(engine)
            playing = self._begin(clip, job)
        self._finish(playing, job, last=True)
        if whole and not job.hushed.is_set():
            last_resort = max(engines, key=_MAKERS.index, default=ENGINES[0])
            self._emit(Spoken(utterance.id, last_resort))

    def _render(self, utterance: Utterance, line: str, volume: float) -> tuple[Clip, str] | None:
        language, private = utterance.language, utterance.private
        wav = self._recorded(line, language, volume) if utterance.pace == 1 and not private else None
        if wav is not None:
            return Clip(utterance.id, line, language, wav, seconds_and_peak(wav)[0]), _RECORDED
        rate = self._rate(language, utterance.pace)
        rendered = self._renderer.render(line, language, rate=rate, volume=volume, private=private)
        if rendered is None:
            return None
        return Clip(utterance.id, line, language, rendered.wav, rendered.seconds, private), rendered.engine

    def _recorded(self, line: str, language: str, volume: float) -> bytes | None:
        return self._bank.clip(line, language, volume) if self._bank else None

    def _chime(self, utterance: Utterance, volume: float) -> Clip:
        rendered = self._renderer.chime(volume)
        return Clip(utterance.id, "♪", "", rendered.wav, rendered.seconds)

    def _begin(self, clip: Clip, job: _Job) -> Playback:
        playback = self._player.start(clip)
        with self._wake:
            self._playback = playback
            if job.hushed.is_set():
                playback.stop()
        return playback

    def _finish(self, playback: Playback | None, job: _Job, *, last: bool = False) -> None:
        if playback is None:
            return
        playback.finish()
        if job.hushed.is_set():
            return
        if self._broken:
            self._look_again()
        if not last:
            self._wait(job.utterance.gap_s, job.hushed)

    def _look_again(self) -> None:
        with contextlib.suppress(PlayerBroken):  # a recording goes on without a speaker
            self._player.check()
            self._broken = False
            self._emit(VoiceMended())

    def _find(self, find: Callable[[], Iterable[tuple[str, str]]]) -> None:
        self.prepare(find())

    def _prepare(self, language: str, line: str) -> None:
        try:
            if self._recorded(line, language, 1) is None:
                self._renderer.render(line, language, rate=self._rate(language), volume=1, idle=True)
        except ChildAborted:
            with self._wake:
                if not self._closed:
                    self._to_prepare.appendleft((language, line))

    def _rate(self, language: str, pace: float = 1.0) -> int:
        return round(self._settings.rates.get(language, speaker(language).rate) * pace)

    def _volume(self) -> float:
        """The volume that is set, and more where it is loud; never in the quiet hours, which are for the neighbours."""
        now = self._now().time()
        if self._ambience is None or self._settings.quiet_at(now):
            return self._settings.volume_at(now)
        return self._settings.volume_at(now) * gain(self._ambience.level_dba())

    def _tell_broken(self, sentence: str) -> None:
        if not self._broken:
            self._broken = True
            self._emit(VoiceBroken(sentence))
