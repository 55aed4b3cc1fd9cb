"""The pages of essential data: bring a file in, look at what it would do, apply it; take everything out."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from registry.contracts.decp.exporting import FILE_NAME, export_essential
from registry.contracts.decp.models import EssentialImport
from registry.contracts.decp.queries import count_exported, find_imports
from registry.contracts.decp.service import abandon_import, apply_import, contents_of
from registry.contracts.decp.views import (
    EssentialImportPage,
    EssentialImportRow,
    EssentialImportsPage,
    count_actions,
    is_written,
    say_beside,
    say_exported,
)
from registry.contracts.decp.visiting import ESSENTIAL_FILE, READ, RECORD, bring_in, contracts_of, import_of
from registry.contracts.decp.vocabulary import EssentialImportState
from registry.kernel.errors import Invalid
from registry.kernel.words import mark
from registry.web.sending import send_file
from registry.web.visits import NOTICES, Visit, route

OWN = "/contrats/donnees-essentielles"
NOTICES.update(
    {
        "donnees-essentielles-importees": mark("Les données essentielles sont importées."),
        "donnees-essentielles-laissees": mark("L’import est abandonné : rien n’a été écrit."),
    }
)
_TOLD = {
    "donnees-essentielles-importees": EssentialImportState.APPLIED,
    "donnees-essentielles-laissees": EssentialImportState.ABANDONED,
}


def _list(visit: Visit, errors: Mapping[str, str], status: int = HTTP_200_OK) -> Response[Any]:
    made = find_imports(visit.session, visit.visitor.reach(RECORD))
    page = EssentialImportsPage(
        rows=[EssentialImportRow(one.id, one.source_name, one.state.label, one.created_at) for one in made],
        errors=errors,
        limit=ESSENTIAL_FILE.limit,
        exported=say_exported(*count_exported(visit.session)),
    )
    return visit.page("contracts/essential_imports.html", page, status=status)


@route("GET", OWN, RECORD)
def show_essential_imports(visit: Visit) -> Response[Any]:
    """The latest imports of essential data, and the form to bring a file in."""
    return _list(visit, {})


@route("POST", OWN, RECORD, upload=ESSENTIAL_FILE)
def bring_essential_in(visit: Visit) -> Response[Any]:
    """Reads a file and shows what it would do; nothing is written of it."""
    try:
        made = bring_in(visit)
    except Invalid as refusal:
        return _list(visit, refusal.by_field, HTTP_422_UNPROCESSABLE_ENTITY)
    return visit.go(f"{OWN}/{made.id}")


def _page(visit: Visit, made: EssentialImport) -> Response[Any]:
    contracts = contracts_of(visit, made)
    page = EssentialImportPage(
        id=made.id,
        source_name=made.source_name,
        state=made.state.label,
        created_at=made.created_at,
        beside=say_beside(contents_of(made)),
        figures=count_actions(contracts),
        contracts=contracts,
        may_abandon=made.state is EssentialImportState.PREVIEWED,
        may_apply=made.state is EssentialImportState.PREVIEWED and any(is_written(one.action) for one in contracts),
    )
    return visit.page("contracts/essential_import.html", page)


@route("GET", f"{OWN}/{{essential_import_id:int}}", RECORD)
def show_essential_import(visit: Visit, essential_import_id: int) -> Response[Any]:
    """What an import would do with each contract, or did."""
    made = import_of(visit, essential_import_id)
    visit.agrees.update({name: made.state is state for name, state in _TOLD.items()})
    return _page(visit, made)


@route("POST", f"{OWN}/{{essential_import_id:int}}/appliquer", RECORD)
def apply_essential_import(visit: Visit, essential_import_id: int) -> Response[Any]:
    """Writes what an import brings, all or nothing."""
    import_of(visit, essential_import_id)
    apply_import(visit.session, essential_import_id, visit.visitor.reach(RECORD))
    return visit.go(f"{OWN}/{essential_import_id}", done="donnees-essentielles-importees")


@route("POST", f"{OWN}/{{essential_import_id:int}}/abandonner", RECORD)
def abandon_essential_import(visit: Visit, essential_import_id: int) -> Response[Any]:
    """Sets a preview aside."""
    import_of(visit, essential_import_id)
    abandon_import(visit.session, essential_import_id)
    return visit.go(f"{OWN}/{essential_import_id}", done="donnees-essentielles-laissees")


@route("GET", f"{OWN}/export", READ)
def download_essential(visit: Visit) -> Response[Any]:
    """The essential data one may read, in the national format."""
    pieces = list(export_essential(visit.session))
    return send_file(visit, iter(pieces), name=FILE_NAME, media_type="application/json")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_essential_imports, bring_essential_in, show_essential_import, apply_essential_import,
    abandon_essential_import, download_essential,
)  # fmt: skip
