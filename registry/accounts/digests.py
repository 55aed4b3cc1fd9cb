"""The choice of a mail digest, and the claim of each of its periods: what is in one, the desk knows."""

from datetime import date

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.models import Account, DigestChoice
from registry.accounts.rules import is_digest_due, period_of
from registry.accounts.vocabulary import AccountState, DigestRhythm


def find_rhythm(session: Session, account_id: int) -> DigestRhythm:
    """How often an account asked to be mailed what it owes."""
    found = session.get(DigestChoice, account_id)
    return DigestRhythm.NONE if found is None else found.rhythm


def find_digests_due(session: Session, today: date) -> list[DigestChoice]:
    """Whose digest is to leave today, among the accounts that still sign in."""
    choices = session.execute(
        select(DigestChoice)
        .join(Account, col(Account.id) == col(DigestChoice.account_id))
        .where(col(Account.state) == AccountState.ACTIVE)
        .order_by(col(DigestChoice.account_id))
    ).scalars()
    return [one for one in choices if is_digest_due(one.rhythm, one.told_on, today)]


def choose_digest(session: Session, account_id: int, rhythm: DigestRhythm, locale: str, *, today: date) -> None:
    """How often an account is mailed what it owes, from its next period on: nobody is written to on the spot."""
    row = insert(DigestChoice).values(
        account_id=account_id, rhythm=rhythm, locale=locale, told_on=period_of(rhythm, today)
    )
    told, new = col(DigestChoice.told_on), row.excluded
    # Saving the same choice again does not take the digest of the day away.
    since = case((col(DigestChoice.rhythm) == new.rhythm, told), else_=func.greatest(told, new.told_on))
    asked = {"rhythm": new.rhythm, "locale": new.locale, "told_on": since}
    session.execute(row.on_conflict_do_update(index_elements=["account_id"], set_=asked))


def claim_digest(session: Session, choice: DigestChoice, period: date) -> bool:
    """Takes one period of a digest: of two workers, or of a restart and what it follows, one may send it.

    Nobody may where the account was stopped, or chose otherwise, meanwhile.
    """
    active = select(col(Account.id)).where(col(Account.state) == AccountState.ACTIVE)
    claimed = session.execute(
        update(DigestChoice)
        .where(
            col(DigestChoice.account_id) == choice.account_id,
            col(DigestChoice.rhythm) == choice.rhythm,
            col(DigestChoice.told_on) < period,
            col(DigestChoice.account_id).in_(active),
        )
        .values(told_on=period)
        .returning(col(DigestChoice.account_id))
    )
    return claimed.first() is not None


def release_digest(session: Session, choice: DigestChoice, period: date) -> None:
    """Gives a period back that was taken and could not be sent: the next look takes it again."""
    kept = col(DigestChoice.account_id) == choice.account_id, col(DigestChoice.told_on) == period
    session.execute(update(DigestChoice).where(*kept).values(told_on=choice.told_on))
