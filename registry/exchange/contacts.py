"""Whether the contact that a record names is the one its sheet has already."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from registry.datasets.models import Dataset
from registry.kernel.sort_keys import sort_key
from registry.organisations.queries import Known, find_known_among


class Contacts:
    """The contacts of some sheets, asked for once."""

    def __init__(self, session: Session, sheets: Iterable[Dataset]) -> None:
        numbers = {sheet.contact_person_id for sheet in sheets if sheet.contact_person_id is not None}
        self._known = find_known_among(session, numbers) if numbers else {}

    def of(self, sheet: Dataset | None) -> Known | None:
        """The contact of a sheet, as people know them."""
        return self._known.get(sheet.contact_person_id) if sheet is not None and sheet.contact_person_id else None


def is_told(given: Mapping[str, str], contact: Known | None, *, known: bool) -> bool:
    """Whether what a record says of its contact is known of the one the sheet has; a person goes by their address.

    One whose identity was erased (`known`, and nobody) stays: a file brings nobody erased back.
    """
    if contact is None or (contact.name is None and contact.email is None):
        return known
    email, name = given.get("email"), given.get("name")
    if email:
        return contact.email is not None and contact.email.casefold() == email.casefold()
    return contact.name is not None and sort_key(contact.name) == sort_key(name or "")


def said_of(contact: Known | None) -> str | None:
    """A contact in a word."""
    return (contact.email or contact.name) if contact is not None else None
