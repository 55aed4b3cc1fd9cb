"""Findings in the database: kept in the transaction of the change, read by today, replayed from stored texts."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from registry.compliance.catalogue import PRESENT
from registry.compliance.engine import Reading
from registry.compliance.evaluation import assess_version
from registry.compliance.policy import PolicyError, read_text
from registry.compliance.queries import count_all, find_findings, find_history
from registry.compliance.service import evaluate, judge
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets import sector_facts
from registry.datasets.facts import BOUND as OF_DATASETS
from registry.datasets.facts import bind_datasets
from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.service import amend_dataset, annul_dataset, record_dataset
from registry.datasets.systems.facts import BOUND as OF_SYSTEMS
from registry.datasets.systems.facts import bind_systems
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from registry.documents.forms import EvidenceForm
from registry.documents.service import ReceivedFile, record_evidence
from registry.documents.vocabulary import FileType
from registry.organisations.facts import BOUND as OF_ORGANISATIONS
from registry.organisations.facts import bind_organisations
from registry.organisations.forms import AppointmentForm, OrganisationForm, PersonForm
from registry.organisations.service import amend_organisation, appoint, record_person
from registry.rooms import assemble_engine, bound_facts
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database
SECTORS = {f"dataset.{name}" for name in sector_facts.NAMES}
"""What only some laws ask of a sheet: the tests of its facts bind it."""
BOUND_HERE = {*OF_DATASETS, *OF_ORGANISATIONS, *OF_SYSTEMS} - SECTORS
CATALOGUE = assemble_engine().catalogue


class Register:
    """An opened registry, as these tests write in it and read it."""

    def __init__(self, town: Town) -> None:
        self.authority, self.transaction = town.authority_id, town.acting

    def record(self, **given: Any) -> int:
        """A dataset of the authority, online in CSV."""
        file = {"access_url": "https://exemple.invalid/a.csv", "format": "CSV"}
        said = {"title": "Arbres", "access_rights": "public", "nature": "other", "distributions": [file]} | given
        with self.transaction() as session:
            return record_dataset(session, self.authority, DatasetForm.model_validate(said)).id

    def read(self, dataset_id: int, on: date = TODAY) -> dict[str, Verdict]:
        """What each policy says of a dataset, as SQL reads it on a day."""
        with self.transaction() as session:
            found = find_findings(session, on, kind=SubjectKind.DATASET, subject_id=dataset_id)
            return {one.policy_id: one.verdict for one in found}


@pytest.fixture
def register(town: Town) -> Register:
    """A registry of one authority and its communes, on the tests' day."""
    town.info["today"] = lambda: TODAY
    return Register(town)


def test_a_change_is_judged_before_its_transaction_ends(register: Register) -> None:
    number = register.record(licence="cc-by-nc-4.0")
    assert register.read(number)["OD-05"] is Verdict.NON_COMPLIANT
    with register.transaction() as session:
        amend_dataset(session, number, DatasetChange(licence="etalab-2.0"), expected=1)
    assert register.read(number)["OD-05"] is Verdict.COMPLIANT
    with register.transaction() as session:
        kept = find_history(session, SubjectKind.DATASET, number, "OD-05")
    assert [one.verdict for one in kept] == [Verdict.COMPLIANT, Verdict.NON_COMPLIANT]
    assert [one.until is None for one in kept] == [True, False]


def test_one_file_under_another_licence_is_judged_the_same_from_tables_and_from_the_ledger(register: Register) -> None:
    free, restricted = "https://exemple.fr/a.csv", "https://exemple.fr/b.csv"
    number = register.record(
        distributions=[
            {"identifier": "b", "download_url": restricted, "licence": "cc-by-nc-4.0"},
            {"identifier": "a", "download_url": free, "licence": "etalab-2.0"},
        ]
    )
    with register.transaction() as session:
        # Written last, it would come last from the table: what a query does not order comes in any order.
        change = [
            {"identifier": "b", "download_url": restricted, "title": "Export"},
            {"identifier": "a", "download_url": free},
        ]
        amend_dataset(session, number, DatasetChange.model_validate({"distributions": change}), expected=1)
    with register.transaction() as session:
        now = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        said = [
            {one.policy.id: one for one in subject.assessments}["OD-05"]
            for until in (None, now)
            for subject in judge(session, SubjectKind.DATASET, [number], Reading(on=TODAY, until=until, law_of=TODAY))
        ]
    assert [one.verdict for one in said] == [Verdict.NON_COMPLIANT] * 2
    assert {one.facts_used["dataset.licence"] for one in said} == {"cc-by-nc-4.0"}


