"""What time does to findings: days that come, days looked back at, and two who write at the same moment."""

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry import rooms
from registry.compliance import service
from registry.compliance.catalogue import Catalogue
from registry.compliance.daily import evaluate_daily, evaluate_everything
from registry.compliance.engine import Engine, Reading, engine_of
from registry.compliance.policy import Policy
from registry.compliance.queries import find_findings, find_standing
from registry.compliance.service import EVALUATE_JOB, evaluate, judge
from registry.compliance.vocabulary import Severity, SubjectKind, Verdict
from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.service import amend_dataset, annul_dataset, record_dataset
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.ledger.queries import end_of_day
from registry.organisations.forms import AppointmentForm, OrganisationForm, PersonForm
from registry.organisations.models import Organisation
from registry.organisations.service import amend_organisation, appoint, open_registry, record_person
from registry.platform.database import _ACT, Acting, asking_revision, open_session, settle, transaction
from registry.platform.home import Home
from registry.platform.jobs import work_once
from registry.platform.models import JobRun
from registry.reporting.gathering import gather
from registry.rooms import job_functions
from tests.conftest import TERRITORY, TODAY, Town

pytestmark = pytest.mark.database
ZONE = "Europe/Paris"
CSV = {"access_url": "https://exemple.invalid/a.csv", "format": "CSV"}


@pytest.fixture
def dated(town: Town) -> Town:
    """A town on the tests' day, not the machine's."""
    town.info["today"] = lambda: TODAY
    return town


def read(town: Town, policy: str, dataset: int, on: date = TODAY) -> Verdict:
    """What one policy says of a dataset on a day."""
    with town.acting() as session:
        (found,) = find_findings(session, on, kind=SubjectKind.DATASET, subject_id=dataset, policy_id=policy)
        return found.verdict


def written_on(home: Home, day: date, info: Mapping[str, Any]) -> Any:
    """A transaction of the demonstration's owner, whose writings bear an earlier day."""
    moment = datetime.combine(day, time(12), UTC)
    return transaction(home.owner, Acting("cli:essai", recorded_at=moment.isoformat()), **info)


def test_what_was_annulled_since_is_judged_and_reported_as_of_the_day_it_stood(home: Home) -> None:
    info = {**rooms.assemble(), "time_zone": ZONE, "today": lambda: TODAY}
    yesterday, before = TODAY - timedelta(days=1), TODAY - timedelta(days=2)
    with written_on(home, before, info) as session:
        authority = open_registry(session, TERRITORY, time_zone=ZONE, demonstration=True).id
        form = DatasetForm(title="Arbres", access_rights="public", distributions=[CSV])
        number = record_dataset(session, authority, form).id
        moved = record_dataset(session, authority, DatasetForm(title="Bancs")).id
    with written_on(home, TODAY, info) as session:
        annul_dataset(session, number, expected=1, reason="Saisie par erreur")
        commune = session.execute(
            select(col(Organisation.id)).where(col(Organisation.name) == "Petite-Commune")
        ).scalar_one()
        session.execute(text("UPDATE dataset SET organisation_id = :to WHERE id = :id"), {"to": commune, "id": moved})

    def ids_of(session: Session, within: frozenset[int] | None, until: datetime | None) -> list[int]:
        return list(engine_of(session).subjects[SubjectKind.DATASET].everything(session, within, until))

    with transaction(home.jobs, Acting("cli:essai"), **info) as session:
        until = end_of_day(yesterday, ZONE)
        assert ids_of(session, None, None) == [moved]
        assert ids_of(session, frozenset({authority}), None) == []
        assert ids_of(session, frozenset({authority}), until) == [number, moved]
        assert ids_of(session, None, end_of_day(before - timedelta(days=1), ZONE)) == []
        reading = Reading(on=yesterday, until=until, law_of=yesterday)
        (judged,) = judge(session, SubjectKind.DATASET, [number], reading)
        assert judged.assessments
        bodies = engine_of(session).subjects[SubjectKind.ORGANISATION]
        assert bodies.everything(session, None, until) == bodies.everything(session, None, None)
        body = Subject("organisation", authority)
        past = gather(session, body, Moment(yesterday, yesterday, yesterday, until)).values
        today = gather(session, body, Moment(TODAY, TODAY, TODAY, None)).values
    assert [line["label"] for line in past["datasets"]] == ["Arbres", "Bancs"]
    assert [line["label"] for line in today["datasets"]] == ["Bancs"]


