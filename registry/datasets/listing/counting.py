"""How many sheets each value of each facet holds, without reading them all again for each.

A picture holds, for each value, one long whole number: the bit of a sheet's number is set where the sheet has it. To
narrow is then to keep the bits two numbers share, to count is to count bits. It is painted by the database for those
who read the same organisations, under their rights, and touched up before each use with the sheets that changed since
(`registry/decisions/0020-a-picture-counts-for-the-list.md`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Select,
    Text,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.models import Finding
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets.listing.narrowing import (
    COLUMNS,
    EMPTY,
    FROM_ELSEWHERE,
    VERDICTS,
    DatasetFilter,
    bearing,
    owning_on,
)
from registry.datasets.models import Dataset, Distribution
from registry.datasets.vocabulary import Horizon, ListFacet, OwnerState
from registry.organisations.models import Appointment

Value = tuple[str, str]
"""A facet, or what else is painted, and one of its values."""
STANDING = "fiche"
_PICTURES_KEPT, _REPAINTED_WHOLE = 8, 20_000
"""Pictures a process keeps; changed sheets from which on a picture is painted anew."""
# A number past those of this server was written on another, before a restore.
_CHANGED = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid,"
    " (SELECT array_agg(DISTINCT CASE table_name WHEN 'dataset' THEN row_id"
    "   WHEN 'distribution' THEN (snapshot ->> 'dataset_id')::bigint ELSE (snapshot ->> 'subject_id')::bigint END)"
    "   FROM ledger_entry WHERE xid >= :xid AND xid <= (SELECT greatest(pg_snapshot_xmax(pg_current_snapshot()),"
    "    pg_current_xact_id_if_assigned())::text::bigint) AND table_name IN ('dataset', 'distribution', 'appointment')"
    "    AND (table_name <> 'appointment' OR snapshot ->> 'subject_kind' = 'dataset')) AS sheets,"
    " (SELECT array_agg(DISTINCT subject_id) FROM finding WHERE subject_kind = 'dataset' AND since_xid >= :xid)"
    " AS said,"
    " (SELECT array_agg(DISTINCT subject_id) FROM finding WHERE subject_kind = 'dataset' AND until_xid >= :xid)"
    " AS withdrawn"
)
_FOR_WHOM = text("SELECT session_user::text, current_setting('beffroi.reads', true)")
_NOW = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


@dataclass(frozen=True)
class Picture:
    """Which sheets have which value, as the transactions below `xid` left them."""

    bits: Mapping[Value, int]
    xid: int

    def of(self, facet: str, value: str) -> int:
        """The sheets that have a value."""
        return self.bits.get((facet, value), 0)

    def all(self, *, annulled: bool) -> int:
        """The sheets that stand, or those that are annulled."""
        return self.of(STANDING, "annulled" if annulled else "standing")


@dataclass(frozen=True)
class Counted:
    """What a selection holds: the sheets, as bits of their numbers, and how many each value would show.

    `lifted` says of each chosen facet how many sheets the list would hold without it; `picture` is what was counted in.
    """

    picture: Picture
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

    def has(self, number: int) -> bool:
        """Whether a sheet is one of these."""
        return bool(self.held >> number & 1)

    def page_by_body(
        self, names: Iterable[tuple[str, int]], after: tuple[str, int] | None, most: int, *, downwards: bool
    ) -> list[int]:
        """The numbers of the next sheets in the order of their organisations, then of their numbers.

        `names` are the organisations by what they sort by; `after` is the place of the last sheet shown.
        """
        groups: dict[str, int] = {}
        for name, body_id in names:
            groups[name] = groups.get(name, 0) | (self.held & self.picture.of(ListFacet.ORGANISATION, str(body_id)))
        found: list[int] = []
        for name in sorted(groups, reverse=downwards):
            bits = groups[name]
            if after is not None and name == after[0]:
                bits = _beyond(bits, after[1], downwards=downwards)
            elif after is not None and (name > after[0]) is downwards:
                continue
            found += _ends(bits, most - len(found), downwards=downwards)
            if len(found) >= most:
                break
        return found


Key = tuple[str, str, str, date]
"""For whom a picture is: the database, the role, what they read, and the day."""
_pictures: dict[Key, Picture] = {}
_easels: dict[Key, Lock] = {}


def count_facets(session: Session, narrowed: DatasetFilter) -> Counted:
    """What a list holds, with the counts of each facet: within all the other facets, whatever is chosen of it."""
    day = narrowed.on or date.min
    picture = _picture(session, day)
    base = picture.all(annulled=narrowed.annulled)
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
    return Counted(picture, held, counts, lifted)


def _apart(session: Session, narrowed: DatasetFilter, picture: Picture) -> int:
    """What words and sheets chosen one by one keep; all of them where there are none."""
    kept = -1
    if narrowed.ids:
        # An address may name any number: bits are held only up to the last sheet there is.
        beyond = (picture.all(annulled=False) | picture.all(annulled=True)).bit_length()
        kept &= _bits(one for one in narrowed.ids if one < beyond)
    if narrowed.bearers is not None:
        kept &= _bits(narrowed.bearers)
    elif narrowed.words.strip():
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
    with _easels.setdefault(key, Lock()):
        # One paints; those who ask for the same meanwhile wait for it, rather than have all of it read again.
        known = _pictures.pop(key, None)
        picture = _touched_up(session, known, day) if known is not None else _painted(session, day)
        _pictures[key] = picture
    while len(_pictures) > _PICTURES_KEPT:
        gone = next(iter(_pictures))
        _pictures.pop(gone, None)
        _easels.pop(gone, None)
    return picture


def _painted(session: Session, day: date) -> Picture:
    # Up to where it goes is read first: what is written meanwhile is looked at again the next time.
    xid = session.execute(_NOW).scalar_one()
    return Picture(_paint(session, day, None), xid)


def _touched_up(session: Session, known: Picture, day: date) -> Picture:
    now = session.execute(_CHANGED, {"xid": known.xid}).one()
    changed = {*(now.sheets or ()), *(now.said or ()), *(now.withdrawn or ())} - {None}
    if len(changed) > _REPAINTED_WHOLE:
        return _painted(session, day)
    if not changed:
        return Picture(known.bits, now.xid)
    fresh, stays = _paint(session, day, sorted(changed)), ~_bits(changed)
    bits = {value: fresh.get(value, 0) | (known.bits.get(value, 0) & stays) for value in {*known.bits, *fresh}}
    return Picture(bits, now.xid)


def _paint(session: Session, day: date, ids: Sequence[int] | None) -> dict[Value, int]:
    """What each value holds of these sheets, or of all, in one question."""
    bits: dict[Value, int] = {}
    for part, value, numbers in session.execute(_question(day, ids)):
        held = _bits(numbers)
        for painted in _painted_by(part, value, day):
            bits[painted] = bits.get(painted, 0) | held
    every = bits.get((STANDING, "standing"), 0) | bits.get((STANDING, "annulled"), 0)
    for name in (value for value in bits if value[0] in FROM_ELSEWHERE or value[0].startswith(_OF_RULE)):
        # What other tables say of a sheet is told to who reads the sheet.
        bits[name] &= every
    bits[ListFacet.OWNER, OwnerState.WITHOUT] = every & ~bits.get((ListFacet.OWNER, OwnerState.WITH), 0)
    for facet in (ListFacet.FORMAT, ListFacet.THEME):
        bits[facet, EMPTY] = every & ~_either(held for (name, _value), held in bits.items() if name == facet)
    return {name: held for name, held in bits.items() if held or name[0] in _ALWAYS}


_ALWAYS = (ListFacet.OWNER, ListFacet.FORMAT, ListFacet.THEME)
_GROUPED: Mapping[str, Any] = {
    STANDING: col(Dataset.annulled),
    ListFacet.ORGANISATION: col(Dataset.organisation_id),
    **{str(facet): column for facet, column in COLUMNS.items()},
}
"""What is one column of the sheet: all counted in one reading of the table."""
_PLACES = {
    str((1 << len(_GROUPED)) - 1 - (1 << len(_GROUPED) - 1 - place)): facet for place, facet in enumerate(_GROUPED)
}
"""Which of them a line tells, by what `GROUPING` says: the bit of the one column is not set."""
_APART = "\x1f"


def _painted_by(part: str, value: str | None, day: date) -> Iterator[Value]:
    """What a line of the question paints: one value, or all that a finding of a policy tells."""
    if part.startswith(_OF_RULE):
        verdict, turns_into, turns_on = (value or "").split(_APART)
        days = (date.fromisoformat(turns_on) - day).days if turns_on else None
        read = turns_into if days is not None and days <= 0 else verdict
        if read in VERDICTS:
            yield part, read
        if days is not None and days > 0 and turns_into == Verdict.NON_COMPLIANT:
            yield from ((ListFacet.DEADLINE, str(one)) for one in Horizon if days <= one.days)
        return
    facet = _PLACES.get(part, part)
    if facet == STANDING:
        value = "annulled" if value == "true" else "standing"
    yield facet, EMPTY if value is None else value


def _question(day: date, ids: Sequence[int] | None) -> CompoundSelect[Any]:
    """Each facet, each of its values, and the numbers of the sheets that have it: each table is read once."""
    sheet, columns = col(Dataset.id), list(_GROUPED.values())

    def by(part: Any, value: Any, number: Any) -> Select[Any]:
        query = select(cast(part, Text).label("part"), cast(value, Text).label("value"), func.array_agg(number))
        return query if ids is None else query.where(number == any_(literal(list(ids), ARRAY(BigInteger))))

    grouped = func.coalesce(*(cast(column, Text) for column in columns))
    sheets = by(func.grouping(*columns), grouped, sheet).group_by(func.grouping_sets(*map(tuple_, columns)))
    theme = func.unnest(col(Dataset.themes))
    files = by(literal(str(ListFacet.FORMAT)), col(Distribution.format), col(Distribution.dataset_id))
    owned = by(literal(str(ListFacet.OWNER)), literal(str(OwnerState.WITH)), col(Appointment.subject_id))
    told = (col(Finding.policy_id), col(Finding.verdict), col(Finding.turns_into), col(Finding.turns_on))
    turning = [func.coalesce(cast(one, Text), "") for one in told[1:]]
    said = by(literal(_OF_RULE).concat(told[0]), func.concat_ws(_APART, *turning), col(Finding.subject_id))
    return union_all(
        sheets,
        by(literal(str(ListFacet.THEME)), theme, sheet).group_by(theme),
        files.where(~col(Distribution.annulled), col(Distribution.format).is_not(None)).group_by(
            col(Distribution.format)
        ),
        owned.where(*owning_on(day)).having(func.count() > 0),
        said.where(
            col(Finding.subject_kind) == SubjectKind.DATASET,
            col(Finding.until).is_(None),
            or_(col(Finding.verdict) != Verdict.NOT_APPLICABLE, col(Finding.turns_on).is_not(None)),
        ).group_by(*told),
    )


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
    last = max(given)
    if len(given) > last >> _SPARSE:
        # Many: written as figures, then read as one number; three times faster than bit by bit.
        figures = bytearray(b"0") * (last + 1)
        for one in given:
            figures[last - one] = _SET
        return int(figures, 2)
    held = bytearray(last // 8 + 1)
    for one in given:
        held[one >> 3] |= 1 << (one & 7)
    return int.from_bytes(held, "little")


def _numbers(bits: int) -> list[int]:
    """The numbers whose bits are set, in order."""
    held = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return [place * 8 + bit for place, byte in enumerate(held) if byte for bit in _BITS_OF[byte]]


def _beyond(bits: int, number: int, *, downwards: bool) -> int:
    """The bits above one, or below it; the number may be any, it comes from an address."""
    place = min(max(number, -1), bits.bit_length())
    return bits & ((1 << max(place, 0)) - 1) if downwards else bits >> (place + 1) << (place + 1)


def _ends(bits: int, most: int, *, downwards: bool) -> list[int]:
    """The lowest numbers whose bits are set, or the highest, in that order."""
    found: list[int] = []
    while bits and len(found) < most:
        place = (bits if downwards else bits & -bits).bit_length() - 1
        found.append(place)
        bits ^= 1 << place
    return found


_SET, _SPARSE = ord("1"), 6
_BITS_OF = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))
