"""Finds out who stands between us and a port: which programs hold it, which group may open it."""

from __future__ import annotations

import contextlib
import grp
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
PTY_MAJORS: Final = range(136, 144)
"""Device numbers of pseudo terminals on Linux, their slave sides."""
_PTY_MASTER: Final = os.makedev(5, 2)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has a port open."""

    pid: int
    program: str
    """Its short name, as `ModemManager`; "" when it ended meanwhile."""
    locks: bool = False
    """It keeps others out; without this it reads along and takes bytes away."""

    def __str__(self) -> str:
        return f"{self.program} (process {self.pid})" if self.program else f"process {self.pid}"


_USUAL: Final = "End that program; ModemManager, brltty and a login console are the usual ones."
_THIEVES: Final = {
    "ModemManager": (
        "Run `sudo systemctl disable --now ModemManager`, or tell it to leave this port alone: "
        'a udev rule with ENV{ID_MM_DEVICE_IGNORE}="1".'
    ),
    "brltty": "Run `sudo apt-get remove brltty`: it takes such adapters for Braille displays.",
    "agetty": "Run `sudo systemctl disable --now serial-getty@{port}`: a login console is on this port.",
    "getty": "Run `sudo systemctl disable --now serial-getty@{port}`: a login console is on this port.",
}
"""Programs that take serial ports nobody gave them, and how each is made to leave."""


def holders(path: str, proc: Path = PROC) -> tuple[Holder, ...]:
    """Give the processes that have `path` open or locked, ours included.

    Locks are seen whoever holds them; mere openings only of processes whose descriptors we may read (our own user's,
    or all as root). An empty answer is no proof that nobody holds it.
    """
    try:
        wanted = os.stat(path)  # noqa: PTH116 - one call that follows links
    except OSError:
        return ()
    lockers = _lockers(wanted, proc)
    is_pty = os.major(wanted.st_rdev) in PTY_MAJORS
    pids = lockers | {int(process.name) for process in proc.glob("[0-9]*") if _reads(process, wanted, is_pty=is_pty)}
    return tuple(Holder(pid, program(pid, proc), pid in lockers) for pid in sorted(pids))


def program(pid: int, proc: Path = PROC) -> str:
    """Give the short name of a process, "" when there is none of this number."""
    try:
        return (proc / str(pid) / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def cure_for(holder: Holder, path: str) -> str:
    """Say how to make the program leave that holds a port."""
    return _THIEVES.get(holder.program, _USUAL).replace("{port}", Path(path).resolve().name)


def group_of(path: str) -> str:
    """Give the group that may open `path` (usually `dialout`), its number when it has no name, "" when unknown."""
    try:
        number = os.stat(path).st_gid  # noqa: PTH116 - one call that follows links
    except OSError:
        return ""
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def cure_for_forbidden(path: str, group: str) -> str:
    """Say how to be let in: by joining the group, where that helps, else by a rule that gives the port to one."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - one call that follows links
    except OSError:
        mode = 0
    open_to_group = mode & (stat.S_IRGRP | stat.S_IWGRP) == stat.S_IRGRP | stat.S_IWGRP
    if open_to_group and group not in {"", "root"}:
        return f"Run `sudo usermod -aG {group} $USER` and log in again."
    return (
        "Give the port to a group that this user is in (`sudo usermod -aG dialout $USER`, log in again) "
        'with a udev rule: SUBSYSTEM=="tty", GROUP="dialout", MODE="0660".'
    )


def _lockers(wanted: os.stat_result, proc: Path) -> set[int]:
    """Read who holds a lock on a file, from lines such as `3: FLOCK  ADVISORY  WRITE 812 00:18:7 0 EOF`."""
    file = f"{os.major(wanted.st_dev):02x}:{os.minor(wanted.st_dev):02x}:{wanted.st_ino}"
    try:
        lines = (proc / "locks").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return set()
    owners = (line.split()[-4] for line in lines if line.split()[-3:-2] == [file] and "->" not in line)  # those wait
    return {int(pid) for pid in owners if pid.isdigit() and int(pid) > 0}


def _reads(process: Path, wanted: os.stat_result, *, is_pty: bool) -> bool:
    """Whether a process has a port open; who made a pty has it open too, and is the device at its far end."""
    opened = _opened(process)
    return (wanted.st_dev, wanted.st_ino) in {(seen.st_dev, seen.st_ino) for seen in opened} and not (
        is_pty and any(seen.st_rdev == _PTY_MASTER for seen in opened)
    )


def _opened(process: Path) -> list[os.stat_result]:
    found = []
    with contextlib.suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.append(descriptor.stat())
    return found
