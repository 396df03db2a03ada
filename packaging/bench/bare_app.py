"""The least that Kivy can show: one button on one window, every setting as Kivy has it but for the size."""

import os
import sys

os.environ.update(KIVY_NO_ARGS="1", KIVY_NO_CONFIG="1", KIVY_NO_FILELOG="1")

from kivy.config import Config

Config.set("graphics", "width", sys.argv[1])
Config.set("graphics", "height", sys.argv[2])

from kivy.app import App  # noqa: E402 - Kivy reads its environment at the first import
from kivy.uix.button import Button  # noqa: E402


class OneButton(App):  # type: ignore[misc]
    """A window that is a button."""

    def build(self) -> Button:
        """Make the button."""
        return Button(text="Call a taxi", font_size=80)


if __name__ == "__main__":
    OneButton().run()
