"""An order as a text message: everything a dispatcher needs to send a taxi, in one message where it fits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Final

from dispatch_client.providers import _answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_client.trips import TripRequest

ORDERS: Final[Mapping[str, str]] = {
    "zh_CN": "叫车 {place}[（{access}）] {number}号 {time}[ {needs}][ 到{dropoff}][ {note}][ 回电{phone}] 单号{ref}",
    "en": "Taxi to {place}[ ({access})], no. {number}, {time}[, {needs}][, going to {dropoff}][. {note}][. Call {phone}]. Ref {ref}",  # noqa: E501 - one sentence
}
"""Words of an order by language. What stands in brackets is left out where one of its fields is empty."""
CANCELS: Final[Mapping[str, str]] = {"zh_CN": "取消叫车 单号{ref}", "en": "Cancel the taxi. Ref {ref}"}
FIELDS: Final = frozenset({"place", "access", "number", "time", "needs", "dropoff", "note", "phone", "ref", "box"})
MOST_CHARS: Final = 200
"""Of a template."""

_WHEELCHAIR: Final = {"zh_CN": "轮椅", "en": "wheelchair"}
_PASSENGERS: Final = {"zh_CN": "{count}人", "en": "{count} passengers"}
_JOINED: Final = {"zh_CN": "、", "en": ", "}
_CHARS: Final = {"place": 40, "access": 40, "dropoff": 30, "note": 40, "box": 20}
_SPARED: Final = ("access", "note", "dropoff")
"""What an order can do without, first what the driver finds out anyway."""
_GROUP: Final = re.compile(r"\[([^\[\]]*)\]")
_IN_GROUP: Final = re.compile(r"\{(\w+)\}")
_PLAIN: Final = re.compile(r"[\n\r !\"#$%&'()*+,\-./0-9:;<=>?@A-Z_a-z£¥èéùìòÇØøÅåÆæßÉ¤¡ÄÖÑÜ§¿äöñüà]*")
"""Characters that take one of 160 places (3GPP TS 23.038); everything else is taken to need UCS-2."""
_ONE, _ONE_UCS2, _TWO, _TWO_UCS2 = 160, 70, 306, 134
# 3GPP TS 23.040: one message alone, and two in a row.


@dataclass(frozen=True, slots=True)
class Words:
    """How an order and its cancel are written.

    Args:
        language: `zh_CN` or `en`, for what stands in the fields.
        order: a template with fields of `FIELDS` in braces.
        cancel: the same, with `{ref}` and `{box}` alone.

    Raises:
        ValueError: a template that cannot be filled in; the sentence says why.
    """

    language: str
    order: str
    cancel: str

    def __post_init__(self) -> None:
        if self.language not in ORDERS:
            raise ValueError(f"language {self.language!r} of text messages: expected one of {', '.join(ORDERS)}")
        _see_fillable("template", self.order, FIELDS)
        if "ref" not in _fields(self.order):
            raise ValueError("template of text messages: expected {ref} in it, or nobody can tell two orders apart")
        if self.cancel:
            _see_fillable("cancel", self.cancel, frozenset({"ref", "box"}))

    def ordered(self, request: TripRequest) -> str:
        """Write an order: whole if one message holds it, else without how to get in, else as two messages."""
        values = self._values(request)
        texts = [self._filled(self.order, values, _SPARED[:dropped]) for dropped in range(len(_SPARED) + 1)]
        one = [text for text in texts[:2] if fits(text, one=True)]
        two = [text for text in texts if fits(text, one=False)]
        return next(iter(one + two), texts[-1][:_TWO_UCS2])

    def cancelled(self, reference: str) -> str:
        """Write the cancel of an order."""
        return self._filled(self.cancel, {"ref": reference, "box": reference.split("-", maxsplit=1)[0]}, ())

    def _values(self, request: TripRequest) -> dict[str, str]:
        pickup, at = request.pickup, request.pickup_at
        needs = [_WHEELCHAIR[self.language]] if request.wheelchair else []
        if request.passengers > 1:
            needs.append(_PASSENGERS[self.language].format(count=request.passengers))
        values = {
            "place": pickup.label.strip() or f"{pickup.lat:.5f}, {pickup.lon:.5f}",
            "access": pickup.note,
            "number": str(request.boarding_number),
            "time": f"{at:%m-%d %H:%M}" if at else f"{request.requested_at:%H:%M}",
            "needs": _JOINED[self.language].join(needs),
            "dropoff": request.dropoff.label if request.dropoff else "",
            "note": request.note,
            "phone": request.contact_phone or "",
            "ref": reference(request),
            "box": request.kiosk_id,
        }
        return {name: _answers.text(value[: _CHARS.get(name, 64)], 64) for name, value in values.items()}

    @staticmethod
    def _filled(template: str, values: Mapping[str, str], dropped: tuple[str, ...]) -> str:
        def group(found: re.Match[str]) -> str:
            names = _IN_GROUP.findall(found[1])
            return found[1] if all(values[name] and name not in dropped for name in names) else ""

        return " ".join(_GROUP.sub(group, template).format_map(values).split())


def reference(request: TripRequest) -> str:
    """Give what a trip is called by on the telephone, as it stands on its slip: box, day, boarding number."""
    box = _answers.text(request.kiosk_id[:20], 20)
    return f"{box}-{request.requested_at:%m%d}-{request.boarding_number:03d}".removeprefix("-")


def fits(text: str, *, one: bool) -> bool:
    """Tell whether a text goes out as one message, or as two at most."""
    if _PLAIN.fullmatch(text):
        return len(text) <= (_ONE if one else _TWO)
    return len(text.encode("utf-16-be")) // 2 <= (_ONE_UCS2 if one else _TWO_UCS2)


def _see_fillable(name: str, template: str, known: frozenset[str]) -> None:
    if len(template) > MOST_CHARS:
        raise ValueError(f"{name} of text messages: expected {MOST_CHARS} characters at most")
    try:
        strange = sorted(_fields(template) - known)
    except ValueError:
        raise ValueError(f"{name} of text messages: a brace has no partner; expected fields such as {{ref}}") from None
    if strange:
        raise ValueError(
            f"{name} of text messages: unknown field {strange[0]!r}; expected one of {', '.join(sorted(known))}"
        )
    if template.count("[") != template.count("]") or "[" in _GROUP.sub("", template):
        raise ValueError(f"{name} of text messages: a bracket has no partner, or stands in another one")


def _fields(template: str) -> set[str]:
    """Give the fields of a template, whole: `{place.x}` and `{place!r}` are none that are known."""
    found = set()
    for _, name, form, conversion in Formatter().parse(template):
        if name is not None:
            found.add(name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else ""))
    return found
