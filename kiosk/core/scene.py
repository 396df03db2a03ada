"""What a person sees, hears and can press at one moment, as one value in one language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.core.events import Press


class SceneName(StrEnum):
    """The scenes there are. Each has a place of its own in the gallery."""

    HOME = "home"
    CALLING = "calling"
    SEARCHING = "searching"
    FOUND = "found"
    ARRIVED = "arrived"
    GONE = "gone"
    OFFLINE = "offline"
    STILL_WANTED = "still_wanted"
    AGAIN = "again"
    SURE = "sure"
    CANCELLED = "cancelled"
    SORRY = "sorry"
    HELP = "help"
    COMFORT = "comfort"
    OUT_OF_SERVICE = "out_of_service"


class Tone(StrEnum):
    """The colour of the whole screen; a word and a picture always say the same."""

    PLAIN = "plain"
    ARRIVED = "arrived"


class StepMark(StrEnum):
    """How far one of the four steps is."""

    DONE = "done"
    NOW = "now"
    TO_COME = "to_come"


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence as it stands on the screen, and as it is read aloud."""

    shown: str
    read: str


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. `main` is the one yellow thing on the screen."""

    press: Press
    label: str
    second: str = ""
    """The same in the other language, small below."""
    main: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four steps from the press to the door."""

    label: str
    mark: StepMark


@dataclass(frozen=True, slots=True)
class Plate:
    """A number plate as it stands on the car; `style` says what it looks like: cn_blue, cn_green or plain."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Car:
    """The taxi in words, and the paint of its picture (one of `dispatch_client.trips.COLOURS`, or empty)."""

    colour: str
    words: str
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Countdown:
    """How long until it comes: "about", a large number, "min", "to the north gate"."""

    before: str
    number: str
    after: str
    where: str = ""
    """Left out where there is no room for it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A framed sentence that must not be overlooked."""

    title: str
    text: str
    calm: bool = False
    """It tells what is being done, nothing has gone wrong."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number to call and what to say there."""

    before: str
    number: str
    say: str


@dataclass(frozen=True, slots=True)
class Row:
    """One waiting person on the public board: nothing personal, only the number and the taxi."""

    number: int
    plate: str
    when: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a person perceives at one moment. What is empty is not there."""

    name: SceneName
    key: str
    """Changes when there is something new to say."""
    language: str
    title: str
    sentence: str
    place: str
    clock: str
    tone: Tone = Tone.PLAIN
    number: int | None = None
    picture: bool = False
    """A large taxi is drawn."""
    car: Car | None = None
    plate: Plate | None = None
    old_plate: Plate | None = None
    """The taxi that will not come after all, struck through."""
    countdown: Countdown | None = None
    steps: tuple[Step, ...] = ()
    progress: float | None = None
    """0 to 1, how much of the usual search has passed."""
    footnote: str = ""
    notice: Notice | None = None
    phone: Phone | None = None
    hint: str = ""
    buttons: tuple[Button, ...] = ()
    board_title: str = ""
    board: tuple[Row, ...] = ()
    banner: str = ""
    """Something of the box is broken: one line for whoever looks after it."""
    focus: Press | None = None
    """What OK on the three keys would take, once they are used."""
    choice: str = ""
    """The same in words, also where no button for it stands."""
    speech: tuple[Line, ...] = ()
    chime: bool = False
    times: int = 1
    """How often the speech is said."""
