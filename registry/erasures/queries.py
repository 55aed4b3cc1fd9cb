"""Every SELECT of an erasure: who the person is, where they are named, what must be done before, what was erased."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Row, String, Table, Text, select, text
from sqlalchemy import Enum as StoredEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.models import Account
from registry.accounts.vocabulary import AccountState
from registry.erasures.models import Erasure
from registry.erasures.rules import Identity, Sought, sought_of
from registry.erasures.vocabulary import Kept
from registry.exchange.models import OVER, ImportState
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Person, PersonIdentity, PersonKey
from registry.organisations.vocabulary import AppointmentRole
from registry.platform.tables import Kind
from registry.platform.tables import Table as Declared
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.queries import settled_on

APART = frozenset({"person", "person_identity", "person_key", "ledger_entry", "ledger_text", "erasure"})
"""Tables of which an erasure takes care by itself."""
REGISTERS = frozenset({"issued_document"})
"""Registers of documents: what they say of one stays with it, and is told among the documents."""
CACHES = frozenset({"kept_answer", "piece_page", "sheet_draft"})
"""Tables whose rows go whole: what was typed, answered or read is not mended."""
DERIVED = "_sort"
"""How the name of a column ends that is made of another: it is made again, never mended."""
_AT_ONCE = 500
"""Rows of one table read at once."""


def get_erasure(session: Session, erasure_id: int, *, lock: bool = False) -> Erasure:
    """One erasure within the asker's rights.

    Raises: NotFound.
    """
    found = session.get(Erasure, erasure_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Cet effacement n’existe pas, ou vos droits ne vous le montrent pas."))
    return found


def find_erasure_of(session: Session, person_id: int) -> Erasure | None:
    """The erasure of a person, if one was asked for."""
    return session.execute(select(Erasure).where(col(Erasure.person_id) == person_id)).scalar_one_or_none()


def find_erasures(session: Session, within: Collection[int]) -> Sequence[Erasure]:
    """The erasures of these organisations, the latest first."""
    query = select(Erasure).where(col(Erasure.organisation_id).in_(within)).order_by(col(Erasure.id).desc())
    return session.execute(query.limit(200)).scalars().all()


def get_person(session: Session, person_id: int, *, lock: bool = False) -> Person:
    """One person within the asker's rights.

    Raises: NotFound.
    """
    found = session.get(Person, person_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_("Cette personne n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def is_erased(session: Session, person_id: int) -> bool:
    """Whether the key of a person is gone: nothing says any more who they are."""
    return session.get(PersonKey, person_id) is None


def find_identity(session: Session, person: Person) -> Identity:
    """What is known of who a person is, as it stands now."""
    rows = session.execute(
        select(col(PersonIdentity.digest), col(PersonIdentity.value)).where(col(PersonIdentity.person_id) == person.id)
    ).all()
    values = {row.digest: row.value for row in rows}
    return Identity(
        values.get(person.name_digest or ""),
        values.get(person.email_digest or ""),
        values.get(person.phone_digest or ""),
    )


@dataclass(frozen=True)
class Namesake:
    """Somebody else whose identity holds the same words: whole (`same`), or within a longer name."""

    person_id: int
    organisation_id: int
    value: str
    same: bool


def find_namesakes(session: Session, person_id: int, sought: Sought) -> list[Namesake]:
    """The other persons the asker may know whose name, address or number holds this person's."""
    if not sought.is_anybody:
        return []
    rows = session.execute(
        text(
            "SELECT i.person_id, p.organisation_id, i.value FROM person_identity i JOIN person p ON p.id = i.person_id"
            " WHERE i.person_id <> :person AND i.value ~ :sought ORDER BY i.id"
        ),
        {"person": person_id, "sought": sought.sql},
    )
    return [
        Namesake(row.person_id, row.organisation_id, row.value, sought.find(row.value) == [(0, len(row.value))])
        for row in rows
        if sought.find(row.value) or _is_within(sought, row.value)
    ]


def alike_within(session: Session, namesakes: Iterable[Namesake], within: Collection[int]) -> dict[int, str]:
    """The others of these organisations who bear exactly the same name or address and whom nobody asked to erase."""
    alike = {one.person_id: one.value for one in namesakes if one.same and one.organisation_id in within}
    if not alike:
        return {}
    asked = select(col(Erasure.person_id)).where(col(Erasure.person_id).in_(alike))
    done = set(session.execute(asked).scalars())
    return {number: value for number, value in alike.items() if number not in done}


def _is_within(sought: Sought, value: str) -> bool:
    return any(value[start:end] for start, end in replace(sought, others=()).find(value))


