"""A TOMP-API 1.5 operator behind real HTTP, that holds every request against the specification before it answers."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fake_operator_world import ALIVE, Offer, Ride, World, written
from faulty_server import FaultyServer
from tomp_schema import violations
from werkzeug.wrappers import Request, Response

from dispatch_client.trips import Place, TripRequest

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "a-token-of-the-operator"
MAAS_ID = "kiosks-of-the-town"
FIELDS = {"FROM_ADDRESS": "from", "TO_ADDRESS": "to", "PHONE_NUMBERS": "customer"}
Answer = tuple[int, Any]


class FakeOperator(FaultyServer, World):
    """Start it with `with`. `violations` holds what the specification does not allow and came nevertheless."""

    def __init__(self) -> None:
        World.__init__(self)
        FaultyServer.__init__(self)
        self.violations: list[str] = []
        self.header = ("Authorization", f"Bearer {KEY}")
        self.missing: set[str] = set()
        """Optional endpoints that it does not serve: list, ping, meta, support, notifications, legs."""
        self.drivers: Callable[[Ride], None] | None = None
        """Called for a booking before it is read."""
        self.quiet_changes = False
        """Changes are answered 204."""

    def seconds(self) -> float:
        return self.now

    def members(self, request: Request) -> dict[str, Any]:
        found = _body(request)
        return found if isinstance(found, dict) else {}

    def answered(self, request: Request) -> Response:
        path = request.full_path.rstrip("?")
        if request.headers.get(self.header[0]) != self.header[1]:
            return self._written(401, {"errorcode": 7006})
        wrong = violations(request.method, path, request.headers, _body(request))
        wrong += [] if request.headers.get("maas-id") == MAAS_ID else [f"{path}: another maas-id"]
        self.violations += wrong
        return self._written(*((400, {"errorcode": 3002}) if wrong else self._routed(request)))

    def _written(self, status: int, body: object) -> Response:
        raw = b"" if body is None else json.dumps(body).encode()
        return Response(raw, status, {"Content-Language": "en"}, content_type="application/json")

    def _routed(self, request: Request) -> Answer:  # noqa: PLR0911 - one for each endpoint
        body = _body(request)
        match (request.method, *request.path.strip("/").split("/")):
            case "POST", "planning", _:
                return self._planned(body)
            case "POST", "bookings":
                return self._booked(body)
            case "GET", "bookings":
                return self._listed(request.args["state"])
            case "GET", "legs", leg_id:
                ride_id = leg_id.removesuffix(":leg")
                return self._of(ride_id, lambda ride: self._or_missing("legs", (200, self.leg(ride))))
            case "POST", "support":
                return self._or_missing("support", self._of(body["id"], lambda ride: self._asked(ride, body)))
            case "GET", "operator", endpoint:
                return self._or_missing(endpoint, (200, self._described() if endpoint == "meta" else None))
            case _, "bookings", ride_id, *about:
                return self._of(ride_id, lambda ride: self._about(ride, request.method, about, body))
        return 404, None

    def _about(self, ride: Ride, method: str, about: list[str], body: Any) -> Answer:  # noqa: ANN401 - what was sent
        if about == ["events"]:
            return self._changed(ride, body)
        if about == ["notifications"]:
            if method == "POST" and "notifications" not in self.missing:
                ride.heard.append(body)
            return self._or_missing("notifications", (200, ride.told) if method == "GET" else (204, None))
        return self._read(ride)

    def _described(self) -> list[dict[str, Any]]:
        flows = ["AUTO_COMMIT"] if self.auto_commit else []
        return [{"version": "1.5.0", "baseUrl": self.url, "processIdentifiers": {"booking": flows}}]

    def _or_missing(self, endpoint: str, answer: Answer) -> Answer:
        return (404, None) if endpoint in self.missing else answer

    def _of(self, ride_id: str, then: Callable[[Ride], Answer]) -> Answer:
        ride = next((ride for ride in self.rides if ride.id == ride_id), None)
        return (404, None) if ride is None else then(ride)

    def _planned(self, asked: dict[str, Any]) -> Answer:
        wanted = asked.get("departureTime")
        offers = self.offer(datetime.fromisoformat(wanted).timestamp() if wanted else None)
        return 201, {"validUntil": written(self.now + 300), "options": [self.option(offer) for offer in offers]}

    def _booked(self, asked: dict[str, Any]) -> Answer:
        if any(ride.id == asked["id"] for ride in self.rides):
            return 409, None
        offer: Offer | None = next((one for one in self.offers if one.id == asked["id"]), None)
        if offer is None:
            return 404, None
        if self.now > offer.until or not offer.taxi.free:
            return 410, {"errorcode": 3202, "title": "Availability expired."}
        if missing := [one for one in offer.taxi.asks if FIELDS.get(one) not in asked]:
            return 400, {"errorcode": 3001, "title": f"Field: {missing[0]}"}
        return 201, self.shown(self.book(offer, asked))

    def _listed(self, state: str) -> Answer:
        found = [self.shown(ride) for ride in self.rides if ride.state == state]
        return self._or_missing("list", (200, found))

    def _read(self, ride: Ride) -> Answer:
        if self.drivers:
            self.drivers(ride)
        return 200, self.shown(ride)

    def _changed(self, ride: Ride, asked: dict[str, Any]) -> Answer:
        operation, state = asked["operation"], ride.state
        if operation == "COMMIT" and state == "PENDING":
            ride.put("CONDITIONAL_CONFIRMED" if self.postponed else "CONFIRMED", self.now)
        elif operation == "CANCEL" and state in ALIVE and ride.leg != "IN_USE":
            ride.put("RELEASED" if state == "PENDING" else "CANCELLED", self.now)
            ride.origin = asked.get("origin", "MP")
        else:
            return 403, {"errorcode": 3203 if ride.leg == "IN_USE" else 3004}
        return (204, None) if self.quiet_changes else (200, self.shown(ride))

    def _asked(self, ride: Ride, said: dict[str, Any]) -> Answer:
        if "support" not in self.missing:
            ride.heard.append(said)
        return 200, {"status": "PROCESSING"}


def wish(**changes: object) -> TripRequest:
    """A press at a box in Utrecht; the number is of a range that is kept for fiction."""
    place = Place("Residence Lindenhof, 25 Lindenlaan", 52.0907, 5.1214)
    pressed = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    request = TripRequest(str(uuid.uuid4()), place, pressed, 7, kiosk_id="0412", contact_phone="+12025550123")
    return replace(request, **changes)  # type: ignore[arg-type]


def _body(request: Request) -> Any:  # noqa: ANN401 - whatever was sent
    raw = request.get_data(cache=True)
    return json.loads(raw) if raw else None
