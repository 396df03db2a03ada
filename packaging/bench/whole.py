"""The whole app from outside, under software GL on an invisible screen, beside the least app that Kivy can be."""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from figures import Figure, Samples
from network import Street, tables
from program import Program, ProgramError, Spot, cleared
from screen import BLACK, Screen, near

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from figures import Progress
    from screen import Point

WIDTH, HEIGHT = 1080, 1920
_HERE: Final = Path(__file__).parent
_LANGUAGE: Final = "zh_CN"
_YELLOW: Final = near((0xFF, 0xC8, 0x1E))
_GREEN: Final = near((0x0F, 0x5C, 0x35))
_SETTLE_S: Final = 6.0
"""So long without any child: the voice has prepared the sentences of a new box, courier and devices have started."""
_IDLE_S: Final = 10.0
_PATIENCE_S: Final = 15.0
_MS: Final = 1000.0
_TAIL: Final = 0.95


class Seen:
    """What was seen of one program."""

    def __init__(self) -> None:
        self.starts_ms: list[float] = []
        self.presses = Samples()
        self.news = Samples()
        self.memory_mb = 0.0
        self.memory_after_mb = 0.0
        self.idle_percent = 0.0

    @property
    def start_ms(self) -> float:
        """From its start until it has painted."""
        return statistics.median(self.starts_ms)


