"""How a modem is: its SIM card, its network and its signal, as findings for a technician."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hardware.health import Finding, Health


class Sim(StrEnum):
    """How the SIM card is."""

    READY = "ready"
    ABSENT = "absent"
    PIN = "pin"
    """It wants its PIN first."""
    PUK = "puk"
    """Too many wrong PINs: it wants the long number that came with it."""
    UNKNOWN = "unknown"


class Registration(StrEnum):
    """Whether a network takes it."""

    HOME = "home"
    ROAMING = "roaming"
    SEARCHING = "searching"
    DENIED = "denied"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ModemStatus:
    """A modem at one moment. Holds neither its own number nor those that name SIM card and modem (IMSI, IMEI)."""

    sim: Sim = Sim.UNKNOWN
    registration: Registration = Registration.UNKNOWN
    network: str = ""
    """Name of the network, as the network writes it."""
    signal_percent: int | None = None
    signal_dbm: int | None = None
    maker: str = ""
    model: str = ""
    firmware: str = ""

    @property
    def well(self) -> bool:
        """A message could be sent, as far as anybody can tell."""
        return self.sim is Sim.READY and self.registration in {Registration.HOME, Registration.ROAMING}


_WEAK_PERCENT: Final = 20
"""Two of ten bars, about -101 dBm: messages get through with luck."""
_SIM: Final = {
    Sim.READY: (Health.OK, "The SIM card is ready.", ""),
    Sim.ABSENT: (
        Health.FAIL,
        "There is no SIM card, or it cannot be read.",
        "Put one in, with its contacts to the modem's; switch the modem off and on.",
    ),
    Sim.PIN: (
        Health.FAIL,
        "The SIM card wants its PIN.",
        "Write it into the configuration, or take it away in a telephone.",
    ),
    Sim.PUK: (
        Health.FAIL,
        "The SIM card is locked after wrong PINs.",
        "Unlock it in a telephone with the PUK that came with it, and correct the PIN in the configuration.",
    ),
    Sim.UNKNOWN: (Health.UNKNOWN, "The modem does not tell how its SIM card is.", ""),
}
REFUSED_PIN: Final = (
    Health.FAIL,
    "The PIN of the configuration did not open the SIM card; it is not tried again, because the third time locks it.",
    "Take it away in a telephone, or correct it in the configuration. If it is right, remove the file refused-pin.",
)
_REGISTRATION: Final = {
    Registration.HOME: (Health.OK, "It is in its home network", ""),
    Registration.ROAMING: (Health.WARN, "It is in a foreign network", "Messages cost more there; look for an aerial."),
    Registration.SEARCHING: (
        Health.FAIL,
        "It has found no network yet",
        "Wait a minute; then check the aerial, and whether a telephone has a signal here.",
    ),
    Registration.DENIED: (
        Health.FAIL,
        "The network does not let this SIM card in",
        "Ask its company whether it is active and paid for.",
    ),
    Registration.OFF: (Health.FAIL, "It is in no network", "Check the aerial; switch the modem off and on."),
    Registration.UNKNOWN: (Health.UNKNOWN, "It does not tell whether a network takes it", ""),
}


def status_findings(name: str, status: ModemStatus, *, pin_refused: bool = False) -> tuple[Finding, ...]:
    """Tell how the modem called `name` is; `pin_refused`: the SIM card did not take the configured PIN."""
    refused = pin_refused and status.sim is Sim.PIN
    sim = Finding(f"{name}.sim", *(REFUSED_PIN if refused else _SIM[status.sim]))
    if status.sim not in {Sim.READY, Sim.UNKNOWN}:
        return (sim,)
    health, sentence, cure = _REGISTRATION[status.registration]
    named = f"{sentence} ({status.network})." if status.network else f"{sentence}."
    return (sim, Finding(f"{name}.network", health, named, cure), _signal(name, status))


def _signal(name: str, status: ModemStatus) -> Finding:
    if status.signal_percent is None:
        return Finding(f"{name}.signal", Health.UNKNOWN, "It does not tell how well it hears the network.")
    dbm = f", {status.signal_dbm} dBm" if status.signal_dbm is not None else ""
    sentence = f"It hears the network with {status.signal_percent} of 100{dbm}."
    if status.signal_percent < _WEAK_PERCENT:
        return Finding(f"{name}.signal", Health.WARN, sentence, "Move the aerial, or take a longer one.")
    return Finding(f"{name}.signal", Health.OK, sentence)
