"""The power fails at any write to the disk: whoever was registered, corrected or erased before stays so.

`TAXI_CUTS=2000 pytest tests/residents/test_power_cuts_disk.py` cuts more often.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from disk_images import Left, cut_at
from disk_vfs import NotedDisk
from people_fakes import BY, entry, office_in

from kiosk.residents.keys import KEY, OPERATOR
from kiosk.residents.opening import FILE

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.residents.office import Office

CUTS = int(os.environ.get("TAXI_CUTS", "60"))
PEOPLE = 60
State = dict[str, tuple[object, ...]]


def state(office: Office) -> State:
    """Every resident with what belongs to them."""
    sql = (
        "SELECT id, document, (SELECT count(*) FROM cards WHERE resident=residents.id), "
        "(SELECT count(*) FROM consents WHERE resident=residents.id) FROM residents WHERE leaving=0"
    )
    return {row[0]: row[1:] for row in office.vault.rows(sql)}


def life(folder: Path, promised: list[tuple[int, State]]) -> NotedDisk:
    """Register, correct and erase people, noting after how many steps of the disk each was acknowledged."""
    with NotedDisk() as disk:
        office = office_in(folder)

        def acknowledged() -> None:
            promised.append((len(disk.steps), state(office)))

        acknowledged()
        for number in range(PEOPLE):
            person = office.registry.register(entry(number, name="测" * (1 + number % 60), phone=""), BY)
            acknowledged()
            if number % 4 == 0:
                office.registry.correct(person.id, replace(person.details, pickup="East gate"), BY, namesake=True)
                acknowledged()
            if number % 9 == 8:
                office.forgetting.erase([person.id], BY)
                acknowledged()
        office.close()
    return disk


def test_a_power_cut_at_any_write_undoes_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    office_in(begun).close()
    files = {FILE: (begun / FILE).read_bytes()}
    shutil.copytree(begun, tmp_path / "life")
    promised: list[tuple[int, State]] = []
    disk, rng = life(tmp_path / "life", promised), Random(4)  # noqa: S311 - a repeatable knife
    assert len(disk.steps) > 500
    places = sorted(rng.sample(range(promised[0][0], len(disk.steps)), CUTS))
    erased = 0
    for place, left in cut_at(disk.steps, places, files):
        index = max(i for i, (at, _) in enumerate(promised) if at <= place)
        before, after = promised[index][1], promised[min(index + 1, len(promised) - 1)][1]
        erased += len(after) < len(before)
        for how in Left:
            cut = tmp_path / "cut"
            left.cut(cut, how, rng)
            for key in (KEY, OPERATOR):
                shutil.copy(begun / key, cut / key)
            office = office_in(cut)
            assert state(office) in (before, after), f"cut after {place} steps, {how.value} left"
            assert office.vault.whole()
            office.close()
            shutil.rmtree(cut)
    assert erased, "some of the cuts were within an erasure"
