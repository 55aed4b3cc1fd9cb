"""When an impact assessment is due: the formula against a plain statement of the law, over every combination."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product

import pytest

from registry.platform.lists import load_list
from registry.processing.assessments.rules import Answers, Decision, ListAnswer, cases_met, decide
from registry.processing.assessments.vocabulary import Need

CRITERIA = tuple(load_list("dpia_criteria"))
TOLD = (True, False, None)
LISTED = {True: ListAnswer(("any",)), False: ListAnswer(none=True), None: ListAnswer()}


def the_law_says(criteria: tuple[bool, ...], required: bool, exempt: bool, law_assessed: bool) -> str:
    """Article 35 and the CNIL's lists, read aloud: what is due when every question has its answer."""
    if law_assessed:
        return "exempt"  # §10: paragraphs 1 to 7 shall not apply.
    if exempt and required:
        return "to-complete"  # §4 against §5: no text says which list prevails.
    if exempt:
        return "exempt"  # §5.
    if required:
        return "required"  # §4.
    return ("not-required", "recommended", "required")[min(sum(criteria), 2)]  # WP 248 rev. 01.


def answers_that_fit(told: tuple[bool | None, ...]) -> Iterator[tuple[bool, ...]]:
    """Every way of answering what is unanswered."""
    return product(*((True, False) if one is None else (one,) for one in told))


@cache
def truth(told: tuple[bool | None, ...]) -> frozenset[str]:
    """What the law may say of answers of which some are missing: one open question is closed both ways.

    The last three are the two lists and the law already assessed.
    """
    for place, one in enumerate(told):
        if one is None:
            return truth((*told[:place], True, *told[place + 1 :])) | truth((*told[:place], False, *told[place + 1 :]))
    *criteria, required, exempt, law = (bool(one) for one in told)
    return frozenset({the_law_says(tuple(criteria), required, exempt, law)})


def decided(told: tuple[bool | None, ...]) -> Decision:
    """What the formula says of the same answers."""
    *criteria, required, exempt, law = told
    given = {code: one for code, one in zip(CRITERIA, criteria, strict=True) if one is not None}
    return decide(Answers(given, LISTED[required], LISTED[exempt], law))


def test_the_formula_says_what_the_law_says_over_every_combination_of_criteria_and_lists() -> None:
    wrong = []
    seen: dict[str, int] = {}
    for told in product(TOLD, repeat=len(CRITERIA) + 3):
        means = truth(told)
        expected = next(iter(means)) if len(means) == 1 else "to-complete"
        found = decided(told).need.value
        seen[found] = seen.get(found, 0) + 1
        if found != expected:
            wrong.append((told, expected, found))
    assert not wrong, f"{len(wrong)} combinations, the first: {wrong[0]}"
    assert sum(seen.values()) == 3 ** (len(CRITERIA) + 3) == 531_441
    assert set(seen) == {need.value for need in Need}


def test_the_open_questions_named_are_those_whose_answer_would_change_something() -> None:
    for told in product(TOLD, repeat=3):
        for met, unanswered in product(range(4), range(3)):
            criteria = (True,) * met + (None,) * unanswered + (False,) * (len(CRITERIA) - met - unanswered)
            here = (*criteria, *told)
            if len(truth(here)) == 1 or told[2]:
                continue
            names = (*CRITERIA, "required-list", "exempt-list", "law-assessed")
            telling = {
                names[place]
                for place, one in enumerate(here)
                if one is None
                and any(truth((*here[:place], way, *here[place + 1 :])) != truth(here) for way in (True, False))
            }
            assert set(decided(here).missing) == telling, here


def test_the_three_cases_of_the_regulation_each_bring_two_criteria_together() -> None:
    assert cases_met(("evaluation", "automated-decision")) == ("a",)
    assert cases_met(("sensitive-data", "large-scale")) == ("b",)
    assert cases_met(("systematic-monitoring", "large-scale")) == ("c",)
    assert cases_met(("sensitive-data", "matching")) == ()


def given(*met: str, required: tuple[str, ...] = (), exempt: tuple[str, ...] = ()) -> Answers:
    """Everything answered: these criteria are met and no other, these entries of the lists and no other."""
    return Answers(
        {code: code in met for code in CRITERIA},
        ListAnswer(required, none=not required),
        ListAnswer(exempt, none=not exempt),
        law_assessed=False,
    )


