"""What the configuration says is plugged in, ready to be made: for the box itself and for whoever examines it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

from hardware.events import Key
from kiosk.app.codes import is_ours
from kiosk.app.faults import WiringError
from kiosk.paper import fonts

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.ports import Device
    from kiosk.config import Config
    from kiosk.config.inputs import ButtonSection, KeypadSection

PRINTER: Final = "printer"
READER: Final = "reader"
MODEM: Final = "modem"
SCANNER: Final = "scanner"
BUTTON: Final = "button"
KEYPAD: Final = "keypad"
PRESENCE: Final = "presence"


@dataclass(frozen=True, slots=True)
class Fitting:
    """One device of the configuration."""

    name: str
    """Its table in the configuration, and its name in events and findings."""
    port: str
    make: Callable[[Emit], Device]
    """Makes its driver, which does nothing before it is started. Raises WiringError when it is not installed."""


def fittings(config: Config, card_key: bytes | None, *, looks_only: bool = False) -> tuple[Fitting, ...]:
    """Give every device that has a port.

    Args:
        config: of the box.
        card_key: of the cards' hashes, 32 bytes; None leaves the card reader out.
        looks_only: for whoever examines a box: nothing is written into its store, no SIM card is given its PIN.
    """
    found = []
    if config.printer.port:
        found.append(Fitting(PRINTER, config.printer.port, partial(_printer, config)))
    if config.reader.port and card_key is not None:
        found.append(Fitting(READER, config.reader.port, partial(_reader, config, card_key)))
    if config.modem.port:
        found.append(Fitting(MODEM, config.modem.port, partial(_modem, config, looks_only)))
    others = {SCANNER: _scanner, BUTTON: _button, KEYPAD: _keypad, PRESENCE: _presence}
    for name, make in others.items():
        if port := getattr(config, name).port:
            found.append(Fitting(name, port, partial(make, config)))
    return tuple(found)


def _printer(config: Config, emit: Emit) -> Device:
    chosen = config.printer
    made: Device = driver("taxikiosk.printer", chosen.driver)(
        PRINTER,
        chosen.port,
        emit,
        fonts=fonts(),
        profile=f"{chosen.model}-{chosen.paper_mm}",
        mode=chosen.mode,
        baudrate=chosen.baudrate,
        rtscts=chosen.rtscts,
    )
    return made


def _reader(config: Config, key: bytes, emit: Emit) -> Device:
    chosen = config.reader
    make = driver("taxikiosk.card", chosen.driver)
    own = {**chosen.options, **_speed(chosen.baudrate)}
    return _accepted(READER, lambda: make(READER, chosen.port, emit, key=key, **own))


def _modem(config: Config, looks_only: bool, emit: Emit) -> Device:
    chosen = config.modem
    own = {} if looks_only else {"pin": chosen.pin.reveal(), "folder": config.store.folder / MODEM}
    make = driver("taxikiosk.modem", chosen.driver)
    return _accepted(MODEM, lambda: make(MODEM, chosen.port, emit, baudrate=chosen.baudrate, **own))


def _scanner(config: Config, emit: Emit) -> Device:
    chosen = config.scanner
    own = {"wanted": is_ours, "prefix": chosen.prefix, "ends": chosen.ends, **_speed(chosen.baudrate)}
    make = driver("taxikiosk.scanner", chosen.driver)
    return _accepted(SCANNER, lambda: make(SCANNER, chosen.port, emit, **own))


def _button(config: Config, emit: Emit) -> Device:
    return _keys(BUTTON, config.button, {Key.BIG: config.button.signal}, emit)


def _keypad(config: Config, emit: Emit) -> Device:
    chosen = config.keypad
    return _keys(KEYPAD, chosen, {Key.NEXT: chosen.next, Key.BACK: chosen.back, Key.OK: chosen.ok}, emit)


def _keys(name: str, chosen: ButtonSection | KeypadSection, signals: dict[Key, str], emit: Emit) -> Device:
    make = driver("taxikiosk.keys", chosen.driver)
    return _accepted(name, lambda: make(name, chosen.port, emit, signals=signals, **_speed(chosen.baudrate)))


def _presence(config: Config, emit: Emit) -> Device:
    chosen = config.presence
    make = driver("taxikiosk.presence", chosen.driver)
    own = {"signal": chosen.signal, **_speed(chosen.baudrate)}
    return _accepted(PRESENCE, lambda: make(PRESENCE, chosen.port, emit, **own))


def _speed(baudrate: int) -> dict[str, int]:
    return {"baudrate": baudrate} if baudrate else {}


def _accepted(section: str, make: Callable[[], Device]) -> Device:
    """Make a driver.

    Raises:
        WiringError: it does not accept its settings.
    """
    try:
        return make()
    except (ValueError, TypeError) as error:
        raise WiringError(f"[{section}] {error}") from error


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
