"""Every key about what a person may press, show or walk up to beside the glass; without a port there is none of it."""

from __future__ import annotations

from typing import Literal

from kiosk.config.fields import Filled, Section, key
from kiosk.config.readers import Baudrate, baudrate


def port() -> str:
    """Describe the key that says where such a device hangs."""
    found: str = key("written as for the printer; empty: there is none", "写法同打印机；空为没有", "")
    return found


class ScannerSection(Section):
    """The scanner for the codes on slips and code cards."""

    driver: Filled = key("name of the installed driver", "已安装的驱动名称", "lines")
    port: str = port()
    baudrate: Baudrate = baudrate()
    ends: Literal["line", "gap"] = key(
        "what ends a code: line is CR, LF or both; gap also a pause, for scanners that send nothing behind a code",
        "扫码结束方式：line 为 CR、LF 或两者；gap 为停顿，用于码后不发结束符的扫码器",
        "line",
    )
    prefix: str = key(
        "what the scanner is set to send before each code; empty: nothing", "扫码器在每个码之前加的前缀；空为没有", ""
    )


class ButtonSection(Section):
    """A large button beside the glass, which does what the yellow one on the home screen does."""

    driver: Filled = key(
        "name of the installed driver: wires: a contact on a wire of the port; bytes: a controller that sends some",
        "已安装的驱动名称：wires 为接在串口信号线上的触点，bytes 为发送字节的控制器",
        "wires",
    )
    port: str = port()
    baudrate: Baudrate = baudrate()
    signal: Filled = key(
        "wires: cts, dsr, cd or ri, with ! before it for a contact that rests closed; "
        "bytes: what it sends in hex, as 50, or when pressed and when let go, as 50/72",
        "wires：cts、dsr、cd 或 ri，常闭触点前加 !；bytes：发送的字节（十六进制），如 50，或按下与松开 50/72",
        "cts",
    )


class KeypadSection(Section):
    """Three keys to be felt by hand (next, back, OK): with the voice they do all that the glass does."""

    driver: Filled = key("as for the button", "同按钮", "wires")
    port: str = port()
    baudrate: Baudrate = baudrate()
    next: Filled = key(
        "signal of the key for the next choice, written as for the button", "“下一个”键的信号，写法同按钮", "cts"
    )
    back: Filled = key("signal of the key for the choice before", "“上一个”键的信号", "dsr")
    ok: Filled = key("signal of the key that takes the choice", "“确定”键的信号", "cd")


class PresenceSection(Section):
    """A sensor that sees somebody come near; the box then says how to get a taxi."""

    driver: Filled = key("name of the installed driver", "已安装的驱动名称", "wire")
    port: str = port()
    baudrate: Baudrate = baudrate()
    signal: Filled = key(
        "its wire: cts, dsr, cd or ri, with ! before it for one that rests on",
        "信号线：cts、dsr、cd 或 ri，常通前加 !",
        "cts",
    )
