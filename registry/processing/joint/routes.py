"""The pages of joint controllers: the form of an arrangement, and its outline as people may read it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.datasets.meanwhile import Lines, Row, fields_together, written
from registry.datasets.views import ConflictRow
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.ledger.queries import get_version
from registry.organisations.queries import get_organisation
from registry.processing.joint.forms import ArrangementForm
from registry.processing.joint.queries import Agreed, find_agreed
from registry.processing.joint.service import record_arrangement
from registry.processing.joint.views import ARRANGEMENT_LABELS, ArrangementFormPage, OutlinePage, share_rows
from registry.processing.joint.vocabulary import JointDuty
from registry.processing.models import ProcessingActivity
from registry.processing.queries import get_activity
from registry.web.forms import FormData, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Visit, route

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD
NOTICES.update({"accord-enregistre": mark("L’accord entre responsables conjoints est enregistré.")})
_ROW, _EMPTY_ROWS = re.compile(r"row-(\d{1,3})-name"), 2
_FIELDS = ("agreed_on", "law", "contact_point", "outline", "outline_url", "outline_published_on", "notes")


def typed_arrangement(data: FormData) -> dict[str, Any]:
    """An arrangement as it was typed; a controller whose name is emptied leaves."""
    values: dict[str, Any] = {name: data.first(name).strip() or None for name in _FIELDS}
    numbers = sorted({int(found[1]) for name in data.names() if (found := _ROW.fullmatch(name))})
    rows = [{name: data.first(f"row-{one}-{name}").strip() or None for name in ("name", "contact")} for one in numbers]
    values["controllers"] = [{**row, "name": row["name"] or ""} for row in rows if any(row.values())]
    values["shares"] = [
        {"duty": str(duty), "answers": data.first(f"duty-{duty}").strip() or None} for duty in JointDuty
    ]  # fmt: skip
    return values


def _values_of(agreed: Agreed) -> tuple[dict[str, Any], int]:
    if agreed.row is None:
        return {}, 0
    values: dict[str, Any] = {name: getattr(agreed.row, name) for name in _FIELDS}
    values["controllers"] = [{"name": one.name, "contact": one.contact} for one in agreed.controllers]
    values["shares"] = [{"duty": str(one.duty), "answers": one.answers} for one in agreed.shares]
    return values, agreed.row.version


def _place(path: str) -> str:
    """The field of the page an error stands at: `controllers.1.name` is `row-1-name`."""
    part, _dot, rest = path.partition(".")
    if part == "shares" and rest:
        return f"duty-{list(JointDuty)[int(rest.partition('.')[0])]}"
    return f"row-{rest.replace('.', '-')}" if rest else part or "_"


def _page(
    visit: Visit,
    activity: ProcessingActivity,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    version: int,
    began: str,
    status: int = 200,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:
    held = {one["duty"]: one["answers"] or "" for one in values.get("shares") or ()}
    page = ArrangementFormPage(
        id=activity.id,
        version=version,
        began=began,
        name=activity.name,
        values=values,
        errors={_place(path): message for path, message in (errors or {}).items()},
        labels={name: _(label) for name, label in ARRANGEMENT_LABELS.items()},
        duties=[(str(duty), duty.label, held.get(str(duty), "")) for duty in JointDuty],
        rows=[*(values.get("controllers") or ()), *({} for _row in range(_EMPTY_ROWS))],
        beside=beside,
    )
    return visit.page("processing/joint_form.html", page, status=status)


@route("GET", "/traitements/{activity_id:int}/responsables-conjoints", RECORD)
def show_arrangement_form(visit: Visit, activity_id: int) -> Response[Any]:
    """The form of the arrangement on an activity, as it stands."""
    activity = get_activity(visit.session, activity_id)
    visit.visitor.require(RECORD, activity.organisation_id)
    values, version = _values_of(find_agreed(visit.session, activity_id))
    return _page(visit, activity, values, version=version, began=_began(values))


@route("POST", "/traitements/{activity_id:int}/responsables-conjoints", RECORD)
def change_arrangement(visit: Visit, activity_id: int) -> Response[Any]:
    """Saves the arrangement; somebody else's change meanwhile is shown beside, field by field."""
    activity = get_activity(visit.session, activity_id)
    visit.visitor.require(RECORD, activity.organisation_id)
    data = visit.form_data()
    typed, version, began = typed_arrangement(data), read_number(data.first("version")) or 0, data.first("began")
    read = parse_values(ArrangementForm, typed, today=visit.today)
    made = save(read, lambda form: record_arrangement(visit.session, activity_id, form, expected=version))
    if isinstance(made, Unsaved) and made.version is not None:
        return _beside_the_other(visit, activity, made, version, began)
    if isinstance(made, Unsaved):
        return _page(visit, activity, typed, made.errors, version=version, began=began, status=made.status)
    return visit.go(f"/traitements/{activity_id}", done="accord-enregistre")


