from __future__ import annotations

import shutil
import subprocess
from itertools import cycle
from typing import TYPE_CHECKING

import pytest
from printer_kit import Way, codes_on, framed

from hardware.printers.profiles import PROFILES, Mode
from kiosk.paper import document, fonts
from kiosk.samples import slips

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.core.slip import Slip

DIFFERENT = {slip: f"{language}-{name}" for language in ("zh_CN", "en") for name, slip in slips(language)}
"""Many samples have the same slip."""
SLIPS = [pytest.param(slip, id=name) for slip, name in DIFFERENT.items()]
CLASSES = ["generic-80", "generic-58", "xprinter-58", "epson-80", "epson-t88-80"]
MOST = {Mode.RASTER: 30_000, Mode.NATIVE: 600}
MOST_WITH_DOTS_FOR_CODES = 2000


@pytest.mark.parametrize("mode", MOST)
@pytest.mark.parametrize("slip", SLIPS)
def test_every_slip_is_small_and_its_code_is_read(slip: Slip, mode: Mode) -> None:
    way = Way(mode, fonts())
    for profile in map(PROFILES.__getitem__, CLASSES):
        data = way.sent(document(slip), profile)
        with_dots = mode is Mode.NATIVE and not profile.native_qr
        assert len(data) <= (MOST_WITH_DOTS_FOR_CODES if with_dots else MOST[mode]), profile.name
    generic = PROFILES["generic-80"]
    (printed,) = way.printed(way.sent(document(slip), generic), generic).slips
    assert codes_on(printed) == [slip.code]


@pytest.mark.parametrize("slip", SLIPS)
def test_text_tells_all_that_the_slip_says(slip: Slip) -> None:
    way = Way(Mode.NATIVE, fonts())
    machine = way.printed(way.sent(document(slip)))
    said = "".join(machine.lines).replace(" ", "")
    facts = (slip.title, slip.when, slip.place, slip.notice, slip.plate, slip.car, slip.expected, slip.code_title)
    for fact in (*facts, slip.code_text, slip.fare, slip.lost, slip.phone, slip.reference):
        assert fact.replace(" ", "") in said
    assert not slip.old_plate or f"×{slip.old_plate}×" in said
    assert not machine.strays


@pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbarimg is not installed: packaging/install-debian.sh")
@pytest.mark.parametrize("mode", MOST)
def test_a_second_decoder_reads_the_codes_too(tmp_path: Path, mode: Mode) -> None:
    way = Way(mode, fonts())
    wanted, files = [], []
    for (slip, name), profile in zip(DIFFERENT.items(), cycle(CLASSES), strict=False):
        (printed,) = way.printed(way.sent(document(slip), PROFILES[profile]), PROFILES[profile]).slips
        files.append(str(tmp_path / f"{name}.png"))
        framed(printed).save(files[-1])
        wanted.append(slip.code)
    read = subprocess.run(["zbarimg", "--quiet", "--raw", *files], capture_output=True, text=True, check=True)
    assert read.stdout.split() == wanted
