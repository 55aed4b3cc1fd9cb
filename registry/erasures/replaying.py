"""Doing again, in a restored registry, the erasures that were made since its backup."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.models import Account
from registry.accounts.vocabulary import AccountState
from registry.erasures.cleaning import clean
from registry.erasures.erasing import erase
from registry.erasures.kept_list import ErasedLine, add_missing
from registry.erasures.models import Erasure
from registry.erasures.queries import find_erasure_of, find_naming_imports, is_erased, look_for
from registry.exchange.models import ImportState
from registry.exchange.service import abandon_import
from registry.kernel.words import _
from registry.ledger.service import say
from registry.organisations.models import Appointment, Person
from registry.organisations.queries import get_registry
from registry.organisations.service import end_appointment
from registry.platform.database import Acting, transaction
from registry.platform.home import Home

_ABANDONED = frozenset({ImportState.READING, ImportState.ASKING, ImportState.PREVIEWED})


def replay(home: Home, info: Mapping[str, Any], lines: Iterable[ErasedLine], acting: Acting) -> int:
    """Erases again whoever a list says was erased and a restored database still knows; how many.

    What had been done before each erasure is done again too: the account stopped, the appointments ended, the imports
    that waited set aside. A line of another registry, or of somebody this database does not know, changes nothing.

    Raises: Unreadable when the list of the home cannot be read.
    """
    kept = list(lines)
    add_missing(home.settings.root, kept)
    done = 0
    for line in kept:
        with transaction(home.owner, acting, **info) as session:
            person = _still_known(session, line)
            if person is None:
                continue
            say(session, "erasures:person:replay", _reason())
            _make_way(session, person, line)
            erase(session, _erasure(session, person, line), home)
            done += 1
    if done:
        clean(home)
    return done


def _reason() -> str:
    return _("Effacement refait à la restauration d’une sauvegarde, d’après la liste des effacements.")


_FIRST_HASH = text(
    "SELECT hash FROM ledger_entry WHERE table_name = 'person' AND row_id = :person ORDER BY version LIMIT 1"
)


def _still_known(session: Session, line: ErasedLine) -> Person | None:
    if get_registry(session).siren != line.siren:
        return None
    person = session.get(Person, line.person, with_for_update=True)
    if person is None or is_erased(session, person.id):
        return None
    first = session.execute(_FIRST_HASH, {"person": person.id}).scalar_one()
    # A number that was given again after a restoration is somebody else's: only the first writing tells.
    return person if bytes(first).hex() == line.first_hash else None


def _erasure(session: Session, person: Person, line: ErasedLine) -> Erasure:
    erasure = find_erasure_of(session, person.id) or Erasure(
        organisation_id=person.organisation_id, person_id=person.id, ground=line.ground, reason=_reason(), choices={}
    )
    erasure.exception = line.exception
    erasure.choices = {"words": list(line.words), "keep": list(line.keep), "within": list(line.within)}
    session.add(erasure)
    session.flush()
    return erasure


def _make_way(session: Session, person: Person, line: ErasedLine) -> None:
    on: date = datetime.fromisoformat(line.on).date()
    account = session.execute(select(Account).where(col(Account.person_id) == person.id)).scalar_one_or_none()
    if account is not None and account.state is not AccountState.STOPPED:
        account.state = AccountState.STOPPED
    ends = func.upper(col(Appointment.during))
    running = select(col(Appointment.id)).where(
        col(Appointment.person_id) == person.id, ~col(Appointment.annulled), (ends.is_(None)) | (ends > on)
    )
    for number in session.execute(running).scalars().all():
        end_appointment(session, number, on=on, reason=_reason())
    _identity, sought, _namesakes = look_for(session, person, line.words)
    for number, state in find_naming_imports(session, sought, line.within):
        if state in _ABANDONED:
            abandon_import(session, number)
