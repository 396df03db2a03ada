"""The tables of the registry, laid out once; a later layout says here how it comes from this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    import sqlite3

LAYOUT: Final = 1

_TABLES: Final[dict[str, tuple[dict[str, type], str]]] = {
    "facts": ({"name": str, "value": bytes}, "name"),
    "residents": (
        {
            "id": str,
            "same": str,  # the name as `letters.sameness` writes it
            "name": str,
            "sound": str,
            "initials": str,
            "phone": str,
            "document": str,
            "registered_at": float,
            "changed_at": float,
            "used_day": str,  # last day of use, YYYY-MM-DD; NULL: the clock could not tell
            "leaving": int,  # 1: being erased; nobody is served by it any more
        },
        "id",
    ),
    "cards": ({"hash": str, "resident": str, "kind": str, "bound_at": float, "dead_at": float}, "hash"),
    "consents": (
        {
            "id": int,
            "resident": str,
            "purpose": str,
            "notice": str,
            "given_by": str,
            "authority": str,
            "recorded_by": str,
            "given_at": float,
            "withdrawn_at": float,
            "withdrawn_by": str,
        },
        "id",
    ),
    "returns": ({"nonce": str, "resident": str, "expires_at": float, "used_at": float}, "nonce"),
    "caretakers": ({"id": str, "number": int, "name": str, "pin": str, "since": float, "until": float}, "id"),
    "tries": (
        {"door": str, "failures": int, "boot_id": str, "mono": float, "wall": str, "trusted": int},
        "door",
    ),
    "audit_tail": ({"n": int, "line": str}, "n"),
}
_INDEXES: Final = (
    ("residents", ["phone"]),
    # Searching reads this alone, a tenth of the table.
    ("residents", ["same", "sound", "initials", "phone", "leaving", "id"]),
    ("residents", ["used_day"]),
    ("cards", ["resident"]),
    ("consents", ["resident"]),
    ("returns", ["resident"]),
)


def lay_out(connection: Any) -> None:  # noqa: ANN401 - an untyped connection
    """Make the tables and indexes that are not there yet. May be cut short and done again."""
    from sqlite_utils import Database  # noqa: PLC0415 - 8 MB and 60 ms that only a first start needs

    db: Any = Database(cast("sqlite3.Connection", connection), execute_plugins=False)
    for name, (columns, key) in _TABLES.items():
        db[name].create(columns, pk=key, if_not_exists=True)
    for name, of in _INDEXES:
        db[name].create_index(of, if_not_exists=True)
    # Last, so that a power cut in between leaves a file that is laid out again.
    connection.execute(f"PRAGMA user_version = {LAYOUT}")
