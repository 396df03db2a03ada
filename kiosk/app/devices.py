"""The devices of the configuration, and their events in the kiosk's own words."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from hardware.events import (
    CardSeen,
    CodeScanned,
    DeviceDown,
    DeviceUp,
    Key,
    KeyPressed,
    PaperOk,
    PaperOut,
    Presence,
    PrintDone,
    SmsDone,
)
from hardware.ports import Modem, Printer
from kiosk.app.fittings import BUTTON, KEYPAD, PRINTER, READER, SCANNER, fittings
from kiosk.app.text_messages import TextMessages
from kiosk.core import events
from kiosk.core.events import (
    CameNear,
    CardTapped,
    CodeShown,
    Event,
    Part,
    PartChanged,
    Press,
    Pressed,
    SlipDone,
    SlipResult,
)
from kiosk.log import get_logger
from kiosk.paper import document

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.events import Event as DeviceEvent
    from hardware.hotplug import HotPlug, PortsChanged
    from hardware.ports import Device
    from kiosk.config import Config
    from kiosk.core.slip import Slip
    from kiosk.inbox import Inbox

log = get_logger()

_PARTS: Final = {
    PRINTER: Part.PRINTER,
    READER: Part.READER,
    SCANNER: Part.SCANNER,
    BUTTON: Part.BUTTON,
    KEYPAD: Part.KEYPAD,
}
"""Devices that somebody would miss."""
_PAD: Final = {Key.NEXT: events.Key.NEXT, Key.BACK: events.Key.BACK, Key.OK: events.Key.OK}


class Devices:
    """Every device of the configuration that there is.

    What becomes of the modem or the sensor is told to the staff alone: nothing that a person does waits for them.

    Args:
        config: of the box.
        card_key: secret key of the cards' hashes, 32 bytes; None leaves the reader off.
        inbox: where their events go, in the kiosk's own words.
        on_card: takes the hash of each card; None: every card is nobody's, and works like the button.

    Raises:
        WiringError: a driver is not installed, or does not accept its settings.
    """

    def __init__(
        self,
        config: Config,
        card_key: bytes | None,
        inbox: Inbox[Event],
        on_card: Callable[[str], None] | None = None,
    ) -> None:
        self._inbox = inbox
        self._on_card = on_card or (lambda card: inbox.put(CardTapped(card, str(uuid.uuid4()))))
        wanted = fittings(config, card_key)
        self.all: tuple[Device, ...] = tuple(fitting.make(self._event) for fitting in wanted)
        self.printer: Printer | None = next((device for device in self.all if isinstance(device, Printer)), None)
        modem = next((device for device in self.all if isinstance(device, Modem)), None)
        self.messages: TextMessages | None = TextMessages(modem) if modem else None
        """Text messages by the modem; None where there is none."""
        self._paths = [fitting.port for fitting in wanted]
        self._watch: HotPlug | None = None

    def start(self) -> None:
        """Start each device's thread; a device that is not there is found when it comes."""
        for device in self.all:
            device.start()
        if self.all:
            from hardware.hotplug import HotPlug

            self._watch = HotPlug(self._plugged, self._paths)
            self._watch.start()

    def stop(self) -> None:
        """Stop them in reverse."""
        if self._watch is not None:
            self._watch.stop()
        for device in reversed(self.all):
            device.stop()

    def print(self, job_id: str, slip: Slip) -> None:
        """Queue a slip; `SlipDone` answers."""
        if self.printer is not None:
            self.printer.print(job_id, document(slip))

    def _plugged(self, changed: PortsChanged) -> None:
        """On the watch's thread: whoever waits for its port looks now."""
        log.info("ports changed", came=len(changed.came), went=len(changed.went))
        for device in self.all:
            device.nudge()

    def _event(self, event: DeviceEvent) -> None:
        """On a device's thread: translate and hand over."""
        match event:
            case CardSeen():
                self._on_card(event.card_hash)
            case CodeScanned() | KeyPressed() | Presence():
                done = _done_by_a_person(event)
                if done is not None:
                    self._inbox.put(done)
            case PrintDone():
                self._inbox.put(SlipDone(event.job_id, SlipResult(event.result.value)))
                if event.sentence:
                    log.info("slip", result=event.result.value, job=event.job_id, why=event.sentence)
            case SmsDone():
                log.info("text message", result=event.result.value, job=event.job_id, why=event.sentence)
                if self.messages is not None:
                    self.messages.take(event)
            case DeviceDown() | PaperOut():
                log.warning("device not working", device=event.device, why=getattr(event, "sentence", "no paper"))
                self._part_changed(event.device, works=False)
            case DeviceUp() | PaperOk():
                self._part_changed(event.device, works=True)

    def _part_changed(self, device: str, *, works: bool) -> None:
        part = _PARTS.get(device)
        if part is not None:
            self._inbox.put(PartChanged(part, works))


def _done_by_a_person(event: CodeScanned | KeyPressed | Presence) -> Event | None:
    """What somebody did, in the kiosk's own words; None where it is nothing to the kiosk."""
    match event:
        case CodeScanned():
            return CodeShown(event.text, str(uuid.uuid4()))
        case KeyPressed(key=Key.BIG):
            return Pressed(Press.TAXI, str(uuid.uuid4()), beside=True)
        case KeyPressed():
            return events.KeyPressed(_PAD[event.key], str(uuid.uuid4()))
        case Presence():
            return CameNear() if event.near else None
