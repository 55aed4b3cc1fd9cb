"""T-17, the engine's part: a random history judged at each write equals one judged whole, then and now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from registry.accounts.service import invite_account
from registry.compliance.daily import evaluate_everything
from registry.compliance.engine import Reading, engine_of
from registry.compliance.queries import find_findings, find_findings_then
from registry.compliance.service import judge, plain_facts
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.clauses.forms import AmendmentForm, ClauseForm, PerformanceForm, StipulationForm
from registry.contracts.clauses.models import Amendment, Clause, ClauseStipulation
from registry.contracts.clauses.service import (
    amend_amendment,
    amend_stipulation,
    record_amendment,
    record_clause,
    set_amendment_aside,
    set_stipulation_aside,
    stipulate,
    tell_performance,
)
from registry.contracts.forms import ContractChange, ContractForm
from registry.contracts.models import Contract, ContractParty
from registry.contracts.service import amend_contract, record_contract, set_contract_aside
from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.models import Dataset, InformationSystem
from registry.datasets.service import amend_dataset, annul_dataset, record_dataset, restore_dataset, touch_owed
from registry.datasets.systems.forms import SystemChange, SystemForm
from registry.datasets.systems.service import amend_system, record_system, set_system_aside
from registry.kernel.errors import Refusal
from registry.kernel.permissions import Role
from registry.ledger.service import touch
from registry.lifecycle.charts import load_chart
from registry.lifecycle.forms import StageRequestForm, VisaForm
from registry.lifecycle.queries import find_waiting
from registry.lifecycle.service import answer_visa, ask_move, withdraw_request
from registry.lifecycle.vocabulary import VisaKind
from registry.organisations.forms import AppointmentForm, OrganisationForm, PersonForm, ServiceForm
from registry.organisations.models import Appointment
from registry.organisations.queries import get_organisation
from registry.organisations.service import add_service, amend_organisation, appoint, end_appointment, record_person
from registry.platform.postgres import Cluster
from registry.platform.tables import Table
from registry.processing.forms import ActivityChange, ActivityForm
from registry.processing.models import ProcessingActivity
from registry.processing.processors.forms import ProcessorsForm, TermsForm
from registry.processing.processors.queries import find_terms
from registry.processing.processors.service import record_terms, set_processors
from registry.processing.retention.forms import HoldForm, LiftForm, RetentionForm
from registry.processing.retention.models import RetentionHold
from registry.processing.retention.service import lift_hold, place_hold, set_retention
from registry.processing.service import amend_activity, record_activity, set_activity_aside
from tests.conftest import TODAY, Town, opened_home, opened_town

pytestmark = pytest.mark.database

Said = dict[tuple[str, int, str, int], tuple[Any, ...]]
"""What is said of each subject by each policy and period: all a finding says, as it reads on a day."""


def at(shift: int) -> date:
    """A day told by its distance from the tests' day, so that a history can be repeated."""
    return TODAY + timedelta(days=shift)


