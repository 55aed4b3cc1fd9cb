"""What a contract at a moment asks to be decided, in sentences: the first page of the note."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from registry.compliance.evaluation import Assessment
from registry.compliance.vocabulary import Verdict
from registry.contracts.clauses.doubting import say_doubt
from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.lacking import TO_ASK, Lacking
from registry.contracts.clauses.law import Against, LawView
from registry.contracts.clauses.rules import Span
from registry.contracts.clauses.showing import cite_policy
from registry.contracts.clauses.views import name_instrument
from registry.contracts.covering.queries import Covering
from registry.contracts.covering.views import in_force_for, say_clashes
from registry.contracts.deliveries.lateness import say_cost, say_late
from registry.contracts.followup.steps import steps
from registry.contracts.noting.reading import NotedContract
from registry.contracts.vocabulary import AgainstLaw, ClausePerformance, ClauseState, ContractState
from registry.kernel.dates import plus_months
from registry.kernel.words import _, ngettext
from registry.web.templating import say_day

_SHOWN = 6
"""Units: lines under one heading of what is to decide; the rest is counted, and stands further in the note."""


def to_decide(noted: NotedContract) -> list[dict[str, Any]]:
    """Headings with what is to decide under each, the gravest first; nothing where nothing is."""
    found = [(label, _shortened(lines)) for label, lines in _headings(noted)]
    # What is to do before the end is told nowhere else in the note: all of it.
    found.append((_("Solder la fin") if noted.state is ContractState.ENDED else _("Préparer la fin"), _ending(noted)))
    if not noted.was_read:
        unread = _("Personne n’a dit l’avoir fait : une clause qui n’est pas relevée ici est peut-être au contrat.")
        found.append((_("Relire le contrat en entier"), [unread]))
    return [{"label": label, "text": "\n".join(lines)} for label, lines in found if lines]


def _headings(noted: NotedContract) -> Iterator[tuple[str, list[str]]]:
    yield _("Mettre en règle"), [say_breach(noted, one) for one in together(noted.breaches)]
    for heading, those in (
        (_("Lever par avenant"), {AgainstLaw.CONTRARY}),
        (_("Mettre au niveau de la loi"), {AgainstLaw.BELOW}),
        (_("Négocier la levée"), {AgainstLaw.LAWFUL, AgainstLaw.UNKNOWN}),
    ):
        found = [
            (span, noted.against[span.stipulation.id]) for span in noted.held if span.stipulation.id in noted.against
        ]
        are = [(span, one) for span, one in found if one.stands in those]
        laws = dict.fromkeys(one.law.say() for _span, one in are if one.law is not None)
        # In lines of their own: beside the heading, where an article stands, the texts would run over what is decided.
        yield heading, [*(_stands(noted, span, one) for span, one in are), *(laws if are else ())]
    read = noted.was_read
    to_ask = [_missing(noted, one) for one in noted.absent if one.state in TO_ASK]
    asked = {
        ContractState.ENDING: _("Écrire au prochain contrat, ou demander d’ici la fin"),
        ContractState.ENDED: _("Écrire au prochain contrat"),
    }.get(noted.state, _("Demander par avenant"))
    yield (asked if read else _("Chercher au contrat, ou demander")), to_ask
    yield (
        _("Obtenir, c’est déjà demandé"),
        [_missing(noted, one) for one in noted.absent if one.state not in TO_ASK],
    )
    bare = [one for one in noted.lacking if one.state is ClauseState.TO_COMPLETE]
    yield _("Compléter au registre"), [_missing(noted, one) for one in bare]
    yield (
        _("Réclamer au titulaire"),
        [
            _("{what}, attendu le {day}").format(what=noted.name_delivery(one), day=say_day(one.due_on))
            for one in noted.late
        ],
    )
    yield _("Décider des pénalités"), [*_penalties(noted)]
    yield _("Faire tenir"), [
        _("{clause}, {place} : {state}").format(
            clause=kinds().label(span.stipulation.kind), place=place_of(noted, span.stipulation.id),
            state=clause.performance.label,
        )
        for span in noted.held
        if (clause := noted.written.clauses[span.stipulation.clause_id]).performance
        in {ClausePerformance.BREACHED, ClausePerformance.PARTLY}
        and clause.performance_on is not None and clause.performance_on <= noted.day
    ]  # fmt: skip
    yield (
        _("Accorder entre eux"),
        [
            *(say_doubt(one, noted.written) for one in noted.written.doubts(noted.written.spans(signed_by=noted.day))),
            *say_own_clashes(noted),
        ],
    )


def _stands(noted: NotedContract, span: Span, one: Against) -> str:
    """A clause that the law is against, or that is less than it: where it is written, and why."""
    return _("{clause}, {place} : {why}").format(
        clause=kinds().label(span.stipulation.kind), place=place_of(noted, span.stipulation.id), why=one.sentence
    )


def _missing(noted: NotedContract, one: Lacking) -> str:
    title = kinds().label(one.kind)
    if not one.datasets or len(one.datasets) == len(noted.titles):
        return title
    names = ", ".join(noted.name_dataset(number) for number in one.datasets)
    return _("{clause}, pour {datasets}").format(clause=title, datasets=names)


def _ending(noted: NotedContract) -> list[str]:
    last = noted.written.term.last_on(noted.day)
    if last is None or last > plus_months(noted.day, 24):
        return []
    kept = any(span.stipulation.kind == "reversibility" for span in noted.held)
    said = (
        _("Le contrat a fini le {day}.")
        if noted.state is ContractState.ENDED
        else _("Le contrat finit le {day} ; une clause de réversibilité est en vigueur.")
        if kept
        else _("Le contrat finit le {day}, et aucune clause relevée ne dit comment les données reviennent.")
    )
    dated = sorted((one for one in noted.steps if one.is_open and one.due_on), key=lambda one: one.due_on or last)
    return [
        said.format(day=say_day(last)),
        *(
            (
                _("{step} : en retard, c’était pour le {day}") if one.is_overdue(noted.day)
                else _("{step} : pour le {day}")
            ).format(step=steps().label(one.step.code), day=say_day(one.due_on))
            for one in dated
        ),
    ]  # fmt: skip


def _penalties(noted: NotedContract) -> Iterator[str]:
    """What lateness costs by the contract and nobody decided: to apply, or to remit."""
    for one in noted.undecided:
        yield _("{what} : {late}, {amount}").format(
            what=noted.name_delivery(one), late=say_late(noted.costs[one.id]), amount=say_cost(noted.costs[one.id])
        )


def count_unkept(found: Iterable[tuple[str, Assessment]]) -> int:
    """How many rules are not kept, each counted once whatever the things it finds so."""
    return len({one.policy.id for _about, one in found})


def say_unkept(found: Sequence[tuple[str, Assessment]]) -> str:
    """How many things the law asks for and are not so, in words; and how many findings that makes, where it is more."""
    count, every = count_unkept(found), len(found)
    said = ngettext("{count} obligation n’est pas suivie", "{count} obligations ne sont pas suivies", count)
    said = said.format(count=count)
    return _("{obligations} ({count} constats)").format(obligations=said, count=every) if every > count else said


def say_own_clashes(noted: NotedContract) -> list[str]:
    """What two clauses of the contract cannot both have, dataset by dataset, each said once."""
    covering = Covering(noted.written, [noted.holders] if noted.holders else [])
    said: dict[str, None] = {}
    for dataset in noted.titles or (0,):
        held = in_force_for([covering], dataset, noted.day, noted.day)
        said |= dict.fromkeys(sentence for _clash, sentence in say_clashes(held))
    return list(said)


def place_of(noted: NotedContract, stipulation_id: int) -> str:
    """Where a clause is written: the act and its article."""
    row = noted.written.stipulations[stipulation_id]
    act = name_instrument(noted.written.amendments.get(row.amendment_id))
    return f"{act}, {row.article}" if row.article else act


Alike = tuple[Assessment, Sequence[str]]
"""What a rule finds, and of what it finds the same."""


def together(found: Iterable[tuple[str, Assessment]]) -> list[Alike]:
    """What is found, each thing a rule finds told once, with all of what it finds it."""
    alike: dict[tuple[str, Verdict], tuple[Assessment, list[str]]] = {}
    for about, one in found:
        alike.setdefault((one.policy.id, one.verdict), (one, []))[1].append(about)
    return list(alike.values())


def law_of_finding(noted: NotedContract, one: Assessment) -> LawView:
    """The text a rule rests on as it is cited of the contract: its force, on what reading, and whether validated."""
    return cite_policy(noted.row, one.policy, one.version, noted.day)


def say_breach(noted: NotedContract, alike: Alike) -> str:
    """The rule that is not followed, its text, and by what."""
    one, about = alike
    rule = _("{rule} ({law})").format(rule=one.policy.name(), law=law_of_finding(noted, one).say())
    if len(about) == 1:
        return _("{rule} : {about}").format(rule=rule, about=about[0])
    return _("{rule} : {count} fois").format(rule=rule, count=len(about))


def _shortened(lines: list[str]) -> list[str]:
    """As many as a page holds; the others are counted."""
    if len(lines) <= _SHOWN:
        return lines
    more = len(lines) - _SHOWN + 1
    said = ngettext("et {count} autre, plus loin", "et {count} autres, plus loin", more).format(count=more)
    return [*lines[: _SHOWN - 1], said]
