"""The page of saved views, and what is done with them: kept, renamed, shared, taken away, brought back."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.listing.saved_views import (
    ViewForm,
    amend_view,
    find_views,
    get_own_view,
    save_view,
    set_view_aside,
    view_lines,
)
from registry.datasets.listing.views import ViewsPage
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import mark
from registry.web.forms import Rejected, read_number
from registry.web.visits import NOTICES, Visit, route

READ, OWN = Permission.DATASETS_SHEET_READ, Permission.ACCOUNTS_SELF_MANAGE
NOTICES.update(
    {
        "vue-enregistree": mark("La vue est enregistrée."),
        "vue-retablie": mark("La vue est revenue."),
    }
)


@route("GET", "/jeux/vues", READ)
def show_views(visit: Visit) -> Response[Any]:
    """One's own views and those shared with one."""
    return _page(visit)


def _page(visit: Visit, *, error: str = "", query: str = "", name: str = "", status: int = 200) -> Response[Any]:
    removed = None
    number = read_number(visit.query("enlevee"))
    if number is not None:
        try:
            own = get_own_view(visit.session, number, visit.visitor.account_id)
            removed = view_lines([own], visit.visitor.account_id)[0] if own.annulled else None
        except NotFound:
            removed = None
    lines = view_lines(find_views(visit.session), visit.visitor.account_id)
    return visit.page("datasets/views.html", ViewsPage(lines, removed, error, query, name), status=status)


@route("POST", "/jeux/vues", OWN)
def save(visit: Visit) -> Response[Any]:
    """Keeps a list under a name."""
    read = visit.form(ViewForm)
    if isinstance(read, Rejected):
        data = visit.form_data()
        return _page(
            visit, error=next(iter(read.errors.values())), query=data.first("query"), name=data.first("name"),
            status=HTTP_422_UNPROCESSABLE_ENTITY,
        )  # fmt: skip
    made = save_view(visit.session, visit.visitor.organisation_id, visit.visitor.account_id, read.form)
    return visit.go(view_lines([made], made.account_id)[0].address, done="vue-enregistree")


@route("POST", "/jeux/vues/{view_id:int}/modifier", OWN)
def amend(visit: Visit, view_id: int) -> Response[Any]:
    """Another name, another way of sharing."""
    view = get_own_view(visit.session, view_id, visit.visitor.account_id)
    read = visit.form(ViewForm)
    if isinstance(read, Rejected):
        return _page(visit, error=next(iter(read.errors.values())), status=HTTP_422_UNPROCESSABLE_ENTITY)
    amend_view(visit.session, view, read.form)
    return visit.go("/jeux/vues", done="vue-enregistree")


@route("POST", "/jeux/vues/{view_id:int}/enlever", OWN)
def remove(visit: Visit, view_id: int) -> Response[Any]:
    """Takes a view away; the next page offers to bring it back."""
    set_view_aside(visit.session, get_own_view(visit.session, view_id, visit.visitor.account_id), annulled=True)
    return visit.go(f"/jeux/vues?enlevee={view_id}")


@route("POST", "/jeux/vues/{view_id:int}/retablir", OWN)
def bring_back(visit: Visit, view_id: int) -> Response[Any]:
    """Brings back a view taken away."""
    set_view_aside(visit.session, get_own_view(visit.session, view_id, visit.visitor.account_id), annulled=False)
    return visit.go("/jeux/vues", done="vue-retablie")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_views, save, amend, remove, bring_back)
