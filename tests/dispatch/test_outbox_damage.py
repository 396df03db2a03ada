"""Bytes on the disk that are not what was written: noticed, told, kept for whoever can mend them, and never in the way.

`TAXI_FLIPS=2000 pytest tests/dispatch/test_outbox_damage.py` turns more bits.
"""

from __future__ import annotations

import os
import re
import shutil
from random import Random
from typing import TYPE_CHECKING

import pytest
from fakes_courier import fresh_case

from dispatch_client.aside import stands_aside
from dispatch_client.outbox import Outbox, OutboxError, open_outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


FLIPS = int(os.environ.get("TAXI_FLIPS", "60"))
KEY = bytes(range(32))
PAGE = 4096
HEAD = 32
FRAME = 24 + PAGE
FILES = ("trips.db", "trips.db-wal")


def refs(outbox: Outbox) -> list[str]:
    return [case.trip.ref for case in outbox.live()]


class Killed:
    """A store as a process that was killed leaves it: some trips in the file, more of them in its log."""

    def __init__(self, folder: Path) -> None:
        outbox, _ = open_outbox(folder / "alive", KEY)
        for _ in range(8):
            outbox.add(fresh_case())
        outbox._execute("PRAGMA wal_checkpoint(TRUNCATE)")  # noqa: SLF001 - as SQLite does by itself after 1000 pages
        for _ in range(16):
            outbox.add(fresh_case())
        self.refs = refs(outbox)
        self.folder = folder / "killed"
        self.folder.mkdir()
        for name in FILES:
            shutil.copy(folder / "alive" / name, self.folder / name)
        outbox.close()

    def damage(self, name: str, change: Callable[[bytearray], bytes | bytearray]) -> bytes:
        path = self.folder / name
        path.write_bytes(change(bytearray(path.read_bytes())))
        return path.read_bytes()

    def opened(self, key: bytes = KEY) -> tuple[list[str], str]:
        """What is alive after a start, and what was told; the store takes trips again, and the next start is quiet."""
        outbox, aside = open_outbox(self.folder, key)
        cases, new = outbox.live(), fresh_case()
        try:
            outbox.add(new)
        except OutboxError:  # shows only now; as the courier does, what was read goes into a new store
            outbox.condemn()
            outbox.close()
            outbox, aside = open_outbox(self.folder, key)
            for one in (*cases, new):
                outbox.save(one)
        outbox.close()
        again, nothing = open_outbox(self.folder, key)
        assert nothing is None
        assert again.live() == [*cases, new]
        again.close()
        return [case.trip.ref for case in cases], aside.sentence if aside else ""


@pytest.fixture
def killed(tmp_path: Path) -> Killed:
    return Killed(tmp_path)


def flip(at: int, bit: int = 3) -> Callable[[bytearray], bytearray]:
    def change(data: bytearray) -> bytearray:
        data[at] ^= 1 << bit
        return data

    return change


def test_what_a_kill_leaves_is_no_damage(killed: Killed) -> None:
    assert killed.opened() == (killed.refs, "")
    assert stands_aside(killed.folder) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("trips.db", flip(3)),
        ("trips.db", flip(600)),
        ("trips.db", lambda data: data[:2000]),
        ("trips.db", lambda data: b"not a store at all, " * 500),
        ("trips.db", lambda data: bytes(len(data))),
    ],
    ids=["first bytes", "first page", "cut", "other bytes", "zeros"],
)
def test_a_store_that_is_damaged_stands_aside_under_its_date(
    killed: Killed, name: str, change: Callable[[bytearray], bytes]
) -> None:
    (killed.folder / "trips.db-wal").unlink()
    found = killed.damage(name, change)
    left, told = killed.opened()
    assert left == []
    (aside,) = stands_aside(killed.folder)
    assert aside.read_bytes() == found
    assert re.fullmatch(r"trips\.unreadable-20\d\d-\d\d-\d\dT\d{6}Z\.db", aside.name)
    assert str(aside) in told
    assert "a new one was begun" in told


def test_a_store_damaged_where_what_is_alive_stands_goes_aside_with_its_log(killed: Killed) -> None:
    found = killed.damage("trips.db", lambda data: data[:PAGE] + os.urandom(len(data) - PAGE))
    log = killed.damage("trips.db-wal", lambda data: data[: HEAD + FRAME])
    _, told = killed.opened()
    assert "a new one was begun" in told
    assert [part.read_bytes() for part in stands_aside(killed.folder)] == [found, log]


def test_another_key_sets_the_store_aside_and_the_right_one_reads_it_there(killed: Killed) -> None:
    left, told = killed.opened(bytes(32))
    assert left == []
    assert "a new one was begun" in told
    (aside,) = stands_aside(killed.folder)
    old = Outbox(aside, KEY)
    assert refs(old) == killed.refs
    old.close()


@pytest.mark.parametrize(
    "change",
    [flip(HEAD + 4 * FRAME + 2), flip(HEAD + 4 * FRAME + 900), flip(HEAD + 4 * FRAME + 9), flip(9), flip(HEAD + 60)],
    ids=["head of a frame", "page of a frame", "round of a frame", "head", "first frame"],
)
def test_a_log_damaged_in_the_middle_is_kept_and_what_came_before_goes_on(
    killed: Killed, change: Callable[[bytearray], bytes]
) -> None:
    log = killed.damage("trips.db-wal", change)
    left, told = killed.opened()
    assert left == killed.refs[: len(left)]
    assert 8 <= len(left) < len(killed.refs)
    assert "what came before goes on" in told
    (aside,) = stands_aside(killed.folder)
    assert aside.read_bytes() == log
    assert str(aside) in told


def test_a_power_cut_right_after_setting_aside_condemns_no_other_store(tmp_path: Path) -> None:
    (tmp_path / "trips.damaged").touch()
    for _ in range(2):
        outbox, aside = open_outbox(tmp_path, KEY)
        outbox.close()
        assert aside is None


def test_no_bit_that_turns_over_takes_a_trip_away_in_silence(
    killed: Killed, tmp_path: Path, count: Callable[[str, int], None]
) -> None:
    rng, whole = Random(4), killed.folder  # noqa: S311 - repeatable
    for number in range(FLIPS):
        killed.folder = tmp_path / f"flip-{number}"
        shutil.copytree(whole, killed.folder)
        name = FILES[number % 2]
        at = rng.randrange((whole / name).stat().st_size)
        killed.damage(name, flip(at, rng.randrange(8)))
        left, told = killed.opened()
        # The last commit cannot be told from one that the power cut in two.
        assert left == killed.refs or told or left == killed.refs[:-1], f"bit in byte {at} of {name}"
        shutil.rmtree(killed.folder)
    count("bits turned over in the store: no trip gone in silence", FLIPS)
