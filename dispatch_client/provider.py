"""The port behind which every dispatcher in the world looks the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from dispatch_client.trips import Booking, TripRequest


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a dispatcher's API can do. The courier asks this table, never the provider's name."""

    estimate: bool = False
    needs_confirm: bool = False
    """OFFERED must be confirmed by us; the courier does so at once."""
    arrived_state: bool = True
    """It tells when the taxi stands at the pickup."""
    idempotent_create: bool = False
    """The same key twice gives the same booking, so an unknown create may simply be sent again."""
    find_by_ref: bool = False
    push: bool = False
    passenger_coming: bool = False
    requires_dropoff: bool = False
    note_to_driver: bool = False
    widen: bool = False
    """A search that is under way can be told to look further away."""
    later: bool = False
    """It takes a trip with a `pickup_at` ahead of its time and keeps it; otherwise the courier keeps it."""
    follows: bool = True
    """`get` tells how a booking stands. False: what becomes of it is never heard (a text message)."""
    cancels: bool = True
    """A booking can be cancelled. False: once it is made, nobody here can take it back."""
    asks_one: bool = False
    """A booking asks one taxi alone; that this one did not come says nothing about the next."""
    min_poll_s: float = 2.0
    """Never ask about one booking more often than this."""
    settle_s: float = 10.0
    """How long the server may still be working on a create whose reply was lost."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a ride would be: seconds until a taxi could be at the pickup, and a price if the dispatcher gives one."""

    pickup_eta_s: int | None = None
    price: str = ""
    """As the dispatcher writes it, with its currency."""


class Provider(Protocol):
    """One dispatcher's API.

    Every method may block up to the HTTP timeouts and is called from one lane at a time for one trip, from several
    lanes for several trips. Raises only `Refused`, `Unreachable` and `Ambiguous`; anything that a dispatcher
    answers and nobody understands is `Ambiguous` on a create and a Booking with status UNKNOWN elsewhere.
    """

    name: str
    capabilities: Capabilities

    def prepare(self, request: TripRequest, ref: str) -> bytes:
        """Give the exact bytes that `create` will send. Called once; the bytes are stored and never change."""

    def create(self, ref: str, payload: bytes) -> Booking:
        """Ask for a taxi with idempotency key `ref`."""

    def get(self, native_id: str) -> Booking:
        """Read one booking. Raises Refused(NOT_FOUND) when the dispatcher does not know it."""

    def find_by_ref(self, ref: str) -> Booking | None:
        """Look up by our own reference; None is no proof of absence while `settle_s` has not passed."""

    def cancel(self, native_id: str, reason: str) -> Booking:
        """Cancel for the rider; cancelling what is cancelled already is no error."""

    def confirm(self, native_id: str) -> Booking:
        """Accept the taxi that is offered."""

    def passenger_coming(self, native_id: str, *, can_see_taxi: bool = True) -> Booking:
        """Tell the driver that the passenger is on the way, or cannot see the taxi."""

    def widen(self, native_id: str) -> Booking:
        """Look for taxis further away, too; asked only where `capabilities` says so."""

    def estimate(self, request: TripRequest) -> Estimate:
        """Ask what a ride would be, without asking for one."""

    def follow(self, on_booking: Callable[[str, Booking], None], stop: Event) -> None:
        """Bring pushed updates as (ref, booking) until `stop` is set or the stream breaks (then raises)."""

    def health(self) -> None:
        """Return when the dispatcher answers and accepts us; raise the error that says why not."""

    def close(self) -> None:
        """Give connections back."""
