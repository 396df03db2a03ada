"""How old something is, or that no clock can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes_dispatcher import FakeClock

from dispatch_client.clock import FastClock, Moment, SystemClock

THEN = Moment("boot-1", 100.0, datetime(2026, 3, 2, 9, 0, tzinfo=UTC), trusted=True)


def later(**changes: object) -> Moment:
    moved = replace(THEN, mono=160.0, wall=THEN.wall + timedelta(seconds=60))
    return replace(moved, **changes)  # type: ignore[arg-type]


def test_within_one_boot_only_the_monotonic_clock_counts() -> None:
    assert THEN.age_s(later()) == 60
    assert THEN.age_s(later(wall=THEN.wall - timedelta(days=1))) == 60
    assert THEN.age_s(later(wall=THEN.wall + timedelta(days=1), trusted=False)) == 60
    assert THEN.age_s(replace(THEN, mono=99.0)) == 0


def test_across_boots_the_wall_clock_counts_when_both_ends_are_trusted() -> None:
    assert THEN.age_s(later(boot_id="boot-2", mono=3.0)) == 60
    assert THEN.age_s(later(boot_id="boot-2", wall=THEN.wall - timedelta(days=1))) == 0


def test_across_boots_without_trusted_time_nobody_can_tell() -> None:
    assert THEN.age_s(later(boot_id="boot-2", trusted=False)) is None
    assert replace(THEN, trusted=False).age_s(later(boot_id="boot-2")) is None


def test_the_machine_clocks_agree_with_the_machine() -> None:
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    assert first.mono <= second.mono
    assert first.age_s(second) == second.mono - first.mono
    assert first.wall.tzinfo is not None
    assert abs((datetime.now(UTC) - second.wall).total_seconds()) < 60
    assert first.trusted is second.trusted


def test_a_hurried_clock_starts_at_the_present_and_runs_faster() -> None:
    real = FakeClock()
    fast = FastClock(real, 60)
    assert fast.now() == real.now()
    real.pass_s(2)
    assert fast.now().mono == 1000 + 120
    assert (fast.now().wall - real.now().wall).total_seconds() == 118
    assert fast.speed == 60
