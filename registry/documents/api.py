"""The JSON API of evidence: list, keep a file, read one, its file, link it, renew it, set it aside."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.documents.forms import (
    EditionForm,
    EvidenceChange,
    EvidenceForm,
    LinkForm,
    UploadedEditionForm,
    UploadedEvidenceForm,
)
from registry.documents.queries import (
    EvidenceFilter,
    Kept,
    count_evidence,
    find_editions,
    find_evidence_page,
    find_links,
    get_evidence,
    get_link,
    place_of,
)
from registry.documents.rules import standing_on
from registry.documents.service import (
    ReceivedFile,
    amend_evidence,
    link_evidence,
    record_evidence,
    renew_evidence,
    set_evidence_aside,
    unlink_evidence,
)
from registry.documents.subjects import provables_of
from registry.documents.views import EVIDENCE_LABELS
from registry.documents.visiting import (
    EVIDENCE_FILE,
    READ,
    RECORD,
    file_of,
    find_same,
    keep_file,
    keeper_of,
    look_at_file,
    reach_of,
    require_keeping,
    require_subject,
    say_same,
)
from registry.documents.vocabulary import EvidenceKind, FileType, ProofSubject, Standing
from registry.kernel.errors import Conflict, FieldError, Invalid
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall, PageQuestions
from registry.web.forms import Form
from registry.web.typed import AnnulForm
from registry.web.visits import Rejected, Visit, route

TAG = mark("Preuves")
REASON = {"reason": "Déposée sur la mauvaise fiche"}
_LABELS = EVIDENCE_LABELS | {
    "editions": mark("Nombre d’éditions"),
    "number": mark("Numéro de l’édition"),
    "sha256": mark("Empreinte SHA-256 du fichier"),
    "size": mark("Taille du fichier, en octets"),
    "media_type": mark("Type du fichier, lu dans ses octets"),
    "standing": mark("Où en est la validité"),
    "links": mark("Les fiches qu’elle prouve, dans vos droits"),
    "annulled": mark("Vrai si la preuve est annulée"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class EditionBody:
    """One edition of a piece of evidence, with what its file is.

    Units: `size` in bytes.
    """

    id: int
    number: int
    issued_by: str | None
    issued_on: date | None
    expires_on: date | None
    standing: Standing
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class LinkBody:
    """What a piece of evidence proves of a record."""

    id: int
    subject_kind: ProofSubject
    subject_id: int
    proves: str | None


@dataclass(frozen=True)
class EvidenceLineBody:
    """A piece of evidence in a list, with the validity of its last edition."""

    id: int
    version: int
    organisation_id: int
    kind: EvidenceKind
    title: str
    issued_on: date | None
    expires_on: date | None
    standing: Standing


@dataclass(frozen=True)
class EvidenceBody(EvidenceLineBody):
    """A piece of evidence: its editions, the last first, and what it proves."""

    annulled: bool
    editions: list[EditionBody]
    links: list[LinkBody]


@dataclass(frozen=True)
class EvidenceListBody:
    """A page of evidence, what expires first coming first."""

    total: int
    evidence: list[EvidenceLineBody]
    next: str | None


class EvidenceQuestions(PageQuestions):
    """What the list of evidence is narrowed to."""

    kind: EvidenceKind | None = Field(default=None, description=mark("La nature de la pièce."))
    standing: Standing | None = Field(default=None, description=mark("Où en est la validité."))
    annulled: bool = Field(default=False, description=mark("true pour lire les preuves annulées, et elles seules."))


def _line(visit: Visit, kept: Kept) -> dict[str, Any]:
    evidence, edition = kept.evidence, kept.edition
    return {
        "id": evidence.id, "version": evidence.version, "organisation_id": evidence.organisation_id,
        "kind": evidence.kind, "title": evidence.title, "issued_on": edition.issued_on,
        "expires_on": edition.expires_on, "standing": standing_on(edition.expires_on, visit.today),
    }  # fmt: skip


def _body(visit: Visit, evidence_id: int) -> EvidenceBody:
    kept = get_evidence(visit.session, evidence_id, reach_of(visit))
    known = provables_of(visit.session)
    return EvidenceBody(
        **_line(visit, kept),
        annulled=kept.evidence.annulled,
        editions=[
            EditionBody(
                one.id, one.number, one.issued_by, one.issued_on, one.expires_on,
                standing_on(one.expires_on, visit.today), file.sha256, file.size, file.media_type,
            )
            for one, file in find_editions(visit.session, evidence_id)
        ],
        links=[
            LinkBody(link.id, link.subject_kind, link.subject_id, link.proves)
            for link in find_links(visit.session, [evidence_id])
            if link.subject_kind in known and visit.visitor.may(known[link.subject_kind].read, link.organisation_id)
        ],
    )  # fmt: skip


@route(
    "GET", "/api/v1/evidence", READ,
    about=about(mark("Les preuves dans vos droits, celles qui expirent d’abord."), asks=EvidenceQuestions),
)  # fmt: skip
def list_evidence(visit: Visit) -> Response[EvidenceListBody]:
    """The evidence within the asker’s rights, what expires first coming first."""
    asked = visit.asked(EvidenceQuestions)
    wanted = EvidenceFilter(
        frozenset({asked.kind} if asked.kind else ()), frozenset({asked.standing} if asked.standing else ()),
        asked.annulled,
    )  # fmt: skip
    said = asked.place(str, int)
    try:
        after = (date.fromisoformat(said[0]), said[1]) if said is not None else None
    except ValueError as error:
        raise Invalid(_("Ce repère de page n’est pas valable : repartez de la première page.")) from error
    reach = reach_of(visit)
    rows = find_evidence_page(visit.session, reach, wanted, today=visit.today, after=after, limit=asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    place = place_of(rows[-1]) if more else None
    following = asked.following((place[0].isoformat(), place[1]) if place is not None else None)
    total = count_evidence(visit.session, reach, wanted, today=visit.today)
    return visit.answer(EvidenceListBody(total, [EvidenceLineBody(**_line(visit, row)) for row in rows], following))


def _read(visit: Visit, of: type[Form]) -> Form:
    """The fields beside the file.

    Raises: Invalid, with one error a field.
    """
    read = visit.form(of)
    if isinstance(read, Rejected):
        problems = tuple(FieldError(path, message) for path, message in read.errors.items())
        raise Invalid(_("Le formulaire ne convient pas."), problems)
    return read.form


def _refuse_same(visit: Visit, file: ReceivedFile, *, same_content: bool) -> None:
    same = find_same(visit, file)
    if same and not same_content:
        raise Conflict(say_same(same))


@route(
    "POST", "/api/v1/evidence", RECORD, takes=UploadedEvidenceForm, upload=EVIDENCE_FILE,
    about=about(
        mark("Dépose un fichier comme preuve, reliée ou non à une fiche."), status=201,
        more=mark("Le type est lu dans les octets du fichier ; ce qui peut porter un programme est refusé."),
    ),
)  # fmt: skip
def create_evidence(visit: Visit) -> Response[EvidenceBody]:
    """Keeps a file as evidence."""
    form = _read(visit, EvidenceForm)
    file = look_at_file(visit)
    owner = keeper_of(visit, form)
    _refuse_same(visit, file, same_content=form.same_content)
    made = record_evidence(visit.session, owner, form, file)
    keep_file(visit)
    visit.headers["Location"] = f"/api/v1/evidence/{made.id}"
    return visit.answer(_body(visit, made.id), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/evidence/{evidence_id:int}", READ,
    about=about(mark("Une preuve, avec ses éditions et ce qu’elle prouve.")),
)  # fmt: skip
def read_evidence(visit: Visit, evidence_id: int) -> Response[EvidenceBody]:
    """One piece of evidence."""
    return visit.answer(_body(visit, evidence_id))


@route(
    "GET", "/api/v1/evidence/{evidence_id:int}/editions/{edition_id:int}/file", READ,
    about=about(
        mark("Le fichier d’une édition, octet pour octet."), media_types=tuple(one.media_type for one in FileType)
    ),
)  # fmt: skip
def read_file(visit: Visit, evidence_id: int, edition_id: int) -> Response[bytes]:
    """The file of an edition."""
    return file_of(visit, evidence_id, edition_id)


def _may_change(visit: Visit, evidence_id: int) -> None:
    kept = get_evidence(visit.session, evidence_id, reach_of(visit))
    visit.visitor.require(RECORD, kept.evidence.organisation_id)


@route(
    "PATCH", "/api/v1/evidence/{evidence_id:int}", RECORD, takes=EvidenceChange,
    about=about(
        mark("Corrige le titre ou la nature d’une preuve."), versioned=True, example={"title": "Certificat HDS 2026"}
    ),
)  # fmt: skip
def correct_evidence(visit: Visit, evidence_id: int) -> Response[EvidenceBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(EvidenceChange)
    _may_change(visit, evidence_id)
    amend_evidence(visit.session, evidence_id, given, expected=expected)
    return visit.answer(_body(visit, evidence_id))


@route(
    "POST", "/api/v1/evidence/{evidence_id:int}/editions", RECORD, takes=UploadedEditionForm, upload=EVIDENCE_FILE,
    about=about(
        mark("Dépose une nouvelle édition de la même preuve ; les précédentes restent."), versioned=True, status=201,
        unlocated=True,
    ),
)  # fmt: skip
def create_edition(visit: Visit, evidence_id: int) -> Response[EvidenceBody]:
    """Keeps a new edition; asks for If-Match."""
    expected, form = visit.expected_version(), _read(visit, EditionForm)
    file = look_at_file(visit)
    _may_change(visit, evidence_id)
    _refuse_same(visit, file, same_content=form.same_content)
    renew_evidence(visit.session, evidence_id, form, file, expected=expected)
    keep_file(visit)
    return visit.answer(_body(visit, evidence_id), status=HTTP_201_CREATED)


@route(
    "POST", "/api/v1/evidence/{evidence_id:int}/links", RECORD, takes=LinkForm,
    about=about(
        mark("Relie une preuve à une fiche de plus."), status=201, unlocated=True,
        example={"subject_kind": "dataset", "subject_id": 12, "proves": "Le jeu est anonymisé"},
    ),
)  # fmt: skip
def create_link(visit: Visit, evidence_id: int) -> Response[EvidenceBody]:
    """Links a piece of evidence to a record."""
    given = visit.given(LinkForm)
    get_evidence(visit.session, evidence_id, reach_of(visit))
    require_subject(visit, given.subject_kind, given.subject_id)
    link_evidence(visit.session, evidence_id, given)
    return visit.answer(_body(visit, evidence_id), status=HTTP_201_CREATED)


@route(
    "POST", "/api/v1/evidence/links/{link_id:int}/withdrawal", RECORD, takes=AnnulForm,
    about=about(mark("Ne relie plus une preuve à une fiche, en disant pourquoi."), example=REASON),
)  # fmt: skip
def withdraw_link(visit: Visit, link_id: int) -> Response[EvidenceBody]:
    """Takes a link away, with a reason."""
    given, link = visit.given(AnnulForm), get_link(visit.session, link_id)
    require_keeping(visit, link.subject_kind, link.organisation_id)
    before = _body(visit, link.evidence_id)
    unlink_evidence(visit.session, link_id, reason=given.reason)
    left = [one for one in before.links if one.id != link_id]
    return visit.answer(EvidenceBody(**(before.__dict__ | {"links": left})))


@route(
    "POST", "/api/v1/evidence/{evidence_id:int}/annulment", RECORD, takes=AnnulForm,
    about=about(
        mark("Met de côté une preuve déposée par erreur, en disant pourquoi ; rien n’est supprimé."), versioned=True,
        example=REASON,
    ),
)  # fmt: skip
def annul_evidence(visit: Visit, evidence_id: int) -> Response[EvidenceBody]:
    """Sets a piece of evidence aside, with a reason; asks for If-Match."""
    return _set_aside(visit, evidence_id, annulled=True)


@route(
    "POST", "/api/v1/evidence/{evidence_id:int}/restoration", RECORD, takes=AnnulForm,
    about=about(mark("Rétablit une preuve annulée, en disant pourquoi."), versioned=True, example=REASON),
)  # fmt: skip
def restore_evidence(visit: Visit, evidence_id: int) -> Response[EvidenceBody]:
    """Brings an annulled piece of evidence back, with a reason; asks for If-Match."""
    return _set_aside(visit, evidence_id, annulled=False)


def _set_aside(visit: Visit, evidence_id: int, *, annulled: bool) -> Response[EvidenceBody]:
    expected, given = visit.expected_version(), visit.given(AnnulForm)
    _may_change(visit, evidence_id)
    set_evidence_aside(visit.session, evidence_id, expected=expected, reason=given.reason, annulled=annulled)
    return visit.answer(_body(visit, evidence_id))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_evidence, create_evidence, read_evidence, read_file, correct_evidence, create_edition, create_link,
    withdraw_link, annul_evidence, restore_evidence,
)  # fmt: skip