def look_for(session: Session, person: Person, words: Iterable[int]) -> tuple[Identity, Sought, list[Namesake]]:
    """Who a person is, how they are looked for in texts, and who else bears their name."""
    identity = find_identity(session, person)
    alone = list(words)
    sought = sought_of(identity, words=alone)
    namesakes = find_namesakes(session, person.id, sought)
    others = [one.value for one in namesakes if not one.same]
    return identity, sought_of(identity, words=alone, others=others), namesakes


@dataclass(frozen=True)
class Passage:
    """A text of record that names the person: where it stands, and the first words that do."""

    table: str
    row: int
    column: str
    organisation_id: int | None
    title: str
    pieces: Sequence[tuple[str, bool]]
    times: int

    @property
    def code(self) -> str:
        """The passage as a form names it."""
        return f"{self.table}:{self.row}:{self.column}"


def tables_of(kind: str) -> Iterator[Table]:
    """The tables of a kind that an erasure searches, whatever room they are of."""
    for table in sorted(Declared.metadata.tables.values(), key=lambda one: one.name):
        if table.info.get("kind") == kind and table.name not in APART:
            yield table


def work_columns(table: Table) -> list[str]:
    """Every column of a table of work in which a text may stand, save those made of another."""
    if "id" not in table.columns:
        return []
    names = [*(column.name for column in table.columns if column.info.get("names_people") in {"free", "identity"})]
    every = [*names, *(name for name in fixed_columns(table) if name not in names)]
    return [name for name in every if not (name.endswith(DERIVED) and name.removesuffix(DERIVED) in every)]


def free_columns(table: Table) -> list[str]:
    """The texts of a table that may name somebody; those that are made of another are left out."""
    free = [column.name for column in table.columns if column.info.get("names_people") == "free"]
    return [name for name in free if not (name.endswith(DERIVED) and name.removesuffix(DERIVED) in free)]


def fixed_columns(table: Table) -> list[str]:
    """The other columns of a table of record in which a text may stand: they were declared to name nobody."""
    return [
        column.name
        for column in table.columns
        if column.info.get("names_people") in {"no", None}
        and (
            isinstance(column.type, JSONB)
            or (isinstance(column.type, ARRAY) and isinstance(column.type.item_type, Text))
            or (isinstance(column.type, String) and not isinstance(column.type, StoredEnum))
        )
        and not column.name.endswith(("_digest", "_hash", "sha256"))
    ]


def _where(table: Table, columns: Sequence[str]) -> str:
    """Rows of some organisations in which one of these columns may name somebody."""
    joined = ", ".join(f'"{name}"::text' for name in columns)
    owner = '"id"' if table.name == "organisation" else '"organisation_id"'
    within = f" AND {owner} = ANY (CAST(:within AS bigint[]))" if _has_owner(table) else ""
    if not within and "account_id" in table.columns:
        within = (
            " AND account_id IN (SELECT a.id FROM account a WHERE a.organisation_id = ANY (CAST(:within AS bigint[])))"
        )
    return f"concat_ws(E'\\n', {joined}) ~ :sought{within}"


def _has_owner(table: Table) -> bool:
    return table.name == "organisation" or "organisation_id" in table.columns


@dataclass(frozen=True)
class FoundRow:
    """A row that names the person: its number, its organisation, its title, and the columns looked at."""

    id: int
    organisation_id: int | None
    title: str
    values: Mapping[str, Any]


def find_rows(
    session: Session, table: Table, columns: Sequence[str], sought: Sought, within: Collection[int], *,
    lock: bool = False,
) -> Iterator[FoundRow]:  # fmt: skip
    """The rows of a table in which one of these columns names the person, by number; locked, as they stand now."""
    if not columns or not sought.is_anybody or "id" not in table.columns:
        return
    label = next((f'"{name}"' for name in ("title", "name", "label") if name in table.columns), "NULL")
    owner = "organisation_id" if "organisation_id" in table.columns else "NULL"
    names = ", ".join(f'"{name}"' for name in columns)
    query = text(
        f"SELECT id, {owner} AS owner_of_row, {label} AS said_title, {names} FROM {table.name}"
        f" WHERE {_where(table, columns)} AND id > :after ORDER BY id LIMIT {_AT_ONCE}{' FOR UPDATE' if lock else ''}"
    )
    asked: dict[str, Any] = {"sought": sought.sql, "within": sorted(within), "after": 0}
    while rows := session.execute(query, asked).mappings().all():
        for row in rows:
            values = {name: row[name] for name in columns}
            if any(sought.names_in(one) for one in values.values()):
                yield FoundRow(row["id"], row["owner_of_row"], row["said_title"] or "", values)
        asked["after"] = rows[-1]["id"]


