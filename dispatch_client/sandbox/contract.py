"""The API description as a judge: what it does not allow, the sandbox does not take."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BASE: Final = "urn:taxi-kiosk:hail-api"


class InvalidRequestError(Exception):
    """A request is not as described. The text says where and why, without repeating what was sent."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the description."""

    operation_id: str
    method: str
    path: str
    parameters: tuple[Mapping[str, Any], ...]
    body: Mapping[str, Any] | None


class Contract:
    """The description and what can be asked of it."""

    def __init__(self) -> None:
        self.document = document()
        resource = DRAFT202012.create_resource(self.document)
        self._registry: Registry[Any] = Registry().with_resource(_BASE, resource)
        self.operations = {operation.operation_id: operation for operation in self._operations()}
        self._validators: dict[int, Draft202012Validator] = {}

    def parameters(self, operation: Operation, given: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        """Check the parameters of a request.

        Args:
            operation: what was asked for.
            given: by place (`path`, `query`, `header`) the text of each parameter; header names in lower case.

        Returns:
            Parameter names with values of the described type; those that were not given are left out.

        Raises:
            InvalidRequestError: a parameter is missing or not as described.
        """
        found = {}
        for parameter in operation.parameters:
            name, where = parameter["name"], parameter["in"]
            raw = given[where].get(name.lower() if where == "header" else name)
            if raw is None:
                if parameter.get("required"):
                    raise InvalidRequestError(f"{where}, {name}: missing")
                continue
            value = self._typed(raw, parameter["schema"])
            self._check(value, parameter["schema"], f"{where}, {name}")
            found[name] = value
        return found

    def body(self, operation: Operation, raw: bytes) -> Any:  # noqa: ANN401 - JSON
        """Read and check a JSON body. Raises InvalidRequestError."""
        if operation.body is None:
            raise InvalidRequestError("body: none is expected")
        try:
            value = json.loads(raw.decode(), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise InvalidRequestError("body: not JSON in UTF-8") from None
        self._check(value, operation.body, "body")
        return value

    def _check(self, value: Any, schema: Mapping[str, Any], where: str) -> None:  # noqa: ANN401 - JSON
        validator = self._validators.get(id(schema))
        if validator is None:
            anchored = {"$id": _BASE + ":check", "allOf": [_absolute(schema)]}
            validator = self._validators[id(schema)] = Draft202012Validator(anchored, registry=self._registry)
        error = best_match(validator.iter_errors(value))
        if error is not None:
            path = ".".join(str(part) for part in error.absolute_path)
            rule = json.dumps(error.validator_value)
            expected = rule if len(rule) <= 80 else "as described"  # noqa: PLR2004 - one line of a log
            raise InvalidRequestError(
                f"{where}{', ' if path else ''}{path}: breaks the rule {error.validator} = {expected}"
            )

    def _typed(self, raw: str, schema: Mapping[str, Any]) -> str | float:
        if self.resolved(schema).get("type") != "number":
            return raw
        try:
            value = json.loads(raw, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return raw
        return value if isinstance(value, int | float) and not isinstance(value, bool) else raw

    def resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow a `$ref` within the description."""
        while "$ref" in node:
            target: Any = self.document
            for part in str(node["$ref"]).removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            shared = item.get("parameters", [])
            for method, described in item.items():
                if method == "parameters":
                    continue
                body = described.get("requestBody")
                yield Operation(
                    operation_id=described["operationId"],
                    method=method.upper(),
                    path=path,
                    parameters=tuple(self.resolved(p) for p in [*shared, *described.get("parameters", [])]),
                    body=body and body["content"]["application/json"]["schema"],
                )


@cache
def document() -> dict[str, Any]:
    """Give the API description (`dispatch_client/openapi.yaml`) as data."""
    text = files("dispatch_client").joinpath("openapi.yaml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    return dict(found)


def _absolute(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: f"{_BASE}{value}" if key == "$ref" else value for key, value in schema.items()}


def _no_constant(name: str) -> float:
    raise ValueError(name)
