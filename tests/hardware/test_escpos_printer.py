from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import zxingcpp
from device_fakes import QUICK, WAIT_S, Listener
from PIL import Image

from hardware.events import (
    DeviceDown,
    DeviceUp,
    PaperLow,
    PaperOk,
    PaperOut,
    PrintDone,
    PrintResult,
)
from hardware.health import Health, worst
from hardware.paper import QR, Document, Fonts, Text
from hardware.ports import Printer
from hardware.printers.escpos import EscPosPrinter
from hardware.printers.escpos_bytes import slip_bytes
from hardware.printers.profiles import PROFILES
from hardware.printers.raster import RasterRenderer
from hardware.service import Backoff, State
from hardware.virtual.escpos_machine import FORGET, decode
from hardware.virtual.printer import VirtualPrinter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAST = 4_000_000
"""A pty has no speed; this only keeps the driver's own reckoning of the wire short."""
LOOK = 12
"""Bytes of the four questions before each slip."""


@pytest.fixture
def virtual() -> Iterator[VirtualPrinter]:
    printer = VirtualPrinter()
    yield printer
    printer.close()


class Make(Protocol):
    def __call__(self, **options: Any) -> EscPosPrinter: ...  # noqa: ANN401 - options of many types


@pytest.fixture
def make(virtual: VirtualPrinter, listener: Listener, fonts: Fonts) -> Iterator[Make]:
    made: list[EscPosPrinter] = []

    def build(**options: Any) -> EscPosPrinter:  # noqa: ANN401 - options of many types
        settings: dict[str, Any] = {
            "fonts": fonts,
            "baudrate": FAST,
            "backoff": QUICK,
            "poll_s": 0.02,
            "patience_s": 1.0,
        } | options
        printer = EscPosPrinter("printer", virtual.path, listener, **settings)
        made.append(printer)
        return printer

    yield build
    for printer in made:
        printer.stop()


def begin(printer: EscPosPrinter, virtual: VirtualPrinter) -> EscPosPrinter:
    """Start a driver and wait until the printer has taken all that it says at first."""
    printer.start()
    assert virtual.wait_for(lambda: b"\x1b@" in virtual.received, WAIT_S)
    return printer


@pytest.fixture
def up(make: Make, virtual: VirtualPrinter) -> EscPosPrinter:
    return begin(make(), virtual)


@pytest.fixture
def quiet(make: Make, virtual: VirtualPrinter) -> EscPosPrinter:
    """A driver that asks only around jobs, so that a test can count bytes."""
    return begin(make(poll_s=1000, patience_s=0.2), virtual)


def done(listener: Listener, job_id: str) -> PrintDone:
    return listener.wait(PrintDone, such=lambda event: event.job_id == job_id)


def shows(printed: Image.Image, drawn: Image.Image) -> bool:
    paper = Image.new("1", printed.size, 1)
    paper.paste(drawn, (0, 0))
    return printed.height >= drawn.height and paper.tobytes() == printed.tobytes()


def test_a_chinese_slip_comes_out_dot_for_dot_and_its_code_is_read(
    up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, fonts: Fonts, slip: Document
) -> None:
    up.print("job-1", slip)
    assert virtual.wait_for_cut(WAIT_S)
    assert done(listener, "job-1").result is PrintResult.PRINTED
    drawn = RasterRenderer(fonts).render(slip)
    assert shows(virtual.slips[0], drawn)
    assert shows(decode(virtual.received)[0], drawn)
    framed = Image.new("L", (656, virtual.slips[0].height + 80), 255)
    framed.paste(virtual.slips[0].convert("L"), (40, 40))
    assert [code.text for code in zxingcpp.read_barcodes(framed)] == ["HOME:0412:7f3a9c1e5b2d4c68"]
    assert virtual.strays == b""
    assert worst(up.health()) is Health.OK
    assert isinstance(up, Printer)


def test_a_job_id_prints_once(up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, slip: Document) -> None:
    for _ in range(3):
        up.print("job-1", slip)
    done(listener, "job-1")
    up.print("job-1", slip)
    up.print("job-2", slip)
    done(listener, "job-2")
    assert len(virtual.slips) == 2
    assert [event.job_id for event in listener.all(PrintDone)] == ["job-1", "job-2"]


