from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol

import zxingcpp
from device_fakes import WAIT_S
from PIL import Image

from hardware.events import PrintDone
from hardware.paper import Align
from hardware.printers.cells import Cells
from hardware.printers.composer import Composer, composer
from hardware.printers.native import Code, Dots, NativeSetter, White, Words, height
from hardware.printers.profiles import PROFILES, Mode, Profile
from hardware.printers.qr import qr_image
from hardware.printers.raster import RasterRenderer
from hardware.virtual.escpos_machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device_fakes import Listener

    from hardware.paper import Document, Fonts
    from hardware.printers.escpos import EscPosPrinter
    from hardware.printers.native import Row
    from hardware.virtual.printer import VirtualPrinter

FAST: Final = 4_000_000
"""A pty has no speed; this only keeps the driver's own reckoning of the wire short."""
GLANCE: Final = 6
"""Bytes of the two questions before each slip."""


class Make(Protocol):
    def __call__(self, **options: object) -> EscPosPrinter: ...


@cache
def _composer(mode: Mode, fonts: Fonts, profile: Profile) -> Composer:
    return composer(mode, fonts, profile)


@dataclass(frozen=True)
class Way:
    """One of the two ways to a printer, and what must come out of it."""

    mode: Mode
    fonts: Fonts

    def sent(self, document: Document, profile: Profile | None = None) -> bytes:
        return b"".join(_composer(self.mode, self.fonts, profile or PROFILES["generic-80"]).pieces(document))

    def drawn(self, document: Document, profile: Profile | None = None) -> Image.Image:
        """The paper that is meant, drawn without any byte of a printer's language."""
        profile = profile or PROFILES["generic-80"]
        if self.mode is Mode.RASTER:
            return RasterRenderer(self.fonts, profile.width).render(document)
        return set_paper(NativeSetter(self.fonts, profile).rows(document), profile.width, self.fonts)

    def printed(self, data: bytes, profile: Profile | None = None) -> Machine:
        profile = profile or PROFILES["generic-80"]
        machine = Machine(profile.width, fonts=self.fonts, charset=profile.charset)
        machine.feed(data)
        return machine


def set_paper(rows: Iterable[Row], width: int, fonts: Fonts) -> Image.Image:
    rows = list(rows)
    cells = Cells(fonts)
    paper = Image.new("1", (width, max(1, sum(map(height, rows)))), 1)
    top = 0
    for row in rows:
        match row:
            case Words():
                drawn = cells.line(row.spans)
                slack = width - drawn.width
                left = {Align.LEFT: 0, Align.CENTER: slack // 2, Align.RIGHT: slack}[row.align]
                paper.paste(drawn, (left, top))
            case Dots():
                paper.paste(row.picture, (0, top))
            case Code():
                side = row.dot * row.modules
                paper.paste(qr_image(row.data.decode(), side, width).convert("1"), ((width - side) // 2, top))
            case White():
                pass
        top += height(row)
    return paper


def shows(printed: Image.Image, drawn: Image.Image) -> bool:
    """The drawn picture stands at the top left of the printed one, and nothing else does."""
    paper = Image.new("1", printed.size, 1)
    paper.paste(drawn, (0, 0))
    return printed.height >= drawn.height and paper.tobytes() == printed.tobytes()


def framed(printed: Image.Image) -> Image.Image:
    """The paper on a white table, as a camera sees it."""
    table = Image.new("L", (printed.width + 80, printed.height + 80), 255)
    table.paste(printed.convert("L"), (40, 40))
    return table


def codes_on(printed: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(framed(printed))]


def done(listener: Listener, job_id: str) -> PrintDone:
    return listener.wait(PrintDone, such=lambda event: event.job_id == job_id)


def begin(printer: EscPosPrinter, virtual: VirtualPrinter) -> EscPosPrinter:
    """Start a driver and wait until the printer has taken all that it says at first."""
    printer.start()
    assert virtual.wait_for(lambda: b"\x1b@" in virtual.received, WAIT_S)
    return printer
