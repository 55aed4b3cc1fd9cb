"""What the pages of governance do alike: setting aside with a reason, and a form that another change overtook."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from registry.datasets.meanwhile import fields_together
from registry.datasets.views import ConflictRow
from registry.governance.queries import Row
from registry.governance.service import set_aside, wrong
from registry.governance.training_forms import SessionForm
from registry.governance.training_queries import find_attendance_rows
from registry.governance.views import label_of
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.ledger.queries import get_version
from registry.organisations.queries import find_people
from registry.web.saving import Unsaved
from registry.web.setting_aside import Aside
from registry.web.visits import NOTICES, Visit

READ, RECORD = Permission.GOVERNANCE_PLAN_READ, Permission.GOVERNANCE_PLAN_RECORD
NOTICES.update(
    {
        "gouvernance-enregistree": mark("C’est enregistré."),
        "gouvernance-annulee": mark("La fiche est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "gouvernance-retablie": mark("La fiche est rétablie."),
    }
)


ASIDE = ("gouvernance-annulee", "gouvernance-retablie")
"""The notices of setting a record aside, and of bringing it back."""


def aside_of(
    visit: Visit, row: Row, what: str, title: str, back: str, act: Callable[..., Any] = set_aside
) -> Aside:  # fmt: skip
    """A record of governance, for the page that asks why it is set aside or brought back."""
    leaves = _("Rien n’est effacé : la fiche sort des listes, son histoire reste au registre, et elle peut revenir.")
    returns = _("La fiche revient dans les listes, telle qu’elle était.")
    return Aside(
        row, title, [(_("Gouvernance"), "/gouvernance"), (title, back)],
        sentences=(f"{what}. {leaves}", f"{what}. {returns}"), back=back, act=partial(act, visit.session, row),
    )  # fmt: skip


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
