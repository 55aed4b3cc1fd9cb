"""What a body issued is a fact: the edition of its record that anyone may be given settles a rule at once."""

import pytest

from registry.compliance.daily import evaluate_everything
from registry.compliance.queries import find_findings
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.kernel.issuing import COMMUNICABLE_RECORD, Subject
from registry.platform.database import Acting
from registry.reporting.service import issue_report
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database


def verdict(town: Town, body: int) -> Verdict:
    """How the rule on the communicable edition reads on a body."""
    with town.acting() as session:
        kind = SubjectKind.ORGANISATION
        (found,) = find_findings(session, TODAY, kind=kind, subject_id=body, policy_id="RGPD-26")
    return found.verdict


def test_the_communicable_edition_settles_its_rule_and_the_full_record_does_not(town: Town):
    evaluate_everything(town.home.jobs, town.info, today=TODAY)
    assert verdict(town, town.commune_id) is Verdict.NON_COMPLIANT

    for report in ("record-of-processing", COMMUNICABLE_RECORD):
        before = verdict(town, town.commune_id)
        issue_report(
            town.home, report, subject=Subject("organisation", town.commune_id), as_of=None,
            acting=Acting("cli:essai"), info=town.info, report=lambda *_told: None,
        )  # fmt: skip
        assert before is Verdict.NON_COMPLIANT

    assert verdict(town, town.commune_id) is Verdict.COMPLIANT
    assert verdict(town, town.other_commune_id) is Verdict.NON_COMPLIANT
