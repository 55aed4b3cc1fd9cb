"""What a report gathers: of whom it speaks, and what it judged."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from registry.compliance.deviations.forms import DeviationDecisionForm, DeviationForm
from registry.compliance.deviations.service import ask_deviation, decide_deviation
from registry.compliance.deviations.vocabulary import Answer
from registry.compliance.queries import find_findings
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.organisations.forms import AppointmentForm, OrganisationForm, PersonForm
from registry.organisations.service import amend_organisation, appoint, record_person
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.service import record_breach
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity
from registry.reporting.gathering import gather
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database


def gathered(town: Town, kind: str, number: int) -> Mapping[str, Any]:
    """What a report on a scope says today."""
    town.info["today"] = lambda: TODAY
    with town.acting() as session:
        return gather(session, Subject(kind, number), Moment(TODAY, TODAY, TODAY, until=None)).values


def test_a_commune_is_the_body_reported_on_and_a_service_is_not_one(town: Town):
    sheet = town.record(on=town.commune_id)

    commune = gathered(town, "organisation", town.commune_id)
    dataset = gathered(town, "dataset", sheet)
    service = gathered(town, "organisation", town.service_id)

    assert commune["body"]["siren"] == "216200410"
    assert dataset["body"] == commune["body"]
    assert service["body"] is None
    assert commune["authority"]["siren"] == "200033579"


def test_an_organisation_is_counted_as_judged_only_where_a_rule_was_applied_to_it(town: Town):
    town.record(on=town.service_id)

    report = gathered(town, "organisation", town.authority_id)

    judged = sum(line["judged"] for line in report["organisations"])
    counted = {sum(line["counts"].values()) for line in report["policies"] if line["id"] in {"ACC-02", "OD-10"}}
    assert len(report["organisations"]) == 4
    assert counted == {judged} == {3}


def test_the_systems_of_a_body_are_judged_with_its_datasets_and_no_other_reads_them(town: Town):
    with town.acting() as session:
        for body, name in ((town.authority_id, "Archivage"), (town.commune_id, "État civil")):
            said = SystemForm(name=name, host_country="IE", definitive_archives=True)
            record_system(session, body, said)

    every = gathered(town, "organisation", town.authority_id)
    commune = gathered(town, "organisation", town.commune_id)

    assert [line["label"] for line in every["systems"]] == ["Archivage", "État civil"]
    (system,) = commune["systems"]
    assert (system["label"], system["host_country"], system["law"]["non_compliant"]) == ("État civil", "Irlande", 1)
    found = {one["policy_id"]: one for one in commune["findings"] if one["subject_kind"] == "system"}
    assert set(found) == {"ARCH-08", "SOUV-01", "SOUV-03", "SOUV-07", "SOUV-08", "SOUV-10"}
    assert {one["subject"] for one in found.values()} == {"État civil"}
    assert found["SOUV-08"]["missing"] == [
        {"label": "Hébergé chez un tiers", "where": "Fiche du système d’information"}
    ]
    (line,) = (one for one in commune["organisations"] if one["systems"])
    assert (line["label"], line["systems"], line["law"]["non_compliant"]) == (system["organisation"], 1, 1)


def test_the_activities_of_a_record_are_judged_and_what_is_confided_is_not(town: Town):
    with town.acting() as session:
        form = ActivityForm(
            name="Cantine", status="active", lawful_basis="public-task", declared_absent=["founding_text"]
        )
        record_activity(session, town.commune_id, form)
        known = datetime.now(UTC) - timedelta(days=9)
        said = BreachForm(title="Clé perdue", natures=["confidentiality"], known_at=known)
        record_breach(session, town.commune_id, said, now=datetime.now(UTC))

    report = gathered(town, "organisation", town.commune_id)

    found = {one["policy_id"]: one for one in report["findings"] if one["subject_kind"] == "activity"}
    assert (found["RGPD-04"]["verdict"], found["RGPD-04"]["subject"]) == ("non-compliant", "Cantine")
    (line,) = report["organisations"]
    assert (line["label"], line["activities"]) == ("Grande-Commune", 1)
    assert {one["subject_kind"] for one in report["findings"]} == {"organisation", "activity"}
    assert "RGPD-19" not in {one["id"] for one in report["policies"]}


def test_the_deviations_of_a_finding_are_told_as_they_stood_on_the_day(town: Town):
    asking, deciding = town.someone(Role.STEWARD), town.someone(Role.DIRECTOR)
    sheet, other = (
        town.record(f"Jeu {number}", access_rights="public", nature="other", licence="cc-by-nc-4.0",
                    distributions=[{"access_url": "https://exemple.invalid/a.csv"}])
        for number in range(2)
    )  # fmt: skip
    said = DeviationForm(reason="Le motif entier.", compensation="Ce qui compense.", expires_on=date(2027, 3, 1))
    with town.acting() as session:
        for number in (sheet, other):
            (found,) = find_findings(
                session, TODAY, kind=SubjectKind.DATASET, subject_id=number, policy_id="OD-05"
            )  # fmt: skip
            asked = ask_deviation(
                session, found, said, by=asking.account_id, as_role=Role.STEWARD, today=date(2026, 9, 1)
            )  # fmt: skip
            answer = DeviationDecisionForm(
                answer=Answer.APPROVED if number == sheet else Answer.REFUSED, decision_reason="Le marché est lancé."
            )
            decide_deviation(
                session, asked.id, answer, by=deciding.account_id, as_role=Role.DIRECTOR, today=date(2026, 9, 10),
                expected=asked.version,
            )  # fmt: skip

    def told(on: date, until: datetime | None) -> dict[str, list[dict[str, Any]]]:
        town.info["today"] = lambda: TODAY
        with town.acting() as session:
            moment = Moment(on, on, TODAY, until=until)
            report = gather(session, Subject("organisation", town.authority_id), moment).values
        return {
            line["subject_id"]: line["deviations"] for line in report["findings"]
            if line["subject_kind"] == "dataset" and line["policy_id"] == "OD-05"
        }  # fmt: skip

    now = told(TODAY, None)
    assert now[str(other)] == []
    ((number, accepted),) = ((one.pop("id"), one) for one in now[str(sheet)])
    assert accepted == {
        "state": "approved", "reason": "Le motif entier.", "compensation": "Ce qui compense.",
        "asked_on": date(2026, 9, 1), "asked_as": Role.STEWARD.label, "expires_on": date(2027, 3, 1),
        "decided_on": date(2026, 9, 10), "decided_as": Role.DIRECTOR.label, "decision_reason": "Le marché est lancé.",
    }  # fmt: skip
    then = datetime.now(UTC) + timedelta(days=1)
    assert told(TODAY, then)[str(sheet)] == [{"id": number, **accepted}], "The ledger tells the same."
    before = told(date(2026, 9, 9), None)
    assert [one["state"] for one in before[str(sheet)] + before[str(other)]] == ["asked", "asked"]
    assert told(date(2026, 8, 31), None)[str(sheet)] == []


def test_a_delay_that_has_passed_keeps_its_day(town: Town):
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Une fonction"))
        form = AppointmentForm(
            person_id=person.id, role="prada", subject_kind="organisation", subject_id=town.authority_id,
            since=date(2026, 1, 1),
        )  # fmt: skip
        appoint(session, town.authority_id, form)
        amend_organisation(
            session, town.authority_id, OrganisationForm(prada_notified_on=date(2026, 3, 1)), expected=None
        )

    report = gathered(town, "organisation", town.authority_id)

    (late,) = [
        line for line in report["findings"] if (line["policy_id"], line["verdict"]) == ("ACC-08", "non-compliant")
    ]
    assert late["deadline"] == date(2026, 1, 17)
