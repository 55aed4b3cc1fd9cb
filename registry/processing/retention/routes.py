"""The page that says how long a dataset is kept."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale, mark
from registry.organisations.queries import get_legal_person
from registry.processing.retention.forms import RetentionForm
from registry.processing.retention.queries import find_own_rules, find_retention, rules_of
from registry.processing.retention.service import set_retention
from registry.processing.retention.views import RetentionFormPage
from registry.processing.retention.vocabulary import Counting, EventKnown
from registry.processing.retention.wording import RETENTION_LABELS, say_origin, say_rule
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.visits import NOTICES, Visit, route

RECORD = Permission.PROCESSING_RETENTION_RECORD
NOTICES.update({"conservation-enregistree": mark("La conservation de ce jeu est enregistrée.")})
ON_THE_SHEET = ("retention_months", "retention_trigger", "final_disposition")


def to_record(visit: Visit, dataset_id: int) -> Dataset:
    """A dataset whose retention the visitor may say.

    Raises: NotFound; Forbidden.
    """
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    return sheet


def _form_page(
    visit: Visit, sheet: Dataset, values: Mapping[str, Any], errors: Mapping[str, str],
    *, version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    own = find_own_rules(visit.session, get_legal_person(visit.session, sheet.organisation_id))
    page = RetentionFormPage(
        id=sheet.id,
        version=sheet.version if version is None else version,
        title=sheet.title,
        values=values,
        errors=errors,
        labels={name: _(label) for name, label in RETENTION_LABELS.items()},
        rules=[
            (rule.code, f"{say_rule(rule)} ({say_origin(rule.origin)})")
            for rule in sorted(rules_of(own, current_locale()).values(), key=lambda rule: rule.code)
        ],
        choices={
            "final_disposition": [(str(one), one.label) for one in FinalDisposition],
            "known": [(str(one), one.label) for one in EventKnown],
            "counting": [(str(one), one.label) for one in Counting],
        },
    )
    return visit.page("processing/retention_form.html", page, status=status)


@route("GET", "/conservation/du-jeu/{dataset_id:int}", RECORD)
def show_retention_form(visit: Visit, dataset_id: int) -> Response[Any]:
    """The form of a dataset's retention, as it stands."""
    sheet = to_record(visit, dataset_id)
    row = find_retention(visit.session, dataset_id)
    values = {name: getattr(sheet if name in ON_THE_SHEET else row, name, None) for name in RetentionForm.model_fields}
    if row is None:
        values["counting"] = str(Counting.EVENT_DAY)
    return _form_page(visit, sheet, values, {})


@route("POST", "/conservation/du-jeu/{dataset_id:int}", RECORD)
def say_retention(visit: Visit, dataset_id: int) -> Response[Any]:
    """Says how long a dataset is kept, or shows the form again with what was typed."""
    sheet, read = to_record(visit, dataset_id), visit.form(RetentionForm)
    data = visit.form_data()
    version = read_number(data.first("version")) or 0
    typed = {name: data.first(name) for name in RetentionForm.model_fields}
    made = save(read, lambda form: set_retention(visit.session, dataset_id, form, expected=version, today=visit.today))
    if isinstance(made, Unsaved):
        return _form_page(visit, sheet, typed, made.errors, version=made.version or version, status=made.status)
    return visit.go(f"/jeux/{dataset_id}#conservation-du-jeu", done="conservation-enregistree")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_retention_form, say_retention)
