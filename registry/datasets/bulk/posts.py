"""The posts that a bulk edit fills or leaves vacant on each sheet: its owner, its steward."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.bulk.forms import POSTS, FieldEdit
from registry.datasets.models import BulkLine
from registry.datasets.vocabulary import BulkOperation
from registry.kernel.errors import FieldError
from registry.kernel.words import _
from registry.organisations.forms import AppointmentForm
from registry.organisations.posts import give_post, leave_post
from registry.organisations.queries import find_standing, is_person_of
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject

Holders = Mapping[str, Mapping[int, int]]
"""Who holds each post, by sheet."""


def read_post(session: Session, edit: FieldEdit, appointable: Collection[int]) -> tuple[int | None, FieldError | None]:
    """Whom an edit appoints, or nobody; or what is wrong with it.

    `appointable` are the organisations whose people the asker may appoint.
    """
    if edit.operation is BulkOperation.EMPTY:
        return None, None
    said = str(edit.value or "")
    known = said.isascii() and said.isdigit() and len(said) < 19
    if edit.operation is BulkOperation.SET and known and is_person_of(session, int(said), appointable):
        return int(said), None
    # A foreign key sees every person: whom the list does not offer is refused as whom does not exist.
    return None, FieldError(edit.field, _("Choisissez une personne de la liste."))


def find_holders(session: Session, names: Collection[str], dataset_ids: Sequence[int]) -> Holders:
    """Who holds each of these posts today, by sheet."""
    today = session.info["today"]()
    return {
        name: {
            subject: row.person_id
            for subject, row in find_standing(
                session, AppointmentSubject.DATASET, dataset_ids, POSTS[name], today
            ).items()
        }
        for name in names
    }  # fmt: skip


def write_posts(session: Session, line: BulkLine, organisation_id: int, reason: str | None) -> list[dict[str, Any]]:
    """Gives the posts of a line, or ends them; what it takes to undo that.

    Raises: Conflict when a post is given to somebody for days to come.
    """
    today = session.info["today"]()
    noted: list[dict[str, Any]] = []
    for name, (_before, after) in posts_of(line.changes).items():
        if after is not None:
            form = AppointmentForm(
                person_id=after, role=POSTS[name], subject_kind=AppointmentSubject.DATASET,
                subject_id=line.dataset_id, since=today,
            )  # fmt: skip
            noted.append(dict(give_post(session, organisation_id, form, reason=reason)))
            continue
        left = find_standing(session, AppointmentSubject.DATASET, [line.dataset_id], POSTS[name], today)
        if (row := left.get(line.dataset_id)) is not None:
            noted.append(dict(leave_post(session, row, on=today, reason=reason)))
    return noted


def posts_of(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What of a change concerns posts, each as before and after."""
    return {name: pair for name, pair in changes.items() if name in POSTS}


def columns_of(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What of a change concerns the sheet's own columns, each as before and after."""
    return {name: pair for name, pair in changes.items() if name not in POSTS}


def roles_of(changes: Mapping[str, Any], *, filled: bool) -> frozenset[str]:
    """The roles that a change fills, or leaves vacant."""
    found: set[AppointmentRole] = {
        POSTS[name] for name, (_before, after) in posts_of(changes).items() if (after is not None) is filled
    }
    return frozenset(found)


def holds_as_seen(holders: Holders, line: BulkLine) -> bool:
    """Whether the posts of a line are held as its preview saw them."""
    return all(
        holders.get(name, {}).get(line.dataset_id) == before
        for name, (before, _after) in posts_of(line.changes).items()
    )
