"""A register of taxis behind real HTTP that answers as the real le.taxi program was measured to, faults included."""

from __future__ import annotations

import json
import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fake_register_world import CUSTOMER_MAY, ENDED, Hail, World
from faulty_server import FaultyServer
from werkzeug.wrappers import Request, Response

from dispatch_client.trips import Place, TripRequest

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "a-key-of-the-register"
ASKED = (
    "customer_address",
    "customer_id",
    "customer_lat",
    "customer_lon",
    "customer_phone_number",
    "taxi_id",
)
NOT_HAILED_THERE = (2.305, 48.895)
Answer = tuple[int, Any]


class FakeRegister(FaultyServer, World):
    """Start it with `with`."""

    def __init__(self) -> None:
        World.__init__(self)
        FaultyServer.__init__(self)
        self.stampede = 0
        """So many simultaneous posts are held until all are there, and answered 201, 500, 400, 400."""
        self.drivers: Callable[[Hail], None] | None = None
        """Called for a hail before it is read."""
        self._gate: list[dict[str, Any]] = []
        self._arrived = threading.Condition(self.lock)

    def members(self, request: Request) -> dict[str, Any]:
        return _members(request)

    def answered(self, request: Request) -> Response:
        status, body = self._routed(request)
        return Response(json.dumps(body).encode(), status, content_type="application/json")

    def repeat_next_post(self) -> None:
        """Something on the way sends the next post twice, and gives the answer to the second."""
        self.repeat_next("POST", "/hails/")

    def posts(self) -> list[dict[str, Any]]:
        """The members of every hail that was asked for."""
        return [members for method, _, members in self.log if method == "POST"]

    def _routed(self, request: Request) -> Answer:  # noqa: PLR0911 - one for each answer that was measured
        path, method = request.path, request.method
        if request.headers.get("X-Api-Key") != KEY:
            return 401, {"errors": {"": ["no such key"]}}
        if self.hands_over:
            self.hand_over()
        if path == "/taxis" and method == "GET":
            return self._search(request)
        if path == "/hails/" and method == "GET":
            return self._listed(request.args.get("customer_id", ""))
        if path == "/hails/" and method == "POST":
            return self._stampeded(_members(request)) if self.stampede else self._hailed(_members(request))
        if path.startswith("/hails/") and method in {"GET", "PUT"}:
            hail = next((hail for hail in self.hails if hail.id == path.removeprefix("/hails/")), None)
            if hail is None:
                return 404, {"errors": {"url": ["Hail not found"]}}
            return self._read(hail) if method == "GET" else self._changed(hail, _members(request))
        if path.startswith("/hails/"):
            return 405, {"errors": {"url": ["only GET, PUT, HEAD, OPTIONS here"]}}
        return 404, {"errors": {"url": ["API endpoint not found."]}}

    def _search(self, request: Request) -> Answer:
        try:
            where = (float(request.args["lon"]), float(request.args["lat"]))
        except (KeyError, ValueError):
            return 400, {"errors": {"lat": ["Not a valid number."]}}
        if where == NOT_HAILED_THERE:
            return 404, {"errors": {"url": ["No cruising allowed in this area"]}}
        return 200, {"data": [taxi.shown() for taxi in self.near()]}

    def _listed(self, customer: str) -> Answer:
        rows = []
        for hail in reversed(self.hails):
            if hail.asked["customer_id"] != customer:
                continue
            if hail.hidden_from_lists:
                hail.hidden_from_lists -= 1
            else:
                rows.append(hail.listed())
        meta = {"next_page": None, "pages": 1, "per_page": 30, "prev_page": None, "total": len(rows)}
        return 200, {"data": rows, "meta": meta}

    def _hailed(self, asked: dict[str, Any]) -> Answer:  # noqa: PLR0911 - one for each answer that was measured
        missing = [key for key in ASKED if key not in asked]
        if missing:
            return _wrong(400, **dict.fromkeys(missing, "Missing data for required field."))
        if not str(asked["customer_address"]).strip():
            return _wrong(400, customer_address="Shorter than minimum length 1.")
        taxi = next((t for t in self.taxis if (t.id, t.operator) == (asked["taxi_id"], asked.get("operateur"))), None)
        if taxi is None:
            return _wrong(404, operateur="Unable to find taxi for this operateur.")
        if asked["customer_id"] in self.banned:
            return _wrong(403, customer_id="This customer is banned.")
        if not self.online(taxi):
            return _wrong(400, taxi_id="Taxi is no longer online.")
        if taxi.status != "free":
            return _wrong(400, taxi_id="Taxi is not free.")
        named = [hail for hail in self.hails if hail.session == asked.get("session_id")]
        strange = self.sessions_by_customer and all(h.asked["customer_id"] != asked["customer_id"] for h in named)
        if asked.get("session_id") and (not named or strange):
            return _wrong(400, session_id="unknown session")
        return 201, {"data": [self.make(asked, taxi).shown(put=True)]}

    def _stampeded(self, asked: dict[str, Any]) -> Answer:
        place = len(self._gate)
        self._gate.append(asked)
        self._arrived.notify_all()
        assert self._arrived.wait_for(lambda: len(self._gate) >= self.stampede, 10), "the others never came"
        if place == 1:
            return 500, {"errors": {"": ["Internal server error"]}}
        assert self._arrived.wait_for(lambda: place == 0 or self.hails, 10), "the first was never answered"
        answer = self._hailed(asked)
        self._arrived.notify_all()
        return answer

    def _read(self, hail: Hail) -> Answer:
        if self.drivers:
            self.drivers(hail)
        return 200, {"data": [hail.shown()]}

    def _changed(self, hail: Hail, members: dict[str, Any]) -> Answer:
        status = members.get("status", hail.status)
        if status != hail.status:
            if hail.status in ENDED:
                return _wrong(400, status=f"Hail status is {hail.status} and cannot be changed to {status}")
            if status not in CUSTOMER_MAY[hail.status]:
                return _wrong(400, status=f"Impossible to set status from {hail.status} to {status}")
            hail.step(status, self.now, 1)
        hail.reason = members.get("incident_customer_reason", hail.reason)
        return 200, {"data": [hail.shown(put=True)]}


def wish(**changes: object) -> TripRequest:
    """A press at a box in Paris; the numbers are of the range that is kept for films."""
    place = Place("Résidence du Parc, 25 rue des Lilas, 75004 Paris", 48.8566, 2.3522)
    pressed = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    request = TripRequest(str(uuid.uuid4()), place, pressed, 7, kiosk_id="0412", contact_phone="+33199001234")
    return replace(request, **changes)  # type: ignore[arg-type]


def _members(request: Request) -> dict[str, Any]:
    try:
        return dict(json.loads(request.get_data(cache=True))["data"][0])
    except (ValueError, LookupError, TypeError):
        return {}


def _wrong(status: int, /, **fields: str) -> Answer:
    return status, {"errors": {"data": {"0": {key: [sentence] for key, sentence in fields.items()}}}}
