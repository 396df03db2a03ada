"""Looks at the trip store: can it be written, is it whole, what waits in it, how did the last trips end."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from dispatch_client.aside import stands_aside
from dispatch_client.inspection import StoreFacts, inspect
from dispatch_client.store import OutboxError, damage_mark
from dispatch_client.trips import TripStatus
from kiosk.doctor.result import Fact, Result, fail, ok, unknown, warn

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


LEAST_MB: Final = 50
LOW_MB: Final = 500
"""A trip takes 4 kB; the rest is for the journal and for an update."""
STUCK_S: Final = 120.0
"""A trip is sent within a second when all is well, and within seconds after the network came back."""
_SERVED: Final = frozenset({TripStatus.COMPLETED, TripStatus.IN_PROGRESS})
_AS_ANOTHER: Final = "Run the doctor as root, or as the user whom the box runs as."
_NOT_SERVED: Final = (
    TripStatus.NO_DRIVERS,
    TripStatus.EXPIRED,
    TripStatus.FAILED,
    TripStatus.REJECTED,
    TripStatus.CANCELLED_BY_DRIVER,
)


def look(folder: Path, key_file: Path, now: datetime) -> Iterator[Result]:
    """Tell about the folder, then about the store in it."""
    if not _open_to_us(folder):
        yield unknown("outbox.folder", f"This user may not look into {folder}.", _AS_ANOTHER)
        return
    yield disk(folder)
    yield writable(folder)
    found = stands_aside(folder)
    path = folder / "trips.db"
    if found or damage_mark(path).exists():
        cure = f"Keep {folder} and send a support bundle; move what stands aside away when it is settled."
        yield warn("outbox.aside", f"{len(found)} damaged parts of the store stand aside.", cure, count=len(found))
    if not path.exists():
        yield ok("outbox.open", "There is no store yet: it is made at the first start.")
        return
    try:
        facts = inspect(path, key_file, now)
    except OutboxError as error:
        yield closed(error, path, key_file)
        return
    yield whole(facts)
    yield rows(facts, now)
    yield last_trips(facts.recent)


def _open_to_us(folder: Path) -> bool:
    try:
        with os.scandir(folder):
            return True
    except FileNotFoundError:
        return True
    except OSError:
        return False


def disk(folder: Path) -> Result:
    """Judge the space that is left where the store is, or will be."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    try:
        seen = os.statvfs(there)
    except OSError as error:
        return unknown("outbox.disk", f"{there} cannot be looked at: {error.strerror}.", "Run the doctor as root.")
    left = seen.f_bavail * seen.f_frsize // 2**20
    facts: dict[str, Fact] = {"free_mb": left, "read_only": bool(seen.f_flag & os.ST_RDONLY)}
    if seen.f_flag & os.ST_RDONLY:
        cure = "Look for disk errors: `sudo dmesg | grep -i error`; check the memory card, then restart."
        return fail("outbox.disk", f"The disk of {there} is read-only: no press can be taken.", cure, **facts)
    full = seen.f_files > 0 and seen.f_favail == 0
    cure = "Make room: `sudo journalctl --vacuum-size=100M`, `sudo apt-get clean`."
    if left < LEAST_MB or full:
        what = "no more files fit on it" if full else f"{left} MB are left"
        return fail("outbox.disk", f"The disk of {there} is full: {what}.", cure, **facts)
    if left < LOW_MB:
        return warn("outbox.disk", f"Only {left} MB are left on the disk of {there}.", cure, **facts)
    return ok("outbox.disk", f"{left} MB are left on the disk.", **facts)


def writable(folder: Path) -> Result:
    """Try to write where the store is; what is written has no name and is gone at once."""
    name = "outbox.folder"
    if not folder.exists():
        cure = f"Run `sudo install -d -m 700 -o USER {folder}` with the user whom the box runs as."
        return warn(name, f"{folder} is not there yet.", cure)
    try:
        handle = os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError as error:
        if isinstance(error, PermissionError):
            cure = f"Run the doctor as root or as the box's user; if it is that one: `sudo chown -R USER {folder}`."
            return unknown(name, f"This user may not write to {folder}.", cure)
        return fail(name, f"{folder} cannot be written: {error.strerror}.", "Check the disk: `sudo dmesg | tail`.")
    try:
        os.write(handle, b"x")
    except OSError as error:
        return fail(name, f"{folder} cannot be written: {error.strerror}.", "Make room on the disk.")
    finally:
        os.close(handle)
    return ok(name, "The store's folder can be written.")


def closed(error: OutboxError, path: Path, key_file: Path) -> Result:
    """Judge why a store cannot be read."""
    if not _readable(path) or (key_file.exists() and not _readable(key_file)):
        return unknown("outbox.open", f"This user may not read {path} and its key.", _AS_ANOTHER)
    if not key_file.exists():
        cure = f"Put the copy of {key_file} back that was kept elsewhere; without it nobody can read the trips."
        return fail("outbox.open", f"The store's key {key_file} is missing.", cure)
    cure = "Is this its key file? Keep both, and send a support bundle; the box sets a damaged store aside by itself."
    return fail("outbox.open", f"The trip store cannot be read: {error}.", cure)


def _readable(path: Path) -> bool:
    try:
        with path.open("rb"):
            return True
    except OSError:
        return False


def whole(facts: StoreFacts) -> Result:
    """Judge whether the store is undamaged."""
    if facts.damage is None:
        return unknown(
            "outbox.whole", "The store is too large to be read through here.", "Nothing else speaks of damage."
        )
    if facts.damage or facts.unreadable:
        cure = "Keep a copy of the store's folder, check the disk, and send a support bundle."
        said = facts.damage[0] if facts.damage else f"{facts.unreadable} trips cannot be understood"
        return fail("outbox.whole", f"The trip store is damaged: {said}.", cure, unreadable=facts.unreadable)
    return ok("outbox.whole", "The trip store is whole.")


def rows(facts: StoreFacts, now: datetime) -> Result:
    """Judge what waits to be sent."""
    oldest_s = max(0, round((now - facts.oldest).total_seconds())) if facts.oldest else None
    figures: dict[str, Fact] = {"live": facts.live, "waiting": facts.waiting, "later": facts.later}
    figures |= {"asking": facts.asking, "oldest_s": oldest_s}
    if oldest_s is not None and oldest_s > STUCK_S:
        waits = f"{facts.waiting} trips wait" if facts.waiting > 1 else "One trip waits"
        cure = "See what is said of network and dispatcher; go to the box: somebody may stand there."
        return warn("outbox.rows", f"{waits} to be sent, the oldest for {oldest_s // 60} min.", cure, **figures)
    return ok("outbox.rows", f"{facts.live} trips are under way, {facts.waiting} wait to be sent.", **figures)


def last_trips(recent: Mapping[str, int]) -> Result:
    """Count how the last trips ended; many that were not served are worth a look."""
    counted = {TripStatus(name): count for name, count in recent.items()}
    said = ", ".join(f"{count} {status.value}" for status, count in sorted(counted.items(), key=lambda one: -one[1]))
    ended_badly = sum(counted.get(status, 0) for status in _NOT_SERVED)
    served = sum(counted.get(status, 0) for status in _SERVED)
    figures: dict[str, Fact] = {status.value: count for status, count in counted.items()}
    if ended_badly > served:
        cure = "Ask the dispatcher how many taxis there are here; call whoever looks after these people."
        return warn("outbox.trips", f"More of the last trips failed than were served: {said}.", cure, **figures)
    return ok("outbox.trips", f"The last trips: {said or 'there were none'}.", **figures)
