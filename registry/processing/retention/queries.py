"""Every SELECT about retention: the rules that bind a body, what each dataset follows, holds."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset
from registry.datasets.vocabulary import FinalDisposition, Stage
from registry.kernel.errors import NotFound
from registry.kernel.words import _, ngettext
from registry.organisations.holding import BODIES
from registry.organisations.models import Organisation
from registry.platform.lists import load_list
from registry.processing.retention.models import (
    DatasetRetention,
    DisposalArticle,
    DisposalSlip,
    RetentionHold,
    RetentionRule,
)
from registry.processing.retention.rules import OVER, DueDates, Origin, Proposed, Retention, Rule, Span, dates_of
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
    """The organisations the asker sees, by name, and the legal person each belongs to.

    `public` are the legal persons whose records are public archives: neither suppliers nor partners.
    """

    names: Mapping[int, str]
    legal: Mapping[int, int]
    public: Sequence[int]


def find_bodies(session: Session) -> Bodies:
    """Every organisation with the legal person it belongs to."""
    columns = (
        col(Organisation.id), col(Organisation.name), col(Organisation.kind), col(Organisation.lineage),
        col(Organisation.annulled),
    )  # fmt: skip
    rows = session.execute(select(*columns).order_by(col(Organisation.name_sort))).all()
    kinds = {row.id: row.kind for row in rows}
    return Bodies(
        {row.id: row.name for row in rows},
        {row.id: body_of(kinds, row.lineage) for row in rows},
        [row.id for row in rows if row.kind in BODIES and row.kind.is_legal_person and not row.annulled],
    )


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


@dataclass(frozen=True)
class Followed:
    """A dataset of which something is said about how long it is kept, where it stands, and the rule it follows."""

    id: int
    title: str
    organisation_id: int
    body_id: int
    dates: DueDates
    rule: Rule | None
    fate: FinalDisposition | None
    own: bool
    held: bool
    earliest: date | None
    latest: date | None
    volume: str
    slip_id: int | None

    @property
    def proposed(self) -> Proposed:
        """What a slip of disposal asks to know of it."""
        return Proposed(
            self.dates, self.rule, self.fate, self.held, self.earliest, self.latest, self.volume,
            self.slip_id is not None,
        )  # fmt: skip


_SHEET: tuple[Any, ...] = (
    col(Dataset.id), col(Dataset.title), col(Dataset.organisation_id), col(Dataset.retention_months),
    col(Dataset.final_disposition), col(Dataset.stage), col(Dataset.temporal_start), col(Dataset.temporal_end),
    col(Dataset.records_count), col(Dataset.volume_note),
)  # fmt: skip
_SAID: tuple[Any, ...] = (
    col(DatasetRetention.rule_code), col(DatasetRetention.intermediate_months), col(DatasetRetention.known),
    col(DatasetRetention.event_on), col(DatasetRetention.counting), col(DatasetRetention.id).label("said"),
)  # fmt: skip


def find_followed(session: Session, bodies: Bodies, on: date, locale: str, *, unsaid: bool = False) -> list[Followed]:
    """Every dataset of which something is said about how long it is kept, what is due longest first.

    With `unsaid`, also those nothing is said about, among the last.

    Due dates are computed as each is read, by the one formula there is: a rule that changes moves them at once.
    """
    rows = session.execute(
        select(*_SHEET, *_SAID)
        .outerjoin(DatasetRetention, col(DatasetRetention.dataset_id) == col(Dataset.id))
        .where(~col(Dataset.annulled), or_(_is_said(), _is_running()) if unsaid else _is_said())
        .order_by(col(Dataset.title_sort), col(Dataset.id))
    ).all()
    rules = find_rules_by_body(session, locale)
    held, slips = find_held(session), find_slips_of(session)
    nothing = listed_rules(locale)
    found = [
        _followed(row, bodies, rules.get(bodies.legal.get(row.organisation_id, 0), nothing), on, held, slips)
        for row in rows
    ]
    return sorted(found, key=lambda one: one.dates.until or date.max)


def _is_said() -> Any:
    return or_(
        col(DatasetRetention.id).is_not(None), col(Dataset.retention_months).is_not(None),
        col(Dataset.final_disposition).is_not(None),
    )  # fmt: skip


def _is_running() -> Any:
    return or_(col(Dataset.stage).is_(None), col(Dataset.stage).not_in(OVER))


def _followed(
    row: Any, bodies: Bodies, rules: Mapping[str, Rule], on: date, held: frozenset[int], slips: Mapping[int, int]
) -> Followed:
    said = as_retention(row, row if row.said is not None else None, rules)
    return Followed(
        id=row.id,
        title=row.title,
        organisation_id=row.organisation_id,
        body_id=bodies.legal.get(row.organisation_id, row.organisation_id),
        dates=dates_of(said, on, held=row.id in held),
        rule=said.rule,
        fate=row.final_disposition,
        own=said.rule is None,
        held=row.id in held,
        earliest=row.temporal_start,
        latest=row.temporal_end,
        volume=row.volume_note or _say_records(row.records_count),
        slip_id=slips.get(row.id),
    )


def _say_records(count: int | None) -> str:
    return "" if count is None else ngettext("%(num)s ligne", "%(num)s lignes", count) % {"num": count}


def count_unsaid(session: Session) -> dict[int, int]:
    """How many datasets of each organisation nothing is said about, apart from those that are over already."""
    query = select(col(Dataset.organisation_id), func.count()).select_from(Dataset)
    query = query.outerjoin(DatasetRetention, col(DatasetRetention.dataset_id) == col(Dataset.id))
    query = query.where(~col(Dataset.annulled), ~_is_said(), _is_running()).group_by(col(Dataset.organisation_id))
    return {row[0]: row[1] for row in session.execute(query)}


def find_rules_by_body(session: Session, locale: str) -> dict[int, dict[str, Rule]]:
    """The rules that bind each body that says some of its own."""
    own: dict[int, list[RetentionRule]] = {}
    for row in session.execute(select(RetentionRule).where(~col(RetentionRule.annulled))).scalars():
        own.setdefault(row.organisation_id, []).append(row)
    return {body: rules_of(rows, locale) for body, rows in own.items()}


def find_held(session: Session) -> frozenset[int]:
    """The datasets that a hold in force keeps."""
    query = select(col(RetentionHold.dataset_id)).where(col(RetentionHold.lifted_on).is_(None))
    return frozenset(session.execute(query).scalars())


def find_slips_of(session: Session) -> dict[int, int]:
    """The live slip each dataset stands on."""
    query = select(col(DisposalArticle.dataset_id), col(DisposalArticle.slip_id)).where(col(DisposalArticle.live))
    return {row.dataset_id: row.slip_id for row in session.execute(query)}


def any_disposed(session: Session, dataset_ids: Sequence[int]) -> bool:
    """Whether one of these datasets was disposed of."""
    query = select(col(Dataset.id)).where(col(Dataset.id).in_(dataset_ids), col(Dataset.stage) == Stage.DISPOSED)
    return session.execute(query.limit(1)).first() is not None


def find_slip_of(session: Session, dataset_id: int) -> DisposalSlip | None:
    """The live slip a dataset stands on."""
    query = select(DisposalSlip).join(DisposalArticle, col(DisposalArticle.slip_id) == col(DisposalSlip.id))
    return session.execute(
        query.where(col(DisposalArticle.dataset_id) == dataset_id, col(DisposalArticle.live))
    ).scalar_one_or_none()


def get_rule(session: Session, rule_id: int, *, lock: bool = False) -> RetentionRule:
    """A rule an organisation says; locked, as it stands now.

    Raises: NotFound.
    """
    found = session.get(RetentionRule, rule_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Cette règle n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_rule(session: Session, body_id: int, code: str) -> RetentionRule | None:
    """The rule a body says under a code, annulled or not."""
    query = select(RetentionRule).where(col(RetentionRule.organisation_id) == body_id, col(RetentionRule.code) == code)
    return session.execute(query).scalar_one_or_none()


def find_followers(session: Session, code: str) -> Sequence[tuple[int, int]]:
    """The datasets that follow a rule of that code, each with the organisation it is of."""
    query = select(col(DatasetRetention.dataset_id), col(DatasetRetention.organisation_id))
    rows = session.execute(query.where(col(DatasetRetention.rule_code) == code)).all()
    return [(row.dataset_id, row.organisation_id) for row in rows]


def count_followers(session: Session, bodies: Bodies, body_id: int) -> dict[str, int]:
    """How many datasets of a body follow each rule."""
    columns = (col(DatasetRetention.rule_code), col(DatasetRetention.organisation_id))
    query = select(*columns, func.count().label("followers")).where(col(DatasetRetention.rule_code).is_not(None))
    found = Counter[str]()
    for row in session.execute(query.group_by(*columns)):
        if bodies.legal.get(row.organisation_id) == body_id:
            found[row.rule_code] += row.followers
    return found


def get_hold(session: Session, hold_id: int, *, lock: bool = False) -> RetentionHold:
    """A hold; locked, as it stands now.

    Raises: NotFound.
    """
    found = session.get(RetentionHold, hold_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Ce gel n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_all_holds(session: Session, *, lifted: bool) -> Sequence[tuple[RetentionHold, str]]:
    """The holds in force, those to review first, or those lifted, the latest first; each with its dataset's title."""
    query = select(RetentionHold, col(Dataset.title)).join(Dataset, col(Dataset.id) == col(RetentionHold.dataset_id))
    if lifted:
        query = query.where(col(RetentionHold.lifted_on).is_not(None)).order_by(col(RetentionHold.lifted_on).desc())
    else:
        query = query.where(col(RetentionHold.lifted_on).is_(None)).order_by(
            col(RetentionHold.review_on).asc().nulls_last()
        )
    return [(row[0], row[1]) for row in session.execute(query.order_by(col(RetentionHold.id)).limit(500)).all()]