def test_what_is_rolled_back_leaves_neither_sheet_nor_finding_nor_text(register: Register) -> None:
    def change_my_mind() -> None:
        with register.transaction() as session:
            number = record_dataset(session, register.authority, DatasetForm(title="Arbres", licence="odbl-1.0")).id
            evaluate(session, SubjectKind.DATASET, [number], today=TODAY)
            assert find_findings(session, TODAY, kind=SubjectKind.DATASET, subject_id=number)
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        change_my_mind()
    with register.transaction() as session:
        assert not find_findings(session, TODAY, kind=SubjectKind.DATASET)
        assert not session.execute(text("SELECT policy_id FROM policy_text WHERE policy_id = 'OD-05'")).all()
    assert register.record()


def test_an_annulled_sheet_keeps_no_finding_in_force(register: Register) -> None:
    number = register.record()
    with register.transaction() as session:
        annul_dataset(session, number, expected=1, reason="Saisie par erreur")
    assert register.read(number) == {}


def test_a_change_of_the_authority_judges_its_datasets_again(register: Register) -> None:
    number = register.record(frequency="MONTHLY", modified="2026-01-01")
    assert register.read(number)["OD-08"] is Verdict.TO_COMPLETE
    with register.transaction() as session:
        amend_organisation(session, register.authority, OrganisationForm(staff_fte=800), expected=None)
    assert register.read(number)["OD-08"] is Verdict.NON_COMPLIANT
    with register.transaction() as session:
        amend_organisation(session, register.authority, OrganisationForm(staff_fte=49), expected=None)
    assert register.read(number)["OD-08"] is Verdict.NOT_APPLICABLE


def test_the_rooms_bind_exactly_the_facts_that_are_declared_with_their_types(register: Register) -> None:
    number = register.record(
        description="Les arbres.", licence="odbl-1.0", frequency="ANNUAL", modified="2026-01-01", issued="2020-01-01",
        publisher_name="Ville", personal_data="personal", publication_ground="law", anonymisation_proof="p. 3",
        documentation=["https://exemple.invalid/doc"], origin="partner", third_party_rights="cleared",
        reuser_warning="https://exemple.invalid/rgpd", retention_months=12, retention_trigger="La collecte",
        last_use_review="2026-01-01",
        fields=[{"name": "nom", "personal_category": "identity", "purpose": "Écrire à la personne"}],
    )  # fmt: skip
    with register.transaction() as session:
        proof = EvidenceForm(kind="certificate", title="Certificat", subject_kind="dataset", subject_id=number,
                             expires_on=TODAY)  # fmt: skip
        record_evidence(session, register.authority, proof, ReceivedFile("0" * 64, 1, FileType.PDF, "a.pdf"))
        person = record_person(session, register.authority, PersonForm(name="Une fonction"))
        for role in ("prada", "dpo"):
            form = AppointmentForm(person_id=person.id, role=role, subject_kind="organisation",
                                   subject_id=register.authority, since=date(2026, 1, 1))  # fmt: skip
            appoint(session, register.authority, form)
        amend_organisation(
            session, register.authority,
            OrganisationForm(
                website="https://exemple.invalid", staff_fte=800, rip_url="https://exemple.invalid/rip",
                rip_updated_on=TODAY, prada_contact_published=True, prada_notified_on=date(2026, 1, 3),
                dpo_contact_published=True, dpo_notified_on=date(2026, 1, 3),
                individual_decision_algorithms=False, algorithm_rules_url="https://exemple.invalid/regles",
                may_charge_reuse=False, exchanges_with_administrations=True,
                exchange_list_url="https://exemple.invalid/echanges", uses_ai=True,
                ai_literacy_measures="Un module pour chaque agent.", digital_strategy_adopted_on=date(2025, 1, 1),
                digital_strategy_reviewed_on=date(2026, 1, 1),
            ),
            expected=None,
        )  # fmt: skip
        facts = bind_datasets(session, [number], on=TODAY, until=None)[number][1]
        bodies = bind_organisations(session, [register.authority], on=TODAY, until=None)
        facts |= bodies[register.authority][1]
        said = SystemForm(
            name="Logiciel", external_host=True, host_name="Hébergeur", host_country="FR", certifications=["hds"],
            backup_tested_on=TODAY, exit_tested_on=TODAY, open_export=True, dependency_assessed_on=TODAY,
            health_data=False, definitive_archives=False, archive_deposit=True, deposit_declared_on=TODAY,
            deposit_contract=True,
        )  # fmt: skip
        system = record_system(session, register.authority, said)
        facts |= bind_systems(session, [system.id], on=TODAY, until=None)[system.id][1]
    assert bound_facts() == {name for name, fact in CATALOGUE.facts.items() if not fact.awaited}
    # What the rooms above know of a dataset, and of their own records, their own tests bind.
    here = {name: fact for name, fact in CATALOGUE.facts.items() if name in BOUND_HERE}
    assert {name.removesuffix(PRESENT) for name in facts} - SECTORS == set(here)
    present = {name.removesuffix(PRESENT) for name in facts if name.endswith(PRESENT)} - SECTORS
    assert present == {name for name, fact in here.items() if fact.has_presence}
    kinds = {"boolean": bool, "enum": str, "string": str, "integer": int, "double": float, "date": date,
             "strings": tuple}  # fmt: skip
    for name, fact in here.items():
        assert (name not in facts) is fact.presence_only
        if fact.presence_only:
            continue
        assert type(facts[name]) is kinds[fact.type], name
        assert not fact.values or facts[name] in fact.values


