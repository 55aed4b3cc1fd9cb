"""What the note on one contract says in a document: what to decide first, then what it rests on.

Law: CGCT L1411-3, L1411-13; CCP L3131-2 to L3131-5.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.explanation import verdict_word
from registry.compliance.told import OPEN, place_among_open
from registry.compliance.vocabulary import Force
from registry.contracts.clauses.citing import law_of_kind
from registry.contracts.clauses.coverage import WHOLE, Cell
from registry.contracts.clauses.events import events_of
from registry.contracts.clauses.kinds import kinds, say_terms
from registry.contracts.clauses.lacking import count_lacking, say_counts, say_state
from registry.contracts.clauses.showing import floor_of
from registry.contracts.clauses.standing import standing_on
from registry.contracts.clauses.views import say_span
from registry.contracts.deliveries.lateness import remitted_of, say_cost, say_late, say_outcome, say_together
from registry.contracts.deliveries.views import say_days, say_euros
from registry.contracts.deliveries.vocabulary import PenaltyDecision
from registry.contracts.followup.due import owed_reports
from registry.contracts.followup.views import ReportLine, parts_of, report_line
from registry.contracts.noting.deciding import Alike, law_of_finding, place_of, say_unkept, to_decide, together
from registry.contracts.noting.reading import NotedContract, find_noted, read_contracts
from registry.contracts.queries import get_contract
from registry.contracts.views import say_contract_value
from registry.contracts.vocabulary import ClauseState
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, ngettext
from registry.organisations.holding import find_every, find_held, frame_of_sheets
from registry.web.templating import say_day

SUBJECT = "contract"
_NAMED, _NOTHING = 4, Decimal(0)
"""How many things a finding names of those it is alike of."""
_MARKS = {"non-compliant": "✗", "to-complete": "◆"}
_WIDEST = 4
"""Units: datasets that a page holds side by side; more of them are told one a row."""


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation whose contract it is.

    Raises: NotFound; Invalid when the subject is no contract.
    """
    if subject.kind != SUBJECT:
        raise Invalid(_("La note d’un contrat s’émet depuis la page de ce contrat."))
    return get_contract(session, subject.number).organisation_id


