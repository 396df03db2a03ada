"""What a dispatcher does not offer, said in one place: a provider writes only what its API can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from dispatch_client.errors import Refusal, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from dispatch_client.provider import Estimate
    from dispatch_client.trips import Booking, TripRequest


class Unoffered:
    """The operations of the port that need not be there; a subclass overrides those that its `capabilities` name.

    The courier asks for none of them unless `capabilities` says so. Each raises Refused(INVALID_REQUEST).
    """

    name: str

    def find_by_ref(self, ref: str) -> Booking | None:  # noqa: ARG002 - the port's
        """Not offered."""
        self._no("has no look-up by our reference")

    def confirm(self, native_id: str) -> Booking:  # noqa: ARG002 - the port's
        """Not offered."""
        self._no("needs no confirmation")

    def passenger_coming(self, native_id: str, *, can_see_taxi: bool = True) -> Booking:  # noqa: ARG002 - the port's
        """Not offered."""
        self._no("cannot pass anything on to drivers")

    def widen(self, native_id: str) -> Booking:  # noqa: ARG002 - the port's
        """Not offered."""
        self._no("decides by itself how far away it looks")

    def estimate(self, request: TripRequest) -> Estimate:  # noqa: ARG002 - the port's
        """Not offered."""
        self._no("gives no estimates")

    def follow(self, on_booking: Callable[[str, Booking], None], stop: Event) -> None:  # noqa: ARG002 - the port's
        """Not offered."""
        self._no("has no stream of news; bookings are read")

    def close(self) -> None:
        """Nothing is held."""

    def _no(self, why: str) -> NoReturn:
        raise Refused(Refusal.INVALID_REQUEST, f"{self.name}: it {why}")
