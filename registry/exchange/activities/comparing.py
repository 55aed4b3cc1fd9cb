"""What a file would do to a record: each of its activities against what the register holds. Nothing is written here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.exchange.activities.import_queries import find_datasets_called, find_systems_called
from registry.exchange.activities.terms import folded
from registry.exchange.activities.vocabulary import ReadActivity, ReadRecord, Remark, severity_of
from registry.exchange.exports.queries import find_bodies
from registry.exchange.models import ImportAction
from registry.exchange.rules import EMPTY
from registry.exchange.vocabulary import Severity
from registry.kernel.sort_keys import indexed_sort_key, sort_key
from registry.processing.forms import PARTS, ActivityChange, ActivityForm
from registry.processing.models import ProcessingActivity
from registry.processing.parts import PART_KINDS
from registry.processing.queries import find_every_part
from registry.processing.rules import wrong_beginning, wrong_ending
from registry.processing.vocabulary import ActivityStatus
from registry.processing.wording import POINTING, field_label, shown_reference
from registry.web.forms import WHOLE, say_errors

_SEVERAL = -1


@dataclass(frozen=True)
class Compared:
    """One activity of a file: what becomes of it, and why.

    `content` holds the fields and the parts to write; `changes` each of them before and after, nothing before in one
    that is new.
    """

    read: ReadActivity
    owner_id: int
    action: ImportAction
    activity: ProcessingActivity | None = None
    content: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, list[Any]] = field(default_factory=dict)


class Ground:
    """What a file is compared with: the bodies, their records, and what activities may point to; read once."""

    def __init__(
        self, session: Session, organisation_id: int, writable: Collection[int], read: Sequence[ReadActivity]
    ) -> None:
        self.session, self.own, self.writable = session, organisation_id, frozenset(writable)
        self._pointed = {
            name: find(session, {_called(name, row) for one in read for row in one.parts.get(name, ())})
            for name, find in (("datasets", find_datasets_called), ("systems", find_systems_called))
        }
        self.bodies = find_bodies(session)
        self._named: dict[str, int] = {}
        for number, body in self.bodies.rows.items():
            for said in {body.siren, body.siret, body.insee_code, body.name_sort, self.bodies.key(number)} - {None, ""}:
                key = sort_key(str(said))
                self._named[key] = number if self._named.get(key, number) == number else _SEVERAL

    def body(self, said: str) -> int | None:
        """The body that a file calls so; `_SEVERAL` where more than one is."""
        return self._named.get(sort_key(said)) or self._named.get("".join(said.split()))

    def pointed(self, name: str, said: str, owner: int | None) -> int | None:
        """The one dataset or system that is called so, of a body where the file names it."""
        found = [number for number, body in self._pointed[name].get(said, ()) if owner in {None, body}]
        return found[0] if len(found) == 1 else None

    def owner(self, one: ReadActivity) -> int:
        """Whose record an activity enters, by its key, else by its name; what is wrong is said on it."""
        said = one.owner or one.owner_name
        found = self.body(said) if said else self.own
        if found is None or found == _SEVERAL:
            one.remark("owner-unknown" if found is None else "owner-several", said)
            return self.own
        if one.owner and one.owner_name:
            self._compare_name(one, found)
        if found not in self.writable:
            one.remark("owner-forbidden", self.bodies.name(found) or said)
            return self.own
        return found

    def _compare_name(self, one: ReadActivity, found: int) -> None:
        name = self.bodies.name(found) or ""
        if sort_key(name) == sort_key(one.owner_name) or self.body(one.owner_name) == found:
            return
        if self.body(one.owner_name) is None:
            # The body may have changed its name since the file was made: the key goes before.
            one.remark("owner-renamed", one.owner_name)
        else:
            one.remark("owner-mismatch", " / ".join((name, one.owner_name)))


def compare_record(
    session: Session, organisation_id: int, read: ReadRecord, writable: Collection[int]
) -> list[Compared]:
    """What each activity of a file would do; what is wrong or doubtful is said on it."""
    ground = Ground(session, organisation_id, writable, read.activities)
    owners = [ground.owner(one) for one in read.activities]
    standing = _Standing(session, read.activities, owners)
    seen: set[tuple[int, str]] = set()
    found = []
    for one, owner in zip(read.activities, owners, strict=True):
        if not is_wrong(one):
            key = owner, str(one.values.get("reference") or folded(one.name))
            if key in seen:
                one.remark("twice", key[1] if one.values.get("reference") else one.name)
            seen.add(key)
        found.append(_compared(ground, standing, one, owner))
    return found


def is_wrong(one: ReadActivity) -> bool:
    """Whether something said of an activity keeps it from being written."""
    return any(severity_of(said.code) is Severity.ERROR for said in one.remarks)


class _Standing:
    """The activities of the register that a file may speak of, with their parts, by body, reference and name."""

    def __init__(self, session: Session, read: Sequence[ReadActivity], owners: Sequence[int]) -> None:
        references = {str(one.values["reference"]) for one in read if one.values.get("reference")}
        names = {indexed_sort_key(one.name) for one in read if one.name}
        query = select(ProcessingActivity).where(
            col(ProcessingActivity.organisation_id).in_(set(owners)),
            or_(col(ProcessingActivity.reference).in_(references), col(ProcessingActivity.name_sort).in_(names)),
        )
        rows = session.execute(query).scalars().all()
        ids = [row.id for row in rows]
        self.parts = {name: find_every_part(session, kind.model, ids) for name, kind in PART_KINDS.items()}
        self.by_reference = {(row.organisation_id, row.reference): row for row in rows}
        self.by_name: dict[tuple[int, str], list[ProcessingActivity]] = {}
        for row in rows:
            if not row.annulled:
                self.by_name.setdefault((row.organisation_id, row.name_sort), []).append(row)

    def of(self, one: ReadActivity, owner: int) -> ProcessingActivity | None:
        """The activity that one of a file speaks of: of its reference, else the one of its name."""
        reference = one.values.get("reference")
        found = self.by_reference.get((owner, str(reference))) if reference else None
        if found is not None:
            if found.annulled:
                one.remark("annulled")
            return found
        same = self.by_name.get((owner, indexed_sort_key(one.name)), [])
        if reference:
            # It bears another reference: it is another, unless the register made its own up.
            same = [row for row in same if not (shown_reference(row.reference) or one.whole)]
        if len(same) > 1:
            one.remark("several", one.name)
        return same[0] if len(same) == 1 else None


def _compared(ground: Ground, standing: _Standing, one: ReadActivity, owner: int) -> Compared:
    if not one.name:
        one.remark("nameless")
    activity = standing.of(one, owner) if one.name else None
    parts = {name: _resolved(ground, one, name, rows) for name, rows in one.parts.items() if name in POINTING}
    values = dict(one.values)
    before = _values_of(activity) if activity is not None else {}
    _keep_extra(values, one.extra, before.get("notes"))
    for name in PARTS:
        rows = parts.get(name, one.parts.get(name))
        if rows:
            below = standing.parts[name].get(activity.id, []) if activity is not None else []
            before[name] = [_part_of(name, row) for row in below]
            whole = one.whole and name not in POINTING
            values[name] = rows if whole else _merged(PART_KINDS[name].keys, before[name], rows)
    if activity is None and not one.whole and "status" not in values:
        values["status"] = str(_deduced(values, ground.session.info["today"]()))
        one.remark("status", values["status"])
    if activity is not None:
        values.pop("reference", None)
    content = _checked(ground, one, values, before, is_new=activity is None)
    if is_wrong(one):
        return Compared(one, owner, ImportAction.REFUSED, activity)
    if activity is None:
        told = {name: [None, value] for name, value in content.items() if name != "name"}
        return Compared(one, owner, ImportAction.CREATE, None, content, told)
    changes = {name: [before.get(name), value] for name, value in content.items() if before.get(name) != value}
    action = ImportAction.CHANGE if changes else ImportAction.UNCHANGED
    return Compared(one, owner, action, activity, {name: content[name] for name in changes}, changes)


def _deduced(values: Mapping[str, Any], today: date) -> ActivityStatus:
    """Where an activity stands that a file does not say: its days tell, or else a record holds what is under way."""
    begun, ended = values.get("started_on"), values.get("ended_on")
    if ended and str(ended) < today.isoformat():
        return ActivityStatus.ENDED
    return ActivityStatus.DRAFT if begun and str(begun) > today.isoformat() else ActivityStatus.ACTIVE


def _keep_extra(values: dict[str, Any], extra: Sequence[str], notes: str | None) -> None:
    """Adds to the notes what no field holds, but what they say already."""
    said = "\n".join(filter(None, (values.get("notes"), notes if "notes" not in values else "")))
    new = [line for line in dict.fromkeys(extra) if line not in said]
    if new:
        values["notes"] = "\n".join(filter(None, (said, *new)))


def _values_of(activity: ProcessingActivity) -> dict[str, Any]:
    names = set(ActivityForm.model_fields) - set(PARTS) - {"reference"}
    return {name: _plain(getattr(activity, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [str(one) for one in value]
    if isinstance(value, str):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _part_of(name: str, row: Any) -> dict[str, Any]:
    return _filled({column: _plain(getattr(row, column)) for column in PART_KINDS[name].form.model_fields})


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in EMPTY}


def _merged(keys: tuple[str, ...], before: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What stands with what a file adds or completes: nothing leaves because it does not name it."""
    found = {tuple(row[key] for key in keys): dict(row) for row in before}
    for row in rows:
        key = tuple(row[one] for one in keys)
        found[key] = {**found.get(key, {}), **_filled(row)}
    return list(found.values())


