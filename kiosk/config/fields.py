"""What keys are made of: the types of their values, and one way to describe a key in both languages."""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic.types import StringConstraints


def _hour(value: object) -> object:
    # pydantic alone would take 7 for seven seconds past midnight, and a zone that no later comparison expects.
    known = (isinstance(value, time) and value.tzinfo is None) or (
        isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value)
    )
    if not known:
        raise ValueError("no time of day")
    return value


def _international(number: str) -> str:
    import phonenumbers  # noqa: PLC0415 - 20 ms that only a configured number costs

    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        raise ValueError("no telephone number") from None
    if not phonenumbers.is_valid_number(parsed):
        raise ValueError("no telephone number that exists")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


Language = Literal["zh_CN", "en"]
if TYPE_CHECKING:
    LanguageKey = str  # a table by language is handed on as Mapping[str, ...], whose keys are invariant
else:
    LanguageKey = Language
Yes = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Telephone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{1,24}$")]
International = Annotated[str, AfterValidator(_international)]
Hour = Annotated[time, BeforeValidator(_hour)]
Rate = Annotated[int, Strict(), Field(ge=80, le=300)]


def key(
    english: str,
    chinese: str,
    default: Any = ...,  # noqa: ANN401 - as pydantic's Field
    *,
    expected: str = "",
    example: str | float | dict[str, str] | None = None,
    **bounds: Any,  # noqa: ANN401 - as pydantic's Field
) -> Any:  # noqa: ANN401 - as pydantic's Field
    """Describe a key.

    Args:
        english: what it means.
        chinese: the same.
        default: its value when it is left out; nothing: it must be there.
        expected: what a right value is, where type and bounds do not say it.
        example: stands in the example file when there is no default.
        bounds: as for pydantic's Field.
    """
    extra: dict[str, Any] = {"zh_CN": chinese, "expected": expected, "example": example}
    return Field(default, description=english, json_schema_extra=extra, **bounds)


class Section(BaseModel):
    """A table of the file. A key that is not here is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
