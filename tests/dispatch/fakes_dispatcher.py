"""A clock that obeys, and a provider with its dispatcher that does what it is told."""

from __future__ import annotations

import threading
import uuid
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, cast

from dispatch_client.clock import Moment
from dispatch_client.errors import Ambiguous, DispatchError, Refusal, Refused, Unreachable
from dispatch_client.provider import Capabilities, Estimate
from dispatch_client.trips import ENDS, Booking, Driver, Place, TripRequest, TripStatus, Vehicle

if TYPE_CHECKING:
    from collections.abc import Callable

S = TripStatus
GATE = Place("East gate", 31.2304, 121.4737, "By the letter box")
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CAR = Vehicle("TEST-0001", "Make", "Model", "white")
DRIVER = Driver("Driver One", "+15550100")


class FakeClock:
    """Time that passes only when it is told to."""

    speed = 1.0

    def __init__(self, *, trusted: bool = True) -> None:
        self.mono = 1000.0
        self.wall = START
        self.trusted = trusted
        self.boots = 1

    def now(self) -> Moment:
        return Moment(f"boot-{self.boots}", self.mono, self.wall, self.trusted)

    def pass_s(self, seconds: float) -> None:
        self.mono += seconds
        self.wall += timedelta(seconds=seconds)

    def reboot(self, *, off_s: float = 30, trusted: bool = True, wall: datetime | None = None) -> None:
        """The box was off for `off_s`; without trusted time it wakes at `wall`."""
        self.boots += 1
        self.mono = 5.0
        self.wall = wall or self.wall + timedelta(seconds=off_s)
        self.trusted = trusted


class Fate(Enum):
    """What becomes of one exchange. A DispatchError in its place is raised, and nothing is carried out."""

    DELIVER = auto()
    LOST_REQUEST = auto()
    """Sent, never arrived, and nobody can tell."""
    LOST_REPLY = auto()
    """Carried out; the answer is lost."""
    NONSENSE = auto()
    """Carried out; what comes back makes no sense."""
    UNREACHABLE = auto()


@dataclass
class Ride:
    """A booking at the fake dispatcher."""

    native_id: str
    ref: str
    payload: bytes
    made_at: float
    status: TripStatus = S.REQUESTED
    vehicle: Vehicle | None = None
    revision: int = 1
    told: list[str] = field(default_factory=list)
    wide: bool = False

    @property
    def alive(self) -> bool:
        return self.status not in ENDS

    def booking(self) -> Booking:
        return Booking(
            self.native_id,
            self.status,
            str(self.status),
            vehicle=self.vehicle,
            driver=DRIVER if self.vehicle else None,
            eta_s=120 if self.status is S.DRIVER_ASSIGNED else None,
            revision=self.revision,
        )


FULL = Capabilities(
    needs_confirm=True, idempotent_create=True, find_by_ref=True, passenger_coming=True, note_to_driver=True
)


