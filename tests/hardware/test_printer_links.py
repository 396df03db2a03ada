from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from device_fakes import WAIT_S, Listener
from printer_kit import GLANCE, Make, Way, begin, done, shows

from hardware.events import DeviceDown, DeviceUp, PrintDone, PrintResult
from hardware.health import Health, worst
from hardware.printers.escpos import PATIENCE_S

if TYPE_CHECKING:
    from hardware.paper import Document
    from hardware.printers.escpos import EscPosPrinter
    from hardware.virtual.printer import VirtualPrinter


def test_a_mute_printer_prints_and_is_unknown(
    make: Make, virtual: VirtualPrinter, listener: Listener, way: Way, slip: Document
) -> None:
    virtual.mute()
    printer = make(patience_s=0.1)
    printer.start()
    listener.wait(DeviceUp)
    printer.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.UNKNOWN
    assert virtual.wait_for_cut(WAIT_S)
    assert shows(virtual.slips[0], way.drawn(slip))
    assert worst(printer.health()) is Health.UNKNOWN
    assert printer.status is None


def test_a_printer_that_falls_mute_is_unknown_within_half_a_second(
    make: Make, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    printer = begin(make(patience_s=PATIENCE_S, poll_s=0.001), virtual)
    printer.print("job-1", slip)
    assert done(listener, "job-1").result is PrintResult.PRINTED
    took = []
    for _ in range(3):  # the quickest counts: a busy machine may stop us for longer than the printer's time
        assert worst(printer.health()) is Health.OK
        virtual.mute()
        began = time.monotonic()
        while worst(printer.health()) is Health.OK and time.monotonic() - began < WAIT_S:
            threading.Event().wait(0.005)
        took.append(time.monotonic() - began)
        assert worst(printer.health()) is Health.UNKNOWN
        virtual.mute(on=False)
        while worst(printer.health()) is not Health.OK and time.monotonic() - began < WAIT_S:
            threading.Event().wait(0.005)
    assert min(took) <= 0.5


def test_a_slip_for_a_printer_that_is_known_to_be_mute_is_not_kept_waiting(
    make: Make, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    virtual.mute()
    printer = begin(make(poll_s=1000, patience_s=0.6), virtual)
    before = len(virtual.received)
    began = time.monotonic()
    printer.print("job-1", slip)
    assert virtual.wait_for(lambda: b"\x1b@" in virtual.received[before:], WAIT_S)
    assert time.monotonic() - began < 0.6  # the patience with one that spoke before
    assert done(listener, "job-1").result is PrintResult.UNKNOWN


def test_a_mute_printer_that_speaks_again_is_believed(
    make: Make, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    virtual.mute()
    printer = begin(make(poll_s=1000, patience_s=0.1), virtual)
    virtual.mute(on=False)
    virtual.paper_out()
    printer.print("job-1", slip)
    assert done(listener, "job-1").sentence == "The printer has no paper."
    virtual.paper_out(on=False)
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert len(virtual.slips) == 1


def test_a_printer_that_falls_mute_in_the_middle_is_unknown(
    quiet: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, way: Way, slip: Document
) -> None:
    size = len(way.sent(slip))
    virtual.slow(size * 8)
    before = len(virtual.received)
    quiet.print("job-1", slip)
    assert virtual.wait_for_bytes(before + size // 20, WAIT_S)
    virtual.mute()
    assert done(listener, "job-1").result is PrintResult.UNKNOWN
    virtual.slow(None)
    virtual.mute(on=False)
    quiet.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert shows(virtual.slips[-1], way.drawn(slip))


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


PARTS = [0.05, 0.2, 0.43, 0.6, 0.9]


@pytest.mark.parametrize("after", [1, *range(GLANCE + 1, GLANCE + 15, 2), *PARTS, -30, -1])
def test_a_plug_pulled_at_any_byte_leaves_the_next_slip_whole(  # noqa: PLR0917 - fixtures
    quiet: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, way: Way, slip: Document, after: float
) -> None:
    drawn, size = way.drawn(slip), len(way.sent(slip))
    if isinstance(after, float):
        after = int(after * size)
    virtual.unplug(after=int(after) if after > 0 else int(GLANCE + size + after))
    quiet.print("job-1", slip)
    listener.wait(DeviceDown)
    assert done(listener, "job-1").result is (PrintResult.FAILED if 0 < after < GLANCE else PrintResult.UNKNOWN)
    virtual.replug()
    listener.wait(DeviceUp, 2)
    quiet.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert shows(virtual.slips[-1], drawn)
    assert after < 0 or not any(shows(printed, drawn) for printed in virtual.slips[:-1])
    assert [event.job_id for event in listener.all(PrintDone)] == ["job-1", "job-2"]
    assert max(virtual.strays, default=0) < ord(" ")  # halves of commands, none of which is ink


def test_a_printer_that_takes_no_more_bytes_is_unknown_and_comes_back(  # noqa: PLR0917 - fixtures
    make: Make, virtual: VirtualPrinter, listener: Listener, way: Way, slip: Document, long_slip: Document
) -> None:
    printer = begin(make(stall_s=0.15, patience_s=0.15, poll_s=1000), virtual)
    virtual.slow(200_000)
    before = len(virtual.received)
    printer.print("job-1", long_slip)
    assert virtual.wait_for_bytes(before + 4000, WAIT_S)
    virtual.block()
    assert done(listener, "job-1").result is PrintResult.UNKNOWN
    assert "takes no more bytes" in listener.wait(DeviceDown).sentence
    virtual.slow(None)
    virtual.block(on=False)
    listener.wait(DeviceUp, 2)
    printer.print("job-2", slip)
    assert done(listener, "job-2").result is PrintResult.PRINTED
    assert shows(virtual.slips[-1], way.drawn(slip))


def test_many_plugs_leave_no_thread_and_no_descriptor_behind(
    quiet: EscPosPrinter, virtual: VirtualPrinter, listener: Listener, slip: Document
) -> None:
    def left() -> tuple[int, int]:
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    before = left()
    for number in range(1, 21):
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