@dataclass
class History:
    """A town in which days pass and people write; each moment is kept with what was in force then."""

    town: Town
    day: date = TODAY
    persons: list[int] = field(default_factory=list)
    bodies: list[int] = field(default_factory=list)
    processor: int = 0
    keeper: int = 0
    jurists: dict[VisaKind, tuple[int, Role]] = field(default_factory=dict)
    moments: list[tuple[date, datetime, Said]] = field(default_factory=list)
    written: int = 0

    def __post_init__(self) -> None:
        self.town.info["today"] = lambda: self.day
        town = self.town
        self.bodies = [town.authority_id, town.commune_id, town.service_id]
        with town.acting() as session:
            form = ServiceForm(name="Éditeur", kind="processor")
            self.processor = add_service(session, get_organisation(session, town.authority_id), form).id
            self.persons = [
                record_person(session, town.authority_id, PersonForm(name=name)).id for name in ("Une", "Deux")
            ]
            self.keeper = self.sign_up(session, Role.STEWARD)
            for kind, role in ((VisaKind.LEGAL, Role.LEGAL), (VisaKind.DPO, Role.DPO)):
                self.jurists[kind] = self.sign_up(session, role), role
        # What draws on each other stands from the start: most edits then change more than their own subject.
        for edit, values in ((of_dataset, {}), (of_contract, {"ends_on": at(20)}), (of_activity, {"status": "draft"})):
            self.write(edit, (0, 0, 1), values)
        self.write(of_processor, (0, 1, 1), {})
        assert self.written == 4

    def sign_up(self, session: Session, role: Role) -> int:
        """The number of an account that holds a role on the authority."""
        person = PersonForm(name=str(role), email=f"{role}@essai.invalid")
        return invite_account(session, self.town.authority_id, person, role=role, on=self.town.authority_id)[0].id

    def begin_day(self, passed: int) -> None:
        """Days pass; each new one that is seen is judged whole, as the worker does."""
        if passed:
            self.day += timedelta(days=passed)
            evaluate_everything(self.town.home.jobs, self.town.info, today=self.day)
            self.keep()

    def write(self, edit: "Edit", numbers: Sequence[int], values: Mapping[str, Any]) -> None:
        """One edit in a transaction of its own, judged by the product before it ends; a refused one leaves nothing."""
        try:
            with self.town.acting() as session:
                edit(self, session, numbers, values)
        except Refusal:
            return
        self.written += 1
        self.keep()

    def keep(self) -> None:
        """Keeps what is in force now."""
        with self.town.acting() as session:
            instant = session.execute(text("SELECT clock_timestamp()")).scalar_one()
            self.moments.append((self.day, instant, said_now(session, self.day)))

    def among(self, session: Session, model: type[Table], number: int) -> Any:
        """One row of a table, by its place in it: the same for the same history."""
        rows = session.execute(select(model).order_by(model.__table__.c.id)).scalars().all()  # type: ignore[attr-defined]
        return rows[number % len(rows)] if rows else None


Edit = Callable[[History, Session, Sequence[int], Mapping[str, Any]], object]


def of_dataset(history: History, session: Session, numbers: Sequence[int], values: Mapping[str, Any]) -> object:
    """A dataset is recorded, or an earlier one changed."""
    found = history.among(session, Dataset, numbers[0])
    if found is None or numbers[1] % 3 == 0:
        body = history.bodies[numbers[2] % len(history.bodies)]
        return record_dataset(session, body, DatasetForm.model_validate({"title": "Jeu", **values}))
    return amend_dataset(session, found.id, DatasetChange.model_validate(values), expected=found.version)


def annul_or_restore(history: History, session: Session, numbers: Sequence[int], _values: Mapping[str, Any]) -> object:
    """A dataset, an activity, a contract or a system is annulled, or comes back."""
    model = (Dataset, ProcessingActivity, Contract, InformationSystem)[numbers[1] % 4]
    found = history.among(session, model, numbers[0])
    if found is None:
        return None
    if model is Dataset:
        act = restore_dataset if found.annulled else annul_dataset
        return act(session, found.id, expected=found.version, reason="Erreur")
    act_on = {ProcessingActivity: set_activity_aside, Contract: set_contract_aside}.get(model, set_system_aside)
    return act_on(session, found.id, expected=found.version, reason="Erreur", annulled=not found.annulled)


def move(history: History, session: Session, numbers: Sequence[int], _values: Mapping[str, Any]) -> object:
    """A dataset goes to another body."""
    found = history.among(session, Dataset, numbers[0])
    if found is None:
        return None
    left, found.organisation_id = found.organisation_id, history.bodies[numbers[1] % len(history.bodies)]
    touch(session, "dataset", found.id)
    for body in {left, found.organisation_id}:
        touch_owed(session, body, found.nature)
    return found


def of_organisation(history: History, session: Session, numbers: Sequence[int], values: Mapping[str, Any]) -> object:
    """What is known of a body changes."""
    body = history.bodies[numbers[0] % len(history.bodies)]
    return amend_organisation(session, body, OrganisationForm.model_validate(values), expected=None)