class FakeDispatcher:
    """A provider with the dispatcher behind it in one."""

    name = "fake"

    def __init__(self, clock: FakeClock, capabilities: Capabilities = FULL) -> None:
        self.clock = clock
        self.capabilities = capabilities
        self.rides: list[Ride] = []
        self.fates: dict[str, deque[Fate | DispatchError]] = defaultdict(deque)
        self.calls: list[tuple[str, str]] = []
        self.line_up = True
        self.hidden_s = 0.0
        """A look-up does not show younger rides yet."""
        self.closed = False

    def next(self, operation: str, *fates: Fate | DispatchError) -> None:
        """What the next exchanges of this operation meet."""
        self.fates[operation].extend(fates)

    def move(self, status: TripStatus, ref: str | None = None, vehicle: Vehicle | None = CAR) -> Ride:
        """The dispatcher goes on with the last ride, or the last of this reference."""
        ride = next(r for r in reversed(self.rides) if ref in {None, r.ref})
        ride.status, ride.revision = status, ride.revision + 1
        if status in {S.OFFERED, S.DRIVER_ASSIGNED, S.ARRIVED}:
            ride.vehicle = vehicle
        elif status is S.COMPLETED:
            ride.vehicle = None  # as real ones do
        return ride

    def alive(self) -> list[Ride]:
        return [ride for ride in self.rides if ride.alive]

    def count(self, operation: str) -> int:
        return sum(1 for name, _ in self.calls if name == operation)

    # -- the port ----------------------------------------------------------------------------------------------------

    def prepare(self, request: TripRequest, ref: str) -> bytes:
        return f"{ref} {request.boarding_number}".encode()

    def create(self, ref: str, payload: bytes) -> Booking:
        return cast("Booking", self._meet("create", ref, lambda: self._create(ref, payload)))

    def get(self, native_id: str) -> Booking:
        return cast("Booking", self._meet("get", native_id, lambda: self._ride(native_id).booking()))

    def find_by_ref(self, ref: str) -> Booking | None:
        found: Booking | None = self._meet("find_by_ref", ref, lambda: self._find(ref))
        return found

    def cancel(self, native_id: str, reason: str) -> Booking:
        return cast("Booking", self._meet("cancel", native_id, lambda: self._cancel(native_id)))

    def confirm(self, native_id: str) -> Booking:
        return cast("Booking", self._meet("confirm", native_id, lambda: self._confirm(native_id)))

    def passenger_coming(self, native_id: str, *, can_see_taxi: bool = True) -> Booking:
        return cast(
            "Booking", self._meet("coming", native_id, lambda: self._told(native_id, can_see_taxi=can_see_taxi))
        )

    def widen(self, native_id: str) -> Booking:
        return cast("Booking", self._meet("widen", native_id, lambda: self._widened(native_id)))

    def estimate(self, request: TripRequest) -> Estimate:
        return Estimate()

    def follow(self, on_booking: Callable[[str, Booking], None], stop: threading.Event) -> None:
        stop.wait()

    def health(self) -> None:
        self._meet("health", "", lambda: None)

    def close(self) -> None:
        self.closed = True

    # -- the dispatcher ----------------------------------------------------------------------------------------------

    def _meet(self, operation: str, about: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - each answers its own
        self.calls.append((operation, about))
        if not self.line_up:
            raise Unreachable("no route")
        fate = self.fates[operation].popleft() if self.fates[operation] else Fate.DELIVER
        match fate:
            case DispatchError():
                raise fate
            case Fate.UNREACHABLE:
                raise Unreachable("connection refused")
            case Fate.LOST_REQUEST:
                raise Ambiguous("sent, and no answer came")
        answer = work()
        if fate is Fate.LOST_REPLY:
            raise Ambiguous("sent, and no answer came")
        if fate is Fate.NONSENSE:
            if operation in {"create", "find_by_ref", "health"}:
                raise Ambiguous("the answer makes no sense")
            return Booking(about, S.UNKNOWN, "nonsense")
        return answer

    def _ride(self, native_id: str) -> Ride:
        for ride in self.rides:
            if ride.native_id == native_id:
                return ride
        raise Refused(Refusal.NOT_FOUND, "no such booking")

    def _create(self, ref: str, payload: bytes) -> Booking:
        if self.capabilities.idempotent_create:
            for ride in self.rides:
                if ride.ref == ref:
                    assert ride.payload == payload, "the same key came with other bytes"
                    return ride.booking()
        self.rides.append(Ride(f"n{len(self.rides) + 1}", ref, payload, self.clock.mono))
        return self.rides[-1].booking()

    def _find(self, ref: str) -> Booking | None:
        seen = [r for r in self.rides if r.ref == ref and self.clock.mono - r.made_at >= self.hidden_s]
        return seen[-1].booking() if seen else None

    def _cancel(self, native_id: str) -> Booking:
        ride = self._ride(native_id)
        if ride.alive and ride.status is not S.IN_PROGRESS:
            ride.status, ride.revision = S.CANCELLED_BY_RIDER, ride.revision + 1
        elif ride.status is not S.CANCELLED_BY_RIDER:
            raise Refused(Refusal.CONFLICT, f"a ride that is {ride.status} cannot be cancelled")
        return ride.booking()

    def _confirm(self, native_id: str) -> Booking:
        ride = self._ride(native_id)
        if ride.status is not S.OFFERED:
            raise Refused(Refusal.CONFLICT, f"a ride that is {ride.status} has no offer")
        ride.status, ride.revision = S.DRIVER_ASSIGNED, ride.revision + 1
        return ride.booking()

    def _widened(self, native_id: str) -> Booking:
        ride = self._ride(native_id)
        if ride.status is not S.REQUESTED:
            raise Refused(Refusal.CONFLICT, f"a ride that is {ride.status} is not looked for")
        ride.wide = True
        return ride.booking()

    def _told(self, native_id: str, *, can_see_taxi: bool) -> Booking:
        ride = self._ride(native_id)
        ride.told.append("coming" if can_see_taxi else "cannot see")
        return ride.booking()


def wish(number: int = 7, **changes: object) -> TripRequest:
    request = TripRequest(str(uuid.uuid4()), GATE, START, number, kiosk_id="0412")
    return replace(request, **changes)  # type: ignore[arg-type]


class Push:
    """A stream of news that says what it is told to, once it is followed."""

    def __init__(self) -> None:
        self._following = threading.Event()
        self._on_booking: Callable[[str, Booking], None] = lambda _ref, _booking: None

    def follow(self, on_booking: Callable[[str, Booking], None], stop: threading.Event) -> None:
        self._on_booking = on_booking
        self._following.set()
        stop.wait(60)

    def say(self, ref: str, booking: Booking) -> None:
        assert self._following.wait(5)
        self._on_booking(ref, booking)
