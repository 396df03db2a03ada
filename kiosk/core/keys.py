"""Three keys and the voice: everything that can be done on the glass can be done without seeing or reaching it."""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.choices import choices
from kiosk.core.events import Key, KeyPressed, Press, Pressed
from kiosk.core.moves import touched
from kiosk.core.scenes import scene
from kiosk.core.state import Comfort, State

STEPS = 3
"""Usual, louder (or slower), and more so; then usual again."""


def meant(state: State, event: KeyPressed) -> Pressed | None:
    """The press that OK stands for; None where the key only goes through the choices."""
    if event.key is not Key.OK or state.focus is None:
        return None
    offered = choices(scene(state))
    return Pressed(offered[state.focus % len(offered)].press, event.fresh_ref)


def moved(state: State, key: Key) -> State:
    """The next choice, or the one before. OK on a screen whose choices were not told yet takes nothing: it tells."""
    state, count = replace(touched(state), keys=True), len(choices(scene(state)))
    if state.focus is None:
        return replace(state, focus=count - 1 if key is Key.BACK else 0)
    return replace(state, focus=(state.focus + (-1 if key is Key.BACK else 1)) % count)


def eased(state: State, press: Press) -> State | None:
    """The state after a press for comfort; None for any other press."""
    now = state.comfort
    match press:
        case Press.LOUDER:
            comfort = replace(now, louder=(now.louder + 1) % STEPS)
        case Press.SLOWER:
            comfort = replace(now, slower=(now.slower + 1) % STEPS)
        case Press.NIGHT:
            comfort = replace(now, night=not now.night)
        case Press.SITTING:
            comfort = replace(now, sitting=not now.sitting)
        case _:
            return None
    return replace(state, comfort=comfort, language_since=state.mono)


def at_ease(state: State) -> bool:
    """Nothing is otherwise than the box is set up: language, loudness, pace, colours, height, keys."""
    return state.comfort == Comfort() and state.language == state.box.languages[0] and not state.keys
