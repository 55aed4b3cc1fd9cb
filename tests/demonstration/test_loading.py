"""The demonstration shows what the register can say, over a year, and names nobody."""

import re
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from markupsafe import escape
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.rules import is_strong
from registry.accounts.service import sign_in
from registry.cli.running import _keep_accounts
from registry.compliance.checking import verdicts_possible
from registry.compliance.deviations.queries import count_deviations
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.engine import Reading, engine_of
from registry.compliance.policy import Policy
from registry.compliance.queries import count_all, find_findings
from registry.compliance.service import judge
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.contracts.clauses.models import Clause
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.rules import state_of
from registry.contracts.deliveries.vocabulary import DeliveryState, PenaltyDecision
from registry.datasets.models import Dataset, InformationSystem
from registry.datasets.queries import find_upstream
from registry.datasets.vocabulary import Stage
from registry.demonstration.loading import DemonstrationAccount, load_demonstration, read_content
from registry.documents.models import Evidence, EvidenceEdition, EvidenceLink
from registry.documents.rules import standing_on
from registry.documents.vocabulary import ProofSubject, Standing
from registry.kernel.dates import is_working_day
from registry.kernel.permissions import Role
from registry.ledger.as_of import find_rows
from registry.ledger.queries import end_of_day, find_versions, get_opening
from registry.ledger.service import seal
from registry.ledger.verification import verify_ledger
from registry.lifecycle.models import StageRequest, StageVisa, VisaDelegation
from registry.lifecycle.vocabulary import RequestState
from registry.organisations.models import Organisation, PersonIdentity, Registry
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.database import transaction
from registry.platform.home import Home
from registry.platform.models import StoredFile
from registry.web.cookies import LOCAL_SESSION_COOKIE
from tests.conftest import TODAY
from tests.demonstration.conftest import ZONE, Visit, assembled, count_standing
from tests.serving import served

pytestmark = pytest.mark.database

EVERY = frozenset(Verdict)
DECIDED = frozenset({Verdict.COMPLIANT, Verdict.NON_COMPLIANT})
FUNCTIONS = {
    "Acheteur", "Administration", "Chargé", "Direction", "Délégué", "Gestionnaire", "Géomaticien", "Instruction",
    "Juriste", "Lecteur", "Observatoire", "Référent", "Référente", "Responsable", "Secrétariat", "Service", "Suivi",
    "Technicien",
    # Who asks something of a body, in its requests.
    "Commune", "Un", "Une",
}  # fmt: skip
SCHEMAS = {"schema.data.gouv.fr", "gtfs.org", "transport.data.gouv.fr", "data.europa.eu"}
ADDRESS = re.compile(r"(?:https?://|[\w.-]+@)([\w.-]+)")


def _read_today(session: Session) -> dict[str, set[Verdict]]:
    found: dict[str, set[Verdict]] = defaultdict(set)
    for policy, verdict, _number in count_all(session, TODAY):
        found[policy].add(verdict)
    return found


def _read_on(session: Session, day: date, kind: SubjectKind) -> dict[str, set[Verdict]]:
    found: dict[str, set[Verdict]] = defaultdict(set)
    reading = Reading(on=day, until=end_of_day(day, ZONE), law_of=day)
    for judged in judge(session, kind, engine_of(session).subjects[kind].everything(session, None), reading):
        for assessment in judged.assessments:
            found[assessment.policy.id].add(assessment.verdict)
    return found


def test_it_opens_the_authority_with_its_communes_a_dozen_services_and_some_hundred_and_fifty_sheets(
    visit: Visit,
) -> None:
    with visit.reading() as session:
        assert session.get_one(Registry, 1).demonstration
        kinds = session.execute(select(Organisation.kind, func.count()).group_by(Organisation.kind)).all()
        counted = {row.kind: row.count for row in kinds}
        sheets = session.execute(select(Dataset)).scalars().all()
        systems = session.execute(select(InformationSystem)).scalars().all()
        authority = session.get_one(Organisation, visit.loaded.authority_id)
    assert authority.siren == "200033579"
    assert counted[OrganisationKind.COMMUNE] == 46
    assert counted[OrganisationKind.DEPARTMENT] + counted[OrganisationKind.SERVICE] == 14
    assert 150 <= len(sheets) <= 170
    assert sum(sheet.annulled for sheet in sheets) == 1
    assert len({sheet.organisation_id for sheet in sheets}) >= 22
    assert {sheet.information_system_id for sheet in sheets} >= {system.id for system in systems}
    assert len({system.host_country for system in systems}) >= 5


