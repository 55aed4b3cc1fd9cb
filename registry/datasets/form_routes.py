"""The pages that record a sheet, amend it, and set it aside."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.beginning import values_of
from registry.datasets.comparing import conflict_page, draft_differences
from registry.datasets.draft_service import drop_draft
from registry.datasets.form_pages import (
    Filled,
    distributions_of,
    draft_of_form,
    draft_state,
    filled_as_typed,
    filled_from_copy,
    filled_from_sheet,
    filled_from_template,
    services_of,
    show_form,
)
from registry.datasets.models import Dataset, SheetDraft
from registry.datasets.queries import find_draft, find_system_names, get_dataset
from registry.datasets.reading import read_sheet_form
from registry.datasets.service import amend_dataset, annul_dataset, record_dataset, restore_dataset
from registry.datasets.sheet_templates import find_templates, get_template
from registry.datasets.views import DraftOfferPage, TemplatesPage
from registry.kernel.errors import NotFound, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.ledger.queries import get_version
from registry.platform.words_in_texts import MOST_LETTERS
from registry.web.forms import Accepted, FormData, Rejected, read_number
from registry.web.setting_aside import Aside, asking_why
from registry.web.visits import Visit, route

RECORD, ANNUL = Permission.DATASETS_SHEET_RECORD, Permission.DATASETS_SHEET_ANNUL
RESUMED = "reprendre"
"""What the address of a form says when its draft is taken up."""


def typed_in(draft: SheetDraft) -> FormData:
    """The form that a draft keeps."""
    values: dict[str, list[str]] = {}
    for name, value in draft.typed:
        values.setdefault(name, []).append(value)
    return FormData(values)


@route("GET", "/jeux/nouveau", RECORD)
def show_new(visit: Visit) -> Response[Any]:
    """An empty sheet, a draft of one, or one that begins from a template or as a copy."""
    number = read_number(visit.query("brouillon"))
    if number is not None:
        kept = find_draft(visit.session, visit.visitor.account_id, dataset_id=None, draft_id=number)
        if kept is None:
            raise NotFound(_("Ce brouillon n’existe plus : sa fiche fut enregistrée, ou il fut oublié."))
        return show_form(visit, None, filled_as_typed(typed_in(kept), draft=draft_state(kept)))
    organisation = visit.query("organisation") or str(visit.visitor.organisation_id)
    if visit.query("modele"):
        return show_form(visit, None, filled_from_template(get_template(visit.query("modele")), organisation))
    copied = read_number(visit.query("copie"))
    if copied is not None:
        sheet = get_dataset(visit.session, copied)
        own = visit.visitor.may(RECORD, sheet.organisation_id)
        filled = filled_from_copy(visit.session, sheet, str(sheet.organisation_id) if own else organisation)
        return show_form(visit, None, filled)
    return show_form(visit, None, Filled({"organisation_id": organisation, "languages": ["fr"]}))


@route("GET", "/jeux/modeles", RECORD)
def show_templates(visit: Visit) -> Response[Any]:
    """The templates to begin a sheet from."""
    words = visit.query("q")[:MOST_LETTERS]
    return visit.page("datasets/templates.html", TemplatesPage(find_templates(words), words))


@route("POST", "/jeux/nouveau", RECORD)
def record(visit: Visit) -> Response[Any]:
    """Records a new sheet, or shows the form again with what was typed."""
    data = visit.form_data()
    read = read_sheet_form(data, today=visit.today)
    errors = dict(read.errors) if isinstance(read, Rejected) else {}
    owner = read_number(data.first("organisation_id"))
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation pour laquelle vous tenez le registre.")
    if isinstance(read, Rejected) or owner is None or errors:
        return show_form(visit, None, filled_as_typed(data, errors), status=HTTP_422_UNPROCESSABLE_ENTITY)
    sheet = record_dataset(visit.session, owner, read.form)
    _drop_draft(visit, data)
    return visit.go(f"/jeux/{sheet.id}", done="jeu-cree")


@route("GET", "/jeux/{dataset_id:int}/modifier", RECORD)
def show_amend(visit: Visit, dataset_id: int) -> Response[Any]:
    """The form of a sheet as it stands; where its author left a draft, the choice to take it up or to forget it."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    kept = find_draft(visit.session, visit.visitor.account_id, dataset_id=dataset_id)
    if kept is None:
        return show_form(visit, sheet, filled_from_sheet(visit.session, sheet))
    if visit.query("brouillon") == RESUMED:
        return show_form(visit, sheet, filled_as_typed(typed_in(kept), draft=draft_state(kept)))
    return _offer(visit, sheet, kept)