def of_mandate(history: History, session: Session, numbers: Sequence[int], values: Mapping[str, Any]) -> object:
    """Somebody is appointed on a body or a dataset from some day, or leaves."""
    standing = history.among(session, Appointment, numbers[0])
    if standing is not None and numbers[1] % 3 == 0:
        return end_appointment(session, standing.id, on=history.day + timedelta(days=numbers[2] - 4))
    dataset = history.among(session, Dataset, numbers[0])
    on_body = dataset is None or numbers[1] % 3 == 1
    subject = history.bodies[numbers[2] % len(history.bodies)] if on_body else dataset.id
    form = AppointmentForm.model_validate(
        {
            "person_id": history.persons[numbers[2] % 2],
            "role": ("prada", "dpo")[numbers[0] % 2] if on_body else ("owner", "steward")[numbers[0] % 2],
            "subject_kind": "organisation" if on_body else "dataset",
            "subject_id": subject,
            "since": history.day + timedelta(days=values["since"]),
            "until": values["lasting"] and history.day + timedelta(days=values["since"] + values["lasting"]),
        }
    )
    return appoint(session, history.town.authority_id, form)


def of_activity(history: History, session: Session, numbers: Sequence[int], values: Mapping[str, Any]) -> object:
    """An activity is recorded, or an earlier one changed; it may concern a dataset or no longer."""
    dataset, found = (history.among(session, model, numbers[0]) for model in (Dataset, ProcessingActivity))
    linked = {"datasets": [{"dataset_id": dataset.id}] if numbers[2] % 2 else []} if dataset is not None else {}
    if found is None or numbers[1] % 3 == 0:
        body = history.bodies[numbers[2] % 2]
        return record_activity(session, body, ActivityForm.model_validate({"name": "Suivi", **values, **linked}))
    form = ActivityChange.model_validate(values | linked)
    return amend_activity(session, found.id, form, expected=found.version)


def of_system(history: History, session: Session, numbers: Sequence[int], values: Mapping[str, Any]) -> object:
    """An information system is recorded, or an earlier one changed."""
    found = history.among(session, InformationSystem, numbers[0])
    if found is None or numbers[1] % 3 == 0:
        body = history.bodies[numbers[2] % len(history.bodies)]
        named = f"Logiciel {numbers[0]}"
        return record_system(session, body, SystemForm.model_validate({"name": named, **values}))
    return amend_system(session, found.id, SystemChange.model_validate(values), expected=found.version)


def of_retention(history: History, session: Session, numbers: Sequence[int], values: Mapping[str, Any]) -> object:
    """How long a dataset is kept is said, or it is put on hold, or its hold is lifted."""
    found = history.among(session, Dataset, numbers[0])
    if found is None:
        return None
    if numbers[1] % 2:
        form = RetentionForm.model_validate(values)
        return set_retention(session, found.id, form, expected=found.version, today=history.day)
    held = history.among(session, RetentionHold, numbers[2])
    if held is not None and held.lifted_on is None:
        return lift_hold(session, held.id, LiftForm(lifted_reason="Jugé"), today=history.day)
    said = {"reason": "litigation", "explained": "Recours", "held_by": "La direction", "started_on": BEFORE[0]}
    return place_hold(session, found.id, HoldForm.model_validate(said))


def of_contract(history: History, session: Session, numbers: Sequence[int], values: Mapping[str, Any]) -> object:
    """A contract is recorded, or an earlier one changed, its parties with it."""
    found = history.among(session, Contract, numbers[0])
    party = {"party_id": history.processor, "side": "holder", "gdpr_role": "processor"}
    parties = {"parties": [party] if numbers[2] % 3 else []}
    if found is None or numbers[1] % 3 == 0:
        form = ContractForm.model_validate({"kind": "public-contract", "object": "Logiciel", **values, **parties})
        return record_contract(session, history.town.authority_id, form)
    return amend_contract(
        session, found.id, ContractChange.model_validate(values | parties), expected=found.version
    )  # fmt: skip


def of_amendment(history: History, session: Session, numbers: Sequence[int], values: Mapping[str, Any]) -> object:
    """An amendment of a contract is recorded, changed, set aside or brought back."""
    contract, found = (history.among(session, model, numbers[0]) for model in (Contract, Amendment))
    form = AmendmentForm.model_validate({"number": numbers[2] + 1, "object": "Avenant", **values})
    if found is None or numbers[1] % 3 == 0:
        return record_amendment(session, contract.id, form)
    if numbers[1] % 3 == 1:
        return amend_amendment(session, found.id, form, expected=found.version)
    return set_amendment_aside(
        session, found.id, expected=found.version, reason="Erreur", annulled=not found.annulled
    )  # fmt: skip


