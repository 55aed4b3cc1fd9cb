"""The registers of breaches and of requests of a body: each thing once, with its clock, naming nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Permission
from registry.processing.breaches import gathering as breaches
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.service import record_breach
from registry.processing.requests import gathering as requests
from registry.processing.requests.forms import AnswerForm, RequestForm
from registry.processing.requests.service import answer_request, record_request
from registry.reporting.discovery import get_report
from tests.conftest import Town

pytestmark = pytest.mark.database


def content_of(town: Town, report_id: str, gather: Any) -> Any:
    """What the register of a commune says today."""
    day = town.info["today"]()
    with town.acting() as session:
        found = gather(session, Subject("organisation", town.commune_id), Moment(day, day, day, until=None))
    more = {"issued_on": day, "author": "DPO", "seal": {"number": 1, "root": "0" * 64}}
    return get_report(report_id).content.from_sample({**found.values, **more})


def test_a_register_of_breaches_holds_each_with_its_72_hours(town: Town):
    now = datetime.now(UTC)
    with town.acting() as session:
        for body, title in ((town.commune_id, "Clé perdue"), (town.authority_id, "Autre organisme")):
            known = now - timedelta(hours=100)
            said = BreachForm(title=title, natures=["confidentiality"], known_at=known, facts="Perdue dans le bus")
            record_breach(session, body, said, now=now)

    content = content_of(town, "breaches", breaches.gather)

    (sheet,) = content.sheets
    assert sheet.name == "Clé perdue"
    assert sheet.late
    assert {line.label for line in sheet.missing} == {"Effets probables", "Mesures prises", "Risque"}
    assert [(one.first, one.second) for one in content.summary] == [(0, 1)]


@pytest.mark.parametrize(
    ("regime", "article"), [("gdpr", "RGPD, art. 12 §4"), ("cada", "CRPA L311-14"), ("reuse", "CRPA L322-5")]
)
def test_a_refusal_bears_the_article_of_its_own_text(town: Town, regime: str, article: str):
    day = town.info["today"]()
    with town.acting() as session:
        right = "access" if regime == "gdpr" else None
        form = RequestForm(regime=regime, right=right, subject="Copie", received_on=day, identity_check="known")
        made = record_request(session, town.commune_id, form)
        refusal = AnswerForm(answered_on=day, outcome="refused", refusal_grounds="Secret des affaires")
        answer_request(session, made.id, refusal, expected=made.version)

    (sheet,) = content_of(town, "requests", requests.gather).sheets

    articles = {line.label: line.article for line in sheet.lines}
    assert articles["Motifs du refus"] == articles["Voies de recours dites"] == article
    assert bool(articles["Identité"]) == (regime == "gdpr")


def test_a_register_of_requests_says_the_right_and_not_who_asked(town: Town):
    day = town.info["today"]()
    with town.acting() as session:
        form = RequestForm(
            regime="gdpr", right="access", subject="Ses inscriptions", received_on=day - timedelta(days=3),
            requester_name="Zéphyrine Ondoyante", requester_email="z@ondoyante.invalid",
        )  # fmt: skip
        record_request(session, town.commune_id, form)

    content = content_of(town, "requests", requests.gather)

    (sheet,) = content.sheets
    assert sheet.name == "Accès (art. 15)"
    assert {line.label for line in sheet.missing} == {"Identité", "Réponse"}
    assert "ondoyante" not in str(content).casefold()


def test_these_registers_are_read_by_whoever_may_read_what_they_hold(town: Town):
    sources = town.info["sources"]

    assert sources["breaches"].permission is Permission.PROCESSING_BREACH_READ
    assert sources["requests"].permission is Permission.PROCESSING_REQUEST_READ
