"""What the summary of all the contracts of a body says in a document: which are to look at first, and why.

Law: CGCT L1411-13; CCP L3131-2 to L3131-5.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.vocabulary import Force, Severity, Verdict
from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.lacking import count_lacking
from registry.contracts.deliveries.costs import Cost
from registry.contracts.deliveries.lateness import say_together
from registry.contracts.deliveries.views import say_days
from registry.contracts.models import Contract
from registry.contracts.noting.deciding import count_unkept, law_of_finding, say_unkept
from registry.contracts.noting.reading import NotedContract, read_contracts
from registry.contracts.vocabulary import ContractKind, ContractState
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, ngettext
from registry.ledger.as_of import find_rows
from registry.organisations.holding import BODIES, find_every, find_held, frame_of_sheets
from registry.organisations.queries import get_organisation
from registry.web.templating import say_day

SUBJECT = "organisation"
OFFERED = {SUBJECT: BODIES}
_OVER = frozenset({ContractState.ENDED})


def get_keeper(session: Session, subject: Subject) -> int:
    """The body whose contracts are summed up.

    Raises: NotFound; Invalid when the subject is none that has contracts here.
    """
    body = get_organisation(session, subject.number) if subject.kind == SUBJECT else None
    if body is None or body.kind not in BODIES:
        raise Invalid(_("La synthèse des contrats est celle d’une organisation dont le registre est tenu ici."))
    return body.id


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The contracts of a body and of its services, as they stood.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    every = find_every(session, moment)
    held = find_held(session, every, subject.number)
    rows = [
        one
        for one in find_rows(session, Contract, until=moment.until)
        if not one.annulled and one.organisation_id in held.within
    ]
    noted = sorted(read_contracts(session, rows, every, moment), key=_gravest)
    going = [one for one in noted if one.state not in _OVER]
    values = {
        **frame_of_sheets(session, held, moment, held.asked.name),
        "card": [
            {"label": _("Organisation"), "text": held.asked.name},
            {"label": _("Contrats comptés, services compris"), "text": str(len(noted))},
            {"label": _("Contrats en vie"), "text": str(len(going))},
            {"label": _("Contrats terminés"), "text": str(len(noted) - len(going))},
            {"label": _("Pénalités encourues, rien n’est décidé"), "text": say_together(_undecided(noted))},
        ],
        "summary": [*_summary(going)],
        "sheets": [_first(noted), _every(going), _lacking(going), _ended(noted)],
    }
    return Gathered(held.kind, held.asked.id, held.asked.name, held.asked.id, values)


def _gravest(one: NotedContract) -> tuple[Any, ...]:
    """What stops comes first, then what ends within the year, the soonest first; then by what is not kept."""
    blocking = count_unkept(
        (about, found) for about, found in one.breaches if found.policy.severity is Severity.BLOCKING
    )
    last = one.written.term.last_on(one.day) if one.state is ContractState.ENDING else None
    ends = last or date.max
    return -blocking, ends, -count_unkept(one.breaches), -len(one.late), -len(one.absent), one.row.id


def _undecided(noted: Iterable[NotedContract]) -> list[Cost]:
    """What lateness costs by the contracts and nobody decided of."""
    return [each.costs[one.id] for each in noted for one in each.undecided]


def _summary(going: Sequence[NotedContract]) -> Iterator[dict[str, Any]]:
    """By kind of contract: those of which the law's obligations are kept, those in breach, those not judged whole."""
    counts = Counter((ContractKind(one.row.kind), _bucket(one)) for one in going)
    for kind in ContractKind:
        found = {name: counts[kind, name] for name in ("first", "second", "third")}
        if any(found.values()):
            yield {"label": kind.label, **found}


def _bucket(one: NotedContract) -> str:
    """In which figure of the summary a contract counts: what nobody could judge is neither kept nor in breach."""
    if one.breaches:
        return "second"
    verdicts = {found.verdict for _about, found in one.judged if found.policy.force is Force.OBLIGATION}
    return "first" if verdicts and Verdict.TO_COMPLETE not in verdicts else "third"


def _first(noted: Sequence[NotedContract]) -> dict[str, Any]:
    """What to look at first: those that ended with something unkept, since time ran out; then those that go on."""
    ended = [one for one in noted if one.state in _OVER and (one.breaches or one.overdue)]
    lines = [
        {"label": one.row.object, "text": "\n".join(words)}
        for one in [*ended, *(one for one in noted if one.state not in _OVER)]
        if (words := _why(one))
    ]  # fmt: skip
    count = len(lines)
    standing = (
        ngettext("{count} contrat demande une décision", "{count} contrats demandent une décision", count).format(
            count=count
        )
        if count
        else _("Aucun contrat ne demande de décision, de ce que le registre sait")
    )
    return {
        "id": "dabord", "name": _("Ce qu’il faut regarder d’abord"), "standing": standing,
        "late": any(one.breaches for one in noted), "lines": lines,
    }  # fmt: skip


