"""Looks at whether the box can be heard: its programs, a sound card, a moment of silence played, a voice a language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from kiosk.doctor.result import Result, fail, ok
from kiosk.voice.languages import speaker
from kiosk.voice.players import PlayerBroken

if TYPE_CHECKING:
    from kiosk.doctor.machine import Machine

_PROGRAMS: Final = {"aplay": "alsa-utils", "espeak-ng": "espeak-ng"}
_WAV: Final = "RIFF"


def look(machine: Machine, languages: Iterable[str], play: Callable[[], None]) -> Iterator[Result]:
    """Tell which of these is there. `play` plays silence, or raises PlayerBroken."""
    missing = [name for name in _PROGRAMS if not machine.has(name)]
    if missing:
        packages = " ".join(_PROGRAMS[name] for name in missing)
        yield fail("sound.programs", f"Not installed: {', '.join(missing)}.", f"Run `sudo apt-get install {packages}`.")
    else:
        yield ok("sound.programs", f"{' and '.join(_PROGRAMS)} are installed.")
    cards = sound_cards(machine.text("proc/asound/cards"))
    yield cards
    yield heard(play)
    if "espeak-ng" not in missing:
        for language in languages:
            yield voice(machine, language)


def sound_cards(listed: str) -> Result:
    """Judge what the kernel lists in /proc/asound/cards."""
    names = [line.split("[", 1)[1].split("]", 1)[0].strip() for line in listed.splitlines() if "]:" in line]
    if names:
        return ok("sound.cards", f"Sound cards: {', '.join(names)}.", count=len(names))
    cure = "Plug in a USB sound card, or switch the board's own on; `aplay -l` must list it."
    return fail("sound.cards", "This machine has no sound card.", cure)


def heard(play: Callable[[], None]) -> Result:
    """Play silence through the very way that speech takes."""
    try:
        play()
    except PlayerBroken as error:
        sentence, _, cure = str(error).partition("; ")
        return fail(
            "sound.plays", f"{sentence[:1].upper()}{sentence[1:]}.", cure[:1].upper() + cure[1:] or "See above."
        )
    return ok("sound.plays", "Sound is taken. Whether the loudspeaker is on, only an ear can tell.")


def voice(machine: Machine, language: str) -> Result:
    """Have one word spoken into nowhere."""
    name, chosen = f"sound.voice.{language}", speaker(language).voice
    said = machine.run("espeak-ng", "-v", chosen, "--stdout", "1")
    if said is not None and said.code == 0 and said.out.startswith(_WAV):
        return ok(name, f"There is a voice for {language}.")
    cure = "Run `sudo apt-get install --reinstall espeak-ng espeak-ng-data`."
    return fail(name, f"There is no voice for {language} (espeak-ng {chosen}).", cure)
