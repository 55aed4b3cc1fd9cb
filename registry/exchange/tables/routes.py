"""The pages of tables: what each column holds, and the lines to mend."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.exchange.column_views import ColumnsPage, column_views, field_choices
from registry.exchange.columns import get_table, get_table_to_mend, remember_columns
from registry.exchange.jobs import READ
from registry.exchange.mending import to_mend
from registry.exchange.models import ImportBatch
from registry.exchange.queries import find_to_mend
from registry.exchange.service import AT_WORK
from registry.exchange.visiting import BRING_IN, ask, batch_of, is_busy, job_key, run_of
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.words import _
from registry.organisations.queries import get_organisation
from registry.platform.jobs import find_run
from registry.web.visits import Visit, route


def _page(
    visit: Visit, batch: ImportBatch, chosen: Sequence[str] | None = None, error: str = "", status: int = 200
) -> Response[Any]:
    table = get_table(visit.session, batch)
    page = ColumnsPage(
        id=batch.id,
        title=batch.source_name,
        organisation_name=get_organisation(visit.session, batch.organisation_id).name,
        sheet=table["sheet"],
        header_line=table["header_line"],
        columns=[one for one in column_views(table, chosen) if one.filled or one.header],
        fields=field_choices(),
        gained=table["gained"],
        lost=table["lost"],
        errors={"columns": error} if error else {},
    )
    return visit.page("exchange/columns.html", page, status=status)


@route("GET", "/imports/{batch_id:int}/colonnes", BRING_IN)
def show_columns(visit: Visit, batch_id: int) -> Response[Any]:
    """The columns of a table, each with some of its values and the field it is likely to fill."""
    return _page(visit, batch_of(visit, batch_id, BRING_IN))


@route("POST", "/imports/{batch_id:int}/colonnes", BRING_IN)
def say_columns(visit: Visit, batch_id: int) -> Response[Any]:
    """Remembers what each column holds, and reads the file again with it."""
    batch = batch_of(visit, batch_id, BRING_IN)
    if is_busy(visit, batch, run_of(visit, batch)):
        raise Conflict(_(AT_WORK))
    form = visit.form_data()
    table = get_table(visit.session, batch)
    chosen = [form.first(f"c{place}") for place in range(len(table["columns"]))]
    run = find_run(visit.session, READ, job_key(READ, batch))
    try:
        remember_columns(visit.session, batch, chosen)
    except Invalid as refusal:
        return _page(visit, batch, chosen, refusal.message, HTTP_422_UNPROCESSABLE_ENTITY)
    ask(visit, READ, batch, address=str(run.arguments.get("address", "")) if run is not None else "")
    return visit.go(f"/imports/{batch.id}")


@route("GET", "/imports/{batch_id:int}/a-corriger", BRING_IN)
def download_mending(visit: Visit, batch_id: int) -> Response[Any]:
    """The lines of a table to mend, with what is wrong of each; once the import is over, without who they name."""
    batch = batch_of(visit, batch_id, BRING_IN)
    content = to_mend(get_table_to_mend(visit.session, batch), find_to_mend(visit.session, batch_id))
    headers = {
        **visit.headers,
        "Content-Disposition": f'attachment; filename="a-corriger-{batch_id}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="text/csv", headers=headers)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_columns, say_columns, download_mending)
