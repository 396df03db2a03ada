"""One real window for each worker, drawn offscreen."""

from __future__ import annotations

import pytest

from kiosk.ui.environment import prepare
from kiosk.ui.theme import Look, px_per_mm

SIZES = [(1080, 1920), (1280, 800)]


@pytest.fixture(scope="session", autouse=True)
def window() -> None:
    prepare(1080, 1920, headless=True, fullscreen=False, cursor=False)


@pytest.fixture(params=SIZES, ids=["portrait", "landscape"])
def look(request: pytest.FixtureRequest) -> Look:
    width, height = request.param
    return Look(width, height, px_per_mm(width, height))
