"""Every scene in both languages, themes and layouts keeps every rule that a sheet can tell; the audit measures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.audit.colours import contrast
from kiosk.audit.rules import RULES
from kiosk.audit.walk import SCREENS, Tally, measure
from kiosk.core.scene import SceneName
from kiosk.core.scenes import scene
from kiosk.samples import samples
from kiosk.ui.layout import compose
from kiosk.ui.theme import Look


@pytest.fixture(scope="module", params=SCREENS, ids=["portrait", "landscape"])
def tally(request: pytest.FixtureRequest) -> Tally:
    return measure(request.param, pictures=False, watch=frozenset())


@pytest.mark.parametrize("rule", [name for name, rule in RULES.items() if not rule.pixels])
def test_every_screen_keeps_the_rule(tally: Tally, rule: str) -> None:
    assert tally.counted[rule]
    assert [(str(f.where), f.what, f.value) for f in tally.broken if f.rule == rule] == []


def test_contrast_is_the_standards_own() -> None:
    assert contrast((1, 1, 1, 1), (0, 0, 0, 1)) == pytest.approx(21)
    assert contrast((0.463, 0.463, 0.463, 1), (1, 1, 1, 1)) == pytest.approx(4.54, abs=0.05)


def test_every_kind_of_scene_has_a_sample() -> None:
    assert {scene(state).name for _, state in samples("en")} == set(SceneName)


def test_only_sitting_moves_the_big_button_down(look: Look) -> None:
    from kiosk.ui.type import Type

    home = scene(dict(samples("en"))["01-home"])
    standing, sitting = (
        compose(home, replace(look, sitting=low), Type(look).measure).targets[0] for low in (False, True)
    )
    assert standing.y < look.height / 2 <= sitting.y
