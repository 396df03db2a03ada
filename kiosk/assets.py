"""Finds the files that ship with the kiosk, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent


class AssetError(Exception):
    """A file that ships with the kiosk is missing. One sentence with its cure."""


def asset(name: str) -> Path:
    """Path of a shipped file such as `fonts/NotoSansSC-Bold.ttf`.

    Raises:
        AssetError: it is not there.
    """
    for folder in (_HERE / "assets", _HERE.parent / "assets"):
        if (folder / name).exists():
            return folder / name
    raise AssetError(f"the file assets/{name} is missing from this installation: install one-touch-taxi again")
