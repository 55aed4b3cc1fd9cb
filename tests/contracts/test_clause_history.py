"""The clauses of a contract as they were known at any moment: held against a plain model that forgets nothing."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.contracts.clauses.asking import known_at
from registry.contracts.clauses.forms import AmendmentForm, ClauseForm, StipulationForm
from registry.contracts.clauses.models import Amendment, ClauseStipulation
from registry.contracts.clauses.rules import Instrument, Stipulation, in_force
from registry.contracts.clauses.service import (
    amend_amendment,
    amend_stipulation,
    record_amendment,
    record_clause,
    set_amendment_aside,
    set_stipulation_aside,
    stipulate,
)
from registry.contracts.forms import ContractChange, ContractForm
from registry.contracts.models import Contract
from registry.contracts.queries import get_contract
from registry.contracts.rules import Term
from registry.contracts.service import amend_contract, record_contract
from registry.contracts.vocabulary import ClauseAct, ContractKind
from tests.conftest import Town
from tests.contracts.test_clauses import DAYS, START, by_hand, day

pytestmark = pytest.mark.database

NUMBERS = st.integers(0, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("amendment"), NUMBERS, st.none() | DAYS, st.none() | DAYS),
        st.tuples(st.just("sign"), NUMBERS, st.none() | DAYS, st.none() | DAYS),
        st.tuples(st.just("clause"), NUMBERS, st.none() | DAYS, st.none() | DAYS),
        st.tuples(st.sampled_from(["replace", "end"]), NUMBERS, st.none() | DAYS, st.none()),
        st.tuples(st.just("correct"), NUMBERS, st.none() | DAYS, st.booleans()),
        st.tuples(st.sampled_from(["annul line", "annul amendment"]), NUMBERS, st.none(), st.none()),
        st.tuples(st.just("term"), NUMBERS, st.none() | DAYS, st.none()),
        st.tuples(st.just("read"), NUMBERS, st.none() | DAYS, st.none()),
    ),
    min_size=4,
    max_size=12,
)


@dataclass
class Model:
    """What was told of one contract: its acts by number of record, its lines, and what is set aside."""

    ends_on: date | None
    read_on: date | None = None
    acts: dict[int, Instrument] = field(default_factory=dict)
    lines: dict[int, tuple[Stipulation, int | None]] = field(default_factory=dict)
    aside: set[tuple[str, int]] = field(default_factory=set)

    def said(self) -> list[Stipulation]:
        """The lines that stand, each by the act that says it as it now is."""
        return [
            replace(line, instrument=self.acts[act] if act is not None else Instrument(0, day(0), START))
            for number, (line, act) in self.lines.items()
            if ("line", number) not in self.aside and ("act", act) not in self.aside
        ]


def step(session: Session, contract_id: int, model: Model, told: tuple[Any, ...]) -> None:
    """One change, made in the register by its own service and in the model by hand; one that cannot be is skipped."""
    what, number, first, second = told
    acts = [one for one in model.acts if ("act", one) not in model.aside]
    act = acts[number % len(acts)] if acts else None
    lines = [one for one in model.lines if ("line", one) not in model.aside]
    line = lines[number % len(lines)] if lines else None
    if what == "amendment":
        form = AmendmentForm(number=len(model.acts) + 1, object="Avenant", signed_on=first, effective_on=second)
        made = record_amendment(session, contract_id, form)
        model.acts[made.id] = Instrument(made.number, first, second)
    elif what == "sign" and act is not None:
        known = model.acts[act]
        form = AmendmentForm(number=known.number, object="Avenant", signed_on=first, effective_on=second)
        amend_amendment(session, act, form, expected=version_of(session, Amendment, act))
        model.acts[act] = Instrument(known.number, first, second)
    elif what == "clause":
        by = act if number % 2 else None
        given = ClauseForm(kind="schedule", amendment_id=by, effective_on=first)
        clause, row = record_clause(session, contract_id, given)
        model.lines[row.id] = line_of(row.id, clause.id, ClauseAct.ADDS, first), by
    elif what in {"replace", "end"} and act is not None and line is not None:
        clause_id = model.lines[line][0].clause_id
        does = ClauseAct.REPLACES if what == "replace" else ClauseAct.ENDS
        row = stipulate(session, clause_id, StipulationForm(amendment_id=act, act=does, effective_on=first))
        model.lines[row.id] = line_of(row.id, clause_id, does, first), act
    elif what == "correct" and line is not None:
        known, by = model.lines[line]
        if ("act", by) in model.aside:
            return
        form = StipulationForm(amendment_id=by, act=known.act, effective_on=first, survives=second)
        amend_stipulation(session, line, form, expected=version_of(session, ClauseStipulation, line))
        model.lines[line] = replace(known, effective_on=first, survives=second), by
    elif what == "annul line" and line is not None:
        version = version_of(session, ClauseStipulation, line)
        set_stipulation_aside(session, line, expected=version, reason="Relevée par erreur.", annulled=True)
        model.aside.add(("line", line))
    elif what == "annul amendment" and act is not None:
        version = version_of(session, Amendment, act)
        set_amendment_aside(session, act, expected=version, reason="Relevé par erreur.", annulled=True)
        model.aside.add(("act", act))
    elif what in {"term", "read"}:
        version = version_of(session, Contract, contract_id)
        said = {"ends_on" if what == "term" else "clauses_read_on": first}
        amend_contract(session, contract_id, ContractChange.model_validate(said), expected=version)
        if what == "term":
            model.ends_on = first
        else:
            model.read_on = first


def line_of(number: int, clause_id: int, act: ClauseAct, effective_on: date | None) -> Stipulation:
    return Stipulation(number, clause_id, "schedule", Instrument(0, None), act, effective_on=effective_on)


def version_of(session: Session, model: type[Any], number: int) -> int:
    row = session.get(model, number, populate_existing=True)
    assert row is not None
    return int(row.version)


@settings(
    max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(STEPS, DAYS)
def test_the_contract_is_told_as_it_was_known_at_each_moment(
    town: Town, steps: list[tuple[Any, ...]], signed_by: date
) -> None:
    with town.acting() as session:
        before = session.execute(select(func.clock_timestamp())).scalar_one()
    with town.acting() as session:
        form = ContractForm(
            kind=ContractKind.DSP, object="Eau potable", signed_on=day(0), starts_on=START, ends_on=day(50)
        )
        contract_id = record_contract(session, town.authority_id, form).id
    model, moments = Model(day(50)), list[tuple[datetime, Model]]()
    for told in steps:
        with town.acting() as session:
            step(session, contract_id, model, told)
        with town.acting() as session:
            moments.append((session.execute(select(func.clock_timestamp())).scalar_one(), deepcopy(model)))

    with town.acting() as session:
        contract = get_contract(session, contract_id)
        assert known_at(session, contract, before) is None, "Not known yet is not known to be empty."
        for until, then in [*moments, (None, model)]:
            known = known_at(session, contract, until)
            assert known is not None
            assert known.was_read == (then.read_on is not None), until
            spans = known.written.spans(signed_by=signed_by)
            for today, expected in by_hand(then.said(), Term(START, then.ends_on), signed_by).items():
                assert {one.id for one in in_force(spans, today)} == expected, (until, today)
