"""The past of an activity: who changed what of it, and what it said on a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from sqlalchemy.orm import Session

from registry.accounts.queries import find_actor_names
from registry.compliance.panels import verdicts_then
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.moments import Asked, read_moment
from registry.datasets.queries import find_systems, find_titles
from registry.kernel.errors import FieldError, Invalid
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.ledger.queries import find_versions, find_versions_of_rows
from registry.organisations.queries import find_organisations
from registry.processing.as_of import MOST_VERSIONS, ActivityThen, changes_since, find_activity_then
from registry.processing.history import Named, history_views
from registry.processing.models import ProcessingActivity
from registry.processing.parts import PART_KINDS
from registry.processing.queries import find_parts, get_activity, get_with_below
from registry.processing.views import (
    ActivityAsOfPage,
    ActivityHistoryPage,
    data_row,
    recipient_row,
    right_rows,
    sheet_parts,
    transfer_row,
)
from registry.processing.wording import POINTING, UNSEEN
from registry.web.templating import say_moment
from registry.web.visits import Visit, route

READ = Permission.PROCESSING_ACTIVITY_READ


def named_of(session: Session, numbers: Mapping[str, Iterable[int]]) -> Named:
    """The names that the reader may know of what parts point to, by kind and number."""
    wanted = {kind: set(some) for kind, some in numbers.items()}
    found: dict[str, Mapping[int, str]] = {}
    if wanted.get("datasets"):
        found["datasets"] = find_titles(session, wanted["datasets"])
    if wanted.get("systems"):
        found["systems"] = {one.id: one.name for one in find_systems(session) if one.id in wanted["systems"]}
    if wanted.get("principals"):
        found["principals"] = {one.id: one.name for one in find_organisations(session)}
    return found


@route("GET", "/traitements/{activity_id:int}/historique", READ)
def show_activity_history(visit: Visit, activity_id: int) -> Response[Any]:
    """Who changed what of an activity and of what stands below it, when and why, in words."""
    session = visit.session
    activity = get_activity(session, activity_id)
    versions = find_versions(session, "processing_activity", activity_id)
    parts = {}
    for name, kind in PART_KINDS.items():
        ids = [row.id for row in find_parts(session, kind.model, activity_id)]
        table = str(kind.model.__tablename__)
        parts[name] = find_versions_of_rows(session, table, ids, limit=MOST_VERSIONS) if ids else {}
    pointed = {
        kind: {one.snapshot[column] for rows in parts[kind].values() for one in rows}
        for kind, column in POINTING.items()
    }  # fmt: skip
    actors = find_actor_names(session, {version.actor for version in versions})
    views = history_views(versions, parts, actors, named_of(session, pointed))
    own = f"/traitements/{activity_id}/etat?a="
    shown = [replace(one, address=own + quote(one.at.isoformat())) for one in views]
    return visit.page("processing/history.html", ActivityHistoryPage(activity.id, activity.name, shown))


@route("GET", "/traitements/{activity_id:int}/etat", READ)
def show_activity_then(visit: Visit, activity_id: int) -> Response[Any]:
    """The activity as it was at a moment, with what changed since; or why nothing can be shown."""
    activity, _owner, below = get_with_below(visit.session, activity_id)
    on, known_on = visit.query("le"), visit.query("connu")
    try:
        asked = read_moment(visit, on, known_on, visit.query("a"))
        then = _then(visit, activity, asked)
    except Invalid as refusal:
        page = ActivityAsOfPage(activity.id, activity.name, on, known_on, refusal.message)
        return visit.page("processing/as_of.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)
    now = {
        name: [row for row in find_parts(visit.session, kind.model, activity_id) if not row.annulled]
        for name, kind in PART_KINDS.items()
        if getattr(below, name)
    }
    return visit.page("processing/as_of.html", _page(visit, activity, now, asked, then), status=HTTP_200_OK)


def _then(visit: Visit, activity: ProcessingActivity, asked: Asked) -> ActivityThen:
    """The activity at a moment.

    Raises: Invalid when it was not there yet.
    """
    then = find_activity_then(visit.session, activity.id, asked.until)
    if then is not None:
        return then
    versions = find_versions(visit.session, "processing_activity", activity.id)
    message = _("Ce traitement n’existait pas encore {moment} : il entra au registre le {first}.").format(
        moment=asked.words, first=say_moment(versions[-1].recorded_at if versions else None)
    )
    raise Invalid(message, (FieldError("le", message),))


def _page(
    visit: Visit, activity: ProcessingActivity, now: Mapping[str, Sequence[Any]], asked: Asked, then: ActivityThen
) -> ActivityAsOfPage:
    row, parts, given = then.row, then.parts, dict(asked.address)
    named = named_of(
        visit.session,
        {
            kind: {getattr(one, column) for one in (*parts[kind], *now.get(kind, ()))}
            for kind, column in POINTING.items()
        },
    )  # fmt: skip
    return ActivityAsOfPage(
        id=activity.id,
        name=row.name,
        on=given.get("le", asked.on.isoformat()),
        known_on=given.get("connu", ""),
        error="",
        moment=asked.words,
        known_day=asked.known_day,
        then=row.version,
        now=activity.version,
        was_annulled=row.annulled,
        status=row.status.label,
        parts=sheet_parts(row),
        data=[data_row(one) for one in parts["data"]],
        recipients=[recipient_row(one) for one in parts["recipients"]],
        transfers=[transfer_row(one) for one in parts["transfers"]],
        rights=right_rows(row, parts["rights"]),
        pointed=[
            named.get(kind, {}).get(getattr(one, column)) or _(UNSEEN[kind])
            for kind, column in POINTING.items()
            for one in parts[kind]
        ],
        verdicts=verdicts_then(visit.session, SubjectKind.ACTIVITY, activity.id, asked.on, asked.until),
        changes=changes_since(then, activity, now, named),
    )


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_activity_history, show_activity_then)
