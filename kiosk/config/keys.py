"""The keys of the configuration as a list, read off the model: for error messages, the example file and the tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticUndefined

from kiosk.config.fields import Section
from kiosk.config.model import Config
from kiosk.config.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the file."""

    section: str
    name: str
    expected: str
    """What a right value is, as a phrase: `a whole number from 60 to 3600`."""
    meaning: Mapping[str, str]
    """What it is for, by language."""
    default: object
    """What holds when it is left out; `REQUIRED` when it may not be."""
    example: object
    secret: bool

    @property
    def path(self) -> str:
        """Its whole name: `screen.px_per_mm`."""
        return f"{self.section}.{self.name}"

    @property
    def required(self) -> bool:
        """It may not be left out."""
        return self.default is REQUIRED


REQUIRED: Final = object()
OPTIONS: Final = frozenset({"dispatch.options", "second.options", "reader.options"})
"""The keys whose values are somebody else's: they may be secrets."""


def sections() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give each table of the file, in order, with its meaning by language."""
    for name, field in Config.model_fields.items():
        yield name, _meaning(field)


@cache
def keys() -> tuple[Key, ...]:
    """Give each key of the file, in order."""
    return tuple(_keys())


def _keys() -> Iterator[Key]:
    for section, table in Config.model_fields.items():
        model = table.annotation
        assert isinstance(model, type)  # noqa: S101 - for mypy
        assert issubclass(model, Section)  # noqa: S101 - for mypy
        schemas = model.model_json_schema()["properties"]
        for name, field in model.model_fields.items():
            extra = _extra(field)
            default = field.get_default(call_default_factory=True)
            yield Key(
                section,
                name,
                str(extra["expected"] or expected(schemas[name])),
                _meaning(field),
                REQUIRED if default is PydanticUndefined else default,
                extra["example"],
                field.annotation is Secret,
            )


def expected(schema: Mapping[str, Any]) -> str:
    """Put a JSON schema into words."""
    if "anyOf" in schema:
        return expected(next(s for s in schema["anyOf"] if s.get("type") != "null"))
    if "const" in schema or "enum" in schema:
        return "one of " + ", ".join(toml(value) for value in schema.get("enum", [schema.get("const")]))
    kind, form = schema.get("type"), schema.get("format")
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _bounds(schema)
    if kind == "array":
        return f"a list of {expected(schema['items']).removeprefix('one of ')}"
    if kind == "object":
        names = ", ".join(schema.get("propertyNames", {}).get("enum", ["names"]))
        return f"a table with {names}: {expected(schema['additionalProperties'])}"
    forms = {"time": 'a time of day as "19:00"', "path": "a path"}
    return {"boolean": "true or false", "string": forms.get(str(form), _text(schema))}[str(kind)]


def toml(value: object) -> str:
    """Write a value as TOML, a secret as dots."""
    if value is None:
        return '""'
    return next(write(value) for kinds, write in _WRITERS if isinstance(value, kinds))


def _text_toml(value: object) -> str:
    # JSON's string is TOML's basic string, but for the one control character that JSON leaves bare.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _table_toml(values: Any) -> str:  # noqa: ANN401 - a dict of anything
    inner = ", ".join(f"{_bare(name)} = {toml(value)}" for name, value in values.items())
    return f"{{ {inner} }}" if inner else "{}"


_WRITERS: Final[tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...]] = (
    (bool, lambda yes: "true" if yes else "false"),
    ((int, float), repr),
    (time, lambda at: f'"{at:%H:%M}"' if not at.second else f"{at:%H:%M:%S}"),
    ((tuple, list), lambda items: f"[{', '.join(toml(item) for item in items)}]"),
    (dict, _table_toml),
    (Secret, lambda secret: _text_toml(secret or "")),
    ((str, Path), _text_toml),
)


def _bare(name: str) -> str:
    return name if name.replace("_", "a").replace("-", "a").isalnum() and name.isascii() else _text_toml(name)


def _text(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    return f"text of {least} to {most} characters" if most is not None else "text"


def _bounds(schema: Mapping[str, Any]) -> str:
    least, above, most = schema.get("minimum"), schema.get("exclusiveMinimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f" from {least:g} to {most:g}"
    words = f" greater than {above:g}" if above is not None else ""
    return words + (f", at most {most:g}" if most is not None else "")


def _extra(field: FieldInfo) -> dict[str, object]:
    extra = field.json_schema_extra
    assert isinstance(extra, dict)  # noqa: S101 - every key is made by model.key
    return dict(extra)


def _meaning(field: FieldInfo) -> dict[str, str]:
    return {"en": field.description or "", "zh_CN": str(_extra(field)["zh_CN"])}