def _judging(visit: Visit) -> list[Policy]:
    """The policies that judge today: others wait for what the registry does not hold yet."""
    catalogue = visit.info["engine"].catalogue
    return [policy for kind in SubjectKind for policy, _version in catalogue.in_force(kind, TODAY)]


def test_every_policy_shows_each_verdict_it_can_return(visit: Visit) -> None:
    # What the record of processing and the moves of datasets show, the next tests say.
    policies = [one for one in _judging(visit) if not one.id.startswith(("RGPD-", "CDV-"))]
    possible = {policy.id: verdicts_possible(policy.versions[-1]) for policy in policies}
    # Mandates are always known to the register, so this one is never left to complete.
    possible["ACC-01"] = DECIDED
    # What of the demonstration is of high value is offered as asked, or still to be told.
    possible["OD-18"] = EVERY - {Verdict.NON_COMPLIANT}
    # The bodies judged are those the directory of public information binds.
    possible["OD-10"] = EVERY - {Verdict.NOT_APPLICABLE}
    # Each sheet is a public body's and still kept, so each is a public archive to settle.
    possible["ARCH-01"] = EVERY - {Verdict.NOT_APPLICABLE}
    # Nothing is disposed of yet, no hold came after a slip, and no rule is withdrawn that a dataset follows.
    possible["ARCH-02"] = {Verdict.NOT_APPLICABLE}
    possible["ARCH-05"] = possible["ARCH-07"] = {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}
    # Nothing that a secret keeps whole is online, and no archives were opened early.
    possible["ARCH-04"] = {Verdict.TO_COMPLETE, Verdict.NOT_APPLICABLE}
    # That nothing was redacted is never told: the proof is there, or still to be attached.
    possible["OD-03"] = EVERY - {Verdict.NON_COMPLIANT}
    # Each documented sheet has a file, an interface or a system: it is there in electronic form.
    possible["OD-01"] = EVERY - {Verdict.TO_COMPLETE}
    # The bodies that the law addresses all have elected members and managers.
    possible["ACC-04"] = possible["ACC-09"] = EVERY - {Verdict.NOT_APPLICABLE}
    # The authority alone counts fifty thousand inhabitants.
    possible["SOB-07"] = {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}
    # What is owed and not recorded is never held a breach while it may be that nothing is owed.
    possible["OD-36"] = possible["OD-37"] = EVERY - {Verdict.NON_COMPLIANT}
    with visit.reading() as session:
        shown = _read_today(session)
        # Only two bodies count ten thousand inhabitants: the city was to complete before it was in breach.
        earlier = _read_on(session, TODAY - timedelta(days=65), SubjectKind.ORGANISATION)
    for policy in ("ACC-02", "ACC-08"):
        shown[policy] |= earlier[policy]
    assert len(possible) == 99
    assert {policy: found for policy, found in shown.items() if policy in possible} == possible


def test_an_absence_runs_and_another_is_over_during_which_a_visa_was_given_by_delegation(visit: Visit) -> None:
    with visit.reading() as session:
        away = session.execute(select(VisaDelegation).order_by(col(VisaDelegation.starts_on))).scalars().all()
        by_delegation = session.execute(
            select(col(StageVisa.given_as)).where(col(StageVisa.delegation_id) == away[0].id)
        ).scalars()
        assert set(by_delegation) == {Role.DPO}, "the legal visa, by whom it was handed to"
    assert [one.ends_on < TODAY for one in away] == [True, False]
    assert away[1].starts_on < TODAY


def test_datasets_are_shown_at_each_stage_before_disposal_some_waiting_for_a_visa_one_refused(visit: Visit) -> None:
    with visit.reading() as session:
        shown = _read_today(session)
        stages = set(session.execute(select(col(Dataset.stage))).scalars())
        states = set(session.execute(select(col(StageRequest.state))).scalars())
    assert stages == set(Stage) - {Stage.ARCHIVED, Stage.DISPOSED}
    assert states == set(RequestState) - {RequestState.WITHDRAWN}
    assert shown["CDV-03"] == {Verdict.TO_COMPLETE, Verdict.NOT_APPLICABLE}
    assert Verdict.COMPLIANT in shown["CDV-04"]
    assert shown["CDV-05"] == {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}
    assert shown["CDV-07"] == {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}


def test_the_record_of_processing_shows_each_verdict_of_its_policies(visit: Visit) -> None:
    numbers = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "14", "24", "25", "29", "30")
    policies = _judging(visit)
    possible = {
        one.id: verdicts_possible(one.versions[-1]) for one in policies if one.id.removeprefix("RGPD-") in numbers
    }
    # What no record says is to complete: a record that is being filled is silent, it does not say « none ».
    for policy in ("RGPD-01", "RGPD-14"):
        possible[policy] -= {Verdict.NON_COMPLIANT}
    with visit.reading() as session:
        shown = _read_today(session)
    assert {policy: shown[policy] for policy in possible} == possible


