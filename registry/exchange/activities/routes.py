"""The files of a record of processing: what its list selects, for people and for programs."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.exchange.activities.exporting import RecordFormat, file_name, record_to_reader
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.platform.database import acting_in
from registry.web.calls import AnyQuestions, ApiCall
from registry.web.sending import send_file
from registry.web.visits import Visit, route

READ = Permission.PROCESSING_ACTIVITY_READ


@route("GET", "/traitements/export/{form:str}", READ)
def download_record(visit: Visit, form: str) -> Response[Any]:
    """The record that the list selects, sent as it is read."""
    return _file(visit, form)


@route(
    "GET", "/api/v1/processing-activities/export/{form:str}", READ,
    about=ApiCall(
        mark("Traitements"),
        mark("Le registre des traitements, ou ce qu’une liste en choisit : CSV, ou classeur au modèle de la CNIL."),
        more=mark("L’adresse prend les mêmes paramètres que la liste des traitements sur les pages (/traitements)."),
        asks=AnyQuestions, among={"form": tuple(RecordFormat)},
        media_types=tuple(form.media_type for form in RecordFormat),
    ),
)  # fmt: skip
def export_activities(visit: Visit, form: str) -> Response[Any]:
    """The record as csv, xlsx or ods, narrowed by the names and values that narrow /traitements."""
    return _file(visit, form)


def _file(visit: Visit, asked: str) -> Response[Any]:
    form = next((one for one in RecordFormat if one == asked), None)
    if form is None:
        known = ", ".join(RecordFormat)
        raise NotFound(_("Il n’y a pas d’export de ce nom : choisissez parmi {known}.").format(known=known))
    premises = visit.premises
    pieces = record_to_reader(
        premises.home, acting_in(visit.session), premises.info, form, visit.request.query_params.dict()
    )
    return send_file(visit, pieces, name=file_name(form, visit.today), media_type=form.media_type)


HANDLERS: tuple[HTTPRouteHandler, ...] = (download_record, export_activities)
