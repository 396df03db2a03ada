"""le.taxi, the French national register: one trip is hailed at one taxi at a time, and never at two at once."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from dispatch_client.errors import Ambiguous, DispatchError, Refusal, Refused
from dispatch_client.http import Limits, Senseless
from dispatch_client.provider import Capabilities, Estimate
from dispatch_client.providers import _letaxi_answers as answers
from dispatch_client.providers import _letaxi_wish
from dispatch_client.providers._letaxi_refusals import RefusedSession
from dispatch_client.providers._letaxi_register import Register
from dispatch_client.providers._unasked import nothing_asked_yet
from dispatch_client.trips import Booking, TripStatus
from dispatch_client.unoffered import Unoffered

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_client.providers._letaxi_answers import Row, Taxi
    from dispatch_client.providers._letaxi_wish import Wish
    from dispatch_client.trips import TripRequest

_TAXIS_MOST: Final = 4
"""Taxis tried in one create: whoever waits is told something before long."""
_PATIENCE_S: Final = 45.0
"""No hail goes out later than this after its create began: an answer is waited for elsewhere, and not for ever."""
_EARLIER_MOST: Final = 8
"""Earlier attempts looked up before a hail; each is an exchange."""
_TRAIL_S: Final = 0.3
"""A look-up showed a hail 50 ms after it was made; six times that."""
_HAND_OVER_S: Final = (0.3, 0.6)
"""Pauses after which a cancel is looked at again that came while the hail was being handed on (seen after 20 ms)."""
_FURTHEST: Final = {TripStatus.OFFERED: 1, TripStatus.DRIVER_ASSIGNED: 2, TripStatus.IN_PROGRESS: 3}
_NOBODY: Final = "taxi-kiosk-health"


class LeTaxiProvider(Unoffered):
    """A register that serves the le.taxi API (openmaraude/APITaxi).

    A hail asks one taxi, and ends when its driver declines; the next attempt of the trip asks the next taxi. The
    register takes a second hail of the same customer and does not know our keys, so every create begins with a look
    for what this trip has there already, and goes on with that.

    Args:
        url: `https://host[:port]`; `http://` only for this machine.
        token: the API key; `api_key` is the register's own word for the same.
        name: how this dispatcher is called in the configuration and the log.
        ca_file: PEM file of a private authority that signed its certificate.
        limits: timeouts and sizes of one exchange.
        monotonic: seconds that only grow.

    Raises:
        ValueError: a URL or key that cannot be used; the sentence says why and never holds the key.
    """

    capabilities = Capabilities(
        estimate=True,
        needs_confirm=True,
        arrived_state=False,
        find_by_ref=True,
        asks_one=True,
        min_poll_s=2.0,
        settle_s=10.0,
    )

    def __init__(
        self,
        url: str,
        token: str = "",
        name: str = "letaxi",
        *,
        api_key: str = "",
        ca_file: str | None = None,
        limits: Limits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if token and api_key and token != api_key:
            raise ValueError(f"dispatcher {name!r}: token and api_key are the same thing; expected one of them")
        key = token or api_key
        if not key or not all("!" <= char <= "~" for char in key):
            raise ValueError(f"dispatcher {name!r}: its API key must be visible ASCII characters without a space")
        self.name = name
        self._register = Register(url, key, ca_file=ca_file, limits=limits)
        self._monotonic = monotonic
        self._closed = threading.Event()

    # -- asking for a taxi ---------------------------------------------------------------------------------------

    def prepare(self, request: TripRequest, ref: str) -> bytes:
        """Give all of the hail but its taxi: which one is free is known only when it is sent."""
        return _letaxi_wish.written(_letaxi_wish.of(request, ref))

    def create(self, ref: str, payload: bytes) -> Booking:
        """Hail the nearest free taxi that has not declined this trip; when it is taken meanwhile, the next.

        Raises:
            Refused: NO_DRIVERS and DRIVER_TAKEN end the attempt alone; INVALID_REQUEST says that no driver could call.
            Unreachable: nothing was asked for yet.
            Ambiguous: a hail may have been made.
        """
        wish = _letaxi_wish.read(payload, ref)
        until = self._monotonic() + _PATIENCE_S
        with nothing_asked_yet():
            ours = self._register.hails(ref)
            taxis = [] if ours else self._near(wish)
            past = self._past(wish) if taxis else []
        known = self._of_rows(ours) or self._of_rows([row for row in past if answers.alive(row)])
        return known or self._hail(wish, taxis, past, until)

    def find_by_ref(self, ref: str) -> Booking | None:
        """Look up a hail; the list may trail by some 50 ms. Of two that are alive the lesser one is cancelled."""
        return self._of_rows(self._register.hails(ref))

    def _hail(self, wish: Wish, taxis: list[Taxi], past: list[Row], until: float) -> Booking:
        unwilling = {answers.taxi_id(row) for row in past if answers.word(row) in answers.UNWILLING}
        unreached = {answers.taxi_id(row) for row in past if answers.word(row) in answers.UNREACHED}
        willing = [taxi for taxi in taxis if taxi.id not in unwilling]
        if not willing:
            raise Refused(Refusal.NO_DRIVERS, "le.taxi: no free taxi near the pickup that has not declined this trip")
        session = self._session(past)
        if self._monotonic() > until:
            raise Refused(Refusal.UNAVAILABLE, "le.taxi: its answers came too slowly; nothing was asked for yet")
        for taxi in sorted(willing, key=lambda taxi: taxi.id in unreached)[:_TAXIS_MOST]:
            try:
                return self._post(wish, taxi, session)
            except Refused as error:
                if error.refusal is not Refusal.DRIVER_TAKEN:
                    raise
            # Taken by somebody else, or by us: a copy of the request may have gone before this one.
            if found := self._surely(wish.customer["customer_id"]):
                return found
            if self._monotonic() > until:
                break
        raise Refused(Refusal.DRIVER_TAKEN, "le.taxi: the free taxis near the pickup were taken by others meanwhile")

    def _post(self, wish: Wish, taxi: Taxi, session: str) -> Booking:
        hail = {**wish.customer, "taxi_id": taxi.id, "operateur": taxi.operator}
        try:
            return self._register.booking(self._register.hail({**hail, "session_id": session} if session else hail))
        except RefusedSession:
            if not session:
                raise
            return self._register.booking(self._register.hail(hail))

    # -- what a trip has at the register already -----------------------------------------------------------------

    def _surely(self, ref: str) -> Booking | None:
        """Look up a hail that may have been made just now; whatever hinders it leaves that open."""
        self._pause(_TRAIL_S)
        try:
            return self._of_rows(self._register.hails(ref))
        except DispatchError as error:
            raise Ambiguous(f"{error}; whether it has the trip is not known") from None

    def _near(self, wish: Wish) -> list[Taxi]:
        """The free taxis that the passengers fit in, nearest first."""
        where = wish.customer
        found = self._register.taxis(where["customer_lon"], where["customer_lat"])
        return [taxi for taxi in found if wish.suits(taxi)]

    def _past(self, wish: Wish) -> list[Row]:
        return [row for ref in wish.earlier[:_EARLIER_MOST] for row in self._register.hails(ref)]

    def _session(self, past: list[Row]) -> str:
        """The name that joins this trip's hails. It serves the register's statistics, and no taxi is lost for it."""
        for row in past[:1]:
            with suppress(DispatchError):
                return answers.session(self._register.read(str(row["id"])))
        return ""

    def _of_rows(self, found: list[Row]) -> Booking | None:
        """The one hail that counts: what is furthest on, the older of two alike. Another that is alive is cancelled."""
        living = [row for row in found if answers.alive(row)]
        if not living:
            ended = [row for row in found if answers.status(row) is not TripStatus.CANCELLED_BY_RIDER] or found
            return self._register.booking(ended[0]) if ended else None
        kept = max(reversed(living), key=lambda row: _FURTHEST.get(answers.status(row), 0))
        for row in living:
            if row is not kept:
                try:
                    self.cancel(str(row["id"]), "double")
                except DispatchError as error:
                    raise Ambiguous(f"two hails are alive for one trip, and one resists: {error}") from None
        return self._register.booking(kept)

    # -- one hail ------------------------------------------------------------------------------------------------

    def get(self, native_id: str) -> Booking:
        """Read one hail; an answer that makes no sense is a Booking of status UNKNOWN."""
        try:
            return self._register.booking(self._register.read(native_id))
        except Senseless:
            return Booking(native_id, TripStatus.UNKNOWN)

    def confirm(self, native_id: str) -> Booking:
        """Accept the taxi; the driver hears the telephone number only now. After 30 s the register takes it no more."""
        try:
            return self._register.booking(self._register.change(native_id, status="accepted_by_customer"))
        except Senseless:
            return Booking(native_id, TripStatus.UNKNOWN)
        except Refused as error:
            return self._read_after(native_id, error)

    def cancel(self, native_id: str, reason: str) -> Booking:
        """Cancel for the rider, before or after the confirm. `reason` "no_show" says that the taxi never came.

        Whoever sits in the taxi already is not put out of it: then the hail is given as it stands.
        """
        try:
            row = self._register.change(native_id, status="declined_by_customer")
            return self._register.booking(self._held(native_id, row))
        except Senseless:
            return Booking(native_id, TripStatus.UNKNOWN)
        except Refused as error:
            now = self._read_after(native_id, error)
        return self._give_up(native_id, reason) if now.status is TripStatus.DRIVER_ASSIGNED else now

    def _give_up(self, native_id: str, reason: str) -> Booking:
        """Cancel what was confirmed: the register takes nothing but an incident any more."""
        try:
            booking = self._register.booking(self._register.change(native_id, status="incident_customer"))
        except Senseless:
            return Booking(native_id, TripStatus.UNKNOWN)
        except Refused as error:
            return self._read_after(native_id, error)
        # Nothing but the rider's mind has changed, so the driver is not accused. It is a note: without it, it holds.
        with suppress(DispatchError):
            self._register.change(native_id, incident_customer_reason="no_show" if reason == "no_show" else "no_specs")
        return booking

    def _held(self, native_id: str, row: Row) -> Row:
        """See that a cancel holds: the handing over to the operator may write over it."""
        for pause in _HAND_OVER_S:
            if not answers.declined_before_operator(row):
                break
            self._pause(pause)
            row = self._register.read(native_id)
            if answers.alive(row):
                row = self._register.change(native_id, status="declined_by_customer")
        return row

    def _read_after(self, native_id: str, error: Refused) -> Booking:
        if error.refusal is not Refusal.CONFLICT:
            raise error
        return self.get(native_id)

    # -- everything else -----------------------------------------------------------------------------------------

    def estimate(self, request: TripRequest) -> Estimate:
        """Tell about how long the nearest taxi would take.

        The register allows searches for somebody who wants a taxi now, and for nobody else.
        """
        wish = _letaxi_wish.of(request, request.client_ref)
        near = next(iter(self._near(wish)), None)
        return Estimate(answers.eta_s(near.metres) if near else None)

    def health(self) -> None:
        """Return when the register answers and accepts the key; it is asked for hails, not for taxis."""
        self._register.hails(_NOBODY)

    def close(self) -> None:
        """Give connections back."""
        self._closed.set()
        self._register.close()

    def _pause(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise Ambiguous("le.taxi: closed before it was known what became of the hail")
