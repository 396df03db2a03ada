"""The visit of somebody who presses the button on the box itself, through a real serial line."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from journey import Step, Visit, do, happens, reads, sees

from dispatch_client.sandbox import Behaviour
from hardware.inputs.keys import AGAIN_S
from hardware.virtual.keys import VirtualKeys
from kiosk.core.events import Part
from kiosk.core.scene import SceneName as Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def button() -> Iterator[VirtualKeys]:
    keys = VirtualKeys()
    yield keys
    keys.close()


@pytest.fixture
def visit(tmp_path: Path, button: VirtualKeys) -> Iterator[Visit]:
    changes = {"button": {"driver": "bytes", "port": button.path, "signal": "50/72"}}
    made = Visit(tmp_path, Behaviour.SLOW_TO_ACCEPT, changes)
    try:
        yield made
    finally:
        made.end()


def has(part: Part) -> Step:
    return lambda visit: visit.awake and part in visit.working


def test_the_button_on_the_box_calls_one_taxi_and_a_broken_one_is_told(visit: Visit, button: VirtualKeys) -> None:
    visit.live(
        sees(Scene.HOME),
        has(Part.BUTTON),
        do(lambda _: button.press(b"PPr")),
        happens("saved"),
        sees(Scene.SEARCHING),
        do(lambda _: threading.Event().wait(2 * AGAIN_S)),  # sooner, it would be a trembling hand
        do(lambda _: button.press(b"Pr")),
        sees(Scene.AGAIN),
        lambda v: len(v.stage.sandbox.trips()) == 1,
        do(lambda _: button.unplug()),
        reads("The wall button does not work. Please press the screen."),
    )
