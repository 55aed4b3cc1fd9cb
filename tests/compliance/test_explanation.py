"""What a policy asks, in the words of the people it binds."""

from datetime import date

import pytest

from registry import rooms
from registry.compliance.decisions.held import Validation
from registry.compliance.explanation import (
    FIELD_NAMES,
    VALUE_WORDS,
    asked_in_words,
    condition_in_words,
    fact_in_words,
    facts_in_words,
    validation_in_words,
)
from registry.compliance.panels import APART, ELSEWHERE
from registry.kernel.permissions import Role
from registry.kernel.words import use_translations
from registry.web.words import translations_for

SHIPPED = rooms.assemble_engine().catalogue
CODES = [(name, code) for name, fact in SHIPPED.facts.items() for code in fact.values]


@pytest.mark.parametrize(("name", "code"), CODES)
def test_a_code_is_said_in_words(name: str, code: str) -> None:
    assert VALUE_WORDS[name](code) != code
    assert fact_in_words(SHIPPED, name, code)[1] == VALUE_WORDS[name](code)


@pytest.mark.parametrize("policy", SHIPPED.policies, ids=lambda one: one.id)
def test_no_condition_shows_a_code(policy: object) -> None:
    for version in policy.versions:  # type: ignore[attr-defined]
        said = condition_in_words(SHIPPED, version)
        assert not [code for _name, code in CODES if f"« {code} »" in said]


def test_a_condition_says_who_what_by_when_and_until_when() -> None:
    said = {policy.id: condition_in_words(SHIPPED, policy.versions[-1]) for policy in SHIPPED.policies}

    assert said["ACC-02"].startswith(
        "Si « Nature de l’organisation » : « Établissement intercommunal » ou « Commune », et "
        "« Population totale » au moins 10\u202f000, il faut : "
    )
    assert "au plus tard le dernier jour du délai compté depuis « PRADA désignée le » (15 jours)" in said["ACC-08"]
    assert said["OD-10"].endswith("Cela vaut jusqu’à : « Dernière mise à jour du répertoire » plus 12 mois.")
    assert "« Consultation engagée le » au plus tôt le 9 octobre 2016" in said["DSP-06"]
    waits = "Passé ce jour, ce qu’on ignore reste à compléter."
    assert said["DSP-17"].endswith(f"au plus tard 6 mois avant « Dernier jour du contrat ». {waits}")
    assert said["DSP-05"].endswith(f"Dernier jour pour le faire : 36 mois avant « Dernier jour du contrat ». {waits}")


def test_a_version_says_who_validated_it_and_when_or_that_nobody_has() -> None:
    day = date(2027, 3, 1)

    assert validation_in_words(None) == "à valider par le service juridique"
    assert validation_in_words(Validation(day, None)) == "validée le 1er mars 2027"
    assert validation_in_words(Validation(day, Role.LEGAL)).endswith("2027 (Juriste)")
    assert validation_in_words(Validation(day, Role.LEGAL), "Alix").endswith("2027 par Alix (Juriste)")


def test_what_a_file_says_of_its_validation_stands_until_something_is_decided_here() -> None:
    policy = SHIPPED.find("OD-05")
    assert policy is not None
    said = policy.model_copy(update={"versions": (
        policy.versions[-1].model_copy(update={"validated_on": date(2027, 3, 1), "validated_by": Role.LEGAL}),
    )})  # fmt: skip

    assert SHIPPED.validation_of(policy, policy.versions[-1]) is None
    assert SHIPPED.validation_of(said, said.versions[0]) == Validation(date(2027, 3, 1), Role.LEGAL)


@pytest.mark.parametrize("kept", [date(2026, 2, 1), "2026-02-01"], ids=("just read", "kept with a finding"))
def test_a_day_is_written_as_people_write_it(kept: object) -> None:
    assert fact_in_words(SHIPPED, "organisation.prada_since", kept)[1] == "1er février 2026"


def test_a_fact_is_said_in_the_language_of_who_reads_it() -> None:
    with use_translations("en", translations_for("en")):
        assert fact_in_words(SHIPPED, "organisation.population", 11820) == ("Total population", "11,820")


def test_a_fact_is_never_silent() -> None:
    free = {"dataset.producer__present": True, "dataset.licence__present": True, "dataset.licence": "etalab-2.0"}
    absent = {"dataset.licence__present": False}

    assert [value for _label, value in facts_in_words(SHIPPED, free)] == [
        "renseigné",
        fact_in_words(SHIPPED, "dataset.licence", "etalab-2.0")[1],
    ]
    assert facts_in_words(SHIPPED, absent)[0][1] == "aucun (déclaré)"


def test_what_is_missing_is_said_by_the_name_of_the_field_that_gives_it() -> None:
    assert asked_in_words(SHIPPED, "dataset.published_online") == "Niveau d’accès"
    assert asked_in_words(SHIPPED, "dataset.open_formats") == "Fichiers et accès"
    assert asked_in_words(SHIPPED, "system.hosted_in_eea") == "Pays d’hébergement"
    assert asked_in_words(SHIPPED, "organisation.subject_to_online_publication") == "Effectif (équivalents temps plein)"


@pytest.mark.parametrize(
    "name", [name for name, fact in SHIPPED.facts.items() if not (name.startswith("organisation.") or fact.awaited)]
)
def test_each_fact_of_a_sheet_is_asked_for_by_a_field_that_stands_on_it(name: str) -> None:
    kind, fact = name.partition(".")[0], SHIPPED.facts[name]
    assert fact.field in {*FIELD_NAMES[kind], *ELSEWHERE, *APART}
