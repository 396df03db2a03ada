"""Real pixels: what is pressed darkens, what is shown is there, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kiosk.core.events import Press
from kiosk.core.scenes import scene
from kiosk.samples import samples
from kiosk.ui.theme import DAY, Look, px_per_mm

if TYPE_CHECKING:
    from kiosk.ui.glass import Glass


@pytest.fixture
def glass() -> Iterator[tuple[Glass, list[Press]]]:
    from kiosk.ui.glass import Glass

    pressed: list[Press] = []
    made = Glass(Look(1080, 1920, px_per_mm(1080, 1920)), pressed.append, lambda: None)
    made.begin()
    yield made, pressed
    made.leave()


def _turn_until(glass: Glass, done: object, turns: int = 200) -> None:
    for _ in range(turns):
        glass.turn()
        if done():  # type: ignore[operator]
            return
    raise AssertionError("it did not happen within 200 turns of the loop")


def _rgb(colour: tuple[float, ...]) -> tuple[int, ...]:
    return tuple(round(c * 255) for c in colour[:3])


def test_a_press_darkens_the_button_and_is_told_once(glass: tuple[Glass, list[Press]]) -> None:
    from kiosk.ui.finger import press

    window, pressed = glass
    window.show(scene(dict(samples("zh_CN"))["01-home"]))
    target = window.target(Press.TAXI)
    assert target is not None
    corner = (int(target.x + target.w / 2), int(target.y + 60))
    assert window.picture().getpixel(corner) == _rgb(DAY.button)
    _turn_until(window, lambda: press(window, Press.TAXI))
    darker = window.picture().getpixel(corner)
    assert isinstance(darker, tuple)
    assert sum(darker) < 0.85 * sum(_rgb(DAY.button))
    _turn_until(window, lambda: bool(pressed))
    assert pressed == [Press.TAXI]


def test_a_new_screen_takes_no_touch_at_once(glass: tuple[Glass, list[Press]]) -> None:
    from kiosk.ui.finger import press, touch

    window, pressed = glass
    window.show(scene(dict(samples("zh_CN"))["01-home"]))
    _turn_until(window, lambda: press(window, Press.HELP))
    _turn_until(window, lambda: bool(pressed))
    window.show(scene(dict(samples("zh_CN"))["26-help"]))
    back = window.target(Press.BACK)
    assert back is not None
    touch(window, back.x + 5, back.y + 5)
    window.turn()
    window.turn()
    assert pressed == [Press.HELP], "the second tap of a trembling hand"
    _turn_until(window, lambda: press(window, Press.BACK))
    _turn_until(window, lambda: len(pressed) > 1)
    assert pressed == [Press.HELP, Press.BACK]


def test_the_whole_screen_turns_green_when_the_taxi_is_there(glass: tuple[Glass, list[Press]]) -> None:
    window, _ = glass
    window.show(scene(dict(samples("zh_CN"))["15-arrived"]))
    picture = window.picture()
    assert {picture.getpixel(p) for p in ((3, 3), (1076, 3), (3, 1916), (1076, 1916))} == {(15, 92, 53)}


def test_what_left_the_screen_leaves_no_trace(glass: tuple[Glass, list[Press]]) -> None:
    """Drawn after any other scene, a scene has the same pixels as drawn alone."""
    window, _ = glass
    states = dict(samples("en"))
    window.show(scene(states["01-home"]))
    alone = window.picture().tobytes()
    for name in ("08-found", "15-arrived", "07-driver-cancelled", "18-offline"):
        window.show(scene(states[name]))
        window.show(scene(states["01-home"]))
        assert window.picture().tobytes() == alone, name
