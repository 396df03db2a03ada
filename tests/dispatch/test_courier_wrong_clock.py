"""A clock that is put right by a day, or a box that wakes in the wrong year: no ride changes, nothing is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from fakes_courier import Rig
from fakes_dispatcher import S, wish

from dispatch_client.courier import Policy
from dispatch_client.errors import Refusal, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JUMPS = [timedelta(days=1), timedelta(days=-1), timedelta(days=4000), timedelta(hours=-3)]
WRONG = [datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)]
RIDE = (S.OFFERED, S.ARRIVED, S.IN_PROGRESS, S.COMPLETED)
GONE = Refused(Refusal.NOT_FOUND, "never heard of it")


def ride(rig: Rig, at: int, happens: Callable[[], None]) -> list[str]:
    """One ride from the press to its end, in which something happens to the clock before step `at`."""
    ref = rig.press()
    seen = []
    for number, status in enumerate(RIDE):
        if number == at:
            happens()
        rig.pass_s(7)
        rig.dispatcher.move(status)
        rig.pass_s(40)  # longer than any two reads are apart
        seen.append(rig.status(ref).value)
        assert not rig.trip(ref).asks_again
    assert len(rig.dispatcher.rides) == 1
    kept = rig.on_disk(ref)
    assert kept is not None
    assert kept.status is S.COMPLETED
    return seen


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("at", range(len(RIDE)))
def test_a_jump_of_the_clock_at_any_step_of_a_ride_changes_nothing(
    tmp_path: Path, jump: timedelta, at: int, count: Callable[[str, int], None]
) -> None:
    with Rig(tmp_path / "right") as rig:
        usual = ride(rig, at, lambda: None)
    with Rig(tmp_path / "jump") as rig:

        def jumps() -> None:
            rig.clock.wall += jump

        assert ride(rig, at, jumps) == usual == ["driver_assigned", "arrived", "in_progress", "completed"]
    count("clocks that jumped or were wrong after a reboot", 1)


@pytest.mark.parametrize("wall", WRONG, ids=lambda wall: str(wall.year))
@pytest.mark.parametrize("at", range(1, len(RIDE)))
def test_a_reboot_into_the_wrong_time_at_any_step_of_a_ride_goes_on_with_it(
    tmp_path: Path, wall: datetime, at: int, count: Callable[[str, int], None]
) -> None:
    with Rig(tmp_path) as rig:

        def wakes() -> None:
            rig.clock.reboot(trusted=False, wall=wall)
            rig.restart()

        assert ride(rig, at, wakes) == ["driver_assigned", "arrived", "in_progress", "completed"]
    count("clocks that jumped or were wrong after a reboot", 1)


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_booking_that_is_not_seen_for_a_moment_while_the_clock_jumps_is_not_given_up(
    tmp_path: Path, jump: timedelta
) -> None:
    with Rig(tmp_path) as rig:
        ref = rig.press()
        rig.dispatcher.next("get", GONE, GONE)
        rig.clock.wall += jump
        rig.pass_s(8)
        assert rig.dispatcher.count("get") >= 2
        assert rig.status(ref) is S.REQUESTED
        assert len(rig.trip(ref).attempts) == 1
        rig.dispatcher.next("get", *[GONE] * 20)
        rig.pass_s(30)
        assert len(rig.trip(ref).attempts) == 2, "what stays unknown is believed"


@pytest.mark.parametrize("wall", WRONG, ids=lambda wall: str(wall.year))
def test_a_box_that_does_not_know_the_time_forgets_nothing(tmp_path: Path, wall: datetime) -> None:
    with Rig(tmp_path, policy=Policy(keep_days=30)) as rig:
        ref = rig.press(wish(42))
        rig.dispatcher.move(S.COMPLETED)
        rig.pass_s(5)
        rig.clock.reboot(trusted=False, wall=wall)
        rig.restart()
        rig.pass_s(13 * 3600)
        assert rig.on_disk(ref) is not None
        rig.clock.wall, rig.clock.trusted = datetime(2026, 5, 1, tzinfo=UTC), True
        rig.pass_s(7 * 3600)
        assert rig.on_disk(ref) is None, "once it does, what is old goes"