def find_passages(session: Session, sought: Sought, within: Collection[int], *, fixed: bool = False) -> list[Passage]:
    """The texts of record that name the person now; with `fixed`, those of columns declared to name nobody."""
    found = []
    for table in tables_of(Kind.RECORD):
        if table.name in REGISTERS:
            continue
        columns = fixed_columns(table) if fixed else free_columns(table)
        for row in find_rows(session, table, columns, sought, within):
            for name in columns:
                said = _as_text(row.values[name])
                if spans := sought.find(said):
                    found.append(
                        Passage(
                            table.name, row.id, name, row.organisation_id, row.title, sought.excerpt(said), len(spans)
                        )
                    )
    return found


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_as_text(one) for one in value)
    return "" if value is None else str(value)


def find_old_texts(session: Session, sought: Sought, within: Collection[int]) -> list[tuple[str, str]]:
    """The texts kept apart by the ledger that name the person: the digest of each, and its value."""
    if not sought.is_anybody:
        return []
    rows = session.execute(
        text(
            "SELECT digest, value FROM ledger_text WHERE value ~ :sought"
            " AND (organisation_id IS NULL OR organisation_id = ANY (CAST(:within AS bigint[])))"
        ),
        {"sought": sought.sql, "within": sorted(within)},
    )
    return [(row.digest, row.value) for row in rows if sought.find(row.value)]


_PROTECTED = text(
    "SELECT DISTINCT snapshot ->> CAST(:column AS text) AS digest FROM ledger_entry"
    " WHERE table_name = :table AND row_id = :row AND snapshot ->> CAST(:column AS text) LIKE 'text:%'"
)


def find_digests_of(session: Session, table: str, row: int, column: str) -> set[str]:
    """The digests under which the ledger keeps every version of one text."""
    return set(session.execute(_PROTECTED, {"table": table, "row": row, "column": column}).scalars())


def find_entries_naming(session: Session, sought: Sought, within: Collection[int]) -> list[tuple[str, int]]:
    """The rows whose entries in the ledger name the person where no text is kept apart: nothing rewrites them."""
    if not sought.is_anybody:
        return []
    rows = session.execute(
        text(
            "SELECT table_name, row_id, snapshot::text AS said, actor FROM ledger_entry"
            " WHERE (snapshot::text ~ :sought OR actor ~ :sought)"
            " AND (organisation_id IS NULL OR organisation_id = ANY (CAST(:within AS bigint[]))) ORDER BY id"
        ),
        {"sought": sought.sql, "within": sorted(within)},
    )
    return sorted({(row.table_name, row.row_id) for row in rows if sought.find(row.said) or sought.find(row.actor)})


@dataclass(frozen=True)
class Obstacle:
    """What must be done before the person can be erased, and where."""

    sentence: str
    address: str = ""
    action: str = ""


def find_obstacles(
    session: Session, person: Person, sought: Sought, within: Collection[int], today: date
) -> list[Obstacle]:
    """What keeps the person from being erased today."""
    return [
        *_account(session, person),
        *_appointments(session, person, today),
        *_imports(session, sought, within),
        *_beyond(session, person, within, today),
    ]


def _account(session: Session, person: Person) -> list[Obstacle]:
    account = session.execute(select(Account).where(col(Account.person_id) == person.id)).scalar_one_or_none()
    if account is None or account.state is AccountState.STOPPED:
        return []
    return [
        Obstacle(
            _(
                "Son compte est « {state} » : qui administre les comptes doit d’abord l’arrêter. S’il est le dernier à "
                "administrer une organisation, ce rôle est à donner avant à quelqu’un d’autre."
            ).format(state=account.state.label.lower()),
            "/comptes", _("Arrêter le compte"),
        )
    ]  # fmt: skip


_RUNNING = text(
    "SELECT a.role, coalesce(d.title, s.name, o.name, '') AS name FROM appointment a"
    " LEFT JOIN dataset d ON a.subject_kind = 'dataset' AND d.id = a.subject_id"
    " LEFT JOIN information_system s ON a.subject_kind = 'system' AND s.id = a.subject_id"
    " LEFT JOIN organisation o ON a.subject_kind = 'organisation' AND o.id = a.subject_id"
    " WHERE a.person_id = :person AND NOT a.annulled AND (upper(a.during) IS NULL OR upper(a.during) > :today)"
    " ORDER BY a.id"
)


def _appointments(session: Session, person: Person, today: date) -> list[Obstacle]:
    sentence = _("Un mandat court encore : {role}, {subject}. Terminez-le, ou confiez-le à quelqu’un d’autre.")
    return [
        Obstacle(
            sentence.format(role=AppointmentRole(row.role).label, subject=row.name),
            f"/bureau/passations/{person.id}",
            _("Passer la main"),
        )
        for row in session.execute(_RUNNING, {"person": person.id, "today": today})
    ]


