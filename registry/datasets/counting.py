"""How many sheets each value of each facet holds, without reading them all again for each.

A picture holds, for each value, one long whole number: the bit of a sheet's number is set where the sheet has it. To
narrow is then to keep the bits two numbers share, to count is to count bits. It is painted by the database for those
who read the same organisations, under their rights, and touched up before each use with the sheets that changed since
(`registry/decisions/0020-a-picture-counts-for-the-list.md`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Select,
    Text,
    any_,
    case,
    cast,
    distinct,
    func,
    literal,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.models import Finding
from registry.compliance.queries import turning_by, verdict_on
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.models import Dataset, Distribution
from registry.datasets.narrowing import COLUMNS, EMPTY, VERDICTS, DatasetFilter, among, bearing, owning_on
from registry.datasets.vocabulary import Horizon, ListFacet, OwnerState
from registry.organisations.models import Appointment

Value = tuple[str, str]
"""A facet, or what else is painted, and one of its values."""
STANDING = "fiche"
_PICTURES_KEPT, _REPAINTED_WHOLE = 8, 20_000
"""Pictures a process keeps; changed sheets from which on a picture is painted anew."""
_LONGEST_WRITE = timedelta(seconds=60)
"""A finding bears the moment its transaction began: one of longer ago is seen for certain."""
_CHANGED = text(
    "SELECT (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint) AS xid, now() AS moment,"
    " (SELECT array_agg(DISTINCT CASE table_name WHEN 'dataset' THEN row_id"
    "   WHEN 'distribution' THEN (snapshot ->> 'dataset_id')::bigint ELSE (snapshot ->> 'subject_id')::bigint END)"
    "   FROM ledger_entry WHERE xid >= :xid AND table_name IN ('dataset', 'distribution', 'appointment')"
    "    AND (table_name <> 'appointment' OR snapshot ->> 'subject_kind' = 'dataset')) AS sheets,"
    " (SELECT array_agg(DISTINCT subject_id) FROM finding WHERE subject_kind = 'dataset' AND since >= :moment) AS said,"
    " (SELECT array_agg(DISTINCT subject_id) FROM finding WHERE subject_kind = 'dataset' AND until >= :moment)"
    " AS withdrawn"
)
_FOR_WHOM = text("SELECT session_user::text, current_setting('beffroi.reads', true)")
_NOW = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid, now() AS moment")


@dataclass(frozen=True)
class Picture:
    """Which sheets have which value, up to where: the transactions below `xid`, the findings before `moment`."""

    bits: Mapping[Value, int]
    xid: int
    moment: datetime

    def of(self, facet: str, value: str) -> int:
        """The sheets that have a value."""
        return self.bits.get((facet, value), 0)


@dataclass(frozen=True)
class Counted:
    """What a selection holds: the sheets, as bits of their numbers, and how many each value would show.

    `lifted` says of each chosen facet how many sheets the list would hold without it.
    """

    held: int
    counts: Mapping[ListFacet, Mapping[str, int]]
    lifted: Mapping[ListFacet, int]

    @property
    def total(self) -> int:
        """How many sheets the list holds."""
        return self.held.bit_count()

    def ids(self) -> list[int]:
        """The numbers of these sheets, in order."""
        return _numbers(self.held)


_pictures: dict[tuple[str, str, str, date], Picture] = {}


def count_facets(session: Session, narrowed: DatasetFilter) -> Counted:
    """What a list holds, with the counts of each facet: within all the other facets, whatever is chosen of it."""
    day = narrowed.on or date.min
    picture = _picture(session, day)
    base = picture.of(STANDING, "annulled" if narrowed.annulled else "standing")
    if narrowed.organisation_ids:
        within = base & _either(picture.of(ListFacet.ORGANISATION, str(one)) for one in narrowed.organisation_ids)
    else:
        within = base
    kept = _apart(session, narrowed, picture)
    matching = {facet: _matching(picture, narrowed, facet, values) for facet, values in narrowed.chosen.items()}
    if ListFacet.POLICY in matching and ListFacet.VERDICT in matching:
        del matching[ListFacet.POLICY]
    counts, lifted = dict[ListFacet, Mapping[str, int]](), dict[ListFacet, int]()
    for facet in ListFacet:
        room = kept & (base if facet is ListFacet.ORGANISATION else within)
        for other, bits in matching.items():
            if other is not facet and not (facet is ListFacet.POLICY and other is ListFacet.VERDICT):
                room &= bits
        counts[facet] = _count(picture, narrowed, facet, room)
        if facet in narrowed.chosen or (facet is ListFacet.ORGANISATION and narrowed.organisation_ids):
            lifted[facet] = room.bit_count()
    held = within & kept
    for bits in matching.values():
        held &= bits
    return Counted(held, counts, lifted)


def _apart(session: Session, narrowed: DatasetFilter, picture: Picture) -> int:
    """What words and sheets chosen one by one keep; all of them where there are none."""
    kept = -1
    if narrowed.ids:
        # An address may name any number: bits are held only up to the last sheet there is.
        beyond = (picture.of(STANDING, "standing") | picture.of(STANDING, "annulled")).bit_length()
        kept &= _bits(one for one in narrowed.ids if one < beyond)
    if narrowed.words.strip():
        kept &= _bits(session.execute(select(col(Dataset.id)).where(*bearing(narrowed.words))).scalars())
    return kept


def _matching(picture: Picture, narrowed: DatasetFilter, facet: ListFacet, values: Iterable[str]) -> int:
    if facet is ListFacet.VERDICT:
        return _either(_gravest(picture, _rules(picture, narrowed), one) for one in values)
    if facet is ListFacet.POLICY:
        return _either(_gravest(picture, list(values), str(one)) for one in VERDICTS)
    return _either(picture.of(facet, one) for one in values)


def _rules(picture: Picture, narrowed: DatasetFilter) -> Sequence[str]:
    return sorted(narrowed.chosen.get(ListFacet.POLICY) or narrowed.rules) or _every_rule(picture)


def _every_rule(picture: Picture) -> list[str]:
    return sorted({facet.removeprefix(_OF_RULE) for facet, _value in picture.bits if facet.startswith(_OF_RULE)})


_OF_RULE = "regle:"


def _gravest(picture: Picture, rules: Sequence[str], verdict: str) -> int:
    """The sheets the gravest of whose findings by these policies reads so."""
    graver = 0
    for one in VERDICTS:
        found = _either(picture.of(f"{_OF_RULE}{rule}", one) for rule in rules)
        if one == verdict:
            return found & ~graver
        graver |= found
    return 0


def _count(picture: Picture, narrowed: DatasetFilter, facet: ListFacet, room: int) -> dict[str, int]:
    if facet is ListFacet.VERDICT:
        rules = _rules(picture, narrowed)
        return {str(one): (room & _gravest(picture, rules, one)).bit_count() for one in VERDICTS}
    if facet is ListFacet.POLICY:
        read = narrowed.chosen.get(ListFacet.VERDICT) or frozenset(map(str, VERDICTS))
        return {
            rule: (room & _either(_gravest(picture, [rule], one) for one in read)).bit_count()
            for rule in _every_rule(picture)
        }
    found = {value: (room & bits).bit_count() for (name, value), bits in picture.bits.items() if name == facet}
    return {value: number for value, number in found.items() if number}


def _picture(session: Session, day: date) -> Picture:
    """The picture of those who read what this session reads, as of now."""
    # The database itself says for whom it answers: a picture is shown only to those it was painted for.
    role, reads = session.execute(_FOR_WHOM).one()
    key = (str(session.get_bind().engine.url), role, reads or "", day)
    known = _pictures.pop(key, None)
    picture = _touched_up(session, known, day) if known is not None else _painted(session, day)
    # Of two that paint at once either stands: each says up to where it goes.
    _pictures[key] = picture
    while len(_pictures) > _PICTURES_KEPT:
        _pictures.pop(next(iter(_pictures)), None)
    return picture


def _painted(session: Session, day: date) -> Picture:
    # Up to where it goes is read first: what is written meanwhile is looked at again the next time.
    now = session.execute(_NOW).one()
    return Picture(_paint(session, day, None), now.xid, now.moment)


def _touched_up(session: Session, known: Picture, day: date) -> Picture:
    asked = {"xid": known.xid, "moment": known.moment - _LONGEST_WRITE}
    now = session.execute(_CHANGED, asked).one()
    changed = {*(now.sheets or ()), *(now.said or ()), *(now.withdrawn or ())} - {None}
    if len(changed) > _REPAINTED_WHOLE:
        return _painted(session, day)
    if not changed:
        return Picture(known.bits, now.xid, now.moment)
    fresh, stays = _paint(session, day, sorted(changed)), ~_bits(changed)
    bits = {value: fresh.get(value, 0) | (known.bits.get(value, 0) & stays) for value in {*known.bits, *fresh}}
    return Picture(bits, now.xid, now.moment)


def _paint(session: Session, day: date, ids: Sequence[int] | None) -> dict[Value, int]:
    """What each value holds of these sheets, or of all, in one question."""
    bits: dict[Value, int] = {}
    for facet, value, numbers in session.execute(_question(day, ids)):
        bits[facet, EMPTY if value is None else value] = _bits(numbers)
    every = bits.get((STANDING, "standing"), 0) | bits.get((STANDING, "annulled"), 0)
    bits[ListFacet.OWNER, OwnerState.WITHOUT] = every & ~bits.get((ListFacet.OWNER, OwnerState.WITH), 0)
    for facet in (ListFacet.FORMAT, ListFacet.THEME):
        bits[facet, EMPTY] = every & ~_either(held for (name, _value), held in bits.items() if name == facet)
    return bits


def _question(day: date, ids: Sequence[int] | None) -> CompoundSelect[Any]:
    """Each facet, each of its values, and the numbers of the sheets that have it."""
    kept, sheet = true() if ids is None else among(ids), col(Dataset.id)

    def by(facet: Any, value: Any, numbers: Any) -> Select[Any]:
        return select(cast(facet, Text).label("facet"), cast(value, Text).label("value"), numbers.label("sheets"))

    def counted(facet: str, column: Any) -> Select[Any]:
        return by(literal(facet), column, func.array_agg(sheet)).where(kept).group_by(column)

    once = func.array_agg(distinct(sheet))
    files = by(literal(str(ListFacet.FORMAT)), col(Distribution.format), once).join_from(
        Dataset, Distribution, col(Distribution.dataset_id) == sheet
    )
    owned = by(literal(str(ListFacet.OWNER)), literal(str(OwnerState.WITH)), once).join_from(
        Dataset, Appointment, col(Appointment.subject_id) == sheet
    )
    parts = [
        counted(STANDING, case((col(Dataset.annulled), "annulled"), else_="standing")),
        counted(ListFacet.ORGANISATION, col(Dataset.organisation_id)),
        *(counted(facet, column) for facet, column in COLUMNS.items()),
        counted(ListFacet.THEME, func.unnest(col(Dataset.themes))),
        files.where(kept, ~col(Distribution.annulled), col(Distribution.format).is_not(None)).group_by(
            col(Distribution.format)
        ),
        owned.where(kept, *owning_on(day)).having(func.count() > 0),
    ]
    for horizon in Horizon:
        turning = turning_by(SubjectKind.DATASET, day, day + timedelta(days=horizon.days))
        coming = by(literal(str(ListFacet.DEADLINE)), literal(str(horizon)), once).where(kept, sheet.in_(turning))
        parts.append(coming.having(func.count() > 0))
    return union_all(*parts, _said(day, ids))


def _said(day: date, ids: Sequence[int] | None) -> Select[str, str, Sequence[int]]:
    """The verdicts of today, by policy."""
    read = verdict_on(day)
    query = select(
        literal(_OF_RULE).concat(col(Finding.policy_id)).label("facet"),
        cast(read, Text).label("value"),
        func.array_agg(col(Finding.subject_id)).label("sheets"),
    ).where(col(Finding.subject_kind) == SubjectKind.DATASET, col(Finding.until).is_(None), read.in_(VERDICTS))
    if ids is not None:
        query = query.where(col(Finding.subject_id) == any_(literal(list(ids), ARRAY(BigInteger))))
    return query.group_by(col(Finding.policy_id), read)


def _either(many: Iterable[int]) -> int:
    found = 0
    for one in many:
        found |= one
    return found


def _bits(numbers: Iterable[int]) -> int:
    """One long whole number with the bit of each of these set."""
    given = list(numbers)
    if not given:
        return 0
    held = bytearray(max(given) // 8 + 1)
    for one in given:
        held[one >> 3] |= 1 << (one & 7)
    return int.from_bytes(held, "little")


def _numbers(bits: int) -> list[int]:
    """The numbers whose bits are set, in order."""
    held = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return [place * 8 + bit for place, byte in enumerate(held) if byte for bit in _BITS_OF[byte]]


_BITS_OF = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))
