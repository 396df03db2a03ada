"""The Hail API over a world: a WSGI application that takes what `openapi.yaml` allows and nothing else."""

from __future__ import annotations

import hmac
import json
import math
import time
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from dispatch_client.sandbox.contract import Contract, InvalidRequestError
from dispatch_client.sandbox.world import (
    KEPT_TRIPS,
    FullError,
    OutOfAreaError,
    UnknownTripError,
    World,
    WrongStateError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from threading import Condition
    from wsgiref.types import StartResponse, WSGIEnvironment

    from dispatch_client.sandbox.contract import Operation

MAX_BODY: Final = 64 * 1024
RETRY_AFTER_S: Final = 5
_TYPE: Final = "urn:taxi-kiosk:problem:"
_TITLES: Final[Mapping[str, tuple[int, str]]] = {
    "invalid-request": (400, "The request is not as the API describes it"),
    "unauthorized": (401, "The token is missing or not accepted"),
    "forbidden": (403, "This token may not ask for trips"),
    "rider-blocked": (403, "This rider is not served at the moment"),
    "not-found": (404, "There is no such thing here"),
    "method-not-allowed": (405, "This method is not possible here"),
    "idempotency-conflict": (409, "The key was used with another body"),
    "client-ref-used": (409, "The client_ref was used with another key"),
    "wrong-state": (409, "The trip is in another state"),
    "too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "The body must be application/json"),
    "out-of-area": (422, "The pickup is outside the area that is served"),
    "no-drivers": (422, "There are no taxis there at the moment"),
    "rate-limited": (429, "Too many requests"),
    "internal-error": (500, "Something broke"),
    "not-taken": (503, "Not now, and nothing was done"),
}
_FAULTS: Final[Mapping[type[Exception], str]] = {
    InvalidRequestError: "invalid-request",
    UnknownTripError: "not-found",
    WrongStateError: "wrong-state",
    OutOfAreaError: "out-of-area",
    FullError: "not-taken",
}
PROBLEMS: Final = tuple(_TITLES)
"""The last parts of the problem types that there are."""


def problem(kind: str, detail: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """Give the RFC 9457 answer of this kind (the last part of its type)."""
    status, title = _TITLES[kind]
    body: dict[str, Any] = {"type": _TYPE + kind, "title": title, "status": status}
    if detail:
        body["detail"] = detail
    extra = {
        "unauthorized": {"WWW-Authenticate": "Bearer"},
        "rate-limited": {"Retry-After": str(RETRY_AFTER_S)},
        "not-taken": {"Retry-After": str(RETRY_AFTER_S)},
    }.get(kind, {})
    return Response(_dumped(body), status, {**extra, **(headers or {})}, mimetype="application/problem+json")


class Api:
    """The application.

    Args:
        world: the simulation; only touched while `news` is held.
        news: lock of the world, notified after each change.
        token: the bearer token that is accepted.
        heartbeat_s: the longest silence of the stream of events.
        stream_for_s: end each stream after so many seconds; None never does.
    """

    def __init__(
        self,
        world: World,
        news: Condition,
        *,
        token: str,
        heartbeat_s: float = 10.0,
        stream_for_s: float | None = None,
    ) -> None:
        self._world = world
        self._news = news
        self._token = token
        self._heartbeat_s = heartbeat_s
        self._stream_for_s = stream_for_s
        self._epoch = 0
        self._keys: dict[str, tuple[object, str]] = {}
        self._contract = Contract()
        self._routes = Map(
            [
                Rule(op.path.replace("{", "<").replace("}", ">"), endpoint=name, methods=[op.method])
                for name, op in self._contract.operations.items()
            ],
            merge_slashes=False,
        )
        self._handlers: Mapping[str, Callable[[Mapping[str, Any], Any], Response]] = {
            "createTrip": self._create,
            "findTrips": self._find,
            "getTrip": lambda given, _: _json(self._world.trip(given["id"])),
            "cancelTrip": lambda given, body: _json(self._world.cancel(given["id"], body["reason"])),
            "confirmTrip": lambda given, _: _json(self._world.confirm(given["id"])),
            "passengerComing": self._passenger_coming,
            "widenSearch": lambda given, _: _json(self._world.widen(given["id"])),
            "streamEvents": self._events,
            "estimate": self._estimate,
            "health": lambda _given, _body: _json({"status": "ok"}),
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request as WSGI wants it."""
        return self.answer(Request(environ))(environ, start_response)

    def operation(self, request: Request) -> str | None:
        """Give the `operationId` that a request is for, None when there is no such operation."""
        try:
            return str(self._routes.bind_to_environ(request.environ).match()[0])
        except HTTPException:
            return None

    def answer(self, request: Request) -> Response:
        """Answer one request; every fault of the caller's is a problem document."""
        try:
            name, path = self._routes.bind_to_environ(request.environ).match()
        except MethodNotAllowed as error:
            return problem("method-not-allowed", headers={"Allow": ", ".join(sorted(error.valid_methods or []))})
        except HTTPException:
            return problem("not-found")
        if not self._authorised(request):
            return problem("unauthorized")
        operation = self._contract.operations[str(name)]
        try:
            return self._checked(operation, path, request)
        except tuple(_FAULTS) as error:
            return problem(_FAULTS[type(error)], str(error))

    def end_streams(self) -> None:
        """End every stream of events that is open."""
        with self._news:
            self._epoch += 1
            self._news.notify_all()

    def _authorised(self, request: Request) -> bool:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode())

    def _checked(self, operation: Operation, path: Mapping[str, Any], request: Request) -> Response:
        repeated = [name for name, values in request.args.lists() if len(values) > 1]
        if repeated:
            raise InvalidRequestError("query: a parameter is given twice")
        given = self._contract.parameters(
            operation,
            {
                "path": path,
                "query": request.args.to_dict(),
                "header": {name.lower(): value for name, value in request.headers.items()},
            },
        )
        body = None
        if operation.method == "POST":
            raw = request.get_data() if (request.content_length or 0) <= MAX_BODY else None
            if raw is None or len(raw) > MAX_BODY:
                return problem("too-large")
            if operation.body is not None:
                if request.mimetype != "application/json":
                    return problem("unsupported-media-type")
                body = self._contract.body(operation, raw)
        with self._news:
            response = self._handlers[operation.operation_id](given, body)
            self._news.notify_all()
        return response

    def _create(self, given: Mapping[str, Any], wish: Any) -> Response:  # noqa: ANN401 - JSON, checked before
        _check_time(wish.get("pickup_at"))
        key = given["Idempotency-Key"]
        known = self._keys.get(key)
        if known and self._world.knows(known[1]):
            if known[0] != wish:
                return problem("idempotency-conflict")
            return _json(self._world.trip(known[1]))
        if self._world.find(wish["client_ref"]):
            return problem("client-ref-used")
        trip = self._world.place_trip(wish)
        self._keys[key] = (wish, trip["id"])
        if len(self._keys) > 2 * KEPT_TRIPS:
            self._keys = {key: made for key, made in self._keys.items() if self._world.knows(made[1])}
        return _json(trip, HTTPStatus.CREATED, {"Location": f"/v1/trips/{trip['id']}"})

    def _find(self, given: Mapping[str, Any], _body: object) -> Response:
        trip = self._world.find(given["client_ref"])
        return _json({"trips": [trip] if trip else []})

    def _passenger_coming(self, given: Mapping[str, Any], body: Any) -> Response:  # noqa: ANN401 - JSON
        return _json(self._world.passenger_coming(given["id"], can_see_taxi=body["can_see_taxi"]))

    def _estimate(self, given: Mapping[str, Any], _body: object) -> Response:
        seconds = self._world.estimate_s(given["lat"], given["lon"])
        return _json({"pickup_eta_s": seconds, "price": None if seconds is None else "¥14-18"})

    def _events(self, given: Mapping[str, Any], _body: object) -> Response:
        last = given.get("Last-Event-ID")
        stream = self._stream(None if last is None else int(last), self._epoch)
        return Response(stream, HTTPStatus.OK, {"Cache-Control": "no-store"}, mimetype="text/event-stream")

    def _stream(self, last: int | None, epoch: int) -> Iterator[bytes]:
        ends = math.inf if self._stream_for_s is None else time.monotonic() + self._stream_for_s
        with self._news:
            batch, last = self._world.events_after(last), self._world.last_event
        while True:
            # A comment when there is no news: the first shows that the stream stands, the others that it lives.
            yield b"".join(_event(number, trip) for number, trip in batch) or b":\n\n"
            with self._news:
                wait = min(self._heartbeat_s, ends - time.monotonic())
                self._news.wait_for(partial(self._has_news, epoch, last), max(0.0, wait))
                if self._epoch != epoch or time.monotonic() >= ends:
                    return
                batch = self._world.events_after(last) if self._world.last_event != last else []
                last = self._world.last_event

    def _has_news(self, epoch: int, last: int) -> bool:
        return self._epoch != epoch or self._world.last_event != last


def _check_time(pickup_at: str | None) -> None:
    """Refuse a day that no calendar has; the description can say no more than its form."""
    try:
        datetime.fromisoformat(pickup_at or "2000-01-01")
    except ValueError:
        raise InvalidRequestError("body, pickup_at: there is no such day") from None


def _event(number: int | None, trip: Mapping[str, Any]) -> bytes:
    identity = "" if number is None else f"id: {number}\n"
    return f"{identity}event: trip\ndata: {_dumped(trip)}\n\n".encode()


def _json(body: Mapping[str, Any], status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    return Response(_dumped(body), status, dict(headers or {}), mimetype="application/json")


def _dumped(body: object) -> str:
    return json.dumps(body, ensure_ascii=True, sort_keys=False)
