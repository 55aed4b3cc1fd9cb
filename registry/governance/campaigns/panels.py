"""What campaigns say on a dataset's sheet: that a certification is asked, and what was last answered."""

from datetime import date

from sqlmodel import col

from registry.datasets.models import Dataset
from registry.governance.campaigns.models import Certification
from registry.governance.campaigns.queries import find_certifications_of
from registry.governance.campaigns.views import TONES, AnswerGiven, AskedNow, CertificationPanel, say_answer
from registry.governance.campaigns.vocabulary import CertificationState
from registry.kernel.permissions import Permission
from registry.web.held import is_held, tell_held
from registry.web.templating import say_day
from registry.web.visits import Panel, Visit


def certification_of(visit: Visit, dataset_id: int) -> CertificationPanel | None:
    """What is asked about a sheet today and the last answer given; nothing where no campaign ever asked."""
    if not is_held(visit, "certification", "dataset", dataset_id):
        return None
    found = find_certifications_of(visit.session, dataset_id)
    asked = [
        AskedNow(campaign.id, campaign.question, say_day(campaign.due_on), campaign.due_on < visit.today)
        for row, campaign in found
        if row.state is CertificationState.WAITING and campaign.closed_on is None
    ]
    answers = [one for one in found if one[0].answered_on is not None]
    last = max(answers, key=lambda one: (one[0].answered_on or date.min, one[0].id), default=None)
    if last is None:
        return CertificationPanel(asked, None) if asked else None
    row, campaign = last
    sheet = visit.session.get_one(Dataset, dataset_id)
    changed = row.dataset_version not in (None, sheet.version)
    said = AnswerGiven(campaign.id, campaign.question, str(TONES[row.state]), say_answer(row), row.note or "", changed)
    return CertificationPanel(asked, said)


tell_held("dataset", "certification", col(Certification.dataset_id))
PANELS = (Panel("dataset", Permission.GOVERNANCE_PLAN_READ, "governance/_certification.html", certification_of),)
