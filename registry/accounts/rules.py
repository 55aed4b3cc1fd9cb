"""What a password must be, when the next attempt must wait, when a digest is due: pure functions of values."""

from datetime import date, timedelta

from registry.accounts.vocabulary import DigestRhythm
from registry.kernel.dates import is_working_day

SESSION_LASTS = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=2)
INVITATION_LASTS = timedelta(hours=24)
ENDED_KEPT = timedelta(days=1)
"""How long a session that is over, or a link that was used, is kept before it is forgotten."""
RESET_LASTS = timedelta(hours=2)
FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_PER_NAME = 10
FAILURES_PER_ADDRESS = 50
TOKEN_LASTS_AT_MOST = timedelta(days=366)

SHORT, LONG, NAMING = 12, 16, 4


def is_strong(password: str, email: str) -> bool:
    """Whether a password resists guessing: twelve characters of three kinds, or sixteen of any.

    Law: CNIL, délibération n° 2022-100 of 21 July 2022 (recommendation on passwords; not binding).
    """
    name = email.partition("@")[0].casefold()
    # A name of a few letters stands by chance in many a phrase.
    if len(name) >= NAMING and name in password.casefold():
        return False
    if len(set(password)) < 6:
        return False
    kinds = sum(
        (
            any(letter.islower() for letter in password),
            any(letter.isupper() for letter in password),
            any(letter.isdigit() for letter in password),
            any(not letter.isalnum() for letter in password),
        )
    )
    return len(password) >= LONG or (len(password) >= SHORT and kinds >= 3)


def must_wait(failures_by_name: int, failures_by_address: int) -> bool:
    """Whether so many recent failures forbid another attempt for now."""
    return failures_by_name >= FAILURES_PER_NAME or failures_by_address >= FAILURES_PER_ADDRESS


def period_of(rhythm: DigestRhythm, day: date) -> date:
    """The first day of the period a day belongs to, by the rhythm of a digest: that day, or the Monday of its week."""
    return day - timedelta(days=day.weekday()) if rhythm is DigestRhythm.WEEKLY else day


def is_digest_due(rhythm: DigestRhythm, told_on: date, today: date) -> bool:
    """Whether a digest may leave today, none having left in this period: on working days alone.

    The weekly one leaves on Monday, and on the next working day where Monday is off or the machine was.
    """
    return rhythm is not DigestRhythm.NONE and is_working_day(today) and told_on < period_of(rhythm, today)
