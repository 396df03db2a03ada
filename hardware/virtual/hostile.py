"""The worst that a line can do to each parser, and a proof that whatever came, it held what it promises.

For tests, for fuzzing (`make fuzz`) and for the bench, and for whoever writes a parser of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hardware.events import Key
from hardware.inputs.key_bytes import KeyBytesParser
from hardware.inputs.signals import Meaning, meanings
from hardware.printers.escpos_status import Answer, AnswerSplitter
from hardware.printers.escpos_status import Kind as AnswerKind
from hardware.readers import pn532_frames, resident_id_frames
from hardware.readers.code_lines import CodeParser
from hardware.readers.em125k_frames import Em125kParser, checksum
from hardware.readers.hid_keys import HidParser
from hardware.readers.lines import Ends
from hardware.readers.wiegand_lines import WiegandForm, WiegandParser, with_parity

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAD: Final = meanings({Key.NEXT: "4e", Key.BACK: "42/72", Key.OK: "4b"})
_NUMBER: Final = "62E3086CED"
_CITIZEN: Final = "999999190001010015"
_FORM: Final = WiegandForm("W26:{hex26}*{xor}")
_EVENT: Final = 3
"""Bytes of fuzz that make one event of a keyboard."""


class Unsound(Exception):
    """A parser did not hold its promise. One sentence says which."""


@dataclass(frozen=True, slots=True)
class Case:
    """One parser."""

    make: Callable[[], Any]
    worst: bytes
    """What costs it most, again and again."""
    holds: int
    """Bytes that it keeps at most from one piece to the next."""
    good: bytes
    """A frame, or several, that it must read after anything and a silence."""
    means: tuple[Any, ...]
    """What it must find in them, the silence after them included."""
    can_be: Callable[[Any, bytes], bool]
    """Whether this may have been found in a stream, looked at as a whole and by other means than the parser's."""
    shape: Callable[[bytes], Any] = bytes
    """Makes of raw bytes what the parser takes."""
    unit: int = 1
    """Raw bytes of which that is made."""
    names: Callable[[Any], bool] = bool
    """Whether what was found stands for somebody or something: noise may look like an answer, never like a card."""


def prove(case: Case, script: bytes) -> None:
    """Play a script to a parser: a byte that says how many follow, those as one piece, and so on; 0 is a silence.

    Raises:
        Unsound: it holds too much, finds what is not there, finds something else when the pieces are cut otherwise,
            counts wrongly, or reads a good frame no more.
    """
    parser, whole = case.make(), case.make()
    found, between, stream = [], bytearray(), bytearray()
    for raw in _pieces(script):
        if piece := raw[: len(raw) - len(raw) % case.unit]:
            found += _fed(case, parser, piece)
            between += piece
        else:
            found += _idle(parser)
            _same(found, [*_fed(case, whole, bytes(between)), *_idle(whole)])
            _true(case, found, bytes(stream + between))
            stream += between
            found, between = [], bytearray()
        if (kept := held(parser)) > case.holds:
            raise Unsound(f"it holds {kept} bytes, expected {case.holds} at most")
    _true(case, found, bytes(stream + between))
    _idle(parser)
    counted = getattr(parser, "counters", None)
    if counted is not None and counted.noise_bytes > 2 * len(script):
        raise Unsound(f"it counts {counted.noise_bytes} bytes of noise in {len(script)}")
    got = (*_fed(case, parser, case.good), *_idle(parser))
    if got != case.means:
        raise Unsound(f"a good frame was read as {len(got)} things, expected {len(case.means)} and the right ones")


def script(*pieces: bytes) -> bytes:
    """Write a script for `prove`; an empty piece is a silence, one of more than 255 bytes is cut."""
    cut = [piece[at : at + 255] for piece in pieces for at in range(0, len(piece) or 1, 255)]
    return b"".join(bytes([len(piece)]) + piece for piece in cut)


def held(parser: object) -> int:
    """Give how many bytes and characters a parser keeps at this moment, those of its parts included."""
    kept = 0
    for value in getattr(parser, "__dict__", {}).values():
        if isinstance(value, bytes | bytearray | str):
            kept += len(value)
        elif type(value).__module__.startswith("hardware."):
            kept += held(value)
    return kept


