"""Nobody near, nobody at the first company: what is done about it, seen and heard, with one press."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from journey import SPEED, Visit, hears, press, reads, says, sees

from dispatch_client.sandbox import Behaviour, Sandbox
from kiosk.core.events import Press
from kiosk.core.scene import SceneName as Scene


@pytest.fixture
def neighbour() -> Iterator[Sandbox]:
    """Another company, where everything goes well."""
    with Sandbox(speed=SPEED, seed=3, locale="en") as sandbox:
        yield sandbox


@pytest.fixture
def two_companies(tmp_path: Path, neighbour: Sandbox) -> Iterator[Visit]:
    second = {"provider": "hail_api", "url": neighbour.url, "token": neighbour.token, "after_s": 100}
    made = Visit(tmp_path, Behaviour.NO_TAXIS, {"dispatch": {"wider_s": 0}, "second": second})
    try:
        yield made
    finally:
        made.end()


@pytest.mark.street(Behaviour.ONLY_FAR)
def test_nobody_near_has_time_so_it_is_looked_further_away_and_said(visit: Visit) -> None:
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.SEARCHING),
        reads("There is no taxi near just now."),
        says("We are looking further away."),
        sees(Scene.FOUND),
    )
    assert visit.diary.moments.count("pressed") == 1


def test_the_first_company_has_nobody_so_another_one_is_asked_and_said(
    two_companies: Visit, neighbour: Sandbox
) -> None:
    visit = two_companies
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.SEARCHING),
        reads("They have no taxi just now."),
        says("We are asking another taxi company."),
        sees(Scene.FOUND),
        hears("We found a taxi"),
    )
    assert {trip["status"] for trip in visit.stage.sandbox.trips()} <= {"no_drivers", "cancelled_by_rider"}
    assert [trip["status"] in {"driver_assigned", "arrived"} for trip in neighbour.trips()] == [True]
    assert visit.diary.moments.count("pressed") == 1
