"""What a password must be, and when the next attempt must wait: pure functions of values."""

from datetime import timedelta

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
