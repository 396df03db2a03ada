"""Remembers which messages were given to a modem, over restarts and power cuts: none is given to it twice."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from hardware.events import SmsResult

if TYPE_CHECKING:
    from pathlib import Path

_FILE: Final = "messages.log"
_KEPT: Final = 2000
"""Messages that are remembered, the oldest forgotten first; at one each quarter of an hour, three weeks."""
_JOB: Final = re.compile(r"[!-~]{1,100}")
_BEGUN, _FREE = "begun", "free"
_WORDS: Final = frozenset({_BEGUN, _FREE, *SmsResult})


class JobRecord:
    """A file of lines, `job word`, each on the disk before the next thing happens.

    Without a folder it forgets everything with the process.

    Args:
        folder: where the file lies; made when it is not there.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._words: dict[str, str] | None = None
        self._torn = False
        """The last line may have no end: the disk did not take all of it."""

    def open(self) -> None:
        """Read what was written before; a line that a power cut tore is not one.

        Raises:
            OSError: the folder cannot be read or written.
        """
        self._words = self._read() if self._folder else self._words or {}

    def known(self, job: str) -> SmsResult | None:
        """Give what became of a message that was given to the modem; None for one that never was.

        Of one that nobody wrote the end of, that is UNKNOWN. Raises OSError when nobody can tell.
        """
        if self._words is None:
            self.open()
        word = (self._words or {}).get(job, _FREE)
        if word == _FREE:
            return None
        return SmsResult.UNKNOWN if word == _BEGUN else SmsResult(word)

    def begin(self, job: str) -> None:
        """Note that a message is about to be given to the modem.

        Raises:
            OSError: it could not be written, so it must not be given.
            ValueError: the name is none: expected up to 100 visible ASCII characters.
        """
        if not _JOB.fullmatch(job):
            raise ValueError("the name of a message: expected up to 100 visible ASCII characters")
        self._write(job, _BEGUN)

    def end(self, job: str, result: SmsResult, *, submitted: bool) -> None:
        """Note what became of it; what was never given to the modem may be given later.

        Raises:
            OSError: it could not be written; then it stays UNKNOWN.
        """
        self._write(job, result.value if submitted else _FREE)

    def _write(self, job: str, word: str) -> None:
        if self._folder is not None:
            path = self._folder / _FILE
            new, torn, self._torn = not path.exists(), self._torn, True
            with path.open("a", encoding="ascii") as file:
                file.write(("\n" if torn else "") + f"{job} {word}\n")
                file.flush()
                os.fsync(file.fileno())
            if new:
                _sync(self._folder)
            self._torn = False
        words = dict(self._words or {})
        words.pop(job, None)
        self._words = {**words, job: word}

    def _read(self) -> dict[str, str]:
        assert self._folder is not None  # noqa: S101 - for mypy
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / _FILE
        lines = path.read_text("ascii", "replace").splitlines(keepends=True) if path.exists() else []
        words: dict[str, str] = {}
        for line in lines:
            job, _, word = line.removesuffix("\n").partition(" ")
            if line.endswith("\n") and _JOB.fullmatch(job) and word in _WORDS:
                words.pop(job, None)
                words[job] = word
        if lines and (len(lines) > 3 * _KEPT or not lines[-1].endswith("\n")):
            words = dict(list(words.items())[-_KEPT:])
            _rewrite(path, words)
        return words


def _rewrite(path: Path, words: dict[str, str]) -> None:
    """Leave out what is too old to matter, and what was torn."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="ascii") as file:
        file.writelines(f"{job} {word}\n" for job, word in words.items())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """See that the names in a folder are on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
