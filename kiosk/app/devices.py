"""The printer and the card reader, and their events in the kiosk's own words."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from hardware.events import CardSeen, DeviceDown, DeviceUp, PaperOk, PaperOut, PrintDone
from hardware.ports import Printer
from kiosk.app.fittings import PRINTER, fittings
from kiosk.core.events import CardTapped, Event, Part, PartChanged, SlipDone, SlipResult
from kiosk.log import get_logger
from kiosk.paper import document

if TYPE_CHECKING:
    from hardware.events import Event as DeviceEvent
    from hardware.hotplug import HotPlug, PortsChanged
    from hardware.ports import Device
    from kiosk.config import Config
    from kiosk.core.slip import Slip
    from kiosk.inbox import Inbox

log = get_logger()


class Devices:
    """The printer and the reader of the configuration, as far as there are any.

    Args:
        config: of the box.
        card_key: secret key of the cards' hashes, 32 bytes; None leaves the reader off.
        inbox: where their events go, in the kiosk's own words.

    Raises:
        WiringError: a driver is not installed.
    """

    def __init__(self, config: Config, card_key: bytes | None, inbox: Inbox[Event]) -> None:
        self._inbox = inbox
        wanted = fittings(config, card_key)
        self.all: tuple[Device, ...] = tuple(fitting.make(self._event) for fitting in wanted)
        self.printer: Printer | None = next((device for device in self.all if isinstance(device, Printer)), None)
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
                self._inbox.put(CardTapped(event.card_hash, str(uuid.uuid4())))
            case PrintDone():
                self._inbox.put(SlipDone(event.job_id, SlipResult(event.result.value)))
                if event.sentence:
                    log.info("slip", result=event.result.value, job=event.job_id, why=event.sentence)
            case DeviceDown() | PaperOut():
                log.warning("device not working", device=event.device, why=getattr(event, "sentence", "no paper"))
                self._inbox.put(PartChanged(_part(event.device), works=False))
            case DeviceUp() | PaperOk():
                self._inbox.put(PartChanged(_part(event.device), works=True))


def _part(device: str) -> Part:
    return Part.PRINTER if device == PRINTER else Part.READER
