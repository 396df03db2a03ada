"""What the store has acknowledged is on disk, encrypted, and survives whatever is done to its files."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fakes_courier import full_disk
from fakes_dispatcher import START, FakeClock, FakeDispatcher, wish

from dispatch_client.attempts import new_case
from dispatch_client.cases import Case, ErrandKind
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import Outbox, OutboxError, load_key, open_outbox
from dispatch_client.plan import Policy
from dispatch_client.trips import Place, TripStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEY = bytes(range(32))


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened, aside = open_outbox(tmp_path, KEY)
    assert aside is None
    yield opened
    opened.close()


def case(number: int = 7, **changes: object) -> Case:
    clock = FakeClock()
    return new_case(wish(number, **changes), "holder", Ladder.of(FakeDispatcher(clock)), clock.now(), Policy())


def pragma(outbox: Outbox, name: str) -> object:
    return outbox._execute(f"PRAGMA {name}").fetchone()[0]  # noqa: SLF001 - it belongs to this very connection


def test_it_is_wal_with_every_commit_synced(outbox: Outbox) -> None:
    assert pragma(outbox, "journal_mode") == "wal"
    assert pragma(outbox, "synchronous") == 2


def test_a_build_that_would_not_sync_every_commit_is_refused(tmp_path: Path) -> None:
    class Careless(Outbox):
        def _execute(self, sql: str, parameters: Iterable[object] = ()) -> Any:  # noqa: ANN401 - as its parent
            return super()._execute(sql.replace("synchronous = FULL", "synchronous = NORMAL"), parameters)

    with pytest.raises(OutboxError, match=r"synchronous=1: expected wal and 2"):
        Careless(tmp_path / "trips.db", KEY)


def test_a_place_that_knows_no_wal_is_refused() -> None:
    with pytest.raises(OutboxError, match="journal_mode=memory"):
        Outbox(Path(":memory:"), KEY)


def test_what_was_acknowledged_is_there_when_the_process_dies_the_next_moment(tmp_path: Path) -> None:
    program = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import test_outbox as t\n"
        "box, _ = t.open_outbox(Path(sys.argv[2]), t.KEY); c = t.case(); box.add(c); print(c.trip.ref, flush=True)\n"
        "os._exit(9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 9, done.stderr
    outbox, _ = open_outbox(tmp_path, KEY)
    assert [live.trip.ref for live in outbox.live()] == [done.stdout.strip()]
    outbox.close()


def test_a_case_comes_back_as_it_went_in(outbox: Outbox) -> None:
    mine = case(note="left \ud800 gate", dropoff=Place("西门", 31.0, 121.0))
    assert outbox.add(mine)
    assert outbox.live() == [mine]
    assert outbox.find(mine.trip.ref) == mine
    create = mine.errand(ErrandKind.CREATE)
    assert create is not None
    sent = mine.with_errand(replace(create, sent_at=FakeClock().now(), unknown=2, reason="conflict"))
    outbox.save(sent)
    assert outbox.live() == [sent]
    outbox.save(sent.without(ErrandKind.CREATE))
    assert outbox.live() == [sent.without(ErrandKind.CREATE)]


def test_a_trip_is_added_once_alive_or_ended(outbox: Outbox) -> None:
    mine = case()
    assert outbox.add(mine)
    assert not outbox.add(mine.with_trip(holder="another"))
    outbox.end(mine.with_trip(status=TripStatus.COMPLETED), 1.0)
    assert not outbox.add(mine)
    assert outbox.live() == []
    found = outbox.find(mine.trip.ref)
    assert found is not None
    assert (found.trip.status, found.trip.holder) == (TripStatus.COMPLETED, "holder")


def test_the_last_trips_and_the_last_number_of_today(outbox: Outbox) -> None:
    cases = [case(n, requested_at=START.replace(minute=30 + n)) for n in range(1, 6)]
    for one in cases:
        outbox.add(one)
    for one in cases[1:]:
        outbox.end(one.with_trip(status=TripStatus.COMPLETED), START.replace(minute=50).timestamp())
    assert [one.trip.request.boarding_number for one in outbox.recent(3)] == [5, 4, 3]
    assert outbox.last_number(START.timestamp()) == 5
    assert outbox.last_number(START.replace(minute=51).timestamp()) == 0
    assert outbox.find("nobody") is None


def test_ended_trips_are_forgotten_and_live_ones_never(outbox: Outbox) -> None:
    old, young, alive = case(1), case(2), case(3)
    for one in (old, young, alive):
        outbox.add(one)
    outbox.end(old, 100.0)
    outbox.end(young, 200.0)
    assert outbox.purge(150.0) == 1
    assert outbox.find(old.trip.ref) is None
    assert outbox.find(young.trip.ref) is not None
    assert outbox.purge(10.0**12) == 1
    assert [one.trip.ref for one in outbox.live()] == [alive.trip.ref]


def test_nothing_in_the_files_can_be_read(tmp_path: Path, outbox: Outbox) -> None:
    told = case(note="ring the blue bell", contact_phone="+15550123", kiosk_id="kiosk-0412")
    outbox.add(told.with_trip(holder="holder-hash"))
    outbox.end(case(note="ring the blue bell").with_trip(status=TripStatus.COMPLETED), 5.0)
    bytes_on_disk = b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert len(bytes_on_disk) > 8192
    for word in ("blue bell", "15550123", "0412", "East gate", "holder-hash", told.trip.ref, "SQLite", "CREATE"):
        assert word.encode() not in bytes_on_disk, word


def test_a_full_disk_says_so_and_what_was_there_stays(tmp_path: Path, outbox: Outbox) -> None:
    kept = case()
    outbox.add(kept)
    with full_disk(tmp_path):
        with pytest.raises(OutboxError, match="is the disk full"):
            outbox.add(case())
        with pytest.raises(OutboxError, match="cannot write"):
            outbox.end(kept, 1.0)
        with pytest.raises(OutboxError):
            outbox.prove()
    outbox.prove()
    assert outbox.live() == [kept]


# -- opening ---------------------------------------------------------------------------------------------------------


def test_two_processes_never_carry_one_store(tmp_path: Path, outbox: Outbox) -> None:
    program = (
        "import sys; from pathlib import Path; from dispatch_client.outbox import OutboxError, open_outbox\n"
        "try: open_outbox(Path(sys.argv[1]), bytes(range(32)))\n"
        "except OutboxError as error: sys.exit(str(error))"
    )
    run = [sys.executable, "-c", program, str(tmp_path)]
    second = subprocess.run(run, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "in use by another process" in second.stderr
    outbox.close()
    assert subprocess.run(run, capture_output=True, text=True, check=False).returncode == 0


def test_a_failed_opening_lets_go_of_the_lock(tmp_path: Path) -> None:
    with pytest.raises(OutboxError, match="31 bytes: expected 32"):
        open_outbox(tmp_path, KEY[:31])
    open_outbox(tmp_path, KEY)[0].close()


@pytest.mark.parametrize("what", ["other key", "garbage", "cut"])
def test_a_store_that_cannot_be_read_is_set_aside_whole_and_a_new_one_begun(tmp_path: Path, what: str) -> None:
    outbox, _ = open_outbox(tmp_path, KEY)
    mine = case()
    outbox.add(mine)
    outbox.close()
    file, key = tmp_path / "trips.db", KEY
    if what == "other key":
        key = bytes(32)
    elif what == "garbage":
        file.write_bytes(os.urandom(20_000))
    else:
        os.truncate(file, 9000)
    before = file.read_bytes()
    fresh, aside = open_outbox(tmp_path, key)
    assert aside is not None
    assert aside.path.read_bytes() == before
    assert fresh.live() == []
    fresh.add(case())
    fresh.close()
    again, none = open_outbox(tmp_path, key)
    assert none is None
    assert len(again.live()) == 1
    again.close()
    if what == "other key":
        aside.path.rename(tmp_path / "found.db")
        old = Outbox(tmp_path / "found.db", KEY)
        assert old.live() == [mine]
        old.close()


def test_every_store_set_aside_keeps_a_name_of_its_own(tmp_path: Path) -> None:
    names = set()
    for _ in range(3):
        (tmp_path / "trips.db").write_bytes(os.urandom(9000))
        outbox, aside = open_outbox(tmp_path, KEY)
        outbox.close()
        assert aside is not None
        names.add(aside.path.name)
    assert len(names) == 3


def test_damage_that_was_noted_is_set_aside_at_the_next_start_once(tmp_path: Path) -> None:
    outbox, _ = open_outbox(tmp_path, KEY)
    outbox.condemn()
    outbox.close()
    outbox, aside = open_outbox(tmp_path, KEY)
    outbox.close()
    assert aside is not None
    outbox, aside = open_outbox(tmp_path, KEY)
    outbox.close()
    assert aside is None


def test_a_store_of_another_layout_is_left_alone(tmp_path: Path) -> None:
    outbox, _ = open_outbox(tmp_path, KEY)
    outbox._execute("PRAGMA user_version = 99")  # noqa: SLF001 - a later version
    outbox.close()
    with pytest.raises(OutboxError, match="layout 99"):
        open_outbox(tmp_path, KEY)
    assert list(tmp_path.glob("*unreadable*")) == []


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutboxError, match=r"cannot make the store folder .*file/below"):
        open_outbox(tmp_path / "file" / "below", KEY)
    (tmp_path / "trips.lock").mkdir()
    with pytest.raises(OutboxError, match="cannot write in the store folder"):
        open_outbox(tmp_path, KEY)


# -- the key ---------------------------------------------------------------------------------------------------------


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "store.key"
    key = load_key(path)
    assert len(key) == 32
    assert load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [part.name for part in path.parent.iterdir()] == ["store.key"]
    assert load_key(tmp_path / "another.key") != key


def test_a_key_file_that_is_no_key_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "store.key"
    path.write_bytes(b"short")
    with pytest.raises(OutboxError, match=r"store\.key has 5 bytes: expected 32"):
        load_key(path)
    assert path.read_bytes() == b"short"


def test_a_key_file_that_cannot_be_read_or_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutboxError, match="cannot read or make the key file"):
        load_key(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutboxError, match="cannot read or make the key file"):
        load_key(tmp_path / "file" / "key")


def test_a_store_of_the_version_before_is_carried_on_with_everything_in_it(tmp_path: Path) -> None:
    key = load_key(tmp_path / "key")
    box, _ = open_outbox(tmp_path, key)
    trip = case()
    box.add(trip)
    box._execute("DROP TABLE repeats")  # noqa: SLF001 - as version 0.1.0 laid it out
    box._execute("PRAGMA user_version = 2")  # noqa: SLF001 - same
    box.close()
    box, aside = open_outbox(tmp_path, key)
    assert aside is None
    assert box.live() == [trip]
    box.save_repeat("a", "{}")
    assert box.repeats() == [("a", "{}")]
    box.close()