def _why(one: NotedContract) -> list[str]:
    said = []
    if one.state in _OVER:
        said.append(_("terminé le {day}").format(day=say_day(one.written.term.last_on(one.day))))
    if one.breaches:
        said.append(say_unkept(one.breaches))
        said += dict.fromkeys(
            _("{rule} ({law})").format(rule=found.policy.name(), law=law_of_finding(one, found).say())
            for _about, found in one.breaches
        )
    if one.overdue:
        count, first = len(one.overdue), one.overdue[0].due_on
        words = ngettext(
            "{count} étape est en retard depuis le {day}",
            "{count} étapes sont en retard, la plus ancienne depuis le {day}",
            count,
        )
        said.append(words.format(count=count, day=say_day(first)))
    if one.undecided:
        said.append(_("pénalités encourues, à décider : {amount}").format(amount=say_together(_undecided([one]))))
    if one.state in _OVER:
        return said
    if one.late:
        count, days = len(one.late), max(one.costs[late.id].lateness.days for late in one.late)
        words = ngettext(
            "{count} livraison est en retard, de {days}",
            "{count} livraisons sont en retard, de {days} pour la plus ancienne",
            count,
        )
        said.append(words.format(count=count, days=say_days(days)))
    for span in one.held:
        if (against := one.against.get(span.stipulation.id)) is not None and against.law is not None:
            said.append(
                _("{word} : {clause} ({law})").format(
                    word=against.within, clause=kinds().label(span.stipulation.kind), law=against.law.say()
                )
            )
    if (said or one.state is ContractState.ENDING) and (last := one.written.term.last_on(one.day)) is not None:
        said.append(_("finit le {day}").format(day=say_day(last)))
    return said


def _every(going: Sequence[NotedContract]) -> dict[str, Any]:
    rows = [
        (
            one.row.object, one.holders or _("À dire"),
            say_day(last) if (last := one.written.term.last_on(one.day)) else "–",
            str(len(one.held)), str(count_lacking(one.lacking).absent) if one.was_read else _("À chercher"),
            str(count_unkept(one.breaches)), str(len(one.late)),
        )
        for one in going
    ]  # fmt: skip
    headers = (
        _("Contrat"), _("Titulaire"), _("Finit le"), _("Clauses en vigueur"), _("Clauses absentes, jeu par jeu"),
        _("Obligations non suivies"), _("Livraisons en retard"),
    )  # fmt: skip
    return {
        "id": "contrats", "name": _("Les contrats en vie"),
        "grids": [{"caption": _("Contrat par contrat"), "headers": headers, "rows": rows}] if rows else [],
    }  # fmt: skip


def _lacking(going: Sequence[NotedContract]) -> dict[str, Any]:
    """The clauses that contracts read whole most often lack: what the next amendments may ask for together."""
    lacking: dict[str, list[str]] = {}
    for one in going:
        for kind in dict.fromkeys(each.kind for each in one.absent) if one.was_read else ():
            lacking.setdefault(kind, []).append(one.row.object)
    rows = [
        (kinds().label(kind), kinds().words(kind, "article"), str(len(names)), " ; ".join(names))
        for kind, names in sorted(lacking.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]
    headers = (_("Clause"), _("Texte"), _("Contrats"), _("Lesquels"))
    return {
        "id": "manques", "name": _("Les clauses qui manquent le plus"),
        "standing": "" if rows else _("Aucune, dans les contrats relus en entier"),
        "grids": [{"caption": _("Ce qu’un avenant peut demander"), "headers": headers, "rows": rows}] if rows else [],
    }  # fmt: skip


def _ended(noted: Sequence[NotedContract]) -> dict[str, Any]:
    rows = [
        (one.row.object, one.holders or _("À dire"), say_day(one.written.term.last_on(one.day)))
        for one in noted
        if one.state in _OVER
    ]
    return {
        "id": "termines", "name": _("Les contrats terminés"), "standing": "" if rows else _("Aucun"),
        "grids": [
            {"caption": _("Terminés"), "headers": (_("Contrat"), _("Titulaire"), _("Fini le")), "rows": rows}
        ] if rows else [],
    }  # fmt: skip
