"""Each operation over real HTTP, and each answer held against the description."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from dispatch_client.sandbox import Behaviour, Sandbox
from dispatch_client.sandbox.api import PROBLEMS
from dispatch_client.sandbox.contract import Contract, document
from dispatch_client.trips import TripStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = Contract()
REGISTRY: Registry[Any] = Registry().with_resource("urn:api", DRAFT202012.create_resource(document()))
FORMATS = FormatChecker(())


@FORMATS.checks("date-time", ValueError)
def is_a_time_with_its_zone(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


GATE = {"label": "East gate", "lat": 31.2304, "lon": 121.4737}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


class Client:
    """Asks the sandbox and checks every answer against the description."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.connection = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=10)

    def ask(
        self,
        operation: str,
        *,
        body: object = None,
        headers: dict[str, str] | None = None,
        query: str = "",
        **path: str,
    ) -> Answer:
        described = CONTRACT.operations[operation]
        sent = {"Authorization": f"Bearer {self.sandbox.token}"}
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if raw is not None:
            sent["Content-Type"] = "application/json"
        url = described.path.format(**path) + query
        self.connection.request(described.method, url, raw, {**sent, **(headers or {})})
        response = self.connection.getresponse()
        got = {name.lower(): value for name, value in response.getheaders()}
        text = response.read()
        assert "content-length" in got
        check(operation, response.status, got, json.loads(text))
        return Answer(response.status, got, json.loads(text))

    def create(self, key: str | None = None, **changes: object) -> Answer:
        ref = str(uuid.uuid4())
        wish = {"client_ref": ref, "pickup": GATE, "boarding_number": 7, **changes}
        return self.ask("createTrip", body=wish, headers={"Idempotency-Key": key or ref})


def check(operation: str, status: int, headers: dict[str, str], body: object) -> None:
    item = document()["paths"][CONTRACT.operations[operation].path]
    described = next(op for op in item.values() if isinstance(op, dict) and op.get("operationId") == operation)
    assert str(status) in described["responses"], f"{operation} answers {status}, which is not described"
    response = CONTRACT.resolved(described["responses"][str(status)])
    ((kind, media),) = response["content"].items()
    assert headers["content-type"].partition(";")[0] == kind
    for name, header in response.get("headers", {}).items():
        assert not header.get("required") or name.lower() in headers
    reference = media["schema"]["$ref"]
    validator = Draft202012Validator({"$ref": f"urn:api{reference}"}, registry=REGISTRY, format_checker=FORMATS)
    validator.validate(body)


@pytest.fixture
def client() -> Iterator[Client]:
    with Sandbox(speed=0) as running:
        made = Client(running)
        yield made
        made.connection.close()


def kind(answer: Answer) -> str:
    assert answer.body["status"] == answer.status
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.body["type"]).removeprefix("urn:taxi-kiosk:problem:")


def test_create_answers_201_then_200_then_409(client: Client) -> None:
    ref = str(uuid.uuid4())
    first = client.create(ref, client_ref=ref)
    again = client.create(ref, client_ref=ref)
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    assert first.headers["location"] == f"/v1/trips/{first.body['id']}"
    other = client.create(ref, client_ref=ref, boarding_number=8)
    assert (other.status, kind(other)) == (409, "idempotency-conflict")
    stranger = client.create(str(uuid.uuid4()), client_ref=ref)
    assert (stranger.status, kind(stranger)) == (409, "client-ref-used")
    assert len(client.sandbox.trips()) == 1


def test_bodies_are_compared_as_json_and_not_as_bytes(client: Client) -> None:
    ref = str(uuid.uuid4())
    wish = {"client_ref": ref, "pickup": GATE, "boarding_number": 7}
    one = json.dumps(wish).encode()
    other = json.dumps(dict(reversed(wish.items())), indent=3).encode()
    statuses = [client.ask("createTrip", body=raw, headers={"Idempotency-Key": ref}).status for raw in (one, other)]
    assert statuses == [201, 200]


