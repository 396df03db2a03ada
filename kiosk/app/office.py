"""Joins the registry of residents with a box's configuration: where it lies, and where else something of people is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.residents.forgetting import EmptiedFolder
from kiosk.residents.office import Office, open_office

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch_client.clock import Clock
    from kiosk.config import Config

KEEP_UNUSED_DAYS: Final = 730
"""Who has not used the box for two years is forgotten."""


def residents_folder(config: Config) -> Path:
    """Where the registry, its key and its audit log lie."""
    return config.store.folder / "residents"


def office_of(config: Config, clock: Clock) -> Office:
    """Open the registry of this box. Raises ResidentsError when it cannot be: the button serves everybody without it.

    What is spoken may hold a person's name: whoever is erased takes all clips with them, which are made anew.
    """
    return open_office(
        residents_folder(config), clock, region=_region(config), traces=[EmptiedFolder(config.store.folder / "voice")]
    )


def _region(config: Config) -> str:
    """Country whose numbers need no country code: that of the operator's own number, or of the box's language."""
    import phonenumbers

    if config.dispatch.contact_phone:
        number = phonenumbers.parse(config.dispatch.contact_phone)
        return phonenumbers.region_code_for_number(number) or "ZZ"
    return "CN" if config.language.default == "zh_CN" else "ZZ"
