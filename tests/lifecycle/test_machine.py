"""T-17 over the whole life of a dataset: random lives on a clock that moves, and what no life may ever show.

`test_life.py` holds each step to a plain model. Here everything that has a say in a move changes at any moment (holds
and slips, the decision to publish, the lawful basis, absences, the day), any step may be refused, and what is read
afterwards is held against the file of moves and against what the machine did itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.accounts.service import invite_account
from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.models import Dataset
from registry.datasets.service import amend_dataset, record_dataset
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from registry.datasets.vocabulary import Stage
from registry.kernel.dates import is_working_day, plus_months
from registry.kernel.errors import Refusal
from registry.kernel.permissions import Role
from registry.lifecycle.charts import Move, load_chart
from registry.lifecycle.delegation_service import delegate_visa, end_delegation
from registry.lifecycle.forms import RefusalPointAnswerForm, StageRequestForm, VisaDelegationForm, VisaForm
from registry.lifecycle.queries import AWAITED, Endorser, find_delegations, find_points, find_requests, find_waiting
from registry.lifecycle.refusal_service import close_point
from registry.lifecycle.service import answer_visa, ask_move, withdraw_request
from registry.lifecycle.vocabulary import RefusalPointState, VisaKind
from registry.organisations.forms import PersonForm
from registry.platform.postgres import Cluster
from registry.processing.retention.forms import HoldForm, LiftForm, RetentionForm, SlipForm
from registry.processing.retention.queries import find_holds
from registry.processing.retention.service import lift_hold, place_hold, set_retention
from registry.processing.retention.slip_service import prepare_slip
from registry.publication.forms import PublicationDecisionForm
from registry.publication.queries import get_dossier
from registry.publication.service import decide
from registry.publication.vocabulary import Outcome
from tests.conftest import Town, opened_home, opened_town
from tests.lifecycle.moving import PERSONAL, decide_to_open, place, seen_by_the_public, serve

pytestmark = pytest.mark.database

CHART = load_chart()
ROLES = (Role.STEWARD, Role.LEGAL, Role.DPO, Role.ARCHIVIST, Role.ADMINISTRATOR, Role.DIRECTOR)
LENDING = {"legal": (Role.LEGAL, Role.DPO), "dpo": (Role.DPO, Role.LEGAL)}
"""Who hands over which visa while they are away, and to whom."""
DUE = {"temporal_start": "2012-01-01", "temporal_end": "2015-12-31", "records_count": 12}
"""What a slip asks of the sheet of a dataset that fell due."""


ENDS, SELDOM = (Stage.ARCHIVED, Stage.DISPOSED), 9
"""What ends a life is tried seldom: of a dozen draws, the last two."""
DISPOSED_FROM = {str(stage) for move in CHART.moves if move.slip for stage in move.starts}
HAPPENING = ("hold", "lift", "slip", "found", "unfound", "open", "close", "personal", "plain", "wait")
"""What may change at any moment beside the moves themselves."""
BETWEEN = ("", "", "", "", "hold", "unfound", "close", "personal")
"""What happens while a move waits for its visas: half of the time nothing."""


@dataclass
class Ground:
    """The town where lives are led, and the account of each role."""

    town: Town
    accounts: dict[Role, int]
    system: int
    first_day: date


@dataclass
class Given:
    """A visa as the machine gave it: by which role, on which state of things and day, and whether it was lent then."""

    kind: str
    role: Role
    change: int
    day: date
    lent: bool


@pytest.fixture(scope="module")
def ground(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Laid once: each life has a dataset of its own."""
    with opened_home(cluster, template, tmp_path_factory.mktemp("machine")) as home, opened_town(home) as town:
        accounts = {}
        with town.acting() as session:
            for role in ROLES:
                person = PersonForm(name=str(role), email=f"machine.{role}@essai.invalid")
                accounts[role] = invite_account(session, town.authority_id, person, role=role, on=town.authority_id)[
                    0
                ].id
            session.execute(text("UPDATE account SET state = 'active'"))
            system = record_system(session, town.authority_id, SystemForm(name="SI")).id
        yield Ground(town, accounts, system, town.info["today"]())