def test_processors_and_joint_controllers_show_each_verdict_of_their_policies(visit: Visit) -> None:
    policies = [one for one in _judging(visit) if one.id in {"RGPD-11", "RGPD-12", "RGPD-13"}]
    with visit.reading() as session:
        shown = _read_today(session)
    assert {one.id: shown[one.id] for one in policies} == {
        one.id: verdicts_possible(one.versions[-1]) for one in policies
    }


def test_what_was_seen_of_a_clause_is_of_the_day_it_is_told_and_agrees_with_what_came(visit: Visit) -> None:
    with visit.reading() as session:
        seen = session.execute(select(Clause).where(col(Clause.performance_on).is_not(None))).scalars().all()
        (calendar,) = [one for one in seen if one.kind == "schedule"]
        days = session.execute(
            select(col(Delivery.in_time_until), col(Delivery.received_on)).where(col(Delivery.clause_id) == calendar.id)
        ).all()
    assert all(one.performance_on is not None and one.performance_on < TODAY for one in seen)
    late = [row for row in days if row.in_time_until and row.in_time_until < calendar.performance_on]
    assert any(row.received_on is None for row in late)
    assert any(row.received_on is not None for row in late)


def test_breaches_and_requests_show_each_verdict_of_their_policies(visit: Visit) -> None:
    policies = [one for one in _judging(visit) if one.subject in {"breach", "request"}]
    with visit.reading() as session:
        shown = _read_today(session)
    assert len(policies) == 9
    for policy in policies:
        assert shown[policy.id] == verdicts_possible(policy.versions[-1]), policy.id


def test_impact_assessments_are_shown_due_late_refused_and_answered_by_the_cnil(visit: Visit) -> None:
    with visit.reading() as session:
        shown = _read_today(session)
    assert shown["RGPD-15"] == EVERY
    assert shown["RGPD-16"] == DECIDED | {Verdict.NOT_APPLICABLE}
    assert shown["RGPD-17"] == {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}
    assert shown["RGPD-18"] == DECIDED | {Verdict.NOT_APPLICABLE}


def test_evidence_is_shown_expired_about_to_expire_renewed_and_on_confided_matters(visit: Visit) -> None:
    with visit.reading() as session:
        rows = session.execute(select(EvidenceEdition.expires_on, Evidence.editions).join(
            Evidence, (col(Evidence.id) == col(EvidenceEdition.evidence_id))
            & (col(Evidence.editions) == col(EvidenceEdition.number))
        )).all()  # fmt: skip
        kinds = set(session.execute(select(col(EvidenceLink.subject_kind))).scalars())
        papers = select(col(StoredFile.sha256)).where(col(StoredFile.media_type) != "text/csv")
        files = session.execute(papers).scalars().all()
    assert {standing_on(row.expires_on, TODAY) for row in rows} == set(Standing)
    assert max(row.editions for row in rows) == 2
    assert {ProofSubject.BREACH, ProofSubject.REQUEST, ProofSubject.DPIA, ProofSubject.ACTIVITY} <= kinds
    for digest in files:
        assert visit.home.files.read(digest).startswith(b"%PDF-")


def test_deviations_are_shown_waiting_accepted_and_expired_on_breaches_that_stay_counted(visit: Visit) -> None:
    with visit.reading() as session:
        tally = count_deviations(session, today=TODAY)
        told = [one for one in find_findings(session, TODAY, verdict=Verdict.NON_COMPLIANT) if one.deviation]
    assert (tally.by_state, tally.expired, tally.total) == (
        {DeviationState.ASKED: 1, DeviationState.APPROVED: 1}, 1, 3,
    )  # fmt: skip
    assert sorted(one.policy_id for one in told) == ["OD-05", "OD-07", "OD-08"]


def test_a_rule_is_adopted_and_three_texts_are_validated(visit: Visit) -> None:
    with visit.reading() as session:
        catalogue, shown = engine_of(session).catalogue, _read_today(session)
    policy = catalogue.find("CUA-01")
    assert catalogue.decided.adopted["CUA-01"].stands
    assert shown["CUA-01"], "It judges once the year is played."
    validated = [
        one.id
        for one in catalogue.policies
        if any(catalogue.validation_of(one, version) is not None for version in one.versions)
    ]
    assert validated == ["CUA-01", "OD-02", "OD-05"]
    assert catalogue.validation_of(policy, policy.versions[0]) is not None


