"""What the register remembers, for `fake_register`: taxis, hails, and timers on a clock that only a test turns."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

ENDED = {
    "finished", "declined_by_customer", "declined_by_taxi", "incident_customer", "incident_taxi", "timeout_customer",
    "timeout_taxi", "timeout_accepted_by_customer", "failure",
}  # fmt: skip
MASKED = "0600000000"
CUSTOMER_MAY = {
    "received": {"declined_by_customer"},
    "sent_to_operator": {"declined_by_customer"},
    "received_by_operator": {"declined_by_customer"},
    "received_by_taxi": {"declined_by_customer", "incident_customer"},
    "accepted_by_taxi": {"declined_by_customer", "incident_customer", "accepted_by_customer"},
    "accepted_by_customer": {"incident_customer"},
    "customer_on_board": {"incident_customer"},
}
TIMERS = {
    "received_by_operator": (10.0, "failure", "off"),
    "received_by_taxi": (30.0, "timeout_taxi", "off"),
    "accepted_by_taxi": (29.8, "timeout_customer", "free"),
    "accepted_by_customer": (1800.0, "timeout_accepted_by_customer", "occupied"),
    "customer_on_board": (7200.0, "finished", "free"),
}
TAXI_AFTER = {
    "accepted_by_customer": "oncoming", "declined_by_taxi": "off", "customer_on_board": "occupied",
    "incident_taxi": "free", "incident_customer": "free", "finished": "free", "declined_by_customer": "free",
}  # fmt: skip
SEEN_120_S = 120.0


@dataclass
class Taxi:
    id: str
    metres: float
    operator: str = "chauffeur professionnel"
    plate: str = "AB-123-CD"
    first_name: str = "Francette"
    colour: str = "white"
    phone: str = "0199005678"
    seats: int = 4
    accessible: bool = True
    status: str = "free"
    seen_at: float = 0.0

    def shown(self) -> dict[str, Any]:
        """As a search shows it: plate and driver blank, distance in METRES."""
        return {
            "added_at": "1970-01-01T00:00:00",
            "ads": {"category": "", "doublage": None, "insee": "", "numero": "", "owner_name": "", "owner_type": "",
                    "town": {"name": ""}, "vehicle_id": 0},
            "crowfly_distance": self.metres,
            "driver": {"departement": "", "first_name": "", "last_name": "", "professional_licence": ""},
            "id": self.id,
            "last_update": None,
            "operator": self.operator,
            "position": {"lat": 48.8565995303493, "lon": 2.35320121049881},
            "radius": 0,
            "rating": 0,
            "status": "free",
            "vehicle": {"characteristics": ["vasp_handicap"] if self.accessible else [], "color": "",
                        "constructor": "Toyota", "cpam_conventionne": None, "engine": "hybrid", "licence_plate": "",
                        "model": "Prius", "nb_seats": self.seats, "type": "normal"},
        }  # fmt: skip


@dataclass
class Hail:
    id: str
    asked: dict[str, Any]
    taxi: Taxi
    session: str
    made_at: float
    status: str = "received"
    changed_at: float = 0.0
    handed_over: bool = False
    reason: str | None = None
    taxi_reason: str | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    hidden_from_lists: int = 0

    def step(self, status: str, now: float, user: int | None, reason: str | None = None) -> None:
        before = self.steps[-1]["to_status"] if self.steps else None
        self.put(status, now, {"from_status": before, "reason": reason, "to_status": status, "user": user})

    def put(self, status: str, now: float, step: dict[str, Any]) -> None:
        self.status, self.changed_at = status, now
        self.steps.append({**step, "timestamp": _time(now, zone=True)})
        self.taxi.status = TAXI_AFTER.get(status, self.taxi.status)

    def shown(self, *, put: bool = False) -> dict[str, Any]:
        """As one hail is shown: distance in KILOMETRES, numbers masked but between the two agreements."""
        agreed, over = self.status == "accepted_by_customer", self.status in ENDED
        known = self.status in {"accepted_by_taxi", "accepted_by_customer", "customer_on_board"}
        return {
            "creation_datetime": _time(self.made_at, zone=False),
            **{key: self.asked[key] for key in ("customer_address", "customer_id", "customer_lat", "customer_lon")},
            "customer_phone_number": self.asked["customer_phone_number"] if agreed else MASKED,
            "id": self.id,
            "incident_customer_reason": self.reason,
            "incident_taxi_reason": self.taxi_reason,
            "last_status_change": _time(self.changed_at, zone=put),
            "operateur": self.taxi.operator,
            "rating_ride": None,
            "rating_ride_reason": None,
            "reporting_customer": None,
            "reporting_customer_reason": None,
            "session_id": self.session,
            "status": self.status,
            "taxi": {
                "crowfly_distance": None if over else self.taxi.metres * 1.0015 / 1000,
                "driver": {"first_name": self.taxi.first_name if known else "", "last_name": "Moulin" if known else ""},
                "id": self.taxi.id,
                "last_update": None if over else int(self.taxi.seen_at),
                "position": {"lat": None if over else 48.8566, "lon": None if over else 2.3531999999999997},
                "vehicle": {
                    "color": self.taxi.colour if known else "",
                    "licence_plate": self.taxi.plate if known else "",
                },
            },
            "taxi_phone_number": self.taxi.phone if agreed else MASKED,
            "transitions": list(self.steps),
        }

    def listed(self) -> dict[str, Any]:
        """As a list shows it: no session, no driver, no plate."""
        return {
            "added_by": "kiosk",
            "creation_datetime": _time(self.made_at, zone=False),
            "customer_id": self.asked["customer_id"],
            "id": self.id,
            "operateur": self.taxi.operator,
            "status": self.status,
            "taxi_id": self.taxi.id,
        }


class World:
    """Everything that the register remembers."""

    def __init__(self) -> None:
        self.now = 1_795_225_592.0
        self.taxis: list[Taxi] = []
        self.hails: list[Hail] = []
        self.banned: set[str] = set()
        self.operator_down = False
        self.hands_over = True
        """The worker that calls the operator runs before the next request; else when a test says so."""
        self.trailing_lists = 0
        """How many look-ups do not show a new hail yet (measured: for about 50 ms)."""
        self.sessions_by_customer = False
        """A session of another customer is refused."""

    def add(self, taxi: Taxi) -> Taxi:
        taxi.seen_at = self.now
        self.taxis.append(taxi)
        return taxi

    def near(self) -> list[Taxi]:
        free = [t for t in self.taxis if t.status == "free" and t.metres <= 500 and self.online(t)]
        return sorted(free, key=lambda taxi: taxi.metres)

    def online(self, taxi: Taxi) -> bool:
        return self.now - taxi.seen_at <= SEEN_120_S

    def make(self, asked: dict[str, Any], taxi: Taxi) -> Hail:
        last = next((h for h in reversed(self.hails) if h.asked["customer_id"] == asked["customer_id"]), None)
        fresh = last.session if last and self.now - last.made_at < 300 else str(uuid.uuid4())
        hail = Hail(uuid.uuid4().hex[:7], asked, taxi, asked.get("session_id") or fresh, self.now)
        hail.hidden_from_lists = self.trailing_lists
        hail.step("received", self.now, 1)
        taxi.status = "answering"
        self.hails.append(hail)
        return hail

    def hand_over(self) -> None:
        """The worker calls the operators. It read the hail before, so it writes over a cancel that came in between."""
        for hail in self.hails:
            if hail.handed_over:
                continue
            hail.handed_over = True
            if hail.status not in {"received", "declined_by_customer"}:
                continue
            del hail.steps[1:]
            hail.step("failure" if self.operator_down else "received_by_operator", self.now, None)

    def taxi_does(self, hail: Hail, *statuses: str) -> None:
        """The driver, or the operator for the driver, moves a hail on."""
        self.hand_over()
        for status in statuses:
            assert hail.status not in ENDED, f"a driver cannot move a hail that is {hail.status}"
            hail.step(status, self.now, 2)

    def advance(self, seconds: float, *, taxis_seen: bool = True) -> None:
        """Let time pass; taxis tell their place all the while, or fall silent."""
        end = self.now + seconds
        self.hand_over()
        while True:
            due = [
                (hail.changed_at + TIMERS[hail.status][0], hail)
                for hail in self.hails
                if hail.status in TIMERS and hail.changed_at + TIMERS[hail.status][0] <= end
            ]
            if not due:
                break
            self.now, hail = min(due, key=lambda one: one[0])
            _, status, taxi_status = TIMERS[hail.status]
            hail.step(status, self.now, None, "timeout")
            hail.taxi.status = taxi_status
        self.now = end
        for taxi in self.taxis if taxis_seen else []:
            taxi.seen_at = end

    def alive(self) -> list[Hail]:
        return [hail for hail in self.hails if hail.status not in ENDED]


def _time(seconds: float, *, zone: bool) -> str:
    """As the server writes it: with a zone in what it answers to a change, without one elsewhere."""
    told = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
    return told if zone else told.removesuffix("+00:00")
