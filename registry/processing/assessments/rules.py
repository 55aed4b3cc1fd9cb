"""When an impact assessment is due: one formula, with its explanation.

Whoever asks whether an assessment is due (page, API, report, notification, policy) calls `decide`; nothing stores its
answer, and `tests/house/test_one_dpia_formula.py` refuses a second formula.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from registry.kernel.words import _, mark, ngettext
from registry.platform.lists import load_list
from registry.processing.assessments.vocabulary import Need, Question

CRITERIA, REQUIRED_LIST, EXEMPT_LIST = "dpia_criteria", "dpia_required", "dpia_exempt"
"""The lists of `policies/lists/` the formula reads."""
ENOUGH = 2
"""Units: criteria. From that number on an assessment is due in principle (WP 248 rev. 01, III.B)."""
_CASES = ("a", "b", "c")
_PHRASES: Mapping[Need, str] = {
    Need.REQUIRED: mark("requise"),
    Need.RECOMMENDED: mark("recommandée"),
    Need.NOT_REQUIRED: mark("non requise"),
    Need.EXEMPT: mark("dispensée"),
}


@dataclass(frozen=True)
class ListAnswer:
    """What was said of a list of the CNIL: the entries that describe the processing, or that none does.

    Without an entry and without `none`, nobody has answered.
    """

    entries: tuple[str, ...] = ()
    none: bool = False

    @property
    def told(self) -> bool | None:
        """Whether the processing is on the list; None where nobody said."""
        if self.entries:
            return True
        return False if self.none else None


@dataclass(frozen=True)
class Answers:
    """What is known of a processing to decide whether an assessment is due.

    `criteria` holds the answers given, by code of `dpia_criteria`; a code left out is unanswered. `law_assessed` is
    article 35 §10: the law that founds the processing (basis c or e) governs it and was assessed when it was adopted.
    """

    criteria: Mapping[str, bool] = field(default_factory=dict)
    required: ListAnswer = ListAnswer()
    exempt: ListAnswer = ListAnswer()
    law_assessed: bool | None = None

    @property
    def met(self) -> tuple[str, ...]:
        """The criteria answered yes, in the order of the list."""
        return tuple(code for code in load_list(CRITERIA) if self.criteria.get(code) is True)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The criteria nobody answered, in the order of the list."""
        return tuple(code for code in load_list(CRITERIA) if self.criteria.get(code) is None)


class Screening(Protocol):
    """What was answered, as it is kept."""

    criteria_met: list[str]
    criteria_unmet: list[str]
    required_entries: list[str]
    required_none: bool
    exempt_entries: list[str]
    exempt_none: bool
    law_assessed: bool | None


def answers_of(screening: Screening | None) -> Answers:
    """The answers that were kept; none where nobody has answered yet."""
    if screening is None:
        return Answers()
    told = dict.fromkeys(screening.criteria_met, True) | dict.fromkeys(screening.criteria_unmet, False)
    return Answers(
        told,
        ListAnswer(tuple(screening.required_entries), screening.required_none),
        ListAnswer(tuple(screening.exempt_entries), screening.exempt_none),
        screening.law_assessed,
    )


@dataclass(frozen=True)
class Reason:
    """One sentence of the explanation, and the text it rests on."""

    sentence: str
    law: str