def test_every_status_of_a_whole_ride_keeps_to_the_description(client: Client) -> None:
    client.sandbox.behaviour = Behaviour.OFFERS
    trip = client.create(dropoff=GATE, contact_phone="+442079460123", passengers=2, wheelchair=True, note="slow").body
    assert (trip["passengers"], trip["wheelchair"], trip["note"]) == (2, True, "slow")
    seen = []
    for _ in range(2000):
        now = client.ask("getTrip", id=trip["id"]).body
        if not seen or seen[-1] != now["status"]:
            seen.append(now["status"])
            if now["status"] == "offered":
                assert client.ask("confirmTrip", id=trip["id"]).body["status"] == "driver_assigned"
            if now["status"] == "arrived":
                coming = client.ask("passengerComing", id=trip["id"], body={"can_see_taxi": True})
                assert coming.body["passenger_coming"] is True
        if now["status"] == "completed":
            break
        client.sandbox.advance(1)
    assert seen == ["requested", "offered", "driver_assigned", "arrived", "in_progress", "completed"]
    assert client.ask("cancelTrip", id=trip["id"], body={"reason": "staff"}).status == 409
    assert client.ask("passengerComing", id=trip["id"], body={"can_see_taxi": True}).status == 409


def test_the_description_has_the_words_of_the_client() -> None:
    ours = {str(status) for status in TripStatus} - {"queued", "submitting", "unknown"}
    assert set(document()["components"]["schemas"]["Status"]["enum"]) == ours


def test_look_up_and_cancel(client: Client) -> None:
    trip = client.create().body
    found = client.ask("findTrips", query=f"?client_ref={trip['client_ref']}")
    assert found.body == {"trips": [trip]}
    assert client.ask("findTrips", query="?client_ref=nobody-knows").body == {"trips": []}
    cancelled = client.ask("cancelTrip", id=trip["id"], body={"reason": "changed_my_mind"})
    assert (cancelled.status, cancelled.body["cancel_reason"]) == (200, "changed_my_mind")


@pytest.mark.parametrize(
    ("operation", "options", "status", "problem"),
    [
        ("getTrip", {"id": "t-nothing"}, 404, "not-found"),
        ("getTrip", {"id": "%20"}, 400, "invalid-request"),
        ("getTrip", {"id": "x" * 65}, 400, "invalid-request"),
        ("confirmTrip", {"id": "t-nothing"}, 404, "not-found"),
        ("cancelTrip", {"id": "t-1", "body": {}}, 400, "invalid-request"),
        ("cancelTrip", {"id": "t-1", "body": {"reason": "two words"}}, 400, "invalid-request"),
        ("passengerComing", {"id": "t-1", "body": {"can_see_taxi": "yes"}}, 400, "invalid-request"),
        ("findTrips", {}, 400, "invalid-request"),
        ("findTrips", {"query": "?client_ref=aaaaaaaa&client_ref=bbbbbbbb"}, 400, "invalid-request"),
        ("estimate", {"query": "?lat=91&lon=0"}, 400, "invalid-request"),
        ("estimate", {"query": "?lat=NaN&lon=0"}, 400, "invalid-request"),
        ("estimate", {"query": "?lat=true&lon=0"}, 400, "invalid-request"),
        ("estimate", {"query": "?lat=1"}, 400, "invalid-request"),
        ("streamEvents", {"headers": {"Last-Event-ID": "x"}}, 400, "invalid-request"),
        ("createTrip", {"body": {}}, 400, "invalid-request"),
        ("createTrip", {"body": b"{"}, 400, "invalid-request"),
        ("createTrip", {"body": b"[" * 50_000}, 400, "invalid-request"),
        ("createTrip", {"body": b'{"a": NaN}'}, 400, "invalid-request"),
        ("createTrip", {"body": b"\xff"}, 400, "invalid-request"),
        ("createTrip", {"body": b" " * 65_537}, 413, "too-large"),
        ("createTrip", {"body": b" " * 3_000_000}, 413, "too-large"),
        ("createTrip", {"body": {}, "headers": {"Content-Type": "text/plain"}}, 415, "unsupported-media-type"),
        ("createTrip", {"body": {}, "headers": {"Authorization": "Bearer wrong"}}, 401, "unauthorized"),
        ("health", {"headers": {"Authorization": ""}}, 401, "unauthorized"),
        ("health", {"headers": {"Authorization": "Bearer \xe9"}}, 401, "unauthorized"),
    ],
)
def test_a_fault_of_the_caller_is_a_problem_document(
    client: Client, operation: str, options: dict[str, Any], status: int, problem: str
) -> None:
    if operation == "createTrip":
        options = {**options, "headers": {"Idempotency-Key": "a-good-key", **options.get("headers", {})}}
    answer = client.ask(operation, **options)
    assert (answer.status, kind(answer)) == (status, problem)


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "short"}, {"Idempotency-Key": "with space"}])
def test_a_press_without_a_key_is_not_taken(client: Client, headers: dict[str, str]) -> None:
    answer = client.ask(
        "createTrip",
        body={"client_ref": "a-reference", "pickup": GATE, "boarding_number": 7},
        headers=headers,
    )
    assert (answer.status, kind(answer)) == (400, "invalid-request")
    assert client.sandbox.trips() == []


