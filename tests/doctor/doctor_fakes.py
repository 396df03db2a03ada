"""A machine to play with: files below a folder, programs that are small scripts, and a moment to stand in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dispatch_client.clock import Moment
from kiosk.doctor.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kiosk.doctor.result import Result

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BOOT = "2f1e0c1e-0000-4000-8000-000000000007"


def moment(*, wall: datetime = NOON, mono: float = 4000.0, trusted: bool = True, boot_id: str = BOOT) -> Moment:
    return Moment(boot_id, mono, wall, trusted)


class Played:
    """A machine in a folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.programs = folder / "programs"
        self.root.mkdir()
        self.programs.mkdir()
        self.machine = Machine(self.root, {"PATH": str(self.programs)})

    def file(self, name: str, text: str = "") -> Path:
        path = self.root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)


def told(results: Iterable[Result]) -> dict[str, str]:
    """Each result's health, by its id."""
    return {result.id: result.health.value for result in results}


def one(results: Iterable[Result], name: str) -> Result:
    [found] = [result for result in results if result.id == name]
    return found


def ours(folder: Path) -> list[Path]:
    """A test's folder and all above it that pytest closed to others; how many depends on how many workers there are."""
    return [one for one in (folder, *folder.parents) if one.stat().st_mode & 0o077 == 0]
