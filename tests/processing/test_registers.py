"""The registers of breaches and of requests of a body: each thing once, with its clock, naming nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Permission
from registry.processing import reviewing
from registry.processing.breaches import gathering as breaches
from registry.processing.breaches.forms import BreachForm, TouchedForm
from registry.processing.breaches.service import record_breach, say_what_was_touched
from registry.processing.forms import ActivityForm
from registry.processing.requests import gathering as requests
from registry.processing.requests.forms import AnswerForm, RequestForm
from registry.processing.requests.service import answer_request, record_request
from registry.processing.service import record_activity
from registry.reporting.discovery import get_report
from tests.conftest import Town

pytestmark = pytest.mark.database

PARIS = ZoneInfo("Europe/Paris")


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


def test_a_register_of_breaches_names_what_was_touched_and_says_when_the_processor_told(town: Town):
    now = datetime.now(UTC)
    touched = {"datasets": [town.record("Familles inscrites", on=town.commune_id), town.record("Plan des réseaux")]}
    with town.acting() as session:
        made = [
            record_activity(session, body, ActivityForm.model_validate(said)).id
            for body, said in (
                (town.commune_id, {"name": "Restauration scolaire", "reference": "T-2"}),
                (town.commune_id, {"name": "Accueil du matin"}),
                (town.authority_id, {"name": "Paie des agents"}),
            )
        ]
        said = BreachForm(
            title="Rançongiciel", natures=["availability"], known_at=now - timedelta(hours=2),
            processor_id=town.other_commune_id, processor_told_at=now - timedelta(hours=1),
            processor_report="Serveurs chiffrés dans la nuit",
        )  # fmt: skip
        breach = record_breach(session, town.commune_id, said, now=now)
        form = TouchedForm(**touched, activities=made)
        say_what_was_touched(session, breach.id, form, expected=breach.version)
        record_breach(session, town.commune_id, said.model_copy(update={"processor_told_at": None}), now=now)

    content = content_of(town, "breaches", breaches.gather)

    first, second = ({line.label: line.text for line in sheet.lines} for sheet in content.sheets)
    assert first["Jeux de données touchés"] == "Familles inscrites"
    assert first["Traitements touchés"] == "Accueil du matin\nT-2 Restauration scolaire"
    assert first["Le sous-traitant a prévenu le"] == breaches.say_moment(now - timedelta(hours=1), PARIS)
    assert first["Rapport du sous-traitant"] == "Serveurs chiffrés dans la nuit"
    assert "Le sous-traitant a prévenu le" in {line.label for line in content.sheets[1].missing}
    assert "Jeux de données touchés" not in second
    (sheets, *_grids) = get_report("breaches").content.tables(content)
    assert "Familles inscrites" in sheets.rows[0]
    told = get_report("breaches").content.to_canonical(content).decode()
    assert not [one for one in ("Plan des réseaux", "Paie des agents", "urn:uuid") if one in told]


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


def test_a_request_left_as_abusive_is_counted_neither_answered_nor_waiting(town: Town):
    day = town.info["today"]()
    with town.acting() as session:
        form = RequestForm(regime="cada", subject="Tous les courriels", received_on=day - timedelta(days=60))
        left = record_request(session, town.commune_id, form)
        answer = AnswerForm(answered_on=day, outcome="left", unfounded_reasons="Centième du mois")
        answer_request(session, left.id, answer, expected=left.version)

    content = content_of(town, "requests", requests.gather)

    (counted,) = content.summary
    assert (counted.first, counted.second) == (0, 0)
    assert counted.label == "Document administratif (CADA), et 1 laissée sans suite"
    (sheet,) = content.sheets
    assert {line.label: line.text for line in sheet.lines}["Pourquoi infondée ou abusive"] == "Centième du mois"
    with town.acting() as session:
        subject, moment = Subject("organisation", town.commune_id), Moment(day, day, day, until=None)
        chapter = reviewing.gather(session, subject, moment).values["sheets"][6]
    (grid,) = chapter["grids"]
    assert dict(zip(grid["headers"], grid["rows"][0], strict=True)) == {
        "Régime": "Document administratif (CADA)", "Reçues": "1", "Répondues": "0", "Hors délai": "0",
        "Laissées sans suite": "1", "Sans réponse encore": "0",
    }  # fmt: skip


def test_a_register_of_requests_prints_only_what_the_outcome_calls_for(town: Town):
    day = town.info["today"]()
    with town.acting() as session:
        form = RequestForm(regime="cada", subject="Copie", received_on=day)
        made = record_request(session, town.commune_id, form)
        made = answer_request(session, made.id, AnswerForm(answered_on=day, outcome="granted"), expected=made.version)
        # As a row written before such texts were refused.
        made.refusal_grounds, made.unfounded_reasons, made.transferred_to = "Secret", "x", "Une autre"
        made.remedies_stated = True
        session.flush()

    (sheet,) = content_of(town, "requests", requests.gather).sheets

    told = {line.label for line in sheet.lines}
    assert "Réponse" in told
    assert not told & {"Motifs du refus", "Voies de recours dites", "Pourquoi infondée ou abusive", "Transmise à"}


def test_these_registers_are_read_by_whoever_may_read_what_they_hold(town: Town):
    sources = town.info["sources"]

    assert sources["breaches"].permission is Permission.PROCESSING_BREACH_READ
    assert sources["requests"].permission is Permission.PROCESSING_REQUEST_READ