def test_the_history_is_spread_over_two_years_and_nothing_is_dated_later_than_today(visit: Visit) -> None:
    with visit.reading() as session:
        moments = session.execute(
            text("SELECT recorded_at AT TIME ZONE 'Europe/Paris' FROM ledger_entry WHERE table_name <> 'registry'")
        ).scalars()
        days = {moment.date() for moment in moments}
    assert len({(day.year, day.month) for day in days}) >= 24
    assert TODAY - timedelta(days=731) < min(days) < TODAY - timedelta(days=715)
    assert TODAY - timedelta(days=15) < max(days) < TODAY
    assert all(is_working_day(day) for day in days)


def test_a_day_of_six_months_ago_knows_fewer_sheets_and_reads_them_as_they_were(visit: Visit) -> None:
    then = TODAY - timedelta(days=183)
    with visit.reading() as session:
        now = session.execute(select(Dataset).where(~col(Dataset.annulled))).scalars().all()
        before = {row.identifier: row for row in find_rows(session, Dataset, until=end_of_day(then, ZONE))}
    today = {row.identifier: row for row in now}
    assert 100 < len(before) < len(today)
    assert "demo-sports-dainville" in today.keys() - before.keys()
    assert before["demo-aides-habitat"].access_rights == "non-public"
    assert today["demo-aides-habitat"].access_rights == "public"


def test_amendments_say_who_made_them_and_why(visit: Visit) -> None:
    with visit.reading() as session:
        sheet = session.execute(select(Dataset).where(col(Dataset.identifier) == "demo-eau-reseau")).scalar_one()
        versions = find_versions(session, "dataset", sheet.id)
    assert [version.event for version in versions] == [*["datasets:sheet:amend"] * 2, "datasets:sheet:record"]
    assert all(version.actor == f"account:{version.account_id}" for version in versions)
    assert "avenant" in (versions[1].reason or "")
    assert versions[0].recorded_at > versions[1].recorded_at > versions[2].recorded_at


def test_the_ledger_verifies_once_sealed(visit: Visit) -> None:
    with visit.reading() as session:
        seal(session)
    with visit.reading() as session:
        found = verify_ledger(session)
    assert found.defects == []
    assert found.unsealed == 0


def test_each_account_signs_in_with_its_strong_password(visit: Visit) -> None:
    accounts = visit.loaded.accounts
    assert len({account.password for account in accounts}) == len(accounts) == 7
    assert all(is_strong(account.password, account.email) for account in accounts)
    for account in accounts:
        with transaction(visit.home.app, None) as session:
            assert sign_in(session, account.email, account.password, address="127.0.0.1", browser=None)


def test_nobody_is_named_and_no_address_can_be_anybodys(visit: Visit) -> None:
    with visit.reading() as session:
        people = session.execute(select(PersonIdentity.value)).scalars().all()
        kept = session.execute(text("SELECT snapshot::text FROM ledger_entry UNION ALL SELECT value FROM ledger_text"))
        said = " ".join(kept.scalars())
    names = [value for value in people if "@" not in value]
    assert len(names) > 30
    assert {name.split()[0] for name in names} <= FUNCTIONS
    assert not re.search(r"\b(M\.|MM\.|Mme|Mlle|Monsieur|Madame) ", said)
    hosts = set(ADDRESS.findall(said)) - SCHEMAS
    assert len(hosts) >= 3
    assert all(host == "demonstration.invalid" or host.endswith(".demonstration.invalid") for host in hosts)


def test_each_sheet_says_once_that_it_is_fictional(visit: Visit) -> None:
    with visit.reading() as session:
        descriptions = session.execute(select(Dataset.description)).scalars().all()
    assert [said for said in descriptions if said is None or said.lower().count("fiche fictive") != 1] == []


def signed_in(visit: Visit) -> dict[str, str]:
    """What the first account's browser sends once it has signed in."""
    account = visit.loaded.accounts[0]
    with transaction(visit.home.app, None) as session:
        token = sign_in(session, account.email, account.password, address="127.0.0.1", browser=None)
    return {"Cookie": f"{LOCAL_SESSION_COOKIE}={token}"}


def test_a_sheet_is_shown_on_any_day_of_its_past_since_the_register_opened(visit: Visit) -> None:
    with visit.reading() as session:
        sheet = session.execute(select(Dataset).where(col(Dataset.identifier) == "demo-eau-reseau")).scalar_one()
        first = find_versions(session, "dataset", sheet.id)[-1].recorded_at.date()
        opened = session.execute(text("SELECT min(recorded_at) FROM ledger_entry")).scalar_one()
        assert get_opening(session) == opened
    headers, page = signed_in(visit), f"/jeux/{sheet.id}/etat"
    with served(visit.home) as client:
        seen = client.get(page, headers=headers, params={"le": first.isoformat()})
        before = client.get(page, headers=headers, params={"le": (opened.date() - timedelta(days=1)).isoformat()})
    assert seen.status_code == 200, seen.text
    assert "Le registre fut ouvert le" in before.text


