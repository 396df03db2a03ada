"""A tap among 100 000 residents, beside a bare SQLite look-up in a table of the same people; and a table taken in."""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
import uuid
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from figures import Figure, Samples

from dispatch_client.clock import SystemClock
from dispatch_client.trips import Place
from kiosk.residents.bulk import take_in
from kiosk.residents.keys import Keys
from kiosk.residents.office import open_office
from kiosk.residents.people import Contact, Details, Need, Picture, PicturePlace, Resident
from kiosk.residents.refusals import Refusal
from kiosk.residents.rows import bind, insert

if TYPE_CHECKING:
    from pathlib import Path

    from figures import Progress

    from kiosk.residents.office import Office

PEOPLE: Final = 100_000
TAPS: Final = 5_000
ROWS: Final = 10_000
_MS: Final = 1000.0
_TAIL: Final = 0.99
_HAN: Final = 0x4E00
_SEED: Final = 3


def details(number: int) -> Details:
    """Somebody of whom much is kept."""
    return Details(
        name=f"测{chr(_HAN + number // 1000)}{chr(_HAN + number % 1000)}",
        phone=f"+86139{number:08d}",
        pinyin="ce4 shi4 yi1",
        pickup="东门岗亭旁边",
        places=(PicturePlace(Picture.HOSPITAL, Place("东院门诊楼", 31.21, 121.46, "走边门")),),
        needs=frozenset({Need.WALKER, Need.SLOW}),
        contact=Contact("测试亲属", "+8613900000000", "女儿"),
    )


def measure(folder: Path, tell: Progress, people: int = PEOPLE) -> list[Figure]:
    """Fill a registry, tap at random, look for people, take a table in; what stands in `folder` goes."""
    tell(f"{people} residents are registered")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    office = open_office(folder / "residents", SystemClock(), keys=Keys(folder / "residents", None))
    table = sqlite3.connect(folder / "bare.db", isolation_level=None)
    with closing(office), closing(table):
        _fill(office, table, people)
        tell(f"a tap among {people}, {TAPS} times")
        return [*_taps(office, table, people), *_found(office, people), _taken_in(folder, tell)]


def _fill(office: Office, table: sqlite3.Connection, people: int) -> None:
    moment = SystemClock().now()
    table.execute("CREATE TABLE cards(hash TEXT PRIMARY KEY, document TEXT)")
    table.execute("BEGIN")
    with office.vault.change():
        for number in range(people):
            one = Resident(str(uuid.uuid4()), details(number), moment.wall, moment.wall)
            insert(office.vault, one, moment)
            bind(office.vault, _card(number), one.id, "card", datetime.now(UTC))
            row = office.vault.row("SELECT document FROM residents WHERE id=?", (one.id,))
            table.execute("INSERT INTO cards VALUES(?, ?)", (_card(number), row and row[0]))
    table.execute("COMMIT")
    office.vault.settle()


def _card(number: int) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, str(number)).hex * 2


def _taps(office: Office, table: sqlite3.Connection, people: int) -> list[Figure]:
    ours, bare, dice = Samples(), Samples(), random.Random(_SEED)  # noqa: S311 - repeatable taps
    for _ in range(TAPS):
        card = _card(dice.randrange(people))
        began = time.perf_counter()
        found = office.cards.look_up(card)
        ours.add((time.perf_counter() - began) * _MS)
        if found is Refusal.UNKNOWN:
            raise LookupError("a card that was registered was not found")
        began = time.perf_counter()
        table.execute("SELECT document FROM cards WHERE hash=?", (card,)).fetchone()
        bare.add((time.perf_counter() - began) * _MS)
    size = f"{people:,}".replace(",", " ")
    return [
        Figure(f"card → resident among {size}, p50", "ms", ours.at(0.5), bare.at(0.5)),
        Figure(f"card → resident among {size}, p99", "ms", ours.at(_TAIL), bare.at(_TAIL), most=5),
    ]


def _found(office: Office, people: int) -> list[Figure]:
    times, dice = Samples(), random.Random(_SEED)  # noqa: S311 - repeatable
    for _ in range(40):
        wanted = details(dice.randrange(people))
        for text in (wanted.name[1:], wanted.phone[-4:], "ceshi", "csy"):
            began = time.perf_counter()
            if not office.registry.find(text, 8):
                raise LookupError("somebody who was registered was not found")
            times.add((time.perf_counter() - began) * _MS)
    return [Figure("find by name, pinyin or number, p99", "ms", times.at(_TAIL), most=250)]


def _taken_in(folder: Path, tell: Progress) -> Figure:
    tell(f"a table of {ROWS} rows is taken in")
    lines = ["name,phone,consents,notice"]
    lines += [f"{details(number).name},+86138{number:08d},registration,1" for number in range(ROWS)]
    other = folder / "other"
    with closing(open_office(other, SystemClock(), keys=Keys(other, None))) as office:
        began = time.perf_counter()
        done = take_in(office, "\n".join(lines).encode(), "bench", str)
        seconds = time.perf_counter() - began
    if done.saved != ROWS:
        raise LookupError(f"{len(done.bad)} rows of a right table were called wrong")
    return Figure(f"import of {ROWS} rows", "s", seconds, most=10)
