"""Keeps rendered lines on the disk, never more than a few megabytes of them, and never gives back a damaged one."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from typing import TYPE_CHECKING, Final

from kiosk.voice.sound import SoundError, seconds_and_peak

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_BYTES: Final = 64 * 1024 * 1024
"""About 25 minutes of speech: every fixed phrase of both languages and some hundred plates."""

_FORM: Final = 1
"""Grows when the sound of the same line changes by our own doing, so that no old clip is heard."""


class ClipCache:
    """A folder of WAV files named by the hash of what they say and how. Used by one thread.

    A folder that cannot be written costs time and nothing else: every line is rendered anew.
    """

    def __init__(self, folder: Path, most_bytes: int = DEFAULT_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def key(*parts: str | float) -> str:
        """Name a clip by everything that makes it sound as it does."""
        return hashlib.sha256(json.dumps([_FORM, *parts], ensure_ascii=False).encode()).hexdigest()

    def get(self, key: str) -> bytes | None:
        """Give a clip that was kept, None when there is none or a power cut left it in pieces."""
        path = self._path(key)
        try:
            wav = path.read_bytes()
            os.utime(path)  # the least recently used go first
        except OSError:
            return None
        if _whole(wav):
            return wav
        with contextlib.suppress(OSError):
            path.unlink()
        return None

    def put(self, key: str, wav: bytes) -> None:
        """Keep a clip, and let the ones go that were not used for longest."""
        path = self._path(key)
        half_written = path.with_suffix(".tmp")
        with contextlib.suppress(OSError):
            half_written.write_bytes(wav)
            half_written.replace(path)
            self._shrink()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.wav"

    def _shrink(self) -> None:
        files = [(path, path.stat()) for path in self._folder.glob("*.wav")]
        total = sum(stat.st_size for _, stat in files)
        for path, stat in sorted(files, key=lambda file: file[1].st_mtime_ns):
            if total <= self._most_bytes:
                return
            path.unlink()
            total -= stat.st_size


def _whole(wav: bytes) -> bool:
    """Tell a clip from what a power cut may leave of one: nothing, a part, zeros."""
    try:
        _, peak = seconds_and_peak(wav)
    except SoundError:
        return False
    return math.isfinite(peak)
