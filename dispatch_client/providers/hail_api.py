"""Our own Hail API (`openapi.yaml`): the same press sent any number of times is one trip at the dispatcher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from dispatch_client.errors import Ambiguous, Refusal
from dispatch_client.http import Http, Limits, Senseless, json_object
from dispatch_client.provider import Capabilities, Estimate
from dispatch_client.providers import _answers
from dispatch_client.providers._canonical import canonical
from dispatch_client.providers._sse import EventParser, EventTooLargeError
from dispatch_client.trips import Booking, TripStatus

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from dispatch_client.trips import Place, TripRequest

PROBLEM: Final = "urn:taxi-kiosk:problem:"
_REFUSALS: Final[Mapping[str, Refusal]] = {
    PROBLEM + "unauthorized": Refusal.AUTH,
    PROBLEM + "forbidden": Refusal.AUTH,
    PROBLEM + "rider-blocked": Refusal.RIDER_BLOCKED,
    PROBLEM + "out-of-area": Refusal.OUT_OF_AREA,
    PROBLEM + "no-drivers": Refusal.NO_DRIVERS,
    PROBLEM + "not-found": Refusal.NOT_FOUND,
    PROBLEM + "wrong-state": Refusal.CONFLICT,
    PROBLEM + "idempotency-conflict": Refusal.CONFLICT,
    PROBLEM + "client-ref-used": Refusal.CONFLICT,
    PROBLEM + "rate-limited": Refusal.RATE_LIMITED,
    PROBLEM + "not-taken": Refusal.UNAVAILABLE,
}
_QUIET_S: Final = 25.0
"""The stream says something every 10 s; two signs of life may be lost before it counts as broken."""
_LABEL_CHARS: Final = 200
_NOTE_CHARS: Final = 500
_KIOSK_CHARS: Final = 64


class HailApiProvider:
    """A dispatcher that serves the Hail API.

    Args:
        url: `https://host[:port][/path]`, without `/v1`; `http://` only for this machine.
        token: the bearer token.
        name: how this dispatcher is called in the configuration and the log.
        ca_file: PEM file of a private authority that signed its certificate.
        limits: timeouts and sizes of one exchange.
        quiet_s: how long the stream of events may be silent, in seconds.

    Raises:
        ValueError: a URL or token that cannot be used; the sentence says why and never holds the token.
    """

    capabilities = Capabilities(
        estimate=True,
        needs_confirm=True,
        arrived_state=True,
        idempotent_create=True,
        find_by_ref=True,
        push=True,
        passenger_coming=True,
        note_to_driver=True,
        widen=True,
        later=True,
    )

    def __init__(
        self,
        url: str,
        token: str,
        name: str = "hail_api",
        *,
        ca_file: str | None = None,
        limits: Limits | None = None,
        quiet_s: float = _QUIET_S,
    ) -> None:
        if not token or not all("!" <= char <= "~" for char in token):
            raise ValueError(f"dispatcher {name!r}: its token must be visible ASCII characters without a space")
        self.name = name
        self._http = Http(
            url,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json, application/problem+json"},
            limits=limits,
            ca_file=ca_file,
            refusals=_REFUSALS,
        )
        self._quiet_s = quiet_s
        self._last_event_id = ""

    def prepare(self, request: TripRequest, ref: str) -> bytes:
        """Give the JSON of a NewTrip, always the same bytes for the same request and reference."""
        pickup_at = request.pickup_at
        later = {"pickup_at": pickup_at.isoformat(timespec="seconds")} if pickup_at else {}
        return canonical(
            {
                **later,
                "client_ref": ref,
                "pickup": _place(request.pickup),
                "dropoff": _place(request.dropoff) if request.dropoff else None,
                "passengers": request.passengers,
                "wheelchair": request.wheelchair,
                "note": request.note[:_NOTE_CHARS],
                "kiosk_id": request.kiosk_id[:_KIOSK_CHARS],
                "boarding_number": request.boarding_number,
                "contact_phone": request.contact_phone,
            }
        )

    def create(self, ref: str, payload: bytes) -> Booking:
        """Ask for a taxi. Sending the same again after an unknown end is safe: it is the same trip."""
        answer = self._http.call(
            "POST", "/v1/trips", body=payload, headers={"Idempotency-Key": ref, "Content-Type": "application/json"}
        )
        identity, said_ref = _answers.native_id(answer), _answers.client_ref(answer)
        if identity is None:
            raise Senseless("POST /v1/trips was answered with a trip that has no usable id")
        if said_ref not in {None, ref}:
            raise Senseless("POST /v1/trips was answered with somebody else's trip")
        return _answers.booking(identity, answer)

    def get(self, native_id: str) -> Booking:
        """Read one trip; an answer that makes no sense is a Booking of status UNKNOWN."""
        return self._about(native_id, "GET", "")

    def find_by_ref(self, ref: str) -> Booking | None:
        """Look up a trip by our reference. Raises Ambiguous when the answer makes no sense: that is not absence."""
        trips = self._http.call("GET", "/v1/trips", query={"client_ref": ref}).get("trips")
        if not isinstance(trips, list):
            raise Senseless("GET /v1/trips was answered without a list of trips")
        if not trips:
            return None
        for trip in trips:
            if isinstance(trip, dict) and _answers.client_ref(trip) == ref:
                identity = _answers.native_id(trip)
                if identity is not None:
                    return _answers.booking(identity, trip)
        raise Senseless("GET /v1/trips was answered with other trips than the one that was asked for")

    def cancel(self, native_id: str, reason: str) -> Booking:
        """Cancel for the rider. `reason` is one word; anything else is sent as `other`."""
        word = reason if reason.isascii() and reason.replace("_", "a").isalpha() and reason[:1].isalpha() else "other"
        return self._about(native_id, "POST", "/cancel", {"reason": word.lower()[:_KIOSK_CHARS]})

    def confirm(self, native_id: str) -> Booking:
        """Accept the taxi that is offered."""
        return self._about(native_id, "POST", "/confirm")

    def passenger_coming(self, native_id: str, *, can_see_taxi: bool = True) -> Booking:
        """Tell the driver that the passenger comes, or cannot see the taxi."""
        return self._about(native_id, "POST", "/passenger-coming", {"can_see_taxi": can_see_taxi})

    def widen(self, native_id: str) -> Booking:
        """Ask drivers further away, too."""
        return self._about(native_id, "POST", "/widen")

    def estimate(self, request: TripRequest) -> Estimate:
        """Ask how long a taxi would take; members that make no sense are left out."""
        where = {"lat": f"{request.pickup.lat:.6f}", "lon": f"{request.pickup.lon:.6f}"}
        answer = self._http.call("GET", "/v1/estimates", query=where)
        return Estimate(
            pickup_eta_s=_answers.whole(answer.get("pickup_eta_s"), 24 * 3600),
            price=_answers.text(answer.get("price"), 64),
        )

    def follow(self, on_booking: Callable[[str, Booking], None], stop: threading.Event) -> None:
        """Bring news of all our trips until `stop` is set; a later call goes on where this one ended.

        Raises:
            Unreachable: the stream ended, broke or was silent for `quiet_s`.
            Refused: the token is not accepted, or too many requests.
            Ambiguous: what came is no stream of events.
        """
        parser = EventParser(self._last_event_id)

        def on_bytes(chunk: bytes) -> None:
            try:
                events = parser.feed(chunk)
            except EventTooLargeError as error:
                raise Senseless(f"GET /v1/events: {error}") from None
            for event in events:
                trip = json_object(event.data.encode(errors="replace")) if event.kind == "trip" else None
                identity = _answers.native_id(trip) if trip else None
                ref = _answers.client_ref(trip) if trip else None
                if trip and identity and ref:
                    on_booking(ref, _answers.booking(identity, trip))
                # Only now: an event whose news was not taken is asked for again.
                self._last_event_id = event.id if event.id.isascii() and event.id.isdigit() else ""

        headers = {"Accept": "text/event-stream, application/problem+json"}
        if self._last_event_id:
            headers["Last-Event-ID"] = self._last_event_id
        self._http.stream("/v1/events", on_bytes, stop=stop, quiet_s=self._quiet_s, headers=headers)

    def health(self) -> None:
        """Return when the dispatcher answers and accepts the token; otherwise raise what says why not."""
        if self._http.call("GET", "/v1/health").get("status") != "ok":
            raise Ambiguous("GET /v1/health was answered, but not with ok")

    def close(self) -> None:
        """Give connections back."""
        self._http.close()

    def _about(self, native_id: str, method: str, verb: str, body: dict[str, Any] | None = None) -> Booking:
        try:
            answer = self._http.call(
                method,
                f"/v1/trips/{quote(native_id, safe='')}{verb}",
                body=None if body is None else canonical(body),
                headers=None if body is None else {"Content-Type": "application/json"},
            )
        except Senseless:
            return Booking(native_id, TripStatus.UNKNOWN)
        if _answers.native_id(answer) != native_id:
            return Booking(native_id, TripStatus.UNKNOWN)
        return _answers.booking(native_id, answer)


def _place(place: Place) -> dict[str, object]:
    return {
        "label": place.label[:_LABEL_CHARS],
        "lat": place.lat,
        "lon": place.lon,
        "note": place.note[:_NOTE_CHARS],
    }
