"""Who gathers the content of which report: handed over by the map of rooms, never imported from here."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from registry.kernel.errors import NotFound
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.organisations.vocabulary import OrganisationKind


@dataclass(frozen=True)
class Source:
    """Where the content of a report comes from.

    `permission` is what one must be allowed to read in order to ask for the report, and to read it once issued.
    `keeper` answers the organisation that keeps a document on a subject, or refuses the subject; `gather` its
    content on a day. `offered` are the organisations that the page proposes, by the kind of subject they make;
    `records` how a record whose own sheet proposes the document is called, by the kind of subject it makes.
    """

    report_id: str
    permission: Permission
    keeper: Callable[[Session, Subject], int]
    gather: Callable[[Session, Subject, Moment], Gathered]
    offered: Mapping[str, Collection[OrganisationKind]] = field(default_factory=dict)
    records: Mapping[str, Callable[[Session, Subject], str]] = field(default_factory=dict)


def sources_of(session: Session) -> Mapping[str, Source]:
    """The sources the assembly gave to this session, by report."""
    found: Mapping[str, Source] = session.info["sources"]
    return found


def get_source(sources: Mapping[str, Source], report_id: str) -> Source:
    """The source of a report.

    Raises: NotFound.
    """
    found = sources.get(report_id)
    if found is None:
        message = _("Aucun document ne s’appelle « {name} ». Documents connus : {known}.")
        raise NotFound(message.format(name=report_id, known=", ".join(sorted(sources))))
    return found
