"""WAV bytes in, WAV bytes out: measured, trimmed and brought to one loudness, with nothing but the standard library."""

from __future__ import annotations

import io
import math
import sys
import wave
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

RATE_HZ: Final = 22050
"""What espeak-ng renders; everything here is mono, 16 bits."""
FULL_SCALE: Final = 32768

SPEECH_DBFS: Final = -20.0
"""RMS of the spoken parts at volume 1. espeak-ng renders -14 to -21; one level for all spares the ears."""
_FRAME_S: Final = 0.02
_SPOKEN_ABOVE_DBFS: Final = -50.0
_MARGIN_S: Final = 0.06
"""What is left of the silence at both ends: espeak-ng appends 0.4 s, and pauses are ours to choose."""
_FADE_S: Final = 0.008
_KNEE: Final = 0.7 * FULL_SCALE
"""From here on peaks are bent instead of cut off: a loud voice distorts softly and never wraps."""


_CUT_ROW: Final = 3
"""A loud voice may touch full scale for a sample or two; one that was cut off stays there."""


class SoundError(Exception):
    """The bytes are no sound that can be played; the text says why."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How a sound is: length in seconds, loudness in dBFS (0 is full scale; -inf is silence)."""

    seconds: float
    peak_dbfs: float
    speech_dbfs: float
    """RMS over the frames of 20 ms in which something sounds."""


def samples(wav: bytes) -> array[int]:
    """Unpack a mono 16-bit WAV.

    Raises:
        SoundError: it is not one, or it is shorter than its header says.
    """
    try:
        with wave.open(io.BytesIO(wav)) as reader:
            form = (reader.getnchannels(), reader.getsampwidth(), reader.getframerate())
            promised = reader.getnframes()
            data = array("h", reader.readframes(promised))
    except (wave.Error, EOFError, ValueError) as error:
        raise SoundError(f"no WAV: {error}") from None
    if form != (1, 2, RATE_HZ):
        raise SoundError(f"WAV of {form[0]} channels, {form[1]} bytes, {form[2]} Hz: expected 1, 2, {RATE_HZ}")
    if len(data) < promised:
        raise SoundError(f"WAV cut off: {len(data)} of {promised} samples")
    if sys.byteorder == "big":
        data.byteswap()
    return data


def packed(data: array[int]) -> bytes:
    """Pack samples into a mono 16-bit WAV."""
    if sys.byteorder == "big":
        data = array("h", data)
        data.byteswap()
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(data.tobytes())
    return buffer.getvalue()


def seconds_and_peak(wav: bytes) -> tuple[float, float]:
    """Give length in seconds and peak in dBFS: the quick look, one millisecond for ten seconds of sound.

    Raises:
        SoundError: as `samples`.
    """
    data = samples(wav)
    return len(data) / RATE_HZ, _dbfs(_peak(data))


def measured(wav: bytes) -> Measured:
    """Measure a sound.

    Raises:
        SoundError: as `samples`.
    """
    data = samples(wav)
    seconds, peak = seconds_and_peak(wav)
    return Measured(seconds, peak, _dbfs(_speech_rms(_frames(data))))


def levelled(wav: bytes, volume: float) -> bytes:
    """Trim the silence at both ends, bring the speech to `SPEECH_DBFS` times `volume`, fade in and out.

    A silent sound stays as it is.

    Raises:
        SoundError: as `samples`.
    """
    data = samples(wav)
    frames = _frames(data)
    threshold = _amplitude(_SPOKEN_ABOVE_DBFS)
    spoken = [i for i, rms in enumerate(frames) if rms > threshold]
    if not spoken:
        return wav
    size, margin = int(_FRAME_S * RATE_HZ), int(_MARGIN_S * RATE_HZ)
    data = data[max(0, spoken[0] * size - margin) : (spoken[-1] + 1) * size + margin]
    gain = volume * _amplitude(SPEECH_DBFS) / _speech_rms(frames)
    if gain * _peak(data) <= _KNEE:
        data = array("h", [int(x * gain) for x in data])
    else:
        data = array("h", [_bent(x * gain) for x in data])
    _fade(data)
    return packed(data)