def _offer(visit: Visit, sheet: Dataset, kept: SheetDraft) -> Response[Any]:
    data = typed_in(kept)
    differing = draft_differences(
        data,
        values_of(sheet),
        distributions_of(visit.session, sheet),
        services_of(visit.session, sheet),
        _known(visit, sheet.information_system_id, data.first("information_system_id")),
    )
    page = DraftOfferPage(
        id=sheet.id,
        title=sheet.title,
        draft=kept.id,
        saved_at=kept.saved_at,
        changes=differing,
        moved_on=read_number(data.first("version")) != sheet.version,
    )
    return visit.page("datasets/draft.html", page)


def _known(visit: Visit, *systems: Any) -> dict[str, dict[int, str]]:
    numbers = {number for one in systems if one and (number := read_number(str(one))) is not None}
    return {"information_system_id": find_system_names(visit.session, numbers) if numbers else {}}


@route("POST", "/jeux/{dataset_id:int}/modifier", RECORD)
def amend(visit: Visit, dataset_id: int) -> Response[Any]:
    """Saves the form; somebody else's change meanwhile is shown beside, field by field and file by file."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    data = visit.form_data()
    read = read_sheet_form(data, change=True, today=visit.today)
    if isinstance(read, Rejected):
        return show_form(visit, sheet, filled_as_typed(data, read.errors), status=HTTP_422_UNPROCESSABLE_ENTITY)
    expected = read_number(data.first("version")) or 0
    try:
        amend_dataset(visit.session, dataset_id, read.form, expected=expected, reason=data.first("reason") or None)
    except Stale:
        return _conflict(visit, sheet, read, data, expected)
    _drop_draft(visit, data)
    return visit.go(f"/jeux/{dataset_id}", done="jeu-modifie")


def _drop_draft(visit: Visit, data: FormData) -> None:
    """Forgets the draft that a form just saved had been kept as."""
    seen = draft_of_form(data)
    if seen is not None:
        drop_draft(visit.session, visit.visitor.account_id, seen.id, revision=seen.revision)


def _conflict(visit: Visit, sheet: Dataset, read: Accepted[Any], data: FormData, expected: int) -> Response[Any]:
    mine = read.given()
    page = conflict_page(
        sheet,
        mine,
        values_of(sheet),
        get_version(visit.session, "dataset", sheet.id, expected) or {},
        data,
        distributions_of(visit.session, sheet),
        services_of(visit.session, sheet),
        _known(visit, sheet.information_system_id, mine.get("information_system_id")),
    )
    return visit.page("datasets/conflict.html", page, status=HTTP_409_CONFLICT)


def _sheet_aside(visit: Visit, dataset_id: int) -> Aside:
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(ANNUL, sheet.organisation_id)

    def act(*, annulled: bool, **said: Any) -> Dataset:
        return (annul_dataset if annulled else restore_dataset)(visit.session, dataset_id, **said)

    return Aside(
        sheet, sheet.title, [(_("Jeux de données"), "/jeux"), (sheet.title, f"/jeux/{sheet.id}")],
        heads=(_("Annuler la fiche"), _("Rétablir la fiche")),
        sentences=(
            _(
                "Rien n’est effacé : la fiche sort des listes et des comptes, son histoire reste au registre, et elle "
                "peut revenir."
            ),
            _(
                "La fiche revient dans les listes et dans les comptes, telle qu’elle était ; les règles la jugent de "
                "nouveau."
            ),
        ),
        back=f"/jeux/{sheet.id}", act=act,
    )  # fmt: skip


_ASIDE = asking_why("/jeux/{dataset_id:int}/annuler", ANNUL, _sheet_aside, done=("jeu-annule", "jeu-retabli"))
HANDLERS: tuple[HTTPRouteHandler, ...] = (show_new, show_templates, record, show_amend, amend, *_ASIDE)
