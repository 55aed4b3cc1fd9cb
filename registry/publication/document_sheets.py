"""What the documents of publication share: whose they are, which datasets they look at, the sheets they are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.engine import engine_at
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.vocabulary import AccessRights, Stage
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, ngettext
from registry.organisations.holding import Held, find_every, find_held, frame_of_sheets
from registry.organisations.queries import get_organisation
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.lists import load_list
from registry.publication.queries import find_public

BOUND = frozenset({OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE})
OFFERED = {"organisation": BOUND}


def get_keeper(session: Session, subject: Subject) -> int:
    """The body whose document it is.

    Raises: NotFound; Invalid when the law addresses no such body.
    """
    body = get_organisation(session, subject.number) if subject.kind in OFFERED else None
    if body is None or body.kind not in BOUND:
        raise Invalid(_("Ce rapport est celui d’une commune ou d’un établissement intercommunal."))
    return body.id


@dataclass(frozen=True)
class Seen:
    """A dataset with what the register knew of it that day; a fact that is not there was never said."""

    row: Any
    facts: Mapping[str, Any]
    online: bool
    """Whether it stands published in the public catalogue."""

    @property
    def number(self) -> int:
        """Its number."""
        return int(self.row.id)

    def says(self, name: str) -> Any:
        """What is known of one fact; nothing where it was never said."""
        return self.facts.get(f"dataset.{name}")

    @property
    def elsewhere(self) -> bool:
        """Whether its sheet alone says that it is online: nothing of it was published here, nor withdrawn."""
        declared = self.row.access_rights == AccessRights.PUBLIC and self.says("published_online") is True
        return declared and self.row.stage != Stage.PUBLISHED

    def was_told(self, name: str) -> bool:
        """Whether a fact that may be absent was said to be there or not."""
        return f"dataset.{name}__present" in self.facts


def get_held(session: Session, subject: Subject, moment: Moment) -> Held:
    """A body as it stood, with its services.

    Raises: NotFound; Invalid when it was not in the register that day.
    """
    return find_held(session, find_every(session, moment), subject.number)


def find_seen(session: Session, held: Held, moment: Moment) -> list[Seen]:
    """The datasets that a body and its services hold, by title, with their facts."""
    subject = engine_at(session, moment.until).subjects[SubjectKind.DATASET]
    ids = subject.everything(session, held.within, moment.until)
    bound = subject.bind(session, ids, on=moment.as_of, until=moment.until)
    # What keeps a dataset back is known of today alone: of a past day, the stage tells.
    public = find_public(session) if moment.until is None else None
    found = [
        Seen(row, facts, row.stage == Stage.PUBLISHED if public is None else int(row.id) in public)
        for row, facts in bound.values()
        if not row.annulled
    ]
    return sorted((one for one in found if one.row.organisation_id in held.within), key=lambda one: (
        one.row.title, one.number
    ))  # fmt: skip


def make_document(
    session: Session,
    held: Held,
    moment: Moment,
    summary: Sequence[tuple[str, int, int]],
    sheets: Sequence[Mapping[str, Any]],
    unsaid: str = "",
) -> Gathered:
    """A document of sheets about a body; `unsaid` tells on its cover what nobody said yet."""
    name = held.asked.name
    values = {
        **frame_of_sheets(session, held, moment, name),
        "card": [
            {"label": _("Tenu par"), "text": name},
            *([{"label": _("Reste à dire"), "text": unsaid}] if unsaid else []),
        ],
        "summary": [{"label": label, "first": first, "second": second} for label, first, second in summary],
        "sheets": list(sheets),
    }
    return Gathered(held.kind, held.asked.id, name, held.asked.id, values)


def list_sheet(
    code: str, name: str, headers: Sequence[str], rows: Sequence[Sequence[str]], *, late: bool = False
) -> dict[str, Any]:
    """A sheet that is one table of datasets, with how many."""
    standing = ngettext("{count} jeu de données", "{count} jeux de données", len(rows)).format(count=len(rows))
    return {
        "id": code, "name": name, "standing": standing, "late": late and bool(rows),
        "grids": [{"caption": name, "headers": headers, "rows": rows}] if rows else [],
    }  # fmt: skip


def line(label: str, text: str, article: str = "", *, owed: bool = False) -> dict[str, Any]:
    """A heading of a sheet and what it says."""
    return {"label": label, "text": text, "article": article, "owed": owed}


def labels(name: str, codes: Sequence[str]) -> str:
    """Codes of a list in words."""
    known = load_list(name)
    return ", ".join(known.label(code) if code in known else code for code in codes)
