"""The page that looks for personal data in a sample of a dataset, and the review of what it suggests."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.detection.forms import Decision, ReviewForm
from registry.datasets.detection.queries import find_suggestions
from registry.datasets.detection.service import Recorded, record_inspection, review_suggestions
from registry.datasets.detection.views import InspectionPage, left_out, suggestion_view
from registry.datasets.detection.vocabulary import UsualReason
from registry.datasets.models import Dataset, DatasetField
from registry.datasets.queries import find_parts, get_dataset
from registry.datasets.service import require_live
from registry.datasets.vocabulary import PersonalData, SuggestionState
from registry.inspection.reading import DEFAULT_LIMITS, inspect_file
from registry.inspection.vocabulary import Confidence, Inspected
from registry.kernel.errors import Refusal
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark, ngettext
from registry.web.forms import FormData, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.uploads import PAGE_UPLOAD_LIMIT, Receiving
from registry.web.visits import NOTICES, Visit, route

READ, DECIDE = Permission.DATASETS_SHEET_READ, Permission.DATASETS_LAW_RECORD
_LIMITS = replace(DEFAULT_LIMITS, file_bytes=PAGE_UPLOAD_LIMIT, seconds=40)
NOTICES.update({"suggestions-relues": mark("Vos décisions sont enregistrées, et la fiche les dit.")})
_SAMPLE = Receiving(
    refusal=mark(
        "Ce fichier dépasse {limit} Mio, le plus que cette page accepte. Envoyez-en un extrait : quelques milliers de "
        "lignes suffisent ; ou lisez-le entier par la commande « beffroi scan FICHIER »."
    )
)


def _page(
    visit: Visit,
    sheet: Dataset,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    summary: Sequence[str] = (),
    status: int = 200,
) -> Response[Any]:
    fields = [one for one in find_parts(visit.session, DatasetField, sheet.id) if not one.annulled]
    rows = [suggestion_view(row, fields) for row in find_suggestions(visit.session, sheet.id)]
    waiting = [row for row in rows if row.state == SuggestionState.WAITING]
    page = InspectionPage(
        id=sheet.id,
        version=sheet.version,
        title=sheet.title,
        annulled=sheet.annulled,
        may_record=visit.visitor.may(DECIDE, sheet.organisation_id) and not sheet.annulled,
        waiting=waiting,
        decided=[row for row in rows if row.state != SuggestionState.WAITING],
        columns=len(fields),
        surest=sum(row.is_surest for row in waiting),
        denies=sheet.personal_data in {PersonalData.NONE, PersonalData.ANONYMISED},
        usual=[(one.value, one.label) for one in UsualReason],
        typed=typed or {},
        errors=errors or {},
        labels={"file": _("Extrait du jeu"), **{f"remark-{row.id}": row.field for row in rows}},
        summary=summary,
        limit=PAGE_UPLOAD_LIMIT,
    )
    return visit.page("datasets/inspection.html", page, status=status)


@route("GET", "/jeux/{dataset_id:int}/inspection", READ)
def show_inspection(visit: Visit, dataset_id: int) -> Response[Any]:
    """What was suggested of the fields of a dataset, and the form to send a sample."""
    return _page(visit, get_dataset(visit.session, dataset_id))


@route("POST", "/jeux/{dataset_id:int}/inspection", DECIDE, upload=_SAMPLE)
def inspect_sample(visit: Visit, dataset_id: int) -> Response[Any]:
    """Reads a sample, keeps what it suggests, and forgets it; no transaction is open while it is read."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(DECIDE, sheet.organisation_id)
    require_live(sheet)
    file = visit.upload.file if visit.upload is not None else None
    if file is None:
        error = _("Choisissez un fichier : un extrait du jeu suffit.")
        return _page(visit, sheet, errors={"file": error}, status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        tables = visit.apart(lambda: inspect_file(file.path, name=file.name, on=visit.today, limits=_LIMITS))
    except Refusal as refusal:
        return _page(visit, sheet, errors={"file": refusal.message}, status=HTTP_422_UNPROCESSABLE_ENTITY)
    visit.session.refresh(sheet)
    visit.visitor.require(DECIDE, sheet.organisation_id)
    require_live(sheet)
    recorded = record_inspection(visit.session, dataset_id, tables, on=visit.today)
    return _page(visit, sheet, summary=_told(tables, recorded))


def _told(tables: Sequence[Inspected], recorded: Recorded) -> list[str]:
    """What was read and what it brought, in sentences."""
    said = []
    for table in tables:
        lines = ngettext("{count} ligne parcourue", "{count} lignes parcourues", table.rows).format(count=table.rows)
        columns = ngettext("{count} colonne", "{count} colonnes", len(table.columns)).format(count=len(table.columns))
        name = _("Feuille « {name} »").format(name=table.table) if table.table else _("Le tableau")
        text = _("{name} : {lines}, {columns}, {sampled} lignes échantillonnées puis oubliées.").format(
            name=name, lines=lines, columns=columns, sampled=table.sampled
        )
        said.append(" ".join([text, *left_out(table)]))
    if recorded.decided:
        said.append(
            ngettext(
                "{count} suggestion déjà examinée n’est pas proposée de nouveau.",
                "{count} suggestions déjà examinées ne sont pas proposées de nouveau.",
                recorded.decided,
            ).format(count=recorded.decided)
        )
    if recorded.known:
        said.append(
            ngettext(
                "{count} champ est déjà déclaré comme tel sur la fiche.",
                "{count} champs sont déjà déclarés comme tels sur la fiche.",
                recorded.known,
            ).format(count=recorded.known)
        )
    if not recorded.waiting:
        said.append(_("Rien de nouveau n’est suggéré. Cela ne prouve pas que le jeu est sans données personnelles."))
    return said


@route("POST", "/jeux/{dataset_id:int}/inspection/revue", DECIDE)
def review(visit: Visit, dataset_id: int) -> Response[Any]:
    """Applies the decisions of a person; what is left without one waits."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(DECIDE, sheet.organisation_id)
    data = visit.form_data()
    typed = {name: data.first(name) for name in data.names()}
    surest = [
        one.id
        for one in find_suggestions(visit.session, sheet.id)
        if one.state is SuggestionState.WAITING and one.confidence is Confidence.HIGH
    ]
    decisions, numbers = _decisions(data, surest)
    if not decisions:
        error = _("Aucune décision n’est prise : choisissez-en une sous une suggestion.")
        return _page(visit, sheet, typed=typed, errors={"_": error}, status=HTTP_422_UNPROCESSABLE_ENTITY)
    read = parse_values(ReviewForm, {"decisions": decisions}, today=visit.today)
    version = read_number(data.first("version")) or 0
    made = save(read, lambda form: review_suggestions(visit.session, dataset_id, form, expected=version))
    if isinstance(made, Unsaved):
        errors = {_field_of(path, numbers): message for path, message in made.errors.items()}
        return _page(visit, sheet, typed=typed, errors=errors, status=made.status)
    return visit.go(f"/jeux/{dataset_id}/inspection", done="suggestions-relues")


def _decisions(data: FormData, surest: Sequence[int]) -> tuple[list[dict[str, Any]], list[int]]:
    """The decisions that were taken, and the suggestions they are of; `surest` where they are all confirmed at once."""
    if data.first("surest") == Decision.CONFIRMED.value:
        return [{"id": number, "decision": Decision.CONFIRMED.value} for number in surest], list(surest)
    numbers = [
        number
        for name in data.names()
        if name.startswith("decision-")
        and (number := read_number(name.removeprefix("decision-"))) is not None
        and data.first(name)
    ]
    return [_decision(data, number) for number in numbers], numbers


def _decision(data: FormData, number: int) -> dict[str, Any]:
    """One decision; a usual reason to refuse is said by the button itself, another is written."""
    made, _between, code = data.first(f"decision-{number}").partition(":")
    usual = next((one.label for one in UsualReason if one.value == code), "")
    return {"id": number, "decision": made, "remark": usual or data.first(f"remark-{number}").strip() or None}


def _field_of(path: str, numbers: Sequence[int]) -> str:
    """The field of the page a refusal speaks of."""
    steps = path.split(".")
    place = read_number(steps[1]) if len(steps) > 1 else None
    return "_" if place is None or place >= len(numbers) else f"remark-{numbers[place]}"


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_inspection, inspect_sample, review)
