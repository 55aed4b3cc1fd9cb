"""Every SELECT about retention: the rules that bind a body, what each dataset follows, holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.vocabulary import FinalDisposition
from registry.organisations.models import Organisation
from registry.platform.lists import load_list
from registry.processing.retention.models import DatasetRetention, RetentionHold, RetentionRule
from registry.processing.retention.rules import Origin, Retention, Rule, Span
from registry.processing.retention.vocabulary import Counting, RuleDomain, RuleUnit, StartEvent

LIST = "retention_rules"


@lru_cache(maxsize=4)
def listed_rules(locale: str) -> Mapping[str, Rule]:
    """The rules of the product's list, in the reader's language."""
    known, found = load_list(LIST), {}
    for code, entry in known.entries.items():
        facts = entry.facts
        span = Span(int(facts["count"]), RuleUnit(str(facts["unit"]))) if "count" in facts else None
        found[code] = Rule(
            code, known.label(code, locale), span, StartEvent(str(facts["starts"])),
            FinalDisposition(str(facts["fate"])), str(facts["reference"]), Origin.LIST,
            RuleDomain(str(facts["domain"])),
        )  # fmt: skip
    return found


def as_rule(row: Any, locale: str) -> Rule:
    """A row of an organisation as the rule it is; under a code of the list, it stands in that one's matter."""
    known = listed_rules(locale).get(row.code)
    return Rule(
        row.code, row.label, Span(row.count, RuleUnit(row.unit)) if row.count is not None else None, row.starts,
        row.fate, row.reference or "", Origin.AGREED if row.agreed_on is not None else Origin.OWN,
        known.domain if known is not None else RuleDomain.OWN, row.id,
    )  # fmt: skip


def find_own_rules(session: Session, body_id: int, *, annulled: bool = False) -> Sequence[RetentionRule]:
    """The rules a body says itself, by code."""
    query = select(RetentionRule).where(col(RetentionRule.organisation_id) == body_id)
    query = query.where(col(RetentionRule.annulled) == annulled)
    return session.execute(query.order_by(col(RetentionRule.code))).scalars().all()


def rules_of(own: Iterable[Any], locale: str) -> dict[str, Rule]:
    """The rules that bind a body: those of the list, the body's own of the same code instead, and its others."""
    said = {row.code: as_rule(row, locale) for row in own if not row.annulled}
    return {**listed_rules(locale), **said}


def body_of(kinds: Mapping[int, Any], lineage: Sequence[int]) -> int:
    """The legal person an organisation of this lineage belongs to; `kinds` are those of the organisations seen."""
    legal = (number for number in reversed(lineage) if number in kinds and kinds[number].is_legal_person)
    return next(legal, lineage[-1])


@dataclass(frozen=True)
class Bodies:
    """The organisations the asker sees: the names, and the legal person each belongs to."""

    names: Mapping[int, str]
    legal: Mapping[int, int]


def find_bodies(session: Session) -> Bodies:
    """Every organisation with the legal person it belongs to."""
    columns = (col(Organisation.id), col(Organisation.name), col(Organisation.kind), col(Organisation.lineage))
    rows = session.execute(select(*columns).order_by(col(Organisation.name))).all()
    kinds = {row.id: row.kind for row in rows}
    return Bodies({row.id: row.name for row in rows}, {row.id: body_of(kinds, row.lineage) for row in rows})


def find_retention(session: Session, dataset_id: int) -> DatasetRetention | None:
    """What a dataset's retention adds to its sheet, if anything was said."""
    query = select(DatasetRetention).where(col(DatasetRetention.dataset_id) == dataset_id)
    return session.execute(query).scalar_one_or_none()


def find_holds(session: Session, dataset_id: int) -> Sequence[RetentionHold]:
    """The holds of a dataset, those in force first, then the latest."""
    query = select(RetentionHold).where(col(RetentionHold.dataset_id) == dataset_id)
    ordered = query.order_by(col(RetentionHold.lifted_on).desc().nulls_first(), col(RetentionHold.id).desc())
    return session.execute(ordered).scalars().all()


def as_retention(sheet: Any, row: Any, rules: Mapping[str, Rule]) -> Retention:
    """What is said of a dataset's retention, on its sheet and beside it. A rule that is gone is none."""
    if row is None:
        return Retention(sheet.retention_months, fate=sheet.final_disposition, stage=sheet.stage)
    return Retention(
        active_months=sheet.retention_months,
        intermediate_months=row.intermediate_months,
        rule=rules.get(row.rule_code) if row.rule_code is not None else None,
        fate=sheet.final_disposition,
        known=row.known,
        event_on=row.event_on,
        counting=Counting(row.counting),
        stage=sheet.stage,
    )