def test_the_controller_may_set_aside_what_the_criteria_alone_ask_and_nothing_else() -> None:
    assert decide(given("matching", "innovative-use")).may_be_set_aside
    assert not decide(given("systematic-monitoring", "large-scale")).may_be_set_aside, "Article 35 §3 c)."
    assert not decide(given("matching", "innovative-use", required=("social-support",))).may_be_set_aside
    assert not decide(given("matching")).may_be_set_aside, "Nothing is required: there is nothing to set aside."


SAID: Mapping[str, tuple[Answers, str, str]] = {
    "a listed processing": (
        given("vulnerable-persons", required=("social-support",)),
        (
            "La CNIL demande une AIPD pour ce type de traitement : "
            "« Accompagnement social ou médico-social des personnes »."
        ),
        "RGPD art. 35 §4 ; CNIL, délibération n° 2018-327",
    ),
    "an exempt one": (
        given("vulnerable-persons", "large-scale", exempt=("school-services",)),
        (
            "La CNIL dispense d’AIPD ce type de traitement : « Affaires scolaires, périscolaires et petite enfance des "
            "collectivités ». La dispense ne vaut que dans les limites de cet intitulé."
        ),
        "RGPD art. 35 §5 ; CNIL, délibération n° 2019-118",
    ),
    "two criteria": (
        given("matching", "innovative-use"),
        (
            "2 critères d’un risque élevé sont réunis sur neuf : croisement d’ensembles de données ; usage innovant, "
            "technologie nouvelle. Deux suffisent en principe pour que l’AIPD soit due."
        ),
        "RGPD art. 35 §1 ; lignes directrices WP 248",
    ),
    "one criterion": (
        given("matching"),
        (
            "1 critère d’un risque élevé est réuni sur neuf : croisement d’ensembles de données. Un seul n’impose pas "
            "l’AIPD ; elle est recommandée tant qu’un doute demeure."
        ),
        "RGPD art. 35 §1 ; lignes directrices WP 248",
    ),
    "no criterion": (
        given(),
        "Aucun des neuf critères d’un risque élevé n’est réuni, et aucune liste ne vise ce traitement.",
        "RGPD art. 35 §1 ; lignes directrices WP 248",
    ),
    "a law already assessed": (
        Answers(law_assessed=True),
        "La loi qui fonde le traitement l’encadre, et une analyse d’impact a été faite quand elle a été adoptée.",
        "RGPD art. 35 §10",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_each_answer_explains_itself_by_a_sentence_and_its_text(case: str) -> None:
    answers, sentence, law = SAID[case]
    first = decide(answers).reasons[0]
    assert (first.sentence, first.law) == (sentence, law)


def test_a_case_of_the_regulation_is_named_by_its_letter() -> None:
    reasons = decide(given("systematic-monitoring", "large-scale")).reasons
    assert reasons[-1].law == "RGPD art. 35 §3 c)"


def test_what_is_missing_is_told_with_what_it_could_lead_to() -> None:
    answers = given("matching")
    open_ones = Answers(
        {code: told for code, told in answers.criteria.items() if code != "exclusion"}, answers.required,
        answers.exempt, answers.law_assessed,
    )  # fmt: skip
    found = decide(open_ones)
    assert found.need is Need.TO_COMPLETE
    assert found.missing == ("exclusion",)
    assert found.reasons[-1].sentence == "1 réponse manque : selon elle, l’AIPD serait requise, recommandée."


def test_a_processing_on_both_lists_is_left_to_a_person() -> None:
    found = decide(given(required=("biometric-vulnerable",), exempt=("school-services",)))
    assert found.need is Need.TO_COMPLETE
    assert found.missing == ()
    assert "gardez celle qui le décrit vraiment" in found.reasons[0].sentence


def test_the_lists_hold_nine_criteria_fourteen_requirements_and_twelve_exemptions() -> None:
    assert [len(load_list(name)) for name in ("dpia_criteria", "dpia_required", "dpia_exempt")] == [9, 14, 12]
    assert all(load_list("dpia_criteria").entries[code].facts["hint_en"] for code in CRITERIA)
