"""Rights deduced from the basis, and how they are adjusted."""

import pytest

from registry.processing.rules import keeps_rights_of_basis, rights_of, span_of_retention, standing_of_rights
from registry.processing.vocabulary import Article9Condition, AutomatedDecision, LawfulBasis, PersonsRight

ALWAYS = {PersonsRight.ACCESS, PersonsRight.RECTIFICATION, PersonsRight.RESTRICTION}
EXPECTED = {
    LawfulBasis.CONSENT: {PersonsRight.ERASURE, PersonsRight.PORTABILITY, PersonsRight.WITHDRAWAL},
    LawfulBasis.CONTRACT: {PersonsRight.ERASURE, PersonsRight.PORTABILITY},
    LawfulBasis.LEGAL_OBLIGATION: set(),
    LawfulBasis.VITAL_INTERESTS: {PersonsRight.ERASURE},
    LawfulBasis.PUBLIC_TASK: {PersonsRight.OBJECTION},
    LawfulBasis.LEGITIMATE_INTERESTS: {PersonsRight.ERASURE, PersonsRight.OBJECTION},
}


@pytest.mark.parametrize("basis", list(LawfulBasis))
def test_each_basis_gives_the_rights_that_the_regulation_says(basis: LawfulBasis):
    assert rights_of(basis, None, ()) == ALWAYS | EXPECTED[basis]
    assert rights_of(basis, AutomatedDecision.SOLE, ()) == ALWAYS | EXPECTED[basis] | {PersonsRight.HUMAN_REVIEW}


@pytest.mark.parametrize("basis", list(LawfulBasis))
def test_explicit_consent_to_sensitive_data_gives_the_rights_of_consent_whatever_the_basis(basis: LawfulBasis):
    consented = rights_of(basis, None, [Article9Condition.EXPLICIT_CONSENT, Article9Condition.CARE])
    otherwise = rights_of(basis, None, [Article9Condition.CARE])

    assert {PersonsRight.WITHDRAWAL, PersonsRight.ERASURE} <= consented, "Art. 7 §3 and 17 §1 b."
    assert (PersonsRight.PORTABILITY in consented) == (basis is not LawfulBasis.PUBLIC_TASK), "Art. 20 §1 a and §3."
    assert otherwise == ALWAYS | EXPECTED[basis]


def test_a_right_adjusted_says_why_and_the_others_stand():
    standing = standing_of_rights(
        LawfulBasis.PUBLIC_TASK, None, (), {PersonsRight.OBJECTION: (False, "Loi 78-17, art. 56")}
    )

    by_right = {one.right: one for one in standing}
    assert (by_right[PersonsRight.OBJECTION].applies, by_right[PersonsRight.OBJECTION].deduced) == (False, True)
    assert by_right[PersonsRight.OBJECTION].reason == "Loi 78-17, art. 56"
    assert by_right[PersonsRight.ACCESS].applies
    assert not by_right[PersonsRight.PORTABILITY].applies
    assert PersonsRight.HUMAN_REVIEW not in by_right, "No machine decides alone: nobody is asked about it."


def test_without_a_basis_no_right_is_deduced():
    assert standing_of_rights(None, None, (), {}) == []


def test_several_retentions_are_said_from_the_shortest_to_the_longest():
    assert span_of_retention([60, None, 12]) == (12, 60)
    assert span_of_retention([None]) is None


def kept(basis: LawfulBasis, **adjusted: tuple[bool, str]) -> bool:
    """Whether the rights of a basis are kept once some are adjusted."""
    said = {PersonsRight(right): how for right, how in adjusted.items()}
    return keeps_rights_of_basis(standing_of_rights(basis, None, (), said))


def test_a_right_the_basis_gives_is_set_aside_only_by_a_text_that_is_cited():
    assert kept(LawfulBasis.PUBLIC_TASK)
    assert not kept(LawfulBasis.PUBLIC_TASK, objection=(False, "Le service n’y tient pas"))
    for reason in ("Article 110 de la loi du 6 janvier 1978", "Écarté par le décret 2021-1", "CSI, L. 253-5"):
        assert kept(LawfulBasis.PUBLIC_TASK, objection=(False, reason))
    for reason in (
        "Arrêté du 3 mai 2021",
        "règlement (UE) 2016/679",
        "Code pénal, 226-1",
        "décret en Conseil d’État n° 9",
    ):
        assert kept(LawfulBasis.PUBLIC_TASK, objection=(False, reason)), reason
    assert kept(LawfulBasis.PUBLIC_TASK, portability=(True, "Offert à qui le demande"))
    assert kept(LawfulBasis.PUBLIC_TASK, portability=(False, "Rien à en dire"))


@pytest.mark.parametrize(
    "reason",
    [
        "Inscription au centre de loisirs",
        "Trop loin du service",
        "Demande arrêtée en commission le 3 mai",
        "Il n’a pas de code pour cela",
        "Le RGPD ne le demande pas",
        "La loi ne dit rien de tel",
        "Règlement intérieur du service",
    ],
)
def test_ordinary_words_are_no_text_cited(reason: str):
    assert not kept(LawfulBasis.PUBLIC_TASK, objection=(False, reason))
