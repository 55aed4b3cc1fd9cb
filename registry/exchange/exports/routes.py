"""The page of exports, and the files themselves: everything the asker may read, or what a list selects of it."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.datasets.listing.selecting import read_selection, selection_query
from registry.datasets.queries import count_datasets
from registry.exchange.exports.exporting import ExportFormat, export_to_reader, file_name
from registry.exchange.views import ExportLine, ExportsPage
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.platform.database import acting_in
from registry.web.calls import AnyQuestions, ApiCall
from registry.web.sending import send_file
from registry.web.visits import Visit, route

READ = Permission.DATASETS_SHEET_READ
Query = dict[str, list[str]]


def _query(visit: Visit) -> Query:
    return visit.request.query_params.dict()


@route("GET", "/exports", READ)
def show_exports(visit: Visit) -> Response[Any]:
    """What can be taken out, and in which formats."""
    query = _query(visit)
    selected = selection_query(query)
    page = ExportsPage(
        total=count_datasets(visit.session, read_selection(visit.session, query, on=visit.today)),
        is_narrowed=bool(selected),
        list_address=f"/jeux?{selected}" if selected else "/jeux",
        formats=[
            ExportLine(form.label, form.hint, f"/exports/{form}" + (f"?{selected}" if selected else ""))
            for form in ExportFormat
        ],
    )
    return visit.page("exchange/exports.html", page)


@route("GET", "/exports/{form:str}", READ)
def download(visit: Visit, form: str) -> Response[Any]:
    """The export itself, sent as it is read."""
    return _file(visit, form)


@route(
    "GET", "/api/v1/export/{form:str}", READ,
    about=ApiCall(
        mark("Export"), mark("Tout ce que vous pouvez lire, ou ce qu’une liste en choisit, dans le format demandé."),
        more=mark("L’adresse prend les mêmes paramètres que la liste des jeux de données sur les pages (/jeux)."),
        asks=AnyQuestions, among={"form": tuple(ExportFormat)},
        media_types=tuple(dict.fromkeys(form.media_type for form in ExportFormat)),
    ),
)  # fmt: skip
def export(visit: Visit, form: str) -> Response[Any]:
    """The register as csv, xlsx, ods, json, scdl or etalab, narrowed by the names and values that narrow /jeux."""
    return _file(visit, form)


def _file(visit: Visit, asked: str) -> Response[Any]:
    form = next((one for one in ExportFormat if one == asked), None)
    if form is None:
        known = ", ".join(ExportFormat)
        raise NotFound(_("Il n’y a pas d’export de ce nom : choisissez parmi {known}.").format(known=known))
    premises = visit.premises
    pieces = export_to_reader(premises.home, acting_in(visit.session), premises.info, form, _query(visit))
    return send_file(visit, pieces, name=file_name(form, visit.today), media_type=form.media_type)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_exports, download, export)
