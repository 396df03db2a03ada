"""Joins one box from its configuration: courier, devices and voice on one side, the kiosk and its glass on the other."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from hardware.events import CardSeen, DeviceDown, DeviceUp, PaperOk, PaperOut, PrintDone
from kiosk.app.kiosk import Hands
from kiosk.assets import asset
from kiosk.core.events import (
    CardTapped,
    Event,
    LinkChanged,
    Part,
    PartChanged,
    Resumed,
    SlipDone,
    SlipResult,
    TripChanged,
    TripLost,
)
from kiosk.core.state import Box

if TYPE_CHECKING:
    from dispatch_client.clock import Clock
    from dispatch_client.courier import Courier
    from dispatch_client.outbox import Outbox
    from dispatch_client.provider import Provider
    from hardware.events import Event as DeviceEvent
    from hardware.ports import Device, Printer
    from kiosk.config import Config
    from kiosk.core.effects import Say
    from kiosk.core.slip import Slip
    from kiosk.inbox import Inbox
    from kiosk.voice.players import Player, Wait
    from kiosk.voice.voice import Voice

log = structlog.get_logger()

PRINTER, READER = "printer", "reader"


class WiringError(Exception):
    """Something that the configuration names cannot be had. One sentence with its cure."""


def box_of(config: Config) -> Box:
    """The box as the core knows it."""
    from dispatch_client.trips import Place  # noqa: PLC0415 - a heavy module, only when a box is joined

    box, language = config.box, config.language.default
    offered = (language, *(other for other in config.language.offered if other != language))
    label = f"{box.place[language]} {box.gate[language]}"
    return Box(
        code=box.code,
        place={one: box.place[one] for one in offered},
        gate={one: box.gate[one] for one in offered},
        pickup=Place(label, box.lat, box.lon, box.note),
        phone=box.phone,
        languages=offered,
        contact_phone=config.dispatch.contact_phone or None,
    )


def provider_of(config: Config) -> Provider:
    """The dispatcher's adapter.

    Raises:
        WiringError: it is not installed, or does not accept its settings.
    """
    from dispatch_client.providers import UnknownProviderError, load  # noqa: PLC0415

    dispatch = config.dispatch
    try:
        return load(dispatch.provider)(
            url=dispatch.url, token=dispatch.token.reveal(), name=dispatch.provider, **dispatch.options
        )
    except (UnknownProviderError, ValueError, TypeError) as error:
        raise WiringError(f"[dispatch] provider {dispatch.provider!r}: {error}") from error


def store_key(config: Config) -> bytes:
    """The key of the encrypted store, made at the first start."""
    from dispatch_client.outbox import load_key  # noqa: PLC0415

    return load_key(config.store.key_file)


def courier_of(config: Config, provider: Provider, inbox: Inbox[Event], clock: Clock) -> Courier:
    """The courier, its news put into the inbox; nothing is opened before it starts."""
    from dispatch_client.courier import Courier, Listener  # noqa: PLC0415 - 150 ms that the first picture need not wait for
    from dispatch_client.outbox import open_outbox  # noqa: PLC0415
    from dispatch_client.plan import Policy  # noqa: PLC0415

    def open_store() -> Outbox:
        outbox, aside = open_outbox(config.store.folder, store_key(config))
        if aside is not None:
            log.error("the trip store could not be read; it was set aside and a new one begun", aside=str(aside))
        return outbox

    dispatch = config.dispatch
    listener = Listener(
        on_trip=lambda trip: inbox.put(TripChanged(trip)),
        on_lost=lambda request, _sentence: inbox.put(TripLost(request.client_ref)),
        on_link=lambda up, sentence: _link(inbox, up=up, sentence=sentence),
        on_fault=lambda sentence: log.warning(sentence),
        on_store=lambda works: inbox.put(PartChanged(Part.STORE, works)),
        on_ready=lambda last: inbox.put(Resumed(last)),
    )
    policy = Policy(deadline_s=dispatch.deadline_s, answer_s=dispatch.ask_again_s, search_s=dispatch.search_s)
    return Courier(open_store, provider, listener, policy=policy, clock=clock)


def _link(inbox: Inbox[Event], *, up: bool, sentence: str) -> None:
    log.info("dispatcher reached") if up else log.warning("dispatcher not reached", why=sentence)
    inbox.put(LinkChanged(up))


class Devices:
    """The printer and the reader of the configuration, as far as there are any."""

    def __init__(self, config: Config, inbox: Inbox[Event]) -> None:
        self._inbox = inbox
        self.printer: Printer | None = None
        self._all: list[Device] = []
        if config.printer.port:
            fonts = _fonts()
            make = _driver("taxikiosk.printer", config.printer.driver)
            self.printer = make(
                PRINTER,
                config.printer.port,
                self._event,
                fonts=fonts,
                profile=f"generic-{config.printer.paper_mm}",
                baudrate=config.printer.baudrate,
            )
            self._all.append(self.printer)
        if config.reader.port:
            key = hmac.new(store_key(config), b"cards", hashlib.sha256).digest()
            make = _driver("taxikiosk.card", config.reader.driver)
            self._all.append(make(READER, config.reader.port, self._event, key=key, baudrate=config.reader.baudrate))

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
        from kiosk.paper import document  # noqa: PLC0415

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
                    log.info("slip " + event.result.value, job=event.job_id, why=event.sentence)
            case DeviceDown() | PaperOut():
                log.warning("device not working", device=event.device, why=getattr(event, "sentence", "no paper"))
                self._inbox.put(PartChanged(_part(event.device), works=False))
            case DeviceUp() | PaperOk():
                self._inbox.put(PartChanged(_part(event.device), works=True))


def _part(device: str) -> Part:
    return Part.PRINTER if device == PRINTER else Part.READER


def _driver(group: str, name: str) -> Callable[..., Device]:
    from importlib.metadata import entry_points  # noqa: PLC0415

    found = [point for point in entry_points(group=group) if point.name == name]
    if not found:
        known = ", ".join(sorted(point.name for point in entry_points(group=group))) or "none"
        raise WiringError(f"driver {name!r} is not installed; installed for {group}: {known}")
    driver: Callable[..., Device] = found[0].load()
    return driver


def _fonts() -> object:
    from hardware.paper import Fonts  # noqa: PLC0415

    return Fonts(asset("fonts/NotoSansSC-Regular.ttf"), asset("fonts/NotoSansSC-Bold.ttf"))


class Mouth:
    """Turns what the flow wants said into utterances of the voice."""

    def __init__(
        self, config: Config, inbox: Inbox[Event], player: Player | None = None, wait: Wait | None = None
    ) -> None:
        from kiosk.voice.players import AplayPlayer  # noqa: PLC0415
        from kiosk.voice.utterances import VoiceBroken, VoiceMended, VoiceSettings  # noqa: PLC0415
        from kiosk.voice.voice import Voice  # noqa: PLC0415

        def heard(event: object) -> None:
            if isinstance(event, VoiceBroken):
                log.warning("voice not working", why=event.sentence)
                inbox.put(PartChanged(Part.VOICE, works=False))
            elif isinstance(event, VoiceMended):
                inbox.put(PartChanged(Part.VOICE, works=True))

        voice = config.voice
        settings = VoiceSettings(
            rates=dict(voice.rate),
            volume=voice.volume,
            quiet_from=voice.quiet_from,
            quiet_until=voice.quiet_until,
            quiet_volume=voice.quiet_volume,
        )
        self.voice: Voice = Voice(config.store.folder / "voice", player or AplayPlayer(), settings, heard, wait=wait)
        self._count = 0

    def say(self, effect: Say) -> None:
        """Speak the lines of an effect."""
        from kiosk.voice.utterances import Utterance  # noqa: PLC0415

        self._count += 1
        self.voice.say(
            Utterance(
                id=str(self._count),
                lines=tuple(line.read for line in effect.lines),
                language=effect.language,
                repeat=effect.times,
                interrupt=not effect.after,
                chime=effect.chime,
            )
        )

    def hush(self) -> None:
        """Be silent at once."""
        self.voice.hush()


class Mute:
    """The voice of a box that is configured not to speak."""

    def say(self, effect: Say) -> None:
        """Say nothing."""

    def hush(self) -> None:
        """Be as silent as before."""


@dataclass(slots=True)
class Services:
    """Everything that runs beside the main thread; started in this order, stopped in reverse."""

    hands: Hands
    starts: list[Callable[[], None]] = field(default_factory=list)
    stops: list[Callable[[], None]] = field(default_factory=list)

    def start(self) -> None:
        """Start them all."""
        for start in self.starts:
            start()

    def stop(self) -> None:
        """Stop them all; one that fails does not keep the others."""
        for stop in reversed(self.stops):
            with contextlib.suppress(Exception):
                stop()


def services_of(
    config: Config, inbox: Inbox[Event], clock: Clock, *, player: Player | None = None, wait: Wait | None = None
) -> Services:
    """Join courier, devices and voice.

    Raises:
        WiringError, OutboxError: something that is named cannot be had.
    """
    courier = courier_of(config, provider_of(config), inbox, clock)
    devices = Devices(config, inbox)
    services = Services(Hands(asks=courier, speaks=Mute(), prints=devices.print if devices.printer else None))
    if config.voice.enabled:
        mouth = Mouth(config, inbox, player, wait)
        services.hands.speaks = mouth
        services.starts.append(mouth.voice.start)
        services.stops.append(mouth.voice.close)
    services.starts += [courier.start, devices.start]
    services.stops += [courier.stop, devices.stop]
    return services
