"""T-17, the lifecycle's part: a random life of a dataset against a plain model, and the ledger that tells it."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
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
from registry.lifecycle.forms import StageRequestForm, VisaForm
from registry.lifecycle.models import StagePassage
from registry.lifecycle.queries import find_waiting
from registry.lifecycle.service import answer_visa, ask_move, withdraw_request
from registry.organisations.forms import PersonForm
from registry.platform.postgres import Cluster
from tests.conftest import Town, opened_home, opened_town
from tests.lifecycle.moving import READY

pytestmark = pytest.mark.database

ROLES = (Role.STEWARD, Role.LEGAL, Role.DPO, Role.ARCHIVIST, Role.READER)
MOVES = tuple(move.code for move in load_chart().moves)


@dataclass
class Model:
    """A life as a plain program tells it: what anybody who read `policies/lifecycle.yaml` would write down."""

    personal: bool
    stage: str = "identified"
    edits: int = 0
    waiting: str = ""
    asker: Role = Role.STEWARD
    visas: dict[str, int] = field(default_factory=dict)
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
        self.waiting, self.asker, self.visas = code, role, {}
        if not self.needed():
            self.make()
        return True

    def answer(self, kind: str, role: Role, *, given: bool) -> bool:
        """Whether somebody may answer; if so, the visa stands, or the move is refused."""
        terms = {str(one): load_chart().visas[one] for one in load_chart().visas}
        if not self.waiting or kind not in self.needed() or role not in terms[kind].given_by or role is self.asker:
            return False
        if self.visas.get(kind) == self.edits:
            return False
        if not given:
            self.waiting = ""
            return True
        self.visas[kind] = self.edits
        if all(self.visas.get(one) == self.edits for one in self.needed()):
            self.make()
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
        st.tuples(st.just("ask"), st.just(""), st.just(Role.STEWARD)),
        st.tuples(st.sampled_from(("give", "refuse")), st.sampled_from(("legal", "dpo", "archives")),
                  st.sampled_from(ROLES)),
        st.tuples(st.just("give"), st.just(""), st.just(Role.LEGAL)),
        st.tuples(st.just("edit"), st.just(""), st.just(Role.STEWARD)),
        st.tuples(st.just("withdraw"), st.just(""), st.just(Role.STEWARD)),
    ),
    min_size=8, max_size=30,
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

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
        @given(steps=STEPS)
        def live(steps: list[tuple[str, str, Role]]) -> None:
            sheet, model, told = begun(town), Model(personal=False), []
            for step in steps:
                said = model_step(model, step)
                assert said == real_step(town, sheet, accounts, model, step), (step, model)
                told.append((moment(town), stage_now(town, sheet)))
                assert told[-1][1] == model.stage
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
    withdrawn = bool(model.waiting)
    model.waiting = ""
    return withdrawn


def likely(stage: str) -> str:
    """The first move that begins at a stage: what most datasets do next."""
    return next((move.code for move in load_chart().moves if stage in move.starts), MOVES[0])


def begun(town: Town) -> int:
    """A sheet that no policy stops."""
    with town.acting() as session:
        return record_dataset(session, town.authority_id, DatasetForm(title="Bornes", **READY)).id


def real_step(
    town: Town, sheet: int, accounts: dict[Role, int], model: Model, step: tuple[str, str, Role]
) -> bool:  # fmt: skip
    """The same step in the product: whether it was taken. The model took it already: what waited is read anew."""
    act, named, role = step
    by: dict[str, Any] = {"by": accounts[role], "roles": [role], "today": town.info["today"]()}
    try:
        with town.acting(account_id=accounts[role]) as session:
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
