from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from device_fakes import WAIT_S, Listener
from printer_kit import GLANCE, Make, Way, codes_on, done, shows

from hardware.events import DeviceDown, DeviceUp, PrintDone, PrintResult
from hardware.health import Health, worst
from hardware.paper import QR, Document, Text
from hardware.ports import Printer
from hardware.printers.escpos import EscPosPrinter
from hardware.printers.profiles import PROFILES, Mode, chosen
from hardware.service import Backoff, State
from hardware.virtual.escpos_machine import decode
from hardware.virtual.printer import VirtualPrinter

if TYPE_CHECKING:
    from hardware.paper import Fonts


def test_a_chinese_slip_comes_out_dot_for_dot_and_its_code_is_read(  # noqa: PLR0917 - fixtures
    up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, way: Way, slip: Document, fonts: Fonts
) -> None:
    up.print("job-1", slip)
    assert virtual.wait_for_cut(WAIT_S)
    assert done(listener, "job-1").result is PrintResult.PRINTED
    drawn = way.drawn(slip)
    assert shows(virtual.slips[0], drawn)
    assert shows(decode(virtual.received, fonts=fonts)[0], drawn)
    assert codes_on(virtual.slips[0]) == ["HOME:0412:7f3a9c1e5b2d4c68"]
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


def test_a_slip_costs_two_questions_its_bytes_and_one_question_after_it(
    quiet: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, way: Way, slip: Document
) -> None:
    before = len(virtual.received)
    quiet.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.PRINTED
    sent = virtual.received[before:]
    data = way.sent(slip)
    assert sent[:GLANCE] == b"\x10\x04\x01\x10\x04\x04"
    assert sent[GLANCE : GLANCE + len(data)] == data
    assert sent[GLANCE + len(data) :].startswith(b"\x1dr\x01")


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


@pytest.mark.parametrize("senseless", [QR("x" * 5000), Text("车" * 6000)])
def test_a_slip_that_cannot_be_drawn_fails_and_says_nothing_of_its_words(
    up: EscPosPrinter, listener: Listener, slip: Document, senseless: QR | Text
) -> None:
    up.print("job-1", Document((Text("张某某"), senseless)))
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
    up: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, way: Way, slip: Document
) -> None:
    up.print("job-1", replace(slip, cut=False))
    assert done(listener, "job-1").result is PrintResult.PRINTED
    assert virtual.slips == []
    assert shows(virtual.paper(), way.drawn(slip))


@pytest.mark.parametrize("profile", ["basic-58", "basic-80"])
def test_a_printer_that_does_not_know_the_end_question_is_believed_by_its_status(
    make: Make, virtual: VirtualPrinter, listener: Listener, slip: Document, profile: str
) -> None:
    printer = make(profile=profile)
    printer.start()
    printer.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.PRINTED
    assert b"\x1dr\x01" not in virtual.received
    virtual.paper_out()
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.FAILED


def test_a_name_that_is_none_is_refused_with_the_known_ones(make: Make) -> None:
    known = "basic-58, basic-80, epson-58, epson-80, epson-t88-58, epson-t88-80, generic-58, generic-80, xprinter-58"
    with pytest.raises(ValueError, match=f"'laser': expected one of {known}, xprinter-80"):
        make(profile="laser")
    with pytest.raises(ValueError, match="'text' is not a valid Mode"):
        make(mode="text")


@pytest.mark.parametrize(
    ("profile", "port", "baudrate", "mode"),
    [
        ("generic-80", "/dev/ttyUSB0", 115_200, Mode.RASTER),
        ("generic-80", "/dev/ttyUSB0", 57_600, Mode.RASTER),
        ("generic-80", "/dev/ttyUSB0", 38_400, Mode.NATIVE),
        ("xprinter-58", "/dev/ttyS0", 9600, Mode.NATIVE),
        ("xprinter-80", "socket://192.0.2.7:9100", 9600, Mode.RASTER),
        ("epson-80", "/dev/ttyS0", 9600, Mode.RASTER),
    ],
)
def test_slow_links_get_text_from_printers_that_surely_have_chinese_letters(
    profile: str, port: str, baudrate: int, mode: Mode
) -> None:
    assert chosen(Mode.AUTO, PROFILES[profile], port, baudrate) is mode
    for asked in (Mode.RASTER, Mode.NATIVE):
        assert chosen(asked, PROFILES[profile], port, baudrate) is asked


def test_a_printer_on_a_slow_link_is_sent_text_by_itself(
    virtual: VirtualPrinter, listener: Listener, fonts: Fonts, slip: Document
) -> None:
    printer = EscPosPrinter("printer", virtual.path, listener, fonts=fonts, baudrate=38_400)
    printer.print("job-1", slip)
    printer.start()
    try:
        assert done(listener, "job-1").result is PrintResult.PRINTED
    finally:
        printer.stop()
    assert "报这个号：0412-1121-007" in virtual.lines
