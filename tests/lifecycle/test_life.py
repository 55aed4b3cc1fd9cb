"""T-17, the lifecycle's part: a random life of a dataset against a plain model, and the ledger that tells it."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.service import invite_account
from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.models import Dataset
from registry.datasets.service import amend_dataset, record_dataset
from registry.kernel.errors import Refusal
from registry.kernel.permissions import Role
from registry.ledger.as_of import find_rows
from registry.ledger.service import seal
from registry.ledger.verification import verify_ledger
from registry.lifecycle.charts import load_chart
from registry.lifecycle.delegation_service import delegate_visa, end_delegation
from registry.lifecycle.forms import RefusalPointAnswerForm, StageRequestForm, VisaDelegationForm, VisaForm
from registry.lifecycle.models import StagePassage
from registry.lifecycle.queries import find_awaited, find_delegations, find_points, find_requests, find_waiting
from registry.lifecycle.refusal_service import close_point
from registry.lifecycle.service import answer_visa, ask_move, withdraw_request
from registry.lifecycle.vocabulary import RefusalPointState, VisaKind
from registry.organisations.forms import PersonForm
from registry.platform.postgres import Cluster
from tests.conftest import Town, opened_home, opened_town
from tests.lifecycle.moving import READY, decide_to_open

pytestmark = pytest.mark.database

ROLES = (Role.STEWARD, Role.LEGAL, Role.DPO, Role.ARCHIVIST, Role.READER)
LENDING = {"legal": (Role.LEGAL, Role.DPO), "dpo": (Role.DPO, Role.LEGAL)}
"""Who hands over which visa, and to whom."""
MOVES = tuple(move.code for move in load_chart().moves)


@dataclass
class Model:
    """A life as a plain program tells it: what anybody who read `policies/lifecycle.yaml` would write down."""

    personal: bool
    stage: str = "identified"
    edits: int = 0
    waiting: str = ""
    asker: Role = Role.STEWARD
    visas: dict[str, tuple[int, Role, bool]] = field(default_factory=dict)
    """Each visa given: on which edit, by whom, and whether in somebody's stead."""
    lent: set[str] = field(default_factory=set)
    owed: set[str] = field(default_factory=set)
    """The moves whose last refusal has no answer yet."""
    passed: list[tuple[str, str]] = field(default_factory=list)

    def needed(self) -> set[str]:
        """The visas that the move that waits takes."""
        move, terms = load_chart().find(self.waiting), load_chart().visas
        assert move is not None
        return {str(kind) for kind in move.visas if self.personal or not terms[kind].personal_only}

    def ask(self, code: str, role: Role) -> bool:
        """Whether a move may be asked for; if so, it is made or waits."""
        move = load_chart().find(code)
        assert move is not None
        if self.waiting or self.stage not in move.starts or role not in move.asked_by or move.slip:
            return False
        if code in self.owed:
            return False
        self.waiting, self.asker, self.visas = code, role, {}
        if not self.needed():
            self.make()
        return True

    def answer(self, kind: str, role: Role, *, given: bool) -> bool:
        """Whether somebody may answer; if so, the visa stands, or the move is refused."""
        terms = {str(one): load_chart().visas[one] for one in load_chart().visas}
        if not self.waiting or kind not in self.needed() or role is self.asker:
            return False
        lent = role not in terms[kind].given_by
        if lent and not (kind in self.lent and LENDING[kind][1] is role and LENDING[kind][0] is not self.asker):
            return False
        if kind not in self.lacking():
            return False
        if not given:
            self.owed.add(self.waiting)
            self.waiting = ""
            return True
        standing = [self.visas[one] for one in self.needed() - self.lacking()]
        if any(by is role and (lent or in_stead) for _edit, by, in_stead in standing):
            return False
        self.visas[kind] = (self.edits, role, lent)
        if not self.lacking():
            self.make()
        return True

    def lacking(self) -> set[str]:
        """The visas still awaited: those given before the last edit endorse nothing any more."""
        return {one for one in self.needed() if one not in self.visas or self.visas[one][0] != self.edits}

    def lend(self, kind: str) -> bool:
        """Whether a visa may be handed over: one at a time."""
        if kind in self.lent:
            return False
        self.lent.add(kind)
        return True

    def make(self) -> None:
        """The dataset moves."""
        move = load_chart().find(self.waiting)
        assert move is not None
        self.passed.append((self.stage, str(move.to)))
        self.stage, self.waiting = str(move.to), ""


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(MOVES), st.sampled_from(ROLES)),
        # Said twice, as what makes a dataset move: twelve lives must move, whatever they draw.
        st.tuples(st.just("ask"), st.just(""), st.just(Role.STEWARD)),
        st.tuples(st.just("ask"), st.just(""), st.just(Role.STEWARD)),
        st.tuples(st.just("give"), st.just(""), st.just(Role.LEGAL)),
        st.tuples(st.sampled_from(("give", "refuse")), st.sampled_from(("legal", "dpo", "archives")),
                  st.sampled_from(ROLES)),
        st.tuples(st.just("give"), st.just(""), st.just(Role.LEGAL)),
        st.tuples(st.just("give"), st.just("legal"), st.just(Role.DPO)),
        st.tuples(st.sampled_from(("lend", "unlend")), st.sampled_from(tuple(LENDING)), st.just(Role.LEGAL)),
        st.tuples(st.sampled_from(("edit", "settle")), st.just(""), st.just(Role.STEWARD)),
        st.tuples(st.just("withdraw"), st.just(""), st.just(Role.STEWARD)),
    ),
    min_size=16, max_size=30,
)  # fmt: skip


