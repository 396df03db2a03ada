"""A window-less panel in the terminal: taps cards, unplugs the printer, cuts the network of a demonstration."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from dispatch_client.sandbox import Behaviour

if TYPE_CHECKING:
    from kiosk.app.run import Show
    from kiosk.demo.stage import Stage

_CARD: Final = "0F0012AB34"
"""A card number of the EM4100 kind that belongs to nobody."""


class Panel:
    """Reads one letter a line from standard input and does it."""

    def __init__(self, stage: Stage, show: Show) -> None:
        sandbox, printer = stage.sandbox, stage.printer

        def story(behaviour: Behaviour) -> Callable[[], None]:
            return lambda: setattr(sandbox, "behaviour", behaviour)

        self._commands: dict[str, tuple[str, Callable[[], object]]] = {
            "t": ("tap a card", lambda: stage.reader.tap(_CARD)),
            "u": ("unplug the printer", printer.unplug),
            "p": ("plug it in again", printer.replug),
            "o": ("take its paper out", printer.paper_out),
            "f": ("fill paper in", lambda: printer.paper_out(on=False)),
            "c": ("cut the network", sandbox.cut),
            "r": ("restore the network", sandbox.restore),
            "n": ("from now on there are no taxis", story(Behaviour.NO_TAXIS)),
            "d": ("the next driver cancels", story(Behaviour.DRIVER_CANCELS_ONCE)),
            "a": ("all is normal again", story(Behaviour.NORMAL)),
            "q": ("quit", show.end),
        }

    def start(self) -> None:
        """Explain, and read in the background; without a terminal only the window remains."""
        print(self.help(), flush=True)  # noqa: T201
        threading.Thread(target=self._read, name="panel", daemon=True).start()

    def help(self) -> str:
        """The commands, a line each."""
        lines = [f"  {letter}  {meaning}" for letter, (meaning, _) in self._commands.items()]
        return "\n".join(["Press the yellow button in the window. Here, type a letter and Enter:", *lines])

    def do(self, letter: str) -> str:
        """Carry out one command; what was done, or the help."""
        if letter not in self._commands:
            return self.help()
        meaning, act = self._commands[letter]
        act()
        return f"done: {meaning}"

    def _read(self) -> None:
        for line in sys.stdin:
            if letter := line.strip().lower()[:1]:
                print(self.do(letter), flush=True)  # noqa: T201
