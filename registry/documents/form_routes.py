"""The forms of evidence: a new piece, a new edition, a correction, setting aside, linking and unlinking."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.documents.forms import EditionForm, EvidenceChange, EvidenceForm, LinkForm
from registry.documents.queries import Kept, find_titles, get_evidence, get_link
from registry.documents.service import (
    amend_evidence,
    link_evidence,
    record_evidence,
    renew_evidence,
    set_evidence_aside,
    unlink_evidence,
)
from registry.documents.subjects import provables_of
from registry.documents.views import EditionFormPage, EvidenceChangePage, EvidenceFormPage, ReasonPage, labels
from registry.documents.visiting import (
    EVIDENCE_FILE,
    NOT_YOURS,
    RECORD,
    find_same,
    keep_file,
    keeper_of,
    look_at_file,
    reach_of,
    require_keeping,
    require_subject,
    say_same,
    subjects_of,
)
from registry.documents.vocabulary import EvidenceKind, ProofSubject
from registry.kernel.errors import Conflict, Forbidden, Invalid, Stale
from registry.kernel.words import _, mark
from registry.organisations.queries import find_organisations
from registry.organisations.vocabulary import OrganisationKind
from registry.web.forms import parse_form, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.typed import AnnulForm
from registry.web.visits import FormData, Rejected, Visit, route

_CHOOSE_AGAIN = mark("Choisissez de nouveau le fichier : le navigateur ne le garde pas.")
_KEEPING = {
    OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE, OrganisationKind.DEPARTMENT,
    OrganisationKind.SERVICE,
}  # fmt: skip


def _new_page(
    visit: Visit,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    same: Sequence[tuple[int, str]] = (),
    status: int = 200,
) -> Response[Any]:
    kind = next((one for one in ProofSubject if one == values.get("subject_kind")), None)
    number = read_number(str(values.get("subject_id", "")))
    subject, others = None, list[tuple[str, str]]()
    bodies = find_organisations(visit.session)
    if kind is not None and number is not None:
        owner, name = require_subject(visit, kind, number)
        subject = (name, provables_of(visit.session)[kind].address.format(id=number))
        keepers = next((body.lineage for body in bodies if body.id == owner), [owner])
        others = [(str(one), title) for one, title in find_titles(visit.session, reach_of(visit), keepers)]
    reach = visit.visitor.reach(RECORD)
    page = EvidenceFormPage(
        values=values,
        errors=errors or {},
        labels=labels(),
        kinds=[(str(one), one.label) for one in EvidenceKind],
        organisations=[(str(body.id), body.name) for body in bodies if body.id in reach and body.kind in _KEEPING],
        subject=subject,
        same=same,
        others=others,
        limit=EVIDENCE_FILE.limit,
    )
    return visit.page("documents/form.html", page, status=status)


@route("GET", "/preuves/nouvelle", RECORD)
def show_new_evidence(visit: Visit) -> Response[Any]:
    """An empty form; the address may say which record the evidence is for."""
    values = {"organisation_id": str(visit.visitor.organisation_id)}
    if visit.query("fiche"):
        values |= {"subject_kind": visit.query("genre"), "subject_id": visit.query("fiche")}
    return _new_page(visit, values)


@route("POST", "/preuves/nouvelle", RECORD, upload=EVIDENCE_FILE)
def record_new_evidence(visit: Visit) -> Response[Any]:
    """Keeps a file as evidence, or shows the form again with what was typed and what is wrong."""
    data = visit.form_data()
    values = {name: data.first(name) for name in EvidenceForm.model_fields}
    read = visit.form(EvidenceForm)
    errors: dict[str, str] = dict(read.errors) if isinstance(read, Rejected) else {}
    try:
        file = look_at_file(visit)
    except Invalid as refusal:
        errors["file"] = refusal.message
        return _new_page(visit, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    if isinstance(read, Rejected):
        errors["file"] = _(_CHOOSE_AGAIN)
        return _new_page(visit, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        owner = keeper_of(visit, read.form)
    except Forbidden:
        if read.form.subject_kind is not None:
            raise
        errors = {"organisation_id": _(NOT_YOURS), "file": _(_CHOOSE_AGAIN)}
        return _new_page(visit, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    same = find_same(visit, file)
    if same and not read.form.same_content:
        return _new_page(visit, values, {"file": say_same(same)}, same=same, status=HTTP_409_CONFLICT)
    made = record_evidence(visit.session, owner, read.form, file)
    keep_file(visit)
    return visit.go(f"/preuves/{made.id}", done="preuve-deposee")


@route("POST", "/preuves/relier", RECORD)
def link_kept_evidence(visit: Visit) -> Response[Any]:
    """Links evidence that is kept already to the record whose form was open."""
    data = visit.form_data()
    values = {name: data.first(name) for name in ("subject_kind", "subject_id", "proves", "evidence_id")}
    number, read = read_number(values["evidence_id"]), parse_form(LinkForm, _without(data, "evidence_id"))
    if number is None or isinstance(read, Rejected):
        errors = dict(read.errors) if isinstance(read, Rejected) else {}
        if number is None:
            errors["evidence_id"] = _("Choisissez la preuve à relier.")
        return _new_page(visit, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    subject_kind, subject_id = read.form.subject_kind, read.form.subject_id
    require_subject(visit, subject_kind, subject_id)
    kept = get_evidence(visit.session, number, reach_of(visit))
    made = save(read, lambda form: link_evidence(visit.session, kept.evidence.id, form), conflict="evidence_id")
    if isinstance(made, Unsaved):
        return _new_page(visit, values, made.errors, status=made.status)
    address = provables_of(visit.session)[subject_kind].address.format(id=subject_id)
    return visit.go(address, done="preuve-reliee")


def _without(data: FormData, name: str) -> FormData:
    return FormData({one: values for one, values in data.values.items() if one != name})


def _to_change(visit: Visit, evidence_id: int) -> Kept:
    kept = get_evidence(visit.session, evidence_id, reach_of(visit))
    visit.visitor.require(RECORD, kept.evidence.organisation_id)
    return kept


def _edition_page(
    visit: Visit,
    kept: Kept,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    same: Sequence[tuple[int, str]] = (),
    status: int = 200,
) -> Response[Any]:
    page = EditionFormPage(
        id=kept.evidence.id,
        version=read_number(str(values.get("version", ""))) or kept.evidence.version,
        title=kept.evidence.title,
        number=kept.evidence.editions + 1,
        values=values,
        errors=errors or {},
        labels=labels(),
        same=same,
        limit=EVIDENCE_FILE.limit,
    )
    return visit.page("documents/edition.html", page, status=status)


@route("GET", "/preuves/{evidence_id:int}/edition", RECORD)
def show_new_edition(visit: Visit, evidence_id: int) -> Response[Any]:
    """The form of a new edition: the same evidence, renewed or corrected."""
    kept = _to_change(visit, evidence_id)
    return _edition_page(visit, kept, {"issued_by": kept.edition.issued_by or ""})


@route("POST", "/preuves/{evidence_id:int}/edition", RECORD, upload=EVIDENCE_FILE)
def record_edition(visit: Visit, evidence_id: int) -> Response[Any]:
    """Keeps a new edition; the earlier ones stay."""
    kept = _to_change(visit, evidence_id)
    data = visit.form_data()
    values = {name: data.first(name) for name in (*EditionForm.model_fields, "version")}
    read = visit.form(EditionForm)
    errors: dict[str, str] = dict(read.errors) if isinstance(read, Rejected) else {}
    try:
        file = look_at_file(visit)
    except Invalid as refusal:
        errors["file"] = refusal.message
        return _edition_page(visit, kept, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    if isinstance(read, Rejected):
        errors["file"] = _(_CHOOSE_AGAIN)
        return _edition_page(visit, kept, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    same = find_same(visit, file)
    if same and not read.form.same_content:
        return _edition_page(visit, kept, values, {"file": say_same(same)}, same=same, status=HTTP_409_CONFLICT)
    try:
        renew_evidence(
            visit.session, evidence_id, read.form, file, expected=read_number(data.first("version")) or 0
        )  # fmt: skip
    except (Stale, Conflict) as refusal:
        errors = {"_": refusal.message, "file": _(_CHOOSE_AGAIN)}
        values["version"] = str(kept.evidence.version)
        return _edition_page(visit, kept, values, errors, status=HTTP_409_CONFLICT)
    keep_file(visit)
    return visit.go(f"/preuves/{evidence_id}", done="preuve-renouvelee")


def _change_page(
    visit: Visit, kept: Kept, values: Mapping[str, Any], errors: Mapping[str, str] | None = None, *, status: int = 200
) -> Response[Any]:
    page = EvidenceChangePage(
        kept.evidence.id, kept.evidence.version, kept.evidence.title, values, errors or {}, labels(),
        [(str(one), one.label) for one in EvidenceKind],
    )  # fmt: skip
    return visit.page("documents/change.html", page, status=status)


@route("GET", "/preuves/{evidence_id:int}/modifier", RECORD)
def show_change(visit: Visit, evidence_id: int) -> Response[Any]:
    """The title and the kind of a piece of evidence, to correct."""
    kept = _to_change(visit, evidence_id)
    return _change_page(visit, kept, {"title": kept.evidence.title, "kind": str(kept.evidence.kind)})


@route("POST", "/preuves/{evidence_id:int}/modifier", RECORD)
def change_evidence(visit: Visit, evidence_id: int) -> Response[Any]:
    """Saves the title and the kind."""
    kept = _to_change(visit, evidence_id)
    data = visit.form_data()
    values = {"title": data.first("title"), "kind": data.first("kind")}
    read = visit.form(EvidenceChange)
    if not values["title"].strip():
        return _change_page(
            visit, kept, values, {"title": _("Donnez un titre à cette preuve.")}, status=HTTP_422_UNPROCESSABLE_ENTITY
        )  # fmt: skip
    version = read_number(data.first("version")) or 0
    made = save(read, lambda form: amend_evidence(visit.session, evidence_id, form, expected=version))
    if isinstance(made, Unsaved):
        return _change_page(visit, kept, values, made.errors, status=made.status)
    return visit.go(f"/preuves/{evidence_id}", done="preuve-modifiee")


def _evidence_aside(visit: Visit, evidence_id: int) -> Aside:
    evidence = _to_change(visit, evidence_id).evidence
    return Aside(
        evidence, evidence.title, [(_("Preuves"), "/preuves"), (evidence.title, f"/preuves/{evidence.id}")],
        heads=(_("Annuler la preuve"), _("Rétablir la preuve")),
        sentences=(
            _("Rien n’est effacé : la preuve ne vaut plus pour aucune fiche, et elle peut revenir."),
            _("La preuve revient sur les fiches auxquelles elle est reliée."),
        ),
        back=f"/preuves/{evidence.id}", act=partial(set_evidence_aside, visit.session, evidence.id),
    )  # fmt: skip


def _link_page(visit: Visit, link_id: int, error: str = "", *, status: int = 200) -> Response[Any]:
    link = get_link(visit.session, link_id)
    require_keeping(visit, link.subject_kind, link.organisation_id)
    kept = get_evidence(visit.session, link.evidence_id, reach_of(visit))
    line = next(iter(subjects_of(visit, [link]).get(kept.evidence.id, [])), None)
    page = ReasonPage(
        id=kept.evidence.id,
        version=kept.evidence.version,
        title=kept.evidence.title,
        heading=_("Ne plus relier cette preuve"),
        sentence=_("Elle ne vaudra plus pour « {name} ». Le registre garde qu’elle y a été reliée.").format(
            name=line.name if line is not None else ""
        ),
        action=f"/preuves/liens/{link_id}/retirer",
        reason=visit.form_data().first("reason") if error else "",
        error=error,
    )
    return visit.page("documents/reason.html", page, status=status)


@route("GET", "/preuves/liens/{link_id:int}/retirer", RECORD)
def show_unlinking(visit: Visit, link_id: int) -> Response[Any]:
    """Asks why a piece of evidence no longer proves something of a record."""
    return _link_page(visit, link_id)


@route("POST", "/preuves/liens/{link_id:int}/retirer", RECORD)
def unlink(visit: Visit, link_id: int) -> Response[Any]:
    """Takes a link away."""
    link = get_link(visit.session, link_id)
    require_keeping(visit, link.subject_kind, link.organisation_id)
    read = visit.form(AnnulForm)
    if isinstance(read, Rejected):
        message = _("Dites en quelques mots pourquoi : ce motif reste au registre.")
        return _link_page(visit, link_id, message, status=HTTP_422_UNPROCESSABLE_ENTITY)
    provable = provables_of(visit.session).get(link.subject_kind)
    unlink_evidence(visit.session, link_id, reason=read.form.reason)
    address = provable.address.format(id=link.subject_id) if provable is not None else "/preuves"
    return visit.go(address, done="preuve-deliee")


_ASIDE = asking_why(
    "/preuves/{evidence_id:int}/annuler", RECORD, _evidence_aside, done=("preuve-annulee", "preuve-retablie")
)
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_new_evidence, record_new_evidence, link_kept_evidence, show_new_edition, record_edition, show_change,
    change_evidence, *_ASIDE, show_unlinking, unlink,
)  # fmt: skip
