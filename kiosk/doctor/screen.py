"""Looks at the glass: is a screen connected, of the right size, does anything feel a finger, are the letters there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.assets import AssetError, asset
from kiosk.doctor.result import Result, fail, ok, unknown, warn

if TYPE_CHECKING:
    from kiosk.doctor.machine import Machine

FONTS: Final = ("fonts/NotoSansSC-Regular.ttf", "fonts/NotoSansSC-Bold.ttf")
_LETTERS: Final = "您车7A"
_NO_LETTER: Final = "\U0010fffd"
"""No font has it: what is drawn for it is the mark of a missing letter."""
_DIRECT: Final = 1 << 1
"""INPUT_PROP_DIRECT of the kernel's input-event-codes.h: what is touched is what is shown, as on a touch screen."""


def look(machine: Machine, size: tuple[int, int] | None) -> Iterator[Result]:
    """Tell about screen, touch and fonts. `size`: pixels across and down that the configuration says."""
    yield connected(machine, size)
    yield touch(machine.text("proc/bus/input/devices"))
    yield fonts()


def connected(machine: Machine, size: tuple[int, int] | None) -> Result:
    """Judge what the kernel's outputs say; the screen may hang upright, so either way round will do."""
    outputs = machine.glob("sys/class/drm/card*-*")
    if not outputs:
        cure = "Look at it. `taxi-kiosk run` says so when nothing can be drawn."
        return unknown("screen.connected", "This machine does not tell whether a screen is connected.", cure)
    on = [one.name for one in outputs if machine.text(f"sys/class/drm/{one.name}/status") == "connected"]
    if not on:
        cure = "Switch the screen on, check both ends of its cable, then restart the box."
        return fail("screen.connected", "No screen is connected.", cure)
    modes = {mode for name in on for mode in machine.text(f"sys/class/drm/{name}/modes").splitlines()}
    where = ", ".join(name.partition("-")[2] for name in on)
    if size and modes and not modes & {f"{size[0]}x{size[1]}", f"{size[1]}x{size[0]}"}:
        cure = "Compare screen.width, screen.height and screen.px_per_mm with the screen."
        return warn("screen.connected", f"The screen on {where} cannot show {size[0]}x{size[1]}.", cure)
    return ok("screen.connected", f"A screen is connected to {where}.", outputs=where)


def touch(devices: str) -> Result:
    """Judge the kernel's list of input devices."""
    names = []
    for block in devices.split("\n\n"):
        properties = re.search(r"^B: PROP=([0-9a-f]+)$", block, re.MULTILINE)
        name = re.search(r'^N: Name="(.*)"$', block, re.MULTILINE)
        if properties and name and int(properties[1], 16) & _DIRECT:
            names.append(name[1])
    if names:
        return ok("screen.touch", f"A touch screen is there: {', '.join(names)}.", count=len(names))
    cure = "Check the USB cable of the touch screen. With a physical button alone, this does not matter."
    return warn("screen.touch", "No touch screen is there.", cure)


def fonts() -> Result:
    """Draw letters of both scripts with each font that ships."""
    cure = "Install one-touch-taxi again."
    for name in FONTS:
        try:
            path = asset(name)
            missing = lacking(path)
        except AssetError as error:
            return fail("screen.fonts", f"{error}.", cure)
        except OSError:
            return fail("screen.fonts", f"{name} is no font.", cure)
        if missing:
            return fail("screen.fonts", f"{name} lacks letters: {missing}.", cure)
    return ok("screen.fonts", "The fonts are there, with Chinese and Latin letters.")


def lacking(path: Path, letters: str = _LETTERS) -> str:
    """Give the letters that a font does not have. Raises OSError when it is none."""
    from PIL import ImageFont  # noqa: PLC0415 - only for whoever looks

    font = ImageFont.truetype(str(path), 24)
    nothing = bytes(font.getmask(_NO_LETTER))
    return "".join(letter for letter in letters if bytes(font.getmask(letter)) in {nothing, b""})
