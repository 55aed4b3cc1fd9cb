"""The JSON API of datasets: list, read, record, amend, annul, with ETag and If-Match."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import BaseModel, ConfigDict, Field

from registry.compliance.panels import facts_to_fill
from registry.compliance.queries import Found, find_findings, find_findings_then
from registry.compliance.views import MissingView
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets.bodies import DatasetBody, DatasetLine, DatasetsBody, FactToFill, VerdictBody, dataset_body
from registry.datasets.forms import DatasetChange, DatasetCreation
from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.listing.selecting import with_bearers
from registry.datasets.moments import read_moment, sheet_then
from registry.datasets.queries import (
    count_datasets,
    find_datasets,
    find_standing_parts,
    get_dataset,
    get_with_below,
)
from registry.datasets.service import amend_dataset, annul_dataset, record_dataset, restore_dataset
from registry.datasets.vocabulary import AccessRights, ListFacet, PersonalData, Stage
from registry.datasets.wording import FIELD_LABELS
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.typed import AnnulForm
from registry.web.visits import Visit, route

READ, RECORD, ANNUL = (
    Permission.DATASETS_SHEET_READ,
    Permission.DATASETS_SHEET_RECORD,
    Permission.DATASETS_SHEET_ANNUL,
)
TAG = mark("Jeux de données")
Codes = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)]
EXAMPLE = {
    "organisation_id": 1, "title": "Bornes de recharge pour véhicules électriques",
    "description": "Emplacement, puissance et accès des bornes ouvertes au public.",
    "keywords": ["mobilité", "énergie"], "personal_data": "none", "access_rights": "public",
    "distributions": [{"title": "Bornes au format CSV", "download_url": "https://donnees.exemple.fr/bornes.csv"}],
}  # fmt: skip
REASON = {"reason": "Fiche saisie deux fois."}


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    return _(FIELD_LABELS[name]) if name in FIELD_LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


class DatasetQuestions(PageQuestions):
    """What the list of datasets is narrowed to."""

    q: Annotated[str, Field(max_length=200, description=mark("Des mots de la fiche, comme dans la recherche."))] = ""
    organisation: list[Number] = Field(default_factory=list, description=mark("Le numéro d’une organisation."))
    personal_data: list[PersonalData] = Field(default_factory=list, description=mark("Données personnelles"))
    access_rights: list[AccessRights] = Field(default_factory=list, description=mark("Niveau d’accès"))
    stage: list[Stage] = Field(default_factory=list, description=mark("Étape"))
    verdict: list[Verdict] = Field(default_factory=list, description=mark("Le plus grave des constats du jour."))
    licence: Codes = Field(default_factory=list, description=mark("Licence"))
    theme: Codes = Field(default_factory=list, description=mark("Thème"))
    format: Codes = Field(default_factory=list, description=mark("Format"))
    annulled: bool = Field(default=False, description=mark("true pour lire les fiches annulées, et elles seules."))

    def narrowed(self, today: date) -> DatasetFilter:
        """The same, as the query takes it."""
        chosen: dict[ListFacet, list[Any]] = {
            ListFacet.PERSONAL_DATA: self.personal_data, ListFacet.ACCESS_RIGHTS: self.access_rights,
            ListFacet.STAGE: self.stage, ListFacet.VERDICT: self.verdict, ListFacet.LICENCE: self.licence,
            ListFacet.THEME: self.theme, ListFacet.FORMAT: self.format,
        }  # fmt: skip
        return DatasetFilter(
            words=self.q, organisation_ids=frozenset(self.organisation), annulled=self.annulled, on=today,
            chosen={facet: frozenset(map(str, values)) for facet, values in chosen.items() if values},
        )  # fmt: skip


class MomentQuestions(BaseModel):
    """The day a sheet is read as of."""

    model_config = ConfigDict(extra="forbid")

    as_of: date | None = Field(default=None, description=mark("La fiche telle qu’elle était ce jour-là, sans ETag."))
    known_on: date | None = Field(default=None, description=mark("Ce qui en était connu à la fin de ce jour."))


def verdict_bodies(visit: Visit, kind: SubjectKind, subject_id: int) -> list[VerdictBody]:
    """Today's findings on a subject, each with the facts it waits for and the page that fills each."""
    found = find_findings(visit.session, visit.today, kind=kind, subject_id=subject_id)
    fills = facts_to_fill(visit, kind, found)
    return [_verdict_body(one, fills) for one in found]


def body_of(visit: Visit, dataset_id: int) -> DatasetBody:
    """A dataset as the API gives it, with today’s findings."""
    sheet, _owner, below = get_with_below(visit.session, dataset_id)
    return dataset_body(
        sheet,
        find_standing_parts(visit.session, sheet.id, below),
        verdict_bodies(visit, SubjectKind.DATASET, sheet.id),
    )


def _verdict_body(one: Found, fills: Mapping[str, MissingView]) -> VerdictBody:
    to_fill = [FactToFill(name, fills[name].label, fills[name].address) for name in one.missing if name in fills]
    return VerdictBody(one.policy_id, one.period or None, one.verdict, list(one.missing), to_fill, one.turns_on)