def test_printing_never_blocks_the_caller_and_jobs_before_the_start_wait(
    make: Make, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    printer = make()
    virtual.block()
    for number in range(20):
        printer.print(f"job-{number}", slip)
    assert listener.events == []
    virtual.block(on=False)
    printer.start()
    for number in range(20):
        assert done(listener, f"job-{number}").result is PrintResult.PRINTED
    assert len(virtual.slips) == 20


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
    up.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert len(virtual.slips) == 1


@pytest.mark.parametrize("after", [1, 300, 9_000, 30_000])
def test_paper_that_runs_out_in_the_middle_fails_the_job_and_its_rest_never_comes(  # noqa: PLR0917 - fixtures
    quiet: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, fonts: Fonts, slip: Document, after: int
) -> None:
    virtual.slow(400_000)
    virtual.paper_out(after=LOOK + after)
    quiet.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.FAILED
    assert virtual.wait_for(lambda: FORGET in virtual.received, WAIT_S)
    virtual.slow(None)
    virtual.paper_out(on=False)
    quiet.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert [type(event) for event in listener.events if type(event) in (PaperOut, PaperOk)] == [PaperOut, PaperOk]
    drawn = RasterRenderer(fonts).render(slip)
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
    up: EscPosPrinter,
    virtual: VirtualPrinter,
    listener: Listener,
    slip: Document,
    misbehave: Callable[..., None],
    sentence: str,
) -> None:
    misbehave(virtual)
    up.print("job-1", slip)
    assert done(listener, "job-1") == PrintDone("printer", "job-1", PrintResult.FAILED, sentence)
    misbehave(virtual, on=False)
    up.print("job-2", slip)
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


def test_a_mute_printer_prints_and_is_unknown(
    make: Make, virtual: VirtualPrinter, listener: Listener, fonts: Fonts, slip: Document
) -> None:
    virtual.mute()
    printer = make(patience_s=0.1)
    printer.start()
    listener.wait(DeviceUp)
    printer.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.UNKNOWN
    assert virtual.wait_for_cut(WAIT_S)
    assert shows(virtual.slips[0], RasterRenderer(fonts).render(slip))
    assert worst(printer.health()) is Health.UNKNOWN
    assert printer.status is None


def test_a_printer_that_falls_mute_in_the_middle_is_unknown(
    quiet: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, fonts: Fonts, slip: Document
) -> None:
    virtual.slow(400_000)
    before = len(virtual.received)
    quiet.print("job-1", slip)
    assert virtual.wait_for_bytes(before + 2000, WAIT_S)
    virtual.mute()
    assert done(listener, "job-1").result is PrintResult.UNKNOWN
    virtual.slow(None)
    virtual.mute(on=False)
    quiet.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert shows(virtual.slips[-1], RasterRenderer(fonts).render(slip))


