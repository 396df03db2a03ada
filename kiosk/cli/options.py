"""What several verbs of `taxi-kiosk` take, and how all of them fail: in one sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

USUAL_CONFIG = Path("/etc/taxi-kiosk/kiosk.toml")

config_option = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=USUAL_CONFIG,
    show_default=True,
    help="The box's configuration.",
)


def fail(sentence: object, code: int = 2) -> NoReturn:
    """End the program with a sentence on stderr."""
    click.echo(f"taxi-kiosk: {sentence}", err=True)
    sys.exit(code)


class Size(click.ParamType[tuple[int, int]]):
    """Two numbers of pixels, as 1080x1920."""

    name = "WxH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Read it."""
        if isinstance(value, tuple):
            return value
        width, _, height = str(value).lower().partition("x")
        if not (width.isdecimal() and height.isdecimal() and 480 <= int(width) <= 7680 and 480 <= int(height) <= 7680):  # noqa: PLR2004
            self.fail(f"{value!r}: expected two numbers from 480 to 7680 such as 1080x1920", param, ctx)
        return int(width), int(height)
