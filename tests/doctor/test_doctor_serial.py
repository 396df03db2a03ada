"""What is said of serial devices: real drivers at real ptys, held, shared, mute, unplugged or well."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from doctor_fakes import Played, one, told

from hardware.paper import Fonts
from hardware.port_owner import holders
from hardware.printers.escpos import EscPosPrinter
from hardware.readers.em125k import Em125kReader
from hardware.readers.hid import HidReader
from hardware.transport import open_port
from hardware.virtual.printer import VirtualPrinter
from kiosk.app.faults import WiringError
from kiosk.app.fittings import Fitting
from kiosk.doctor.app import Word
from kiosk.doctor.serial import look, thieves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiosk.doctor.result import Result

ASSETS = Path(__file__).parents[2] / "assets" / "fonts"
FONTS = Fonts(ASSETS / "NotoSansSC-Regular.ttf", ASSETS / "NotoSansSC-Bold.ttf")
NOBODY = Word()


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    virtual = VirtualPrinter()
    yield virtual
    virtual.close()


def fitted(path: str) -> Fitting:
    return Fitting("printer", path, lambda emit: EscPosPrinter("printer", path, emit, fonts=FONTS))


def looked(path: str, word: Word = NOBODY) -> list[Result]:
    return list(look(fitted(path), word))


def test_a_free_printer_is_asked_itself_and_its_port_is_given_back(printer: VirtualPrinter) -> None:
    printer.paper_near_end()
    results = looked(printer.path)
    assert told(results) == {
        "printer.port": "ok",
        "printer.link": "ok",
        "printer.answers": "ok",
        "printer.paper": "warn",
    }
    assert printer.slips == []
    open_port(printer.path).close()


def test_a_mute_printer_is_unknown_within_seconds(printer: VirtualPrinter) -> None:
    printer.mute()
    began = time.monotonic()
    assert told(looked(printer.path))["printer.answers"] == "unknown"
    assert time.monotonic() - began < 4


def test_a_printer_that_is_not_plugged_in(printer: VirtualPrinter) -> None:
    printer.unplug()
    [result] = looked(printer.path)
    assert result.id == "printer.port"
    assert result.health == "fail"
    assert "there is no such port" in result.sentence
    assert "devices list" in result.cure


def test_a_port_that_another_program_holds_is_named_and_not_touched(printer: VirtualPrinter) -> None:
    port = open_port(printer.path)
    [result] = looked(printer.path)
    port.close()
    assert result.health == "fail"
    assert f"(process {os.getpid()})" in result.sentence
    assert printer.received == b""


def test_a_port_that_the_kiosk_holds_is_told_by_the_kiosk(printer: VirtualPrinter) -> None:
    finding = {"id": "printer.paper", "health": "fail", "sentence": "There is no paper.", "cure": "Put in a new roll."}
    said = {"pid": os.getpid(), "devices": [{"name": "printer", "findings": [finding], "counters": {"slips": 3}}]}
    port = open_port(printer.path)
    results = looked(printer.path, Word(said, alive=True))
    port.close()
    assert told(results) == {"printer.port": "ok", "printer.paper": "fail"}
    assert "held by the kiosk" in results[0].sentence
    assert results[1].facts == {"slips": 3}
    assert printer.received == b""


def test_a_program_that_reads_along_is_told_and_the_printer_is_asked_all_the_same(printer: VirtualPrinter) -> None:
    with subprocess.Popen(["cat", printer.path], stdout=subprocess.DEVNULL) as thief:
        until = time.monotonic() + 20
        while not any(holder.pid == thief.pid for holder in holders(printer.path)):
            assert time.monotonic() < until
        results = looked(printer.path)
        thief.kill()
    shared = one(results, "printer.port.shared")
    assert shared.health == "warn"
    assert f"cat (process {thief.pid})" in shared.sentence
    assert "printer.link" in told(results)


def test_a_kiosk_that_waits_for_its_port_is_not_disturbed_by_a_question(printer: VirtualPrinter) -> None:
    finding = {"id": "printer.link", "health": "fail", "sentence": "It went away.", "cure": "Plug it in."}
    word = Word({"pid": os.getpid(), "devices": [{"name": "printer", "findings": [finding]}]}, alive=True)
    assert told(looked(printer.path, word)) == {"printer.port": "ok", "printer.link": "fail"}
    assert printer.received == b""


def test_a_word_that_makes_no_sense_is_passed_over() -> None:
    word = Word({"pid": 1, "devices": [{"name": "printer", "findings": [{"id": 1}]}, 7]}, alive=True)
    assert word.findings("printer") == []


def test_a_reader_that_no_card_was_held_to_is_unknown(printer: VirtualPrinter) -> None:
    make = Fitting("reader", printer.path, lambda emit: Em125kReader("reader", printer.path, emit, key=bytes(32)))
    assert told(look(make, NOBODY)) == {"reader.port": "ok", "reader.link": "ok", "reader.frames": "unknown"}


@pytest.mark.parametrize("name", ["usb:ffff:ffff", "usb:zz", "tcp://x:1"])
def test_a_name_that_fits_nothing(name: str) -> None:
    [result] = looked(name)
    assert (result.id, result.health.value) == ("printer.port", "fail")
    assert result.cure


def test_an_address_where_nothing_listens() -> None:
    results = looked("socket://127.0.0.1:1")
    assert told(results) == {"printer.port": "ok", "printer.link": "fail"}
    assert "nothing listens" in one(results, "printer.link").sentence


@pytest.mark.parametrize("error", [ValueError("printer profile 'x'"), WiringError("driver 'x' is not installed")])
def test_a_driver_that_is_missing_or_refuses_its_options(error: Exception) -> None:
    def refuse(_emit: object) -> EscPosPrinter:
        raise error

    [result] = look(Fitting("printer", "socket://127.0.0.1:1", refuse), NOBODY)
    assert (result.id, result.health.value) == ("printer.driver", "fail")
    assert result.sentence.startswith(str(error))


def test_a_reader_that_is_at_no_serial_port_is_asked_itself() -> None:
    make = Fitting(
        "reader", "/dev/input/none", lambda emit: HidReader("reader", "/dev/input/none", emit, key=bytes(32))
    )
    assert told(look(make, NOBODY)) == {"reader.link": "fail"}


def test_programs_that_take_ports_away_are_named(played: Played) -> None:
    assert told(thieves(played.machine)) == {"serial.thieves": "ok"}
    played.file("proc/812/comm", "ModemManager\n")
    played.file("proc/813/comm", "brltty\n")
    played.file("proc/modules", "pn533_usb 16384 0 - Live 0x0\nnfc 1 0 - Live 0x0\n")
    assert told(thieves(played.machine)) == {
        "serial.modemmanager": "warn",
        "serial.brltty": "warn",
        "serial.pn533": "warn",
    }
