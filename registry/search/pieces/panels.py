"""What this corner shows on a piece of evidence: what was read of its text, where it is a piece of a contract."""

from registry.documents.queries import get_evidence
from registry.documents.visiting import RECORD, reach_of
from registry.kernel.permissions import Permission
from registry.search.pieces.queries import find_texts, is_searched
from registry.search.pieces.views import PieceTextPanel, may_be_read_again, say_text
from registry.web.visits import Panel, Visit


def text_of(visit: Visit, evidence_id: int) -> PieceTextPanel | None:
    """What was read of the last edition; nothing of what is no piece of a contract."""
    if not is_searched(visit.session, evidence_id):
        return None
    kept = get_evidence(visit.session, evidence_id, reach_of(visit))
    read = find_texts(visit.session, [kept.file.id]).get(kept.file.id)
    may = visit.visitor.may(RECORD, kept.evidence.organisation_id) and not kept.evidence.annulled
    return PieceTextPanel(evidence_id, say_text(read, kept.file.media_type), may and may_be_read_again(read))


PANELS = (Panel("evidence", Permission.CONTRACTS_CONTRACT_READ, "search/_piece_text.html", text_of),)