def _checked(
    ground: Ground, one: ReadActivity, values: dict[str, Any], before: Mapping[str, Any], *, is_new: bool
) -> dict[str, Any]:
    """What is to be written, once the form has read it; what it refuses is said on the activity."""
    period = {
        name: before[name] for name in ("started_on", "ended_on", "status") if before.get(name) and name not in values
    }
    today = ground.session.info["today"]()
    form = ActivityForm if is_new else ActivityChange
    given = {name: value for name, value in values.items() if value not in EMPTY}
    try:
        read = form.model_validate({**period, **given}, context={"today": today})
    except ValidationError as error:
        _refuse(one, error)
        return {}
    checks = (("started_on", wrong_beginning, read.started_on), ("ended_on", wrong_ending, read.ended_on))
    for name, find_wrong, day in checks:
        if given.keys() & {"status", name} and (wrong := find_wrong(read.status, day, today)):
            one.remarks.append(Remark("form", wrong, field_label(name)))
            return {}
    said = read.model_dump(mode="json", include=set(given))
    return {name: [*map(_filled, value)] if name in PARTS else value for name, value in said.items()}


def _refuse(one: ReadActivity, error: ValidationError) -> None:
    """Says what the form refuses; where one chooses from a list, in words and in the language of who reads later."""
    chosen = {
        ".".join(map(str, problem["loc"])): (str(problem["input"]), [*filter(_is_name, problem["loc"])][-1])
        for problem in error.errors(include_url=False)
        if problem["type"] == "enum"
    }
    for path, message in say_errors(error).items():
        label = "" if path == WHOLE else field_label(path.partition(".")[0])
        if path in chosen:
            value, name = chosen[path]
            one.remarks.append(Remark("choice", value[:200], label, str(name)))
        elif path != "name" or one.name:
            one.remarks.append(Remark("form", message, label))


