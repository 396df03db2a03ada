"""Every key about the modem and about the dispatcher that is written to."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic.types import StringConstraints

from kiosk.config.fields import Filled, International, Section, Whole, key
from kiosk.config.secret import Secret


def _pin(pin: Secret) -> Secret:
    if pin and not re.fullmatch(r"[0-9]{4,8}", pin.reveal()):
        raise ValueError("no PIN")
    return pin


class ModemSection(Section):
    """The GSM modem. Without a port there is none, and nothing is written to anybody."""

    driver: Filled = key("name of the installed driver", "已安装的驱动名称", "gammu")
    port: str = key("written as for the printer; empty: there is none", "写法同打印机；空为没有", "")
    baudrate: Whole = key("bits per second", "波特率", 115200, ge=1200, le=921600)
    pin: Annotated[Secret, AfterValidator(_pin)] = key(
        "of its SIM card; empty: it wants none. A wrong one is tried once and no more",
        "SIM 卡的 PIN 码；空为不需要。错误的只试一次",
        default_factory=lambda: Secret(""),
        expected="4 to 8 digits",
    )


class SmsSection(Section):
    """Who is written to: a dispatcher without an API, and a person who looks after the box."""

    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{3,20}$")] | International = key(
        "whom to write to; empty: nobody",
        "短信叫车的号码；空为没有",
        "",
        expected="a telephone number with its country, as +862162580017, or a short number such as 95128",
    )
    after_s: Whole = key(
        "seconds of searching after which it is written to; sooner where no other dispatcher can be reached",
        "找车多少秒后发短信；其他调度方都连不上时提前",
        240,
        ge=0,
        le=3600,
    )
    caretaker: International = key(
        "number of a person who is told when somebody waits here in vain; empty: nobody",
        "有人叫不到车时发短信通知的负责人；空为没有",
        "",
        expected="a telephone number with its country, as +862162580017",
    )
    language: Literal["zh_CN", "en"] = key("in which its people read", "对方阅读的语言", "zh_CN")
    template: Annotated[str, StringConstraints(max_length=200)] = key(
        "words of an order instead of the usual ones, with {place} {access} {number} {time} {needs} {dropoff} {note} "
        "{phone} {box} and {ref}; what stands in [ ] is left out where a field in it is empty",
        "自定义短信文字，可用 {place} {access} {number} {time} {needs} {dropoff} {note} {phone} {box} {ref}；"
        "[ ] 中的字段为空时整段省略",
        "",
    )
