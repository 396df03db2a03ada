"""Every key about the card reader, and how fast any such device speaks."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Strict

from kiosk.config.fields import Filled, Section, key

_SLOWEST: Final = 1200
_FASTEST: Final = 921600


def _speed(bits: int) -> int:
    if bits and not _SLOWEST <= bits <= _FASTEST:
        raise ValueError("no speed")
    return bits


Baudrate = Annotated[int, Strict(), AfterValidator(_speed)]


def baudrate() -> int:
    """Describe the key that says how fast a device speaks."""
    found: int = key(
        "bits per second; 0: what devices of this kind usually speak",
        "波特率；0 为此类设备的常用值",
        0,
        expected=f"0 or a whole number from {_SLOWEST} to {_FASTEST}",
    )
    return found


class ReaderSection(Section):
    """The card reader. Without a port there is none, and the button does it all."""

    driver: Filled = key(
        "name of the installed driver: em125k, em18, pn532, resident_id, wiegand, pcsc, hid, or one of yours",
        "已安装的驱动名称：em125k、em18、pn532、resident_id（居民身份证）、wiegand、pcsc、hid，或自己的",
        "em125k",
    )
    port: str = key(
        "written as for the printer; pcsc: a part of the reader's name, or any; hid: usb:VID:PID or "
        "/dev/input/by-id/...; empty: there is none",
        "写法同打印机；pcsc 写读卡器名称的一部分或 any，hid 写 usb:VID:PID 或 /dev/input/by-id/...；空为没有",
        "",
    )
    baudrate: Baudrate = baudrate()
    options: dict[str, str | bool | int | float] = key(
        'further settings of this driver; wiegand: form = "{hex24}" is how the bridge writes a card, ends = "line" or '
        '"gap" what ends it',
        '该驱动的其他设置；wiegand：form = "{hex24}" 为转换器写卡号的格式，ends = "line" 或 "gap" 为结束方式',
        default_factory=dict,
        expected="a table of plain values",
    )
