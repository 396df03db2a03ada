"""What of the trip store cannot be read stands aside under a dated name, whole, and is never deleted."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_MARK: Final = "unreadable"
_HEAD: Final = 32
_FRAME_HEAD: Final = 24
_PAGE: Final = 4096
"""Bytes of a log's head, of a frame's and of a page of SQLCipher 4.

https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something that could not be read."""

    path: Path
    """Where it stands now; its log, when it has one, beside it with `-wal` behind the name."""
    sentence: str
    """What happened, for the staff."""


def stands_aside(folder: Path) -> list[Path]:
    """Everything that was ever set aside in this store folder and not taken away by a person, oldest first."""
    return sorted(part for part in folder.glob(f"trips.{_MARK}-*") if not part.name.endswith("-shm"))


def set_aside(path: Path) -> SetAside:
    """Give the store's files a dated name. Raises OSError.

    A connection may still be open: SQLite sees that its file has moved, and leaves the log as it is.
    """
    aside = _free_name(path)
    for suffix in ("-wal", "-shm", ""):
        part = _with(path, suffix)
        if part.exists():
            part.rename(_with(aside, suffix))
    sync_folder(path.parent)
    return SetAside(
        aside,
        f"the trip store could not be read; it stands aside as {aside} and a new one was begun: "
        "what was alive in it is not served any more",
    )


def set_log_aside(path: Path, frames: int) -> SetAside | None:
    """Give the log a dated name when it holds commits behind the `frames` that SQLite could read. Raises OSError.

    Those frames must be in the store's file already, and the connection must begin a new log: open it anew.

    SQLite reads its log up to the first byte that is wrong and drops the rest without a word. A power cut leaves at
    most one such commit, the one under way, of which nobody was told: more than that is damage.
    """
    try:
        log = _with(path, "-wal").open("rb")
    except FileNotFoundError:
        return None
    with log:
        lost = _commits_behind(log, frames)
    if not lost:
        return None
    aside = _free_name(path)
    _with(path, "-wal").rename(_with(aside, "-wal"))
    sync_folder(path.parent)
    return SetAside(
        aside,
        f"the log of the trip store was damaged, and its last {lost} or more changes cannot be read; "
        f"it stands aside as {_with(aside, '-wal')}, and what came before goes on",
    )


def _commits_behind(log: IO[bytes], frames: int) -> int:
    head = log.read(_HEAD)
    first = log.read(_FRAME_HEAD)
    whole = _is_whole(head)
    salts = head[16:24] if whole else first[8:16]  # each round of the log has its own: older frames do not count
    commits = 0
    for start in range(_HEAD + frames * (_FRAME_HEAD + _PAGE), os.fstat(log.fileno()).st_size, _FRAME_HEAD + _PAGE):
        log.seek(start)
        frame = log.read(_FRAME_HEAD)
        commits += frame[4:8] > bytes(4) and frame[8:16] == salts
    return commits if commits > whole else 0


def _is_whole(head: bytes) -> bool:
    """Whether the checksum at the end of the log's head is that of the head."""
    if len(head) < _HEAD:
        return False
    words = struct.unpack(">6I" if head[3] & 1 else "<6I", head[:24])
    one = two = 0
    for even, odd in zip(words[::2], words[1::2], strict=True):
        one = one + even + two & 0xFFFFFFFF
        two = two + odd + one & 0xFFFFFFFF
    return head[24:] == struct.pack(">2I", one, two)


def _free_name(path: Path) -> Path:
    """A name with today's date (UTC, as this box knows it) that nothing has yet."""
    day = f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    names = (f"{path.stem}.{_MARK}-{day}{again}{path.suffix}" for again in ("", *(f"-{n}" for n in range(2, 10_000))))
    return next(p for name in names if not (p := path.with_name(name)).exists() and not _with(p, "-wal").exists())


def _with(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def sync_folder(folder: Path) -> None:
    """Wait until the names in it are on disk: a new name is there only when its folder is. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