def test_no_finding_copies_a_free_text_that_may_name_somebody(register: Register) -> None:
    number = register.record(
        personal_data="anonymised", anonymisation_proof="Avis d’une personne nommée", modified="2026-01-01",
        publisher_name="Une personne nommée",
    )  # fmt: skip
    verdicts = register.read(number)
    assert verdicts["OD-09"] is Verdict.COMPLIANT
    with register.transaction() as session:
        kept = session.execute(text("SELECT facts::text FROM finding WHERE subject_id = :id"), {"id": number}).scalars()
        assert not [said for said in kept if "nommée" in said]
    free = [name for name, fact in CATALOGUE.facts.items() if fact.presence_only and not fact.awaited]
    assert sorted(free) == [
            "activity.algorithm_notice", "activity.article9_text", "activity.basis_note", "activity.consent_proof",
            "activity.consent_withdrawal", "activity.founding_text", "activity.information_notice",
            "activity.joint_controllers", "activity.nir_text", "activity.offences_necessity", "activity.offences_text",
            "activity.purpose", "breach.delay_reasons", "breach.effects", "breach.exemption", "breach.facts",
            "breach.measures", "breach.risk_reasons", "contract.anonymisation_guarantee", "contract.exclusivity_reason",
            "contract.exclusivity_renewal_reasons", "contract.permitted_uses", "contract.waiver_reasons",
            "dataset.anonymisation_proof", "dataset.anonymity_guarantee", "dataset.collection_ground",
            "dataset.disclosure_text", "dataset.disposal_visa_reference",
            "dataset.producer", "dataset.provenance", "dataset.publishable_category",
            "dataset.purpose", "dataset.restriction_reason",
            "dataset.retention_trigger", "dataset.system", "dataset.withdrawal_reason",
            "organisation.ai_literacy_measures", "request.refusal_grounds", "request.unfounded_reasons", "system.host",
        ]  # fmt: skip
    for name in free:
        CATALOGUE.compile(f"{name}{PRESENT}")
        with pytest.raises(PolicyError, match="fait inconnu"):
            CATALOGUE.compile(f"{name} == 'x'")


def test_a_missing_proof_of_anonymisation_leaves_the_dataset_to_complete(register: Register) -> None:
    number = register.record(
        access_rights="public", personal_data="anonymised",
        declared_absent=["anonymisation_proof", "publication_ground"],
        distributions=[{"access_url": "https://exemple.invalid/a"}],
    )  # fmt: skip
    assert register.read(number)["OD-02"] is Verdict.TO_COMPLETE


