"""What can be done at this moment, in the order in which three keys go through it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kiosk.core.events import Press
from kiosk.core.scene import Button, Line, Scene
from kiosk.core.words import words

if TYPE_CHECKING:
    from kiosk.core.state import State

_ALWAYS: Final = (Press.REPEAT, Press.LOUDER, Press.SLOWER)
"""Whoever only hears needs these on every screen, also where no button for them stands."""


def label(press: Press, language: str) -> str:
    """The words of a button that recurs."""
    say = words(language)
    return {
        Press.REPEAT: say("Say it again"),
        Press.CANCEL: say("Changed my mind"),
        Press.BACK: say("Back"),
        Press.CANNOT_SEE: say("I can't see it"),
        Press.COMFORT: say("Hear and see better"),
        Press.LOUDER: say("Louder"),
        Press.SLOWER: say("Slower"),
        Press.NIGHT: say("Dark screen"),
        Press.SITTING: say("Lower buttons"),
    }[press]


def choices(shown: Scene) -> tuple[Button, ...]:
    """The yellow button first, then the quiet ones, then what is always there."""
    buttons = sorted(shown.buttons, key=lambda button: not button.main)
    there = {button.press for button in buttons}
    return (*buttons, *(Button(press, label(press, shown.language)) for press in _ALWAYS if press not in there))


def focused(state: State, shown: Scene) -> Scene:
    """The scene with the choice that OK would take marked and written out, where there is one."""
    if state.focus is None:
        return shown
    offered = choices(shown)
    at = state.focus % len(offered)
    return replace(shown, focus=offered[at].press, choice=told(shown, at).shown)


def told(shown: Scene, at: int) -> Line:
    """One choice as it is told."""
    offered, say = choices(shown), words(shown.language)
    said = say("{label}. Choice {number} of {count}.", label=offered[at].label, number=at + 1, count=len(offered))
    return Line(said, said)


def how_to_hear(language: str) -> Line:
    """What is said after each new screen to whoever uses the keys."""
    say = words(language)
    return Line(say("Press next for the choices."), say("Press next for the choices."))


def sample(language: str) -> Line:
    """What is said in a loudness or pace that was just chosen."""
    say = words(language)
    return Line(say("I speak like this now."), say("I speak like this now."))