def test_an_idle_printer_that_falls_mute_is_no_longer_ok(
    make: Make, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    printer = begin(make(patience_s=0.1), virtual)
    printer.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.PRINTED
    assert worst(printer.health()) is Health.OK
    virtual.mute()
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.UNKNOWN
    assert worst(printer.health()) is Health.UNKNOWN


def test_answers_are_understood_through_automatic_statuses_and_noise(
    up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    virtual.noise(virtual.automatic_status() + b"\x13\xff\x11")
    for number in range(3):
        up.print(f"job-{number}", slip)
        assert done(listener, f"job-{number}").result is PrintResult.PRINTED
    assert worst(up.health()) is Health.OK
    assert listener.all(PaperOut) == []


def test_trouble_that_is_told_unasked_stops_the_slip(
    quiet: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    virtual.slow(100_000)
    before = len(virtual.received)
    quiet.print("job-1", slip)
    assert virtual.wait_for_bytes(before + 3000, WAIT_S)
    virtual.cover_open()
    virtual.say(virtual.automatic_status())
    assert done(listener, "job-1").sentence == "The printer's cover is open."
    assert virtual.wait_for(lambda: FORGET in virtual.received, WAIT_S)
    assert len(virtual.received) - before < 35_000


@pytest.mark.parametrize("after", [1, *range(LOOK + 1, LOOK + 15), 5_000, 20_000, -30, -1])
def test_a_plug_pulled_at_any_byte_leaves_the_next_slip_whole(  # noqa: PLR0917 - fixtures
    quiet: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, fonts: Fonts, slip: Document, after: int
) -> None:
    drawn = RasterRenderer(fonts).render(slip)
    whole = LOOK + sum(map(len, slip_bytes(drawn, PROFILES["generic-80"])))
    virtual.unplug(after=after if after > 0 else whole + after)
    quiet.print("job-1", slip)
    listener.wait(DeviceDown)
    assert done(listener, "job-1").result is (PrintResult.FAILED if 0 < after < LOOK else PrintResult.UNKNOWN)
    virtual.replug()
    listener.wait(DeviceUp, 2)
    quiet.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert shows(virtual.slips[-1], drawn)
    assert after < 0 or not any(shows(printed, drawn) for printed in virtual.slips[:-1])
    assert [event.job_id for event in listener.all(PrintDone)] == ["job-1", "job-2"]


def test_a_printer_that_takes_no_more_bytes_is_unknown_and_comes_back(
    make: Make, virtual: VirtualPrinter, listener: Listener, fonts: Fonts, slip: Document
) -> None:
    printer = begin(make(stall_s=0.15, patience_s=0.15, poll_s=1000), virtual)
    virtual.slow(200_000)
    before = len(virtual.received)
    printer.print("job-1", slip)
    assert virtual.wait_for_bytes(before + 4000, WAIT_S)
    virtual.block()
    assert done(listener, "job-1").result is PrintResult.UNKNOWN
    assert "takes no more bytes" in listener.wait(DeviceDown).sentence
    virtual.slow(None)
    virtual.block(on=False)
    listener.wait(DeviceUp, 2)
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert shows(virtual.slips[-1], RasterRenderer(fonts).render(slip))


def test_a_stall_whose_reason_the_printer_tells_is_a_failure_and_no_fault(
    make: Make, virtual: VirtualPrinter, listener: Listener, fonts: Fonts, slip: Document
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
    printer.print("job-1", slip)
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
    drawn = RasterRenderer(fonts).render(slip)
    assert [shows(printed, drawn) for printed in virtual.slips] == [True, False, True]


def test_many_plugs_leave_no_thread_and_no_descriptor_behind(
    quiet: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    def left() -> tuple[int, int]:
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    before = left()
    for number in range(1, 31):
        virtual.unplug()
        quiet.print(f"lost-{number}", slip)
        assert done(listener, f"lost-{number}").result is PrintResult.FAILED
        virtual.replug()
        listener.wait(DeviceUp, number + 1)
    quiet.print("last", slip)
    assert done(listener, "last").result is PrintResult.PRINTED
    assert len(virtual.slips) == 1
    threads, descriptors = left()
    assert threads <= before[0]
    assert descriptors <= before[1]


def test_a_job_for_an_absent_printer_looks_for_it_once_and_is_not_kept(
    make: Make, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    virtual.unplug()
    printer = make(backoff=Backoff(1000, 1000))
    printer.start()
    listener.wait(DeviceDown)
    printer.print("job-1", slip)
    answer = done(listener, "job-1")
    assert answer.result is PrintResult.FAILED
    assert "there is no such port" in answer.sentence
    virtual.replug()
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert len(virtual.slips) == 1


def test_after_the_stop_every_job_is_answered(
    up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    virtual.block()
    for number in range(3):
        up.print(f"job-{number}", slip)
    up.stop()
    assert up.report().state is State.STOPPED
    up.print("job-3", slip)
    for number in range(4):
        assert done(listener, f"job-{number}").result in (PrintResult.FAILED, PrintResult.UNKNOWN)
    assert not any(thread.name == "device-printer" for thread in threading.enumerate())


def test_a_slip_that_cannot_be_drawn_fails_and_says_nothing_of_its_words(
    up: EscPosPrinter, listener: Listener, slip: Document
) -> None:
    up.print("job-1", Document((Text("张某某"), QR("x" * 5000))))
    answer = done(listener, "job-1")
    assert answer.result is PrintResult.FAILED
    assert answer.sentence == "This slip cannot be drawn for this paper."
    up.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert len(listener.all(DeviceUp)) == 1


def test_missing_fonts_are_told_and_end_it(make: Make, listener: Listener, fonts: Fonts, slip: Document) -> None:
    printer = make(fonts=replace(fonts, bold=fonts.bold.with_name("none.ttf")))
    printer.print("job-1", slip)
    printer.start()
    down = listener.wait(DeviceDown)
    assert down.permanent
    assert "none.ttf" in down.sentence
    assert done(listener, "job-1").result is PrintResult.FAILED
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.FAILED


def test_an_uncut_slip_stays_at_the_head(
    up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, fonts: Fonts, slip: Document
) -> None:
    up.print("job-1", replace(slip, cut=False))
    assert done(listener, "job-1").result is PrintResult.PRINTED
    assert virtual.slips == []
    assert shows(virtual.paper(), RasterRenderer(fonts).render(slip))


def test_a_printer_that_does_not_know_the_end_question_is_believed_by_its_status(
    make: Make, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    printer = make(profile="basic-58")
    printer.start()
    printer.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.PRINTED
    assert b"\x1dr\x01" not in virtual.received
    virtual.paper_out()
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.FAILED


def test_an_unknown_profile_is_refused_with_the_known_ones(make: Make) -> None:
    with pytest.raises(ValueError, match="'laser': expected one of basic-58, epson-80, generic-58, generic-80"):
        make(profile="laser")
