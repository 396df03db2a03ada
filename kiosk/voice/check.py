"""Finds what a listener would hear about a folder of recordings: what is missing, silent, too loud or cut off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.phrases import OPTIONAL, Phrase, phrases
from kiosk.voice.languages import plausible_seconds, speaker
from kiosk.voice.sound import SPEECH_DBFS, Measured, SoundError, cut_off, measured, silent_ends

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

_OFF_DB: Final = 1.5
_MOST_SILENCE_S: Final = 0.3
"""Pauses between sentences are ours; more than this at an end makes speech sound torn."""
_SOUNDS: Final = frozenset({".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma"})
_CONVERT: Final = "convert it with `sox {name} -r 22050 -c 1 -b 16 {stem}.wav`"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with one file."""

    file: str
    """Below the folder."""
    what: str
    """The fault, and where there is one its cure."""


def faults(folder: Path, language: str) -> Iterator[Fault]:
    """Give every fault of one language's recordings in `folder`, those that are missing first.

    A group of parts (numbers, minutes, symbols, what the keys tell) may be missing as a whole: it is then rendered.

    Raises:
        LookupError: the language is unknown, or was never compiled.
    """
    place = folder / language
    there = {path.name: path for path in sorted(place.iterdir()) if path.is_file()} if place.is_dir() else {}
    known = {f"{phrase.id}.wav": phrase for phrase in phrases(language)}
    for phrase in _missing([*known.values()], there):
        yield Fault(f"{language}/{phrase.id}.wav", f"missing: {phrase.text}")
    for name, path in there.items():
        for what in _heard(path, known.get(name), language):
            yield Fault(f"{language}/{name}", what)


def _missing(wanted: Sequence[Phrase], names: Collection[str]) -> Iterator[Phrase]:
    begun = {phrase.kind for phrase in wanted if f"{phrase.id}.wav" in names}
    for phrase in wanted:
        if f"{phrase.id}.wav" not in names and (phrase.kind not in OPTIONAL or phrase.kind in begun):
            yield phrase


def _heard(path: Path, phrase: Phrase | None, language: str) -> Iterator[str]:
    if path.suffix.casefold() not in _SOUNDS:
        return
    if path.suffix != ".wav":
        yield f"wrong format: {_CONVERT.format(name=path.name, stem=path.stem)}"
        return
    if phrase is None:
        yield "nobody says this: no phrase has this name; see `taxi-kiosk voice list`"
        return
    try:
        wav = path.read_bytes()
        sound = measured(wav)
    except OSError as error:
        yield f"cannot be read: {error.strerror}"
        return
    except SoundError as error:
        yield f"wrong format: {error}; {_CONVERT.format(name=path.name, stem='new')}"
        return
    yield from _measured(wav, sound, plausible_seconds(phrase.text, language, speaker(language).rate))


def _measured(wav: bytes, sound: Measured, plausible: tuple[float, float]) -> Iterator[str]:
    if math.isinf(sound.speech_dbfs):
        yield "silent"
        return
    least, most = plausible
    if not least <= sound.seconds <= most:
        much = "short" if sound.seconds < least else "long"
        yield f"too {much}: {sound.seconds:.2f} s, expected {least:.2f} to {most:.2f} s for its words"
    off = sound.speech_dbfs - SPEECH_DBFS
    if abs(off) > _OFF_DB:
        yield (
            f"too {'loud' if off > 0 else 'quiet'}: {sound.speech_dbfs:.1f} dBFS RMS, expected {SPEECH_DBFS:g}"
            f" within {_OFF_DB:g} dB; make it {-off:+.1f} dB"
        )
    for end, seconds in zip(("beginning", "end"), silent_ends(wav), strict=True):
        if seconds > _MOST_SILENCE_S:
            yield f"{seconds:.2f} s of silence at the {end}: at most {_MOST_SILENCE_S:g} s"
    if places := cut_off(wav):
        yield f"clipping in {places} place{'s' * (places > 1)}: record it again, further from full scale"
