"""The stages of the demonstration's datasets: how far each went, what waits for a visa, what was refused."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.datasets.queries import get_dataset
from registry.datasets.vocabulary import Stage
from registry.demonstration.publications import deny_secrets
from registry.kernel.dates import working_day_from
from registry.kernel.permissions import Role
from registry.lifecycle.charts import Move, load_chart
from registry.lifecycle.delegation_service import delegate_visa
from registry.lifecycle.forms import StageRequestForm, VisaDelegationForm, VisaForm
from registry.lifecycle.queries import find_waiting
from registry.lifecycle.service import answer_visa, ask_move
from registry.lifecycle.vocabulary import VisaAnswer, VisaKind
from registry.publication.forms import PublicationDecisionForm
from registry.publication.queries import get_dossier
from registry.publication.service import decide
from registry.publication.vocabulary import Outcome

CONTENT = Path(__file__).with_name("moves.yaml")
OPENED = "Communicable à tous, et utile aux habitants et aux entreprises."
WAY = ("collect", "qualify", "document", "clear", "publish")
_ROLES = {"juriste": Role.LEGAL, "dpo": Role.DPO}
"""The role of each account that endorses."""
Step = tuple[date, str, Callable[[], None]]
Named = tuple[Mapping[str, int], str]
"""A sheet by its key, looked up once it is played: until then it has no number."""


class LaterMove(BaseModel):
    """A move made afterwards, with its reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    move: str
    day: date
    reason: str


class MovesSaid(BaseModel):
    """How far some sheets go, one move a day; the last waits for its visa where it is not endorsed, or is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheets: tuple[str, ...]
    to: Stage
    from_day: date
    by: str
    endorsed_by: str | None = None
    waits: bool = False
    refused: str | None = None
    then: LaterMove | None = None
    stand_in: str | None = None
    """Who gives the visas in the stead of who endorses, away on these days."""


class DelegationSaid(BaseModel):
    """The visas somebody hands over while they are away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: VisaKind
    by: str
    to: str
    starts_on: date
    days: int
    reason: str


class LifeSaid(BaseModel):
    """What the file says: visas handed over, and how far each sheet goes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delegations: tuple[DelegationSaid, ...]
    moves: tuple[MovesSaid, ...]


def read_moves(on_days: Callable[[Any], Any]) -> LifeSaid:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return LifeSaid.model_validate(on_days(yaml.load(source, Loader=yaml.CSafeLoader)))


def plan_moves(
    session: Session, said: LifeSaid, sheets: Mapping[str, int], accounts: Mapping[str, int], authority_id: int
) -> Iterable[Step]:
    """Each absence, each request and each answer, on its day; before a publication, the decision to open it."""
    chart = load_chart()
    for away in said.delegations:
        yield away.starts_on, away.by, partial(_hand_over, session, away, accounts, authority_id)
    for one in said.moves:
        way = [move for code in WAY if (move := chart.find(code)) is not None]
        last = next(place for place, move in enumerate(way) if move.to is one.to)
        for sheet in one.sheets:
            for place, move in enumerate(way[: last + 1]):
                day = working_day_from(one.from_day + timedelta(days=place))
                if move.to is Stage.PUBLISHED and one.endorsed_by is not None:
                    choose = partial(_decide_to_open, session, (sheets, sheet), one.endorsed_by, accounts, day)
                    yield day, one.endorsed_by, choose
                yield day, one.by, partial(_ask, session, (sheets, sheet), move, one.by, accounts, day)
                held = one.waits and place == last
                if move.visas and one.endorsed_by is not None and not held:
                    refusal = one.refused if place == last else None
                    by = one.stand_in or one.endorsed_by
                    yield day, by, partial(_answer, session, (sheets, sheet), by, accounts, day, refusal)
            if one.then is not None and (later := chart.find(one.then.move)) is not None:
                step = partial(_ask, session, (sheets, sheet), later, one.by, accounts, one.then.day, one.then.reason)
                yield one.then.day, one.by, step


def _hand_over(session: Session, away: DelegationSaid, accounts: Mapping[str, int], authority_id: int) -> None:
    form = VisaDelegationForm(
        kind=away.kind, organisation_id=authority_id, delegate_id=accounts[away.to], starts_on=away.starts_on,
        ends_on=away.starts_on + timedelta(days=away.days), reason=away.reason,
    )  # fmt: skip
    delegate_visa(session, form, by=accounts[away.by], roles=[_ROLES[away.by]], today=away.starts_on)


def _ask(
    session: Session,
    named: Named,
    move: Move,
    by: str,
    accounts: Mapping[str, int],
    day: date,
    reason: str | None = None,
) -> None:
    sheet = named[0][named[1]]
    expected = get_dataset(session, sheet).version
    form = StageRequestForm(move=move.code, reason=reason)
    ask_move(session, sheet, form, by=accounts[by], roles=[Role.STEWARD], today=day, expected=expected)
    # The database moves the sheet by itself: who amends it next reads the version it stands at.
    session.refresh(get_dataset(session, sheet))


def _decide_to_open(session: Session, named: Named, by: str, accounts: Mapping[str, int], day: date) -> None:
    sheet = get_dataset(session, named[0][named[1]])
    acting: dict[str, Any] = {"by": accounts[by], "roles": [Role.LEGAL], "today": day}
    deny_secrets(session, sheet.id, **acting)
    form = PublicationDecisionForm(outcome=Outcome.OPEN, reason=OPENED, decided_on=day, licence=sheet.licence)
    decide(session, sheet.id, form, **acting, expected=get_dossier(session, sheet.id).version)


def _answer(
    session: Session, named: Named, by: str, accounts: Mapping[str, int], day: date, refusal: str | None
) -> None:
    sheet = named[0][named[1]]
    waiting = find_waiting(session, sheet)
    assert waiting is not None  # noqa: S101 -- it was asked for just before.
    answer = VisaAnswer.GIVEN if refusal is None else VisaAnswer.REFUSED
    form = VisaForm(kind=VisaKind.LEGAL, answer=answer, reason=refusal)
    expected = get_dataset(session, sheet).version
    answer_visa(session, waiting.id, form, by=accounts[by], roles=[_ROLES[by]], today=day, expected=expected)
    session.refresh(get_dataset(session, sheet))
