"""Whoever is to be forgotten leaves no trip, no weekly ride and no byte behind; the others keep theirs."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

from fakes_courier import Rig
from fakes_dispatcher import S, wish

from dispatch_client.repeats import Repeat

if TYPE_CHECKING:
    from pathlib import Path

GONE, STAYS = "a" * 64, "b" * 64


def forgotten(rig: Rig, *holders: str) -> list[str]:
    answers: list[str] = []
    rig.courier.forget(frozenset(holders), answers.append)
    rig.settle()
    return answers


def ended(rig: Rig, holder: str, note: str) -> str:
    ref = rig.press(wish(note=note, contact_phone="+12025550166"), holder=holder)
    rig.cancel(ref)
    assert rig.status(ref) is S.CANCELLED_BY_RIDER
    return ref


def weekly(holder: str) -> Repeat:
    return Repeat(wish(note="weekly"), frozenset({1, 3}), time(8, 30), "Asia/Shanghai", date(2026, 3, 1), None, holder)


def test_what_is_over_is_gone_and_what_is_somebody_elses_stays(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        gone, stays = ended(rig, GONE, "canary"), ended(rig, STAYS, "kept")
        for holder in (GONE, STAYS):
            rig.courier.repeat(weekly(holder))
        rig.settle()
        assert forgotten(rig, GONE) == [""]
        assert rig.on_disk(gone) is None
        assert rig.on_disk(stays) is not None
        rig.restart()
        assert rig.on_disk(gone) is None
        assert rig.on_disk(stays) is not None


def test_a_taxi_that_is_under_way_comes_and_is_forgotten_afterwards(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        ref = rig.press(holder=GONE)
        assert forgotten(rig, GONE) == ["a taxi of theirs is under way"]
        assert rig.status(ref) is S.REQUESTED
        rig.cancel(ref)
        assert forgotten(rig, GONE) == [""]
        assert rig.on_disk(ref) is None


def test_no_weekly_ride_of_theirs_is_made_any_more(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.courier.repeat(weekly(GONE))
        rig.settle()
        assert forgotten(rig, GONE) == [""]
        before = rig.dispatcher.count("create")
        rig.pass_s(8 * 86_400)
        assert rig.dispatcher.count("create") == before
