"""A disk that is full or damaged: nobody is promised what is not kept, the staff are told, and the box goes on."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import pytest
from journey import Visit, dispatcher_has, do, press, reads, sees

from dispatch_client.sandbox import Behaviour
from kiosk.core.events import Part, Press
from kiosk.core.scene import SceneName as Scene
from kiosk.samples import SAMPLE_BOX

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    """How large a file may be; put back when the journey is over."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield before
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.street(Behaviour.NORMAL, voice={"enabled": False})  # its own files would not fit either
def test_a_press_on_a_full_disk_is_not_promised_and_the_next_one_is_kept(visit: Visit, limits: tuple[int, int]) -> None:
    def fill(visit: Visit) -> None:
        largest = max(part.stat().st_size for part in visit.stage.folder.glob("trips.db*"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, limits[1]))

    visit.live(
        sees(Scene.HOME),
        lambda v: Part.STORE in v.working,
        do(fill),
        press(Press.TAXI),
        sees(Scene.OUT_OF_SERVICE),
        reads(SAMPLE_BOX.phone),
        dispatcher_has(),
        do(lambda _: resource.setrlimit(resource.RLIMIT_FSIZE, limits)),
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.FOUND),
        dispatcher_has("driver_assigned"),
    )
    assert visit.staff == ["press not stored"]


def test_a_damaged_store_stands_aside_the_staff_are_told_and_the_button_works(visit: Visit) -> None:
    def damage(visit: Visit) -> None:
        visit.power_cut()
        (visit.stage.folder / "trips.db").write_bytes(b"not a store" * 4000)
        visit.power_on()

    visit.live(
        sees(Scene.HOME),
        lambda v: Part.STORE in v.working,
        do(damage),
        sees(Scene.HOME),
        lambda v: v.staff == ["trip store damaged"],
        press(Press.TAXI),
        sees(Scene.FOUND),
        dispatcher_has("driver_assigned"),
    )
    assert len(list(visit.stage.folder.glob("trips.unreadable-*.db"))) == 1