def of_clause(history: History, session: Session, numbers: Sequence[int], values: Mapping[str, Any]) -> object:
    """A clause is added by a contract or an amendment, replaced, ended, corrected, set aside, or seen not kept."""
    clause, line, act = (history.among(session, one, numbers[0]) for one in (Clause, ClauseStipulation, Amendment))
    kind, terms = CLAUSES[numbers[1]]
    if clause is None or numbers[2] == 0:
        contract = history.among(session, Contract, numbers[0]) if act is None else None
        given = {"kind": kind, "terms": terms, "amendment_id": act and act.id, **values}
        return record_clause(session, act.contract_id if act else contract.id, ClauseForm.model_validate(given))
    own = [one for one in CLAUSES if one[0] == clause.kind]
    given = {"terms": own[numbers[1] % len(own)][1], **values}
    if numbers[2] in {1, 2}:
        told = {"amendment_id": act and act.id, "act": ("replaces", "ends")[numbers[2] - 1]}
        return stipulate(session, clause.id, StipulationForm.model_validate(given | told))
    if numbers[2] == 3:
        told = {"amendment_id": line.amendment_id, "act": line.act}
        given = {**values, "terms": line.terms} | told
        return amend_stipulation(session, line.id, StipulationForm.model_validate(given), expected=line.version)
    if numbers[2] == 4:
        return tell_performance(session, clause.id, PerformanceForm(performance="breached"), expected=clause.version)
    return set_stipulation_aside(
        session, line.id, expected=line.version, reason="Erreur", annulled=not line.annulled
    )  # fmt: skip


def of_processor(history: History, session: Session, numbers: Sequence[int], values: Mapping[str, Any]) -> object:
    """An activity is given its processor, under a contract or none; or the contract's terms are looked at."""
    party = history.among(session, ContractParty, numbers[0])
    if party is not None and numbers[1] % 3 == 0:
        known = find_terms(session, party.id)
        return record_terms(
            session, party.id, TermsForm.model_validate(values), expected=0 if known is None else known.version
        )  # fmt: skip
    activity, contract = (history.among(session, model, numbers[0]) for model in (ProcessingActivity, Contract))
    if activity is None:
        return None
    given = {
        "processor_id": history.processor,
        "contract_id": contract.id if contract is not None and numbers[2] % 2 else None,
    }
    form = ProcessorsForm.model_validate({"processors": [given] if numbers[2] % 4 else []})
    return set_processors(session, activity.id, form, expected=activity.version)


def of_stage(history: History, session: Session, numbers: Sequence[int], _values: Mapping[str, Any]) -> object:
    """A dataset is asked to move from where it stands, or what it waits for is answered or withdrawn."""
    found = history.among(session, Dataset, numbers[0])
    waiting = find_waiting(session, found.id)
    if waiting is None:
        moves = load_chart().moves_from(found.stage)
        form = StageRequestForm(move=moves[numbers[1] % len(moves)].code, reason="Parce qu’il le faut")
        return ask_move(
            session, found.id, form, by=history.keeper, roles=[Role.STEWARD], today=history.day, expected=found.version
        )
    if numbers[1] == 0:
        return withdraw_request(session, waiting.id, "Erreur", today=history.day, expected=waiting.version)
    kind = (VisaKind.LEGAL, VisaKind.DPO)[numbers[1] % 2]
    by, role = history.jurists[kind]
    said = VisaForm.model_validate(
        {"kind": kind, "answer": "given" if numbers[2] else "refused", "reason": "Relu et repris"}
    )  # fmt: skip
    return answer_visa(
        session, waiting.id, said, by=by, roles=[role], today=history.day, expected=found.version
    )  # fmt: skip


