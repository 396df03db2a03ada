"""The disk refuses to write, at any step of a visit: no promise is made that it does not hold, and none is broken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from disk_vfs import FULL, IO_SYNC, IO_WRITE, READ_ONLY, NotedDisk
from fakes_courier import Rig
from fakes_dispatcher import S, wish

from dispatch_client.attempts import attempt_ref
from dispatch_client.outbox import OutboxError, open_outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_client.trips import TripRequest

REFUSALS = {
    "full": {"write": FULL},
    "read-only": {"write": READ_ONLY},
    "broken": {"write": IO_WRITE},
    "cannot sync": {"sync": IO_SYNC},
}


class Visit:
    """Two people; the disk refuses during one of the steps."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.stays, self.goes = wish(1), wish(2)
        move = rig.dispatcher.move
        self.steps: list[Callable[[], object]] = [
            lambda: rig.press(self.stays),
            lambda: rig.press(self.goes),
            lambda: self._booked(self.stays) and move(S.OFFERED, self.stays.client_ref),
            lambda: self._booked(self.goes) and move(S.CANCELLED_BY_DRIVER, self.goes.client_ref),
            lambda: rig.cancel(self.goes.client_ref),
            lambda: self._booked(self.stays) and move(S.COMPLETED, self.stays.client_ref),
        ]

    def _booked(self, request: TripRequest) -> bool:
        return any(ride.ref == request.client_ref for ride in self.rig.dispatcher.alive())

    def check(self) -> None:
        rig = self.rig
        lost = {request.client_ref for request, _ in rig.told.lost}
        for request in (self.stays, self.goes):
            ref = request.client_ref
            told = rig.told.of(ref)
            assert bool(told) != (ref in lost), "each press is answered, one way or the other"
            keys = [attempt_ref(ref, number) for number in range(1, 6)]
            rides = [ride.ref for ride in rig.dispatcher.rides if ride.ref in keys]
            assert len(rides) == len(set(rides))
            if ref in lost:
                assert not rides, "nothing was promised, and a taxi came"
                continue
            kept = rig.on_disk(ref)
            assert kept is not None
            assert kept.status is told[-1].status
        if self.goes.client_ref not in lost:
            assert rig.status(self.goes.client_ref) is S.CANCELLED_BY_RIDER
        if self.stays.client_ref not in lost:
            assert rig.status(self.stays.client_ref) is S.COMPLETED
        assert not rig.dispatcher.alive()


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_disk_that_refuses_for_a_while_costs_nobody_a_promise(
    tmp_path: Path, refusal: str, count: Callable[[str, int], None]
) -> None:
    met = 0
    for number in range(6):
        with NotedDisk() as disk, Rig(tmp_path / str(number)) as rig:
            visit = Visit(rig)
            for at, step in enumerate(visit.steps):
                disk.fails = REFUSALS[refusal] if at == number else {}
                step()
                rig.pass_s(20)
                met += disk.refused
                disk.refused = 0
                if at == number:
                    assert rig.told.store[-1] is False
            disk.fails = {}
            rig.pass_s(90)
            assert rig.told.store[-1] is True
            visit.check()
            rig.restart()
            rig.pass_s(5)
            assert rig.told.trips == []
    count("writes that the disk refused: no promise broken", met)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_start_on_a_disk_that_refuses_says_so_and_the_next_start_finds_all(tmp_path: Path, refusal: str) -> None:
    with NotedDisk() as disk:
        disk.fails = REFUSALS[refusal]
        with pytest.raises(OutboxError, match="is the disk full or read-only"):
            open_outbox(tmp_path, bytes(32))
        disk.fails = {}
        outbox, aside = open_outbox(tmp_path, bytes(32))
        assert aside is None
        outbox.close()
    assert not list(tmp_path.glob("*unreadable*"))


def test_a_folder_on_a_file_system_that_takes_no_files_is_named() -> None:
    """A real read-only place, for whoever runs the tests, root included."""
    with pytest.raises(OutboxError, match=r"cannot (make|write in) the store folder /proc"):
        open_outbox(Path("/proc/self/store"), bytes(32))
    with pytest.raises(OutboxError, match="cannot write in the store folder /proc/self"):
        open_outbox(Path("/proc/self"), bytes(32))