_IMPORTS = text(
    "SELECT DISTINCT b.id, b.state FROM import_batch b"
    " LEFT JOIN import_account a ON a.batch_id = b.id LEFT JOIN import_line l ON l.batch_id = b.id"
    " WHERE b.state <> ALL (CAST(:over AS text[])) AND b.organisation_id = ANY (CAST(:within AS bigint[]))"
    " AND concat_ws(E'\\n', b.source_name, a.content::text, l.title, l.content::text, l.changes::text,"
    "               l.anomalies::text) ~ :sought ORDER BY 1"
)


def find_naming_imports(session: Session, sought: Sought, within: Collection[int]) -> list[tuple[int, ImportState]]:
    """The imports that wait and may name the person: by number, with where each stands."""
    if not sought.is_anybody:
        return []
    asked = {"over": [str(state) for state in OVER], "within": sorted(within), "sought": sought.sql}
    return [(row.id, ImportState(row.state)) for row in session.execute(_IMPORTS, asked)]


def _imports(session: Session, sought: Sought, within: Collection[int]) -> list[Obstacle]:
    sentence = _("L’import n° {number} attend, et nomme peut-être cette personne : appliquez-le ou abandonnez-le.")
    return [
        Obstacle(sentence.format(number=number), f"/imports/{number}", _("Voir l’import"))
        for number, _state in find_naming_imports(session, sought, within)
    ]


def _beyond(session: Session, person: Person, within: Collection[int], today: date) -> list[Obstacle]:
    beyond = session.execute(
        text("SELECT person_holds_beyond(:person, CAST(:within AS bigint[]), :today)"),
        {"person": person.id, "within": sorted(within), "today": today},
    ).scalar_one()
    if not beyond:
        return []
    return [
        Obstacle(
            _(
                "Cette personne tient aussi un rôle ou un mandat sur une organisation que vos droits ne couvrent pas : "
                "demandez à qui en répond de l’y terminer."
            )
        )
    ]


@dataclass(frozen=True)
class Reference:
    """A kind of row that refers to the person by number: it stays, and says nothing of who they were."""

    table: str
    column: str
    count: int


def find_references(session: Session, person_ids: Collection[int]) -> dict[int, list[Reference]]:
    """How many rows of each table refer to each of these persons, by the foreign keys of every room, in one query."""
    kept = sorted(
        (table.name, key.parent.name)
        for table in Declared.metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "person.id" and table.name != "erasure"
    )
    parts = (
        f"SELECT '{table}' AS place, '{column}' AS said, \"{column}\" AS person, count(*) AS times FROM {table}"
        f' WHERE "{column}" = ANY (CAST(:people AS bigint[])) GROUP BY "{column}"'
        for table, column in kept
    )
    query = text(f"{' UNION ALL '.join(parts)} ORDER BY 1, 2")
    found: dict[int, list[Reference]] = {}
    for row in session.execute(query, {"people": sorted(person_ids)}):
        found.setdefault(row.person, []).append(Reference(row.place, row.said, row.times))
    return found


def find_open_requests(session: Session, person_id: int, within: Collection[int]) -> list[int]:
    """The requests of a person that these organisations have still to answer, by number: their delay goes on."""
    query = select(col(ReceivedRequest.id)).where(
        col(ReceivedRequest.requester_id) == person_id,
        col(ReceivedRequest.organisation_id).in_(within),
        col(ReceivedRequest.annulled).is_(False),
        settled_on().is_(None),
    )
    return list(session.execute(query.order_by(col(ReceivedRequest.id))).scalars())


def open_requests_kept(session: Session, person_id: int, within: Collection[int]) -> list[dict[str, Any]]:
    """The same requests as a receipt keeps them."""
    found = find_open_requests(session, person_id, within)
    return [{"what": Kept.REQUEST, "number": number, "ground": None} for number in found]


def find_people(session: Session, within: Collection[int], words: str, limit: int = 100) -> Sequence[Row[Any]]:
    """The people of these organisations whose name or address begins a word by what was typed, by name."""
    return session.execute(
        text(
            "SELECT p.id, n.value AS name, m.value AS email, o.name AS organisation, a.id IS NOT NULL AS has_account"
            "  FROM person p JOIN organisation o ON o.id = p.organisation_id"
            "  LEFT JOIN person_identity n ON n.person_id = p.id AND n.digest = p.name_digest"
            "  LEFT JOIN person_identity m ON m.person_id = p.id AND m.digest = p.email_digest"
            "  LEFT JOIN account a ON a.person_id = p.id"
            " WHERE p.organisation_id = ANY (CAST(:within AS bigint[])) AND (n.id IS NOT NULL OR m.id IS NOT NULL)"
            "   AND (:words = '' OR position(:words IN ' ' || coalesce(n.folded, '')) > 0"
            "        OR position(:words IN ' ' || coalesce(m.folded, '')) > 0)"
            " ORDER BY n.folded, m.folded, p.id LIMIT :limit"
        ),
        {"within": sorted(within), "words": f" {words}" if words else "", "limit": limit},
    ).all()
