"""What the register of requests of a body says in a document, gathered in one snapshot: by number, naming nobody.

Law: GDPR art. 12 §3; CRPA R311-13 and R*322-4; loi 2016-1321 art. 1.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, ngettext
from registry.ledger.as_of import find_rows
from registry.organisations.holding import BODIES, find_every, find_held, frame_of_sheets
from registry.organisations.queries import get_organisation
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.rules import (
    DEPENDENT,
    REGIMES,
    clock_of,
    fields_called_for,
    is_answered,
    is_left,
    is_waiting,
)
from registry.processing.requests.vocabulary import RequestRegime
from registry.web.templating import say_day

OFFERED = {"organisation": BODIES}


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation that keeps a register of requests: the one it speaks of.

    Raises: NotFound; Invalid when no register is made of such a subject.
    """
    body = get_organisation(session, subject.number) if subject.kind in OFFERED else None
    if body is None or body.kind not in BODIES:
        raise Invalid(_("Un registre des demandes est celui de la collectivité, d’une commune, ou d’un service."))
    return body.id


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The requests a body received, the first received first.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    held = find_held(session, find_every(session, moment), subject.number)
    rows = find_rows(session, ReceivedRequest, until=moment.until, column="organisation_id", among=held.within)
    rows = sorted((row for row in rows if not row.annulled), key=lambda row: (row.received_on, row.id))
    values = {
        **frame_of_sheets(session, held, moment, held.asked.name),
        "summary": [*_summary(rows)],
        "sheets": [_sheet(row, clock_of(row, moment.as_of).state) for row in rows],
    }
    return Gathered(held.kind, subject.number, held.asked.name, subject.number, values)


def _summary(rows: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for regime in RequestRegime:
        under = [row for row in rows if row.regime == regime]
        if under:
            left = sum(map(is_left, under))
            said = ngettext(
                "{regime}, et {count} laissée sans suite", "{regime}, et {count} laissées sans suite", left
            ).format(regime=regime.label, count=left)
            label = said if left else regime.label
            yield {"label": label, "first": sum(map(is_answered, under)), "second": sum(map(is_waiting, under))}


def _standing(row: Any, state: ClockState) -> str:
    if is_left(row):
        return str(row.outcome.label)
    return f"{_('Répondue') if is_answered(row) else _('Ouverte')} · {state.label}"


def _sheet(row: Any, state: ClockState) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "reference": _("n° {number}").format(number=row.id),
        "name": row.right.label if row.right else row.regime.label,
        "standing": _standing(row, state),
        "late": state in {ClockState.OVERDUE, ClockState.LATE},
        "lines": [*_lines(row)],
    }


def _lines(row: Any) -> Iterator[dict[str, Any]]:
    days = _("{received} ; à répondre au plus tard le {due}").format(
        received=say_day(row.received_on), due=say_day(row.due_on)
    )
    verified = _on(row.identity_checked_on, row.identity_check.label if row.identity_check else "")
    answer = _on(row.answered_on, row.outcome.label if row.outcome else "")
    # What was noted before another outcome replaced it is not of this answer.
    called, law = fields_called_for(row.outcome, row.regime), REGIMES[row.regime]
    kept = {name: getattr(row, name) or "" if name in called else "" for name in DEPENDENT}
    refused = "refusal_grounds" in called
    of_gdpr = row.regime == RequestRegime.GDPR
    said: tuple[tuple[str, str, str, bool], ...] = (
        (_("Régime"), "", row.regime.label, True),
        (_("Objet"), "", row.subject, True),
        (_("Reçue le"), "", days, True),
        (_("Par"), "", row.channel.label if row.channel else "", False),
        (_("Délai"), "", _(law.told), False),
        (_("Qualité de qui demande"), "", row.requester_kind.label if row.requester_kind else "", False),
        (_("Identité"), "RGPD, art. 12 §6" if of_gdpr else "", verified, of_gdpr),
        (_("Prolongation annoncée"), "RGPD, art. 12 §3", _on(row.extended_on, row.extension_reasons or ""), False),
        (_("Réponse"), "", answer, True),
        (_("Motifs du refus"), law.refusal, kept["refusal_grounds"], refused),
        (_("Voies de recours dites"), law.refusal, _truth(row.remedies_stated) if refused else "", refused),
        (_("Pourquoi infondée ou abusive"), law.abuse_law, kept["unfounded_reasons"], is_left(row)),
        (_("Transmise à"), law.transfer_law, kept["transferred_to"], False),
        (_("Avis de la CADA"), "CRPA R343-3", _on(row.cada_opinion_on, ""), False),
        (_("Suite donnée à l’avis"), "CRPA R343-3", _on(row.cada_followed_up_on, ""), False),
    )
    for label, article, text, owed in said:
        if text or owed:
            yield {"label": label, "article": article, "text": text, "owed": owed}


def _on(day: Any, text: str) -> str:
    if day is None:
        return text
    said = _("le {day}").format(day=say_day(day))
    return f"{text}, {said}" if text else said


def _truth(said: bool | None) -> str:
    return "" if said is None else _("oui") if said else _("non")
