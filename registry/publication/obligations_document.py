"""What obliges a body to put its datasets online, dataset by dataset: since when, what was decided, what is late first.

Law: CRPA L312-1-1 and D312-1-1-1 (fifty staff for all; 3,500 inhabitants for territorial collectivities alone).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.engine import Reading, engine_at
from registry.compliance.evaluation import Assessment
from registry.compliance.service import judge
from registry.compliance.vocabulary import Force, SubjectKind, Verdict
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, ngettext
from registry.ledger.as_of import find_rows
from registry.organisations.facts import bind_organisations
from registry.organisations.holding import Held, find_every, find_held, frame_of_sheets
from registry.organisations.queries import get_organisation
from registry.organisations.vocabulary import OrganisationKind
from registry.publication import document_sheets
from registry.publication.models import PublicationChoice
from registry.publication.vocabulary import DecisionState
from registry.web.templating import say_day

_DUTIES = frozenset(
    {"OD-01", "OD-10", "OD-14", "OD-15", "OD-16", "OD-17", "OD-18", "OD-26", "OD-27", "OD-35", "OD-36", "OD-37"}
)
"""The policies that oblige to decide, to publish, or to publish in some manner."""
_GROUPS = (Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE, Verdict.COMPLIANT)
_UNRECORDED = "unrecorded"
_OF_ADDRESSES = frozenset({"OD-15", "OD-35"})
_LARGE = 2_000
"""Units: inhabitants, above which a commune owed its addresses first. Law: decree 2023-767."""
_RECORDING = frozenset({"OD-35", "OD-36", "OD-37"})
"""The policies that ask that something be recorded at all; what else a body has to complete stands with the rest."""
_CHOSEN = frozenset({"OD-01"})
"""What no text asks for in these words: L312-1-1 has bases published, and the registry has that decided."""
_IF_ANY = frozenset({"OD-36"})
"""Of these, what binds those alone of whom the case arises: whoever grants such a subsidy."""


OFFERED = {**document_sheets.OFFERED, "bodies": frozenset({OrganisationKind.INTERCOMMUNAL_AUTHORITY})}
"""What it is asked of: a body, or one with all those below it, a volume each."""


def get_keeper(session: Session, subject: Subject) -> int:
    """The body whose document it is: its own, or with those below it.

    Raises: NotFound; Invalid when the law addresses no such body, or there is none below it.
    """
    number = document_sheets.get_keeper(session, Subject("organisation", subject.number))
    if subject.kind not in OFFERED or get_organisation(session, number).kind not in OFFERED[subject.kind]:
        raise Invalid(_("Un document par commune se demande pour un établissement intercommunal."))
    return number


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The obligations of a body and of its services; for `bodies`, with a document for each body below it.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    every = find_every(session, moment)
    first = _document(session, find_held(session, every, subject.number), moment)
    if subject.kind != "bodies":
        return first
    below = [
        row
        for row in every.values()
        if row.kind in document_sheets.BOUND and not row.annulled and subject.number in row.lineage[:-1]
    ]
    volumes = [
        _document(session, find_held(session, every, row.id), moment)
        for row in sorted(below, key=lambda one: (one.name_sort, one.id))
    ]
    lines = [{"label": one.label, "says": _late_in_words(one)} for one in volumes]
    return replace(first, values={**first.values, "volumes": lines}, volumes=volumes)


def _late_in_words(one: Gathered) -> str:
    rows = {sheet["id"]: sum(len(grid["rows"]) for grid in sheet.get("grids", ())) for sheet in one.values["sheets"]}
    return _("{late} en retard, {unrecorded} non recensé(s)").format(
        late=rows[Verdict.NON_COMPLIANT], unrecorded=rows[_UNRECORDED]
    )


def _document(session: Session, held: Held, moment: Moment) -> Gathered:
    body = held.asked.id
    told = _told(session, held.within, body, moment)
    ids = [number for number, _title, _said in told if number is not None]
    decided = {
        row.dataset_id: _("{outcome}, le {day}").format(outcome=row.outcome.label, day=say_day(row.decided_on))
        for row in find_rows(session, PublicationChoice, until=moment.until, column="dataset_id", among=ids)
        if row.state == DecisionState.CURRENT
    }
    unrecorded = [one for one in told if _is_unrecorded(one)]
    rest = [one for one in told if not _is_unrecorded(one)]
    counts = {verdict: sum(said.verdict is verdict for _n, _t, said in rest) for verdict in _GROUPS}
    _row, facts = bind_organisations(session, [body], on=moment.as_of, until=moment.until)[body]
    values = {
        **frame_of_sheets(session, held, moment, held.asked.name),
        "summary": [
            {"label": one, "first": kept, "second": still} for one, kept, still in _summary(told)
        ],
        "sheets": [
            _who(facts), _not_recorded(unrecorded, facts),
            *(_group(one, rest, decided, counts, facts) for one in _GROUPS),
        ],
    }  # fmt: skip
    values["card"] = [{"label": _("Tenu par"), "text": held.asked.name}]
    return Gathered(held.kind, body, held.asked.name, body, values)


_Told = tuple[int | None, str, Assessment]


def _told(session: Session, within: frozenset[int], body: int, moment: Moment) -> list[_Told]:
    """Each duty that bears on the body or on one of its datasets: the dataset, its title, what is said."""
    engine = engine_at(session, moment.until)
    reading = Reading(on=moment.as_of, until=moment.until, law_of=moment.law_of)
    ids = engine.subjects[SubjectKind.DATASET].everything(session, within, moment.until)
    found: list[_Told] = []
    for kind, numbers in ((SubjectKind.ORGANISATION, [body]), (SubjectKind.DATASET, ids)):
        for one in judge(session, kind, numbers, reading, engine):
            if one.row.annulled or one.organisation_id not in within:
                continue
            number, title = (one.subject_id, one.row.title) if kind is SubjectKind.DATASET else (None, one.row.name)
            found += [
                (number, title, said)
                for said in one.assessments
                if said.policy.id in _DUTIES and said.verdict is not Verdict.NOT_APPLICABLE
            ]
    return sorted(found, key=lambda one: (one[2].version.effective_from, one[1], one[2].policy.id))


def _is_unrecorded(one: _Told) -> bool:
    """Whether nothing was recorded of what the body's own duty is about."""
    number, _title, said = one
    return number is None and said.policy.id in _RECORDING and said.verdict is Verdict.TO_COMPLETE


