"""The window: shows one scene, darkens what a finger presses, and tells which button it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kivy.base import EventLoop, runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels
from kivy.uix.widget import Widget
from PIL import Image

from kiosk.core.events import Press
from kiosk.ui.canvas import Painter
from kiosk.ui.layout import compose
from kiosk.ui.pace import Pace, video_driver
from kiosk.ui.shapes import Sheet, Target
from kiosk.ui.type import Type

if TYPE_CHECKING:
    from kivy.input import MotionEvent

    from kiosk.core.scene import Scene
    from kiosk.ui.theme import Colour, Look

SETTLE_S: Final = 0.35
"""For this long after a new screen appears no press counts: a trembling second tap was meant for the screen before."""


class Glass(Widget):
    """One window that shows scenes.

    Args:
        look: sizes and colours of this screen.
        on_press: called on the main thread with what was pressed, after the button has darkened on the glass.
        on_turn: called on the main thread in every turn of the loop, to take in what other threads brought.
    """

    def __init__(self, look: Look, on_press: Callable[[Press], None], on_turn: Callable[[], None]) -> None:
        super().__init__()
        self.look = look
        self.scene: Scene | None = None
        self.sheet: Sheet | None = None
        self._on_press = on_press
        self._on_turn = on_turn
        self._type = Type(look)
        self._painter = Painter(self.canvas, look.height, self._type)
        self._pressed: Target | None = None
        self._changed_at = -SETTLE_S
        self.pace = Pace(video_driver())
        Window.clearcolor = look.palette.paper
        Window.add_widget(self)
        self._turns = Clock.schedule_interval(lambda _dt: self._on_turn(), 0)

    def run(self) -> None:
        """Show the window until `stop`."""
        self.pace.install()
        runTouchApp()

    def begin(self) -> None:
        """Show the window without a loop: whoever calls this calls `turn` again and again."""
        self.pace.install()
        runTouchApp(embedded=True)

    def leave(self) -> None:
        """Take this scene off the window, so that another one can be put there."""
        self._turns.cancel()
        Window.remove_widget(self)

    def stop(self) -> None:
        """End `run`; from the main thread."""
        stopTouchApp()

    def show(self, scene: Scene) -> None:
        """Put a scene on the glass; what has not changed is not drawn again."""
        if scene == self.scene:
            return
        if self.scene is None or scene.name is not self.scene.name:
            self._changed_at = Clock.get_time()
        self.scene = scene
        self.lay(compose(scene, self.look, self._type.measure))

    def lay(self, sheet: Sheet) -> None:
        """Put this very sheet on the glass, whatever scene it came from."""
        self._pressed = None
        self.sheet = sheet
        Window.clearcolor = sheet.ground
        self._painter.paint(sheet.shapes)

    def use(self, look: Look) -> None:
        """Change the theme, or the size of what is drawn."""
        self.look = look
        Window.clearcolor = look.palette.paper
        if self.scene is not None:
            scene, self.scene = self.scene, None
            self.show(scene)

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Count a press the moment the finger lands: a hand that trembles or slides has pressed all the same."""
        if self.sheet is None or not self.takes_touches:
            return True
        x, y = touch.x, self.look.height - touch.y
        target = next((t for t in self.sheet.targets if t.holds(x, y)), None)
        if target is not None:
            self._darken(target)
        press = target.press if target else Press.NOWHERE
        # The next turn: the darkened button is on the glass before anything else is worked out.
        Clock.schedule_once(lambda _dt: self._on_press(press), 0)
        return True

    @property
    def takes_touches(self) -> bool:
        """The screen has stood long enough that a touch is meant for it."""
        return bool(Clock.get_time() - self._changed_at >= SETTLE_S)

    def target(self, press: Press) -> Target | None:
        """Where this can be pressed now, if anywhere."""
        return next((t for t in self.sheet.targets if t.press is press), None) if self.sheet else None

    def snapshot(self, path: Path) -> None:
        """Write what is on the glass as PNG, read back from the framebuffer."""
        self.picture().save(path, compress_level=3)

    def picture(self) -> Image.Image:
        """What is on the glass, read back from the framebuffer."""
        Window.dispatch("on_draw")
        width, height = self.look.width, self.look.height
        pixels = glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE)
        image = Image.frombytes("RGBA", (width, height), pixels)
        return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGB")

    def turn(self) -> None:
        """One turn of the loop, after `begin`."""
        EventLoop.idle()

    def _darken(self, target: Target) -> None:
        if self.sheet is None:
            return
        self._pressed = target
        dark = replace(target.face, fill=_under_a_finger(target.face.fill))
        self._painter.paint(tuple(dark if shape is target.face else shape for shape in self.sheet.shapes))


def _under_a_finger(colour: Colour | None) -> Colour | None:
    """The colour of what is pressed: a good deal darker, or lighter where it is dark already."""
    if colour is None:
        return None
    red, green, blue, alpha = colour
    light = red + green + blue > 1.0
    return (red * 0.78, green * 0.78, blue * 0.78, alpha) if light else (red + 0.2, green + 0.2, blue + 0.2, alpha)
