"""TOMP-API 1.5, checked against the specification, not against a live operator: no taxi comes without our commit."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from dispatch_client.errors import Refusal, Refused
from dispatch_client.http import Limits, Senseless
from dispatch_client.provider import Capabilities, Estimate
from dispatch_client.providers import _tomp_answers as answers
from dispatch_client.providers import _tomp_offers as offers
from dispatch_client.providers import _tomp_wish
from dispatch_client.providers._tomp_bookings import Bookings
from dispatch_client.providers._tomp_memory import Memory
from dispatch_client.providers._tomp_operator import Operator
from dispatch_client.providers._unasked import nothing_asked_yet
from dispatch_client.trips import Booking, TripStatus
from dispatch_client.unoffered import Unoffered

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_client.providers._tomp_wish import Wish
    from dispatch_client.trips import TripRequest

_AUTH: Final = {
    "bearer": ("Authorization", "Bearer "),
    "basic": ("Authorization", "Basic "),
    "api_key": ("X-API-Key", ""),
}
"""How the specification says that a caller proves who it is (OAuth and OpenID end in a bearer token, too)."""
_OFFERS_MOST: Final = 2
"""Plannings in one create: an offer may be gone the moment it is booked, and whoever waits is told something soon."""
_PATIENCE_S: Final = 40.0
"""No second planning begins later than this: the lane of a create is given up after 90 s."""
_COMING: Final = "The passenger is on the way to the taxi."
_CANNOT_SEE: Final = "The passenger is at the pickup and cannot see the taxi."


class TompProvider(Unoffered):
    """A transport operator that serves TOMP-API 1.5; towards it the box is a MaaS provider.

    A trip is a planning (`/planning/offers`), the booking of one offer (`/bookings`), which only holds the taxi until
    its time is over, and a commit (`/bookings/{id}/events`), which makes it come. The operator names the booking, in
    its offer, so after a lost answer the booking is read by that name; after a restart, which forgets it, by our
    reference among all bookings, which operators need not offer. What is not found then was never committed.

    Args:
        url: `https://host[:port][/path]`, up to `/planning`; `http://` only for this machine.
        token: what proves who we are; `api_key` is the same, and sent as an API key.
        name: how this dispatcher is called in the configuration and the log.
        maas_id: our name among the operator's partners.
        addressed_to: the operator's own name, where several share one address.
        auth: `bearer`, `api_key` or `basic`: how the token is sent.
        ca_file: PEM file of a private authority that signed its certificate.
        limits: timeouts and sizes of one exchange.
        monotonic: seconds that only grow.

    Raises:
        ValueError: a setting that cannot be used; the sentence says why and never holds the token.
    """

    capabilities = Capabilities(
        estimate=True,
        needs_confirm=True,
        arrived_state=False,
        find_by_ref=True,
        passenger_coming=True,
        note_to_driver=True,
        later=True,
        min_poll_s=4.0,
        settle_s=10.0,
    )

    def __init__(
        self,
        url: str,
        token: str = "",
        name: str = "tomp",
        *,
        api_key: str = "",
        maas_id: str = "",
        addressed_to: str = "",
        auth: str = "",
        ca_file: str | None = None,
        limits: Limits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if token and api_key and token != api_key:
            raise ValueError(f"dispatcher {name!r}: token and api_key are the same thing; expected one of them")
        auth = auth or ("api_key" if api_key else "bearer")
        if auth not in _AUTH:
            raise ValueError(f"dispatcher {name!r}: option auth: expected one of {', '.join(_AUTH)}")
        header, prefix = _AUTH[auth]
        headers = {header: prefix + _visible(token or api_key, name, "its token")}
        headers["maas-id"] = _visible(maas_id, name, "option maas_id, our name among the operator's partners,")
        if addressed_to:
            headers["addressed-to"] = _visible(addressed_to, name, "option addressed_to")
        self.name = name
        self._operator = Operator(url, headers, ca_file=ca_file, limits=limits)
        self._memory = Memory(monotonic)
        self._bookings = Bookings(self._operator, self._memory)
        self._monotonic = monotonic

    # -- asking for a taxi ---------------------------------------------------------------------------------------

    def prepare(self, request: TripRequest, ref: str) -> bytes:
        """Give the planning request; which offer is booked is known only when there are offers."""
        return _tomp_wish.written(_tomp_wish.of(request, ref))

    def create(self, ref: str, payload: bytes) -> Booking:
        """Book the soonest taxi that is offered; when that is gone meanwhile, ask for offers once more.

        Raises:
            Refused: NO_DRIVERS and DRIVER_TAKEN end the attempt alone; INVALID_REQUEST says what a box cannot give.
            Unreachable: nothing was asked for yet.
            Ambiguous: a booking may have been made.
        """
        wish = _tomp_wish.read(payload, ref)
        with self._memory.alone(ref):
            return self._created(wish)

    def _created(self, wish: Wish) -> Booking:
        until = self._monotonic() + _PATIENCE_S
        with nothing_asked_yet():
            found = self._bookings.named(wish.ref)
        for _ in range(_OFFERS_MOST):
            if found is None and self._monotonic() < until:
                with nothing_asked_yet():
                    offer = offers.best(self._operator.plan(wish.planning, to_book=True), wish)
                found = self._booked(wish, offer)
        if found is None:
            raise Refused(Refusal.DRIVER_TAKEN, "TOMP: the taxis that were offered were taken by others meanwhile")
        return found

    def _booked(self, wish: Wish, offer: offers.Offer) -> Booking | None:
        """Book an offer; None when it is gone."""
        self._memory.booking(wish.ref, offer.id)
        try:
            booking = answers.booking(offer.id, self._operator.book(offer.booking(wish)))
        except Refused as error:
            if error.refusal is Refusal.CONFLICT:
                # The same booking twice is a conflict: a copy of the request may have gone before this one.
                return self._bookings.surely(wish.ref)
            if error.refusal is Refusal.DRIVER_TAKEN:
                return None
            raise
        if booking.status is TripStatus.NO_DRIVERS:
            raise Refused(Refusal.NO_DRIVERS, "TOMP: the operator rejected the booking")
        return None if booking.status is TripStatus.EXPIRED else booking

    def find_by_ref(self, ref: str) -> Booking | None:
        """Look up a booking: by its name, else by our reference. Of two that are alive the lesser one is cancelled."""
        return self._bookings.found(ref)

    # -- one booking ---------------------------------------------------------------------------------------------

    def get(self, native_id: str) -> Booking:
        """Read one booking and its leg; an answer that makes no sense is a Booking of status UNKNOWN."""
        return self._bookings.read(native_id)

    def confirm(self, native_id: str) -> Booking:
        """Commit: from now on a taxi comes. Committing what is committed already is no error."""
        return self._bookings.committed(native_id)

    def cancel(self, native_id: str, reason: str) -> Booking:
        """Cancel, before or after the commit. Whoever sits in the taxi already is not put out of it."""
        return self._bookings.cancelled(native_id, reason)

    # -- everything else -----------------------------------------------------------------------------------------

    def passenger_coming(self, native_id: str, *, can_see_taxi: bool = True) -> Booking:
        """Send the driver a message; that the taxi cannot be seen goes to the operator's support, if it has one."""
        if can_see_taxi or not self._asked_support(native_id):
            self._operator.notify(native_id, type="MESSAGE_TO_DRIVER", comment=_COMING if can_see_taxi else _CANNOT_SEE)
        return self.get(native_id)

    def _asked_support(self, native_id: str) -> bool:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        kind = {"supportType": "NOT_AT_LOCATION", "priority": "ERROR_CANNOT_CONTINUE"}
        try:
            self._operator.ask_support(id=native_id, time=now, comment=_CANNOT_SEE, **kind)
        except (Refused, Senseless):
            return False
        return True

    def estimate(self, request: TripRequest) -> Estimate:
        """Ask what could be had, without holding anything."""
        wish = _tomp_wish.of(request, request.client_ref)
        return offers.estimate(self._operator.plan(wish.planning, to_book=False))

    def health(self) -> None:
        """Return when the operator answers and accepts us; an operator without a ping is asked to describe itself."""
        try:
            self._operator.ping()
        except Senseless:
            self._operator.meta()
        except Refused as error:
            if error.refusal not in {Refusal.NOT_FOUND, Refusal.INVALID_REQUEST}:
                raise
            self._operator.meta()

    def close(self) -> None:
        """Give connections back."""
        self._operator.close()


def _visible(value: object, name: str, what: str) -> str:
    if not isinstance(value, str) or not value or not all("!" <= char <= "~" for char in value):
        raise ValueError(f"dispatcher {name!r}: {what} must be visible ASCII characters without a space")
    return value
