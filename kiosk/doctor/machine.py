"""The machine as the checks see it: files below a root and programs on a path, so that any machine can be played."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program said."""

    code: int
    out: str


@dataclass(frozen=True, slots=True)
class Machine:
    """Where to look.

    Args:
        root: what `/` stands for.
        environ: the environment, with the `PATH` on which programs are found.
    """

    root: Path = Path("/")
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def path(self, name: str) -> Path:
        """Give the place of an absolute path below the root."""
        return self.root / name.lstrip("/")

    def text(self, name: str) -> str:
        """Give what stands in a file without the white space around it, "" when it cannot be read."""
        try:
            return self.path(name).read_text(encoding="utf-8", errors="replace").strip("\0 \n")
        except OSError:
            return ""

    def number(self, name: str) -> int | None:
        """Give the whole number that stands in a file, None when none does."""
        try:
            return int(self.text(name))
        except ValueError:
            return None

    def glob(self, pattern: str) -> list[Path]:
        """Give what is there, in order."""
        return sorted(self.root.glob(pattern.lstrip("/")))

    def has(self, program: str) -> bool:
        """A program of this name is installed."""
        return shutil.which(program, path=self.environ.get("PATH", os.defpath)) is not None

    def run(self, *command: str, timeout_s: float = 3.0) -> Ran | None:
        """Run a program; None when it is not there or does not end in time."""
        program = shutil.which(command[0], path=self.environ.get("PATH", os.defpath))
        if program is None:
            return None
        try:
            done = subprocess.run(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout_s,
                env=dict(self.environ),
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return Ran(done.returncode, (done.stdout or done.stderr).decode(errors="replace"))

    def processes(self) -> dict[int, str]:
        """Give the short names of all processes by their numbers."""
        found = {}
        for process in self.path("proc").glob("[0-9]*"):
            name = self.text(f"proc/{process.name}/comm")
            if name:
                found[int(process.name)] = name
        return found
