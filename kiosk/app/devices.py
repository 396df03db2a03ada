"""The printer and the card reader, and their events in the kiosk's own words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

from hardware.events import CardSeen, DeviceDown, DeviceUp, PaperOk, PaperOut, PrintDone
from hardware.paper import Fonts
from kiosk.app.faults import WiringError
from kiosk.assets import asset
from kiosk.core.events import CardTapped, Event, Part, PartChanged, SlipDone, SlipResult
from kiosk.log import get_logger
from kiosk.paper import document

if TYPE_CHECKING:
    from hardware.events import Event as DeviceEvent
    from hardware.ports import Device, Printer
    from kiosk.config import Config
    from kiosk.core.slip import Slip
    from kiosk.inbox import Inbox

log = get_logger()

PRINTER: Final = "printer"
READER: Final = "reader"


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
        self.printer: Printer | None = None
        self._all: list[Device] = []
        if config.printer.port:
            printer = driver("taxikiosk.printer", config.printer.driver)(
                PRINTER,
                config.printer.port,
                self._event,
                fonts=Fonts(asset("fonts/NotoSansSC-Regular.ttf"), asset("fonts/NotoSansSC-Bold.ttf")),
                profile=f"generic-{config.printer.paper_mm}",
                baudrate=config.printer.baudrate,
            )
            self.printer = printer
            self._all.append(printer)
        if config.reader.port and card_key is not None:
            make = driver("taxikiosk.card", config.reader.driver)
            self._all.append(
                make(READER, config.reader.port, self._event, key=card_key, baudrate=config.reader.baudrate)
            )

    def start(self) -> None:
        """Start each device's thread; a device that is not there is found when it comes."""
        for device in self._all:
            device.start()

    def stop(self) -> None:
        """Stop them in reverse."""
        for device in reversed(self._all):
            device.stop()

    def print(self, job_id: str, slip: Slip) -> None:
        """Queue a slip; `SlipDone` answers."""
        if self.printer is not None:
            self.printer.print(job_id, document(slip))

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


def driver(group: str, name: str) -> Callable[..., Any]:
    """The installed driver of that name.

    Raises:
        WiringError: there is none; the sentence lists those there are.
    """
    found = [point for point in entry_points(group=group) if point.name == name]
    if not found:
        known = ", ".join(sorted(point.name for point in entry_points(group=group))) or "none"
        raise WiringError(f"driver {name!r} is not installed; installed for {group}: {known}")
    made: Callable[..., Any] = found[0].load()
    return made
