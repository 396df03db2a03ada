"""A case as JSON and back, unchanged: what the outbox writes today a later version can read."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.clock import Moment
from dispatch_client.trips import Attempt, Booking, Driver, Place, Trip, TripRequest, TripStatus, Vehicle

# Written out by hand: `dataclasses.asdict` copies deeply, which took longer than the write to the disk.


def dump_case(case: Case) -> str:
    """Write all of a case but the payload of its create as one line of JSON, in ASCII."""
    return json.dumps(
        {
            "trip": _trip_out(case.trip),
            "wanted": _moment_out(case.wanted),
            "searching": _moment_out(case.searching),
            "asked": _moment_out(case.asked),
            "hold_s": case.hold_s,
            "errands": [_errand_out(errand) for errand in case.errands],
        },
        separators=(",", ":"),
    )


def load_case(text: str, payload: bytes) -> Case:
    """Read what `dump_case` wrote. Raises ValueError, KeyError or TypeError when it did not."""
    raw = json.loads(text)
    return Case(
        trip=_trip(raw["trip"]),
        wanted=_moment(raw["wanted"]),
        searching=_moment(raw["searching"]),
        asked=_moment(raw["asked"]) if raw["asked"] else None,
        hold_s=raw.get("hold_s", 0.0),
        errands=tuple(_errand(errand, payload) for errand in raw["errands"]),
    )


def _trip_out(trip: Trip) -> dict[str, Any]:
    return {
        "request": dump_request(trip.request),
        "status": trip.status,
        "deadline": trip.deadline.isoformat(),
        "attempts": [_attempt_out(attempt) for attempt in trip.attempts],
        "holder": trip.holder,
        "eta_at": trip.eta_at and trip.eta_at.isoformat(),
        "last_news_at": trip.last_news_at and trip.last_news_at.isoformat(),
        "asks_again": trip.asks_again,
        "coming": trip.coming,
        "cancelling": trip.cancelling,
    }


def _trip(raw: dict[str, Any]) -> Trip:
    return Trip(
        request=load_request(raw["request"]),
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


def dump_request(request: TripRequest) -> dict[str, Any]:
    """Give a request as plain values for JSON."""
    return {
        "client_ref": request.client_ref,
        "pickup": _place_out(request.pickup),
        "requested_at": request.requested_at.isoformat(),
        "boarding_number": request.boarding_number,
        "kiosk_id": request.kiosk_id,
        "contact_phone": request.contact_phone,
        "dropoff": _place_out(request.dropoff) if request.dropoff else None,
        "passengers": request.passengers,
        "wheelchair": request.wheelchair,
        "note": request.note,
        "pickup_at": request.pickup_at and request.pickup_at.isoformat(),
    }


def load_request(raw: dict[str, Any]) -> TripRequest:
    """Read what `dump_request` gave. Raises ValueError, KeyError or TypeError when it did not."""
    return TripRequest(
        client_ref=raw["client_ref"],
        pickup=_place(raw["pickup"]),
        requested_at=datetime.fromisoformat(raw["requested_at"]),
        boarding_number=raw["boarding_number"],
        kiosk_id=raw["kiosk_id"],
        contact_phone=raw["contact_phone"],
        dropoff=_place(raw["dropoff"]) if raw["dropoff"] else None,
        passengers=raw["passengers"],
        wheelchair=raw["wheelchair"],
        note=raw["note"],
        pickup_at=_when(raw.get("pickup_at")),
    )


def _place_out(place: Place) -> dict[str, Any]:
    return {"label": place.label, "lat": place.lat, "lon": place.lon, "note": place.note}


def _place(raw: dict[str, Any]) -> Place:
    return Place(raw["label"], raw["lat"], raw["lon"], raw["note"])


def _attempt_out(attempt: Attempt) -> dict[str, Any]:
    return {
        "ref": attempt.ref,
        "provider": attempt.provider,
        "status": attempt.status,
        "booking": _booking_out(attempt.booking) if attempt.booking else None,
        "wider": attempt.wider,
        "followed": attempt.followed,
        "left": attempt.left,
    }


def _attempt(raw: dict[str, Any]) -> Attempt:
    booking = raw["booking"]
    return Attempt(
        ref=raw["ref"],
        provider=raw["provider"],
        status=TripStatus(raw["status"]),
        booking=_booking(booking) if booking else None,
        wider=raw.get("wider", False),
        followed=raw.get("followed", True),
        left=raw.get("left", False),
    )


def _booking_out(booking: Booking) -> dict[str, Any]:
    car, driver = booking.vehicle, booking.driver
    return {
        "native_id": booking.native_id,
        "status": booking.status,
        "native_status": booking.native_status,
        "vehicle": car and {"plate": car.plate, "make": car.make, "model": car.model, "colour": car.colour},
        "driver": driver and {"name": driver.name, "phone": driver.phone},
        "eta_s": booking.eta_s,
        "drivers_notified": booking.drivers_notified,
        "revision": booking.revision,
    }


def _booking(raw: dict[str, Any]) -> Booking:
    car, driver = raw["vehicle"], raw["driver"]
    return Booking(
        native_id=raw["native_id"],
        status=TripStatus(raw["status"]),
        native_status=raw["native_status"],
        vehicle=Vehicle(car["plate"], car["make"], car["model"], car["colour"]) if car else None,
        driver=Driver(driver["name"], driver["phone"]) if driver else None,
        eta_s=raw["eta_s"],
        drivers_notified=raw["drivers_notified"],
        revision=raw["revision"],
    )


def _errand_out(errand: Errand) -> dict[str, Any]:
    return {
        "kind": errand.kind,
        "attempt_ref": errand.attempt_ref,
        "sent_at": _moment_out(errand.sent_at),
        "unknown": errand.unknown,
        "reason": errand.reason,
    }


def _errand(raw: dict[str, Any], payload: bytes) -> Errand:
    kind = ErrandKind(raw["kind"])
    return Errand(
        kind=kind,
        attempt_ref=raw["attempt_ref"],
        payload=payload if kind is ErrandKind.CREATE else b"",
        sent_at=_moment(raw["sent_at"]) if raw["sent_at"] else None,
        unknown=raw["unknown"],
        reason=raw["reason"],
    )


def _moment_out(moment: Moment | None) -> list[Any] | None:
    return [moment.boot_id, moment.mono, moment.wall.isoformat(), moment.trusted] if moment else None


def _moment(raw: list[Any]) -> Moment:
    boot_id, mono, wall, trusted = raw
    return Moment(boot_id, mono, datetime.fromisoformat(wall), trusted)


def _when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
