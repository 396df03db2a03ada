"""Sound is measured and levelled without ever being torn."""

from __future__ import annotations

import io
import math
import wave
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.voice import sound

LOUD = st.lists(st.integers(-32768, 32767), min_size=500, max_size=1700)  # short enough that nothing is trimmed


def tone(seconds: float, amplitude: int) -> array[int]:
    return array("h", (int(amplitude * math.sin(i / 8)) for i in range(int(seconds * sound.RATE_HZ))))


def test_what_is_packed_comes_out_again() -> None:
    data = tone(0.1, 12000)
    assert sound.samples(sound.packed(data)) == data


@pytest.mark.parametrize("amplitude", [300, 3000, 20000])
def test_speech_is_brought_to_one_loudness(amplitude: int) -> None:
    levelled = sound.measured(sound.levelled(sound.packed(tone(1, amplitude)), 1.0))
    assert levelled.speech_dbfs == pytest.approx(-20, abs=0.3)


@pytest.mark.parametrize(("volume", "change_db"), [(0.5, -6.0), (2.0, 6.0)])
def test_volume_is_an_amplitude(volume: float, change_db: float) -> None:
    levelled = sound.measured(sound.levelled(sound.packed(tone(1, 9000)), volume))
    assert levelled.speech_dbfs == pytest.approx(-20 + change_db, abs=0.3)


def test_silence_at_the_ends_goes_and_silence_within_stays() -> None:
    pause = array("h", bytes(2 * sound.RATE_HZ))
    wav = sound.packed(pause + tone(0.5, 9000) + pause + tone(0.5, 9000) + pause)
    assert sound.measured(sound.levelled(wav, 1.0)).seconds == pytest.approx(2.0, abs=0.2)


def test_it_begins_and_ends_without_a_click() -> None:
    levelled = sound.samples(sound.levelled(sound.packed(tone(1, 20000)), 1.0))
    assert levelled[0] == 0
    assert levelled[-1] == 0


@given(LOUD, st.floats(0.01, 50))
def test_no_volume_makes_a_sample_wrap_around(data: list[int], volume: float) -> None:
    levelled = sound.samples(sound.levelled(sound.packed(array("h", data)), volume))
    assert all(before * after >= 0 for before, after in zip(data, levelled, strict=True))


def test_a_silent_sound_stays_as_it_is() -> None:
    wav = sound.silence(0.2)
    assert sound.levelled(wav, 1.0) == wav
    assert sound.measured(wav) == sound.Measured(0.2, -math.inf, -math.inf)


def test_the_chime_is_as_loud_as_speech_and_short() -> None:
    measured = sound.measured(sound.chime(1.0))
    assert measured.seconds == pytest.approx(1.2, abs=0.01)
    assert -26 < measured.speech_dbfs < -14
    assert measured.peak_dbfs < -3


def stereo() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(44100)
        writer.writeframes(bytes(400))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("wav", "sentence"),
    [
        (b"", "no WAV"),
        (b"RIFF", "no WAV"),
        (b"<html>not found</html>", "no WAV"),
        (stereo(), "WAV of 2 channels, 2 bytes, 44100 Hz: expected 1, 2, 22050"),
        (sound.silence(1)[:2000], "WAV cut off: 978 of 22050 samples"),
    ],
)
def test_what_is_no_sound_is_named(wav: bytes, sentence: str) -> None:
    with pytest.raises(sound.SoundError, match=sentence):
        sound.samples(wav)
