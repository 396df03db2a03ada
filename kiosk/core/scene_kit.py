"""What every scene is built with: one state, one language, and the pieces that recur."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kiosk.core import parts, reading
from kiosk.core.choices import label
from kiosk.core.events import Press
from kiosk.core.parts import line
from kiosk.core.scene import Button, Scene, SceneName
from kiosk.core.words import words

if TYPE_CHECKING:
    from kiosk.core.scene import Line
    from kiosk.core.state import State, Waiting


class SceneKit:
    """Builds scenes from one state, in the language of that state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.language = state.language
        self.say = words(state.language)
        self.gate = state.box.gate_in(state.language)

    def scene(
        self,
        name: SceneName,
        waiting: Waiting | None = None,
        *,
        variant: str = "",
        title: str,
        sentence: str,
        **rest: object,
    ) -> Scene:
        """A scene with what all scenes share; `variant` tells its speech apart from the last one's."""
        trip = waiting.trip if waiting else None
        key = f"{name}/{trip.ref if trip else ''}/{len(trip.attempts) if trip else 0}/{variant}"
        return Scene(
            name=name,
            key=key,
            language=self.language,
            title=title,
            sentence=sentence,
            place=f"{self.state.box.place_in(self.language)} · {self.gate}",
            clock=reading.clock_written(self.state.wall.time()),
            number=trip.request.boarding_number if trip else None,
            banner=parts.banner(self.state, self.language),
            **rest,  # type: ignore[arg-type]
        )

    def choices(self, *presses: Press) -> tuple[Button, ...]:
        """The quiet buttons that recur, with their words."""
        return tuple(Button(press, label(press, self.language)) for press in presses)

    def arrived_buttons(self) -> tuple[Button, ...]:
        """What can be answered to a taxi at the gate."""
        return (
            Button(Press.COMING, self.say("I am coming"), main=True),
            *self.choices(Press.CANNOT_SEE, Press.BACK),
        )

    def numbered(self, shown: str, number: int) -> Line:
        """A sentence that holds a boarding number, read as a number is called out."""
        written, aloud = (
            self.say("number {number}", number=number),
            reading.boarding_number_aloud(number, self.language),
        )
        gap = " " if aloud.isascii() else ""
        return line(shown, shown.replace(f" {written}", f"{gap}{aloud}").replace(written, aloud))

    def plate_line(self, plate: str) -> tuple[Line, ...]:
        """The plate as it is read, symbol by symbol."""
        if not plate:
            return ()
        return (line(reading.plate_written(plate), reading.plate_aloud(plate, self.language)),)

    def phone_line(self) -> tuple[Line, ...]:
        """The telephone number as it is read, digit by digit."""
        number = self.state.box.phone
        return (line(number, reading.telephone_aloud(number, self.language)),) if number else ()

    def news(self, waiting: Waiting) -> str:
        """When the dispatcher was last heard."""
        news = waiting.trip.last_news_at
        return reading.clock_written(news.time()) if news else "–"

    def next_language(self) -> str:
        """The language that one touch leads to."""
        offered = self.state.box.languages
        return offered[(offered.index(self.language) + 1) % len(offered)]

    def other(self, say_it: Callable[[Callable[..., str]], str]) -> str:
        """The same words in that other language; "" when there is none."""
        other = self.next_language()
        return "" if other == self.language else say_it(words(other))