class Life(RuleBasedStateMachine):
    """One dataset, whoever has a say in it, and the day."""

    ground: ClassVar[Ground]
    moved: ClassVar[list[tuple[str, str]]]

    @initialize(personal=st.booleans(), stage=st.sampled_from(("documented", "cleared", "published")))
    def begin(self, personal: bool, stage: str) -> None:
        """A dataset that nothing stops, somewhere on its way."""
        self.town, self.day = self.ground.town, self.ground.first_day
        self.personal, self.founded, self.opened, self.held, self.slipped = personal, True, True, False, False
        self.stage, self.change, self.endorsed = stage, 0, False
        self.asked: tuple[Move, Role, date] | None = None
        self.given: list[Given] = []
        self.lent: dict[str, tuple[date, date]] = {}
        said = {**PERSONAL, **DUE, "title": "Vie", "information_system_id": self.ground.system}
        with self.town.acting() as session:
            session.execute(
                text(
                    "UPDATE visa_delegation SET ended_on = starts_on, ended_reason = 'Autre vie' WHERE ended_on IS NULL"
                )
            )
            form = DatasetForm.model_validate(said | {"personal_data": self.told(personal)})
            sheet = record_dataset(session, self.town.authority_id, form)
            due = RetentionForm.model_validate(
                {"rule_code": "BIBLIO", "retention_months": 6, "known": "dated", "event_on": plus_months(self.day, -30)}
            )
            set_retention(session, sheet.id, due, expected=sheet.version, today=self.day)
            self.sheet = sheet.id
        self.activity = serve(self.town, self.sheet)
        decide_to_open(self.town, self.sheet)
        place(self.town, self.sheet, stage)

    @staticmethod
    def told(personal: bool) -> str:
        """What the sheet says of persons."""
        return "personal" if personal else "none"

    def tried(self, role: Role, act: Callable[[Session], Any]) -> bool:
        """Whether an act of somebody was taken."""
        try:
            with self.town.acting(account_id=self.ground.accounts[role]) as session:
                act(session)
        except Refusal:
            return False
        return True

    def by(self, role: Role) -> dict[str, Any]:
        """Who acts, and when."""
        return {"by": self.ground.accounts[role], "roles": [role], "today": self.day}

    def version(self, session: Session) -> int:
        """The version of the sheet."""
        return session.get_one(Dataset, self.sheet).version

    # What is asked and answered.

    @rule(code=st.sampled_from([move.code for move in CHART.moves]), role=st.sampled_from(ROLES))
    def ask(self, code: str, role: Role) -> None:
        """Somebody asks for a move, whether or not it is theirs to ask."""
        form = StageRequestForm(move=code, reason="Parce qu’il le faut.")
        move, before = CHART.find(code), self.asked
        assert move is not None
        if self.tried(role, lambda s: ask_move(s, self.sheet, form, expected=self.version(s), **self.by(role))):
            assert before is None, "one waits at a time"
            self.asked, self.given = (move, role, self.day), []
        self.held_to_the_file()

    @rule(place=st.integers(0, 11), between=st.sampled_from(BETWEEN))
    def go_on(self, place: int, between: str) -> None:
        """What is owed is answered, a move asked for where it begins, and endorsed; something happens in between."""
        moves = [move for move in CHART.moves if self.stage in move.starts and move.to not in ENDS]
        if not moves:
            return
        move = CHART.find("dispose") if place > SELDOM and self.stage in DISPOSED_FROM else moves[place % len(moves)]
        assert move is not None
        self.give_up()
        self.settle()
        if move.slip:
            self.list_it()
        self.ask(move.code, Role.ADMINISTRATOR)
        if between:
            self.happen(between)
        for kind in self.asked[0].visas if self.asked is not None else ():
            self.answer(str(kind), CHART.visas[kind].given_by[0], False)

    @rule(place=st.integers(0, 11), between=st.sampled_from(BETWEEN))
    def go_further(self, place: int, between: str) -> None:
        """The same, so that it is drawn twice as often as anything else."""
        self.go_on(place, between)

    @rule(kind=st.sampled_from(sorted(CHART.visas)), role=st.sampled_from(ROLES), refuses=st.booleans())
    def answer(self, kind: str, role: Role, refuses: bool) -> None:
        """Somebody gives a visa, or refuses it, whether or not it is theirs."""
        outside = {"authority": "AD", "reference": "12", "dated": self.day}
        said = {"kind": kind, "answer": "refused" if refuses else "given", "reason": "La fiche est à reprendre."}
        form = VisaForm.model_validate(said | (outside if kind == "archives" else {}))
        start, end = self.lent.get(kind, (date.max, date.min))
        one = Given(str(kind), role, self.change, self.day, start <= self.day <= end)

        def act(session: Session) -> None:
            waiting = find_waiting(session, self.sheet)
            if waiting is not None:
                answer_visa(session, waiting.id, form, expected=self.version(session), **self.by(role))

        if self.asked is not None and self.tried(role, act):
            if refuses:
                self.asked = None
            else:
                self.given.append(one)
        self.held_to_the_file()

    def settle(self) -> None:
        """The steward answers what refusals ask."""

        def act(session: Session) -> None:
            refused = [one.id for one in find_requests(session, self.sheet)]
            form = RefusalPointAnswerForm(state=RefusalPointState.ANSWERED, answer="La fiche est juste.")
            for points in find_points(session, refused).values():
                for one in points:
                    if one.state is RefusalPointState.OPEN:
                        close_point(
                            session, one.id, form, by=self.ground.accounts[Role.STEWARD], today=self.day,
                            expected=one.version,
                        )  # fmt: skip

        self.tried(Role.STEWARD, act)

    @rule()
    def give_up(self) -> None:
        """What waits is withdrawn."""

        def act(session: Session) -> None:
            waiting = find_waiting(session, self.sheet)
            assert (waiting is None) == (self.asked is None)
            if waiting is not None:
                withdraw_request(session, waiting.id, "Erreur", today=self.day, expected=waiting.version)

        assert self.tried(Role.STEWARD, act)
        self.asked = None

    # What has a say in a move.

    @rule(what=st.sampled_from(HAPPENING))
    def happen(self, what: str) -> None:
        """Something that has a say in a move changes, as somebody changes it."""
        happens: dict[str, Callable[[], None]] = {
            "hold": self.hold, "lift": self.lift, "slip": self.list_it, "found": lambda: self.found(True),
            "unfound": lambda: self.found(False), "open": lambda: self.choose(True),
            "close": lambda: self.choose(False), "personal": lambda: self.tell(True),
            "plain": lambda: self.tell(False), "wait": lambda: self.wait(25),
        }  # fmt: skip
        happens[what]()

    def tell(self, personal: bool) -> None:
        """The sheet says anew whether it is about persons."""
        said = DatasetChange(personal_data=self.told(personal), notes=f"{self.change}")
        if self.tried(
            Role.STEWARD, lambda s: amend_dataset(s, self.sheet, said, expected=self.version(s))
        ):  # fmt: skip
            self.personal, self.change = personal, self.change + 1

    def found(self, founded: bool) -> None:
        """The record of processing tells a lawful basis, or no more."""
        with self.town.acting() as session:
            session.execute(
                text("UPDATE processing_activity SET lawful_basis = :basis WHERE id = :id"),
                {"basis": "public-task" if founded else None, "id": self.activity},
            )
        self.change += self.founded != founded
        self.founded = founded

    def choose(self, opens: bool) -> None:
        """Legal staff decide to publish, or not to."""
        said = {"outcome": Outcome.OPEN, "reason": "Communicable à tous et utile.", "licence": "etalab-2.0"}
        if not opens:
            said = {"outcome": Outcome.RESTRICTED, "reason": "Il n’est pas achevé.", "refusal": "l311-2"}
        form = PublicationDecisionForm.model_validate(said | {"decided_on": self.day})

        def act(session: Session) -> None:
            decide(
                session, self.sheet, form, **self.by(Role.LEGAL), expected=get_dossier(session, self.sheet).version
            )  # fmt: skip

        if self.tried(Role.LEGAL, act):
            self.opened, self.change = opens, self.change + 1

    def hold(self) -> None:
        """A lawsuit: nothing of it may be disposed of."""
        form = HoldForm.model_validate(
            {"reason": "litigation", "explained": "Recours.", "held_by": "La direction", "started_on": self.day}
        )
        self.held = self.tried(Role.LEGAL, lambda s: place_hold(s, self.sheet, form)) or self.held

    def lift(self) -> None:
        """Every hold is lifted."""
        with self.town.acting() as session:
            for one in find_holds(session, self.sheet):
                if one.lifted_on is None:
                    lift_hold(session, one.id, LiftForm(lifted_reason="Jugé."), today=self.day)
        self.held = False

    def list_it(self) -> None:
        """A slip of disposal lists it."""
        form = SlipForm(title="Bordereau", reason="Échu", dataset_ids=[self.sheet])
        listed = self.tried(
            Role.ARCHIVIST, lambda s: prepare_slip(s, self.town.authority_id, form, today=self.day)
        )  # fmt: skip
        self.slipped = listed or self.slipped

    @rule(kind=st.sampled_from(sorted(LENDING)), days=st.integers(0, 20))
    def leave(self, kind: str, days: int) -> None:
        """Who gives a visa is away, and hands it over for some days."""
        (by, to), last = LENDING[kind], self.day + timedelta(days=days)
        form = VisaDelegationForm(
            kind=VisaKind(kind), organisation_id=self.town.authority_id, delegate_id=self.ground.accounts[to],
            starts_on=self.day, ends_on=last,
        )  # fmt: skip
        if self.tried(by, lambda s: delegate_visa(s, form, **self.by(by))):
            self.lent[kind] = (self.day, last)

    @rule(kind=st.sampled_from(sorted(LENDING)))
    def come_back(self, kind: str) -> None:
        """Whoever was away is back: nobody stands in for them any more."""
        by = self.ground.accounts[LENDING[kind][0]]
        with self.town.acting() as session:
            for one in find_delegations(session, by, limit=200):
                if one.kind == kind and one.ended_on is None and one.ends_on >= self.day:
                    end_delegation(session, one.id, "Retour", by=by, today=self.day, expected=one.version)
        self.lent.pop(kind, None)

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        """Time passes."""
        self.day += timedelta(days=days)

    # What no life may show.

    def read_stage_enum(self) -> Any:
        """Where the database says the dataset stands."""
        with self.town.acting() as session:
            return session.get_one(Dataset, self.sheet).stage

    def held_to_the_file(self) -> None:
        """A stage that changed is one that the file of moves, the visas and every gate allowed."""
        now = str(self.read_stage_enum())
        if now == self.stage:
            return
        assert self.asked is not None, "a dataset moves because somebody asked"
        move, asker, _day = self.asked
        assert self.stage in move.starts
        assert now == move.to
        assert asker in move.asked_by
        for kind in move.visas:
            if self.personal or not CHART.visas[kind].personal_only:
                assert any(self.counts(one, asker) for one in self.given if one.kind == kind), f"{kind} lacks"
        assert not (move.basis and self.personal) or self.founded, "personal data without a lawful basis"
        assert move.code != "publish" or self.opened, "nobody decided to open it"
        assert not move.slip or (self.slipped and not self.held), "a held dataset, or one on no slip, was disposed of"
        if move.code == "publish":
            self.endorsed = any(one.kind == VisaKind.DPO for one in self.given)
        self.moved.append((self.stage, now))
        self.stage, self.asked, self.change = now, None, self.change + 1

    def counts(self, one: Given, asker: Role) -> bool:
        """Whether a visa endorses things as they are, by somebody else than who asked."""
        terms = CHART.visas[VisaKind(one.kind)]
        stood_in = one.lent and LENDING[one.kind][1] is one.role and LENDING[one.kind][0] is not asker
        return one.change == self.change and one.role is not asker and (one.role in terms.given_by or stood_in)

    @invariant()
    def stays(self) -> None:
        """Nothing else changes a stage."""
        if hasattr(self, "sheet"):
            assert str(self.read_stage_enum()) == self.stage

    @invariant()
    def public(self) -> None:
        """The public reads what is published, and nothing personal without a lawful basis and the visa of the DPO."""
        if hasattr(self, "sheet"):
            expected = self.stage == "published" and ((self.founded and self.endorsed) or not self.personal)
            assert seen_by_the_public(self.town, self.sheet) is expected

    @invariant()
    def told_late(self) -> None:
        """A visa is late once it waited longer than the file says, and who it is told to then is told of that one."""
        if not hasattr(self, "sheet"):
            return
        here = frozenset({self.town.authority_id})
        for role in (Role.DIRECTOR, Role.ADMINISTRATOR):
            endorser = Endorser(self.ground.accounts[role], {role: here}, {role: here})
            with self.town.acting() as session:
                waiting = find_waiting(session, self.sheet)
                rows = session.execute(text(AWAITED), endorser.asking(self.day)).all()
            assert (waiting is None) == (self.asked is None)
            for row in rows if waiting is not None else ():
                if row.request_id != waiting.id:
                    continue
                terms, since = CHART.visas[VisaKind(row.kind)], row.since
                assert since == max([self.asked[2], *(one.day for one in self.given if one.kind == row.kind)])  # type: ignore[index]
                late = working_days(since, self.day) > terms.within
                assert (row.late, row.told) == (late, terms.escalated_to is role)


