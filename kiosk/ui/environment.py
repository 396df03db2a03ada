"""Prepares Kivy before its first import: no files in the home folder, no second touch, no extra samples."""

from __future__ import annotations

import logging
import os
import tempfile
from importlib import import_module
from typing import Final

_WARMED: list[bool] = []
_PREPARED: list[bool] = []

_BEFORE_THE_WINDOW: Final = (
    "kivy.uix.widget",
    "kiosk.ui.layout",
    "kiosk.ui.canvas",
    "kiosk.ui.type",
)
"""What the glass is made of and what makes no window yet: `kivy.core.window` opens one the moment it is imported."""


def warm(*, headless: bool) -> None:
    """Import what needs neither a window nor its size: for the time in which a child checks the configuration.

    Measured here: 0.15 s of the start. Must run before any module of `kivy` is imported; later calls change nothing.
    """
    _begin(headless=headless)
    for module in _BEFORE_THE_WINDOW:
        import_module(module)


def prepare(width: int, height: int, *, headless: bool, fullscreen: bool, cursor: bool) -> None:
    """Set what Kivy reads when it opens its window. Must run before it does; later calls change nothing.

    Multisampling is off: under software GL it doubles the time from press to pixel (58 ms against 31 ms, 171 MB
    against 107 MB); every edge is drawn smooth instead.
    """
    if _PREPARED:
        return
    _PREPARED.append(True)
    _begin(headless=headless)
    from kivy.config import Config  # noqa: PLC0415 - only after the environment is set

    logging.getLogger("kivy").setLevel(logging.NOTSET)  # Kivy sets a level of its own, whatever the box is told to log

    for section, key, value in (
        ("graphics", "width", width),
        ("graphics", "height", height),
        ("graphics", "multisamples", 0),
        ("graphics", "resizable", 0),
        ("graphics", "maxfps", 60),
        ("graphics", "fullscreen", int(fullscreen)),
        ("graphics", "borderless", int(fullscreen)),
        ("graphics", "show_cursor", int(cursor)),
        ("graphics", "allow_screensaver", 0),
        ("kivy", "exit_on_escape", 0),
        ("kivy", "window_icon", ""),
    ):
        Config.set(section, key, str(value))
    # SDL turns every finger into a mouse press of its own; any other provider would count the same finger twice.
    Config.remove_section("input")
    Config.add_section("input")
    Config.set("input", "mouse", "mouse,disable_multitouch")


def _begin(*, headless: bool) -> None:
    if _WARMED:
        return
    _WARMED.append(True)
    os.environ.update(
        KIVY_NO_ARGS="1", KIVY_NO_CONFIG="1", KIVY_LOG_MODE="PYTHON", KIVY_NO_FILELOG="1", KIVY_NO_CONSOLELOG="1"
    )
    os.environ.setdefault("KIVY_HOME", os.path.join(tempfile.gettempdir(), f"taxi-kiosk-kivy-{os.getuid()}"))  # noqa: PTH118
    if headless:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")  # speech plays in its own process
