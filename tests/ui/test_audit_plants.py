"""A fault planted on a real screen is found by the audit, under its rule and at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kiosk.audit import people, pixels, sheets
from kiosk.audit.rules import RULES, Mark
from kiosk.core.scene import Scene
from kiosk.core.scenes import scene
from kiosk.samples import samples
from kiosk.ui import theme
from kiosk.ui.layout import compose
from kiosk.ui.shapes import Box, Measure, Sheet, Stroke, Taxi, Words
from kiosk.ui.theme import DAY, Look, Size, px_per_mm

if TYPE_CHECKING:
    from kiosk.ui.glass import Glass

PALE = (0.6, 0.6, 0.6, 1.0)
GLASS = Look(1080, 1920, px_per_mm(1080, 1920))


def _measure(look: Look) -> Measure:
    from kiosk.ui.type import Type

    return Type(look).measure


def _scene(name: str = "08-found") -> Scene:
    return scene(dict(samples("en"))[name])


def _sheet(look: Look, name: str = "08-found") -> Sheet:
    return compose(_scene(name), look, _measure(look))


def _words(sheet: Sheet, text: str) -> Words:
    return next(s for s in sheet.shapes if isinstance(s, Words) and s.text == text)


def _with(sheet: Sheet, old_text: str, /, **changes: object) -> Sheet:
    old = _words(sheet, old_text)
    new = replace(old, **changes)  # type: ignore[arg-type]
    return replace(sheet, shapes=tuple(new if s is old else s for s in sheet.shapes))


def _broken(marks: Iterable[Mark]) -> set[tuple[str, str]]:
    return {(mark.rule, mark.what) for mark in marks if RULES[mark.rule].broken_by(mark.value)}


def _on_the_sheet(sheet: Sheet, look: Look) -> set[tuple[str, str]]:
    return _broken(sheets.measured(sheet, look, _measure(look)))


def test_a_wrong_colour_is_found(look: Look) -> None:
    assert _on_the_sheet(_with(_sheet(look), "10:24", colour=PALE), look) == {
        ("contrast", "10:24"),
        ("yellowed lens", "10:24"),
    }


def test_a_wrong_ground_is_found_whatever_the_word_believes(look: Look) -> None:
    sheet = _sheet(look)
    clock = _words(sheet, "10:24")
    dark = Box(clock.x, clock.y, clock.w, clock.h, fill=DAY.ink)
    assert ("contrast", "10:24") in _on_the_sheet(replace(sheet, shapes=(dark, *sheet.shapes)), look)


def test_a_target_of_nine_millimetres_is_found(look: Look) -> None:
    sheet = _sheet(look)
    small = replace(sheet.targets[0], h=look.mm(9))
    found = _on_the_sheet(replace(sheet, targets=(small, *sheet.targets[1:])), look)
    assert ("target size", small.press) in found


def test_a_control_that_melts_into_its_ground_is_found(look: Look) -> None:
    sheet = _sheet(look)
    target = sheet.targets[0]
    pale = replace(target, face=replace(target.face, edge=DAY.line))
    shapes = tuple(pale.face if s is target.face else s for s in sheet.shapes)
    found = _on_the_sheet(replace(sheet, shapes=shapes, targets=(pale, *sheet.targets[1:])), look)
    assert found == {("control edge", target.press)}


def test_a_big_button_that_is_not_big_is_found(look: Look) -> None:
    sheet = _sheet(look, "01-home")
    small = replace(sheet.targets[0], h=look.mm(59))
    found = _broken(people.choices(_scene("01-home"), replace(sheet, targets=(small, *sheet.targets[1:])), look))
    assert found == {("main button size", "taxi")}


def test_two_targets_too_close_are_found(look: Look) -> None:
    sheet = _sheet(look)
    one, other, *rest = sheet.targets
    wide = replace(one, w=one.w + look.mm(5))
    assert ("target gap", f"{one.press} / {other.press}") in _on_the_sheet(
        replace(sheet, targets=(wide, other, *rest)), look
    )


def test_a_clipped_label_is_found(look: Look) -> None:
    sheet = _sheet(look)
    label = _words(sheet, "Back")
    tight = _with(sheet, "Back", w=_measure(look)("Back", label.size, True) * 0.8)  # noqa: FBT003
    assert ("word in its box", "Back") in _on_the_sheet(tight, look)


def test_a_label_too_tall_for_its_button_is_found(look: Look) -> None:
    sheet = _sheet(look)
    low = _with(sheet, "Back", y=_words(sheet, "Back").y + look.mm(9))
    assert {what for rule, what in _on_the_sheet(low, look) if rule == "words and targets apart"} == {"Back / back"}


def test_a_word_beyond_the_screen_is_found(look: Look) -> None:
    assert ("on the screen", "10:24") in _on_the_sheet(_with(_sheet(look), "10:24", x=look.mm(40)), look)


def test_a_character_that_no_font_has_is_found_and_a_rare_one_is_not(look: Look) -> None:
    assert _on_the_sheet(_with(_sheet(look), "10:24", text="1\ua500"), look) == {("glyphs", "\ua500 in 1\ua500")}
    assert not [rule for rule, _ in _broken(sheets.lettering(_with(_sheet(look), "10:24", text="王𠮷"), look))]


def test_two_words_on_each_other_are_found(look: Look) -> None:
    sheet = _sheet(look)
    title = _words(sheet, _scene().title)
    found = _on_the_sheet(_with(sheet, "10:24", y=title.y, x=title.x, align=0.0), look)
    assert any(rule == "words apart" and "10:24" in what for rule, what in found)


def test_small_type_and_endless_lines_are_found(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    for sizes in (theme._TALL, theme._WIDE):  # noqa: SLF001
        monkeypatch.setitem(sizes, Size.SMALL, 8.0)
        monkeypatch.setitem(sizes, Size.PLATE, 27.0)
    assert {rule for rule, _ in _on_the_sheet(_sheet(look), look)} == {"text height", "plate height"}
    monkeypatch.undo()
    endless = "路" * 41
    assert ("line length", endless) in _on_the_sheet(_with(_sheet(look), "10:24", text=endless), look)


@pytest.mark.parametrize("gold", [Box(9, 9, 90, 90, fill=DAY.button), Stroke(9, 9, 90, 90, 9, DAY.button_pressed)])
def test_yellow_that_cannot_be_pressed_is_found(look: Look, gold: Box | Stroke) -> None:
    sheet = _sheet(look)
    assert _on_the_sheet(replace(sheet, shapes=(*sheet.shapes, gold)), look) == {
        ("yellow is pressed", type(gold).__name__)
    }


def test_a_second_yellow_button_is_found(look: Look) -> None:
    sheet = _sheet(look, "15-arrived")
    second = replace(sheet.targets[1], face=replace(sheet.targets[1].face, fill=DAY.button))
    shapes = tuple(second.face if s is sheet.targets[1].face else s for s in sheet.shapes)
    found = _on_the_sheet(replace(sheet, shapes=shapes, targets=(sheet.targets[0], second, *sheet.targets[2:])), look)
    assert ("one main button", "targets") in found


def test_a_state_told_by_colour_alone_is_found(look: Look) -> None:
    for name, lost in (("15-arrived", Taxi), ("15-arrived", Words), ("07-driver-cancelled", Stroke)):
        sheet = _sheet(look, name)
        assert not _broken(people.bearers(_scene(name), sheet))
        less = replace(sheet, shapes=tuple(s for s in sheet.shapes if not isinstance(s, lost)))
        if name == "07-driver-cancelled" and not any(isinstance(s, Stroke) for s in sheet.shapes):
            continue  # in landscape the old plate has no room of its own
        assert {rule for rule, _ in _broken(people.bearers(_scene(name), less))} == {"not by colour alone"}


def test_a_sentence_only_heard_and_a_fourth_choice_are_found(look: Look) -> None:
    shown, sheet = _scene(), _sheet(look)
    secret = replace(shown.speech[0], shown="Mind the step.", read="Mind the step.")
    found = _broken(people.measured(replace(shown, speech=(*shown.speech, secret)), sheet, look))
    assert found == {("said is shown", "Mind the step.")}
    more = replace(sheet, targets=(*sheet.targets, sheet.targets[0]))
    assert {rule for rule, _ in _broken(people.measured(shown, more, look))} == {"choices"}


def test_sitting_a_button_out_of_reach_is_found(look: Look) -> None:
    low = replace(look, sitting=True)
    assert ("reach when sitting", "taxi") in _on_the_sheet(_sheet(look, "01-home"), low)
    assert _on_the_sheet(_sheet(low, "01-home"), low) == set()


@pytest.fixture
def glass() -> Iterator[Glass]:
    from kiosk.ui.glass import Glass

    made = Glass(GLASS, lambda _press: None, lambda: None)
    made.begin()
    yield made
    made.leave()


def _drawn(glass: Glass, sheet: Sheet) -> set[tuple[str, str]]:
    return _broken(pixels.measured(glass, sheet, GLASS, _measure(GLASS)))


def test_the_pixels_of_a_good_screen_are_good(glass: Glass) -> None:
    for name in ("01-home", "07-driver-cancelled", "15-arrived"):
        assert _drawn(glass, _sheet(GLASS, name)) == set()


def test_a_wrong_colour_is_found_in_the_pixels(glass: Glass) -> None:
    assert _drawn(glass, _with(_sheet(GLASS), "10:24", colour=PALE)) == {("contrast, drawn", "10:24")}


def test_a_word_under_a_box_is_found_in_the_pixels(glass: Glass) -> None:
    sheet = _sheet(GLASS)
    clock = _words(sheet, "10:24")
    lid = Box(clock.x, clock.y, clock.w, clock.h, fill=sheet.ground)
    assert ("seen", "10:24") in _drawn(glass, replace(sheet, shapes=(*sheet.shapes, lid)))


def test_ink_beyond_its_box_and_too_small_is_found_in_the_pixels(glass: Glass) -> None:
    sheet = _sheet(GLASS)
    tight = _with(sheet, "Back", w=40.0)
    assert ("word in its box, drawn", "ink outside the words") in _drawn(glass, tight)
    coarse = replace(GLASS, px_per_mm=GLASS.px_per_mm * 2)
    found = _broken(pixels.measured(glass, sheet, coarse, _measure(GLASS)))
    assert any(rule == "text height, drawn" for rule, _ in found)


def test_what_blinks_is_found_and_what_stands_still_is_not() -> None:
    from kiosk.ui.glass import Glass

    frames = [_sheet(GLASS), _with(_sheet(GLASS), "10:24", size=Size.SMALL, text="10 24")]
    turns: list[int] = []

    def blink() -> None:
        turns.append(len(turns))
        blinking.lay(frames[1])

    blinking = Glass(GLASS, lambda _press: None, blink)
    blinking.begin()
    assert _broken(pixels.blinking(blinking, frames[0])) == {("nothing blinks", "two frames")}
    blinking.leave()
    assert turns
