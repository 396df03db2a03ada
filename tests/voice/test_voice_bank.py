"""A recording is heard where one voice says the whole sentence, as loud as it is asked for; else it is rendered."""

from __future__ import annotations

import math
from array import array
from datetime import datetime, time
from queue import Queue
from typing import TYPE_CHECKING

import pytest
from voice_fakes import PATIENCE_S, HeldPlayer

from kiosk.phrases import clauses, names, phrase_id
from kiosk.voice.ambience import gain
from kiosk.voice.bank import Bank
from kiosk.voice.cache import ClipCache
from kiosk.voice.players import instantly
from kiosk.voice.renderer import ENGINES
from kiosk.voice.sound import RATE_HZ, measured, packed
from kiosk.voice.utterances import Spoken, Utterance, VoiceSettings
from kiosk.voice.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kiosk.voice.utterances import VoiceEvent

    Hear = Callable[..., list[bytes]]

NOON = datetime(2026, 3, 1, 12, 0)  # noqa: DTZ001 - the box's own wall clock
FOUND = phrase_id("We found a taxi")
FOUND_ZH = "车找到了"


def tone(seconds: float, *, dbfs: float = -20.0, hertz: float = 440.0) -> bytes:
    """A sine whose RMS is `dbfs`."""
    top = 32768 * math.sqrt(2) * 10 ** (dbfs / 20)
    turn = 2 * math.pi * hertz / RATE_HZ
    return packed(array("h", (int(top * math.sin(turn * i)) for i in range(int(seconds * RATE_HZ)))))


def record(folder: Path, name: str, wav: bytes, language: str = "zh_CN") -> bytes:
    (folder / language).mkdir(parents=True, exist_ok=True)
    (folder / language / f"{name}.wav").write_bytes(wav)
    return wav


def rendered(told: Queue[VoiceEvent]) -> bool:
    """Tell whether a synthesiser said it: whichever, the second is there for when the first fails."""
    event = told.get(timeout=PATIENCE_S)
    return isinstance(event, Spoken) and event.engine in ENGINES


class Meter:
    def __init__(self, level: float | None) -> None:
        self.level = level

    def level_dba(self) -> float | None:
        return self.level


@pytest.fixture
def told() -> Queue[VoiceEvent]:
    return Queue()


@pytest.fixture
def hear(tmp_path: Path, clips: Path, told: Queue[VoiceEvent]) -> Iterator[Hear]:
    """Say a line with the recordings in tmp_path/own and tmp_path/shipped, and give the sounds that were played."""
    made: list[Voice] = []

    def say(
        line: str, *, settings: VoiceSettings | None = None, meter: Meter | None = None, **how: object
    ) -> list[bytes]:
        player = HeldPlayer()
        folders = (tmp_path / "own", tmp_path / "shipped")
        voice = Voice(
            clips,
            player,
            settings or VoiceSettings(),
            told.put,
            now=lambda: NOON,
            wait=instantly,
            bank=Bank(folders, names, clauses, ClipCache(tmp_path / "cache")),
            ambience=meter,
        )
        made.append(voice)
        voice.start()
        voice.say(Utterance("it", (line,), **{"language": "zh_CN", **how}))  # type: ignore[arg-type]
        assert voice.wait_idle(PATIENCE_S)
        return [clip.wav for clip in player.heard]

    yield say
    for voice in made:
        voice.close()


def test_a_recording_is_heard_instead_of_the_synthesis(tmp_path: Path, hear: Hear, told: Queue[VoiceEvent]) -> None:
    recorded = record(tmp_path / "shipped", FOUND, tone(1.0))
    assert hear(FOUND_ZH) == [recorded]
    assert told.get(timeout=PATIENCE_S) == Spoken("it", "recorded")


def test_a_sentence_without_a_recording_is_rendered(tmp_path: Path, hear: Hear, told: Queue[VoiceEvent]) -> None:
    record(tmp_path / "shipped", FOUND, tone(1.0))
    (sound,) = hear("车快到了")
    assert measured(sound).seconds != 1.0
    assert rendered(told)