@route(
    "GET", "/api/v1/datasets", READ,
    about=about(mark("Les jeux de données dans vos droits, par titre."), asks=DatasetQuestions),
)  # fmt: skip
def list_datasets(visit: Visit) -> Response[DatasetsBody]:
    """Datasets within the asker's rights, by title."""
    asked = visit.asked(DatasetQuestions)
    narrowed = with_bearers(visit.session, asked.narrowed(visit.today))
    rows = find_datasets(visit.session, narrowed, after=asked.place(str, int), limit=asked.limit)
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    body = DatasetsBody(
        total=count_datasets(visit.session, narrowed),
        datasets=[
            DatasetLine(
                row.id, row.version, row.organisation_id, row.title, row.personal_data, row.access_rights,
                row.stage, row.modified,
            )
            for row in rows
        ],
        next=asked.following(rows[-1].cursor if more else None),
    )  # fmt: skip
    return visit.answer(body)


@route(
    "POST", "/api/v1/datasets", RECORD, takes=DatasetCreation,
    about=about(
        mark("Enregistre un jeu de données ; la réponse dit ce qu’en disent les règles."), status=201, example=EXAMPLE
    ),
)  # fmt: skip
def create_dataset(visit: Visit) -> Response[DatasetBody]:
    """Records a dataset; the answer says what the policies find."""
    given = visit.given(DatasetCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    sheet = record_dataset(visit.session, given.organisation_id, given.sheet())
    visit.settle()
    visit.session.refresh(sheet)
    visit.headers["Location"] = f"/api/v1/datasets/{sheet.id}"
    return visit.answer(body_of(visit, sheet.id), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/datasets/{dataset_id:int}", READ,
    about=about(
        mark("Un jeu de données, avec ses fichiers, ses interfaces, ses champs, ses sources et ses constats."),
        asks=MomentQuestions,
    ),
)  # fmt: skip
def read_dataset(visit: Visit, dataset_id: int) -> Response[DatasetBody]:
    """One dataset, with its distributions and today's findings.

    With `as_of=2026-03-12`, as it was that day, with the findings kept then; `known_on` says by which day it was known.
    What was is read only: it bears no ETag.
    """
    if not visit.query("as_of"):
        return visit.answer(body_of(visit, dataset_id))
    sheet = get_dataset(visit.session, dataset_id)
    asked = read_moment(visit, visit.query("as_of"), visit.query("known_on"))
    then = sheet_then(visit, sheet, asked)
    findings = find_findings_then(
        visit.session, asked.on, kind=SubjectKind.DATASET, subject_id=sheet.id, at=asked.until
    )  # fmt: skip
    return visit.answer(dataset_body(then.row, then.parts, [_verdict_body(one, {}) for one in findings]), tagged=False)


@route(
    "PATCH", "/api/v1/datasets/{dataset_id:int}", RECORD, takes=DatasetChange,
    about=about(
        mark("Change les champs donnés d’un jeu de données ; les autres restent."),
        more=mark("Les listes de fichiers, d’interfaces, de champs et de sources, quand elles sont données, "
                  "deviennent exactement celles-là."),
        versioned=True, example={"title": "Bornes de recharge", "frequency": "DAILY"},
    ),
)  # fmt: skip
def change_dataset(visit: Visit, dataset_id: int) -> Response[DatasetBody]:
    """Changes the fields given; asks for If-Match."""
    expected = visit.expected_version()
    given = visit.given(DatasetChange)
    visit.visitor.require(RECORD, get_dataset(visit.session, dataset_id).organisation_id)
    sheet = amend_dataset(visit.session, dataset_id, given, expected=expected)
    visit.settle()
    return visit.answer(body_of(visit, sheet.id))


@route(
    "POST", "/api/v1/datasets/{dataset_id:int}/annulment", ANNUL, takes=AnnulForm,
    about=about(
        mark("Met de côté une fiche enregistrée par erreur, en disant pourquoi ; rien n’est supprimé."),
        versioned=True, example=REASON,
    ),
)  # fmt: skip
def annul(visit: Visit, dataset_id: int) -> Response[DatasetBody]:
    """Sets a wrong entry aside, with a reason; asks for If-Match."""
    return _set_aside(visit, dataset_id, annul_dataset)


@route(
    "POST", "/api/v1/datasets/{dataset_id:int}/restoration", ANNUL, takes=AnnulForm,
    about=about(mark("Rétablit une fiche annulée, en disant pourquoi."), versioned=True, example=REASON),
)  # fmt: skip
def restore(visit: Visit, dataset_id: int) -> Response[DatasetBody]:
    """Brings an annulled sheet back, with a reason; asks for If-Match."""
    return _set_aside(visit, dataset_id, restore_dataset)


def _set_aside(visit: Visit, dataset_id: int, act: Any) -> Response[DatasetBody]:
    expected = visit.expected_version()
    given = visit.given(AnnulForm)
    visit.visitor.require(ANNUL, get_dataset(visit.session, dataset_id).organisation_id)
    sheet = act(visit.session, dataset_id, expected=expected, reason=given.reason)
    visit.settle()
    return visit.answer(body_of(visit, sheet.id))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_datasets, create_dataset, read_dataset, change_dataset, annul, restore,
)  # fmt: skip
