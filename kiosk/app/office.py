"""Joins the registry of residents with a box's configuration: where it lies, and where else something of people is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.app.trips_of import TripsOfRunningBox, TripsOfStoppedBox
from kiosk.residents.forgetting import EmptiedFolder
from kiosk.residents.office import Office, open_office

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch_client.clock import Clock
    from dispatch_client.courier import Courier
    from kiosk.config import Config

KEEP_UNUSED_DAYS: Final = 730
"""Who has not used the box for two years is forgotten."""


def residents_folder(config: Config) -> Path:
    """Where the registry, its key and its audit log lie."""
    return config.store.folder / "residents"


def office_of(config: Config, clock: Clock, courier: Courier | None = None) -> Office:
    """Open the registry of this box. Raises ResidentsError when it cannot be: the button serves everybody without it.

    Whoever is erased takes their trips with them, and all clips: what is spoken may hold a name, and is made anew.

    Args:
        config: of the box.
        clock: says when.
        courier: who has the trips, where this is the running box; None: nobody has them open.
    """
    store = config.store
    trips = TripsOfRunningBox(courier) if courier else TripsOfStoppedBox(store.folder, store.key_file)
    traces = [EmptiedFolder(store.folder / "voice"), trips]
    return open_office(residents_folder(config), clock, region=_region(config), traces=traces)


def _region(config: Config) -> str:
    """Country whose numbers need no country code: that of the operator's own number, or of the box's language."""
    import phonenumbers

    if config.dispatch.contact_phone:
        number = phonenumbers.parse(config.dispatch.contact_phone)
        return phonenumbers.region_code_for_number(number) or "ZZ"
    return "CN" if config.language.default == "zh_CN" else "ZZ"