@pytest.mark.parametrize("examples", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_a_life_is_what_the_file_of_moves_says_and_the_ledger_tells_it(
    cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory, examples: int
) -> None:
    made: list[int] = []
    with opened_home(cluster, template, tmp_path_factory.mktemp("vies")) as home, opened_town(home) as town:
        accounts = {}
        with town.acting() as session:
            for role in ROLES:
                person = PersonForm(name=str(role), email=f"{role}@essai.invalid")
                account, _link = invite_account(session, town.authority_id, person, role=role, on=town.authority_id)
                accounts[role] = account.id
            session.execute(text("UPDATE account SET state = 'active'"))

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
        @given(steps=STEPS)
        def live(steps: list[tuple[str, str, Role]]) -> None:
            end_all(town)
            sheet, model, told = begun(town), Model(personal=False), []
            for step in steps:
                said = model_step(model, step)
                assert said == real_step(town, sheet, accounts, model, step), (step, model)
                told.append((moment(town), stage_now(town, sheet)))
                assert told[-1][1] == model.stage
                assert awaited_now(town, sheet) == (model.lacking() if model.waiting else set())
            made.append(len(model.passed))
            check(town, sheet, model, told)

        live()
        with town.acting() as session:
            seal(session)
        with town.acting() as session:
            assert not verify_ledger(session).defects
    assert sum(made) > len(made), "hardly any move is made: nothing is tried"


def model_step(model: Model, step: tuple[str, str, Role]) -> bool:
    """Whether the model takes a step; where no move or visa is named, the likely one."""
    act, named, role = step
    if act == "ask":
        return model.ask(named or likely(model.stage), role)
    if act in {"give", "refuse"}:
        return model.answer(named or "legal", role, given=act == "give")
    if act == "edit":
        model.edits += 1
        return True
    if act == "settle":
        held = bool(model.owed)
        model.owed.clear()
        return held
    if act == "lend":
        return model.lend(named)
    if act == "unlend":
        held = named in model.lent
        model.lent.discard(named)
        return held
    withdrawn = bool(model.waiting)
    model.waiting = ""
    return withdrawn


def likely(stage: str) -> str:
    """The first move that begins at a stage: what most datasets do next."""
    return next((move.code for move in load_chart().moves if stage in move.starts), MOVES[0])


def begun(town: Town) -> int:
    """A sheet that no policy stops."""
    with town.acting() as session:
        sheet = record_dataset(session, town.authority_id, DatasetForm(title="Bornes", **READY)).id
    decide_to_open(town, sheet)
    return sheet


def real_step(
    town: Town, sheet: int, accounts: dict[Role, int], model: Model, step: tuple[str, str, Role]
) -> bool:  # fmt: skip
    """The same step in the product: whether it was taken. The model took it already: what waited is read anew."""
    act, named, role = step
    by: dict[str, Any] = {"by": accounts[role], "roles": [role], "today": town.info["today"]()}
    try:
        with town.acting(account_id=accounts[role]) as session:
            if act in {"lend", "unlend"}:
                return real_lending(session, town, accounts, act, named)
            if act == "settle":
                return settle(session, sheet, by)
            row = session.get_one(Dataset, sheet)
            waiting = find_waiting(session, sheet)
            if act == "edit":
                amend_dataset(session, sheet, DatasetChange(notes=f"{model.edits}"), expected=row.version)
            elif act == "ask":
                code = named or likely(row.stage)
                ask_move(
                    session, sheet, StageRequestForm(move=code, reason="Parce que"), expected=row.version, **by
                )  # fmt: skip
            elif waiting is None:
                return False
            elif act == "withdraw":
                withdraw_request(session, waiting.id, "Erreur", today=by["today"], expected=waiting.version)
            else:
                outside = {"authority": "AD", "reference": "12", "dated": by["today"]} if named == "archives" else {}
                form = VisaForm.model_validate(
                    {"kind": named or "legal", "answer": "given" if act == "give" else "refused",
                     "reason": "Relu et repris",
                     **outside}
                )  # fmt: skip
                answer_visa(session, waiting.id, form, expected=row.version, **by)
    except Refusal:
        return False
    return True


def settle(session: Session, sheet: int, by: dict[str, Any]) -> bool:
    """Answers each point of the refusals of a dataset; whether there was one."""
    refused = [one.id for one in find_requests(session, sheet)]
    owed = [
        point for points in find_points(session, refused).values() for point in points
        if point.state is RefusalPointState.OPEN
    ]  # fmt: skip
    form = RefusalPointAnswerForm(state=RefusalPointState.ANSWERED, answer="La fiche est juste.")
    for point in owed:
        close_point(session, point.id, form, by=by["by"], today=by["today"], expected=point.version)
    return bool(owed)


def real_lending(session: Session, town: Town, accounts: dict[Role, int], act: str, kind: str) -> bool:
    """Hands a visa over, or takes it back; whether there was one to take."""
    by, to = (accounts[role] for role in LENDING[kind])
    today = town.info["today"]()
    if act == "lend":
        form = VisaDelegationForm(
            kind=VisaKind(kind), organisation_id=town.authority_id, delegate_id=to, starts_on=today, ends_on=today
        )
        delegate_visa(session, form, by=by, roles=[LENDING[kind][0]], today=today)
        return True
    found = [one for one in find_delegations(session, by, limit=50) if one.kind == kind and one.ended_on is None]
    for one in found:
        end_delegation(session, one.id, "Retour", by=by, today=today, expected=one.version)
    return bool(found)


def end_all(town: Town) -> None:
    """Ends what an earlier life handed over."""
    with town.acting() as session:
        session.execute(
            text(
                "UPDATE visa_delegation SET ended_on = current_date, ended_reason = 'Autre vie' WHERE ended_on IS NULL"
            )
        )


def awaited_now(town: Town, sheet: int) -> set[str]:
    """The visas that a dataset waits for, as the lists and the desks ask."""
    with town.acting() as session:
        waiting = find_waiting(session, sheet)
        return {str(one.kind) for one in find_awaited(session, [waiting.id])} if waiting is not None else set()


def moment(town: Town) -> Any:
    """Now, as the database says it."""
    with town.acting() as session:
        return session.execute(text("SELECT clock_timestamp()")).scalar_one()


def stage_now(town: Town, sheet: int) -> str:
    """Where a dataset stands."""
    with town.acting() as session:
        return str(session.execute(select(col(Dataset.stage)).where(col(Dataset.id) == sheet)).scalar_one())


def check(town: Town, sheet: int, model: Model, told: list[tuple[Any, str]]) -> None:
    """Holds the passages to the model's, and the ledger as of each moment to what was read then."""
    with town.acting() as session:
        rows = session.execute(
            select(col(StagePassage.from_stage), col(StagePassage.to_stage))
            .where(col(StagePassage.dataset_id) == sheet).order_by(col(StagePassage.id))
        ).all()  # fmt: skip
        assert [(str(row.from_stage), str(row.to_stage)) for row in rows] == model.passed
        for instant, stage in told[::4]:
            (then,) = find_rows(session, Dataset, until=instant, column="id", among=[sheet])
            assert str(then.stage) == stage
