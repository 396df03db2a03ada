"""What is said of the trip store: real SQLCipher files, waiting, damaged, in use, without a key."""

from __future__ import annotations

import hashlib
import os
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from doctor_fakes import NOON, moment, one, ours, told

from dispatch_client.attempts import new_case
from dispatch_client.inspection import StoreFacts, inspect
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import load_key, open_outbox
from dispatch_client.plan import Policy
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.store import OutboxError
from dispatch_client.trips import Place, TripRequest, TripStatus
from kiosk.doctor import store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from dispatch_client.cases import Case
    from dispatch_client.store import Outbox
    from kiosk.doctor.result import Result

PROVIDER = HailApiProvider("http://127.0.0.1:9", "token")


def case(minutes_ago: float = 0, pickup_at: datetime | None = None) -> Case:
    pressed = NOON - timedelta(minutes=minutes_ago)
    request = TripRequest(str(uuid.uuid4()), Place("North gate", 31.2, 121.4), pressed, 7, pickup_at=pickup_at)
    return new_case(request, None, Ladder.of(PROVIDER), moment(wall=pressed), Policy())


def ended(status: TripStatus) -> Case:
    made = case(60)
    return replace(made, trip=replace(made.trip, status=status), errands=())


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened, _ = open_outbox(tmp_path, load_key(tmp_path / "store.key"))
    yield opened
    opened.close()


def looked(folder: Path) -> list[Result]:
    return list(store.look(folder, folder / "store.key", NOON))


def prints(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("trips.db*")}


def test_an_empty_box_has_no_store_and_that_is_well(tmp_path: Path) -> None:
    assert told(looked(tmp_path)) == {"outbox.disk": "ok", "outbox.folder": "ok", "outbox.open": "ok"}
    assert list(tmp_path.iterdir()) == []


def test_rows_are_counted_while_the_box_has_the_store_open(outbox: Outbox, tmp_path: Path) -> None:
    for minutes in (0.5, 0.1):
        outbox.add(case(minutes))
    outbox.add(case(500, pickup_at=NOON + timedelta(hours=20)))
    for status in (TripStatus.COMPLETED, TripStatus.COMPLETED, TripStatus.NO_DRIVERS):
        outbox.end(ended(status), NOON.timestamp())
    results = looked(tmp_path)
    assert set(told(results).values()) == {"ok"}
    rows = one(results, "outbox.rows")
    assert rows.facts == {"live": 3, "waiting": 2, "later": 1, "asking": 0, "oldest_s": 30}
    assert one(results, "outbox.trips").facts == {"completed": 2, "no_drivers": 1, "queued": 3}
    outbox.add(case())  # the box goes on
    outbox.close()


def test_a_trip_that_waits_for_long_is_a_warning(outbox: Outbox, tmp_path: Path) -> None:
    outbox.add(case(41))
    outbox.close()
    rows = one(looked(tmp_path), "outbox.rows")
    assert rows.health == "warn"
    assert rows.sentence == "One trip waits to be sent, the oldest for 41 min."


def test_more_failed_than_served_is_a_warning(outbox: Outbox, tmp_path: Path) -> None:
    for status in (TripStatus.COMPLETED, TripStatus.NO_DRIVERS, TripStatus.EXPIRED):
        outbox.end(ended(status), NOON.timestamp())
    outbox.close()
    assert one(looked(tmp_path), "outbox.trips").health == "warn"


def test_looking_changes_no_byte_even_when_the_box_was_killed_in_the_middle(outbox: Outbox, tmp_path: Path) -> None:
    outbox.add(case(1))
    copy = tmp_path / "killed"
    copy.mkdir()
    for part in [*tmp_path.glob("trips.db*"), tmp_path / "store.key"]:
        if not part.name.endswith("-shm"):  # gone after a restart
            (copy / part.name).write_bytes(part.read_bytes())
    outbox.close()
    before = prints(copy)
    assert "trips.db-wal" in before
    assert one(looked(copy), "outbox.rows").facts["live"] == 1
    after = prints(copy)
    after.pop("trips.db-shm", None)
    assert after == before


@pytest.mark.parametrize("at", [0.5, 0.9])
def test_a_damaged_store_fails(outbox: Outbox, tmp_path: Path, at: float) -> None:
    for _ in range(30):
        outbox.add(case())
    outbox.close()
    path = tmp_path / "trips.db"
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 0xFF
    path.write_bytes(data)
    assert "fail" in {told(looked(tmp_path)).get(name) for name in ("outbox.whole", "outbox.open")}


def test_a_wrong_or_missing_key_is_told_from_damage(outbox: Outbox, tmp_path: Path) -> None:
    outbox.add(case())
    outbox.close()
    key = tmp_path / "store.key"
    kept = key.read_bytes()
    key.write_bytes(bytes(32))
    assert "Is this its key file?" in one(looked(tmp_path), "outbox.open").cure
    key.unlink()
    result = one(looked(tmp_path), "outbox.open")
    assert (result.health.value, "key" in result.sentence) == ("fail", True)
    assert not key.exists(), "no new key is made: it would hide that the old one is lost"
    key.write_bytes(kept)
    assert one(looked(tmp_path), "outbox.whole").health == "ok"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_who_may_not_read_the_store_is_told_to_ask_as_another(outbox: Outbox, tmp_path: Path) -> None:
    outbox.close()
    for folder in ours(tmp_path):
        folder.chmod(0o755)
    (tmp_path / "trips.db").chmod(0o600)
    os.seteuid(65534)
    try:
        results = looked(tmp_path)
    finally:
        os.seteuid(0)
    assert told(results)["outbox.folder"] == "unknown"
    assert told(results)["outbox.open"] == "unknown"
    assert "as root" in one(results, "outbox.open").cure
    tmp_path.chmod(0o700)
    os.seteuid(65534)
    try:
        [closed] = looked(tmp_path)
    finally:
        os.seteuid(0)
    assert (closed.id, closed.health.value) == ("outbox.folder", "unknown")


def test_what_was_set_aside_is_a_warning(outbox: Outbox, tmp_path: Path) -> None:
    outbox.close()
    (tmp_path / "trips.unreadable-2026-03-01T120000Z.db").touch()
    assert one(looked(tmp_path), "outbox.aside").facts["count"] == 1


def test_a_store_of_another_version_is_one_sentence(outbox: Outbox, tmp_path: Path) -> None:
    outbox._execute("PRAGMA user_version = 99")  # noqa: SLF001 - as a later version would leave it
    outbox.close()
    with pytest.raises(OutboxError, match="has layout 99"):
        inspect(tmp_path / "trips.db", tmp_path / "store.key", NOON)


def test_a_full_and_a_low_disk_are_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = os.statvfs(tmp_path)

    def with_mb(free: int, flag: int = 0) -> str:
        values = list(real)
        values[4], values[8] = free * 2**20 // real.f_frsize, flag
        monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(values))
        return store.disk(tmp_path).health.value

    assert [with_mb(10), with_mb(200), with_mb(5000)] == ["fail", "warn", "ok"]
    assert with_mb(5000, os.ST_RDONLY) == "fail"
    monkeypatch.undo()


def test_a_store_too_large_to_read_through_is_not_called_whole() -> None:
    facts = StoreFacts(0, 0, 0, None, 0, 0, {}, None)
    assert store.whole(facts).health == "unknown"
