from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from device_fakes import WAIT_S, Listener
from printer_kit import GLANCE, Make, Way, begin, done, shows

from hardware.events import DeviceDown, PaperLow, PaperOk, PaperOut, PrintDone, PrintResult
from hardware.health import Health, worst
from hardware.virtual.escpos_machine import FORGET
from hardware.virtual.printer import VirtualPrinter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardware.paper import Document, Fonts
    from hardware.printers.escpos import EscPosPrinter


def test_no_paper_fails_the_job_and_nothing_of_it_comes_after_the_refill(
    up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    virtual.paper_out()
    up.print("job-1", slip)
    answer = done(listener, "job-1")
    assert answer.result is PrintResult.FAILED
    assert answer.sentence == "The printer has no paper."
    listener.wait(PaperOut)
    assert worst(up.health()) is Health.FAIL
    virtual.paper_out(on=False)
    listener.wait(PaperOk)
    up.print("job-1", slip)
    up.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert len(virtual.slips) == 1
    assert [event.job_id for event in listener.all(PrintDone)] == ["job-1", "job-2"]


@pytest.mark.parametrize("part", [0.0, 0.02, 0.4, 0.9])
def test_paper_that_runs_out_in_the_middle_fails_the_job_and_its_rest_never_comes(  # noqa: PLR0917 - fixtures
    quiet: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, way: Way, slip: Document, part: float
) -> None:
    size = len(way.sent(slip))
    virtual.slow(size * 8)
    virtual.paper_out(after=GLANCE + 1 + int(part * size))
    quiet.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.FAILED
    assert virtual.wait_for(lambda: FORGET in virtual.received, WAIT_S)
    virtual.slow(None)
    virtual.paper_out(on=False)
    quiet.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert [type(event) for event in listener.events if type(event) in (PaperOut, PaperOk)] == [PaperOut, PaperOk]
    drawn = way.drawn(slip)
    assert [shows(printed, drawn) for printed in virtual.slips] == [False, True]
    assert virtual.strays == b""


@pytest.mark.parametrize(
    ("misbehave", "sentence"),
    [
        (VirtualPrinter.cover_open, "The printer's cover is open."),
        (VirtualPrinter.cutter_stuck, "The printer's cutter is stuck."),
    ],
)
def test_an_open_cover_or_a_stuck_knife_fails_the_job_at_once(  # noqa: PLR0917 - fixtures
    quiet: EscPosPrinter,
    virtual: VirtualPrinter,
    listener: Listener,
    slip: Document,
    misbehave: Callable[..., None],
    sentence: str,
) -> None:
    misbehave(virtual)
    quiet.print("job-1", slip)
    assert done(listener, "job-1") == PrintDone("printer", "job-1", PrintResult.FAILED, sentence)
    misbehave(virtual, on=False)
    quiet.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert len(virtual.slips) == 1


def test_little_paper_is_told_once_and_printing_goes_on(
    up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    virtual.paper_near_end()
    listener.wait(PaperLow)
    for number in range(3):
        up.print(f"job-{number}", slip)
        assert done(listener, f"job-{number}").result is PrintResult.PRINTED
    assert len(listener.all(PaperLow)) == 1
    assert worst(up.health()) is Health.WARN


def test_answers_are_understood_through_automatic_statuses_and_noise(
    up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    virtual.noise(virtual.automatic_status() + b"\x13\xff\x11")
    for number in range(3):
        up.print(f"job-{number}", slip)
        assert done(listener, f"job-{number}").result is PrintResult.PRINTED
    assert worst(up.health()) is Health.OK
    assert listener.all(PaperOut) == []


def test_trouble_that_is_told_unasked_stops_the_slip(  # noqa: PLR0917 - fixtures
    make: Make, virtual: VirtualPrinter, listener: Listener, way: Way, slip: Document, long_slip: Document
) -> None:
    printer = begin(make(profile="xprinter-80", poll_s=1000, patience_s=0.2), virtual)
    virtual.slow(400_000)
    before = len(virtual.received)
    printer.print("job-1", long_slip)
    assert virtual.wait_for_bytes(before + 3000, WAIT_S)
    virtual.cover_open()
    assert done(listener, "job-1").sentence == "The printer's cover is open."
    assert virtual.wait_for(lambda: FORGET in virtual.received, WAIT_S)
    assert len(virtual.received) - before < len(way.sent(long_slip)) * 0.8
    virtual.slow(None)
    virtual.cover_open(on=False)
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert [shows(printed, way.drawn(slip)) for printed in virtual.slips] == [False, True]


def test_trouble_of_an_idle_printer_is_told_at_the_next_look(
    up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener
) -> None:
    virtual.paper_out()
    listener.wait(PaperOut)
    assert worst(up.health()) is Health.FAIL


def test_a_stall_whose_reason_the_printer_tells_is_a_failure_and_no_fault(  # noqa: PLR0917 - fixtures
    make: Make, virtual: VirtualPrinter, listener: Listener, way: Way, slip: Document, long_slip: Document
) -> None:
    taken_back = threading.Event()

    def trace(line: str) -> None:
        if line == "> " + " ".join(["00"] * 8) and virtual.slips:
            taken_back.set()

    printer = begin(make(stall_s=0.15, patience_s=5.0, poll_s=1000, trace=trace), virtual)
    printer.print("job-0", slip)
    assert done(listener, "job-0").result is PrintResult.PRINTED
    virtual.slow(200_000)
    before = len(virtual.received)
    printer.print("job-1", long_slip)
    assert virtual.wait_for_bytes(before + 4000, WAIT_S)
    virtual.block()
    assert taken_back.wait(WAIT_S)
    virtual.paper_out()
    virtual.block(on=False)
    assert done(listener, "job-1") == PrintDone("printer", "job-1", PrintResult.FAILED, "The printer has no paper.")
    assert virtual.wait_for(lambda: FORGET in virtual.received, WAIT_S)
    virtual.slow(None)
    virtual.paper_out(on=False)
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert listener.all(DeviceDown) == []
    drawn = way.drawn(slip)
    assert [shows(printed, drawn) for printed in virtual.slips] == [True, False, True]


@pytest.fixture
def epson(fonts: Fonts) -> Iterator[VirtualPrinter]:
    printer = VirtualPrinter(fonts=fonts, tells_forgotten=True)
    yield printer
    printer.close()


@pytest.fixture
def stubborn(fonts: Fonts) -> Iterator[VirtualPrinter]:
    printer = VirtualPrinter(fonts=fonts, forgets=False)
    yield printer
    printer.close()


def test_an_epson_that_confirms_to_have_forgotten_is_not_taken_to_have_printed(
    make: Make, epson: VirtualPrinter, listener: Listener, way: Way, slip: Document
) -> None:
    printer = make(profile="epson-80", port=epson.path, poll_s=1000, patience_s=0.3)
    begin(printer, epson)
    size = len(way.sent(slip))
    epson.slow(size * 8)
    epson.paper_out(after=GLANCE + size // 2)
    printer.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.FAILED
    epson.slow(None)
    epson.paper_out(on=False)
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert [shows(printed, way.drawn(slip)) for printed in epson.slips] == [False, True]


def test_a_printer_that_cannot_forget_prints_the_rest_but_never_a_second_slip_of_the_job(
    make: Make, stubborn: VirtualPrinter, listener: Listener, way: Way, slip: Document
) -> None:
    printer = make(port=stubborn.path, poll_s=1000, patience_s=0.3)
    begin(printer, stubborn)
    size = len(way.sent(slip))
    stubborn.slow(size * 8)
    stubborn.paper_out(after=GLANCE + size // 2)
    printer.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.FAILED
    stubborn.slow(None)
    stubborn.paper_out(on=False)
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    whole = [shows(printed, way.drawn(slip)) for printed in stubborn.slips]
    assert whole[-1]
    assert sum(whole) <= 2
