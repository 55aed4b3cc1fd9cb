"""The drafts of sheets: saved while one writes, listed, forgotten."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.datasets.draft_service import KEPT_FOR, drop_draft, save_draft
from registry.datasets.form_pages import draft_of_form, draft_state
from registry.datasets.models import SheetDraft
from registry.datasets.queries import find_drafts, get_dataset
from registry.datasets.views import DraftSaved, DraftsPage
from registry.kernel.errors import NotFound, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.forms import read_number
from registry.web.scripts import asked_by_script
from registry.web.visits import NOTICES, Visit, route

RECORD = Permission.DATASETS_SHEET_RECORD
_OF_THE_DRAFT = frozenset({"_csrf", "draft", "draft_revision", "instead"})
NOTICES.update(
    {
        "brouillon-garde": mark("Le brouillon est enregistré ; la fiche, pas encore."),
        "brouillon-oublie": mark("Le brouillon est oublié."),
    }
)


@route("GET", "/jeux/brouillons", RECORD)
def show_drafts(visit: Visit) -> Response[Any]:
    """The drafts of who asks, latest first."""
    page = DraftsPage(find_drafts(visit.session, visit.visitor.account_id), KEPT_FOR.days)
    return visit.page("datasets/drafts.html", page)


@route("POST", "/jeux/brouillons", RECORD)
def save_new(visit: Visit) -> Response[Any]:
    """Keeps the form of a sheet to come as it stands."""
    return _save(visit, None)


@route("POST", "/jeux/{dataset_id:int}/brouillon", RECORD)
def save(visit: Visit, dataset_id: int) -> Response[Any]:
    """Keeps the form of a sheet as it stands; the sheet does not change."""
    visit.visitor.require(RECORD, get_dataset(visit.session, dataset_id).organisation_id)
    return _save(visit, dataset_id)


def _save(visit: Visit, dataset_id: int | None) -> Response[Any]:
    data = visit.form_data()
    seen = draft_of_form(data)
    by_script = asked_by_script(visit.request)
    typed = [(name, value) for name, value in data.pairs(but="_csrf") if name not in _OF_THE_DRAFT]
    try:
        kept = save_draft(
            visit.session,
            visit.visitor.account_id,
            typed,
            dataset_id=dataset_id,
            seen=(seen.id, seen.revision) if seen else None,
            # Without a script the button is pressed on purpose: what the person sees is what they want kept.
            instead=data.has("instead") or not by_script,
        )
    except Stale as refusal:
        # Said in the form itself, which shows no answer that is an error.
        return visit.page("datasets/_draft.html", DraftSaved(seen, refusal.message, visit.request.url.path))
    if by_script:
        return visit.page("datasets/_draft.html", DraftSaved(draft_state(kept), "", visit.request.url.path))
    return visit.go(_address_of(kept), done="brouillon-garde")


def _address_of(kept: SheetDraft) -> str:
    if kept.dataset_id is None:
        return f"/jeux/nouveau?brouillon={kept.id}"
    return f"/jeux/{kept.dataset_id}/modifier?brouillon=reprendre"


@route("POST", "/jeux/brouillons/{draft_id:int}/oublier", RECORD)
def forget(visit: Visit, draft_id: int) -> Response[Any]:
    """Forgets a draft of who asks, and goes on to the form of its sheet or to the list."""
    if not drop_draft(visit.session, visit.visitor.account_id, draft_id):
        raise NotFound(_("Ce brouillon n’existe plus, ou n’est pas le vôtre."))
    number = read_number(visit.form_data().first("dataset"))
    return visit.go("/jeux/brouillons" if number is None else f"/jeux/{number}/modifier", done="brouillon-oublie")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_drafts, save_new, save, forget)