def test_the_operators_own_recording_comes_before_the_shipped_one(tmp_path: Path, hear: Hear) -> None:
    record(tmp_path / "shipped", FOUND, tone(1.0))
    own = record(tmp_path / "own", FOUND, tone(0.8))
    assert hear(FOUND_ZH) == [own]


@pytest.mark.parametrize("broken", [b"", b"RIFF", tone(1.0)[:4000], tone(1.0, dbfs=-70)])
def test_a_damaged_or_silent_recording_never_makes_the_box_mute(tmp_path: Path, hear: Hear, broken: bytes) -> None:
    record(tmp_path / "own", FOUND, broken)
    (sound,) = hear(FOUND_ZH)
    assert sound != broken
    assert measured(sound).speech_dbfs > -25


def test_volume_and_quiet_hours_hold_for_recordings(tmp_path: Path, hear: Hear) -> None:
    record(tmp_path / "own", FOUND, tone(1.0))
    (usual,) = hear(FOUND_ZH)
    (half,) = hear(FOUND_ZH, volume=0.5)
    quiet = VoiceSettings(quiet_from=time(11), quiet_until=time(13), quiet_volume=0.25)
    (hushed,) = hear(FOUND_ZH, settings=quiet)
    levels = [measured(sound).speech_dbfs for sound in (usual, half, hushed)]
    assert levels == pytest.approx([-20, -26.02, -32.04], abs=0.1)


def test_who_asked_for_a_slower_pace_hears_it(tmp_path: Path, hear: Hear) -> None:
    recorded = record(tmp_path / "own", FOUND, tone(1.0))
    assert hear(FOUND_ZH, pace=0.8) != [recorded]


def test_a_plate_is_said_by_recorded_symbols_when_all_of_them_are_there(tmp_path: Path, hear: Hear) -> None:
    spoken = {"symbol-hu-6caa": 0.2, "symbol-a": 0.25, "symbol-1": 0.3, "symbol-2": 0.35}
    for name, seconds in spoken.items():
        record(tmp_path / "own", name, tone(seconds))
    (sound,) = hear("沪 A，幺 二")
    assert measured(sound).seconds == pytest.approx(sum(spoken.values()) + 0.02 + 0.25 + 0.02, abs=0.01)


def test_one_voice_says_one_sentence(tmp_path: Path, hear: Hear, told: Queue[VoiceEvent]) -> None:
    for name in ("symbol-hu-6caa", "symbol-a", "symbol-1"):
        record(tmp_path / "own", name, tone(0.25))
    record(tmp_path / "shipped", "symbol-2", tone(0.25))  # another voice
    hear("沪 A，幺 二")
    assert rendered(told)


def test_a_call_is_put_together_from_the_number_and_the_rest(tmp_path: Path, hear: Hear) -> None:
    record(tmp_path / "own", "number-07", tone(0.5))
    record(tmp_path / "own", phrase_id("your taxi is here"), tone(1.0))
    (sound,) = hear("七号，您的车到了。")
    assert measured(sound).seconds == pytest.approx(1.75, abs=0.01)


def test_it_speaks_louder_where_it_is_loud(tmp_path: Path, hear: Hear) -> None:
    record(tmp_path / "own", FOUND, tone(1.0))
    (sound,) = hear(FOUND_ZH, meter=Meter(62.0))
    assert measured(sound).speech_dbfs == pytest.approx(-14, abs=0.2)
    assert hear(FOUND_ZH, meter=Meter(None)) == hear(FOUND_ZH, meter=Meter(40.0)) == hear(FOUND_ZH)


def test_the_quiet_hours_stay_quiet_however_loud_the_street_is(tmp_path: Path, hear: Hear) -> None:
    record(tmp_path / "own", FOUND, tone(1.0))
    quiet = VoiceSettings(quiet_from=time(11), quiet_until=time(13), quiet_volume=0.5)
    (sound,) = hear(FOUND_ZH, settings=quiet, meter=Meter(80.0))
    assert measured(sound).speech_dbfs == pytest.approx(-26, abs=0.1)


def test_no_level_makes_it_quieter_or_startling() -> None:
    gains = [gain(level) for level in range(141)]
    assert gains == sorted(gains)
    assert min(gains) == 1
    assert max(gains) == pytest.approx(10 ** (9 / 20))
    assert gain(math.nan) == 1
