from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from device_fakes import QUICK, Listener
from printer_kit import FAST, Make, Way, begin

from hardware.paper import QR, Badge, Boxed, Document, Fonts, Mixed, Rule, Size, Text
from hardware.printers.escpos import EscPosPrinter
from hardware.printers.profiles import Mode
from hardware.virtual.printer import VirtualPrinter

if TYPE_CHECKING:
    from collections.abc import Iterator

ASSETS = Path(__file__).parents[2] / "assets" / "fonts"


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    return Fonts(
        ASSETS / "NotoSansSC-Regular.ttf",
        ASSETS / "NotoSansSC-Bold.ttf",
        ASSETS / "NotoSansRare-Regular.ttf",
        ASSETS / "NotoSansRare-Bold.ttf",
    )


@pytest.fixture(scope="session")
def slip() -> Document:
    return Document(
        (
            Badge("7", (Text("您是 7 号", Size.LARGE, bold=True), Text("11月21日 10:24 · 曹家渡北门"))),
            Boxed("沪A·D12345"),
            Text("白色 大众", Size.MEDIUM, bold=True),
            Text("大约 10:28 到北门", Size.MEDIUM),
            Rule(),
            QR(
                "HOME:0412:7f3a9c1e5b2d4c68",
                (Text("回家用", Size.MEDIUM, bold=True), Text("在任何一台叫车机上扫一下这个码，就叫车回家。")),
            ),
            Rule(),
            Text("车费只付一次，付给司机。", Size.MEDIUM, bold=True),
            Mixed((Text("掉了东西、车没来，请打 "), Text("95128", Size.MEDIUM, bold=True))),
            Text("报这个号：0412-1121-007"),
        )
    )


@pytest.fixture(scope="session")
def long_slip() -> Document:
    """More than the system holds back for a printer that takes nothing, either way: no head has these letters."""
    return Document((Text("𠮷㐂吉喜" * 240),))


@pytest.fixture(params=[Mode.RASTER, Mode.NATIVE])
def way(request: pytest.FixtureRequest, fonts: Fonts) -> Way:
    """Both ways to a printer: what is promised holds for each."""
    return Way(request.param, fonts)


@pytest.fixture
def virtual(fonts: Fonts) -> Iterator[VirtualPrinter]:
    printer = VirtualPrinter(fonts=fonts)
    yield printer
    printer.close()


@pytest.fixture
def make(virtual: VirtualPrinter, listener: Listener, way: Way) -> Iterator[Make]:
    made: list[EscPosPrinter] = []

    def build(**options: Any) -> EscPosPrinter:  # noqa: ANN401 - options of many types
        settings: dict[str, Any] = {
            "fonts": way.fonts,
            "mode": way.mode,
            "baudrate": FAST,
            "backoff": QUICK,
            "poll_s": 0.02,
            "patience_s": 1.0,
        } | options
        port = str(settings.pop("port", virtual.path))
        printer = EscPosPrinter("printer", port, listener, **settings)
        made.append(printer)
        return printer

    yield build
    for printer in made:
        printer.stop()


@pytest.fixture
def up(make: Make, virtual: VirtualPrinter) -> EscPosPrinter:
    return begin(make(), virtual)


@pytest.fixture
def quiet(make: Make, virtual: VirtualPrinter) -> EscPosPrinter:
    """A driver that asks only around jobs, so that a test can count bytes."""
    return begin(make(poll_s=1000, patience_s=0.2), virtual)
