"""What a body issued is a fact: the edition of its record that anyone may be given settles a rule at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from registry.compliance.daily import evaluate_everything
from registry.compliance.queries import find_findings
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.kernel.issuing import COMMUNICABLE_RECORD, Subject
from registry.platform.database import Acting
from registry.reporting.facts import bind_issued
from registry.reporting.service import issue_report
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database
ISSUED_ON = "organisation.communicable_record_issued_on"


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


def test_only_the_last_day_is_asked_of_the_register_and_the_ledger_says_the_same(town: Town):
    issue_report(
        town.home, COMMUNICABLE_RECORD, subject=Subject("organisation", town.commune_id), as_of=None,
        acting=Acting("cli:essai"), info=town.info, report=lambda *_told: None,
    )  # fmt: skip
    today, long_after = town.info["today"](), datetime.now(UTC) + timedelta(days=1)
    asked: list[str] = []

    def said(on: date, until: datetime | None) -> dict[str, Any]:
        facts: dict[int, tuple[None, dict[str, Any]]] = {town.commune_id: (None, {}), town.other_commune_id: (None, {})}
        with town.acting() as session:
            event.listen(session.connection(), "before_cursor_execute", lambda *told: asked.append(told[2]))
            bind_issued(session, facts, on=on, until=until)
        assert facts[town.other_commune_id][1] == {f"{ISSUED_ON}__present": False}
        return facts[town.commune_id][1]

    now = said(today, None)
    assert "document_sha256" not in "".join(asked)
    assert now == {ISSUED_ON: today, f"{ISSUED_ON}__present": True} == said(today, long_after)
    assert said(today - timedelta(days=1), None) == {f"{ISSUED_ON}__present": False}
    assert verdict(town, town.other_commune_id) is Verdict.NON_COMPLIANT
