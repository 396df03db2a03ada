"""What gammu wrote and how it ended, understood: pure functions that take nothing for sent that may not be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from hardware.events import SmsResult
from hardware.modems.status import ModemStatus, Registration, Sim


@dataclass(frozen=True, slots=True)
class Run:
    """One run of gammu."""

    code: int | None
    """Its exit code; None when it was ended by a signal or by us."""
    output: str
    """What it wrote, its errors included; may hold personal data, and is never logged."""
    whole: bool = True
    """False: it wrote more than was read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one message."""

    result: SmsResult
    submitted: bool
    """The modem may have been given it."""
    sentence: str


NOT_OPENED: Final = frozenset(range(102, 109))
"""Exit codes that say that the port could not be opened (gammu's manual, "exit values")."""
GONE: Final = NOT_OPENED | frozenset(range(109, 113)) | {114, 133}
"""Exit codes that say something of the port, or of a modem that does not answer."""
_NO_SIM: Final = 149
_TORN: Final = frozenset({111, 112})
"""Writing or reading broke: how far it got is not known."""
_FIRST_REASON: Final = 100
_REASONS: Final = {
    114: "the modem does not answer",
    123: "the SIM card wants its PIN",
    131: "the SIM card knows no number of a message centre",
    _NO_SIM: "the SIM card cannot be read",
    169: "the modem does not tell the number of the message centre",
    173: "the network refuses",
}
_REFUSALS: Final = frozenset(
    {1, 8, 10, 21, 27, 28, 29, 30, 38, 41, 42, 47, 50, 69, 81, 95, 96, 97, 98, 99, 111, 127}
    | set(range(128, 256))
    | {302, 303, 304, 305, 310, 311, 312, 313, 315, 316, 317, 318, 330, 331}
)
"""Numbers of +CMS ERROR that say for certain that a message was not taken: the network's causes (3GPP TS 24.011, E.2),
the message centre's (TS 23.040, 9.2.3.22) and those of the modem that come before the sending (TS 27.005, 3.2.5).
Others, as 332 "network timeout" and 500 "unknown error", leave it open."""

# Numbers have few digits: Python refuses to read one of more than 4300.
_PART: Final = re.compile(r"Sending SMS (\d{1,4})/(\d{1,4})")
_WAITS: Final = "waiting for network answer"
_ANSWERED: Final = re.compile(r"\.\.(OK|error (-?\d{1,6})), message reference")
_FACT: Final = re.compile(r"^([A-Z][A-Za-z ]*?) *: (.*)$", re.MULTILINE)
_NUMBER: Final = re.compile(r"-?\d+")
_SIM: Final = {
    "Nothing to enter.": Sim.READY,
    "Waiting for PIN.": Sim.PIN,
    "Waiting for PUK.": Sim.PUK,
}
_REGISTRATION: Final = {
    "home network": Registration.HOME,
    "roaming network": Registration.ROAMING,
    "requesting network": Registration.SEARCHING,
    "registration to network denied": Registration.DENIED,
    "not logged into network": Registration.OFF,
}


def send_answer(run: Run) -> Answer:
    """Tell what became of a message from what gammu wrote about each of its parts."""
    heads = list(_PART.finditer(run.output))
    if not run.whole:
        return Answer(SmsResult.UNKNOWN, submitted=True, sentence="gammu wrote more than anybody can read.")
    if not heads and _WAITS in run.output:
        return Answer(SmsResult.UNKNOWN, submitted=True, sentence="gammu says something that nobody understands.")
    if not heads:
        return Answer(SmsResult.FAILED, submitted=False, sentence=f"Not sent: {_reason(run)}.")
    total, sent, last = int(heads[-1][2]), 0, heads[-1]
    for head, end in zip(heads, [*(head.start() for head in heads[1:]), len(run.output)], strict=True):
        answered = _ANSWERED.search(run.output, head.end(), end)
        if answered and answered[1] == "OK":
            sent += 1
        else:
            last = head
            break
    if sent == total:
        return Answer(SmsResult.SENT, submitted=True, sentence="The network took it.")
    if sent:
        return Answer(
            SmsResult.UNKNOWN, submitted=True, sentence=f"Of its {total} parts {sent} were taken for certain."
        )
    return _unsent(run, run.output[last.end() :])


def _unsent(run: Run, told: str) -> Answer:
    """Judge a message of which no part was taken for certain, by what was written after its announcement."""
    answered = _ANSWERED.search(told)
    number = int(answered[2]) if answered and answered[2] else None
    if _WAITS not in run.output:
        if run.code is not None and run.code > _FIRST_REASON and run.code not in _TORN:
            why = f"error {number}" if number is not None and number > 0 else _reason(run)
            return Answer(SmsResult.FAILED, submitted=False, sentence=f"The modem did not want it: {why}.")
        return Answer(SmsResult.UNKNOWN, submitted=True, sentence="It broke off while the modem was given it.")
    if number in _REFUSALS:
        return Answer(SmsResult.FAILED, submitted=True, sentence=f"The network refused it with error {number}.")
    if number is not None:
        return Answer(SmsResult.UNKNOWN, submitted=True, sentence=f"The modem answered with error {number}.")
    return Answer(SmsResult.UNKNOWN, submitted=True, sentence="The modem took it and does not say that it was sent.")


def status(run: Run) -> ModemStatus:
    """Read what `identify`, `getsecuritystatus` and `monitor` wrote; what is not there is UNKNOWN."""
    facts: dict[str, str] = {}
    for fact in _FACT.finditer(run.output):
        facts.setdefault(fact[1], fact[2].strip())
    words = next((sim for word, sim in _SIM.items() if word in run.output), Sim.UNKNOWN)
    return ModemStatus(
        sim=Sim.ABSENT if run.code == _NO_SIM else words,
        registration=_REGISTRATION.get(facts.get("Network state", ""), Registration.UNKNOWN),
        network=_plain(facts.get("Name in phone", "").strip('"')),
        signal_percent=_number(facts.get("Network level", "")),
        signal_dbm=_number(facts.get("Signal strength", "")),
        maker=_plain(facts.get("Manufacturer", "")),
        model=_plain(facts.get("Model", "").removeprefix("unknown ").strip("()")),
        firmware=_plain(facts.get("Firmware", "")),
    )


def _number(text: str) -> int | None:
    found = _NUMBER.match(text)
    return int(found[0]) if found and len(found[0]) <= 4 else None  # noqa: PLR2004 - more is no percentage and no dBm


def _plain(text: str) -> str:
    """What a modem calls something, short and on one line."""
    return "".join(char for char in text if char.isprintable())[:40]


def _reason(run: Run) -> str:
    if run.code is None:
        return "it took too long"
    return _REASONS.get(run.code, f"gammu ended with code {run.code}")
