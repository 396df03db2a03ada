"""What was given to a modem stays known: over restarts, torn lines and full disks. And a wrong PIN is tried once."""

from __future__ import annotations

import resource
import threading
from typing import TYPE_CHECKING

import pytest

from hardware.events import SmsResult
from hardware.modems.job_record import JobRecord
from hardware.modems.pin_memory import PinMemory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SENT, FAILED, UNKNOWN = SmsResult.SENT, SmsResult.FAILED, SmsResult.UNKNOWN


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    """How large a file may be; put back afterwards."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield before
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def opened(folder: Path) -> JobRecord:
    record = JobRecord(folder)
    record.open()
    return record


def test_after_a_restart_it_is_known_what_became_of_each(tmp_path: Path) -> None:
    record = opened(tmp_path)
    for job, result, submitted in (("a", SENT, True), ("b", FAILED, True), ("c", FAILED, False)):
        record.begin(job)
        record.end(job, result, submitted=submitted)
    record.begin("d")
    known = {job: opened(tmp_path).known(job) for job in "abcde"}
    assert known == {"a": SENT, "b": FAILED, "c": None, "d": UNKNOWN, "e": None}


def test_it_is_written_before_anybody_is_told_that_it_may_begin(tmp_path: Path) -> None:
    opened(tmp_path).begin("a")
    assert (tmp_path / "messages.log").read_text() == "a begun\n"
    assert (tmp_path.stat().st_mode & 0o777) != 0


def test_a_torn_line_spoils_neither_the_one_before_nor_the_one_after(tmp_path: Path) -> None:
    (tmp_path / "messages.log").write_bytes(b"a begun\na sent\nb beg")
    record = opened(tmp_path)
    assert (record.known("a"), record.known("b")) == (SENT, None)
    record.begin("c")
    assert opened(tmp_path).known("c") is UNKNOWN


def test_garbage_in_the_file_hides_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "messages.log").write_bytes(b"\xff\x00 what\n\na begun\nb sent sent\n c sent\n")
    record = opened(tmp_path)
    assert record.known("a") is UNKNOWN
    assert (record.known("b"), record.known("c")) == (None, None)


def test_a_full_disk_lets_nothing_begin_and_forgets_nothing(tmp_path: Path, limits: tuple[int, int]) -> None:
    record = opened(tmp_path)
    record.begin("a")
    size = (tmp_path / "messages.log").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 3, limits[1]))
    with pytest.raises(OSError, match="too large"):
        record.begin("b")
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert record.known("b") is None
    record.begin("c")
    again = opened(tmp_path)
    assert (again.known("a"), again.known("b"), again.known("c")) == (UNKNOWN, None, UNKNOWN)


def test_the_file_does_not_grow_for_ever_and_keeps_the_newest(tmp_path: Path) -> None:
    (tmp_path / "messages.log").write_text("".join(f"job-{n} begun\njob-{n} sent\n" for n in range(4000)))
    record = opened(tmp_path)
    assert (record.known("job-3999"), record.known("job-2000"), record.known("job-1999")) == (SENT, SENT, None)
    assert len((tmp_path / "messages.log").read_text().splitlines()) == 2000
    record.begin("new")
    assert opened(tmp_path).known("new") is UNKNOWN


@pytest.mark.parametrize("job", ["", "a b", "a\nb sent", "叫车", "x" * 101])
def test_a_name_that_would_break_the_file_is_refused(tmp_path: Path, job: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII"):
        opened(tmp_path).begin(job)


def test_without_a_folder_it_lasts_as_long_as_the_process() -> None:
    record = JobRecord()
    record.begin("a")
    record.open()
    assert record.known("a") is UNKNOWN


def test_a_pin_that_was_tried_is_refused_until_the_card_was_open(tmp_path: Path) -> None:
    PinMemory(tmp_path).trying("4321")
    assert PinMemory(tmp_path).refused("4321")
    assert not PinMemory(tmp_path).refused("1234")
    assert b"4321" not in (tmp_path / "refused-pin").read_bytes()
    PinMemory(tmp_path).forget()
    assert not PinMemory(tmp_path).refused("4321")


def test_many_threads_may_ask_while_one_writes(tmp_path: Path) -> None:
    record = opened(tmp_path)
    seen: list[SmsResult | None] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            seen.append(record.known("job-1"))

    asker = threading.Thread(target=ask)
    asker.start()
    for number in range(30):
        record.begin(f"job-{number}")
        record.open()
    ended.set()
    asker.join()
    assert set(seen) <= {None, UNKNOWN}
