"""Looks at the clocks: is the time right, and since when does this machine run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kiosk.doctor.result import Fact, Result, fail, ok, warn

if TYPE_CHECKING:
    from dispatch_client.clock import Moment
    from kiosk.doctor.machine import Machine

OLDEST: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""This program is younger than that: a clock that says less was never set."""


def look(machine: Machine, now: Moment) -> Iterator[Result]:
    """Tell whether the wall clock is kept by somebody, and how long ago the machine was started."""
    yield synchronised(now, battery=bool(machine.glob("sys/class/rtc/rtc*")))
    yield started(now)


def synchronised(now: Moment, *, battery: bool) -> Result:
    """Judge the wall clock. `battery`: the machine has a clock that goes on without power."""
    said = now.wall.isoformat(timespec="seconds")
    facts: dict[str, Fact] = {"wall": said, "battery_clock": battery}
    if now.wall < OLDEST:
        cure = "Set it: `sudo timedatectl set-ntp true`, or by hand `sudo timedatectl set-time`; without it TLS fails."
        return fail("clock.sync", f"The clock says {said}: it was never set.", cure, **facts)
    if now.trusted:
        return ok("clock.sync", "The clock is kept by a time server.", **facts)
    after = "" if battery else " This machine has no clock battery either: after a power cut it asks people again."
    cure = "Run `sudo timedatectl set-ntp true` and let the time server through the firewall (UDP 123)."
    return warn("clock.sync", f"Nobody keeps the clock right.{after}", cure, **facts)


def started(now: Moment) -> Result:
    """Tell since when the machine runs."""
    hours, minutes = divmod(int(now.mono) // 60, 60)
    days, hours = divmod(hours, 24)
    since = f"{days} d {hours} h" if days else f"{hours} h {minutes} min"
    return ok("clock.boot", f"The machine has been running for {since}.", seconds=int(now.mono), boot_id=now.boot_id)