@pytest.mark.parametrize(
    "change",
    [
        {"pickup": None},
        {"pickup": {**GATE, "lat": 90.1}},
        {"boarding_number": 0},
        {"boarding_number": 7.5},
        {"passengers": 9},
        {"contact_phone": "020 7946"},
        {"note": "x" * 501},
        {"client_ref": "short"},
    ],
)
def test_a_press_that_is_not_as_described_is_not_taken(client: Client, change: dict[str, object]) -> None:
    answer = client.create("a-good-key", **change)
    assert (answer.status, kind(answer)) == (400, "invalid-request")
    assert client.sandbox.trips() == []


def test_a_problem_does_not_repeat_what_was_sent(client: Client) -> None:
    answer = client.create("a-good-key", contact_phone="Mrs Example, 3rd floor")
    assert answer.body["detail"].startswith("body, contact_phone: breaks the rule")
    assert "Example" not in json.dumps(answer.body)


def test_what_a_client_of_tomorrow_adds_is_taken(client: Client) -> None:
    assert client.create(luggage=3).status == 201


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/", 404, None),
        ("GET", "/v1/trips/", 404, None),
        ("GET", "/v1//health", 404, None),
        ("GET", "/v2/health", 404, None),
        ("DELETE", "/v1/trips", 405, "GET, HEAD, POST"),
        ("BREW", "/v1/health", 405, "GET, HEAD"),
        ("GET", "/v1/trips/t-1/cancel", 405, "POST"),
    ],
)
def test_what_is_not_there_is_a_problem_document_too(
    client: Client, method: str, path: str, status: int, allow: str | None
) -> None:
    client.connection.request(method, path, headers={"Authorization": f"Bearer {client.sandbox.token}"})
    response = client.connection.getresponse()
    body = json.loads(response.read())
    assert (response.status, response.headers["Content-Type"]) == (status, "application/problem+json")
    assert (body["status"], response.headers["Allow"]) == (status, allow)


def test_an_area_has_an_end(client: Client) -> None:
    with Sandbox(speed=0, centre=(0, 0)) as far:
        there = Client(far)
        created, estimated = there.create("a-good-key"), there.ask("estimate", query="?lat=10&lon=10")
        there.connection.close()
    assert (created.status, kind(created)) == (422, "out-of-area")
    assert (estimated.status, kind(estimated)) == (422, "out-of-area")


def test_every_problem_type_is_described() -> None:
    enum = document()["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    assert {name.removeprefix("urn:taxi-kiosk:problem:") for name in enum} == set(PROBLEMS)


def walk(node: object, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, node
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield from walk(value, f"{path}/{key}")


def test_every_field_and_error_is_described_with_an_example() -> None:
    for name, schema in document()["components"]["schemas"].items():
        for field, described in {name: schema, **schema.get("properties", {})}.items():
            target = CONTRACT.resolved(described)
            whole = {**target, **described}
            assert whole.get("description") or any(
                "description" in CONTRACT.resolved(part) for part in whole.get("anyOf", [])
            ), f"{name}.{field} is not described"
            if field != name:
                assert "examples" in whole or target.get("type") == "object", f"{name}.{field} has no example"
    for name, response in document()["components"]["responses"].items():
        example = response["content"]["application/problem+json"]["example"]
        assert response["description"], name
        Draft202012Validator({"$ref": "urn:api#/components/schemas/Problem"}, registry=REGISTRY).validate(example)


def test_every_example_is_as_described() -> None:
    seen = 0
    for path, node in walk(document()["paths"]):
        if isinstance(node, dict) and "examples" in node and "schema" in node:
            for name, example in node["examples"].items():
                value = CONTRACT.resolved(example)["value"]
                schema = {"$id": "urn:api:example", "allOf": [node["schema"]]}
                text = json.dumps(schema).replace('"#/', '"urn:api#/')
                Draft202012Validator(json.loads(text), registry=REGISTRY).validate(value)
                seen += 1
                assert name, path
    assert seen >= 12
