"""What TOMP-API 1.5.0 lets a MaaS provider send, as JSON Schemas: member names, types, and what must be there.

Written from the specification's facts, for the requests that a kiosk makes. A member that the specification does not
name is refused here, also where OpenAPI would let it pass: it could only be a slip of ours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
TEXT = {"type": "string"}
FREE = {"type": "object"}
REQUIRED_HEADERS = ("Accept-Language", "Api", "Api-Version", "maas-id")


def _object(*required: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - schemas
    return {"type": "object", "required": list(required), "properties": members, "additionalProperties": False}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _one_of(*words: str) -> dict[str, Any]:
    return {"enum": list(words)}


COORDINATES = _object(
    "lat",
    "lng",
    # 1.5.0 says that neither is below 0, which can only be a slip: it calls them WGS 84.
    lat={"type": "number", "minimum": -90, "maximum": 90},
    lng={"type": "number", "minimum": -180, "maximum": 180},
    alt={"type": "number"},
)
PLACE = _object("coordinates", name=TEXT, coordinates=COORDINATES, stationId=TEXT, extraInfo=FREE)
REQUIREMENT = _object(
    "category",
    "number",
    category=_one_of("HR", "AV", "HV", "AB", "AER", "K", "ZR", "RR"),
    number={"type": "string", "minLength": 2, "maxLength": 2},
    type=TEXT,
    memo=TEXT,
)
TRAVELER = _object(
    age={"type": "integer"},
    referenceNumber=TEXT,
    requirements=_object(abilities=_list(REQUIREMENT), bringAlong=_list(REQUIREMENT)),
)
PHONE = _object(
    preferred={"type": "boolean"},
    number={"type": "string", "pattern": r"^[+]*[(]{0,1}[0-9]{1,4}[)]{0,1}[-\s\.0-9]*$"},
    kind=_one_of("LANDLINE", "MOBILE"),
    type=_one_of("PRIVATE", "BUSINESS", "OTHER"),
)
CUSTOMER = _object("id", id=TEXT, phones=_list(PHONE), extraInfo=FREE)
PLANNING = _object(
    "from",
    **{"from": PLACE},
    to=PLACE,
    radius={"type": "integer", "minimum": 0},
    departureTime=TIME,
    nrOfTravelers={"type": "integer", "minimum": 1},
    travelers=_list(TRAVELER),
    useAssetTypes=_list(TEXT),
    extraInfo=FREE,
)
BOOKING = _object(id=TEXT, **{"from": PLACE}, to=PLACE, customer=CUSTOMER, extraInfo=FREE)
OPERATION = _object(
    "operation",
    operation=_one_of("CANCEL", "DENY", "COMMIT", "EXTEND_EXPIRY_TIME"),
    origin=_one_of("TO", "MP", "END_USER", "OTHER"),
)
NOTIFICATION = _object(
    "type",
    type=_one_of(
        "VEHICLE_NOT_AVAILABLE", "USER_NO_SHOW", "ETA", "MESSAGE_TO_DRIVER", "MESSAGE_TO_END_USER",
        "USER_OUT_OF_LIMITS", "OTHER",
    ),
    minutes={"type": "integer", "minimum": 0},
    comment=TEXT,
    legId=TEXT,
)  # fmt: skip
SUPPORT = _object(
    id=TEXT,
    supportType=_one_of(
        "BROKEN_DOWN", "NOT_AT_LOCATION", "MISSING_AFTER_PAUSE", "NOT_CLEAN", "NOT_AVAILABLE", "UNABLE_TO_OPEN",
        "UNABLE_TO_CLOSE", "API_TECHNICAL", "API_FUNCTIONAL", "ACCIDENT", "OTHER",
    ),
    time=TIME,
    priority=_one_of("ERROR_CANNOT_CONTINUE", "ERROR_CAN_CONTINUE", "DISTURBING_ISSUE", "QUESTION", "OTHER"),
    comment=TEXT,
    contactInformationEndUser=TEXT,
)  # fmt: skip
STATES = (
    "NEW", "PENDING", "REJECTED", "RELEASED", "EXPIRED", "CONDITIONAL_CONFIRMED", "CONFIRMED", "CANCELLED", "STARTED",
    "FINISHED",
)  # fmt: skip

ENDPOINTS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("POST", r"/planning/(inquiries|offers)", PLANNING),
    ("POST", r"/bookings", BOOKING),
    ("GET", r"/bookings\?state=(" + "|".join(STATES) + ")", None),
    ("GET", r"/bookings/[^/?]+", None),
    ("POST", r"/bookings/[^/?]+/events", OPERATION),
    ("GET", r"/bookings/[^/?]+/notifications", None),
    ("POST", r"/bookings/[^/?]+/notifications", NOTIFICATION),
    ("GET", r"/legs/[^/?]+", None),
    ("POST", r"/support/", SUPPORT),
    ("GET", r"/operator/(ping|meta)", None),
]
"""Method, path with its query, and what the body must be."""


def violations(method: str, path: str, headers: Headers, body: object) -> list[str]:
    """Give a line for everything in a request that the specification does not allow."""
    said = [f"{method} {path}: no header {name}" for name in REQUIRED_HEADERS if not headers.get(name)]
    if headers.get("Api") != "TOMP" or not headers.get("Api-Version", "").startswith("1.5"):
        said.append(f"{method} {path}: it is not TOMP 1.5")
    schemas = [schema for verb, form, schema in ENDPOINTS if verb == method and re.fullmatch(form, path)]
    if not schemas:
        return [*said, f"{method} {path}: there is no such endpoint"]
    if schemas[0] is None:
        return said if body is None else [*said, f"{method} {path}: a body where none belongs"]
    wrong = Draft202012Validator(schemas[0]).iter_errors(body)
    return [*said, *(f"{method} {path}: {error.json_path}: {error.message}" for error in wrong)]
