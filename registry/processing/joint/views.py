"""What goes out about joint controllers: the views that the templates receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.datasets.views import ConflictRow
from registry.kernel.words import _, mark
from registry.processing.joint.queries import Agreed
from registry.processing.joint.vocabulary import JointDuty

ARRANGEMENT_LABELS: dict[str, str] = {
    "agreed_on": mark("Accord conclu le"),
    "law": mark("Texte qui répartit les obligations, à défaut d’accord"),
    "contact_point": mark("Point de contact pour les personnes"),
    "outline": mark("Grandes lignes"),
    "outline_url": mark("Adresse où elles se lisent"),
    "outline_published_on": mark("À disposition des personnes depuis le"),
    "notes": mark("Remarques"),
    "controllers": mark("Responsables conjoints"),
    "shares": mark("Qui répond de quoi"),
}


@dataclass(frozen=True)
class JointPanel:
    """The arrangement on an activity, in short."""

    activity_id: int
    begun: bool
    agreed_on: date | None
    law: str
    controllers: Sequence[str]
    shared: int
    duties: int
    available: bool
    may_record: bool


@dataclass(frozen=True)
class ArrangementFormPage:
    """The form of an arrangement; `version` is the one the person had read when they began to type.

    `began` are the stamps of the lines of that version; `beside` is what somebody else saved meanwhile, where it
    differs.
    """

    id: int
    version: int
    began: str
    name: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    duties: Sequence[tuple[str, str, str]]
    rows: Sequence[Mapping[str, Any]]
    beside: Sequence[ConflictRow]


@dataclass(frozen=True)
class OutlinePage:
    """The outline of an arrangement, as people may read it: who, what for, who answers for what, whom to ask."""

    id: int
    name: str
    purpose: str
    body: str
    controllers: Sequence[tuple[str, str]]
    agreed_on: date | None
    law: str
    shares: Sequence[tuple[str, str]]
    contact_point: str
    outline: Sequence[str]
    published_on: date | None
    url: str


def share_rows(agreed: Agreed) -> list[tuple[str, str]]:
    """Each duty with who answers for it; one nobody shared out says so."""
    held = {row.duty: row.answers or "" for row in agreed.shares}
    return [(duty.label, held.get(duty) or _("reste à dire")) for duty in JointDuty]
