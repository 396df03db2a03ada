"""What a power cut leaves of files whose every write was noted: all that was synced, and of the rest as one likes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from random import Random

    from disk_vfs import Step

_SECTOR: Final = 512
"""What a disk writes whole or not at all."""


class Left(Enum):
    """What of the writes that were not synced is on the disk afterwards."""

    NOTHING = "nothing"
    EVERYTHING = "everything"
    SOME = "some"
    """Any sectors of them, later ones without earlier ones too."""


@dataclass(slots=True)
class _Inode:
    data: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Not synced: bytes and where they go, or None and a size to cut at."""

    def put(self, at: int, data: bytes | None) -> None:
        if data is None:
            del self.data[at:]
        else:
            self.data.extend(bytes(max(0, at + len(data) - len(self.data))))
            self.data[at : at + len(data)] = data

    def sync(self) -> None:
        for at, data in self.waiting:
            self.put(at, data)
        self.waiting.clear()

    def left(self, how: Left, rng: Random) -> bytes:
        copy = _Inode(bytearray(self.data))
        for at, data in self.waiting:
            if how is Left.EVERYTHING:
                copy.put(at, data)
            elif how is Left.SOME:
                for start, part in _sectors(at, data):
                    if rng.random() < 0.5:
                        copy.put(start, part)
        return bytes(copy.data)


def _sectors(at: int, data: bytes | None) -> Iterator[tuple[int, bytes | None]]:
    if data is None:
        yield at, None
        return
    start = at
    while start < at + len(data):
        end = min((start // _SECTOR + 1) * _SECTOR, at + len(data))
        yield start, data[start - at : end - at]
        start = end


class Disk:
    """Takes steps one after the other; `cut` writes what a power cut at this moment would leave."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self._now: dict[str, _Inode] = {name: _Inode(bytearray(data)) for name, data in (files or {}).items()}
        self._names = dict(self._now)
        """The names that are on the disk itself."""
        self._waiting: list[tuple[str, _Inode | None]] = []

    def take(self, step: Step) -> None:
        match step.what:
            case "create":
                self._name(step.file, _Inode())
            case "write":
                self._now[step.file].waiting.append((step.at, step.data))
            case "truncate":
                self._now[step.file].waiting.append((step.at, None))
            case "sync":
                self._now[step.file].sync()
            case "delete":
                self._name(step.file, None)
            case "link" | "rename":
                self._name(step.data.decode(), self._now[step.file])
                if step.what == "rename":
                    self._name(step.file, None)
            case "folder":
                for name, inode in self._waiting:
                    _put(self._names, name, inode)
                self._waiting.clear()

    def _name(self, name: str, inode: _Inode | None) -> None:
        _put(self._now, name, inode)
        self._waiting.append((name, inode))

    def cut(self, folder: Path, how: Left, rng: Random) -> None:
        """Write the files as they would be found. Names come and go in order, as file systems keep them."""
        names = dict(self._names)
        some = {Left.NOTHING: 0, Left.EVERYTHING: len(self._waiting), Left.SOME: rng.randint(0, len(self._waiting))}
        for name, inode in self._waiting[: some[how]]:
            _put(names, name, inode)
        folder.mkdir(parents=True)
        for name, inode in names.items():
            (folder / name).write_bytes(inode.left(how, rng))


def _put(names: dict[str, _Inode], name: str, inode: _Inode | None) -> None:
    if inode is None:
        names.pop(name, None)
    else:
        names[name] = inode


def cut_at(
    steps: list[Step], places: Iterable[int], files: dict[str, bytes] | None = None
) -> Iterator[tuple[int, Disk]]:
    """Give the disk as it is after so many steps, for each of these places in rising order."""
    disk, done = Disk(files), 0
    for place in places:
        for step in steps[done:place]:
            disk.take(step)
        done = place
        yield place, disk