@dataclass(frozen=True)
class Decision:
    """What these answers lead to; `possible` is every need some way of answering the open questions would give."""

    answers: Answers
    possible: frozenset[Need]

    @property
    def need(self) -> Need:
        """Whether an assessment is due; to complete while the answers leave room for more than one need."""
        return next(iter(self.possible)) if len(self.possible) == 1 else Need.TO_COMPLETE

    @property
    def is_due(self) -> bool:
        """Whether the law asks for an assessment."""
        return self.need is Need.REQUIRED

    @property
    def is_open(self) -> bool:
        """Whether nobody can tell yet."""
        return self.need is Need.TO_COMPLETE

    @property
    def may_be_set_aside(self) -> bool:
        """Whether the need rests on the criteria alone, without a case of article 35 §3.

        The controller may then record why the risk is not high, with the DPO's view (WP 248 rev. 01, III.B).
        """
        answers = self.answers
        return self.is_due and not answers.required.told and not cases_met(answers.met)

    @property
    def missing(self) -> tuple[str, ...]:
        """The open questions whose answer could still change the need: codes of criteria and of `Question`."""
        return _missing(self.answers, self.possible) if self.is_open else ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, in sentences, each with the text it rests on."""
        return tuple(_explain(self))


def decide(answers: Answers) -> Decision:
    """Whether these answers call for an impact assessment, with the explanation in sentences.

    What nobody answered may be yes or no: where every way of answering leads to the same need, that is the need;
    otherwise it is to complete. Of the texts, the first that applies decides: the law already assessed (§10), the
    CNIL's exemptions (§5), its requirements (§4), then the criteria, which hold the three cases of §3. A processing
    found on both lists of the CNIL is for a person to settle: no text says which one prevails.
    Law: GDPR art. 35 §1, §3, §4, §5, §10, since 2018-05-25; WP 248 rev. 01; CNIL 2018-327 and 2019-118.
    """
    told = (answers.required.told, answers.exempt.told, answers.law_assessed)
    return Decision(answers, _needs(len(answers.met), len(answers.unanswered), *told))


def cases_met(met: Iterable[str]) -> tuple[str, ...]:
    """The cases of article 35 §3 that these criteria announce: each brings two of them together."""
    criteria, held = load_list(CRITERIA), set(met)
    return tuple(
        case for case in _CASES if all(code in held for code in criteria if criteria.flag(code, f"case_{case}"))
    )


@lru_cache(maxsize=4096)
def _needs(
    met: int, unanswered: int, required: bool | None, exempt: bool | None, law_assessed: bool | None
) -> frozenset[Need]:
    """Every need some way of answering what is unanswered leads to."""
    if law_assessed:
        return frozenset({Need.EXEMPT})
    found = {Need.EXEMPT} if law_assessed is None else set()
    for is_exempt in _either(exempt):
        for is_required in _either(required):
            if is_exempt and is_required:
                found.add(Need.TO_COMPLETE)
            elif is_exempt:
                found.add(Need.EXEMPT)
            elif is_required:
                found.add(Need.REQUIRED)
            else:
                found |= _by_criteria(met, met + unanswered)
    return frozenset(found)


def _either(told: bool | None) -> tuple[bool, ...]:
    return (True, False) if told is None else (told,)


def _by_criteria(least: int, most: int) -> set[Need]:
    """What a number of criteria between these two leads to, where no list decides."""
    found = set()
    if least == 0:
        found.add(Need.NOT_REQUIRED)
    if least <= 1 <= most:
        found.add(Need.RECOMMENDED)
    if most >= ENOUGH:
        found.add(Need.REQUIRED)
    return found


def _missing(answers: Answers, possible: frozenset[Need]) -> tuple[str, ...]:
    """The unanswered questions one answer to which would change what is possible."""
    met, unanswered = len(answers.met), answers.unanswered
    required, exempt, law = answers.required.told, answers.exempt.told, answers.law_assessed
    found: list[str] = []
    # The criteria count alike: what one of them would change, each would.
    if unanswered and any(
        _needs(met + more, len(unanswered) - 1, required, exempt, law) != possible for more in (0, 1)
    ):
        found += unanswered
    ways = (True, False)
    if required is None and any(_needs(met, len(unanswered), way, exempt, law) != possible for way in ways):
        found.append(Question.REQUIRED_LIST.value)
    if exempt is None and any(_needs(met, len(unanswered), required, way, law) != possible for way in ways):
        found.append(Question.EXEMPT_LIST.value)
    if law is None and any(_needs(met, len(unanswered), required, exempt, way) != possible for way in ways):
        found.append(Question.LAW_ASSESSED.value)
    return tuple(found)


def _explain(decision: Decision) -> Iterator[Reason]:
    answers, need = decision.answers, decision.need
    if answers.law_assessed:
        yield Reason(
            _(
                "La loi qui fonde le traitement l’encadre, et une analyse d’impact a été faite quand elle a été "
                "adoptée."
            ),
            _("RGPD art. 35 §10"),
        )
        return
    if answers.exempt.told and answers.required.told:
        yield Reason(
            _(
                "Le traitement est décrit à la fois par une dispense ({exempt}) et par la liste des AIPD requises "
                "({required}). Aucun texte ne dit laquelle l’emporte : gardez celle qui le décrit vraiment, avec "
                "l’avis du DPO."
            ).format(exempt=_named(EXEMPT_LIST, answers.exempt), required=_named(REQUIRED_LIST, answers.required)),
            _("RGPD art. 35 §4 et §5 ; CNIL, délibérations n° 2018-327 et n° 2019-118"),
        )
    elif answers.exempt.told:
        yield Reason(
            _(
                "La CNIL dispense d’AIPD ce type de traitement : {entries}. La dispense ne vaut que dans les limites "
                "de cet intitulé."
            ).format(entries=_named(EXEMPT_LIST, answers.exempt)),
            _("RGPD art. 35 §5 ; CNIL, délibération n° 2019-118"),
        )
        if need is Need.EXEMPT:
            return
    elif answers.required.told:
        yield Reason(
            _("La CNIL demande une AIPD pour ce type de traitement : {entries}.").format(
                entries=_named(REQUIRED_LIST, answers.required)
            ),
            _("RGPD art. 35 §4 ; CNIL, délibération n° 2018-327"),
        )
    yield from _explain_criteria(answers, need)
    if missing := decision.missing:
        yield _explain_missing(decision.possible, missing)


def _explain_criteria(answers: Answers, need: Need) -> Iterator[Reason]:
    met = answers.met
    law = _("RGPD art. 35 §1 ; lignes directrices WP 248")
    if not met and need is Need.NOT_REQUIRED:
        yield Reason(
            _("Aucun des neuf critères d’un risque élevé n’est réuni, et aucune liste ne vise ce traitement."), law
        )
    if not met:
        return
    labels = load_list(CRITERIA)
    said = ngettext(
        "{count} critère d’un risque élevé est réuni sur neuf : {criteria}.",
        "{count} critères d’un risque élevé sont réunis sur neuf : {criteria}.",
        len(met),
    ).format(count=len(met), criteria=" ; ".join(_lower(labels.label(code)) for code in met))
    if need is Need.RECOMMENDED:
        said += " " + _("Un seul n’impose pas l’AIPD ; elle est recommandée tant qu’un doute demeure.")
    if need is Need.REQUIRED and len(met) >= ENOUGH:
        said += " " + _("Deux suffisent en principe pour que l’AIPD soit due.")
    yield Reason(said, law)
    for case in cases_met(met):
        yield Reason(_("Ensemble, ils annoncent un cas où le règlement lui-même l’exige."), _case_law(case))


def _case_law(case: str) -> str:
    return _("RGPD art. 35 §3 {case})").format(case=case)


def _explain_missing(possible: frozenset[Need], missing: tuple[str, ...]) -> Reason:
    ways = ", ".join(_(phrase) for need, phrase in _PHRASES.items() if need in possible)
    return Reason(
        ngettext(
            "{count} réponse manque : selon elle, l’AIPD serait {ways}.",
            "{count} réponses manquent : selon elles, l’AIPD serait {ways}.",
            len(missing),
        ).format(count=len(missing), ways=ways),
        _("RGPD art. 35"),
    )


def _named(of: str, answer: ListAnswer) -> str:
    labels = load_list(of)
    return " ; ".join(f"« {labels.label(code)} »" for code in answer.entries)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
