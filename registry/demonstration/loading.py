"""Opening the demonstration in an empty home: its two years played step by step, in one transaction.

One transaction because a load that is cut short must leave nothing: the next attempt finds an empty home.
The ledger hears `beffroi.recorded_at` for each row, so that it may change within the transaction.
"""

import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.accounts.rules import is_strong
from registry.accounts.service import invite_account, use_link
from registry.compliance.engine import engine_of
from registry.compliance.service import JUDGED_AT, evaluate
from registry.datasets.forms import DatasetChange
from registry.datasets.models import Dataset, InformationSystem
from registry.datasets.service import amend_dataset, annul_dataset, record_dataset
from registry.datasets.systems.service import amend_system, record_system
from registry.demonstration.assessments import AssessedActivity, plan_assessments, read_said
from registry.demonstration.clauses import Clauses, plan_clauses, read_clauses
from registry.demonstration.contracts import Bound, plan_contracts, read_bound
from registry.demonstration.decisions import DecisionsSaid, plan_decisions, read_decisions
from registry.demonstration.deliveries import Deliveries, plan_deliveries, read_deliveries
from registry.demonstration.deviations import DeviationSaid, plan_deviations, read_deviations
from registry.demonstration.evidence import EvidenceSaid, plan_evidence, read_evidence
from registry.demonstration.followup import Followed, plan_followup, read_followed
from registry.demonstration.forms import (
    AccountSaid,
    AppointmentSaid,
    Content,
    DatasetSaid,
    DatasetStep,
    ErasureSaid,
    OrganisationStep,
    PersonSaid,
    Step,
    SystemSaid,
    SystemStep,
)
from registry.demonstration.governance import GovernanceSaid, plan_governance, read_governance
from registry.demonstration.inspections import InspectionSaid, plan_inspections, read_inspections
from registry.demonstration.matters import plan_breach, plan_request
from registry.demonstration.moves import LifeSaid, plan_moves, read_moves
from registry.demonstration.publications import PublicationSaid, plan_publications, read_publications
from registry.demonstration.records import CopiedActivity, plan_records, read_copied
from registry.demonstration.retention import RetentionFile, plan_retentions, read_retentions
from registry.demonstration.reuses import ReuseSaid, plan_reuses, read_reuses
from registry.erasures.erasing import erase
from registry.erasures.forms import ErasureForm
from registry.erasures.service import ask_erasure
from registry.kernel.dates import plus_days, plus_months, working_day_from
from registry.kernel.permissions import Role
from registry.organisations.forms import AppointmentForm, PersonForm, ServiceForm
from registry.organisations.models import Organisation
from registry.organisations.queries import find_organisations
from registry.organisations.service import (
    add_service,
    amend_organisation,
    appoint,
    end_appointment,
    find_or_record_person,
    open_registry,
)
from registry.organisations.territory import get_intercommunality
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from registry.platform.clock import PARIS
from registry.platform.database import Acting, transaction
from registry.platform.home import Home

ACTOR = "cli:demo"
_CONTENT = Path(__file__).with_name("content.yaml")
_MATTERS = Path(__file__).with_name("matters.yaml")
_SHEETS = Path(__file__).with_name("sheets")
_COUNTED, _COMING = re.compile(r"J-(\d{1,4})"), re.compile(r"J\+(\d{1,4})")
_OPENS_AT, _BETWEEN_STEPS = time(8, 30), timedelta(seconds=90)

_ACT = text(
    "SELECT set_config('beffroi.actor', :actor, true), set_config('beffroi.account', :account, true),"
    " set_config('beffroi.recorded_at', :recorded_at, true)"
)


@dataclass(frozen=True)
class DemonstrationAccount:
    """An account of the demonstration, and the only time its password is known."""

    role: Role
    email: str
    password: str


@dataclass(frozen=True)
class Demonstration:
    """What was opened: the authority, and who may sign in."""

    authority_id: int
    accounts: tuple[DemonstrationAccount, ...]


def read_content(today: date) -> Content:
    """The content files, their days counted back from a day and moved to working days."""
    said = _read(_CONTENT)
    said |= _read(_MATTERS)
    said["datasets"] += [sheet for path in sorted(_SHEETS.glob("*.yaml")) for sheet in _sheets_of(_read(path))]
    return Content.model_validate(_on_days(said, today))


