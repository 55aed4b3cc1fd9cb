"""An erasure as a job: the tables first, in one transaction, then what lies beneath them."""

from collections.abc import Mapping
from typing import Any

import psycopg
import structlog
from sqlalchemy.orm import Session

from registry.erasures.cleaning import clean
from registry.erasures.erasing import Report, erase
from registry.erasures.queries import find_obstacles, get_erasure, get_person, look_for
from registry.erasures.vocabulary import ErasureState
from registry.kernel.errors import Conflict, Unavailable
from registry.kernel.words import _
from registry.ledger.service import say
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.platform.jobs import Job, JobFunction
from registry.search.index import NoIndex

ERASE_JOB = "erasures:person:erase"

log = structlog.get_logger(__name__)


def carry_out(
    home: Home, info: Mapping[str, Any], erasure_id: int, acting: Acting, report: Report = lambda *_said: None
) -> None:
    """Erases the person of an erasure that was asked for, and cleans; done again, it goes on where it was cut short.

    Raises: Conflict when something must be done before, since it was asked; Unavailable when a table is held.
    """
    with transaction(home.owner, acting, **info) as session:
        erasure = get_erasure(session, erasure_id, lock=True)
        if erasure.state is ErasureState.ASKED:
            _refuse_obstacles(session, erasure.person_id, erasure.choices, info)
            erase(session, erasure, home, report)
    report(5, 5, _("Nettoyage de la base et de l’index"))
    try:
        clean(home)
    except (psycopg.Error, NoIndex) as error:
        log.warning("cleaning after an erasure failed", erasure=erasure_id, kind=type(error).__name__)
        raise Unavailable(
            _("La personne est effacée, mais le nettoyage n’a pas pu finir : relancez-le depuis le reçu.")
        ) from error
    with transaction(home.owner, acting, **info) as session:
        erasure = get_erasure(session, erasure_id, lock=True)
        if erasure.state is ErasureState.ERASED:
            say(session, "erasures:person:clean")
            erasure.state = ErasureState.CLEANED


def _refuse_obstacles(session: Session, person_id: int, choices: Mapping[str, Any], info: Mapping[str, Any]) -> None:
    person = get_person(session, person_id, lock=True)
    _identity, sought, _namesakes = look_for(session, person, choices["words"])
    found = find_obstacles(session, person, sought, choices["within"], info["today"]())
    if found:
        raise Conflict(" ".join(one.sentence for one in found))


def erasing(home: Home, info: Mapping[str, Any]) -> JobFunction:
    """What the worker does of an erasure."""

    def done(job: Job) -> dict[str, Any]:
        number = int(job.arguments["erasure_id"])
        carry_out(home, info, number, Acting(job.actor, account_id=job.account_id), job.report)
        return {"address": f"/personnes/effacements/{number}", "label": _("Voir le reçu")}

    return done
