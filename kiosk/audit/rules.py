"""Every rule with its number, its source and which way it may be missed; a measurement is one value under one rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_ROUNDING: Final = 1e-6
"""Of the machine's fractions; what pixels round is given where it is measured."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold on every screen."""

    name: str
    says: str
    limit: float
    unit: str
    source: str
    at_least: bool = True
    """The value is the limit or more; else the limit or less."""
    pixels: bool = False
    """Measured on what was drawn, not on the sheet."""

    def broken_by(self, value: float) -> bool:
        """Whether this value is on the wrong side of the limit."""
        return value < self.limit - _ROUNDING if self.at_least else value > self.limit + _ROUNDING

    def worse(self, one: float, other: float) -> bool:
        """Whether the first value is nearer to breaking the rule, or breaks it by more."""
        return one < other if self.at_least else one > other


@dataclass(frozen=True, slots=True)
class Mark:
    """One value measured under one rule; `what` names the word, the button or the shape."""

    rule: str
    value: float
    what: str


_OURS: Final = "ours"
_ALL: Final = (
    Rule("contrast", "words stand out from what they stand on", 7.0, ":1", "WCAG 1.4.6"),
    Rule("yellowed lens", "the same with two fifths of the blue", 4.5, ":1", "WCAG 1.4.3"),
    Rule("control edge", "a control stands out from its ground", 3.0, ":1", "WCAG 1.4.11"),
    Rule("text height", "a capital's height", 6.1, "mm", "EN 301 549, 5.1.4"),
    Rule("plate height", "a capital's height on the plate of her taxi", 20.0, "mm", _OURS),
    Rule("line length", "a line; a Chinese character counts two", 80.0, "letters", "WCAG 1.4.8", at_least=False),
    Rule("word in its box", "a word sticks out of its box", 0.0, "mm", _OURS, at_least=False),
    Rule("on the screen", "a shape sticks out of the screen", 0.0, "mm", _OURS, at_least=False),
    Rule("words apart", "two words cover each other", 0.0, "mm", _OURS, at_least=False),
    Rule("words and targets apart", "a word lies half on a target", 0.0, "mm", _OURS, at_least=False),
    Rule("glyphs", "characters that no font has", 0.0, "", _OURS, at_least=False),
    Rule("target size", "the shorter side of what can be pressed", 20.0, "mm", "Yeh 2025, made stricter"),
    Rule("main button size", "the shorter side of the button of the idle screen", 60.0, "mm", _OURS),
    Rule("target gap", "free space between two targets", 6.0, "mm", _OURS),
    Rule("one main button", "yellow buttons on a screen", 1.0, "", _OURS, at_least=False),
    Rule("choices", "things to choose from, the switches of the comfort screen aside", 3.0, "", _OURS, at_least=False),
    Rule("yellow is pressed", "yellow shapes that cannot be pressed", 0.0, "", _OURS, at_least=False),
    Rule("not by colour alone", "signs of a state beside its colour", 1.0, "", "WCAG 1.4.1"),
    Rule("reach when sitting", "height of a target's top, of the screen", 0.5, "", "EN 301 549, 8.3.3", at_least=False),
    Rule(
        "said is shown", "sentences that the scene says and does not show", 0.0, "", "EN 301 549, 5.1.5", at_least=False
    ),
    Rule("contrast, drawn", "the same in the pixels", 7.0, ":1", "WCAG 1.4.6", pixels=True),
    Rule("text height, drawn", "ink of a capital, a figure or a Chinese character", 6.1, "mm", _OURS, pixels=True),
    Rule("word in its box, drawn", "ink beyond every box of words", 0.0, "pixels", _OURS, at_least=False, pixels=True),
    Rule("seen", "words that left no ink", 0.0, "", _OURS, at_least=False, pixels=True),
    Rule("nothing blinks", "pixels that changed in a second", 0.0, "pixels", "WCAG 2.2.2", at_least=False, pixels=True),
)
RULES: Final = {rule.name: rule for rule in _ALL}
"""Each by its name, in the order of the table."""
