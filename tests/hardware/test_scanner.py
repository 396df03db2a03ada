from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from device_fakes import QUICK, Listener

from hardware.events import CodeScanned, DeviceDown, DeviceUp
from hardware.health import Health, worst
from hardware.ports import Scanner
from hardware.readers.scanner import LineScanner
from hardware.virtual.scanner import VirtualScanner

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST, SECOND = "taxi:TEST-1121-007", "taxi:TEST-1121-008"


@pytest.fixture
def virtual() -> Iterator[VirtualScanner]:
    scanner = VirtualScanner()
    yield scanner
    scanner.close()


class Make(Protocol):
    def __call__(self, **options: Any) -> LineScanner: ...  # noqa: ANN401 - options of many types


@pytest.fixture
def make(virtual: VirtualScanner, listener: Listener) -> Iterator[Make]:
    made: list[LineScanner] = []

    def build(**options: Any) -> LineScanner:  # noqa: ANN401 - options of many types
        scanner = LineScanner("scanner", virtual.path, listener, backoff=QUICK, **options)
        made.append(scanner)
        scanner.start()
        listener.wait(DeviceUp)
        return scanner

    yield build
    for scanner in made:
        scanner.stop()


def texts(listener: Listener) -> list[str]:
    return [event.text for event in listener.all(CodeScanned)]


@pytest.mark.parametrize("end", ["cr", "lf", "crlf", "gap"])
def test_a_code_is_one_event_however_its_line_ends(
    make: Make, virtual: VirtualScanner, listener: Listener, end: str
) -> None:
    scanner = make(ends="gap" if end == "gap" else "line")
    assert worst(scanner.health()) is Health.UNKNOWN
    virtual.ends_with(end)
    virtual.show(FIRST, split=True)
    assert listener.wait(CodeScanned) == CodeScanned("scanner", FIRST)
    assert worst(scanner.health()) is Health.OK
    assert isinstance(scanner, Scanner)


def test_a_code_that_stays_under_the_scanner_is_seen_once_and_again_after_it_was_away(
    make: Make, virtual: VirtualScanner, listener: Listener
) -> None:
    now = [100.0]
    make(clock=lambda: now[0], holdoff_s=2.0)
    for _ in range(5):
        virtual.show(FIRST)
        now[0] += 0.3  # all of it within the holdoff, however late the driver looks
    virtual.show(SECOND)
    listener.wait(CodeScanned, 2)
    now[0] += 2.1
    virtual.show(SECOND)
    listener.wait(CodeScanned, 3)
    assert texts(listener) == [FIRST, SECOND, SECOND]


def test_other_peoples_codes_never_leave_the_driver(
    make: Make, virtual: VirtualScanner, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    trace: list[str] = []
    with caplog.at_level(logging.DEBUG):
        scanner = make(wanted=lambda code: code.startswith("taxi:"), trace=trace.append)
        virtual.show("https://pay.invalid/SECRET")
        virtual.show(FIRST)
        listener.wait(CodeScanned)
    assert texts(listener) == [FIRST]
    assert scanner.counters() == {"frames": 2, "bad_frames": 0, "noise_bytes": 0, "other_codes": 1}
    said = caplog.text + repr(listener.events) + "".join(trace)
    assert "SECRET" not in said
    assert b"SECRET".hex(" ") not in said
    assert FIRST not in said


def test_a_scanner_in_gb18030_with_something_in_front_is_read(
    make: Make, virtual: VirtualScanner, listener: Listener
) -> None:
    make(prefix="~")
    virtual.writes_in("gb18030")
    virtual.begins_with(b"~]Q1")
    virtual.show("出租车：北门")
    assert listener.wait(CodeScanned).text == "出租车：北门"


def test_codes_without_an_end_are_a_warning_that_says_what_to_set(
    make: Make, virtual: VirtualScanner, listener: Listener
) -> None:
    scanner = make()
    virtual.ends_with("gap")
    for count in range(3):
        virtual.show(FIRST)
        while scanner.counters()["bad_frames"] == count:
            scanner.pause(0.01)
    finding = scanner.health()[-1]
    assert finding.health is Health.WARN
    assert 'ends = "gap"' in finding.cure
    virtual.ends_with("cr")
    virtual.show(FIRST)
    listener.wait(CodeScanned)
    assert scanner.health()[-1].health is Health.OK


def test_half_a_code_before_an_unplug_is_no_part_of_one_after_it(
    make: Make, virtual: VirtualScanner, listener: Listener
) -> None:
    make(ends="gap")
    virtual.half(FIRST)
    virtual.unplug()
    listener.wait(DeviceDown, such=lambda event: "went away" in event.sentence)
    virtual.replug()
    listener.wait(DeviceUp, 2)
    virtual.show(SECOND)
    listener.wait(CodeScanned)
    assert texts(listener) == [SECOND]


def test_the_virtual_scanner_refuses_what_no_scanner_could_do(virtual: VirtualScanner) -> None:
    with pytest.raises(ValueError, match="expected one of cr, lf, crlf, gap"):
        virtual.ends_with("tab")
    with pytest.raises(ValueError, match="no encoding"):
        virtual.writes_in("klingon")
    with pytest.raises(ValueError, match="no such bit"):
        virtual.show(FIRST, flip_bit=4000)
