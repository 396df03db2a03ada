"""Runs a box: the first picture first, then everything behind it."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kiosk.app.faults import WiringError
from kiosk.app.kiosk import Kiosk
from kiosk.app.wiring import Services, box_of, services_of
from kiosk.core.state import Comfort
from kiosk.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dispatch_client.clock import Clock
    from kiosk.app.pulse import Pulse
    from kiosk.config import Config
    from kiosk.core.effects import Effect
    from kiosk.core.events import Event
    from kiosk.ui.glass import Glass
    from kiosk.voice.players import Player, Wait


_UNSEEN: Final = frozenset({"offscreen", "dummy", ""})
"""Video drivers that SDL falls back to when there is nothing to draw on: the box would run, and nobody would see it."""
_PAINTED: Final = 2
"""Turns of the loop after which the first picture is on the glass."""


class Show:
    """One box with its window, ready to run.

    Args:
        config: the box's configuration.
        clock: the time, which a demonstration may hurry.
        headless: real pixels without any display.
        player, wait: where speech goes, and how fast, instead of the speaker.
        observe: sees every event and effect.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        *,
        headless: bool = False,
        player: Player | None = None,
        wait: Wait | None = None,
        observe: Callable[[Event | Effect], None] = lambda _seen: None,
    ) -> None:
        from kiosk.ui.environment import prepare

        screen = config.screen
        prepare(
            screen.width,
            screen.height,
            headless=headless,
            fullscreen=screen.fullscreen and not headless,
            cursor=screen.cursor,
        )
        from kiosk.ui.glass import Glass
        from kiosk.ui.pace import video_driver
        from kiosk.ui.theme import Look, px_per_mm

        if not headless and video_driver() in _UNSEEN:
            raise WiringError(
                "no display was found: set DISPLAY or WAYLAND_DISPLAY, or start it on a console that SDL can draw on; "
                "with --headless it runs without one"
            )
        self._config, self._clock, self._player, self._wait = config, clock, player, wait
        scale = screen.px_per_mm or px_per_mm(screen.width, screen.height)
        look = Look(screen.width, screen.height, scale, sitting=screen.layout == "sitting")
        self.glass: Glass = Glass(look, on_press=self._press, on_turn=self._turn)
        self._worn = ("", look.sitting)
        self._follow_look(Comfort())
        self.inbox: Inbox[Event] = Inbox(self.glass.pace.wake)
        self.kiosk = Kiosk(box_of(config), clock, self.inbox, self.glass.show, observe)
        self.glass.pace.sleep_s = min(0.5, 0.5 / clock.speed)
        self.services: Services | None = None
        self._pulse: Pulse | None = None
        self._turns = 0
        self._ending = False
        self.before_turn: Callable[[], None] = lambda: None
        """Called in every turn of the loop before anything else; for demonstrations."""

    def run(self) -> None:
        """Show the window until it is closed or a signal ends it."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.glass.stop())
        try:
            self.glass.run()
        finally:
            self.close()

    def end(self) -> None:
        """From any thread: close the window in its next turn."""
        self._ending = True
        self.glass.pace.wake()

    def close(self) -> None:
        """Stop everything behind the window."""
        if self._pulse is not None:
            self._pulse.stop()
            self._pulse = None
        if self.services is not None:
            self.services.stop()
            self.services = None

    def start_services(self) -> None:
        """Join and start what stands behind the glass."""
        self.services = services_of(self._config, self.inbox, self._clock, player=self._player, wait=self._wait)
        self.kiosk.join(self.services.hands)
        self.services.start()
        self._pulse = self._pulse_of(self.services)
        self._pulse.start()

    def _pulse_of(self, services: Services) -> Pulse:
        from kiosk.app.pulse import FILE, Pulse
        from kiosk.ui.pace import video_driver

        screen = self._config.screen
        shown: dict[str, int | str] = {"width": screen.width, "height": screen.height, "driver": video_driver()}
        return Pulse(self._config.store.folder / FILE, self._clock, lambda: self.kiosk.state, services.devices, shown)

    def _press(self, press: object) -> None:
        self.kiosk.press(press)  # type: ignore[arg-type]

    def _turn(self) -> None:
        if self._ending:
            self.glass.stop()
            return
        self.before_turn()
        # The first two turns paint; only then is there time for anything else.
        if self.services is None:
            self._turns += 1
            self.glass.pace.wake()
            if self._turns > _PAINTED:
                self.start_services()
        self.kiosk.turn()
        self._follow_look(self.kiosk.state.comfort)

    def _follow_look(self, comfort: Comfort) -> None:
        """Wear what the hour asks for, or what the visitor does."""
        from kiosk.ui.theme import PALETTES

        theme = "night" if comfort.night else _theme(self._config, self._clock.now().wall)
        worn = (theme, comfort.sitting or self._config.screen.layout == "sitting")
        if worn != self._worn:
            self._worn = worn
            self.glass.use(replace(self.glass.look, palette=PALETTES[theme], sitting=worn[1]))


def _theme(config: Config, now: datetime) -> str:
    screen = config.screen
    if screen.theme != "auto":
        return screen.theme
    start, end, time = screen.night_from, screen.night_until, now.time()
    night = start <= time < end if start <= end else time >= start or time < end
    return "night" if night else "day"
