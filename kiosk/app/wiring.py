"""Joins a box from its configuration: courier, devices and voice on one side, kiosk and glass on the other."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch_client.trips import Place
from kiosk.app.faults import WiringError
from kiosk.app.kiosk import Hands
from kiosk.core.events import Event, LinkChanged, Part, PartChanged, Resumed, StoreDamaged, TripChanged, TripLost
from kiosk.core.state import Box
from kiosk.log import get_logger

if TYPE_CHECKING:
    from dispatch_client.clock import Clock
    from dispatch_client.courier import Courier
    from dispatch_client.ladder import Ladder
    from dispatch_client.outbox import Outbox
    from dispatch_client.provider import Provider
    from dispatch_client.text_messages import TextSender
    from hardware.ports import Device
    from kiosk.app.reception import Reception
    from kiosk.config import Config
    from kiosk.config.dispatchers import DispatcherSection
    from kiosk.inbox import Inbox
    from kiosk.voice.players import Player, Wait

log = get_logger()


def box_of(config: Config) -> Box:
    """The box as the core knows it."""
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
        has_reader=bool(config.reader.port),
    )


def ladder_of(config: Config, sender: TextSender | None = None) -> Ladder:
    """Whom to ask, and from when on; somebody is written to only where there is a `sender` of text messages.

    Raises:
        WiringError: an adapter is not installed, or does not accept its settings.
    """
    from dispatch_client.ladder import Ladder, Rung

    dispatch, second = config.dispatch, config.second
    first = provider_of(dispatch, "dispatch")
    rungs = [Rung(first)]
    if dispatch.wider_s:
        rungs.append(Rung(first, dispatch.wider_s, wider=True))
    if second.provider:
        rungs.append(Rung(provider_of(second, "second"), second.after_s))
    if sender is not None and config.sms.number:
        rungs.append(Rung(_written_to(config, sender), config.sms.after_s))
    try:
        return Ladder(rungs)
    except ValueError as error:
        raise WiringError(f"[second] {error}") from error


def _written_to(config: Config, sender: TextSender) -> Provider:
    from dispatch_client.providers.sms import SmsProvider

    sms = config.sms
    try:
        return SmsProvider(sender, sms.number, sms.language, template=sms.template)
    except ValueError as error:
        raise WiringError(f"[sms] {error}") from error


def provider_of(account: DispatcherSection, section: str) -> Provider:
    """One dispatcher's adapter; `section` is its table in the configuration.

    Raises:
        WiringError: it is not installed, or does not accept its settings.
    """
    from dispatch_client.providers import UnknownProviderError, load

    name = account.provider if section == "dispatch" else f"{section}:{account.provider}"
    try:
        return load(account.provider)(url=account.url, token=account.token.reveal(), name=name, **account.options)
    except (UnknownProviderError, ValueError, TypeError) as error:
        raise WiringError(f"[{section}] provider {account.provider!r}: {error}") from error


def store_key(config: Config) -> bytes:
    """The key of the encrypted store, made at the first start."""
    from dispatch_client.outbox import load_key

    return load_key(config.store.key_file)


def courier_of(config: Config, ladder: Ladder, inbox: Inbox[Event], clock: Clock) -> Courier:
    """The courier, its news put into the inbox; nothing is opened before it starts."""
    from dispatch_client.courier import Courier, Listener
    from dispatch_client.outbox import open_outbox
    from dispatch_client.plan import Policy

    def open_store() -> Outbox:
        outbox, aside = open_outbox(config.store.folder, store_key(config))
        if aside is not None:
            log.error("trips on the disk could not be read", why=aside.sentence)
            inbox.put(StoreDamaged())
        return outbox

    dispatch = config.dispatch
    listener = Listener(
        on_trip=lambda trip: inbox.put(TripChanged(trip)),
        on_lost=lambda request, _sentence: inbox.put(TripLost(request.client_ref)),
        on_link=lambda up, sentence: _link(inbox, up=up, sentence=sentence),
        on_fault=log.warning,
        on_store=lambda works: inbox.put(PartChanged(Part.STORE, works)),
        on_ready=lambda last: inbox.put(Resumed(last)),
    )
    policy = Policy(
        deadline_s=dispatch.deadline_s,
        answer_s=dispatch.ask_again_s,
        search_s=dispatch.search_s,
        detour_s=dispatch.detour_s,
    )
    return Courier(open_store, ladder, listener, policy=policy, clock=clock)


def _link(inbox: Inbox[Event], *, up: bool, sentence: str) -> None:
    log.info("dispatcher reached") if up else log.warning("dispatcher not reached", why=sentence)
    inbox.put(LinkChanged(up))


@dataclass(slots=True)
class Services:
    """Everything that runs beside the main thread; started in this order, stopped in reverse."""

    hands: Hands
    devices: tuple[Device, ...] = ()
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


def card_key(config: Config) -> bytes | None:
    """Key of the cards' hashes; None while the store cannot be had, when the screen says "out of service" anyway."""
    from dispatch_client.outbox import OutboxError

    try:
        return hmac.new(store_key(config), b"cards", hashlib.sha256).digest()
    except OutboxError as error:
        log.warning("the card reader stays off", why=str(error))
        return None


def _reception(config: Config, inbox: Inbox[Event], clock: Clock, courier: Callable[[], Courier]) -> Reception | None:
    """Who knows the cards; None where nobody was ever registered."""
    from kiosk.app.office import office_of, residents_folder
    from kiosk.app.reception import Reception

    registered = bool(config.reader.port) and residents_folder(config).is_dir()
    return Reception(lambda: office_of(config, clock, courier()), inbox, clock) if registered else None


def services_of(
    config: Config, inbox: Inbox[Event], clock: Clock, *, player: Player | None = None, wait: Wait | None = None
) -> Services:
    """Join courier, devices and voice.

    Raises:
        WiringError: something that is named cannot be had.
    """
    from kiosk.app.devices import Devices
    from kiosk.app.mouth import Mouth, Mute

    reception = _reception(config, inbox, clock, lambda: courier)  # it is asked for once all of them run
    devices = Devices(config, card_key(config), inbox, reception.card if reception else None)
    courier = courier_of(config, ladder_of(config, devices.messages), inbox, clock)
    mouth = Mouth(config, inbox, player, wait) if config.voice.enabled else Mute()
    hands = Hands(asks=courier, speaks=mouth, prints=devices.print if devices.printer else None)
    services = Services(hands, devices.all)
    if devices.messages is not None and config.sms.caretaker:
        from kiosk.app.caretaker import Caretaker

        caretaker = Caretaker(devices.messages, config.sms.caretaker, box_of(config), inbox)
        hands.tells = caretaker.tell
        services.starts.append(caretaker.start)
        services.stops.append(caretaker.stop)
    if isinstance(mouth, Mouth):
        services.starts += [mouth.voice.start, lambda: mouth.prepare(config)]
        services.stops.append(mouth.voice.close)
    if reception is not None:
        services.starts.append(reception.start)
        services.stops.append(reception.stop)
    services.starts += [courier.start, devices.start]
    services.stops += [courier.stop, devices.stop]
    return services
