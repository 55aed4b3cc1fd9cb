"""The JSON API of datasets: list, read, record, amend, annul, with ETag and If-Match."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.compliance.queries import Found, find_findings, find_findings_then
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.bodies import DatasetBody, DatasetLine, DatasetsBody, VerdictBody, dataset_body
from registry.datasets.forms import AnnulForm, DatasetChange, DatasetCreation
from registry.datasets.moments import read_moment, sheet_then
from registry.datasets.narrowing import DatasetFilter
from registry.datasets.queries import (
    PAGE_SIZE,
    count_datasets,
    find_datasets,
    find_standing_parts,
    get_dataset,
    get_with_below,
)
from registry.datasets.service import amend_dataset, annul_dataset, record_dataset, restore_dataset
from registry.kernel.errors import Invalid, PreconditionNeeded
from registry.kernel.paging import read_cursor, write_cursor
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.web.forms import read_number
from registry.web.visits import Visit, route

READ, RECORD, ANNUL = (
    Permission.DATASETS_SHEET_READ,
    Permission.DATASETS_SHEET_RECORD,
    Permission.DATASETS_SHEET_ANNUL,
)
MOST_A_PAGE = 200


def expected_version(visit: Visit) -> int:
    """The version the caller read, from `If-Match`.

    Raises: PreconditionNeeded when it is missing (428); Invalid when it makes no sense.
    """
    said = visit.request.headers.get("if-match", "")
    if not said:
        raise PreconditionNeeded(
            _("Donnez dans If-Match l’ETag lu : sans lui, la modification d’un autre pourrait se perdre.")
        )
    number = read_number(said.strip().removeprefix("W/").strip('"'))
    if number is None:
        raise Invalid(_('If-Match attend l’ETag tel qu’il a été lu, par exemple "3".'))
    return number


def verdict_bodies(visit: Visit, kind: SubjectKind, subject_id: int) -> list[VerdictBody]:
    """Today's findings on a dataset or a system."""
    return [_verdict_body(one) for one in find_findings(visit.session, visit.today, kind=kind, subject_id=subject_id)]


def _body(visit: Visit, dataset_id: int) -> DatasetBody:
    sheet, _owner, below = get_with_below(visit.session, dataset_id)
    visit.headers["ETag"] = f'"{sheet.version}"'
    return dataset_body(
        sheet,
        find_standing_parts(visit.session, sheet.id, below),
        verdict_bodies(visit, SubjectKind.DATASET, sheet.id),
    )


def _verdict_body(one: Found) -> VerdictBody:
    return VerdictBody(one.policy_id, one.period or None, str(one.verdict), list(one.missing), one.turns_on)


@route("GET", "/api/v1/datasets", READ)
def list_datasets(visit: Visit) -> Response[DatasetsBody]:
    """Datasets within the asker's rights, by title."""
    limit = read_number(visit.query("limit") or str(PAGE_SIZE))
    if limit is None or not 1 <= limit <= MOST_A_PAGE:
        raise Invalid(_("« limit » va de 1 à {most}.").format(most=MOST_A_PAGE))
    narrowed = DatasetFilter(words=visit.query("q"), annulled=visit.query("annulled") == "true")
    rows = find_datasets(visit.session, narrowed, after=read_cursor(visit.query("cursor")), limit=limit)
    more = len(rows) > limit
    rows = rows[:limit]
    body = DatasetsBody(
        total=count_datasets(visit.session, narrowed),
        datasets=[
            DatasetLine(
                row.id, row.version, row.organisation_id, row.title, row.personal_data, row.access_rights,
                row.stage, row.modified,
            )
            for row in rows
        ],
        next=write_cursor(rows[-1].cursor) if more else None,
    )  # fmt: skip
    return visit.answer(body)


@route("POST", "/api/v1/datasets", RECORD, takes=DatasetCreation)
def create_dataset(visit: Visit) -> Response[DatasetBody]:
    """Records a dataset; the answer says what the policies find."""
    given = visit.given(DatasetCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    sheet = record_dataset(visit.session, given.organisation_id, given.sheet())
    visit.settle()
    visit.session.refresh(sheet)
    visit.headers["Location"] = f"/api/v1/datasets/{sheet.id}"
    return visit.answer(_body(visit, sheet.id), status=HTTP_201_CREATED)


@route("GET", "/api/v1/datasets/{dataset_id:int}", READ)
def read_dataset(visit: Visit, dataset_id: int) -> Response[DatasetBody]:
    """One dataset, with its distributions and today's findings.

    With `as_of=2026-03-12`, as it was that day, with the findings kept then; `known_on` says by which day it was known.
    What was is read only: it bears no ETag.
    """
    if not visit.query("as_of"):
        return visit.answer(_body(visit, dataset_id))
    sheet = get_dataset(visit.session, dataset_id)
    asked = read_moment(visit, visit.query("as_of"), visit.query("known_on"))
    then = sheet_then(visit, sheet, asked)
    findings = find_findings_then(
        visit.session, asked.on, kind=SubjectKind.DATASET, subject_id=sheet.id, at=asked.until
    )  # fmt: skip
    return visit.answer(dataset_body(then.row, then.parts, [_verdict_body(one) for one in findings]))


@route("PATCH", "/api/v1/datasets/{dataset_id:int}", RECORD, takes=DatasetChange)
def change_dataset(visit: Visit, dataset_id: int) -> Response[DatasetBody]:
    """Changes the fields given; asks for If-Match."""
    expected = expected_version(visit)
    given = visit.given(DatasetChange)
    visit.visitor.require(RECORD, get_dataset(visit.session, dataset_id).organisation_id)
    sheet = amend_dataset(visit.session, dataset_id, given, expected=expected)
    visit.settle()
    return visit.answer(_body(visit, sheet.id))


@route("POST", "/api/v1/datasets/{dataset_id:int}/annulment", ANNUL, takes=AnnulForm)
def annul(visit: Visit, dataset_id: int) -> Response[DatasetBody]:
    """Sets a wrong entry aside, with a reason; asks for If-Match."""
    return _set_aside(visit, dataset_id, annul_dataset)


@route("POST", "/api/v1/datasets/{dataset_id:int}/restoration", ANNUL, takes=AnnulForm)
def restore(visit: Visit, dataset_id: int) -> Response[DatasetBody]:
    """Brings an annulled sheet back, with a reason; asks for If-Match."""
    return _set_aside(visit, dataset_id, restore_dataset)


def _set_aside(visit: Visit, dataset_id: int, act: Any) -> Response[DatasetBody]:
    expected = expected_version(visit)
    given = visit.given(AnnulForm)
    visit.visitor.require(ANNUL, get_dataset(visit.session, dataset_id).organisation_id)
    sheet = act(visit.session, dataset_id, expected=expected, reason=given.reason)
    visit.settle()
    return visit.answer(_body(visit, sheet.id))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_datasets, create_dataset, read_dataset, change_dataset, annul, restore,
)  # fmt: skip