def find_holds_page(session: Session, *, lifted: bool, after: int, limit: int) -> Sequence[RetentionHold]:
    """The holds in force, or those lifted, after a number."""
    query = select(RetentionHold).where(col(RetentionHold.lifted_on).is_not(None) == lifted)
    query = query.where(col(RetentionHold.id) > after).order_by(col(RetentionHold.id)).limit(limit)
    return session.execute(query).scalars().all()


def count_holds(session: Session, *, lifted: bool) -> int:
    """How many holds are in force, or were lifted."""
    query = select(func.count()).select_from(RetentionHold)
    return session.execute(query.where(col(RetentionHold.lifted_on).is_not(None) == lifted)).scalar_one()


def find_slips_page(session: Session, *, before: int | None, limit: int) -> Sequence[DisposalSlip]:
    """The slips of disposal before a number, the latest first."""
    query = select(DisposalSlip).order_by(col(DisposalSlip.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(DisposalSlip.id) < before)
    return session.execute(query).scalars().all()


def count_slips(session: Session) -> int:
    """How many slips the asker may see."""
    return session.execute(select(func.count()).select_from(DisposalSlip)).scalar_one()


def find_slips(session: Session) -> Sequence[DisposalSlip]:
    """The slips of disposal the asker may see, the latest first."""
    query = select(DisposalSlip).order_by(col(DisposalSlip.prepared_on).desc(), col(DisposalSlip.id).desc())
    return session.execute(query.limit(500)).scalars().all()


def count_articles(session: Session) -> dict[int, int]:
    """How many articles each slip has, among those the asker may see."""
    query = select(col(DisposalArticle.slip_id), func.count()).group_by(col(DisposalArticle.slip_id))
    return {row[0]: row[1] for row in session.execute(query).all()}


def get_slip(session: Session, slip_id: int, *, lock: bool = False) -> DisposalSlip:
    """A slip of disposal; locked, as it stands now.

    Raises: NotFound.
    """
    found = session.get(DisposalSlip, slip_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Ce bordereau n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_articles(session: Session, slip_id: int) -> Sequence[DisposalArticle]:
    """The articles of a slip, in order."""
    query = select(DisposalArticle).where(col(DisposalArticle.slip_id) == slip_id)
    return session.execute(query.order_by(col(DisposalArticle.position))).scalars().all()


def get_last_sequence(session: Session, body_id: int, year: int) -> int:
    """The last number of a slip of a body in a year, or nought."""
    query = select(func.max(col(DisposalSlip.sequence)))
    found = session.execute(
        query.where(col(DisposalSlip.organisation_id) == body_id, col(DisposalSlip.year) == year)
    ).scalar_one()
    return found or 0