def test_the_visitor_sees_the_band_and_every_sheet(visit: Visit) -> None:
    headers = signed_in(visit)
    with visit.reading() as session:
        titles = {row.id: row.title for row in session.execute(select(Dataset.id, Dataset.title))}
    with served(visit.home) as client:
        pages = {number: client.get(f"/jeux/{number}", headers=headers, follow_redirects=False) for number in titles}
    assert {number: page.status_code for number, page in pages.items() if page.status_code != 200} == {}
    assert all("contenu est fictif" in page.text for page in pages.values())
    assert [title for number, title in titles.items() if escape(title) not in pages[number].text] == []


def test_a_crossing_is_told_from_end_to_end_and_a_vacancy_is_left_by_who_leaves(visit: Visit) -> None:
    with visit.reading() as session:
        found = session.execute(select(Dataset.identifier, Dataset.id))
        numbers = {row.identifier: row.id for row in found}
        upstream = {one.dataset_id for one in find_upstream(session, numbers["demo-frequentation"])}
        on = Reading(on=TODAY, until=None, law_of=TODAY)
        (left,) = judge(session, SubjectKind.DATASET, [numbers["demo-formation-agents"]], on)
    assert {numbers["demo-comptages-operateur"], numbers["demo-plui"]} <= upstream
    verdicts = {one.policy.id: one.verdict for one in left.assessments}
    assert verdicts["ACC-01"] is Verdict.NON_COMPLIANT


def test_deliveries_are_shown_in_each_state_one_refused_one_with_a_penalty_applied(visit: Visit) -> None:
    with visit.reading() as session:
        rows = session.execute(select(Delivery).where(~col(Delivery.annulled))).scalars().all()
        kept = session.execute(select(col(StoredFile.sha256)).where(col(StoredFile.media_type) == "text/csv"))
        tables = [visit.home.files.read(one) for one in kept.scalars()]
    states = {state_of(one.in_time_until, one.received_on, one.answer, TODAY) for one in rows}
    assert states == set(DeliveryState) - {DeliveryState.UNDATED}
    (applied,) = [one for one in rows if one.penalty is PenaltyDecision.APPLIED]
    assert applied.penalty_cents == (applied.received_on - applied.in_time_until).days * 30_000
    assert {table.count(b"\n") for table in tables} == {3}


@pytest.mark.parametrize("today", [date(2026, 11, 24), date(2027, 1, 3), date(2028, 2, 29), date(2027, 5, 1)])
def test_the_content_holds_whatever_the_day_it_is_loaded_on(today: date) -> None:
    content = read_content(today)
    recorded = (*content.datasets, *content.systems)
    days = [step.day for said in (*content.organisations, *recorded) for step in said.steps]
    days += [said.day for said in recorded]
    assert content.opened <= min(days) <= max(days) < today
    assert all(step.day >= said.day for said in recorded for step in said.steps)


def test_a_load_cut_short_leaves_an_empty_home_for_the_next_attempt_and_passwords_are_kept_before_the_accounts(
    visit: Visit,
) -> None:
    assert visit.cut.stood_as_they_were_kept == visit.cut.stood_after == 0
    assert visit.loaded.accounts
    assert visit.kept == visit.loaded.accounts
    assert [one.email for one in visit.cut.passwords] == [one.email for one in visit.kept]
    assert count_standing(visit.home) > 1000


@pytest.mark.slow
def test_no_account_stands_whose_password_could_not_be_kept(home: Home) -> None:
    def keep(accounts: tuple[DemonstrationAccount, ...]) -> None:
        raise OSError("no room left")

    with pytest.raises(OSError, match="no room left"):
        load_demonstration(home, today=TODAY, engine_info=assembled(), keep=keep)
    assert count_standing(home) == 0


def test_the_passwords_are_written_whole_and_for_their_owner_alone(tmp_path: Path) -> None:
    for password in ("premier", "second"):
        _keep_accounts(tmp_path, (DemonstrationAccount(Role.STEWARD, "essai@demo.invalid", password),))
    (place,) = (tmp_path / "secrets").iterdir()
    assert place.name == "demonstration.txt"
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.read_text("utf-8").split() == [str(Role.STEWARD), "essai@demo.invalid", "second"]
