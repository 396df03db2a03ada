"""A resident's details as JSON and back, unchanged: what is written today a later version can read."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from dispatch_client.trips import Place
from kiosk.residents.people import Contact, Details, Need, Picture, PicturePlace, Recurring


def details_out(details: Details) -> dict[str, Any]:
    """Write details as plain data."""
    contact = details.contact
    return {
        "name": details.name,
        "phone": details.phone,
        "pinyin": details.pinyin,
        "pickup": details.pickup,
        "places": [place_out(one) for one in details.places],
        "needs": sorted(details.needs),
        "contact": contact and {"name": contact.name, "phone": contact.phone, "relation": contact.relation},
        "language": details.language,
        "volume": details.volume,
        "recurring": [_recurring_out(one) for one in details.recurring],
    }


def details_in(raw: dict[str, Any]) -> Details:
    """Read what `details_out` wrote. Raises ValueError, KeyError or TypeError when it did not."""
    return Details(
        name=raw["name"],
        phone=raw["phone"],
        pinyin=raw["pinyin"],
        pickup=raw["pickup"],
        places=tuple(place_in(one) for one in raw["places"]),
        needs=frozenset(Need(need) for need in raw["needs"]),
        contact=Contact(**raw["contact"]) if raw["contact"] else None,
        language=raw["language"],
        volume=raw["volume"],
        recurring=tuple(_recurring_in(one) for one in raw["recurring"]),
    )


def place_out(one: PicturePlace) -> dict[str, Any]:
    """Write a picture place as plain data."""
    place = one.place
    return {"picture": one.picture, "label": place.label, "lat": place.lat, "lon": place.lon, "note": place.note}


def place_in(raw: dict[str, Any]) -> PicturePlace:
    """Read what `place_out` wrote."""
    return PicturePlace(Picture(raw["picture"]), Place(raw["label"], raw["lat"], raw["lon"], raw["note"]))


def _recurring_out(one: Recurring) -> dict[str, Any]:
    return {
        "days": sorted(one.days),
        "at": one.at.isoformat("minutes"),
        "to": one.to,
        "since": one.since and one.since.isoformat(),
        "until": one.until and one.until.isoformat(),
    }


def _recurring_in(raw: dict[str, Any]) -> Recurring:
    return Recurring(
        days=frozenset(raw["days"]),
        at=time.fromisoformat(raw["at"]),
        to=Picture(raw["to"]) if raw["to"] else None,
        since=date.fromisoformat(raw["since"]) if raw["since"] else None,
        until=date.fromisoformat(raw["until"]) if raw["until"] else None,
    )
