"""What differs from one class of thermal printers to the next, as data.

Sources: the makers' ESC/POS command references (Epson TM-T88III, TM-T81 and TM-T90; Zijiang ZJ-58; 80XX and 58 mm
programmer's manuals of the Xprinter class) and the table of printers that comes with python-escpos 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hardware.printers.raster_widths import WIDTH_58MM, WIDTH_80MM


class Charset(StrEnum):
    """Chinese characters in a head's memory; two bytes each. Four-byte characters no head prints."""

    GB2312 = "gb2312"
    """6,763 characters: what every head sold in China has."""
    GB18030 = "gb18030"
    """21,003 characters, those of GBK: what is written on newer ones."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One class of printers."""

    name: str
    width: int
    """Dots across the head."""
    prologue: bytes = b""
    """Sent after each reset."""
    charset: Charset = Charset.GB2312
    chinese_for_sure: bool = True
    """Every model has Chinese letters: native text may be chosen without being asked for."""
    native_qr: bool = True
    """It knows GS ( k; else codes are sent as pictures in native text too."""
    cut: bytes = b"\x1dVB\x00"
    """Feed to the knife and cut (GS V 66 0); a printer without a knife feeds or ignores it."""
    tear_feed: int = 0
    """Dots to feed before the cut, for printers that have a tear bar instead of a knife."""
    strip_rows: int = 128
    """Rows of one raster command. Larger ones stutter less, smaller ones are sooner recovered from."""
    tells_end: bool = True
    """It answers GS r 1 in the order of its data, that is when everything before it stands on paper."""
    forget: bytes = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\x10\x05\x02"
    """Drop everything in the buffers, now: DLE DC4 8, and for those that do not know it DLE ENQ 2, which clears them
    after an error at the knife. One that knows neither prints the rest of a slip after a refill, never a second one."""
    tells_forgotten: bool = False
    """It answers DLE DC4 8 with 37 25 00, and takes nothing before it has."""


_TELL_CHANGES: Final = b"\x1da\x0e"
"""GS a 14: say unasked when it goes offline, has an error, or paper comes or goes."""
_DOTS_NOT_HALF_DOTS: Final = b"\x1dP\xcb\xcb"
"""GS P 203 203: Epson counts feeds in half dots until it is told otherwise."""
_DLE_DC4_8: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"


def _epson(name: str, width: int, prologue: bytes = _DOTS_NOT_HALF_DOTS) -> Profile:
    """TM series: all commands known; Chinese letters in the models for China alone."""
    return Profile(
        name,
        width,
        prologue=prologue + _TELL_CHANGES,
        charset=Charset.GB18030,
        chinese_for_sure=False,
        strip_rows=256,
        forget=_DLE_DC4_8,
        tells_forgotten=True,
    )


PROFILES: Final = {
    profile.name: profile
    for profile in (
        # the least that most printers of a width have; 58 mm ones have no knife and often no QR code of their own
        Profile("generic-80", WIDTH_80MM),
        Profile("generic-58", WIDTH_58MM, native_qr=False, tear_feed=96),
        # Xprinter, Goojprt and others of that class: GB18030, native QR, automatic status
        Profile("xprinter-80", WIDTH_80MM, prologue=_TELL_CHANGES, charset=Charset.GB18030),
        Profile(
            "xprinter-58",
            WIDTH_58MM,
            prologue=_TELL_CHANGES,
            charset=Charset.GB18030,
            tear_feed=96,
        ),
        # the cheapest ones do not know GS r: they are believed when they have nothing to complain about
        Profile("basic-80", WIDTH_80MM, native_qr=False, tear_feed=96, tells_end=False),
        Profile("basic-58", WIDTH_58MM, native_qr=False, tear_feed=96, tells_end=False),
        # TM-T20, TM-T82, TM-m30 and others with 203 dots to the inch
        _epson("epson-80", WIDTH_80MM),
        _epson("epson-58", WIDTH_58MM),
        # TM-T88 up to VI: 180 dots to the inch, so fewer of them across the same paper
        _epson("epson-t88-80", 512, b"\x1dP\xb4\xb4"),
        _epson("epson-t88-58", 360, b"\x1dP\xb4\xb4"),
    )
}
"""By the name that stands in the configuration, `model-paper`."""


class Mode(StrEnum):
    """How slips go to a printer."""

    AUTO = "auto"
    RASTER = "raster"
    """As pictures: looks the same on every printer, about 25,000 bytes."""
    NATIVE = "native"
    """As text in the printer's own letters, about 500 bytes; for slow links."""


RASTER_FROM_BAUD: Final = 57_600
"""From this speed on a picture of 25,000 bytes is there within 5 s; at 9600 it would take 26 s."""


def chosen(mode: Mode, profile: Profile, port: str, baudrate: int) -> Mode:
    """Choose between picture and text: what was configured, else by the profile and the speed of the link."""
    if mode is not Mode.AUTO:
        return mode
    fast = baudrate >= RASTER_FROM_BAUD or port.lower().startswith("socket://")
    return Mode.RASTER if fast or not profile.chinese_for_sure else Mode.NATIVE
