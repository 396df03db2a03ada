"""The keys of the modem and of the dispatcher that is written to: what is wrong is named, and no PIN is ever shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kiosk import config
from kiosk.config.documents import shown
from kiosk.config.file import load

if TYPE_CHECKING:
    from pathlib import Path

PIN = "48151623"
BOX = """
[box]
code = "0412"
place = { zh_CN = "甲社区", en = "Community A" }
gate = { zh_CN = "北门", en = "the north gate" }
lat = 31.2
lon = 121.4
phone = "95128"
[dispatch]
url = "https://dispatch.example/taxi"
token = "t"
"""
MODEM = '[modem]\nport = "usb:12d1:1003"\n'

NUMBER = "a telephone number with its country, as +862162580017, or a short number such as 95128"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kiosk.toml"


def test_without_a_word_there_is_no_modem_and_nobody_is_written_to(file: Path) -> None:
    file.write_text(BOX)
    loaded = load(file)
    assert (loaded.modem.port, loaded.sms.number) == ("", "")
    assert not loaded.modem.pin


@pytest.mark.parametrize("number", ["95128", "+12025550123"])
def test_a_modem_and_whom_to_write_to(file: Path, number: str) -> None:
    file.write_text(f'{BOX}{MODEM}pin = "{PIN}"\n[sms]\nnumber = "{number}"\nlanguage = "en"\n')
    loaded = load(file)
    assert loaded.modem.pin.reveal() == PIN
    assert loaded.sms.number == number
    assert PIN not in shown(loaded)
    assert PIN not in repr(loaded)


@pytest.mark.parametrize(
    ("added", "problem"),
    [
        (MODEM + 'pin = "12a4"', "modem.pin: expected 4 to 8 digits, found something else"),
        (MODEM + "pin = 1234", "modem.pin: expected 4 to 8 digits, found something else"),
        (
            MODEM + "baudrate = 300",
            "modem.baudrate: expected a whole number from 1200 to 921600, found 300",
        ),
        (
            '[sms]\nnumber = "95128"',
            "sms.number: expected a port under [modem] too, which is what writes",
        ),
        (
            MODEM + '[sms]\nnumber = "ring us"',
            f'sms.number: expected {NUMBER}, found "ring us"',
        ),
        (
            MODEM + '[sms]\nnumber = "95128"\nafter_s = 60',
            "sms.after_s: expected 90 or more, because the others are asked first",
        ),
        (MODEM + '[sms]\nnumber = "95128"\nlanguage = "fr"', 'sms.language: expected one of "zh_CN", "en", found "fr"'),
    ],
)
def test_what_is_wrong_is_named_and_a_pin_is_not_repeated(file: Path, added: str, problem: str) -> None:
    file.write_text(f"{BOX}{added}\n")
    with pytest.raises(config.ConfigError) as error:
        load(file)
    assert error.value.problems == (f"kiosk.toml: {problem}",)