def test_what_nobody_recorded_is_unbound_and_what_is_declared_absent_is_known(register: Register) -> None:
    number = register.record(distributions=[{"access_url": "https://exemple.invalid/a"}])
    said = register.record(title="Bancs", declared_absent=["licence", "documentation", "modified"])
    with register.transaction() as session:
        bound = bind_datasets(session, [number, said], on=TODAY, until=None)
    facts, declared = bound[number][1], bound[said][1]
    unknown = {"licence", "open_formats", "documented", "last_update", "personal_data", "producer"}
    assert not {f"dataset.{name}" for name in unknown} & set(facts)
    assert not {f"dataset.{name}{PRESENT}" for name in unknown} & set(facts)
    assert declared[f"dataset.licence{PRESENT}"] is False
    assert declared[f"dataset.last_update{PRESENT}"] is False
    assert declared["dataset.documented"] is False
    assert register.read(number)["OD-07"] is Verdict.TO_COMPLETE


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(modified=st.dates(date(2024, 1, 1), date(2026, 11, 24)), later=st.integers(0, 800))
def test_sql_reads_on_any_later_day_what_a_fresh_evaluation_finds(register, modified, later) -> None:
    with register.transaction() as session:
        amend_organisation(session, register.authority, OrganisationForm(
            staff_fte=800, website="https://exemple.invalid", rip_url="https://exemple.invalid/rip",
            rip_updated_on=modified), expected=None)  # fmt: skip
    number = register.record(frequency="QUARTERLY", modified=modified.isoformat(), title=f"Jeu {modified} {later}")
    day = TODAY + timedelta(days=later)
    subjects = ((SubjectKind.DATASET, number), (SubjectKind.ORGANISATION, register.authority))
    with register.transaction() as session:
        read = {one.id: one.verdict for kind, subject in subjects
                for one in find_findings(session, day, kind=kind, subject_id=subject)}  # fmt: skip
        counted = count_all(session, day)
        assert sum(changed for kind, subject in subjects
                   if (changed := evaluate(session, kind, [subject], today=day))) == 0  # fmt: skip
        again = {one.id: one.verdict for kind, subject in subjects
                 for one in find_findings(session, day, kind=kind, subject_id=subject)}  # fmt: skip
        assert again == read
        assert count_all(session, day) == counted
        fresh = {}
        for kind, subject in subjects:
            _row, facts = assemble_engine().subjects[kind].bind(session, [subject], on=day, until=None)[subject]
            for policy, version in CATALOGUE.in_force(kind, day):
                fresh[policy.id] = assess_version(CATALOGUE, policy, version, facts, today=day).verdict
        kept = {one.policy_id: one.verdict for kind, subject in subjects
                for one in find_findings(session, day, kind=kind, subject_id=subject)}  # fmt: skip
        assert kept == fresh


def test_a_finding_turns_by_itself_on_its_day_and_counts_turn_with_it(register: Register) -> None:
    with register.transaction() as session:
        amend_organisation(session, register.authority, OrganisationForm(staff_fte=800), expected=None)
    number = register.record(frequency="MONTHLY", modified=TODAY.isoformat())
    last = TODAY + timedelta(days=31)
    assert register.read(number, last)["OD-08"] is Verdict.COMPLIANT
    assert register.read(number, last + timedelta(days=1))["OD-08"] is Verdict.NON_COMPLIANT
    with register.transaction() as session:
        counted = count_all(session, last + timedelta(days=1))
        listed = find_findings(session, last + timedelta(days=1), policy_id="OD-08", verdict=Verdict.NON_COMPLIANT)
    assert ("OD-08", Verdict.NON_COMPLIANT, 1) in counted
    assert [one.subject_id for one in listed] == [number]


def test_a_past_finding_is_replayed_from_the_text_it_rested_on(register: Register) -> None:
    number = register.record(licence="cc-by-nc-4.0")
    with register.transaction() as session:
        (found,) = find_findings(session, TODAY, kind=SubjectKind.DATASET, subject_id=number, policy_id="OD-05")
        stored = session.execute(
            text("SELECT text FROM policy_text WHERE digest = :digest"), {"digest": found.version_digest}
        ).scalar_one()
    policy = read_text(stored)
    version = policy.versions[0]
    assert policy.digest_of(version) == found.version_digest
    facts = found.facts | {name: date.fromisoformat(value) for name, value in found.facts.items()
                           if name in CATALOGUE.facts and CATALOGUE.facts[name].type == "date"}  # fmt: skip
    replayed = assess_version(CATALOGUE, policy, version, facts, today=TODAY)
    assert replayed.verdict is found.verdict is Verdict.NON_COMPLIANT
