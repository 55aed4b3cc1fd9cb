"""The table of moves, whole: every stage, move and role, gates open or shut, visas missing, given, one's own, lent.

What is expected is drawn from `policies/lifecycle.yaml` as anybody reads it, not from the code that does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.accounts.service import invite_account
from registry.datasets.models import Dataset
from registry.datasets.vocabulary import Stage
from registry.kernel.errors import Refusal
from registry.kernel.permissions import Role
from registry.lifecycle.forms import StageRequestForm, VisaForm
from registry.lifecycle.service import answer_visa, ask_move
from registry.organisations.forms import PersonForm
from registry.platform.assets import asset_root
from registry.platform.database import Acting, open_session
from registry.platform.postgres import Cluster
from registry.processing.retention.queries import find_articles
from tests.access.retaining import retain
from tests.conftest import Town, opened_home, opened_town
from tests.lifecycle.moving import PERSONAL, READY, REQUEST, VERDICT, decide_to_open, place, serve, system_of

pytestmark = pytest.mark.database

FILE = yaml.safe_load(Path(asset_root("policies") / "lifecycle.yaml").read_text("utf-8"))
VISAS: dict[str, dict[str, Any]] = FILE["visas"]
MOVES: dict[str, dict[str, Any]] = {one["code"]: one for one in FILE["moves"]}
ROLES = [str(one) for one in Role]
STAGES = [str(one) for one in Stage]
GATED = [code for code, one in MOVES.items() if {"known", "gates", "stops", "slip"} & one.keys()]
ENDORSED = [code for code, one in MOVES.items() if "visas" in one]


@dataclass
class Board:
    """A town with two people of each role, and the sheets that are moved."""

    town: Town
    today: date
    people: dict[tuple[str, int], int] = field(default_factory=dict)
    sheets: dict[str, int] = field(default_factory=dict)

    def account(self, role: str, which: int = 0) -> int:
        """The first or the second who holds a role."""
        return self.people[role, which]

    def sheet(self, kind: str, move: str) -> int:
        """The sheet of a kind on which a move is tried: a disposal has its own, which stands on a slip."""
        return self.sheets["slipped" if kind == "plain" and MOVES[move].get("slip") else kind]

    def placed(self, stage: str) -> None:
        """Puts every sheet at a stage."""
        for sheet in self.sheets.values():
            place(self.town, sheet, stage)


@pytest.fixture(scope="module")
def board(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """Laid once: whatever is tried is undone."""
    with opened_home(cluster, template, tmp_path_factory.mktemp("table")) as home, opened_town(home) as town:
        made = Board(town, town.info["today"]())
        with town.acting() as session:
            for role, which in product(ROLES, (0, 1)):
                person = PersonForm(name=f"{role} {which}", email=f"table.{role}.{which}@essai.invalid")
                invited, _link = invite_account(
                    session, town.authority_id, person, role=Role(role), on=town.authority_id
                )
                made.people[role, which] = invited.id
            session.execute(text("UPDATE account SET state = 'active'"))
        made.sheets = {"plain": town.record("Simple", **READY), "personal": town.record("Personnel", **PERSONAL)}
        serve(town, made.sheets["personal"])
        for sheet in made.sheets.values():
            decide_to_open(town, sheet)
        with town.acting() as session:
            slip = retain(session, town.authority_id, made.sheets["plain"], "essai", day=made.today)["slip_id"]
            made.sheets["slipped"] = find_articles(session, slip)[0].dataset_id
        system_of(town, made.sheets["personal"])
        # Nothing is told of it: no move that asks anything lets it through.
        made.sheets["bare"] = town.record("Nu")
        yield made


def tried(session: Session, act: Callable[..., str], *given: Any) -> str:
    """What came of it, or by what it was refused; nothing of it stays."""
    point = session.begin_nested()
    try:
        return act(session, *given)
    except Refusal as refusal:
        return type(refusal).__name__
    finally:
        point.rollback()
        session.expire_all()


def asked(session: Session, board: Board, sheet: int, move: str, role: str) -> str:
    """Asks for a move; where its request stands."""
    return str(ask(session, board, sheet, move, role).state)


def ask(session: Session, board: Board, sheet: int, move: str, role: str) -> Any:
    """Asks for a move, as the first who holds a role."""
    return ask_move(
        session, sheet, StageRequestForm(move=move, reason="Parce qu’il le faut."), by=board.account(role),
        roles=[Role(role)], today=board.today, expected=session.get_one(Dataset, sheet).version,
    )  # fmt: skip


def give(session: Session, board: Board, request: Any, kind: str, account: int, role: str) -> str:
    """Gives a visa as somebody; where the request stands then."""
    outside = {"authority": "AD", "reference": "12", "dated": board.today} if kind == "archives" else {}
    answered = answer_visa(
        session, request.id, VisaForm.model_validate({"kind": kind, "answer": "given", **outside}), by=account,
        roles=[Role(role)], today=board.today, expected=session.get_one(Dataset, request.dataset_id).version,
    )  # fmt: skip
    return str(answered.state)


def lend(session: Session, board: Board, kind: str, by: int, to: int) -> None:
    """Hands a visa over for the day."""
    session.execute(
        text(
            "INSERT INTO visa_delegation (organisation_id, kind, delegator_id, delegate_id, starts_on, ends_on,"
            " version) VALUES (:body, :kind, :by, :to, :day, :day, 1)"
        ),
        {"body": board.town.authority_id, "kind": kind, "by": by, "to": to, "day": board.today},
    )


def keep(session: Session, board: Board, sheet: int, account: int) -> None:
    """Has somebody keep a dataset."""
    session.execute(
        text(
            "INSERT INTO appointment (organisation_id, person_id, role, subject_kind, subject_id, during, published,"
            " annulled, version) SELECT :body, person_id, 'steward', 'dataset', :sheet,"
            " daterange(current_date - 1, NULL), false, false, 1 FROM account WHERE id = :account"
        ),
        {"body": board.town.authority_id, "sheet": sheet, "account": account},
    )


def needed(move: str, *, personal: bool) -> list[str]:
    """The visas that a move takes."""
    return [one for one in MOVES[move].get("visas", ()) if personal or not VISAS[one].get("personal_only")]


@pytest.mark.parametrize("stage", STAGES)
def test_of_each_stage_each_role_asks_for_what_the_file_says_and_gates_stop_it(board: Board, stage: str) -> None:
    board.placed(stage)
    wrong, seen = [], 0
    with board.town.acting() as session:
        for move, role, kind in product(MOVES, ROLES, ("plain", "bare")):
            said = MOVES[move]
            sheet = board.sheet(kind, move)
            came = tried(session, asked, board, sheet, move, role)
            if stage not in said["from"]:
                expected = "Conflict"
            elif role not in said["asked_by"]:
                expected = "Forbidden"
            elif kind == "bare" and move in GATED:
                expected = "Stopped"
            else:
                expected = "waiting" if needed(move, personal=kind == "bare") else "made"
            seen += 1
            if came != expected:
                wrong.append((move, role, kind, came, expected))
        session.rollback()
    assert wrong == []
    assert seen == len(MOVES) * len(ROLES) * 2


STARTS = [(code, start) for code in ENDORSED for start in MOVES[code]["from"]]


@pytest.mark.parametrize(("move", "start"), STARTS)
def test_a_move_is_made_once_each_visa_is_given_or_lent_and_no_gate_is_shut(
    board: Board, move: str, start: str
) -> None:  # fmt: skip
    board.placed(start)
    wrong = []
    with board.town.acting() as session:
        for kind in ("plain", "personal") if len(MOVES[move]["visas"]) > 1 else ("plain",):
            visas = needed(move, personal=kind == "personal")
            shut = kind == "personal" or "slip" in MOVES[move]
            for gate, states in product(
                ("open", "shut") if shut else ("open",),
                product(("missing", "given", "own", "lent"), repeat=len(visas)),
            ):
                endorsed = all(one in {"given", "lent"} for one in states)
                expected = "waiting" if not endorsed else "Stopped" if gate == "shut" else "made"
                sheet = board.sheet(kind, move)
                visas_told = dict(zip(visas, states, strict=True))
                came = tried(session, endorse, board, sheet, move, gate, visas_told)
                if came != expected:
                    wrong.append((kind, gate, states, came, expected))
        session.rollback()
    assert wrong == []


def endorse(session: Session, board: Board, sheet: int, move: str, gate: str, visas: dict[str, str]) -> str:
    """Asks for a move, shuts its gate or not, and gives each visa as told; where the request stands then."""
    # Whoever asks holds the role that gives a visa where it is their own that is tried.
    own = next((kind for kind, state in visas.items() if state == "own"), None)
    asker = VISAS[own]["given_by"][0] if own is not None else MOVES[move]["asked_by"][0]
    request = ask(session, board, sheet, move, asker)
    if gate == "shut" and "slip" in MOVES[move]:
        session.execute(
            text(
                "INSERT INTO retention_hold (organisation_id, dataset_id, reason, held_by, explained, started_on,"
                " version) VALUES (:body, :sheet, 'litigation', 'La direction', 'Recours.', :day, 1)"
            ),
            {"body": board.town.authority_id, "sheet": sheet, "day": board.today},
        )
    elif gate == "shut":
        session.execute(text("UPDATE processing_activity SET lawful_basis = NULL"))
    session.expire_all()
    state = "waiting"
    for kind, given in visas.items():
        giver = VISAS[kind]["given_by"][0]
        if given == "given":
            state = give(session, board, request, kind, board.account(giver, 1), giver)
        elif given == "lent":
            # Lent by the second who holds the role to somebody of another, who has nothing else to endorse.
            to = next(role for role in VISAS[kind]["delegated_to"] if role != giver)
            stand_in = board.account(to, 0 if visas.get(to) == "given" else 1)
            lend(session, board, kind, board.account(giver, 1), stand_in)
            state = give(session, board, request, kind, stand_in, to)
        elif given == "own" and kind == own:
            came = tried(session, give, board, request, kind, board.account(asker), asker)
            assert came == "Forbidden"
    return state


SITUATIONS = ("role", "asked", "keeps", "lent", "lent by who asked", "lent by who keeps", "lent by nobody who may")


def asking() -> Iterator[Any]:
    """Each move that takes visas with who asks for it; those who give none of its visas are looked at with the slow."""
    for move in ENDORSED:
        giving = {role for kind in MOVES[move]["visas"] for role in VISAS[kind]["given_by"]}
        for asker in MOVES[move]["asked_by"]:
            yield pytest.param(move, asker, marks=() if asker in giving else pytest.mark.slow)


@pytest.mark.parametrize(("move", "asker"), asking())
def test_each_visa_is_given_by_whom_the_file_says_never_on_ones_own(board: Board, move: str, asker: str) -> None:
    board.placed(MOVES[move]["from"][0])
    wrong = []
    with board.town.acting() as session:
        kind_of_sheet = "personal" if len(MOVES[move]["visas"]) > 1 else "plain"
        sheet = board.sheet(kind_of_sheet, move)
        request = ask(session, board, sheet, move, asker)
        for kind, role, situation in product(VISAS, ROLES, SITUATIONS):
            if situation == "asked" and role != asker:
                continue
            came = tried(session, answered_as, board, request, kind, role, situation, asker)
            expected = may_give(move, kind, role, situation)
            if ("given" if came in {"waiting", "made"} else came) != expected:
                wrong.append((kind, role, situation, came, expected))
        session.rollback()
    assert wrong == []


def may_give(move: str, kind: str, role: str, situation: str) -> str:
    """What the file says comes of a visa given by somebody of a role, in a situation."""
    if kind not in MOVES[move]["visas"]:
        return "Conflict"
    if role in VISAS[kind]["given_by"]:
        # Their own role gives it: what was lent to them besides changes nothing.
        return "Forbidden" if situation in {"asked", "keeps"} else "given"
    return "given" if situation == "lent" and role in VISAS[kind]["delegated_to"] else "Forbidden"


def answered_as(
    session: Session, board: Board, request: Any, kind: str, role: str, situation: str, asker: str
) -> str:  # fmt: skip
    """Gives a visa as somebody of a role, in a situation; where the request stands then."""
    account = board.account(role, 0 if situation == "asked" else 1)
    holder = VISAS[kind]["given_by"][0]
    if situation == "keeps":
        keep(session, board, request.dataset_id, account)
    elif situation == "lent" and board.account(holder, 1) != account:
        lend(session, board, kind, board.account(holder, 1), account)
    elif situation == "lent by who asked":
        lend(session, board, kind, board.account(asker), account)
    elif situation == "lent by who keeps" and board.account(holder, 1) != account:
        keep(session, board, request.dataset_id, board.account(holder, 1))
        lend(session, board, kind, board.account(holder, 1), account)
    elif situation == "lent by nobody who may":
        lend(session, board, kind, board.account("reader", 0), account)
    session.expire_all()
    return give(session, board, request, kind, account, role)


@pytest.mark.parametrize("stage", STAGES)
def test_the_function_of_the_database_holds_the_same_table(board: Board, stage: str) -> None:
    """As the application's role: what is asked by hand, with a verdict of the transaction or without."""
    board.placed(stage)
    town, sheet, wrong, seen = board.town, board.sheets["plain"], [], 0
    mine = frozenset({town.authority_id})
    acting = Acting("cli:essai", reads=mine, knows=mine, writes=mine)
    with open_session(town.home.app, acting, **town.info) as session:
        for move, role, judged in product(MOVES, ROLES, (True, False)):
            said, account = MOVES[move], board.account(role)
            values = {
                "body": town.authority_id, "sheet": sheet, "move": move, "before": stage, "after": said["to"],
                "by": account, "as_role": role,
            }  # fmt: skip
            statements = [f"SELECT set_config('beffroi.account', '{account}', true)", REQUEST, ADVANCE_IT]
            came = by_hand(session, [*statements[:2], *([VERDICT] if judged else []), statements[2]], values)
            if stage not in said["from"]:
                expected = "BF003"
            elif role not in said["asked_by"]:
                expected = "BF004"
            elif not judged:
                expected = "BF005"
            else:
                expected = "BF006" if needed(move, personal=False) else ""
            seen += 1
            if came != expected:
                wrong.append((move, role, judged, came, expected))
        session.rollback()
    assert wrong == []
    assert seen == len(MOVES) * len(ROLES) * 2


ADVANCE_IT = "SELECT advance_stage((SELECT max(id) FROM stage_request WHERE dataset_id = :sheet), current_date)"


def by_hand(session: Session, statements: Sequence[str], values: dict[str, Any]) -> str:
    """The code of the first refusal, or nothing; nothing of it stays."""
    point = session.begin_nested()
    try:
        for one in statements:
            session.execute(text(one), {name: value for name, value in values.items() if f":{name}" in one})
    except DBAPIError as refused:
        return str(refused.orig.sqlstate)  # type: ignore[union-attr]
    finally:
        point.rollback()
    return ""
