"""Walks every scene in every language, theme and layout of each screen, and keeps the worst value of every rule."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Final

from kiosk.audit import people, sheets
from kiosk.audit.rules import RULES, Mark
from kiosk.core.scene import SceneName
from kiosk.core.scenes import scene
from kiosk.core.words import LANGUAGES
from kiosk.samples import samples
from kiosk.ui.layout import compose
from kiosk.ui.shapes import Sheet
from kiosk.ui.theme import PALETTES, Look, px_per_mm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kiosk.core.state import Box, State


_AT_ONCE: Final = 2
"""Screens measured at the same time; software GL takes a core for each."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A glass to measure, and the box it is part of; without one, the box of the samples."""

    width: int
    height: int
    px_per_mm: float
    box: Box | None = None


SCREENS: Final = tuple(Screen(*size, px_per_mm(*size)) for size in ((1080, 1920), (1280, 800)))
"""The two that every box is sold with."""


@dataclass(frozen=True, slots=True)
class Where:
    """One scene on one glass."""

    screen: str
    layout: str
    theme: str
    language: str
    scene: str

    def __str__(self) -> str:
        return f"{self.scene} {self.language} {self.theme} {self.layout} {self.screen}"


@dataclass(frozen=True, slots=True)
class Found:
    """A value under a rule, and where it was measured."""

    rule: str
    value: float
    what: str
    where: Where

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {"rule": self.rule, "value": round(self.value, 3), "what": str(self.what), **asdict(self.where)}


@dataclass(slots=True)
class Tally:
    """What was measured: the worst value of each rule, and every value that breaks one."""

    worst: dict[str, Found] = field(default_factory=dict)
    broken: list[Found] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    sheets: int = 0
    pictures: int = 0
    took_s: float = 0.0

    def take(self, marks: Iterable[Mark], where: Where) -> None:
        """Add what was measured here."""
        for mark in marks:
            self._worst(Found(mark.rule, float(mark.value), mark.what, where))
            self.counted[mark.rule] += 1
            if RULES[mark.rule].broken_by(mark.value):
                self.broken.append(Found(mark.rule, float(mark.value), mark.what, where))

    def join(self, other: Tally) -> None:
        """Add what was measured on another screen."""
        for found in other.worst.values():
            self._worst(found)
        self.broken += other.broken
        self.counted += other.counted
        self.sheets += other.sheets
        self.pictures += other.pictures

    def _worst(self, found: Found) -> None:
        before = self.worst.get(found.rule)
        if before is None or RULES[found.rule].worse(found.value, before.value):
            self.worst[found.rule] = found

    def plain(self) -> dict[str, Any]:
        """For JSON: every rule with its worst value, and every value that breaks one."""
        rules = [
            {
                **asdict(rule),
                "measured": self.counted[name],
                "worst": self.worst[name].plain() if name in self.worst else None,
            }
            for name, rule in RULES.items()
        ]
        return {
            "clean": not self.broken,
            "sheets": self.sheets,
            "pictures": self.pictures,
            "took_s": round(self.took_s, 1),
            "rules": rules,
            "broken": [found.plain() for found in self.broken],
        }


def walk(screens: Sequence[Screen], *, quick: bool) -> Tally:
    """Measure each screen in a process of its own: one window has one size for its whole life.

    `quick` leaves out what takes pictures. Each kind of scene is watched for a second on one of the screens.
    """
    began, whole = time.monotonic(), Tally()
    watch = [
        frozenset[SceneName]() if quick else frozenset([*SceneName][i :: len(screens)]) for i in range(len(screens))
    ]
    with ProcessPoolExecutor(_AT_ONCE, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for tally in pool.map(measure, screens, [not quick] * len(screens), watch):
            whole.join(tally)
    whole.took_s = time.monotonic() - began
    return whole


def measure(screen: Screen, pictures: bool, watch: frozenset[SceneName]) -> Tally:
    """Measure one screen, in this process; with `pictures` what is drawn, too, and these scenes for a second each.

    What is drawn depends on the language in its places and on the theme in its colours: so every scene is drawn in
    each language by day, and in one language by night. A sheet that was drawn already is not drawn again.
    """
    from kiosk.ui.environment import prepare  # noqa: PLC0415 - Kivy reads its environment at the first import

    prepare(screen.width, screen.height, headless=True, fullscreen=False, cursor=False)
    from kiosk.audit import pixels  # noqa: PLC0415
    from kiosk.ui.glass import Glass  # noqa: PLC0415
    from kiosk.ui.type import Type  # noqa: PLC0415

    look = Look(screen.width, screen.height, screen.px_per_mm)
    glass = Glass(look, on_press=lambda _press: None, on_turn=lambda: None)
    glass.begin()
    letters, tally, drawn, waiting = Type(look).measure, Tally(), set[Sheet](), set(watch)
    for where, dressed, state in _places(screen, look):
        shown = scene(state)
        sheet = compose(shown, dressed, letters)
        tally.sheets += 1
        tally.take(sheets.measured(sheet, dressed, letters), where)
        tally.take(people.measured(shown, sheet, dressed), where)
        usual = where.theme == next(iter(PALETTES)) or where.language == next(iter(LANGUAGES))
        if not (pictures and usual) or sheet in drawn:
            continue
        drawn.add(sheet)
        tally.pictures += 1
        tally.take(pixels.measured(glass, sheet, dressed, letters), where)
        if shown.name in waiting:
            waiting.remove(shown.name)
            tally.take(pixels.blinking(glass, sheet), where)
    glass.leave()
    return tally


def _places(screen: Screen, look: Look) -> Iterator[tuple[Where, Look, State]]:
    for sitting in (False, True):
        for theme, palette in PALETTES.items():
            dressed = replace(look, palette=palette, sitting=sitting)
            for language in LANGUAGES:
                for name, state in samples(language):
                    ours = replace(state, box=screen.box) if screen.box else state
                    layout = "sitting" if sitting else "standing"
                    yield Where(f"{screen.width}x{screen.height}", layout, theme, language, name), dressed, ours
