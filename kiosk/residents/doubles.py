"""Finds out whether a card, a number or a person is registered already, and says so without naming anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.residents.faults import Problem, Wrong
from kiosk.residents.letters import sameness

if TYPE_CHECKING:
    from kiosk.residents.people import Resident
    from kiosk.residents.vault import Vault


def card_taken(vault: Vault, card: str, ident: str) -> Problem | None:
    """Tell when a card is alive in somebody else's name."""
    row = vault.row("SELECT resident FROM cards WHERE hash=? AND dead_at IS NULL AND resident<>?", (card, ident))
    if row is None:
        return None
    sentence = "this card belongs to another resident; take another card, or report that one as lost first"
    return Problem("card", Wrong.DUPLICATE_CARD, sentence, row[0])


def same_person(vault: Vault, resident: Resident, *, shares_phone: bool, namesake: bool) -> tuple[Problem, ...]:
    """Tell when somebody of this name or number is registered.

    Name and number together are one person, whatever the caretaker says. The same name with another number is another
    person. Where a number is wanting the caretaker is asked (`namesake`); couples share numbers (`shares_phone`).
    """
    phone, ident = resident.details.phone, resident.id
    named = vault.rows(
        "SELECT id, phone FROM residents WHERE same=? AND id<>? AND leaving=0",
        (sameness(resident.details.name), ident),
    )
    for other, number in named:
        if phone and number == phone:
            sentence = "this person is registered already, with the same name and number; correct that entry instead"
            return (Problem("name", Wrong.DUPLICATE_PERSON, sentence, other),)
    for other, number in named:
        if not namesake and not (phone and number):
            sentence = (
                "somebody of this name is registered already, and without a number for both nobody can tell them "
                "apart; look at that entry, or say that they are two people"
            )
            return (Problem("name", Wrong.DUPLICATE_PERSON, sentence, other),)
    if phone and not shares_phone:
        row = vault.row("SELECT id FROM residents WHERE phone=? AND id<>? AND leaving=0", (phone, ident))
        if row:
            sentence = "another resident has this number; compare it, or say that the two share a telephone"
            return (Problem("phone", Wrong.DUPLICATE_PHONE, sentence, row[0]),)
    return ()
