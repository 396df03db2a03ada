"""Every scene in both languages and both layouts, measured: nothing clipped, nothing too small, nothing too pale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.core.scene import SceneName
from kiosk.core.scenes import scene
from kiosk.core.words import words
from kiosk.samples import samples
from kiosk.ui.layout import compose
from kiosk.ui.shapes import Box, Sheet, Words
from kiosk.ui.theme import PALETTES, Colour, Look

CASES = [(language, name, state) for language in ("zh_CN", "en") for name, state in samples(language)]


def _sheet(look: Look, state: object) -> Sheet:
    from kiosk.ui.type import Type

    return compose(scene(state), look, Type(look).measure)  # type: ignore[arg-type]


def _luminance(colour: Colour) -> float:
    """Relative luminance, WCAG 2.2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_the_standards_own() -> None:
    assert contrast((1, 1, 1, 1), (0, 0, 0, 1)) == pytest.approx(21)
    assert contrast((0.463, 0.463, 0.463, 1), (1, 1, 1, 1)) == pytest.approx(4.54, abs=0.05)


@pytest.mark.parametrize(("language", "name", "state"), CASES, ids=[f"{n}-{la}" for la, n, _ in CASES])
def test_a_scene_fits_its_screen(look: Look, language: str, name: str, state: object) -> None:
    from kiosk.ui.type import Type

    sheet, measure = _sheet(look, state), Type(look).measure
    for shape in sheet.shapes:
        if isinstance(shape, Box):
            assert shape.x >= -1, shape
            assert shape.y >= -1, shape
            assert shape.x + shape.w <= look.width + 1, shape
            assert shape.y + shape.h <= look.height + 1, shape
        if isinstance(shape, Words):
            assert measure(shape.text, shape.size, shape.bold) <= shape.w + 1, f"{shape.text!r} is clipped"
            assert shape.y >= 0, shape
            assert shape.y + shape.h <= look.height, f"{shape.text!r} runs off the screen"


@pytest.mark.parametrize(("language", "name", "state"), CASES, ids=[f"{n}-{la}" for la, n, _ in CASES])
def test_targets_are_large_and_apart(look: Look, language: str, name: str, state: object) -> None:
    sheet = _sheet(look, state)
    for target in sheet.targets:
        assert min(target.w, target.h) >= look.mm(20) - 1, target.press
    for i, one in enumerate(sheet.targets):
        for other in sheet.targets[i + 1 :]:
            across = max(one.x, other.x) - min(one.x + one.w, other.x + other.w)
            down = max(one.y, other.y) - min(one.y + one.h, other.y + other.h)
            assert max(across, down) >= look.mm(5.9) - 1, (one.press, other.press)


def test_the_one_big_button_is_big(look: Look) -> None:
    state = dict(samples("zh_CN"))["01-home"]
    main = _sheet(look, state).targets[0]
    assert min(main.w, main.h) >= look.mm(60)


@pytest.mark.parametrize("theme", sorted(PALETTES))
def test_every_word_is_seven_to_one(look: Look, theme: str) -> None:
    look = replace(look, palette=PALETTES[theme])
    for language, name, state in CASES:
        for shape in _sheet(look, state).shapes:
            if isinstance(shape, Words):
                assert shape.ground is not None, shape
                ratio = contrast(shape.colour, shape.ground)
                assert ratio >= 7, f"{name} {language} {shape.text!r}: {ratio:.2f}"


def test_capitals_are_tall_enough_to_read(look: Look) -> None:
    """A capital is 0.733 em in Noto Sans SC; EN 301 549 asks for 6.1 mm at this distance."""
    for _, _, state in CASES:
        for shape in _sheet(look, state).shapes:
            if isinstance(shape, Words):
                assert look.em(shape.size) * 0.733 / look.px_per_mm >= 6.1, shape.text


def test_the_plate_is_twenty_millimetres_tall(look: Look) -> None:
    state = dict(samples("zh_CN"))["08-found"]
    plate = next(s for s in _sheet(look, state).shapes if isinstance(s, Words) and "D12345" in s.text)
    assert look.em(plate.size) * 0.733 / look.px_per_mm >= 20


def test_every_kind_of_scene_has_a_sample() -> None:
    assert {scene(state).name for _, _, state in CASES} == set(SceneName)


def test_spoken_sentences_stand_on_the_screen() -> None:
    """Whoever cannot hear reads the same words; the telephone number and the plate are the same symbols."""
    for language, name, state in CASES:
        shown = scene(state)
        # The disc with the number is how "number 7" is written.
        disc = words(language)("number {number}", number=shown.number)
        text = repr(replace(shown, speech=())) + (disc + disc.capitalize() if shown.number else "")
        for line in shown.speech:
            visible = line.shown in text or all(part in text for part in line.shown.split())
            spelled = all(symbol in text for symbol in line.shown if symbol.isalnum())
            assert visible or spelled, f"{name} {language}: {line.shown!r} is only heard"


def test_sitting_everything_to_press_stands_in_the_lower_half(look: Look) -> None:
    """EN 301 549, 8.3.3: whoever sits reaches no higher."""
    low = replace(look, sitting=True)
    for language, name, state in CASES:
        sheet = _sheet(low, state)
        for target in sheet.targets:
            assert target.y >= low.height / 2, f"{name} {language} {target.press}"
        for shape in sheet.shapes:
            if isinstance(shape, Words):
                assert shape.y + shape.h <= low.height, f"{name} {language} {shape.text!r}"
    assert any(t.y < look.height / 2 for t in _sheet(look, dict(samples("en"))["01-home"]).targets), (
        "standing it does not"
    )