def name_subject(session: Session, subject: Subject) -> str:
    """What a contract is called where its note is asked for.

    Raises: NotFound.
    """
    return get_contract(session, subject.number).object


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The note on a contract, as it stood.

    Raises: Invalid when it did not exist that day.
    """
    row = find_noted(session, subject.number, moment)
    if row is None:
        raise Invalid(_("Ce contrat n’était pas encore au registre ce jour-là, ou il n’existe pas."))
    every = find_every(session, moment)
    held = find_held(session, every, row.organisation_id)
    (noted,) = read_contracts(session, [row], every, moment)
    values = {
        **frame_of_sheets(session, held, moment, row.object),
        "card": [*_card(noted)],
        "summary": [*_summary(noted)],
        "sheets": [
            _decide(noted), _identity(noted), _days(noted), _clauses(noted), _matrix(noted), _floor(session, noted),
            _deliveries(noted), _reports(noted), _findings(noted),
        ],
    }  # fmt: skip
    return Gathered(SUBJECT, row.id, row.object, row.organisation_id, values)


def _line(label: str, text: str, article: str = "", *, owed: bool = False) -> dict[str, Any]:
    return {"label": label, "text": text, "article": article, "owed": owed}


def _grid(caption: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    return [{"caption": caption, "headers": headers, "rows": rows}] if rows else []


def _card(noted: NotedContract) -> Iterator[dict[str, Any]]:
    row = noted.row
    yield _line(_("Contrat"), row.kind.label)
    yield _line(_("Référence"), row.reference or _("sans référence"))
    yield _line(_("Titulaire"), noted.holders, owed=True)
    yield _line(_("Durée"), say_span(row.starts_on, noted.written.term.last_on(noted.day)), owed=True)
    yield _line(_("État"), _("Annulé") if row.annulled else noted.state.label)
    yield _line(_("Clauses relues"), say_day(row.clauses_read_on) if row.clauses_read_on else "", owed=True)


def _summary(noted: NotedContract) -> Iterator[dict[str, Any]]:
    """The clauses one looks for: those of the whole contract, then dataset by dataset."""
    for column in noted.coverage.columns:
        tally = noted.coverage.tally_of(column)
        if tally.due:
            label = _("Tout le contrat") if column is WHOLE else noted.name_dataset(column)
            yield {"label": label, "first": tally.present, "second": tally.missing}


def _decide(noted: NotedContract) -> dict[str, Any]:
    lines = to_decide(noted)
    standing = (
        ngettext("{count} sujet à trancher", "{count} sujets à trancher", len(lines)).format(count=len(lines))
        if lines
        else _("Rien à décider de ce que le registre sait")
    )
    return {
        "id": "decider", "name": _("Ce qu’il faut décider"), "standing": standing, "late": bool(noted.breaches),
        "lines": lines,
    }  # fmt: skip


def _identity(noted: NotedContract) -> dict[str, Any]:
    row = noted.row
    parties = [
        (name, one.side.label, one.gdpr_role.label if one.gdpr_role else _("À dire")) for one, name in noted.parties
    ]
    lines = [
        _line(_("Objet"), row.object),
        _line(_("Service public"), row.public_service.label if row.public_service else "", owed=True),
        _line(_("Valeur totale"), say_contract_value("value_euros", row.value_euros)),
        _line(_("Données personnelles"), say_contract_value("personal_data", row.personal_data), owed=True),
        _line(_("Jeux concernés"), "\n".join(noted.name_dataset(one) for one in noted.titles), owed=True),
    ]
    grids = _grid(_("Parties"), (_("Partie"), _("Qualité"), _("Rôle au titre du RGPD")), parties)
    return {"id": "contrat", "name": _("Le contrat et ses parties"), "lines": lines, "grids": grids}


def _days(noted: NotedContract) -> dict[str, Any]:
    events = events_of(noted.row, noted.written.amendments.values())
    rows = [(say_day(one.day), one.words, _("à venir") if one.day > noted.day else "") for one in events]
    return {
        "id": "dates", "name": _("La vie du contrat"),
        "grids": _grid(_("Jour par jour"), (_("Jour"), _("Ce qui s’est passé"), _("État")), rows),
    }  # fmt: skip


def _clauses(noted: NotedContract) -> dict[str, Any]:
    standing = standing_on(noted.written, noted.day, signed_by=noted.day)
    rows = []
    for span in noted.held:
        row = noted.written.stipulations[span.stipulation.id]
        kind = span.stipulation.kind
        about = ", ".join(noted.name_dataset(number) for number in row.datasets) or _("Tout le contrat")
        said = [f"{label} : {words}" for label, words in say_terms(kind, row.terms)]
        title, against = kinds().label(kind), noted.against.get(span.stipulation.id)
        rows.append(
            (
                place_of(noted, span.stipulation.id),
                title if against is None else f"{title} ({against.within})",
                about, " ; ".join(said) or row.text or "–", say_span(span.first, span.last),
                standing[span.stipulation.clause_id].state.label,
            )
        )  # fmt: skip
    headers = (_("Où"), _("Clause"), _("Jeux"), _("Ce qu’elle dit"), _("Jours"), _("État"))
    count = len(rows)
    return {
        "id": "clauses", "name": _("Les clauses de données en vigueur"),
        "standing": ngettext(
            "{count} clause en vigueur, comptée une fois quels que soient ses jeux",
            "{count} clauses en vigueur, comptées une fois quels que soient leurs jeux",
            count,
        ).format(count=count),
        "grids": _grid(_("Clause par clause"), headers, rows),
    }  # fmt: skip


def _matrix(noted: NotedContract) -> dict[str, Any]:
    """What one looks for, dataset by dataset: where it is written, or that it is not there."""

    def cell(one: Cell) -> str:
        if one.present and one.said_by is not None:
            against, place = noted.against.get(one.said_by), place_of(noted, one.said_by)
            return place if against is None else f"{_MARKS[against.shape]} {place} ({against.within})"
        if one.said_by is None and not one.due:
            return "–"
        shape, words = say_state(one.state, one.applies_from, was_read=noted.was_read)
        if not one.due:
            # Nothing is missing there: what is written is told without a mark.
            return words
        return f"{'✗' if shape == 'non-compliant' else '◆'} {words}"

    lines, numbers = noted.coverage.lines, list(noted.titles)
    whole = [
        (kinds().label(one.kind), law_of_kind(noted.row, one.kind), cell(one.cells[WHOLE]))
        for one in lines
        if one.cells[WHOLE].due
    ]
    each = [one for one in lines if any(one.cells[number].due for number in numbers)]
    grids = []
    if each and len(numbers) <= _WIDEST:
        headers = (_("Clause"), *(noted.name_dataset(number) for number in numbers))
        rows = [(kinds().label(one.kind), *(cell(one.cells[number]) for number in numbers)) for one in each]
        grids += _grid(_("Jeu par jeu"), headers, rows)
    elif each:
        rows = [
            (
                noted.name_dataset(number),
                ", ".join(kinds().label(one.kind) for one in each if one.cells[number].present) or "–",
                ", ".join(_word(noted, one.kind, one.cells[number]) for one in each if _is_told(one.cells[number]))
                or "–",
            )
            for number in numbers
        ]
        grids += _grid(_("Jeu par jeu"), (_("Jeu"), _("En vigueur"), _("Pas en vigueur")), rows)
    grids += _grid(_("Pour tout le contrat"), (_("Clause"), _("Texte"), _("Où elle est")), whole)
    # As the page of the coverage counts: a clause looked for in three datasets is three.
    said = say_counts(count_lacking(noted.lacking), was_read=noted.was_read)
    standing = _("Jeu par jeu : {counts}").format(counts=said) if said else _("Toutes les clauses qu’on cherche y sont")
    return {
        "id": "couverture", "name": _("Ce qu’on y cherche, et ce qui manque"), "standing": standing,
        "late": bool(noted.absent) and noted.was_read, "grids": grids,
    }  # fmt: skip


def _is_told(cell: Cell) -> bool:
    """Whether a cell says what is not in force: what is looked for, and what is written where nothing is."""
    return cell.missing or (cell.said_by is not None and not cell.present)


def _word(noted: NotedContract, kind: str, cell: Cell) -> str:
    """A kind that is not in force, and where it stands when it is not plainly absent."""
    title = kinds().label(kind)
    if cell.state is ClauseState.ABSENT:
        return title
    _shape, words = say_state(cell.state, cell.applies_from, was_read=noted.was_read)
    return f"{title} ({words})"


def _floor(session: Session, noted: NotedContract) -> dict[str, Any]:
    lines, note = floor_of(session, noted.row, noted.day)
    rows = [
        (one.policy_id, one.plain, one.article, one.applies,
         one.evidence if one.validated else _("{level} ; à valider").format(level=one.evidence))
        for one in lines
        if one.shape != "not-applicable"
    ]  # fmt: skip
    headers = (_("Règle"), _("Ce que la loi donne"), _("Texte"), _("À ce contrat"), _("Preuve"))
    return {
        "id": "socle", "name": _("Ce que la loi donne sans le contrat"),
        "lines": [_line(_("Consultation"), note)], "grids": _grid(_("Socle légal"), headers, rows),
    }  # fmt: skip


def _deliveries(noted: NotedContract) -> dict[str, Any]:
    rows = [
        (
            say_day(one.due_on) if one.due_on else "–", one.kind.label, noted.name_delivery(one),
            noted.stands(one).label, say_day(one.received_on) if one.received_on else "–",
        )
        for one in noted.deliveries
    ]  # fmt: skip
    count = len(noted.late)
    standing = (
        ngettext("{count} livraison en retard", "{count} livraisons en retard", count).format(count=count)
        if count
        else _("Aucune livraison en retard")
        if rows
        else _("Aucune livraison n’est encore attendue au registre")
    )
    headers = (_("Échéance"), _("Nature"), _("Quoi"), _("État"), _("Reçu le"))
    return {
        "id": "remises", "name": _("Ce que le titulaire a livré"), "standing": standing, "late": count > 0,
        "grids": [*_grid(_("Livraisons attendues et reçues"), headers, rows), *_penalties(noted)],
    }  # fmt: skip


def _penalties(noted: NotedContract) -> list[dict[str, Any]]:
    """What is or came late, delivery by delivery: for how long, what the contract makes of it, what was decided."""
    late = [one for one in noted.deliveries if one.id in noted.costs and noted.costs[one.id].lateness.days]
    rows = [
        (noted.name_delivery(one), say_day(one.due_on), say_late(cost), say_cost(cost), say_outcome(one))
        for one in late
        if (cost := noted.costs[one.id])
    ]
    if not rows:
        return []
    applied = sum(
        (Decimal(one.penalty_cents or 0) / 100 for one in late if one.penalty == PenaltyDecision.APPLIED), _NOTHING
    )
    rows.append(
        (
            _("Ensemble"), "", say_days(sum(noted.costs[one.id].lateness.days for one in late)),
            say_together(noted.costs[one.id] for one in late),
            _("pénalités appliquées : {applied} ; remises : {remitted}").format(
                applied=say_euros(applied), remitted=say_euros(sum(map(remitted_of, late), _NOTHING)),
            ),
        )
    )  # fmt: skip
    headers = (_("Quoi"), _("Échéance"), _("Retard"), _("Pénalité du contrat"), _("Ce qui est décidé"))
    return _grid(_("Retards et pénalités, livraison par livraison"), headers, rows)


def _reports(noted: NotedContract) -> dict[str, Any]:
    """The reports of the operator, year by year: received, what they hold, to whom they were put."""
    dues, parts = owed_reports(noted.row, noted.written, noted.day), parts_of(noted.row)
    lines = [
        report_line(noted.reports.get(year), year, dues.get(year), {}, parts=parts, today=noted.day)
        for year in sorted({*noted.reports, *dues}, reverse=True)
    ]
    rows = [
        (str(one.year), one.due or "–", one.word, _say_content(one), one.committee or "–", one.council or "–")
        for one in lines
    ]
    late = sum(one.shape == "non-compliant" and not one.is_received for one in lines)
    came_late = sum(one.shape == "non-compliant" and one.is_received for one in lines)
    said = [
        *([ngettext("{count} rapport attendu et en retard", "{count} rapports attendus et en retard", late).format(
            count=late)] if late else []),
        *([ngettext("{count} rapport reçu trop tard", "{count} rapports reçus trop tard", came_late).format(
            count=came_late)] if came_late else []),
    ]  # fmt: skip
    standing = " · ".join(said) or (_("Aucun rapport en retard") if rows else _("Aucun rapport n’est dû ni noté"))
    headers = (
        _("Exercice"), _("Échéance"), _("Réception"), _("Contenu"), _("Commission des usagers (CCSPL)"), _("Assemblée"),
    )  # fmt: skip
    return {
        "id": "rapports", "name": _("Les rapports annuels"), "standing": standing, "late": late > 0,
        "grids": _grid(_("Exercice par exercice"), headers, rows),
    }  # fmt: skip


def _say_content(line: ReportLine) -> str:
    said = [
        *([_("il manque : {parts}").format(parts=", ".join(line.lacks))] if line.lacks else []),
        *([_("à regarder : {parts}").format(parts=", ".join(line.unlooked))] if line.unlooked else []),
    ]
    return " ; ".join(said) or (_("Tout y est") if line.is_received else "–")


def _findings(noted: NotedContract) -> dict[str, Any]:
    still = sorted(
        ((about, one) for about, one in noted.judged if one.verdict in OPEN),
        key=lambda pair: (place_among_open(pair[1]), pair[0]),
    )
    owed = [pair for pair in still if pair[1].policy.force is Force.OBLIGATION]
    advised = [pair for pair in still if pair[1].policy.force is not Force.OBLIGATION]
    headers = (_("Règle"), _("Sur"), _("Portée"), _("Constat"), _("Texte"), _("Preuve"))
    # Breached is what the law asks for and is not so: the pages count it so, and the list of findings.
    breached, waiting = len(noted.breaches), len(owed) - len(noted.breaches)
    said = [
        say_unkept(noted.breaches),
        ngettext("{count} obligation à compléter", "{count} obligations à compléter", waiting).format(count=waiting),
        ngettext("{count} recommandation ouverte", "{count} recommandations ouvertes", len(advised)).format(
            count=len(advised)
        ),
    ]
    owed_rows, advised_rows = ([_found(noted, one) for one in together(those)] for those in (owed, advised))
    return {
        "id": "constats", "name": _("Constats ouverts"), "late": bool(noted.breaches),
        "standing": " · ".join(
            words for words, count in zip(said, (breached, waiting, len(advised)), strict=True) if count
        )
        or _("Aucun"),
        "grids": [
            *_grid(_("Ce qui reste à mettre en règle"), headers, owed_rows),
            *_grid(_("Ce qui est conseillé, sans être obligatoire"), headers, advised_rows),
        ],
    }  # fmt: skip


def _found(noted: NotedContract, alike: Alike) -> tuple[str, ...]:
    one, about = alike
    law = law_of_finding(noted, one)
    named = [*about[:_NAMED], *([_("et {count} de plus").format(count=len(about) - _NAMED)] if about[_NAMED:] else [])]
    return (
        one.policy.name(), " ; ".join(named), one.policy.force.label, verdict_word(one.policy.force, one.verdict),
        law.article, law.evidence if law.validated else _("{level} ; à valider").format(level=law.evidence),
    )  # fmt: skip
