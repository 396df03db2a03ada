"""A trip as JSON and back, unchanged: what the outbox writes today a later version can read."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from dispatch_client.clock import Moment
from dispatch_client.trips import Attempt, Booking, Driver, Place, Trip, TripRequest, TripStatus, Vehicle


def dump_trip(trip: Trip) -> str:
    """Write a trip as one JSON line."""
    return json.dumps(asdict(trip), ensure_ascii=False, separators=(",", ":"), default=_plain)


def load_trip(text: str) -> Trip:
    """Read what `dump_trip` wrote. Raises ValueError, KeyError or TypeError when it did not."""
    raw = json.loads(text)
    return Trip(
        request=_request(raw["request"]),
        status=TripStatus(raw["status"]),
        deadline=datetime.fromisoformat(raw["deadline"]),
        attempts=tuple(_attempt(a) for a in raw["attempts"]),
        holder=raw["holder"],
        eta_at=_when(raw["eta_at"]),
        last_news_at=_when(raw["last_news_at"]),
        asks_again=raw["asks_again"],
        coming=raw["coming"],
        cancelling=raw["cancelling"],
    )


def dump_moments(*moments: Moment | None) -> str:
    """Write moments, some of which may not have come yet, as one JSON list."""
    return json.dumps([asdict(m) if m else None for m in moments], separators=(",", ":"), default=_plain)


def load_moments(text: str) -> list[Any]:
    """Read what `dump_moments` wrote: a list of Moment or None, in the same order."""
    return [Moment(**{**m, "wall": datetime.fromisoformat(m["wall"])}) if m else None for m in json.loads(text)]


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a trip")


def _when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _request(raw: dict[str, Any]) -> TripRequest:
    return TripRequest(
        **{
            **raw,
            "pickup": Place(**raw["pickup"]),
            "dropoff": Place(**raw["dropoff"]) if raw["dropoff"] else None,
            "requested_at": datetime.fromisoformat(raw["requested_at"]),
        }
    )


def _attempt(raw: dict[str, Any]) -> Attempt:
    return Attempt(
        ref=raw["ref"],
        provider=raw["provider"],
        status=TripStatus(raw["status"]),
        booking=_booking(raw["booking"]) if raw["booking"] else None,
    )


def _booking(raw: dict[str, Any]) -> Booking:
    return Booking(
        **{
            **raw,
            "status": TripStatus(raw["status"]),
            "vehicle": Vehicle(**raw["vehicle"]) if raw["vehicle"] else None,
            "driver": Driver(**raw["driver"]) if raw["driver"] else None,
        }
    )
