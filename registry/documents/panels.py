"""What this room shows on a sheet: the evidence linked to it, and whether it still holds."""

from sqlmodel import col

from registry.documents.models import EvidenceLink
from registry.documents.queries import find_evidence_on
from registry.documents.views import EvidencePanel, SubjectLine, evidence_line
from registry.documents.visiting import READ, may_keep
from registry.documents.vocabulary import ProofSubject
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit


def evidence_on(visit: Visit, kind: ProofSubject, subject_id: int) -> EvidencePanel:
    """The evidence on one record, what expires first coming first, with what each piece proves of it."""
    rows = []
    some = is_held(visit, "evidence", kind, subject_id)
    for evidence, edition, link in find_evidence_on(visit.session, kind, subject_id) if some else ():
        proves = SubjectLine(link.id, "", "", "", link.proves or "", False)
        rows.append(evidence_line(evidence, edition, [proves], visit.today))
    return EvidencePanel(rows, f"/preuves/nouvelle?genre={kind}&fiche={subject_id}", may_keep(visit, kind))


for _kind in ProofSubject:
    tell_held(
        _kind,
        "evidence",
        col(EvidenceLink.subject_id),
        col(EvidenceLink.subject_kind) == _kind,
        ~col(EvidenceLink.annulled),
    )
PANELS = tuple(
    Panel(
        str(kind),
        READ,
        "documents/_evidence.html",
        lambda visit, subject_id, kind=kind: evidence_on(visit, kind, subject_id),  # type: ignore[misc]
    )
    for kind in ProofSubject
)
"""On every sheet that takes panels: a kind that has no sheet yet shows none."""
