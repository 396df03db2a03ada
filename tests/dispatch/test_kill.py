"""Killed at every step of its work and started again: an acknowledged press has one taxi, a cancelled one has none.

`TAXI_KILLS=400 pytest tests/dispatch/test_kill.py` kills more often: each point again and again.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest
from kill_box import POINTS, TOWNS, Box

from dispatch_client.attempts import attempt_ref
from dispatch_client.outbox import Outbox, load_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KILLS = int(os.environ.get("TAXI_KILLS", "56"))
"""Of each dispatcher; at least one for each named point."""
AT_ANY_MOMENT = 5
MANY = 6
"""Trips that earlier lives left: then there is one life without a knife."""


def check(box: Box, folder: Path) -> None:
    """What the dispatcher's log says of all presses ever made, once everything has ended."""
    rows = box.town.rows()
    booked = Counter(ref for ref, _ in rows)
    assert {ref: times for ref, times in booked.items() if times > 1} == {}, "an attempt was booked twice"
    assert [ref for ref, alive in rows if alive] == [], "a taxi comes for somebody who was told that none does"
    assert {ref: ends for ref, ends in box.ended().items() if ends - {"cancelled_by_rider"}} == {}
    store = Outbox(folder / "trips.db", load_key(folder / "key"))
    kept = {case.trip.ref: case.trip for case in store.recent(10**6)}
    store.close()
    assert set(box.told) <= set(kept), "an acknowledged press is lost"
    assert {ref: trip.status for ref, trip in kept.items() if not trip.ended} == {}
    assert box.firsts <= box.served(), "an acknowledged press never got its taxi"
    attempts = {attempt.ref for trip in kept.values() for attempt in trip.attempts}
    assert set(booked) <= attempts, "a taxi was asked for that no trip knows of"


def check_alive(box: Box) -> None:
    alive = Counter(ref for ref, living in box.town.rows() if living)
    for ref in box.pressed:
        assert sum(alive[attempt_ref(ref, number)] for number in range(1, 30)) <= 1, "two taxis at once for one press"


@pytest.mark.timeout(120 + KILLS * 2)
@pytest.mark.parametrize("name", TOWNS)
def test_no_kill_at_any_point_loses_or_doubles_a_press(
    tmp_path: Path, name: str, count: Callable[[str, int], None]
) -> None:
    points, rng = POINTS[name], Random(11)  # noqa: S311 - a repeatable knife
    killed, tries = Counter[str](), Counter[str]()
    with TOWNS[name]() as town, Box(tmp_path, name, town) as box:
        while killed.total() + AT_ANY_MOMENT < max(KILLS, len(points)):
            for point in points:
                while not box.live(point, rng.choice((1, 1, 2)) if killed[point] else 1) and not killed[point]:
                    tries[point] += 1
                    assert tries[point] < 6, f"{point} was never passed; {box.passed}"
                killed[point] += not box.outcome
                check_alive(box)
                if box.left() > MANY:
                    box.live(presses=0)
        for _ in range(AT_ANY_MOMENT):
            killed["any moment"] += box.live(after_s=rng.uniform(0.0, 0.15))
            check_alive(box)
        box.live(presses=0)
        assert box.outcome == "settled"
        check(box, tmp_path)
        assert [fault for fault in box.faults if "in the courier" in fault or "store" in fault] == []
        assert all(killed[point] for point in points)
    count("kills: no acknowledged press lost, none with two taxis", killed.total())
    count("named points at which a box was killed", len(points))