def _pieces(script: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(script):
        size = script[at]
        yield script[at + 1 : at + 1 + size]
        at += 1 + size


def _fed(case: Case, parser: Any, data: bytes) -> list[Any]:  # noqa: ANN401 - each gives things of its own
    return list(parser.feed(case.shape(data)))


def _idle(parser: Any) -> list[Any]:  # noqa: ANN401 - as above
    """Say that nothing came for a while; a printer's answers know no gaps, and a keyboard gives nothing then."""
    return list(parser.idle() or ()) if hasattr(parser, "idle") else []


def _same(pieces: list[Any], whole: list[Any]) -> None:
    if pieces != whole:
        raise Unsound(f"cut otherwise, the same bytes give {len(whole)} things instead of {len(pieces)}, or others")


def _true(case: Case, found: list[Any], stream: bytes) -> None:
    for one in found:
        if not case.can_be(one, stream):
            raise Unsound(f"it found a {type(one).__name__} that is not in the stream")


def _is_em125k(number: str, stream: bytes) -> bool:
    digits = (number + checksum(number)).encode()
    return b"\x02" + digits + b"\x03" in stream or b"\x02" + digits + b"\r\n\x03" in stream


def _is_bare(number: str, stream: bytes) -> bool:
    return (number + checksum(number)).encode() in stream


def _is_pn532(got: pn532_frames.Frame, stream: bytes) -> bool:
    if got.kind is not pn532_frames.Kind.DATA:
        return {
            pn532_frames.Kind.ACK: b"\x00\xff\x00\xff",
            pn532_frames.Kind.NACK: b"\x00\xff\xff\x00",
            pn532_frames.Kind.ERROR: b"\x00\xff\x01\xff\x7f\x81\x00",
        }[got.kind] in stream or b"\x00\xff\xff\xff\x00\x01\xff\x7f\x81\x00" in stream
    short = len(got.body) <= 0xFF  # noqa: PLR2004 - the normal form has one byte of length
    normal = pn532_frames.frame(got.body)[1:] if short else b""
    return (short and normal in stream) or pn532_frames.frame(got.body, extended=True)[1:] in stream


def _is_resident_id(answer: resident_id_frames.Answer, stream: bytes) -> bool:
    return resident_id_frames.PREAMBLE + answer.size.to_bytes(2) in stream and (
        answer.number.encode("utf-16-le") in stream
    )


def _is_wiegand(number: str, stream: bytes) -> bool:
    return b"W26:" in stream and f"{with_parity(int(number, 16), 26):07X}".encode() in stream.upper()


def _is_code(code: str, stream: bytes) -> bool:
    return code.encode() in stream or code.encode("gb18030") in stream


def _is_key(meaning: Meaning, stream: bytes) -> bool:
    return any(_PAD[byte] == meaning for byte in stream if byte in _PAD)


def _is_status(answer: Answer, stream: bytes) -> bool:
    at = -1
    for byte in answer.raw:  # others may stand between, for an answer in real time may cut another one in two
        at = stream.find(byte, at + 1)
        if at < 0:
            return False
    return len(answer.raw) == {AnswerKind.AUTOMATIC: 4, AnswerKind.FORGOTTEN: 3}.get(answer.kind, 1)


def _is_typed(number: str, stream: bytes) -> bool:
    del stream
    return 8 <= len(number) <= 20 and set(number) <= set("0123456789ABCDEF")  # noqa: PLR2004 - its promise


def _events(data: bytes) -> list[tuple[int, int, int]]:
    """Make events of a keyboard: type, code and value are a byte each."""
    return [(data[at], data[at + 1], data[at + 2]) for at in range(0, len(data), _EVENT)]


def _resident_card() -> bytes:
    text = " " * 61 + _CITIZEN
    return resident_id_frames.frame(bytes.fromhex("00009001000400") + f"{text:128}".encode("utf-16-le") + bytes(1024))


_DIGITS: Final = (_NUMBER + checksum(_NUMBER)).encode()
_TYPED: Final = bytes(part for code in (*range(2, 10), 28) for part in (1, code, 1))

CASES: Final[Mapping[str, Case]] = {
    "em125k": Case(Em125kParser, b"\x0262E3086CED", 14, b"\x02" + _DIGITS + b"\r\n\x03", (_NUMBER,), _is_em125k),
    "em125k_bare": Case(lambda: Em125kParser(bare=True), b"62E3086CED", 120, b"\n" + _DIGITS, (_NUMBER,), _is_bare),
    "pn532": Case(
        pn532_frames.Pn532Parser,
        b"\x00\xff\xff\xff\x01\x08\xf7",
        273,
        pn532_frames.frame(b"\xd5\x4b\x00"),
        (pn532_frames.Frame(pn532_frames.Kind.DATA, b"\xd5\x4b\x00"),),
        _is_pn532,
        names=lambda got: bool(got.body),
    ),
    "resident_id": Case(
        resident_id_frames.ResidentIdParser,
        resident_id_frames.PREAMBLE + b"\x00\x04",
        51,
        _resident_card(),
        (resident_id_frames.Answer(resident_id_frames.DONE, resident_id_frames.CARD_BODY, _CITIZEN),),
        _is_resident_id,
        names=lambda answer: bool(answer.number),
    ),
    "wiegand": Case(lambda: WiegandParser(_FORM), b"W26:\r", 64, b"W26:2F764DD*02\r", ("7BB26E",), _is_wiegand),
    "codes": Case(
        lambda: CodeParser(lambda code: code.startswith("taxi:")),
        b"\x81\x30\xff\x30\r",
        512,
        "taxi:出租车\r".encode(),
        ("taxi:出租车",),
        _is_code,
    ),
    "codes_gap": Case(
        lambda: CodeParser(ends=Ends.GAP, prefix=b"~"),
        b"~\x81\x30\xff\x30\r",
        513,
        b"~taxi:1",
        ("taxi:1",),
        _is_code,
        names=lambda _code: False,  # nobody asked for a code of a certain form
    ),
    "keys": Case(
        lambda: KeyBytesParser(_PAD),
        b"N",
        8,
        b"NrK",
        tuple(_PAD[byte] for byte in b"NrK"),
        _is_key,
        names=lambda _meaning: False,  # a key that hangs says what a key says
    ),
    "escpos_status": Case(
        AnswerSplitter,
        b"\x37\x25\x37\x10\x00",
        3,
        b"\x12",
        (Answer(AnswerKind.REALTIME, b"\x12"),),
        _is_status,
        names=lambda _answer: False,  # any byte may be an answer
    ),
    "hid": Case(HidParser, b"\x01\x02\x01", 20, _TYPED, ("12345678",), _is_typed, _events, _EVENT),
}
"""Every parser there is, by the name of its driver."""
