"""What pages and API share of a visit about evidence: how far it reads, whom it is for, the file it brings."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from litestar import Response

from registry.documents.first_bytes import recognise
from registry.documents.forms import EvidenceForm
from registry.documents.models import EvidenceLink
from registry.documents.queries import Reach, find_same_content, get_edition, get_evidence
from registry.documents.rules import file_name
from registry.documents.service import ReceivedFile
from registry.documents.subjects import get_proved, provables_of
from registry.documents.views import SubjectLine
from registry.documents.vocabulary import FileType, ProofSubject
from registry.kernel.errors import Conflict, FieldError, Forbidden, Invalid, Unreadable
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.forms import read_number
from registry.web.uploads import Receiving
from registry.web.visits import Visit

READ, RECORD = Permission.DOCUMENTS_EVIDENCE_READ, Permission.DOCUMENTS_EVIDENCE_RECORD
EVIDENCE_FILE = Receiving(
    25 * 2**20,
    mark("Ce fichier dépasse {limit} Mio, le plus qu’une preuve peut peser. Réduisez-le (un PDF moins lourd suffit)."),
)
NOT_YOURS = mark("Choisissez une organisation pour laquelle vous tenez le registre.")


def reach_of(visit: Visit) -> Reach:
    """The evidence this visitor may read: that of the records they may read, and what they keep linked to none."""
    return Reach(
        {kind: visit.visitor.reach(one.read) for kind, one in provables_of(visit.session).items()},
        visit.visitor.reach(RECORD),
    )


def require_subject(visit: Visit, kind: ProofSubject, subject_id: int) -> tuple[int, str]:
    """The organisation and the name of a record that this visitor may read and give evidence on.

    Raises: NotFound; Forbidden.
    """
    proved = get_proved(visit.session, kind, subject_id)
    visit.visitor.require(provables_of(visit.session)[kind].read, proved.organisation_id)
    require_keeping(visit, kind, proved.organisation_id)
    if proved.annulled:
        raise Conflict(_("La fiche « {name} » est annulée : elle ne reçoit plus de preuve.").format(name=proved.name))
    return proved.organisation_id, proved.name


def may_keep(visit: Visit, kind: ProofSubject, organisation_id: int | None = None) -> bool:
    """Whether this visitor gives evidence on one kind of record and takes it away, of a body or of any."""
    asked = provables_of(visit.session)[kind].record
    return visit.visitor.may(RECORD, organisation_id) and visit.visitor.may(asked, organisation_id)


def require_keeping(visit: Visit, kind: ProofSubject, organisation_id: int) -> None:
    """Refuses who may not give evidence on one kind of record of a body.

    Raises: Forbidden.
    """
    visit.visitor.require(RECORD, organisation_id)
    visit.visitor.require(provables_of(visit.session)[kind].record, organisation_id)


def read_sheet(visit: Visit, address: str) -> tuple[ProofSubject, int] | None:
    """The record whose sheet stands at an address, whole or shortened; nothing where none of ours does."""
    path = f"/{urlsplit(address.strip()).path.lstrip('/')}"
    for kind, provable in provables_of(visit.session).items():
        before = provable.address.partition("{id}")[0]
        number = read_number(path.removeprefix(before).partition("/")[0]) if path.startswith(before) else None
        if number is not None:
            return kind, number
    return None


def keeper_of(visit: Visit, form: EvidenceForm) -> int:
    """The organisation that keeps a new piece of evidence: that of the record it is for, else the one chosen.

    Raises: NotFound; Forbidden.
    """
    if form.subject_kind is not None and form.subject_id is not None:
        return require_subject(visit, form.subject_kind, form.subject_id)[0]
    if form.organisation_id is None or not visit.visitor.may(RECORD, form.organisation_id):
        raise Forbidden(_(NOT_YOURS))
    return form.organisation_id


def look_at_file(visit: Visit) -> ReceivedFile:
    """The file that came with the form, told by its bytes; not kept yet.

    Raises: Invalid, under `file`.
    """
    file = visit.upload.file if visit.upload is not None else None
    if file is None:
        raise _wrong_file(_("Choisissez le fichier de la preuve."))
    try:
        kind = recognise(file.path, file.name)
    except Unreadable as refusal:
        raise _wrong_file(refusal.message) from refusal
    return ReceivedFile(file.sha256, file.size, kind, file.name)


def keep_file(visit: Visit) -> None:
    """Has the store keep the bytes that came with the form: done last, once nothing else refuses them."""
    if visit.upload is not None and visit.upload.file is not None:
        visit.premises.home.files.keep(visit.upload.file.path.read_bytes())


def find_same(visit: Visit, file: ReceivedFile) -> Sequence[tuple[int, str]]:
    """The evidence in force that is these very bytes already: number and title."""
    return find_same_content(visit.session, file.sha256, reach_of(visit))


def say_same(same: Sequence[tuple[int, str]]) -> str:
    """That a file is kept already, in a sentence."""
    titles = ", ".join(f"« {title} »" for _number, title in same[:3])
    return _(
        "Ce même fichier est déjà au registre : {titles}. Reliez cette preuve-là, ou cochez la case pour le déposer "
        "quand même."
    ).format(titles=titles)


def _wrong_file(sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError("file", sentence),))


def subjects_of(visit: Visit, links: Iterable[EvidenceLink]) -> dict[int, list[SubjectLine]]:
    """The records that each piece of evidence is linked to, those the visitor may read, by evidence."""
    known = provables_of(visit.session)
    wanted: dict[ProofSubject, list[EvidenceLink]] = {}
    for link in links:
        provable = known.get(link.subject_kind)
        if provable is not None and visit.visitor.may(provable.read, link.organisation_id):
            wanted.setdefault(link.subject_kind, []).append(link)
    found: dict[int, list[SubjectLine]] = {}
    for kind, several in wanted.items():
        provable = known[kind]
        names = provable.find(visit.session, sorted({link.subject_id for link in several}))
        for link in several:
            if link.subject_id in names:
                line = SubjectLine(
                    link.id, kind.label, names[link.subject_id].name, provable.address.format(id=link.subject_id),
                    link.proves or "", may_keep(visit, kind, link.organisation_id),
                )  # fmt: skip
                found.setdefault(link.evidence_id, []).append(line)
    return found


def file_of(visit: Visit, evidence_id: int, edition_id: int) -> Response[Any]:
    """The file of an edition, byte for byte, to be kept and never opened in the page.

    Raises: NotFound.
    """
    kept = get_evidence(visit.session, evidence_id, reach_of(visit))
    _edition, file = get_edition(visit.session, evidence_id, edition_id)
    kind = next(one for one in FileType if one.media_type == file.media_type)
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(kept.evidence.title, kind)}"',
        "ETag": f'"{file.sha256}"',
    }
    return Response(visit.premises.home.files.read(file.sha256), media_type=file.media_type, headers=headers)
