"""The page of the form of a sheet: to record a new one, to amend one, or shown again as it was typed."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Response
from litestar.status_codes import HTTP_200_OK
from sqlalchemy.orm import Session

from registry.datasets.beginning import NOT_COPIED, copied_values, values_of
from registry.datasets.forms import DataServiceForm, DatasetForm, DistributionForm
from registry.datasets.layout import LOCKABLE, OF_A_SERVICE, SECTIONS
from registry.datasets.models import DataService, Dataset, SheetDraft
from registry.datasets.queries import DraftRow, find_distributions, find_drafts, find_parts, find_system, find_systems
from registry.datasets.reading import (
    DISTRIBUTION_FIELDS,
    OF_FILES,
    OF_SERVICES,
    SERVICE_FIELDS,
    SHOWN_OF_DISTRIBUTION,
    distributions_digest,
    part_digest,
    services_digest,
    shown_again,
    typed_values,
)
from registry.datasets.sheet_templates import SheetTemplate
from registry.datasets.views import DraftState, FormPage, Prefill
from registry.datasets.vocabulary import (
    ONE_OF,
    SOME_OF,
)
from registry.datasets.wording import LISTS, field_label, field_of, label_of
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale
from registry.organisations.queries import find_organisations
from registry.platform.lists import load_list
from registry.web.forms import FormData, read_number
from registry.web.visits import Visit

RECORD = Permission.DATASETS_SHEET_RECORD
Part = Mapping[str, Any]


@dataclass(frozen=True)
class Filled:
    """What the form shows in its fields; `typed` is a form sent before, whose version and digests still hold."""

    values: Mapping[str, Any]
    distributions: Sequence[Part] = ()
    services: Sequence[Part] = ()
    typed: FormData | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    draft: DraftState | None = None
    prefill: Prefill | None = None


def filled_from_template(template: SheetTemplate, organisation: str) -> Filled:
    """A new sheet that begins with what a template proposes."""
    proposed = template.form().model_dump(mode="json", include=set(template.values))
    return Filled(
        {**proposed, "organisation_id": organisation},
        prefill=Prefill(
            sentence=_("Prérempli par le modèle « {name} ». Ces valeurs sont des propositions : vérifiez-les.").format(
                name=template.name()
            ),
            fields=[(name, field_label(name)) for name in proposed],
            grounds=[(one.text, one.article, one.says, one.evidence) for one in template.law],
        ),
    )


def filled_from_copy(session: Session, sheet: Dataset, organisation: str) -> Filled:
    """A new sheet that begins as another stands, without what is that one's alone; it says what was left out."""
    values = values_of(sheet)
    left = [field_label(name) for name in values if name in NOT_COPIED and values[name]]
    left += [_("Fichiers et accès")] if distributions_of(session, sheet) else []
    left += [_("Interfaces (API)")] if services_of(session, sheet) else []
    sentence = _("Copie de « {title} ». Les champs du jeu et ses sources ne suivent pas.").format(title=sheet.title)
    if left:
        sentence += " " + _("Laissé de côté : {fields}.").format(fields=", ".join(left))
    title = _("{title} (copie)").format(title=sheet.title[:900])
    return Filled(
        {**copied_values(sheet), "title": title, "organisation_id": organisation}, prefill=Prefill(sentence, (), ())
    )


def filled_as_typed(data: FormData, errors: Mapping[str, str] | None = None, draft: DraftState | None = None) -> Filled:
    """The form as somebody left it, valid or not."""
    return Filled(
        values=typed_values(data),
        distributions=shown_again(data, OF_FILES, DISTRIBUTION_FIELDS),
        services=shown_again(data, OF_SERVICES, SERVICE_FIELDS),
        typed=data,
        errors=errors or {},
        draft=draft or draft_of_form(data),
    )


def filled_from_sheet(session: Session, sheet: Dataset) -> Filled:
    """The form of a sheet as it stands."""
    return Filled(values_of(sheet), distributions_of(session, sheet), services_of(session, sheet))


def services_of(session: Session, sheet: Dataset) -> list[Part]:
    """The interfaces of a sheet, as its form shows them."""
    return [
        _seen(DataServiceForm.model_validate(row).model_dump(mode="json"), SERVICE_FIELDS)
        for row in find_parts(session, DataService, sheet.id)
        if not row.annulled
    ]


