"""A finger for demonstrations and tests: touches the glass at a real place, through Kivy's own input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.base import EventLoop
from kivy.input.motionevent import MotionEvent

if TYPE_CHECKING:
    from kiosk.core.events import Press
    from kiosk.ui.glass import Glass


class _Touch(MotionEvent):
    """One touch at (x, y), 0 to 1 from the bottom left."""

    def __init__(self, x: float, y: float) -> None:
        super().__init__("finger", 1, {"x": x, "y": y}, is_touch=True, type_id="touch")

    def depack(self, args: dict[str, float]) -> None:
        """Take the position over, as every input device of Kivy's does."""
        self.sx, self.sy = args["x"], args["y"]
        self.profile = ("pos",)
        super().depack(args)


def touch(glass: Glass, x: float, y: float) -> None:
    """Put a finger down at (x, y) in pixels from the top left, and take it away."""
    finger = _Touch(x / glass.look.width, 1 - y / glass.look.height)
    EventLoop.post_dispatch_input("begin", finger)
    EventLoop.post_dispatch_input("end", finger)
    glass.pace.wake()


def press(glass: Glass, button: Press) -> bool:
    """Touch the middle of a button; False when it is not on the glass, or does not take touches yet."""
    target = glass.target(button)
    if target is None or not glass.takes_touches:
        return False
    touch(glass, target.x + target.w / 2, target.y + target.h / 2)
    return True