def working_days(since: date, until: date) -> int:
    """The working days after one day, up to another, counted one by one."""
    return sum(is_working_day(since + timedelta(days=one)) for one in range(1, (until - since).days + 1))


@pytest.mark.parametrize(
    ("lives", "steps"), [(10, 20), pytest.param(150, 40, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_no_life_shows_what_the_file_and_the_gates_do_not_allow(ground: Ground, lives: int, steps: int) -> None:
    Life.ground, Life.moved = ground, []
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=lives, stateful_step_count=steps, deadline=None, derandomize=lives < 100,
            suppress_health_check=list(HealthCheck),
            # A life is short enough to be read, and to shorten it takes minutes.
            phases=set(Phase) - {Phase.shrink, Phase.explain},
        ),
    )  # fmt: skip
    assert len(Life.moved) >= lives // 4, "hardly any move is made: nothing is tried"


@pytest.mark.parametrize(("place", "between"), [(0, "close"), (SELDOM + 1, "hold")])
def test_a_gate_that_shuts_while_visas_are_awaited_stops_the_last_one(ground: Ground, place: int, between: str) -> None:
    Life.ground, Life.moved = ground, []
    life = Life()
    life.begin(personal=False, stage="cleared")
    life.go_on(place=place, between=between)
    assert life.stage == "cleared"
    life.lift()
    life.choose(opens=True)
    life.go_on(place=place, between="")
    assert life.stage in {"published", "disposed"}, "it is open again"
