"""The mail digest: who asked for one is sent, once a period, what they are late with and what falls due in the week."""

import threading
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from registry.accounts.digests import claim_digest, find_digests_due, release_digest
from registry.accounts.models import DigestChoice
from registry.accounts.queries import enter_account
from registry.accounts.rules import period_of
from registry.accounts.vocabulary import DigestRhythm
from registry.desk.deadline_views import DeadlineLine, Digest
from registry.desk.deadline_words import READ, by_month, keep_both_sides, say_deadlines
from registry.kernel.errors import Refusal, Unavailable
from registry.kernel.permissions import Role
from registry.kernel.words import _, ngettext, use_translations
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.platform.mail import Mailer, Unanswered
from registry.web.templating import say_day
from registry.web.words import translations_for

log = structlog.get_logger(__name__)
DIGEST = Acting("machine")
AHEAD, MOST = 7, 50
"""How far a digest looks, and how many deadlines it says. Units: days; deadlines."""
FROM_HOUR, LOOK_EVERY = 7, 600.0
"""From which hour of the authority's day digests leave, and how often whose is due is looked at. Units: seconds."""


def send_digests_on(
    home: Home, info: Mapping[str, Any], stopping: threading.Event, *, every: float = LOOK_EVERY
) -> None:
    """Sends the digests of each day once its morning has come, until told to stop; what failed is tried again."""
    zone = ZoneInfo(info["time_zone"])
    while not stopping.is_set():
        if datetime.now(zone).hour >= FROM_HOUR:
            try:
                send_digests(home, info)
            except (SQLAlchemyError, OSError, Refusal):
                log.exception("digests failed; trying again")
        stopping.wait(every)


def send_digests(home: Home, info: Mapping[str, Any]) -> int:
    """Sends the digests that are due today; how many left."""
    mailer, today = Mailer.of(home.settings), info["today"]()
    if not mailer.is_set:
        return 0
    with transaction(home.jobs, DIGEST, **info) as session:
        due = find_digests_due(session, today)
    if not due:
        return 0
    try:
        mailer.try_out()
    except Unavailable as refusal:
        log.warning("digests wait for the mail server; trying again", waiting=len(due), reason=refusal.message)
        return 0
    return sum(_send(home, info, mailer, choice, today) for choice in due)


def _send(home: Home, info: Mapping[str, Any], mailer: Mailer, choice: DigestChoice, today: date) -> bool:
    """Sends one digest; whether it left. What fails keeps nobody else waiting."""
    period, account_id = period_of(choice.rhythm, today), choice.account_id
    try:
        with use_translations(choice.locale, translations_for(choice.locale)):
            digest = _write(home, info, mailer.site, choice, today)
            # Taken before it is sent: a worker that ends between the two leaves one out, and never sends one twice.
            with transaction(home.jobs, DIGEST, **info) as session:
                if not claim_digest(session, choice, period) or digest is None:
                    return False
            mailer.send(digest.to, digest.subject, digest.body)
    except Unanswered as refusal:
        log.warning("digest perhaps sent; not sent again", account=account_id, reason=refusal.message)
        return False
    except Unavailable as refusal:
        log.warning("digest not sent; trying again", account=account_id, reason=refusal.message)
        with transaction(home.jobs, DIGEST, **info) as session:
            release_digest(session, choice, period)
        return False
    log.info("digest sent", account=account_id)
    return True


def _write(home: Home, info: Mapping[str, Any], site: str, choice: DigestChoice, today: date) -> Digest | None:
    """What an account is told, read within its own rights by the role of the pages; nothing where there is nothing."""
    with transaction(home.jobs, DIGEST, **info) as session:
        entered = enter_account(session, choice.account_id)
    if entered is None:
        return None
    who, acting, address = entered
    if not who.may(READ):
        return None
    with transaction(home.app_at_one_moment, acting, **info) as session:
        lines = say_deadlines(session, who, today, mine=True, ahead=AHEAD, limit=MOST + 1)
    directs = Role.DIRECTOR in who.grants
    return Digest(address, *_words(lines, site, choice.rhythm, today, directs=directs)) if lines else None


def _words(
    lines: list[DeadlineLine], site: str, rhythm: DigestRhythm, today: date, *, directs: bool
) -> tuple[str, str]:
    """The subject and the text of a digest; what is confided is told without the words of its record.

    Who directs is told who does each thing: what contracts owe is theirs to see done, not to do.
    """
    said = keep_both_sides(lines, today, MOST)
    late = sum(one.day < today for one in said)
    subject = ngettext("Beffroi : %(num)s échéance", "Beffroi : %(num)s échéances", len(said)) % {"num": len(said)}
    if late:
        subject += ngettext(", dont %(num)s en retard", ", dont %(num)s en retard", late) % {"num": late}
    parts = [
        _("Ce qui est en retard et ce qui échoit dans les sept jours, parmi ce que vous avez à faire ou à faire faire.")
        if directs
        else _("Ce qui est en retard et ce qui échoit dans les sept jours, parmi ce que vous avez à faire.")
    ]
    for month in by_month(said, today):
        count = ngettext("%(num)s échéance", "%(num)s échéances", len(month.lines)) % {"num": len(month.lines)}
        parts.append(f"{month.title}{_(' : ')}{count}")
        parts.extend(_line(one, site, says_who=directs) for one in month.lines)
    if len(lines) > MOST:
        parts.append(_("Il y en a d’autres : toutes sont à l’adresse qui suit."))
    parts.append(_("Toutes vos échéances : {address}").format(address=f"{site}/echeances?de=miennes"))
    foot = (
        _("Vous avez demandé ce message chaque semaine. Pour le changer ou l’arrêter : {address}")
        if rhythm is DigestRhythm.WEEKLY
        else _("Vous avez demandé ce message chaque jour ouvré. Pour le changer ou l’arrêter : {address}")
    )
    parts.append("-- \n" + foot.format(address=f"{site}/mon-compte#courriel"))
    return subject, "\n\n".join(parts) + "\n"


def _line(one: DeadlineLine, site: str, *, says_who: bool) -> str:
    about = " · ".join(part for part in ("" if one.is_confided else one.name, one.organisation) if part)
    who = f"{_('Par')}{_(' : ')}{one.by}" if says_who and one.by else ""
    return "\n  ".join(
        part for part in (f"- {say_day(one.day)} : {one.what}", about, who, f"{site}{one.address}") if part
    )
