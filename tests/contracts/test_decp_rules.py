"""What in the essential data of a concession does not hold: each fault put in by hand is named, and nothing else."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from registry.contracts.decp.reading import parse_contract, write_contract
from registry.contracts.decp.rules import IN_FORCE, compare_contents, find_incoherences, read_essential
from registry.contracts.decp.views import incoherence_view
from registry.contracts.decp.vocabulary import Fault
from registry.contracts.vocabulary import ContractKind
from registry.kernel.dates import plus_months
from tests.contracts.essential import changed, concession, year

Break = Callable[[dict[str, Any]], object]


def change(said: dict[str, Any], place: int = 0) -> dict[str, Any]:
    """An amendment of a contract, to break."""
    found: dict[str, Any] = said["modifications"][place]["modification"]
    return found


def holder(said: dict[str, Any]) -> dict[str, Any]:
    """The holder of a contract, to break."""
    found: dict[str, Any] = said["concessionnaires"][0]["concessionnaire"]
    return found


SCHEMA: tuple[tuple[Break, Fault, str], ...] = (
    (lambda c: c.pop("procedure"), Fault.MISSING, "« procedure », obligatoire, manque"),
    (lambda c: change(c).pop("id"), Fault.MISSING, "« modifications[1].modification.id »"),
    (lambda c: c.update(nature="Affermage"), Fault.NOT_LISTED, "« Affermage », hors de la liste : « Concession de tr"),
    (lambda c: c["autoriteConcedante"].update(id="2000335790001"), Fault.SIRET_FORM, "quatorze chiffres"),
    (lambda c: c["autoriteConcedante"].update(id="20003357900019"), Fault.SIRET_KEY, "La clé du SIRET 20003357900019"),
    (lambda c: holder(c).update(id="38103128500005"), Fault.SIRET_KEY, "concessionnaires[1].concessionnaire.id"),
    (lambda c: c.update(id="12345678901234567"), Fault.TOO_LONG, "17 caractères : 16 au plus"),
    (lambda c: c.update(id=""), Fault.EMPTY, "« id » est vide"),
    (lambda c: c.update(objet="é" * 1001), Fault.TOO_LONG, "1001 caractères"),
    (lambda c: c.update(objet=12), Fault.NOT_A_TEXT, "« objet » devrait être un texte"),
    (lambda c: c.update(dureeMois=0), Fault.TOO_SMALL, "vaut 0 : le minimum est 1"),
    (lambda c: c.update(dureeMois=Decimal("12.5")), Fault.NOT_WHOLE, "vaut 12.5 : donnez un nombre entier"),
    (lambda c: c.update(valeurGlobale="cher"), Fault.NOT_A_NUMBER, "« valeurGlobale » devrait être un nombre"),
    (lambda c: c.update(montantSubventionPublique=True), Fault.NOT_A_NUMBER, "montantSubventionPublique"),
    (lambda c: c.update(concessionnaires=[]), Fault.EMPTY, "« concessionnaires » est vide"),
    (lambda c: c.update(concessionnaires="SA"), Fault.NOT_A_LIST, "devrait être une liste"),
    (lambda c: c["concessionnaires"].append(c["concessionnaires"][0]), Fault.TWICE, "répète la même valeur"),
    (lambda c: c.update(autoriteConcedante="20003357900018"), Fault.NOT_AN_OBJECT, "devrait contenir des champs"),
    (lambda c: c.update(lieu="Arras"), Fault.UNKNOWN, "« lieu » n’est pas du format national"),
)
DAYS: tuple[tuple[Break, Fault, str], ...] = (
    (lambda c: c.update(dateSignature="2024-99-99"), Fault.NOT_A_DAY, "« 2024-99-99 », qui n’est pas une date"),
    (lambda c: c.update(dateSignature="2024-02-30"), Fault.NOT_A_DAY, "« 2024-02-30 »"),
    (lambda c: c.update(dateSignature="02/04/2024"), Fault.NOT_A_DAY, "AAAA-MM-JJ"),
    (lambda c: c.update(datePublicationDonnees="2024-04-01"), Fault.PUBLISHED_BEFORE_SIGNED, "1er avril 2024, avant"),
    (lambda c: c.update(modifications=[changed(1, "2023-04-19", "2023-04-20")]),
     Fault.CHANGE_BEFORE_CONTRACT, "n° 1 est dite signée le 19 avril 2023, avant le contrat, le 2 avril 2024"),
    (lambda c: c["modifications"].append(changed(2, "2024-12-31", "2025-01-15")), Fault.CHANGE_OUT_OF_ORDER,
     "n° 2, signée le 31 décembre 2024, précède la n° 1"),
    (lambda c: change(c).update(datePublicationDonneesModification="2025-01-30"), Fault.CHANGE_PUBLISHED_BEFORE_SIGNED,
     "publiée le 30 janvier 2025, avant sa signature"),
    (lambda c: c.update(donneesExecution=[year("2024-04-01")]), Fault.EXECUTION_BEFORE_SIGNED, "données d’exécution"),
)  # fmt: skip
OTHERS: tuple[tuple[Break, Fault, str, str], ...] = (
    (lambda c: c.update(datePublicationDonnees="2024-05-01"), Fault.PUBLISHED_LATE, "DSP-11", "CCP R3131-1"),
    (
        lambda c: change(c).update(datePublicationDonneesModification="2025-04-01"),
        Fault.CHANGE_PUBLISHED_LATE,
        "DSP-12",
        "au plus tard le 31 mars 2025, dans les deux mois",
    ),
    (lambda c: c["modifications"].append(changed(1, "2025-02-01", "2025-02-15")), Fault.CHANGE_TWICE, "DSP-14", "n"),
)


def test_a_concession_in_order_has_nothing_wrong_in_it():
    assert find_incoherences(concession()) == []


@pytest.mark.parametrize(
    ("break_it", "fault", "rule", "told"),
    [*((one, fault, "DSP-14", told) for one, fault, told in (*SCHEMA, *DAYS)), *OTHERS],
    ids=lambda value: str(value) if isinstance(value, Fault) else "",
)
def test_what_is_put_in_by_hand_is_named_with_its_rule_and_nothing_else_is(
    break_it: Break, fault: Fault, rule: str, told: str
):
    broken = concession()
    break_it(broken)

    found = find_incoherences(broken)

    assert {one.fault for one in found} == {fault}, found
    view = incoherence_view(found[0])
    assert view.rule == rule
    assert told in view.sentence
    assert (fault in {one[1] for one in (*DAYS, *OTHERS[:2])}) == found[0].is_of_days


def test_performance_before_the_signature_is_named_and_so_is_the_publication_that_came_after_it():
    broken = concession(dateDebutExecution="2024-04-01")

    assert [(one.fault, one.rule) for one in find_incoherences(broken)] == [
        (Fault.STARTS_BEFORE_SIGNED, "DSP-14"), (Fault.PUBLISHED_LATE, "DSP-11"),
    ]  # fmt: skip


def test_several_faults_are_each_named():
    broken = concession(nature="Affermage", dateSignature="2024-99-99")
    change(broken).update(datePublicationDonneesModification="2025-04-01")

    assert {one.fault for one in find_incoherences(broken)} == {
        Fault.NOT_LISTED, Fault.NOT_A_DAY, Fault.CHANGE_PUBLISHED_LATE,
    }  # fmt: skip


def test_the_post_office_numbers_its_establishments_its_own_way():
    said = concession(concessionnaires=[{"concessionnaire": {"typeIdentifiant": "SIRET", "id": "35600000000010"}}])

    assert sum(map(int, "35600000000010")) % 5 == 0
    assert find_incoherences(said) == []
    assert find_incoherences(concession(concessionnaires=[_named("TVA", "BE0123456789")])) == []


def _named(kind: str, number: str) -> dict[str, Any]:
    return {"concessionnaire": {"typeIdentifiant": kind, "id": number}}


def test_delays_are_of_the_code_and_of_no_contract_before_it():
    old = concession(dateSignature="2019-03-31", datePublicationDonnees="2019-12-31", dateDebutExecution="2019-05-01")
    old["modifications"] = [changed(1, "2019-03-31", "2019-12-31")]
    assert find_incoherences(old) == []

    old["dateSignature"] = IN_FORCE.isoformat()
    old["modifications"] = [changed(1, IN_FORCE.isoformat(), "2019-12-31")]
    assert {one.rule for one in find_incoherences(old)} == {"DSP-11", "DSP-12"}


DAY = some.dates(date(2024, 1, 1), date(2030, 12, 31))


@given(DAY, DAY, DAY, some.lists(some.tuples(DAY, DAY), max_size=4))
def test_days_agree_exactly_where_none_is_named(
    signed: date, published: date, starts: date, changes: list[tuple[date, date]]
):
    said = concession(
        dateSignature=signed.isoformat(), datePublicationDonnees=published.isoformat(),
        dateDebutExecution=starts.isoformat(), donneesExecution=[],
        modifications=[changed(n, a.isoformat(), b.isoformat()) for n, (a, b) in enumerate(changes, 1)] or None,
    )  # fmt: skip
    if not changes:
        del said["modifications"]

    fine = signed <= published < starts and all(
        signed <= a <= b <= plus_months(a, 2) for a, b in changes
    ) and [a for a, _b in changes] == sorted(a for a, _b in changes)  # fmt: skip

    assert (find_incoherences(said) == []) == fine


def test_what_the_register_keeps_is_read_whatever_else_is_wrong():
    said = read_essential(concession())
    assert (said.kind, said.signed_on, said.starts_on) == (ContractKind.DSP, date(2024, 4, 2), date(2024, 5, 1))
    assert said.ends_on == date(2035, 4, 30), "Its amendment made it 132 months."
    assert said.value_euros == 1250000

    none = read_essential(
        {"id": None, "modifications": [3, {"modification": "x"}], "concessionnaires": {}, "dureeMois": True}
    )
    assert (none.kind, none.signed_on, none.ends_on, none.value_euros, none.holders) == (None, None, None, None, ())


def test_a_later_publication_adds_and_never_changes_what_was_published():
    first = concession()
    later = concession(donneesExecution=[*first["donneesExecution"], year("2026-06-01")])
    later["modifications"].append(changed(2, "2026-01-15", "2026-02-01"))

    added = compare_contents(first, later)
    assert (added.added, added.differs, added.merged) == (2, (), later)
    assert compare_contents(later, first).merged == later, "An older file takes nothing away."
    assert compare_contents(later, first).added == 0

    other = concession(objet="Autre objet", donneesExecution=[])
    change(other)["valeurGlobale"] = 3
    told = compare_contents(first, other)
    assert [name for name, _here, _there in told.differs] == ["objet", "modifications 1"]
    assert told.merged == first


JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-(10**30), 10**30)
    | some.integers(-(10**9), 10**9).map(lambda number: Decimal(number).scaleb(-3))
    | some.text("aé{}\0\"\\", max_size=4),
    lambda inner: (
        some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(["id", "tarif", "é"]), inner, max_size=2)
    ),
    max_leaves=8,
)  # fmt: skip


@given(some.dictionaries(some.sampled_from([*concession(), "autre"]), JSON))
def test_whatever_stands_in_a_contract_is_read_told_and_written_back(broken: dict[str, Any]):
    said = {**concession(), **broken}

    assert parse_contract(write_contract(said)) == said
    for one in find_incoherences(said):
        assert incoherence_view(one).sentence
    assert compare_contents(said, said).added == 0
    read_essential(said)