def louder(wav: bytes, volume: float) -> bytes:
    """Give the sound at `volume` times its amplitude, bent where that is too much.

    Raises:
        SoundError: as `samples`.
    """
    data = samples(wav)
    if volume * _peak(data) <= _KNEE:
        return packed(array("h", [int(x * volume) for x in data]))
    return packed(array("h", [_bent(x * volume) for x in data]))


def joined(wavs: Sequence[bytes], pauses_s: Sequence[float]) -> bytes:
    """Put sounds one after the other, each followed by its pause in seconds.

    Raises:
        SoundError: as `samples`.
    """
    data = array("h")
    for wav, pause_s in zip(wavs, pauses_s, strict=True):
        data.extend(samples(wav))
        data.extend(array("h", bytes(2 * int(pause_s * RATE_HZ))))
    return packed(data)


def silent_ends(wav: bytes) -> tuple[float, float]:
    """Tell how many seconds at the beginning and at the end nothing sounds.

    Raises:
        SoundError: as `samples`.
    """
    frames = _frames(samples(wav))
    spoken = [i for i, rms in enumerate(frames) if rms > _amplitude(_SPOKEN_ABOVE_DBFS)]
    if not spoken:
        return len(frames) * _FRAME_S, len(frames) * _FRAME_S
    return spoken[0] * _FRAME_S, (len(frames) - 1 - spoken[-1]) * _FRAME_S


def cut_off(wav: bytes) -> int:
    """Count the places where a recording ran into full scale: some samples in a row that stand at the very end of it.

    Raises:
        SoundError: as `samples`.
    """
    places = row = 0
    for x in samples(wav):
        row = row + 1 if x >= FULL_SCALE - 1 or x <= 1 - FULL_SCALE else 0
        places += row == _CUT_ROW
    return places


def chime(volume: float) -> bytes:
    """Make the two falling tones that come before a call: E5 and C5, where old ears still hear well, 1.2 s."""
    data = array("h")
    amplitude = volume * _amplitude(SPEECH_DBFS) * 2
    for hertz in (659.3, 523.3):
        turn = 2 * math.pi * hertz / RATE_HZ
        decay = math.log(40) / (0.6 * RATE_HZ)
        data.extend(
            _bent(amplitude * math.exp(-decay * i) * (math.sin(turn * i) + 0.3 * math.sin(2 * turn * i)))
            for i in range(int(0.6 * RATE_HZ))
        )
    _fade(data)
    return packed(data)


def silence(seconds: float) -> bytes:
    """Make a WAV in which nothing is heard."""
    return packed(array("h", bytes(2 * int(seconds * RATE_HZ))))


def _peak(data: array[int]) -> int:
    highest, lowest = max(data, default=0), min(data, default=0)
    return max(highest, -lowest)


def _frames(data: array[int]) -> list[float]:
    size = int(_FRAME_S * RATE_HZ)
    starts = range(0, len(data), size)
    return [math.sqrt(sum(x * x for x in data[i : i + size]) / size) for i in starts]


def _speech_rms(frames: list[float]) -> float:
    threshold = _amplitude(_SPOKEN_ABOVE_DBFS)
    spoken = [rms * rms for rms in frames if rms > threshold]
    return math.sqrt(sum(spoken) / len(spoken)) if spoken else 0.0


def _amplitude(dbfs: float) -> float:
    return FULL_SCALE * math.pow(10, dbfs / 20)


def _dbfs(amplitude: float) -> float:
    return 20 * math.log10(amplitude / FULL_SCALE) if amplitude else -math.inf


def _bent(x: float) -> int:
    over = abs(x) - _KNEE
    if over <= 0:
        return int(x)
    room = FULL_SCALE - 1 - _KNEE
    return int(math.copysign(_KNEE + room * math.tanh(over / room), x))


def _fade(data: array[int]) -> None:
    steps = min(int(_FADE_S * RATE_HZ), len(data) // 2)
    for i in range(steps):
        data[i] = data[i] * i // steps
        data[-1 - i] = data[-1 - i] * i // steps