def test_a_mandate_that_ends_turns_its_finding_on_the_day_nobody_writes_anything(dated: Town) -> None:
    number, tomorrow = dated.record(), TODAY + timedelta(days=1)
    with dated.acting() as session:
        person = record_person(session, dated.authority_id, PersonForm(name="Une fonction"))
        for role, until in (("owner", None), ("steward", tomorrow)):
            appoint(session, dated.authority_id, AppointmentForm(
                person_id=person.id, role=role, subject_kind="dataset", subject_id=number,
                since=TODAY - timedelta(days=9), until=until))  # fmt: skip
    assert read(dated, "ACC-01", number) is Verdict.COMPLIANT
    assert evaluate_everything(dated.home.jobs, dated.info, today=TODAY).changed == 0

    done = evaluate_everything(dated.home.jobs, dated.info, today=tomorrow)

    assert (done.subjects, done.changed > 0) == (4, True)
    assert read(dated, "ACC-01", number, tomorrow) is Verdict.NON_COMPLIANT


def test_the_worker_judges_at_its_start_and_again_when_the_day_changes(dated: Town) -> None:
    stopping = threading.Event()
    asked: list[None] = []

    def today() -> date:
        asked.append(None)
        if len(asked) == 4:
            stopping.set()
        return TODAY + timedelta(days=len(asked) // 3)

    judged: list[date] = []
    subjects = dict(engine_of_info(dated.info).subjects)
    known = subjects[SubjectKind.ORGANISATION]

    def bind(session: Session, ids: Any, *, on: date, until: datetime | None) -> Any:
        judged.append(on)
        return known.bind(session, ids, on=on, until=until)

    subjects[SubjectKind.ORGANISATION] = replace(known, bind=bind)
    engine = Engine(engine_of_info(dated.info).catalogue, subjects, {})
    evaluate_daily(dated.home.jobs, {**dated.info, "engine": engine, "today": today}, stopping, every=0)

    assert judged == [TODAY, TODAY + timedelta(days=1)]


def engine_of_info(info: Mapping[str, Any]) -> Engine:
    """The engine of a town."""
    engine: Engine = info["engine"]
    assert isinstance(engine, Engine)
    return engine


def test_two_who_change_one_sheet_at_once_both_keep_their_edit_and_the_verdict_follows_both(dated: Town) -> None:
    number = dated.record(access_rights="public", distributions=[CSV], declared_absent=["publisher_name", "modified"])
    assert read(dated, "OD-09", number) is Verdict.NON_COMPLIANT
    together = threading.Barrier(2)

    def judge_at_once(write: Callable[[Session], None]) -> None:
        with dated.acting() as session:
            write(session)
            session.flush()
            together.wait(10)
            evaluate(session, SubjectKind.DATASET, [number], today=TODAY)

    def of_dataset(session: Session) -> None:
        session.execute(text("UPDATE dataset SET publisher_name = 'Ville' WHERE id = :id"), {"id": number})

    def of_file(session: Session) -> None:
        session.execute(text("UPDATE distribution SET modified = '2026-11-01' WHERE dataset_id = :id"), {"id": number})

    with ThreadPoolExecutor(2) as pool:
        for asked in [pool.submit(judge_at_once, write) for write in (of_dataset, of_file)]:
            asked.result(30)

    with dated.acting() as session:
        assert evaluate(session, SubjectKind.DATASET, [number], today=TODAY) == 0
    assert read(dated, "OD-09", number) is Verdict.COMPLIANT


def test_whoever_edits_a_body_does_not_hold_back_the_findings_on_it(dated: Town) -> None:
    number = dated.record()
    with dated.acting() as editing:
        amend_organisation(editing, dated.authority_id, OrganisationForm(staff_fte=800), expected=None)
        editing.info.pop("touched")
        with dated.acting() as judging:
            judging.execute(text("SET LOCAL lock_timeout = '2s'"))
            judging.execute(text("UPDATE dataset SET licence = 'etalab-2.0' WHERE id = :id"), {"id": number})
            assert evaluate(judging, SubjectKind.DATASET, [number], today=TODAY)


def backdate(town: Town, days: int) -> None:
    """Lets days pass: every finding so far was made and closed that much earlier."""
    with town.as_owner() as session:
        session.execute(
            text("UPDATE finding SET since = since - make_interval(days => :days),"
                 " until = until - make_interval(days => :days)"),
            {"days": days},
        )  # fmt: skip


def since(town: Town, policy: str, dataset: int, on: date) -> date:
    """The day since when a policy says what it says of a dataset."""
    with town.acting() as session:
        return find_standing(session, SubjectKind.DATASET, [dataset], on)["dataset", dataset, policy, 0].day


def test_since_is_the_day_the_verdict_began_whatever_facts_changed_under_it(town: Town) -> None:
    today = town.info["today"]()
    number = town.record(access_rights="public", distributions=[CSV], licence="cc-by-nc-4.0", nature="other")
    backdate(town, 10)
    with town.acting() as session:
        amend_dataset(session, number, DatasetChange(licence="cc-by-nd-4.0"), expected=1)
    assert read(town, "OD-05", number, today) is Verdict.NON_COMPLIANT
    assert since(town, "OD-05", number, today) == today - timedelta(days=10)
    backdate(town, 5)
    assert since(town, "OD-05", number, today) == today - timedelta(days=15)
    with town.acting() as session:
        amend_dataset(session, number, DatasetChange(licence="etalab-2.0"), expected=2)
    assert since(town, "OD-05", number, today) == today


def test_a_day_since_is_a_day_of_the_authority_and_a_verdict_that_turned_by_itself_began_that_day(dated: Town) -> None:
    with dated.acting() as session:
        amend_organisation(session, dated.authority_id, OrganisationForm(staff_fte=800), expected=None)
    number = dated.record(access_rights="public", distributions=[CSV], frequency="MONTHLY", modified=TODAY.isoformat())
    with dated.as_owner() as session:
        late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
        session.execute(text("UPDATE finding SET since = :late WHERE until IS NULL"), {"late": late})
    assert since(dated, "OD-08", number, TODAY) == date(2026, 11, 21)
    turned = TODAY + timedelta(days=40)
    assert read(dated, "OD-08", number, turned) is Verdict.NON_COMPLIANT
    assert since(dated, "OD-08", number, turned) == TODAY + timedelta(days=32)


def every_body(town: Town) -> frozenset[int]:
    """The numbers of the town's organisations, as rights are said."""
    return frozenset({town.authority_id, town.commune_id, town.other_commune_id, town.service_id})


def test_an_edit_of_the_authority_judges_neither_the_communes_datasets_nor_too_many_at_once(
    dated: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = {dated.record("Un"), dated.record("Deux"), dated.record("Trois", on=dated.service_id)}
    dated.record("Quatre", on=dated.commune_id)
    find = engine_of_info(dated.info).dependents[SubjectKind.ORGANISATION][0]
    with dated.acting() as session:
        assert find(session, {dated.authority_id}) == (SubjectKind.DATASET, numbers)
        assert find(session, {dated.service_id}) == (SubjectKind.DATASET, {max(numbers)})
        assert len(find(session, {dated.commune_id})[1]) == 1
    monkeypatch.setattr(service, "MOST_AT_ONCE", 2)
    someone = dated.someone(Role.STEWARD)
    carried = someone.client.app.state.premises.info
    acting = Acting(f"account:{someone.account_id}", someone.account_id, reads=every_body(dated),
                    writes=every_body(dated))  # fmt: skip
    # As on a page: the session itself does not know who acts, the database was told.
    with open_session(dated.home.app, None, **carried) as session:
        session.execute(asking_revision(_ACT, ""), acting.settings())
        session.info["today"] = dated.info["today"]
        amend_organisation(session, dated.authority_id, OrganisationForm(staff_fte=800), expected=None)
        settle(session)
        session.commit()
    fact = "organisation.subject_to_online_publication"

    def judged() -> set[int]:
        with dated.acting() as session:
            found = find_findings(session, TODAY, kind=SubjectKind.DATASET, policy_id="OD-08")
            return {one.subject_id for one in found if one.facts.get(fact) is True}

    assert judged() == set()
    work_once(dated.home.urls.jobs, dated.home.jobs, job_functions(dated.home, dated.info))
    assert judged() == numbers
    with dated.acting() as session:
        (run,) = session.execute(select(JobRun).where(col(JobRun.kind) == EVALUATE_JOB)).scalars()
        assert (run.state, run.organisation_id, run.account_id) == ("done", dated.authority_id, someone.account_id)


def without(info: Mapping[str, Any], policy_id: str, *others: Policy) -> dict[str, Any]:
    """What a session carries in a version of the software that no longer has a policy, or has another in its place."""
    engine = engine_of_info(info)
    facts = {name: fact for name, fact in engine.catalogue.facts.items() if name != "dataset.licence" or others}
    # A version of the software without a fact has no policy that asks about it either.
    kept = [
        policy
        for policy in engine.catalogue.policies
        if policy.id != policy_id
        and all("dataset.licence" in facts or "dataset.licence" not in str(one.stored()) for one in policy.versions)
    ]
    catalogue = Catalogue([*kept, *others], facts, engine.catalogue.lists, engine.catalogue.delays)
    return {**info, "engine": Engine(catalogue, engine.subjects, engine.dependents)}


def known_policy(town: Town, number: str) -> Policy:
    """A policy of the catalogue that judges."""
    found = engine_of_info(town.info).catalogue.find(number)
    assert found is not None
    return found


def test_a_policy_and_a_fact_that_are_no_more_are_shown_as_they_were_kept(dated: Town) -> None:
    number = dated.record(access_rights="public", distributions=[CSV], licence="cc-by-nc-4.0", nature="other")
    someone = dated.someone(Role.STEWARD)
    before = someone.get(f"/jeux/{number}").text
    title = known_policy(dated, "OD-05").title
    carried = someone.client.app.state.premises.info
    assert title in before
    carried.update(without(dated.info, "OD-05"))

    page = someone.get(f"/jeux/{number}")

    assert page.status_code == 200
    assert title in page.text
    assert "dataset.licence" in page.text


def test_another_severity_or_title_is_another_text(dated: Town) -> None:
    policy = known_policy(dated, "OD-05")
    other = type(policy).model_validate({**policy.model_dump(), "severity": Severity.MINOR})
    assert other.digest_of(other.versions[-1]) != policy.digest_of(policy.versions[-1])
    number = dated.record(access_rights="public", distributions=[CSV], licence="cc-by-nc-4.0", nature="other")
    with dated.acting() as session:
        session.info.update(without(dated.info, "OD-05", other))
        assert evaluate(session, SubjectKind.DATASET, [number], today=TODAY) == 2
        texts = session.execute(text("SELECT text FROM policy_text WHERE policy_id = 'OD-05'")).scalars()
        assert {json.loads(one)["policy"]["severity"] for one in texts} == {policy.severity, "minor"}