def _is_name(step: int | str) -> bool:
    return isinstance(step, str)


def _resolved(ground: Ground, one: ReadActivity, name: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What parts point to, at the register; what is not there is said, and kept among the notes."""
    found = []
    for row in rows:
        owner = ground.body(str(row["organisation_key"])) if row.get("organisation_key") else None
        number = _number_of(ground, name, row, owner)
        if number is not None:
            fields = str(row.get("fields") or "").split("\n") if row.get("fields") else []
            found.append({POINTING[name]: number, **({"fields": fields} if fields else {})})
            continue
        said = str(row.get("name") or row.get("title") or row.get("identifier") or "")
        one.remark(name.removesuffix("s"), said)
        if name != "datasets":
            one.extra.append(f"{field_label(name)} : {said}")
    return found


def _number_of(ground: Ground, name: str, row: Mapping[str, Any], owner: int | None) -> int | None:
    if name != "principals":
        return ground.pointed(name, _called(name, row), owner)
    number = owner or ground.body(str(row.get("name") or ""))
    return None if number == _SEVERAL else number


def _called(name: str, row: Mapping[str, Any]) -> str:
    """What tells the dataset or the system that a row points to."""
    if name == "datasets":
        return str(row.get("identifier") or "")
    return indexed_sort_key(str(row.get("name") or ""))
