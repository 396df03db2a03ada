"""A program run on the invisible screen: when it has painted, what memory it takes, what it does while idle."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from screen import BLACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from screen import Colour, Point, Screen

_PAINTED_S: Final = 60.0
_SETTLED_S: Final = 90.0
_END_S: Final = 8.0
_KIB_PER_MB: Final = 1024
_UTIME: Final = 11
"""Of the fields in /proc/PID/stat that follow the name: time in user mode; time in the kernel is the next one."""


class ProgramError(Exception):
    """A program did not do what is measured. One sentence."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One pixel, and how its colour tells that the program has painted."""

    at: Point
    painted: Callable[[Colour], bool]


class Program:
    """One run of a command on a screen, started by `with` and ended with it."""

    def __init__(
        self, screen: Screen, command: Sequence[str], log: Path, extra: Mapping[str, str] | None = None
    ) -> None:
        self._screen = screen
        self._command = command
        self._log = log
        self._extra = dict(extra or {})

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self.started = time.perf_counter()
            self._process = subprocess.Popen(
                self._command,
                env=self._screen.environment | self._extra,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def paint(self, spot: Spot) -> float:
        """Wait until it has painted: seconds from its start."""
        seen = self._screen.wait(spot.at, lambda c: spot.painted(c) or self._process.poll() is not None, _PAINTED_S)
        if seen is None or not spot.painted(self._screen.pixel(spot.at)):
            raise ProgramError(f"{self._command[0]} painted nothing; what it said is in {self._log}")
        return seen - self.started

    def settle(self, seconds: float) -> None:
        """Wait until it has had no child for so long, a minute and a half at the most."""
        until = time.perf_counter() + _SETTLED_S
        quiet = time.perf_counter()
        while time.perf_counter() < min(until, quiet + seconds):
            if len(list(_tree(self._process.pid))) > 1:
                quiet = time.perf_counter()
            self._screen.rest(0.2)

    def memory_mb(self) -> float:
        """Proportional set size of it and its children in MiB: shared pages count in parts."""
        total = 0
        for pid in _tree(self._process.pid):
            with suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
                    total += int(line.split()[1]) if line.startswith("Pss:") else 0
        return total / _KIB_PER_MB

    def load_percent(self, seconds: float) -> float:
        """CPU time that it and its children take over so many seconds, in percent of one core."""
        before, began = self._cpu_s(), time.perf_counter()
        self._screen.rest(seconds)
        return 100 * (self._cpu_s() - before) / (time.perf_counter() - began)

    def _cpu_s(self) -> float:
        ticks = 0
        for pid in _tree(self._process.pid):
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                ticks += int(fields[_UTIME]) + int(fields[_UTIME + 1])
        return ticks / os.sysconf("SC_CLK_TCK")


def cleared(screen: Screen, spot: Spot) -> None:
    """Wait until the program before has left the screen."""
    screen.wait(spot.at, lambda colour: colour == BLACK, _END_S)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                yield from _tree(int(child))