def distributions_of(session: Session, sheet: Dataset) -> list[Part]:
    """The distributions of a sheet, as its form shows them."""
    return [
        _seen(DistributionForm.model_validate(row, from_attributes=True).model_dump(mode="json"), SHOWN_OF_DISTRIBUTION)
        for row in find_distributions(session, sheet.id)
    ]


def _seen(one: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    return {**one, "seen": part_digest(one, fields)}


def draft_state(kept: SheetDraft) -> DraftState:
    """Where a draft stands, as its form says and carries it."""
    return DraftState(id=kept.id, revision=kept.revision, saved_at=kept.saved_at)


def draft_of_form(data: FormData) -> DraftState | None:
    """The draft that a form says it was last saved as."""
    number, revision = read_number(data.first("draft")), read_number(data.first("draft_revision"))
    return DraftState(number, revision, None) if number is not None and revision is not None else None


def show_form(visit: Visit, sheet: Dataset | None, filled: Filled, *, status: int = HTTP_200_OK) -> Response[Any]:
    """The form; with what was typed, it still says on which version the person began to type."""
    reach, typed = visit.visitor.reach(RECORD), filled.typed
    version = sheet.version if sheet else None
    if typed is not None:
        version = read_number(typed.first("version"))
    bodies = [(str(body.id), body.name) for body in find_organisations(visit.session) if body.id in reach]
    said = {field_of(path): message for path, message in filled.errors.items()}
    page = FormPage(
        id=sheet.id if sheet else None,
        version=version,
        title=sheet.title if sheet else "",
        values=filled.values,
        errors=said,
        labels={name: label_of(name) for name in said},
        organisations=bodies,
        choices=form_choices(visit.session, sheet.information_system_id if sheet else None),
        sections=SECTIONS,
        field_labels={
            name: field_label(name) for name in (*DatasetForm.model_fields, "endpoint_url", "endpoint_description")
        },
        of_a_service=OF_A_SERVICE,
        services=filled.services,
        services_seen=typed.first("services") if typed else services_digest(filled.services),
        distributions=filled.distributions,
        distributions_seen=typed.first("distributions") if typed else distributions_digest(filled.distributions),
        reason=typed.first("reason") if typed else "",
        draft=filled.draft,
        prefill=filled.prefill,
        address="/jeux/brouillons" if sheet is None else f"/jeux/{sheet.id}/brouillon",
        refusal="",
        drafts=_left_before(visit, filled) if sheet is None else (),
    )
    return visit.page("datasets/form.html", page, status=status)


def _left_before(visit: Visit, filled: Filled) -> list[DraftRow]:
    """The drafts of other sheets to come, offered where somebody begins one."""
    return [
        one
        for one in find_drafts(visit.session, visit.visitor.account_id)
        if one.dataset_id is None and (filled.draft is None or one.id != filled.draft.id)
    ]


def form_choices(session: Session, held: int | None) -> dict[str, list[tuple[str, str]]]:
    """The choices of every closed field of the form; `held` is the system a sheet lives in already."""
    choices = {name: [(str(one), one.label) for one in members] for name, members in {**ONE_OF, **SOME_OF}.items()}
    for name, list_name in LISTS.items():
        choices[name] = load_list(list_name).choices(current_locale())
    rhythms = load_list("frequencies")
    choices["frequency"].sort(key=lambda choice: rhythms.number(choice[0], "days") or sys.maxsize)
    systems = [(str(one.id), one.name) for one in find_systems(session)]
    if held is not None and str(held) not in dict(systems):
        # Annulled, or of a body one does not read: saving the form must not take the sheet out of it.
        known = find_system(session, held)
        systems.append((str(held), known.name if known else _("un système que vos droits ne montrent pas")))
    choices["information_system_id"] = systems
    choices["locked_fields"] = [(name, field_label(name)) for name in LOCKABLE]
    choices["declared_absent"] = [
        (name, field_label(name)) for name in ("licence", "frequency", "modified", "publisher_name", "issued",
                                               "publication_ground", "anonymisation_proof", "documentation",
                                               "reuser_warning", "retention_months", "retention_trigger",
                                               "last_use_review", "conforms_to", "publication_ground_reference",
                                               "publishable_category",
                                               "provenance", "hvd_categories", "inspire_themes",
                                               "applicable_legislation", "information_system_id")
    ]  # fmt: skip
    return choices
