"""What the pages of governance do alike: setting aside with a reason, and a form that another change overtook."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.meanwhile import fields_together
from registry.datasets.views import ConflictRow
from registry.governance.queries import Row
from registry.governance.service import set_aside, wrong
from registry.governance.training_forms import SessionForm
from registry.governance.training_queries import find_attendance_rows
from registry.governance.views import AsidePage, label_of
from registry.kernel.errors import Conflict, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.ledger.queries import get_version
from registry.organisations.queries import find_people
from registry.web.forms import WHOLE, read_number
from registry.web.saving import Unsaved, again
from registry.web.typed import AnnulForm
from registry.web.visits import NOTICES, Rejected, Visit

READ, RECORD = Permission.GOVERNANCE_PLAN_READ, Permission.GOVERNANCE_PLAN_RECORD
NOTICES.update(
    {
        "gouvernance-enregistree": mark("C’est enregistré."),
        "gouvernance-annulee": mark("La fiche est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "gouvernance-retablie": mark("La fiche est rétablie."),
    }
)


def ask_why(
    visit: Visit, row: Row, what: str, title: str, here: str, back: str, error: str = "", status: int = 200
) -> Response[Any]:
    """Asks why a record is set aside, or brought back; `here` is its own address, `back` where one goes then."""
    page = AsidePage(row.version, title, what, row.annulled, error, f"{here}/annuler", back)
    return visit.page("governance/annul.html", page, status=status)


def answer_why(
    visit: Visit, row: Row, what: str, title: str, here: str, back: str, *, by: Callable[..., Any] = set_aside
) -> Response[Any]:
    """Sets a record aside, or brings it back, or asks once more for the reason."""
    read = visit.form(AnnulForm)
    if isinstance(read, Rejected):
        why = _("Dites en quelques mots pourquoi : ce motif reste au registre.")
        return ask_why(visit, row, what, title, here, back, why, HTTP_422_UNPROCESSABLE_ENTITY)
    expected, aside = read_number(visit.form_data().first("version")) or 0, not row.annulled
    try:
        by(visit.session, row, expected=expected, reason=read.form.reason, annulled=aside)
    except (Stale, Conflict) as refusal:
        return ask_why(visit, row, what, title, here, back, again(refusal)[WHOLE], HTTP_409_CONFLICT)
    return visit.go(back, done="gouvernance-annulee" if aside else "gouvernance-retablie")


def require_people(visit: Visit, form: SessionForm, training_id: int | None = None) -> None:
    """Refuses to name, at a session, somebody of an organisation whose training the visitor does not keep.

    Raises: Invalid.
    """
    known = find_attendance_rows(visit.session, training_id) if training_id is not None and form.people else ()
    new = {one.person_id for one in form.people or []} - {one.person_id for one in known}
    may = {one.id for one in find_people(visit.session, visit.visitor.reach(RECORD))} if new else set()
    if new - may:
        raise wrong("people", _("Une de ces personnes n’est pas d’une organisation dont vous tenez la gouvernance."))


def beside_the_other(
    visit: Visit, row: Row, typed: dict[str, Any], unsaved: Unsaved, expected: int, theirs: Mapping[str, Any],
    say: Callable[[str, Any], str],
) -> tuple[dict[str, Any], Sequence[ConflictRow]]:  # fmt: skip
    """What a form shows again: what was typed, with what somebody else saved since version `expected` beside it.

    What only the other changed is taken as they left it; `say` tells a value in words.
    """
    if unsaved.version is None:
        return typed, ()
    began = get_version(visit.session, str(row.__tablename__), row.id, expected) or {}
    return fields_together(unsaved.given, theirs, began, label=label_of, say=say)
