"""The command `taxi-kiosk`: every verb of the box, each imported only when it is asked for."""

from __future__ import annotations

from kiosk.cli.main import main

__all__ = ["main"]
