"""The voice says what it is asked in order, falls silent at once, and tells when nothing can be heard."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import datetime, time
from queue import Queue
from threading import Event
from typing import TYPE_CHECKING

import pytest
from voice_fakes import PATIENCE_S, HeldPlayer, fake_engine

from kiosk.voice.cache import ClipCache
from kiosk.voice.players import RecordingPlayer, instantly
from kiosk.voice.renderer import Renderer
from kiosk.voice.sound import measured
from kiosk.voice.utterances import Spoken, Utterance, VoiceBroken, VoiceMended, VoiceSettings
from kiosk.voice.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kiosk.voice.players import Player
    from kiosk.voice.utterances import VoiceEvent

    MakeVoice = Callable[..., Voice]

SEVEN = Utterance("seven", ("您是七号。", "请坐。"), "zh_CN")
EIGHT = Utterance("eight", ("All right.",), "en")
NOON = datetime(2026, 3, 1, 12, 0)  # noqa: DTZ001 - the box's own wall clock


@pytest.fixture
def told() -> Queue[VoiceEvent]:
    return Queue()


@pytest.fixture
def make_voice(clips: Path, told: Queue[VoiceEvent]) -> Iterator[MakeVoice]:
    made: list[Voice] = []

    def make(
        player: Player,
        settings: VoiceSettings | None = None,
        *,
        start: bool = True,
        now: datetime = NOON,
        renderer: Renderer | None = None,
    ) -> Voice:
        voice = Voice(
            clips,
            player,
            settings or VoiceSettings(),
            told.put,
            now=lambda: now,
            wait=instantly,
            renderer=renderer,
        )
        made.append(voice)
        if start:
            voice.start()
        return voice

    yield make
    for voice in made:
        voice.close()


def next_told(told: Queue[VoiceEvent]) -> VoiceEvent:
    return told.get(timeout=PATIENCE_S)


def test_everything_is_said_in_the_order_it_was_asked(make_voice: MakeVoice, told: Queue[VoiceEvent]) -> None:
    player = HeldPlayer()
    voice = make_voice(player)
    voice.say(SEVEN)
    voice.say(EIGHT)
    assert [next_told(told), next_told(told)] == [Spoken("seven", "pyttsx3"), Spoken("eight", "pyttsx3")]
    assert voice.wait_idle(PATIENCE_S)
    assert player.texts == ["您是七号。", "请坐。", "All right."]


def test_a_call_comes_with_a_chime_and_is_repeated(make_voice: MakeVoice, told: Queue[VoiceEvent]) -> None:
    player = HeldPlayer()
    make_voice(player).say(replace(SEVEN, repeat=3, chime=True))
    assert next_told(told) == Spoken("seven", "pyttsx3")
    assert player.texts == ["♪", *["您是七号。", "请坐。"] * 3]


def test_hush_stops_the_line_and_forgets_the_rest(make_voice: MakeVoice, told: Queue[VoiceEvent]) -> None:
    player = HeldPlayer(held=True)
    voice = make_voice(player)
    voice.say(SEVEN)
    voice.say(EIGHT)
    assert player.started.wait(PATIENCE_S)
    voice.hush()
    assert voice.wait_idle(PATIENCE_S)
    assert player.texts == player.stopped == ["您是七号。"]
    player.over.set()
    voice.say(replace(EIGHT, id="later"))
    assert next_told(told) == Spoken("later", "pyttsx3")


def test_an_urgent_word_takes_the_place_of_all_others(make_voice: MakeVoice, told: Queue[VoiceEvent]) -> None:
    player = HeldPlayer(held=True)
    voice = make_voice(player)
    voice.say(SEVEN)
    voice.say(replace(EIGHT, id="waits"))
    assert player.started.wait(PATIENCE_S)
    player.over.set()
    player.started.clear()
    voice.say(replace(EIGHT, id="urgent", interrupt=True))
    while (event := next_told(told)) != Spoken("urgent", "pyttsx3"):
        assert event == Spoken("seven", "pyttsx3")  # only if it had just ended by itself
    assert player.texts.count("All right.") == 1


def test_nobody_who_asks_waits_while_the_player_holds(make_voice: MakeVoice) -> None:
    player = HeldPlayer(held=True)
    voice = make_voice(player)
    voice.say(SEVEN)
    assert player.started.wait(PATIENCE_S)
    for _ in range(100):
        voice.say(EIGHT)
    voice.prepare([("en", "All right.")])
    assert not voice.wait_idle(0.01)
    assert player.texts == ["您是七号。"]
    voice.hush()
    assert voice.wait_idle(PATIENCE_S)


def test_what_was_prepared_is_in_the_cache(make_voice: MakeVoice, tmp_path: Path, told: Queue[VoiceEvent]) -> None:
    renderer = Renderer(ClipCache(tmp_path))
    voice = make_voice(HeldPlayer(), renderer=renderer)
    voice.prepare([("zh_CN", "您是七号。"), ("zh_CN", "请坐。"), ("en", "All right.")])
    assert voice.wait_prepared(PATIENCE_S)
    prepared = sorted(tmp_path.iterdir())
    assert len(prepared) == 3
    voice.say(SEVEN)
    voice.say(EIGHT)
    assert voice.wait_idle(PATIENCE_S)
    assert sorted(tmp_path.iterdir()) == prepared


def test_to_speak_comes_before_to_prepare(make_voice: MakeVoice, tmp_path: Path, told: Queue[VoiceEvent]) -> None:
    voice = make_voice(HeldPlayer(), start=False, renderer=Renderer(ClipCache(tmp_path)))
    voice.prepare([("en", f"Number {n}.") for n in range(12)])
    voice.say(SEVEN)
    voice.start()
    assert next_told(told) == Spoken("seven", "pyttsx3")
    assert len(list(tmp_path.iterdir())) <= 3
    voice.say(EIGHT)
    assert next_told(told) == Spoken("eight", "pyttsx3")
    assert voice.wait_prepared(PATIENCE_S)
    assert len(list(tmp_path.iterdir())) == 2 + 1 + 12  # what was interrupted was rendered later


def test_who_has_something_to_say_does_not_wait_for_preparations(
    make_voice: MakeVoice, told: Queue[VoiceEvent], tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    body = f"if nice == '19':\n    open({str(begun)!r}, 'w').close()\n    __import__('signal').pause()\nsay(1)"
    voice = make_voice(HeldPlayer(), renderer=Renderer(ClipCache(tmp_path / "c"), command=fake_engine(tmp_path, body)))
    voice.prepare([("en", "Please sit down.")])
    begun.read_bytes()  # returns when the preparation runs, which never ends by itself
    voice.say(EIGHT)
    assert next_told(told) == Spoken("eight", "pyttsx3")
    begun.read_bytes()  # it has begun again


def test_a_broken_speaker_is_told_once_and_its_mending_too(make_voice: MakeVoice, told: Queue[VoiceEvent]) -> None:
    player = HeldPlayer()
    player.broken = "no sound: unplugged"
    voice = make_voice(player)
    voice.say(SEVEN)
    voice.say(EIGHT)
    assert voice.wait_idle(PATIENCE_S)
    player.broken = None
    voice.say(replace(EIGHT, id="again"))
    assert next_told(told) == VoiceBroken("no sound: unplugged")
    assert next_told(told) == VoiceMended()
    assert next_told(told) == Spoken("again", "pyttsx3")


def test_a_recording_behind_a_broken_speaker_is_not_called_mended(
    make_voice: MakeVoice, told: Queue[VoiceEvent], tmp_path: Path
) -> None:
    speaker = HeldPlayer()
    speaker.broken = "no sound: unplugged"
    voice = make_voice(RecordingPlayer(tmp_path, now=lambda: 0, through=speaker))
    voice.say(SEVEN)
    assert next_told(told) == VoiceBroken("no sound: unplugged")
    assert next_told(told) == Spoken("seven", "pyttsx3")
    assert len((tmp_path / "spoken.jsonl").read_text().splitlines()) == 2


def test_without_an_engine_staff_is_told_and_the_thread_lives(
    make_voice: MakeVoice, told: Queue[VoiceEvent], tmp_path: Path
) -> None:
    voice = make_voice(HeldPlayer(), renderer=Renderer(ClipCache(tmp_path), command=["/nonexistent/python"]))
    voice.say(SEVEN)
    event = next_told(told)
    assert isinstance(event, VoiceBroken)
    assert event.sentence.startswith("no voice: pyttsx3: python could not be started")
    assert voice.wait_idle(PATIENCE_S)
    assert told.empty()


def test_it_is_told_that_one_line_needed_the_other_engine(
    make_voice: MakeVoice, told: Queue[VoiceEvent], tmp_path: Path
) -> None:
    body = "if engine == 'pyttsx3' and '请坐' in text:\n    sys.exit(1)\nsay(1.5)"
    voice = make_voice(HeldPlayer(), renderer=Renderer(ClipCache(tmp_path / "c"), command=fake_engine(tmp_path, body)))
    voice.say(SEVEN)
    assert next_told(told) == Spoken("seven", "espeak-ng")


def test_an_error_nobody_thought_of_does_not_end_the_voice(make_voice: MakeVoice, told: Queue[VoiceEvent]) -> None:
    voice = make_voice(HeldPlayer())
    voice.say(replace(SEVEN, language="tlh"))
    voice.say(EIGHT)
    event = next_told(told)
    assert isinstance(event, VoiceBroken)
    assert re.fullmatch(
        r"no voice: it failed inside \(ValueError at languages.py:\d+\); please report it", event.sentence
    )
    assert next_told(told) == VoiceMended()
    assert next_told(told) == Spoken("eight", "pyttsx3")


def test_what_is_private_is_played_and_kept_nowhere(
    make_voice: MakeVoice, told: Queue[VoiceEvent], tmp_path: Path
) -> None:
    player = HeldPlayer()
    voice = make_voice(player, renderer=Renderer(ClipCache(tmp_path)))
    voice.say(Utterance("name", ("您好，王女士。",), "zh_CN", private=True))
    assert next_told(told) == Spoken("name", "pyttsx3")
    assert [clip.private for clip in player.heard] == [True]
    assert list(tmp_path.iterdir()) == []


def test_volume_and_pace_are_heard(make_voice: MakeVoice, told: Queue[VoiceEvent]) -> None:
    player = HeldPlayer()
    voice = make_voice(player, VoiceSettings(rates={"zh_CN": 150}, volume=0.5))
    voice.say(SEVEN)
    voice.say(replace(SEVEN, id="louder and slower", volume=2, pace=0.7))
    assert voice.wait_idle(PATIENCE_S)
    usual, slow = measured(player.heard[0].wav), measured(player.heard[2].wav)
    assert usual.speech_dbfs == pytest.approx(-26, abs=1)
    assert slow.speech_dbfs == pytest.approx(-20, abs=1)
    assert slow.seconds > 1.2 * usual.seconds


@pytest.mark.parametrize(
    ("start", "end", "now", "volume"),
    [
        (time(21), time(7), time(20, 59), 1.0),
        (time(21), time(7), time(21), 0.25),
        (time(21), time(7), time(3), 0.25),
        (time(21), time(7), time(7), 1.0),
        (time(12), time(14), time(13), 0.25),
        (time(12), time(14), time(14), 1.0),
        (time(12), time(12), time(12), 1.0),
        (None, None, time(3), 1.0),
        (time(21), None, time(22), 1.0),
    ],
)
def test_quiet_hours(start: time | None, end: time | None, now: time, volume: float) -> None:
    settings = VoiceSettings(quiet_from=start, quiet_until=end, quiet_volume=0.25)
    assert settings.volume_at(now) == volume


def test_quiet_hours_never_make_a_quiet_box_louder() -> None:
    settings = VoiceSettings(volume=0.1, quiet_from=time(21), quiet_until=time(7), quiet_volume=0.3)
    assert settings.volume_at(time(22)) == 0.1


def test_at_night_the_same_line_is_quieter(make_voice: MakeVoice, told: Queue[VoiceEvent]) -> None:
    settings = VoiceSettings(quiet_from=time(21), quiet_until=time(7), quiet_volume=0.25)
    player = HeldPlayer()
    make_voice(player, settings, now=datetime(2026, 3, 1, 22, 0)).say(EIGHT)  # noqa: DTZ001 - as above
    assert next_told(told) == Spoken("eight", "pyttsx3")
    assert measured(player.heard[0].wav).speech_dbfs == pytest.approx(-32, abs=1)


def test_closing_silences_what_is_said(make_voice: MakeVoice) -> None:
    player = HeldPlayer(held=True)
    voice = make_voice(player)
    voice.say(SEVEN)
    assert player.started.wait(PATIENCE_S)
    voice.close()
    assert player.stopped == ["您是七号。"]


def test_a_pause_follows_every_line_but_the_last(clips: Path) -> None:
    pauses: list[float] = []
    over = Event()
    voice = Voice(
        clips,
        HeldPlayer(),
        VoiceSettings(),
        lambda _: over.set(),
        now=lambda: NOON,
        wait=lambda seconds, _: pauses.append(seconds),
    )
    voice.start()
    voice.say(replace(SEVEN, gap_s=0.7, repeat=2))
    assert over.wait(PATIENCE_S)
    voice.close()
    assert pauses == [0.7] * 3