def some(**pools: Sequence[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these fields, each with one of its values."""
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(list(pool)) for name, pool in pools.items()})


DAYS = tuple(at(shift).isoformat() for shift in (-800, -365, -31, -1, 0, 20, 400))
BEFORE = tuple(at(shift).isoformat() for shift in (-800, -365, -31, -1, 0))
CSV = {"identifier": "a", "access_url": "https://exemple.invalid/a.csv", "format": "CSV"}
FILES = ([], [CSV], [CSV | {"licence": "cc-by-nc-4.0"}], [CSV | {"modified": BEFORE[1]}, CSV | {"identifier": "b"}])
FIELDS = (
    [],
    [{"name": "nom", "personal_category": "identity"}],
    [{"name": "nom", "personal_category": "identity", "purpose": "Écrire"}],
)
OF_DATASET = some(
    access_rights=("public", "restricted", None), licence=("etalab-2.0", "cc-by-nc-4.0", None),
    frequency=("MONTHLY", "ANNUAL", None), modified=BEFORE, issued=BEFORE, distributions=FILES, fields=FIELDS,
    personal_data=("personal", "nir", "anonymised", "none"), publication_ground=("law", None),
    nature=("other", "subsidies"),
    anonymisation_proof=("p. 3", None), origin=("partner", "produced"), third_party_rights=("cleared", "none"),
    retention_months=(0, 12), retention_trigger=("La collecte", None), last_use_review=BEFORE,
    documentation=([], ["https://exemple.invalid/doc"]), publisher_name=("Ville", None),
    declared_absent=([], ["licence", "modified", "publisher_name", "documentation", "frequency"]),
)  # fmt: skip
OF_ORGANISATION = some(
    staff_fte=(20, 800, None), website=("https://exemple.invalid", None), rip_url=("https://exemple.invalid/r", None),
    rip_updated_on=DAYS, prada_contact_published=(True, False), prada_notified_on=DAYS, dpo_notified_on=DAYS,
    individual_decision_algorithms=(True, False), declared_absent=([], ["prada", "dpo", "website", "rip_url"]),
)  # fmt: skip
OF_ACTIVITY = some(
    status=("draft", "active", "ended"), role=("controller", "processor"), purpose=("Écrire", None),
    lawful_basis=("public-task", "consent", None), notice_reviewed_on=BEFORE, reviewed_on=BEFORE,
    started_on=BEFORE[:4], automated_decision=("none", "assisted"), article9_conditions=([], ["explicit-consent"]),
    security_measures=([], ["access-control"]), recipients=([], [{"name": "Trésor", "kind": "processor"}]),
    data=([], [{"people_category": "users", "data_category": "identity", "retention_months": 12}]),
    declared_absent=([], ["recipients", "transfers", "lawful_basis", "processors"]),
)  # fmt: skip
CLAUSES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("penalties", {"euros_per_day": "150"}),
    ("penalties", {}),
    ("reversibility", {"exit_plan": True, "delivery_on": at(20).isoformat()}),
    ("exclusivity", {"granted_on": BEFORE[0], "exclusivity_ends_on": at(20).isoformat()}),
    ("supply", {"indispensable": True}),
    ("waiver", {"waiver": "part", "decided_on": BEFORE[1]}),
)  # fmt: skip
OF_CLAUSE = some(
    effective_on=DAYS, last_on=(at(20).isoformat(), None), survives=(True, False), reasons=("Motivée", None)
)  # fmt: skip
OF_AMENDMENT = some(signed_on=BEFORE, effective_on=DAYS, published_on=DAYS, progress=("asked", "given-up"))
OF_CONTRACT = some(
    kind=("dsp", "concession", "agreement"), public_service=("water", "transport", None),
    consulted_on=("2015-03-01", BEFORE[0]), clauses_read_on=(BEFORE[3], None), personal_data=(True, False),
    hosts_data=(True, False), essential_data_published_on=BEFORE,
    signed_on=(BEFORE[0], None), starts_on=BEFORE[:3], ends_on=(*DAYS[3:], None), tacit_renewal=(True, False)
)  # fmt: skip
OF_SYSTEM = some(
    external_host=(True, False), certifications=([], ["archives"]), health_data=(True, False),
    archive_deposit=(True, False, None), deposit_declared_on=BEFORE, deposit_contract=(True, False),
    declared_absent=([], ["deposit_declared_on"]),
)  # fmt: skip
OF_RETENTION = some(
    rule_code=("BIBLIO", "FACT"), retention_months=(6, 12), known=("dated", "to-come"), event_on=BEFORE[:3]
)  # fmt: skip
OF_TERMS = some(no_sub_processors=(True, False), authorisation=("general", "specific", "none"))
MANDATES = st.fixed_dictionaries(
    {"since": st.sampled_from((-40, -1, 0, 1, 30)), "lasting": st.sampled_from((None, 1, 30, 365))}
)
EDITS: Mapping[Edit, st.SearchStrategy[dict[str, Any]]] = {
    of_dataset: OF_DATASET, annul_or_restore: st.just({}), move: st.just({}), of_organisation: OF_ORGANISATION,
    of_mandate: MANDATES, of_activity: OF_ACTIVITY, of_contract: OF_CONTRACT,
    of_amendment: OF_AMENDMENT, of_clause: OF_CLAUSE, of_processor: OF_TERMS,
    of_stage: st.just({}), of_system: OF_SYSTEM, of_retention: OF_RETENTION,
}  # fmt: skip
NUMBERS = st.tuples(*[st.integers(0, 5)] * 3)
STEP = st.one_of(
    *(
        st.tuples(st.sampled_from((0, 0, 0, 1, 32, 400)), st.just(edit), NUMBERS, values)
        for edit, values in EDITS.items()
    )
)
STEPS = st.lists(STEP, min_size=6, max_size=16)


def said_now(session: Session, day: date) -> Said:
    """What the findings in force say."""
    return _told(find_findings(session, day), day)


def _told(findings: Sequence[Any], day: date) -> Said:
    return {
        (one.subject_kind, one.subject_id, one.policy_id, one.period): (
            one.organisation_id, one.version_digest, one.verdict, one.facts, set(one.missing),
            # A day that has come is told by the verdict itself.
            (one.turns_on, one.turns_into) if one.turns_on is not None and one.turns_on > day else (None, None),
        )
        for one in findings
    }  # fmt: skip


def said_by(session: Session, kind: SubjectKind, ids: Sequence[int], reading: Reading) -> Said:
    """What an evaluation says of these subjects, nothing kept."""
    return {
        (kind, one.subject_id, said.policy.id, said.period or 0): (
            one.organisation_id, said.policy.digest_of(said.version), said.verdict, plain_facts(said.facts_used),
            set(said.missing), (said.turns_on, said.turns_into),
        )
        for one in judge(session, kind, ids, reading)
        for said in one.assessments
    }  # fmt: skip


def check(history: History) -> None:
    """Holds what was judged write by write against what is judged whole: as of each moment, and now."""
    with history.town.acting() as session:
        for day, instant, then in history.moments:
            as_of: Said = {}
            kept: Said = {}
            for kind, subject in engine_of(session).subjects.items():
                ids = subject.everything(session, None, instant)
                as_of |= said_by(session, kind, ids, Reading(on=day, until=instant, law_of=day))
                for number in {key[1] for key in then if key[0] == kind}:
                    found = find_findings_then(session, day, kind=kind, subject_id=number, at=instant)
                    kept |= _told(found, day)
            assert kept == then
            assert as_of == then
    with history.town.acting() as session:
        now = said_now(session, history.day)
    assert evaluate_everything(history.town.home.jobs, history.town.info, today=history.day).changed == 0
    with history.town.as_owner() as session:
        # From nothing: an evaluation that compares with what is kept could leave what is wrong as it is.
        session.execute(text("DELETE FROM finding WHERE until IS NULL"))
    evaluate_everything(history.town.home.jobs, history.town.info, today=history.day)
    with history.town.acting() as session:
        assert said_now(session, history.day) == now


@pytest.mark.parametrize("examples", [6, pytest.param(100, marks=pytest.mark.slow)])
def test_a_history_judged_at_each_write_is_the_same_judged_whole_and_as_of_each_moment(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory, examples: int
) -> None:
    written: list[int] = []

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def live(steps: list[tuple[int, Edit, tuple[int, ...], dict[str, Any]]]) -> None:
        with (
            opened_home(cluster, template, tmp_path_factory.mktemp("histoire")) as home,
            opened_town(home) as town,
        ):
            history = History(town)
            for passed, edit, numbers, values in steps:
                history.begin_day(passed)
                history.write(edit, numbers, values)
            written.append(history.written)
            check(history)

    live()
    assert sum(written) > 8 * len(written), "most edits are refused: nothing is tried"