def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as source:
        said: dict[str, Any] = yaml.load(source, Loader=yaml.CSafeLoader)
    return said


def _sheets_of(said: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """The sheets of a file, each with what its file says once for all; what a sheet says itself wins."""
    every = said["every"]
    for one in said["datasets"]:
        yield {**every, **one, "sheet": {**every["sheet"], **one["sheet"]}}


def _month_ends(opened: date, today: date) -> Iterable[date]:
    """The last day of each month since the registry was opened, before today."""
    first = opened.replace(day=1)
    while (first := plus_months(first, 1)) <= today:
        yield plus_days(first, -1)


def _on_days(said: Any, today: date) -> Any:
    if isinstance(said, dict):
        return {name: _on_days(value, today) for name, value in said.items()}
    if isinstance(said, list):
        return [_on_days(value, today) for value in said]
    if isinstance(said, str) and (coming := _COMING.fullmatch(said)):
        return plus_days(today, int(coming.group(1)))
    if isinstance(said, str) and (counted := _COUNTED.fullmatch(said)):
        day = plus_days(today, -int(counted.group(1)))
        return min(working_day_from(day), plus_days(today, -1))
    return said


def load_demonstration(
    home: Home,
    *,
    today: date,
    engine_info: Mapping[str, Any],
    keep: Callable[[tuple[DemonstrationAccount, ...]], None] = lambda _accounts: None,
) -> Demonstration:
    """Opens the demonstration in a migrated home that holds no registry: all of it, or nothing.

    `keep` is given the passwords before anything is committed: no demonstration stands whose passwords are lost.
    """
    content = read_content(today)
    zone = str(engine_info.get("time_zone", PARIS))
    info = {**engine_info, "today": lambda: today}
    with transaction(home.owner, Acting(ACTOR), **info) as session:
        on_days = partial(_on_days, today=today)
        played = _Play(
            session,
            content,
            read_said(on_days),
            read_copied(on_days),
            read_evidence(on_days),
            read_bound(on_days),
            read_clauses(on_days),
            read_followed(on_days),
            read_deliveries(on_days),
            read_inspections(on_days),
            read_retentions(on_days),
            read_deviations(on_days),
            read_decisions(on_days),
            read_moves(on_days),
            read_publications(on_days),
            read_reuses(on_days),
            read_governance(on_days),
            zone,
            home,
            today,
        )
        authority = played.open(zone)
        accounts = tuple(played.sign_up(said) for said in content.accounts)
        played.history()
        session.flush()
        keep(accounts)
    return Demonstration(authority_id=authority.id, accounts=accounts)


class _Play:
    """The content being played: which row each of its keys stands for, and the time of the last step."""

    def __init__(
        self,
        session: Session,
        content: Content,
        assessed: list[AssessedActivity],
        copied: list[CopiedActivity],
        proved: list[EvidenceSaid],
        bound: Bound,
        clauses: Clauses,
        followed: Followed,
        delivered: Deliveries,
        inspected: list[InspectionSaid],
        kept: RetentionFile,
        assumed: list[DeviationSaid],
        decided: DecisionsSaid,
        moved: LifeSaid,
        opened: list[PublicationSaid],
        reused: list[ReuseSaid],
        governed: GovernanceSaid,
        zone: str,
        home: Home,
        today: date,
    ) -> None:
        self.session = session
        self.today = today
        self.home = home
        self.content = content
        self.assessed = assessed
        self.copied = copied
        self.proved = proved
        self.bound = bound
        self.clauses = clauses
        self.followed = followed
        self.delivered = delivered
        self.inspected = inspected
        self.kept = kept
        self.assumed = assumed
        self.decided = decided
        self.moved = moved
        self.opened = opened
        self.reused = reused
        self.governed = governed
        self.zone = ZoneInfo(zone)
        self.steps_of_day = Counter[date]()
        self.bodies: dict[str, int] = {}
        self.people: dict[str, int] = {}
        self.accounts: dict[str, int] = {}
        self.systems: dict[str, int] = {}
        self.sheets: dict[str, int] = {}
        self.contracts: dict[str, int] = {}
        self.mandates: dict[tuple[AppointmentSubject, int, AppointmentRole], int] = {}

    def act(self, day: date, by: str | None) -> None:
        """The coming changes are this account's (the command's own, for none), at the next moment of that day."""
        self.session.flush()
        moment = datetime.combine(day, _OPENS_AT, self.zone) + _BETWEEN_STEPS * self.steps_of_day[day]
        self.steps_of_day[day] += 1
        account_id = self.accounts[by] if by is not None else None
        actor = ACTOR if account_id is None else f"account:{account_id}"
        acting = Acting(actor, account_id=account_id, recorded_at=moment.isoformat()).settings()
        self.session.execute(_ACT, {name: acting[name] for name in ("actor", "account", "recorded_at")})
        self.session.info[JUDGED_AT] = moment.isoformat()

    def open(self, zone: str) -> Organisation:
        """The authority, its communes and its services."""
        self.act(self.content.opened, None)
        territory = get_intercommunality(self.content.siren)
        authority = open_registry(self.session, territory, time_zone=zone, demonstration=True)
        self.bodies = {body.insee_code: body.id for body in find_organisations(self.session) if body.insee_code}
        self.bodies["authority"] = authority.id
        for said in self.content.services:
            self.act(self.content.opened, None)
            form = ServiceForm(name=said.name, kind=said.kind)
            self.bodies[said.key] = add_service(self.session, authority, form).id
        return authority

    def sign_up(self, said: AccountSaid) -> DemonstrationAccount:
        """An account invited by the first one, then opened by its invitation link as anybody's."""
        inviting = next(iter(self.accounts), None)
        self.act(self.content.opened, inviting)
        body = self.bodies[said.of]
        person = PersonForm(name=said.name, email=said.email)
        account, token = invite_account(self.session, body, person, role=said.role, on=body)
        self.accounts[said.key] = account.id
        password = _new_password(said.email)
        use_link(self.session, token, password, request_id="demonstration")
        return DemonstrationAccount(role=said.role, email=said.email, password=password)

    def history(self) -> None:
        """Every step of the content, in the order of its days."""
        first = self.content.accounts[0].key
        self.act(self.content.opened, first)
        for person in self.content.people:
            self.people[person.key] = self._person(person)
        planned: list[tuple[date, str, Callable[[], None]]] = []
        for body in self.content.organisations:
            number = self.bodies[body.of]
            planned += [(step.day, step.by, partial(self._change_body, number, step)) for step in body.steps]
        for system in self.content.systems:
            planned.append((system.day, system.by, partial(self._record_system, system)))
            planned += [(step.day, step.by, partial(self._change_system, system.key, step)) for step in system.steps]
        planned += [(erased.day, erased.by, partial(self._erase, erased)) for erased in self.content.erasures]
        for said in self.content.datasets:
            planned += self._plan_sheet(said)
        planned += plan_records(self.session, self.copied, self.bodies, self.sheets)
        planned += plan_assessments(self.session, self.assessed, self.bodies, self.accounts)
        for breach in self.content.breaches:
            planned += plan_breach(self, breach)
        for request in self.content.requests:
            planned += plan_request(self, request)
        planned += plan_contracts(self, self.bound)
        planned += plan_clauses(self, self.clauses)
        planned += plan_followup(self, self.followed, max(one.day for one in self.clauses.clauses))
        planned += plan_deliveries(self, self.delivered)
        planned += plan_evidence(self, self.proved)
        planned += plan_inspections(self.session, self.inspected, self.sheets)
        planned += plan_retentions(self.session, self.kept, self.bodies, self.sheets)
        planned += plan_deviations(self.session, self.assumed, self.sheets, self.accounts)
        planned += plan_decisions(self.session, self.decided, self.bodies, self.accounts)
        planned += plan_moves(self.session, self.moved, self.sheets, self.accounts, self.bodies["authority"])
        planned += plan_publications(self.session, self.opened, self.sheets, self.accounts)
        planned += plan_reuses(self.session, self.reused, self.sheets)
        planned += plan_governance(self.session, self.governed, self.bodies, self.people, self.accounts, self.sheets)
        planned += [(day, first, partial(self._judge, day)) for day in _month_ends(self.content.opened, self.today)]
        for day, by, play in sorted(planned, key=lambda step: step[0]):
            self.act(day, by)
            play()
        # What is judged as the transaction ends is judged today.
        del self.session.info[JUDGED_AT]

    def _judge(self, day: date) -> None:
        """Keeps what the rules said at the end of a month: what a registry that ran all along would have kept."""
        self.session.flush()
        for kind, subject in engine_of(self.session).subjects.items():
            evaluate(self.session, kind, subject.everything(self.session, None, None), today=day)

    def _person(self, said: PersonSaid) -> int:
        form = PersonForm(name=said.name, email=said.email)
        return find_or_record_person(self.session, self.bodies[said.of], form).id

    def _erase(self, said: ErasureSaid) -> None:
        form = ErasureForm(ground=said.ground, reason=said.reason)
        every = frozenset(body.id for body in find_organisations(self.session))
        asked = ask_erasure(
            self.session, self.people[said.person], form, within=every, today=said.day, files=self.home.files
        )
        asked.asked_at = datetime.combine(said.day, _OPENS_AT, self.zone)
        erase(self.session, asked, self.home)

    def _change_body(self, body: int, step: OrganisationStep) -> None:
        if step.change is not None:
            amend_organisation(self.session, body, step.change, expected=None)
        self._appoint(body, AppointmentSubject.ORGANISATION, body, step)
        if step.end is not None:
            mandate = self.mandates[AppointmentSubject.ORGANISATION, body, step.end]
            end_appointment(self.session, mandate, on=step.day)

    def _record_system(self, said: SystemSaid) -> None:
        self.systems[said.key] = record_system(self.session, self.bodies[said.of], said.sheet).id

    def _change_system(self, key: str, step: SystemStep) -> None:
        system = self.session.get_one(InformationSystem, self.systems[key])
        amend_system(self.session, system.id, step.change, expected=system.version, reason=step.reason)

    def _plan_sheet(self, said: DatasetSaid) -> Iterable[tuple[date, str, Callable[[], None]]]:
        held: list[Dataset] = []
        yield said.day, said.by, partial(self._record, said, held)
        for step in said.steps:
            yield step.day, step.by, partial(self._change_sheet, held, step)

    def _record(self, said: DatasetSaid, held: list[Dataset]) -> None:
        contact = self.people[said.contact] if said.contact is not None else None
        form = said.sheet.model_copy(update={"identifier": f"demo-{said.key}", "contact_person_id": contact})
        body = self.bodies[said.of]
        sheet = record_dataset(self.session, body, form)
        held.append(sheet)
        self.sheets[said.key] = sheet.id
        roles = {AppointmentRole.OWNER: said.owner, AppointmentRole.STEWARD: said.steward}
        for role, person in roles.items():
            if person is not None:
                step = Step(day=said.day, by=said.by, appoint=AppointmentSaid(role=role, person=person))
                self._appoint(body, AppointmentSubject.DATASET, sheet.id, step)

    def _change_sheet(self, held: list[Dataset], step: DatasetStep) -> None:
        sheet = held[0]
        change: dict[str, Any] = step.change.model_dump(exclude_unset=True) if step.change is not None else {}
        if step.system is not None:
            change["information_system_id"] = self.systems[step.system]
        if step.made_from:
            change["derivations"] = [
                {"source_id": self.sheets[source.key], "method": source.method} for source in step.made_from
            ]
        if change:
            form = DatasetChange.model_validate(change)
            amend_dataset(self.session, sheet.id, form, expected=sheet.version, reason=step.reason)
        self._appoint(sheet.organisation_id, AppointmentSubject.DATASET, sheet.id, step)
        if step.end is not None:
            end_appointment(self.session, self.mandates[AppointmentSubject.DATASET, sheet.id, step.end], on=step.day)
        if step.annul is not None:
            annul_dataset(self.session, sheet.id, expected=sheet.version, reason=step.annul)

    def _appoint(self, body: int, kind: AppointmentSubject, subject: int, step: Step) -> None:
        if step.appoint is None:
            return
        form = AppointmentForm(
            person_id=self.people[step.appoint.person],
            role=step.appoint.role,
            subject_kind=kind,
            subject_id=subject,
            since=step.day,
            until=plus_days(step.day, step.appoint.lasts) if step.appoint.lasts is not None else None,
            published=step.appoint.published,
        )
        self.mandates[kind, subject, form.role] = appoint(self.session, body, form).id


def _new_password(email: str) -> str:
    while not is_strong(password := secrets.token_urlsafe(15), email):
        pass
    return password
