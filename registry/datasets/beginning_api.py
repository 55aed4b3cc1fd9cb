"""The JSON API of what a sheet begins from: the templates, a sheet recorded from one, a copy of a sheet."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import BaseModel, ConfigDict, Field

from registry.compliance.vocabulary import Evidence
from registry.datasets.api import READ, RECORD, about, body_of
from registry.datasets.beginning import copied_values
from registry.datasets.bodies import DatasetBody
from registry.datasets.forms import DatasetForm, Line
from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.service import record_dataset
from registry.datasets.sheet_templates import SheetTemplate, find_templates, get_template
from registry.kernel.words import _, mark
from registry.web.visits import Visit, route


class TemplateQuestions(BaseModel):
    """What the templates are narrowed to."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=200, description=mark("Des mots du nom ou du résumé."))] = ""


class FromTemplateForm(BaseModel):
    """The organisation a sheet is for, and what it says instead of what its template proposes."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: int
    title: Line | None = None
    identifier: Line | None = None


@dataclass(frozen=True)
class GroundBody:
    """A text that a template rests on, and how well it was read."""

    text: str
    article: str
    says: str
    evidence: Evidence


@dataclass(frozen=True)
class TemplateBody:
    """A template: what it proposes for the fields of a sheet; nothing of it is validated."""

    id: str
    name: str
    summary: str
    values: dict[str, Any]
    law: list[GroundBody]


@dataclass(frozen=True)
class TemplatesBody:
    """The templates, by name."""

    templates: list[TemplateBody]


def _template_body(one: SheetTemplate) -> TemplateBody:
    values = one.form().model_dump(mode="json", include=set(one.values))
    grounds = [GroundBody(law.text, law.article, law.says, law.evidence) for law in one.law]
    return TemplateBody(one.id, one.name(), one.summary, values, grounds)


@route(
    "GET", "/api/v1/templates", READ,
    about=about(mark("Les modèles de fiche : ce qu’on sait d’avance des jeux que presque toute collectivité tient."),
                asks=TemplateQuestions),
)  # fmt: skip
def list_templates(visit: Visit) -> Response[TemplatesBody]:
    """The templates of record, by name, with what each proposes."""
    asked = visit.asked(TemplateQuestions)
    return visit.answer(TemplatesBody([_template_body(one) for one in find_templates(asked.q)]))


@route(
    "POST", "/api/v1/templates/{template_id:str}/datasets", RECORD, takes=FromTemplateForm,
    about=about(
        mark("Enregistre un jeu de données avec ce que propose un modèle."),
        more=mark("Ces valeurs sont des propositions : la réponse les donne toutes, à vérifier et à corriger."),
        status=201, example={"organisation_id": 1, "title": "Arbres d’alignement"},
    ),
)  # fmt: skip
def record_from_template(visit: Visit, template_id: str) -> Response[DatasetBody]:
    """Records a sheet with what a template proposes, under a title of its own if one is given."""
    given = visit.given(FromTemplateForm)
    proposed = get_template(template_id).values
    visit.visitor.require(RECORD, given.organisation_id)
    return _recorded(visit, given.organisation_id, {**proposed, **_said(given)})


@route(
    "POST", "/api/v1/datasets/{dataset_id:int}/copies", RECORD, takes=FromTemplateForm,
    about=about(
        mark("Enregistre une copie d’un jeu de données, pour une organisation de votre choix."),
        more=mark("Ne suivent pas : l’identifiant, les dates, le volume, le contact, les fichiers, les interfaces, "
                  "les champs, les sources et ce qui n’est qu’à l’autre fiche."),
        status=201, example={"organisation_id": 1, "title": "Bornes de recharge (copie)"},
    ),
)  # fmt: skip
def copy_dataset(visit: Visit, dataset_id: int) -> Response[DatasetBody]:
    """Records a copy of a sheet, without what is that sheet's alone."""
    given = visit.given(FromTemplateForm)
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, given.organisation_id)
    return _recorded(visit, given.organisation_id, {**_copied(sheet), **_said(given)})


def _copied(sheet: Dataset) -> dict[str, Any]:
    return {**copied_values(sheet), "title": _("{title} (copie)").format(title=sheet.title[:900])}


def _said(given: FromTemplateForm) -> dict[str, str]:
    return given.model_dump(exclude={"organisation_id"}, exclude_none=True)


def _recorded(visit: Visit, organisation_id: int, values: dict[str, Any]) -> Response[DatasetBody]:
    sheet = record_dataset(visit.session, organisation_id, DatasetForm.model_validate(values))
    visit.settle()
    visit.session.refresh(sheet)
    visit.headers["Location"] = f"/api/v1/datasets/{sheet.id}"
    return visit.answer(body_of(visit, sheet.id), status=HTTP_201_CREATED)


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_templates, record_from_template, copy_dataset)
