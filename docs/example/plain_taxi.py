"""A dispatcher with three calls: POST /rides, GET /rides/{id}, DELETE /rides/{id}. Take this file as a start."""

from __future__ import annotations

import json
from typing import Any, Final

from dispatch_client.errors import Refusal
from dispatch_client.http import Http, Senseless
from dispatch_client.provider import Capabilities
from dispatch_client.trips import Booking, TripRequest, TripStatus, Vehicle
from dispatch_client.unoffered import Unoffered

STATES: Final = {
    "searching": TripStatus.REQUESTED,
    "coming": TripStatus.DRIVER_ASSIGNED,
    "riding": TripStatus.IN_PROGRESS,
    "done": TripStatus.COMPLETED,
    "cancelled": TripStatus.CANCELLED_BY_RIDER,
    "nobody": TripStatus.NO_DRIVERS,
}


class PlainTaxi(Unoffered):
    # Say only what is true. The courier asks this table what it may rely on, and the contract suite tries it.
    capabilities = Capabilities(idempotent_create=True, arrived_state=False)

    def __init__(self, url: str, token: str, name: str = "plain_taxi") -> None:
        self.name = name
        refusals = {"urn:plain-taxi:no-such-ride": Refusal.NOT_FOUND}
        self._http = Http(url, headers={"Authorization": f"Bearer {token}"}, refusals=refusals)

    def prepare(self, request: TripRequest, ref: str) -> bytes:
        gate = request.pickup
        ride = {"key": ref, "lat": gate.lat, "lon": gate.lon, "place": gate.label[:100], "phone": request.contact_phone}
        return json.dumps(ride, sort_keys=True).encode()

    def create(self, ref: str, payload: bytes) -> Booking:
        return self._booking(self._http.call("POST", "/rides", body=payload))

    def get(self, native_id: str) -> Booking:
        return self._booking(self._http.call("GET", f"/rides/{native_id}"))

    def cancel(self, native_id: str, reason: str) -> Booking:
        return self._booking(self._http.call("DELETE", f"/rides/{native_id}"))

    def health(self) -> None:
        self._http.call("GET", "/health")

    def close(self) -> None:
        self._http.close()

    @staticmethod
    def _booking(ride: dict[str, Any]) -> Booking:
        match ride:
            case {"id": str(native_id), "state": str(state)} if native_id:
                plate = str(ride.get("plate") or "")
                status = STATES.get(state, TripStatus.UNKNOWN)  # a word of tomorrow is no news today
                return Booking(native_id, status, state, vehicle=Vehicle(plate) if plate else None)
        raise Senseless("the answer is no ride")
