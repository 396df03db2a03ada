"""Recorded sentences: gives the clip of a line when one voice recorded all of it, and never half of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from kiosk.voice.sound import SoundError, joined, louder, seconds_and_peak

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kiosk.voice.cache import ClipCache

Names = Mapping[str, str]
"""Under which name each phrase of a language is filed, by its words as they are read."""

_SILENT_BELOW_DBFS: Final = -40.0
_CLAUSE_PAUSE_S: Final = 0.25
_WORD_PAUSE_S: Final = 0.02
"""On top of the margins of the recordings: symbols of a plate follow each other as they are dictated."""


class Bank:
    """Folders of recordings, `<language>/<name>.wav` in each; the first that holds a whole line says it.

    Used by one thread. Files may come and go while the box runs. One that is damaged or silent is as good as none: the
    line is rendered.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        names: Callable[[str], Names],
        split: Callable[[str], Sequence[str]],
        cache: ClipCache,
    ) -> None:
        """Look into `folders`; `names` gives a language's names, `split` takes a line apart into clauses."""
        self._folders = folders
        self._names = names
        self._split = split
        self._cache = cache

    def clip(self, line: str, language: str, volume: float) -> bytes | None:
        """Give a WAV that says all of the line in one recorded voice, at `volume` times its amplitude; None without."""
        for folder in self._folders:
            place = folder / language
            if not place.is_dir():
                continue
            found = self._found(place, line, self._names(language))
            if found:
                return self._at(volume, found)
        return None

    def _found(self, place: Path, line: str, names: Names) -> list[tuple[bytes, float]] | None:
        whole = _recording(place, names, line)
        if whole is not None:
            return [(whole, 0.0)]
        pieces: list[tuple[bytes, float]] = []
        for clause in self._split(line):
            one = _recording(place, names, clause)
            words = [clause] if one is not None else clause.split()
            for word in words:
                said = one or _recording(place, names, word)
                if said is None:
                    return None
                pieces.append((said, _WORD_PAUSE_S))
            pieces[-1] = (pieces[-1][0], _CLAUSE_PAUSE_S)
        return [*pieces[:-1], (pieces[-1][0], 0.0)] if pieces else None

    def _at(self, volume: float, pieces: list[tuple[bytes, float]]) -> bytes:
        wavs, pauses = zip(*pieces, strict=True)
        sound = wavs[0] if len(wavs) == 1 else joined(wavs, pauses)
        if volume == 1:
            return sound
        key = self._cache.key("bank", hashlib.sha256(sound).hexdigest(), round(volume, 2))
        kept = self._cache.get(key)
        if kept is None:
            kept = louder(sound, volume)
            self._cache.put(key, kept)
        return kept


def _recording(place: Path, names: Names, words: str) -> bytes | None:
    name = names.get(words) or names.get(words.casefold())
    if name is None:
        return None
    try:
        wav = (place / f"{name}.wav").read_bytes()
        _, peak = seconds_and_peak(wav)
    except (OSError, SoundError):
        return None
    return wav if peak >= _SILENT_BELOW_DBFS else None
