"""Turns the methods of a virtual device into lines that a person can type: `paper_out after=100`, `unplug`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hardware.virtual.catalogue import Virtual

_YES: Final = {"on": True, "yes": True, "off": False, "no": False}


class CommandError(Exception):
    """A line that cannot be done. One sentence: what, and what was expected."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a value is typed."""

    shown: str
    read: Callable[[str], object]


_YES_OR_NO: Final = _Kind("on|off", lambda word: _YES[word.lower()])
_KINDS: Final[Mapping[str, _Kind]] = {
    "int": _Kind("NUMBER", int),
    "float": _Kind("NUMBER", float),
    "str": _Kind("TEXT", str),
    "bytes": _Kind("HEX", bytes.fromhex),
    "bool": _YES_OR_NO,
}


@dataclass(frozen=True, slots=True)
class _Slot:
    """One value that a command takes."""

    name: str
    kind: _Kind
    required: bool
    named: bool
    """It is only taken as `name=value`."""
    may_be_none: bool

    def read(self, word: str) -> object:
        return None if self.may_be_none and word.lower() == "none" else self.kind.read(word)

    def takes(self, word: str) -> bool:
        """A bare word can be meant for it."""
        if self.kind is _YES_OR_NO:
            return word.lower() in _YES
        return not self.named and word.lower() not in _YES

    def __str__(self) -> str:
        if self.kind is _YES_OR_NO:
            return f"[{self.kind.shown}]" if self.name == "on" else f"[{self.name}]"
        text = self.kind.shown + ("|none" if self.may_be_none else "")
        text = f"{self.name}={text}" if self.named else text
        return text if self.required else f"[{text}]"


@dataclass(frozen=True, slots=True)
class Command:
    """One method, ready to be called with words."""

    name: str
    meaning: str
    slots: tuple[_Slot, ...]
    method: Callable[..., object]

    @property
    def usage(self) -> str:
        """How it is typed, as `tap TEXT [times=NUMBER] [split]`."""
        return " ".join([self.name, *map(str, self.slots)])

    def __call__(self, words: Sequence[str]) -> None:
        """Do it.

        Raises:
            CommandError: the words do not fit, or the device refuses their values.
        """
        given: dict[str, object] = {}
        for word in words:
            slot, value = self._understood(word, given)
            try:
                given[slot.name] = slot.read(value)
            except (ValueError, KeyError):
                raise CommandError(f"{self.name}: {value!r} is no {slot.kind.shown}: expected {self.usage}") from None
        missing = [slot.name for slot in self.slots if slot.required and slot.name not in given]
        if missing:
            raise CommandError(f"{self.name}: {missing[0]} is missing: expected {self.usage}")
        try:
            self.method(**given)
        except ValueError as error:
            raise CommandError(f"{self.name}: {error}") from None

    def _understood(self, word: str, given: Mapping[str, object]) -> tuple[_Slot, str]:
        """Find what a word is for: `name=value`, the bare name of a yes, else the next slot in line that takes it."""
        name, is_named, value = word.partition("=")
        for slot in self.slots:
            if is_named and slot.name == name:
                return slot, value
            if slot.kind is _YES_OR_NO and slot.name == word:
                return slot, "yes"
        for slot in self.slots:
            if slot.name not in given and not is_named and slot.takes(word):
                return slot, word
        raise CommandError(f"{self.name}: {word!r} fits nothing: expected {self.usage}")


def commands(device: Virtual) -> dict[str, Command]:
    """Give what a device can be told, by name: its public methods that take plain values and give nothing back."""
    found = {}
    for name, function in inspect.getmembers(type(device), inspect.isfunction):
        signature = inspect.signature(function)
        slots = _slots(tuple(signature.parameters.values())[1:])
        if name[0] != "_" and name != "close" and signature.return_annotation == "None" and slots is not None:
            meaning = inspect.cleandoc(function.__doc__ or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")
            found[name] = Command(name, meaning, slots, getattr(device, name))
    return found


def _slots(parameters: Sequence[inspect.Parameter]) -> tuple[_Slot, ...] | None:
    """Read a signature; None when it asks for something that nobody can type."""
    slots = []
    for parameter in parameters:
        kind, _, rest = str(parameter.annotation).partition(" | ")
        required = parameter.default is parameter.empty
        if kind in _KINDS:
            named = parameter.kind is parameter.KEYWORD_ONLY
            slots.append(_Slot(parameter.name, _KINDS[kind], required, named, rest == "None"))
        elif required:
            return None
    return tuple(slots)
