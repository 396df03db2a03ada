from __future__ import annotations

from pathlib import Path

import pytest
from device_fakes import Listener

from hardware.paper import QR, Badge, Boxed, Document, Fonts, Mixed, Rule, Size, Text

ASSETS = Path(__file__).parents[2] / "assets" / "fonts"


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    return Fonts(ASSETS / "NotoSansSC-Regular.ttf", ASSETS / "NotoSansSC-Bold.ttf")


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
