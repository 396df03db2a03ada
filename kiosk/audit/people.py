"""The rules over what a scene means: how much there is to choose, what is only heard, what only a colour tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from kiosk.audit.places import rect
from kiosk.audit.rules import Mark
from kiosk.core.scene import Scene, SceneName, StepMark, Tone
from kiosk.core.words import words
from kiosk.ui.shapes import Sheet, Stroke, Taxi, Words

if TYPE_CHECKING:
    from kiosk.ui.theme import Look


def measured(scene: Scene, sheet: Sheet, look: Look) -> Iterator[Mark]:
    """Every value of every rule that needs the scene and its sheet."""
    yield from choices(scene, sheet, look)
    yield from bearers(scene, sheet)
    yield from heard(scene)


def choices(scene: Scene, sheet: Sheet, look: Look) -> Iterator[Mark]:
    """How many things there are to choose from, and how large the one thing is before anything has begun."""
    if scene.name is not SceneName.COMFORT:
        yield Mark("choices", len(sheet.targets), ", ".join(target.press for target in sheet.targets))
    if scene.name is SceneName.HOME:
        main = next((b.press for b in scene.buttons if b.main), None)
        sizes = [(min(t.w, t.h) + 0.5) / look.px_per_mm for t in sheet.targets if t.press is main]
        yield Mark("main button size", max(sizes, default=0.0), main or "no main button")


def bearers(scene: Scene, sheet: Sheet) -> Iterator[Mark]:
    """What tells a state beside its colour; where it takes a word and a picture, the poorer of both counts."""
    shown = [s for s in sheet.shapes if isinstance(s, Words)]
    said = "".join(s.text for s in shown).replace(" ", "")
    if scene.tone is Tone.ARRIVED:
        word = scene.title.replace(" ", "") in said
        picture = any(isinstance(s, Taxi) for s in sheet.shapes)
        yield Mark("not by colour alone", float(word and picture), "arrived: its word and its picture")
    if scene.old_plate and any(s.text == scene.old_plate.text for s in shown):
        old = next(rect(s) for s in shown if s.text == scene.old_plate.text)
        struck = any(isinstance(s, Stroke) and rect(s).apart(old) < 0 for s in sheet.shapes)
        yield Mark("not by colour alone", float(struck), f"{scene.old_plate.text}: struck through")
    done = sum(step.mark is StepMark.DONE for step in scene.steps)
    if done and any(s.text == scene.steps[0].label for s in shown):
        yield Mark("not by colour alone", float(sum(s.text == "✓" for s in shown) == done), "steps: ticks")


def heard(scene: Scene) -> Iterator[Mark]:
    """Whoever cannot hear reads the same words; the telephone number and the plate are the same symbols.

    Told from the scene: where a small screen has no room, its sheet may leave out a sentence of the scene.
    """
    # The disc with the number is how "number 7" is written.
    disc = words(scene.language)("number {number}", number=scene.number) if scene.number else ""
    text = repr(replace(scene, speech=())) + disc + disc.capitalize()
    for line in scene.speech:
        visible = line.shown in text or all(part in text for part in line.shown.split())
        spelled = all(symbol in text for symbol in line.shown if symbol.isalnum())
        yield Mark("said is shown", float(not (visible or spelled)), line.shown)