def _beside_the_other(
    visit: Visit, activity: ProcessingActivity, unsaved: Unsaved, read: int, began: str
) -> Response[Any]:  # fmt: skip
    """The form once more: what was given, with what somebody else saved since version `read`, field by field."""
    given, agreed = unsaved.given, find_agreed(visit.session, activity.id)
    theirs, version = _values_of(agreed)
    base = get_version(visit.session, "joint_arrangement", agreed.row.id, read) if agreed.row is not None else None
    kept, beside = fields_together(
        {name: given[name] for name in _FIELDS}, theirs, base, label=lambda name: _(ARRANGEMENT_LABELS[name]),
        say=_say,
    )  # fmt: skip
    kept["controllers"], differing = _CONTROLLERS.together(given["controllers"], theirs.get("controllers", ()), began)
    kept["shares"], shared = _SHARES.together(given["shares"], theirs.get("shares", ()), began)
    return _page(
        visit, activity, kept, unsaved.errors, version=version, began=_began(theirs), status=unsaved.status,
        beside=[*beside, *differing, *shared],
    )  # fmt: skip


def _began(values: Mapping[str, Any]) -> str:
    return written((_CONTROLLERS, values.get("controllers") or ()), (_SHARES, values.get("shares") or ()))


def _say_controller(row: Row) -> str:
    return " — ".join(filter(None, (row["name"], row["contact"])))


def _say_share(row: Row) -> str:
    return row["answers"] or ""


_CONTROLLERS = Lines("controllers", "name", lambda row: str(row["name"]), _say_controller)
_SHARES = Lines("shares", "duty", lambda row: JointDuty(row["duty"]).label, _say_share)


def _say(name: str, value: Any) -> str:
    if value and name.endswith("_on"):
        return say_day(value if isinstance(value, date) else date.fromisoformat(value))
    return str(value or "")


@route("GET", "/traitements/{activity_id:int}/grandes-lignes", READ)
def show_outline(visit: Visit, activity_id: int) -> Response[Any]:
    """The outline of the arrangement, to print or to hand over: what people may read of it, and no more."""
    activity = get_activity(visit.session, activity_id)
    agreed = find_agreed(visit.session, activity_id)
    row = agreed.row
    if row is None:
        raise NotFound(_("Aucun accord entre responsables conjoints n’est noté sur ce traitement."))
    page = OutlinePage(
        id=activity.id,
        name=activity.name,
        purpose=activity.purpose or "",
        body=get_organisation(visit.session, activity.organisation_id).name,
        controllers=[(one.name, one.contact or "") for one in agreed.controllers],
        agreed_on=row.agreed_on,
        law=row.law or "",
        shares=share_rows(agreed),
        contact_point=row.contact_point or "",
        outline=[line.strip() for line in (row.outline or "").splitlines() if line.strip()],
        published_on=row.outline_published_on,
        url=row.outline_url or "",
    )
    return visit.page("processing/joint_outline.html", page)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_arrangement_form, change_arrangement, show_outline)
