"""The records that evidence may be about: how a kind is found, named and read, as the rooms above hand it over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.documents.vocabulary import ProofSubject
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.organisations.models import Organisation


@dataclass(frozen=True)
class Proved:
    """A record that evidence may be about."""

    organisation_id: int
    name: str
    annulled: bool


Find = Callable[[Session, Sequence[int]], Mapping[int, Proved]]


@dataclass(frozen=True)
class Provable:
    """How one kind of record is reached: `read` is the permission its sheet asks for, `address` where the sheet is.

    `record` is what giving evidence on it asks for beside the keeping of evidence.
    """

    kind: ProofSubject
    read: Permission
    address: str
    find: Find
    record: Permission = Permission.DOCUMENTS_EVIDENCE_RECORD


def finding(model: type[Any], called: Any) -> Find:
    """How records of one table are found within the asker's rights, each `called` as that column says."""

    def find(session: Session, ids: Sequence[int]) -> Mapping[int, Proved]:
        rows = session.execute(
            select(col(model.id), col(model.organisation_id), col(called), col(model.annulled)).where(
                col(model.id).in_(ids)
            )
        )
        return {number: Proved(*proved) for number, *proved in rows}

    return find


def provables_of(session: Session) -> Mapping[ProofSubject, Provable]:
    """The kinds of records the assembly handed to this session, by kind."""
    found: Mapping[ProofSubject, Provable] = session.info["provables"]
    return found


def get_proved(session: Session, kind: ProofSubject, subject_id: int) -> Proved:
    """A record that evidence may be about, within the asker's rights.

    Raises: NotFound.
    """
    provable = provables_of(session).get(kind)
    found = provable.find(session, [subject_id]).get(subject_id) if provable is not None else None
    if found is None:
        raise NotFound(_("Cette fiche n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def _find_bodies(session: Session, ids: Sequence[int]) -> Mapping[int, Proved]:
    rows = session.execute(
        select(col(Organisation.id), col(Organisation.name), col(Organisation.annulled)).where(
            col(Organisation.id).in_(ids)
        )
    )
    return {row.id: Proved(row.id, row.name, row.annulled) for row in rows}


BODIES = Provable(
    ProofSubject.ORGANISATION, Permission.ORGANISATIONS_ORGANISATION_READ, "/organisations/{id}", _find_bodies
)
"""Organisations, which stand below this room."""
