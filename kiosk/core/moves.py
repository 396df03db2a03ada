"""The small moves that every part of the flow is made of."""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.state import Comfort, Stage, State, Visit, Waiting


def touched(state: State) -> State:
    """Somebody is there."""
    if state.visit is None:
        return replace(state, language_since=state.mono)
    return replace(state, visit=replace(state.visit, touched=state.mono))


def visit(state: State, stage: Stage, ref: str | None) -> State:
    """The screen now belongs to this, from this moment."""
    return replace(state, visit=Visit(stage, ref, since=state.mono, touched=state.mono))


def home(state: State) -> State:
    """Free the screen; the next person is met in the default language."""
    return replace(
        state,
        visit=None,
        language=state.box.languages[0],
        lost=frozenset(),
        comfort=Comfort(),
        keys=False,
        focus=None,
        greeted=state.mono,
    )


def put(state: State, waiting: Waiting) -> State:
    """Keep this waiting person as given."""
    return replace(state, waiting={**state.waiting, waiting.trip.ref: waiting})


def update(state: State, ref: str, **changes: object) -> State:
    """Change something about a waiting person."""
    return put(state, replace(state.waiting[ref], **changes))  # type: ignore[arg-type]