def _is_owed(said: Assessment) -> bool:
    return said.policy.force is Force.OBLIGATION and said.policy.id not in _IF_ANY


def _owed_in_words(said: Assessment) -> str:
    if said.policy.force is not Force.OBLIGATION:
        return _("Recommandé : ce n’est pas une obligation établie")
    return _("Dû : obligation") if _is_owed(said) else _("À savoir : obligation si le cas se présente")


def _not_recorded(told: Sequence[_Told], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the registry knows nothing of: whether it is owed, since when, how well read, what to do."""
    name = _("Ce qui n’est pas recensé")
    rows = [
        (said.policy.name(), _owed_in_words(said), since_when(said, facts),
         _text_of(said), said.version.evidence.label, said.policy.what_to_do())
        for _number, _title, said in told
    ]  # fmt: skip
    headers = (
        _("Ce qui est demandé"), _("Est-ce dû ?"), _("Depuis quand"), _("Texte"), _("Lecture du texte"), _("Que faire"),
    )  # fmt: skip
    return {
        "id": _UNRECORDED, "name": name, "late": any(_is_owed(said) for _number, _title, said in told),
        "standing": _("{count} à recenser").format(count=len(rows)),
        "grids": [{"caption": name, "headers": headers, "rows": rows}] if rows else [],
    }  # fmt: skip


def since_when(said: Assessment, facts: Mapping[str, Any]) -> str:
    """Since when the body owes it, where a decree gives its day by its inhabitants; else since when its rule binds.

    A rule may bear on a body later than it came into force: from when it crossed a threshold, which nobody records.
    Law: decree 2023-767.
    """
    if said.policy.id not in _OF_ADDRESSES:
        return _("règle en vigueur depuis le {day}").format(day=say_day(said.version.effective_from))
    population = facts.get("organisation.population")
    if population is None:
        return _("1er janvier 2024 au-dessus de 2 000 habitants, 1er juin 2024 sinon")
    if population > _LARGE:
        return _("dû depuis le 1er janvier 2024 (plus de 2 000 habitants)")
    return _("dû depuis le 1er juin 2024 (2 000 habitants au plus)")


def _text_of(said: Assessment) -> str:
    """The text that asks for it; where it asks for something else, that this way of asking is the registry's."""
    text = f"{said.version.text}, {said.version.article}"
    if said.policy.id in _CHOSEN:
        text += _(" ; demander une décision explicite est un choix du registre")
    return text


def _summary(told: Sequence[_Told]) -> list[tuple[str, int, int]]:
    by_duty: dict[str, list[int]] = {}
    for _number, _title, said in told:
        by_duty.setdefault(said.policy.name(), [0, 0])[0] += said.verdict is Verdict.COMPLIANT
        # A question is no due: it is counted in its own sheet.
        by_duty[said.policy.name()][1] += said.verdict is Verdict.NON_COMPLIANT
    return [(name, kept, still) for name, (kept, still) in sorted(by_duty.items())]


def _who(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Whether the body is bound, and on which figures that rests."""
    bound: Any = facts.get("organisation.subject_to_online_publication")
    answer = {
        True: _("Oui : elle publie en ligne ce que la loi vise."),
        False: _("Non : elle est sous un des seuils ; les textes propres à certaines données la lient encore."),
    }.get(bound, "")
    figures = [
        (_("Agents, en équivalents temps plein"), facts.get("organisation.staff_fte"), _("seuil : 50, pour tous")),
        (_("Habitants"), facts.get("organisation.population"), _("seuil : 3 500, pour une commune seulement")),
    ]
    lines = [
        {"label": label, "text": "" if value is None else f"{value:g} ({rule})", "article": "L312-1-1 ; D312-1-1-1",
         "owed": True}
        for label, value, rule in figures
    ]  # fmt: skip
    bind = {"label": _("Tenue de publier en ligne"), "text": answer, "article": "CRPA, L312-1-1", "owed": True}
    return {"id": "qui", "name": _("Qui est tenu"), "lines": [bind, *lines]}


def _group(
    verdict: Verdict,
    told: Sequence[_Told],
    decided: Mapping[int, str],
    counts: Mapping[Verdict, int],
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    names = {
        Verdict.NON_COMPLIANT: _("En retard : dû et pas fait"),
        Verdict.TO_COMPLETE: _("Questions à trancher : une information manque"),
        Verdict.COMPLIANT: _("Fait"),
    }
    rows = [
        (title, said.policy.name(), since_when(said, facts),
         _text_of(said),
         decided.get(number, _("Aucune décision")) if number is not None else "–")
        for number, title, said in told if said.verdict is verdict
    ]  # fmt: skip
    headers = (_("Jeu ou organisme"), _("Ce que la loi demande"), _("Depuis quand"), _("Texte"), _("Décision"))
    standing = ngettext("{count} obligation", "{count} obligations", counts[verdict]).format(count=counts[verdict])
    return {
        "id": str(verdict), "name": names[verdict], "late": verdict is Verdict.NON_COMPLIANT and bool(rows),
        "standing": standing,
        "grids": [{"caption": names[verdict], "headers": headers, "rows": rows}] if rows else [],
    }  # fmt: skip
