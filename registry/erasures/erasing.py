"""The erasure itself, in one transaction of the tables' owner: passages, caches, old texts, account, identity, key.

The owner's, since neither the pages nor the worker may touch the texts the ledger keeps apart, nor any row of an
account's secrets: what no use case of theirs needs, none of them can do by mistake.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Table, delete, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.models import Account
from registry.erasures.keeping import find_backups, find_kept_evidence, find_naming_documents
from registry.erasures.kept_list import ErasedLine, add_line
from registry.erasures.models import Erasure
from registry.erasures.queries import (
    CACHES,
    DERIVED,
    REGISTERS,
    alike_within,
    find_digests_of,
    find_entries_naming,
    find_old_texts,
    find_passages,
    find_rows,
    free_columns,
    get_person,
    look_for,
    open_requests_kept,
    tables_of,
    work_columns,
)
from registry.erasures.rules import Identity, Sought
from registry.erasures.vocabulary import Counted, ErasureState, Kept
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _
from registry.ledger.service import say, touch
from registry.organisations.models import Person, PersonIdentity, PersonKey
from registry.organisations.queries import get_registry
from registry.platform.home import Home
from registry.platform.tables import Kind

Report = Callable[[int, int, str], None]
_STEPS = 5
_SUBJECTS = {"dataset": "dataset", "information_system": "system"}


def erase(session: Session, erasure: Erasure, home: Home, report: Report = lambda _done, _total, _step: None) -> None:
    """Erases a person and fills the receipt; the list outside the database is written last, before the commit.

    Raises: NotFound; Unreadable when that list cannot be read: nothing is erased then.
    """
    person = get_person(session, erasure.person_id, lock=True)
    within, keep = frozenset(erasure.choices["within"]), frozenset(erasure.choices["keep"])
    identity, sought, namesakes = look_for(session, person, erasure.choices["words"])
    alike = alike_within(session, namesakes, within)
    counts: Counter[str] = Counter()
    say(session, "erasures:person:erase", erasure.reason)
    report(1, _STEPS, _("Textes du registre"))
    _erase_passages(session, sought, within, keep, counts)
    report(2, _STEPS, _("Aperçus, brouillons, réponses gardées"))
    _erase_work(session, sought, within, counts)
    report(3, _STEPS, _("Versions d’avant"))
    _erase_old_texts(session, sought, within, keep, counts)
    report(4, _STEPS, _("Compte et identité"))
    _erase_account(session, person, identity, counts)
    _erase_identity(session, person, counts)
    erasure.kept = [
        *_what_stays(session, erasure, home, sought, within),
        *open_requests_kept(session, person.id, within),
        *({"what": Kept.PERSON, "number": number, "ground": None} for number in sorted(alike)),
    ]
    erasure.counts = dict(counts)
    erasure.state, erasure.erased_at = ErasureState.ERASED, datetime.now(UTC)
    session.flush()
    add_line(home.settings.root, line_of(session, erasure))


def line_of(session: Session, erasure: Erasure) -> ErasedLine:
    """An erasure as the list outside the database keeps it."""
    first = session.execute(
        text("SELECT hash FROM ledger_entry WHERE table_name = 'person' AND row_id = :person ORDER BY version LIMIT 1"),
        {"person": erasure.person_id},
    ).scalar_one()
    chosen = erasure.choices
    return ErasedLine(
        erasure.id, erasure.person_id, bytes(first).hex(), get_registry(session).siren,
        (erasure.erased_at or erasure.asked_at).isoformat(), erasure.ground, erasure.exception,
        tuple(chosen["words"]), tuple(chosen["keep"]), tuple(chosen["within"]),
    )  # fmt: skip


def _mended(sought: Sought, values: Mapping[str, Any], table: Table, kept: Collection[str]) -> dict[str, Any]:
    """What changes in a row: each value without the person, and what is made of it made again."""
    found = {}
    for name, value in values.items():
        if name in kept or not sought.names_in(value):
            continue
        found[name] = sought.erase(value)
        if f"{name}{DERIVED}" in table.columns:
            found[f"{name}{DERIVED}"] = sort_key(found[name])
    return found


def _erase_passages(
    session: Session, sought: Sought, within: Collection[int], keep: Collection[str], counts: Counter[str]
) -> None:
    for table in tables_of(Kind.RECORD):
        if table.name in REGISTERS:
            continue
        for row in find_rows(session, table, free_columns(table), sought, within, lock=True):
            kept = {name for name in row.values if f"{table.name}:{row.id}:{name}" in keep}
            changes = _mended(sought, row.values, table, kept)
            if changes:
                session.execute(update(table).where(table.c.id == row.id).values(changes))
                counts[Counted.PASSAGES] += sum(not name.endswith(DERIVED) for name in changes)
                if table.name in _SUBJECTS:
                    touch(session, _SUBJECTS[table.name], row.id)


def _erase_work(session: Session, sought: Sought, within: Collection[int], counts: Counter[str]) -> None:
    if sought.is_anybody:
        gone = session.execute(
            text("DELETE FROM kept_answer WHERE convert_from(body, 'UTF8') ~ :sought OR headers::text ~ :sought"),
            {"sought": sought.sql},
        )
        counts[Counted.ANSWERS] += gone.rowcount  # type: ignore[attr-defined]
    for table in tables_of(Kind.WORK):
        for row in find_rows(session, table, work_columns(table), sought, within, lock=True):
            if table.name in CACHES:
                session.execute(delete(table).where(table.c.id == row.id))
                counts[Counted.DRAFTS] += 1
            else:
                session.execute(
                    update(table).where(table.c.id == row.id).values(_mended(sought, row.values, table, ()))
                )
                counts[Counted.WORK] += 1


_OF_REGISTERS = text(
    "SELECT DISTINCT said.value FROM ledger_entry e, jsonb_each_text(e.snapshot) AS said"
    " WHERE e.table_name = ANY (CAST(:registers AS text[])) AND said.value = ANY (CAST(:digests AS text[]))"
)


def _erase_old_texts(
    session: Session, sought: Sought, within: Collection[int], keep: Collection[str], counts: Counter[str]
) -> None:
    """Replaces the passages of the texts the ledger keeps apart and drops their salts: no hash changes."""
    found = dict(find_old_texts(session, sought, within))
    if not found:
        return
    kept = set(session.execute(_OF_REGISTERS, {"registers": sorted(REGISTERS), "digests": sorted(found)}).scalars())
    for code in keep:
        table, row, column = code.split(":")
        kept |= find_digests_of(session, table, int(row), column)
    replaced = [{"digest": one, "value": sought.erase(value)} for one, value in found.items() if one not in kept]
    if replaced:
        session.execute(text("UPDATE ledger_text SET value = :value, salt = NULL WHERE digest = :digest"), replaced)
    counts[Counted.TEXTS] += len(replaced)


_OF_ACCOUNT = {
    Counted.SESSIONS: (
        "UPDATE signed_session SET address = NULL, browser = NULL"
        " WHERE account_id = :account AND (address IS NOT NULL OR browser IS NOT NULL)"
    ),
    Counted.SECRETS: (
        "DELETE FROM credential_secret WHERE credential_id IN (SELECT id FROM credential WHERE account_id = :account)"
    ),
    Counted.DRAFTS: "DELETE FROM sheet_draft WHERE account_id = :account",
    Counted.ANSWERS: "DELETE FROM kept_answer WHERE account_id = :account",
    Counted.WORK: "DELETE FROM saved_view WHERE account_id = :account AND NOT is_shared",
}


def _erase_account(session: Session, person: Person, identity: Identity, counts: Counter[str]) -> None:
    if identity.email:
        # A failed sign-in is known by a bare digest of the address: whoever has the address finds it.
        gone = session.execute(
            text("DELETE FROM sign_in_attempt WHERE name_digest = :digest"),
            {"digest": sha256(identity.email.casefold().encode()).digest()},
        )
        counts[Counted.ATTEMPTS] += gone.rowcount  # type: ignore[attr-defined]
    account = session.execute(select(Account).where(col(Account.person_id) == person.id)).scalar_one_or_none()
    if account is None:
        return
    for what, statement in _OF_ACCOUNT.items():
        counts[what] += session.execute(text(statement), {"account": account.id}).rowcount  # type: ignore[attr-defined]


def _erase_identity(session: Session, person: Person, counts: Counter[str]) -> None:
    gone = session.execute(delete(PersonIdentity).where(col(PersonIdentity.person_id) == person.id))
    counts[Counted.IDENTITY] += gone.rowcount  # type: ignore[attr-defined]
    session.execute(delete(PersonKey).where(col(PersonKey.person_id) == person.id))
    person.name_digest = person.email_digest = person.phone_digest = None
    session.flush()


def _what_stays(
    session: Session, erasure: Erasure, home: Home, sought: Sought, within: Collection[int]
) -> list[dict[str, Any]]:
    """Each place that keeps something of the person, by numbers, with its ground."""
    stays: list[dict[str, Any]] = [
        {"what": Kept.PASSAGE, "place": one.code, "ground": erasure.exception}
        for one in find_passages(session, sought, within)
    ]
    stays += [
        {"what": Kept.FIXED, "place": f"{table}:{row}", "ground": erasure.exception}
        for table, row in find_entries_naming(session, sought, within)
    ]
    stays += [
        {
            "what": Kept.DOCUMENT, "number": one.id, "on": one.issued_at.date().isoformat(),
            "ground": erasure.exception,
        }
        for one in find_naming_documents(session, home.files, sought, within)
    ]  # fmt: skip
    evidence = find_kept_evidence(session, home.files, erasure.person_id, sought, within)
    stays += [{"what": Kept.EVIDENCE, "number": one, "ground": erasure.exception} for one in evidence.naming]
    if evidence.unread:
        stays.append({"what": Kept.UNREAD, "number": len(evidence.unread), "ground": None})
    until = erasure.backups_until.isoformat() if erasure.backups_until else None
    stays += [
        {"what": Kept.BACKUP, "name": one.name, "on": one.made_at.date().isoformat(), "until": until, "ground": None}
        for one in find_backups(home.settings.root)
    ]
    return stays