def measure(folder: Path, tell: Progress, runs: int, presses: int) -> list[Figure]:
    """Run the kiosk and the bare app; what stands in `folder` goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rng = random.Random(1)  # noqa: S311 - the pauses of a finger
    # A screen for each: what one leaves behind (cursor, focus) is nothing that the other should find.
    with Screen(WIDTH, HEIGHT) as one, Screen(WIDTH, HEIGHT) as other:
        bare, ours = Bench(one, other, folder, tell, rng, runs, presses).both()
    size = f"{WIDTH}x{HEIGHT}"
    return [
        Figure(f"launch → home painted, {size}, median of {runs}", "ms", ours.start_ms, bare.start_ms, most_ratio=2),
        Figure("press → changed pixel, p50", "ms", ours.presses.at(0.5), bare.presses.at(0.5)),
        Figure("press → changed pixel, p95", "ms", ours.presses.at(_TAIL), bare.presses.at(_TAIL), most=50),
        Figure("assigned → painted, p50, by push", "ms", ours.news.at(0.5), most=150),
        Figure("idle CPU of one core", "%", ours.idle_percent, bare.idle_percent, most=1),
        Figure("memory (PSS) of all processes, at rest", "MB", ours.memory_mb, bare.memory_mb, most=130),
        Figure("memory (PSS) of all processes, after the presses", "MB", ours.memory_after_mb, bare.memory_after_mb),
    ]


@dataclass(frozen=True, slots=True)
class App:
    """One of the two apps: how it is started, where it shows that it has painted, how it is pressed."""

    name: str
    screen: Screen
    command: Sequence[str]
    spot: Spot
    use: Callable[[Seen], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """Both apps in one sitting, launched in turns: what else the machine does then meets both alike."""

    bare_screen: Screen
    kiosk_screen: Screen
    folder: Path
    tell: Progress
    rng: random.Random
    runs: int
    presses: int

    def both(self) -> tuple[Seen, Seen]:
        """What was seen of the bare app, and of the kiosk."""
        places = _places()
        file = self.folder / "kiosk.toml"
        with Street() as street:
            file.write_text(_toml(tables(street.sandbox, self.folder)), encoding="utf-8")
            apps = self._bare_app(), self._kiosk(file, places, street)
            seen = Seen(), Seen()
            for run in range(self.runs):
                for app, what in zip(apps, seen, strict=True):
                    self.tell(f"the {app.name} app, launch {run + 1} of {self.runs}")
                    self._launch(app, what, last=run == self.runs - 1)
        return seen

    def _bare_app(self) -> App:
        spot = Spot((WIDTH // 8, HEIGHT // 2), lambda colour: colour != BLACK)
        command = [sys.executable, str(_HERE / "bare_app.py"), str(WIDTH), str(HEIGHT)]

        def use(seen: Seen) -> None:
            for _ in range(self.presses):
                seen.presses.add(_press(self.bare_screen, spot.at, self.rng) * _MS)

        return App("bare", self.bare_screen, command, spot, use)

    def _kiosk(self, file: Path, places: dict[str, dict[str, Point]], street: Street) -> App:
        command = [sys.executable, "-m", "kiosk.cli", "run", "--config", str(file)]

        def use(seen: Seen) -> None:
            Visit(self.kiosk_screen, places, self.rng, seen).go(street, max(1, self.presses // 3), self.tell)

        return App("kiosk", self.kiosk_screen, command, Spot(places["home"]["taxi"], _YELLOW), use)

    def _launch(self, app: App, seen: Seen, *, last: bool) -> None:
        log, extra = self.folder / f"{app.name}.log", {"KIVY_HOME": str(self.folder / "kivy")}
        with Program(app.screen, app.command, log, extra) as program:
            seen.starts_ms.append(program.paint(app.spot) * _MS)
            if last:
                self.tell(f"the {app.name} app at rest")
                program.settle(_SETTLE_S)
                seen.memory_mb = program.memory_mb()
                seen.idle_percent = program.load_percent(_IDLE_S)
                app.use(seen)
                program.settle(_SETTLE_S)
                seen.memory_after_mb = program.memory_mb()
        cleared(app.screen, app.spot)


class Visit:
    """Presses as a person does: a taxi, not wanted after all, all right; and in each fourth visit a taxi was found."""

    def __init__(self, screen: Screen, places: dict[str, dict[str, Point]], rng: random.Random, seen: Seen) -> None:
        self._screen, self._places, self._rng, self._seen = screen, places, rng, seen

    def go(self, street: Street, rounds: int, tell: Progress) -> None:
        """Visit so many times; each begins and ends at the home screen."""
        for number in range(rounds):
            tell(f"the kiosk, visit {number + 1} of {rounds}")
            self._press("home", "taxi")
            found = number % 4 == 0
            if found:
                self._find(street)
                self._press("found", "cancel")
                self._press("sure", "sure")
            else:
                self._press("searching", "cancel")
            self._press("cancelled", "back")
            if self._screen.wait(self._places["home"]["taxi"], _YELLOW, _PATIENCE_S) is None:
                raise ProgramError("the kiosk did not come back to its home screen")

    def _press(self, screen: str, button: str) -> None:
        self._seen.presses.add(_press(self._screen, self._places[screen][button], self._rng) * _MS)

    def _find(self, street: Street) -> None:
        at = self._places["found"]["green"]
        assigned = street.find_taxi()
        painted = self._screen.wait(at, _GREEN, _PATIENCE_S)
        if painted is None:
            raise ProgramError("the kiosk showed no taxi")
        self._seen.news.add((painted - assigned) * _MS)
        self._screen.rest(1.0)


def _press(screen: Screen, at: Point, rng: random.Random) -> float:
    # On a busy machine a screen may come so late that it does not take touches yet: once more.
    seconds = screen.press(at) or screen.press(at)
    if seconds is None:
        raise ProgramError(f"two presses at {at} changed nothing")
    screen.rest(0.7 + rng.random() * 0.2)
    return seconds


def _places() -> dict[str, dict[str, Point]]:
    command: Sequence[str] = [sys.executable, str(_HERE / "places.py"), str(WIDTH), str(HEIGHT), _LANGUAGE]
    answer = subprocess.run(command, capture_output=True, check=True, text=True)
    return {
        name: {press: (at[0], at[1]) for press, at in spots.items()}
        for name, spots in json.loads(answer.stdout).items()
    }


def _toml(values: dict[str, dict[str, object]]) -> str:
    """Write tables of plain values: every JSON string, number and flag is one of TOML, too."""
    lines = []
    for section, keys in values.items():
        lines.append(f"[{section}]")
        for key, value in keys.items():
            if isinstance(value, dict):
                inner = ", ".join(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in value.items())
                lines.append(f"{key} = {{ {inner} }}")
            else:
                lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"
