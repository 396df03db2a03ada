"""Sound leaves through the real aplay, or into a folder; neither can hold anybody up."""

from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Event, Thread

import pytest
from voice_fakes import PATIENCE_S, HeldPlayer

from kiosk.voice import sound
from kiosk.voice.players import AplayPlayer, PlayerBroken, RecordingPlayer, at_speed
from kiosk.voice.utterances import Clip

CHIME = sound.chime(1.0)


def clip(*, private: bool = False, text: str = "您是七号。") -> Clip:
    return Clip("u1", text, "zh_CN", CHIME, 1.2, private)


@pytest.fixture
def sound_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound device of ALSA's own that writes what it hears into the file returned."""
    heard = tmp_path / "heard.raw"
    config = tmp_path / "asound.conf"
    config.write_text(
        f'pcm.null {{ type null }}\npcm.!default {{ type file slave.pcm null file "{heard}" format raw }}\n'
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return heard


@pytest.fixture
def fake_aplay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program named aplay that says when it has begun and then never ends."""
    script = tmp_path / "bin" / "aplay"
    script.parent.mkdir()
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    script.write_text(f"#!/bin/sh\necho >{begun}\nexec tail -f /dev/null\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    return begun


def test_what_is_played_reaches_the_sound_card_whole(sound_card: Path) -> None:
    player = AplayPlayer()
    player.check()
    player.start(clip()).finish()
    samples = sound.samples(CHIME).tobytes()
    assert samples in sound_card.read_bytes()


def test_without_a_sound_card_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "asound.conf"
    config.write_text("")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    sentence = r"^no sound: aplay: audio open error: No such file or directory; is a speaker connected and chosen\?$"
    with pytest.raises(PlayerBroken, match=sentence):
        AplayPlayer().check()
    with pytest.raises(PlayerBroken, match=sentence):
        AplayPlayer().start(clip()).finish()


def test_without_aplay_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlayerBroken, match=r"aplay is not installed; run packaging/install-debian.sh"):
        AplayPlayer().check()


def test_a_stop_from_another_thread_is_heard_at_once_and_is_no_failure(fake_aplay: Path) -> None:
    playback = AplayPlayer().start(clip())
    fake_aplay.read_bytes()  # returns when it plays
    finished = Event()

    def finish() -> None:
        playback.finish()
        finished.set()

    thread = Thread(target=finish, daemon=True)
    thread.start()
    playback.stop()
    assert finished.wait(PATIENCE_S)
    playback.stop()


def test_a_sound_system_that_hangs_is_given_up(fake_aplay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.voice.players._PROBE_DEADLINE_S", 0.2)
    Thread(target=fake_aplay.read_bytes, daemon=True).start()
    with pytest.raises(PlayerBroken, match="the sound device takes none"):
        AplayPlayer().check()


def recorded(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "spoken.jsonl").read_text().splitlines()]


def test_a_recording_tells_what_was_said_and_keeps_its_sound(tmp_path: Path) -> None:
    times = iter([1.0, 2.5])
    player = RecordingPlayer(tmp_path, now=lambda: next(times))
    player.check()
    player.start(clip()).finish()
    player.start(clip(text="请坐。")).finish()
    assert recorded(tmp_path) == [
        {
            "t": 1.0,
            "utterance": "u1",
            "language": "zh_CN",
            "text": "您是七号。",
            "seconds": 1.2,
            "wav": "spoken/0001.wav",
        },
        {
            "t": 2.5,
            "utterance": "u1",
            "language": "zh_CN",
            "text": "请坐。",
            "seconds": 1.2,
            "wav": "spoken/0002.wav",
        },
    ]
    assert (tmp_path / "spoken" / "0002.wav").read_bytes() == CHIME


def test_a_recording_holds_nothing_private(tmp_path: Path) -> None:
    RecordingPlayer(tmp_path, now=lambda: 0).start(clip(private=True, text="您好，王女士。")).finish()
    assert recorded(tmp_path) == [{"t": 0, "utterance": "u1", "language": "zh_CN", "text": "(private)", "seconds": 1.2}]
    assert list((tmp_path / "spoken").iterdir()) == []


def test_a_recording_takes_the_time_it_is_given(tmp_path: Path) -> None:
    waited: list[float] = []
    player = RecordingPlayer(tmp_path, now=lambda: 0, wait=lambda seconds, _: waited.append(seconds))
    player.start(clip()).finish()
    assert waited == [1.2]


def test_a_recording_in_real_time_can_be_stopped(tmp_path: Path) -> None:
    player = RecordingPlayer(tmp_path, now=lambda: 0, wait=at_speed(0.001))  # twenty minutes
    playback = player.start(clip())
    playback.stop()
    thread = Thread(target=playback.finish, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_a_recording_goes_on_while_the_speaker_behind_it_is_broken(tmp_path: Path) -> None:
    speaker = HeldPlayer()
    player = RecordingPlayer(tmp_path, now=lambda: 0, through=speaker)
    speaker.broken = "no sound: unplugged"
    with pytest.raises(PlayerBroken, match="unplugged"):
        player.check()
    player.start(clip(text="一")).finish()
    speaker.broken = None
    player.check()
    player.start(clip(text="二")).finish()
    assert speaker.texts == ["二"]
    assert [entry["text"] for entry in recorded(tmp_path)] == ["一", "二"]
