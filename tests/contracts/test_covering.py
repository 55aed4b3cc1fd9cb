"""What the contracts of one dataset say of it on a day, and what of it cannot all be followed."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts.covering.rules import Told, bare_days, clashes_of
from registry.contracts.rules import Term
from registry.contracts.vocabulary import Clash
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.contracts.test_clause_pages import a_contract, amend
from tests.contracts.test_coverage import dataset_of
from tests.pages import fields_of

SPACE = "\N{NO-BREAK SPACE}"


def covering(who: Someone, dataset: int, **asked: str) -> Any:
    """What the API answers of a dataset's contracts."""
    words = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = who.api("GET", f"/api/v1/datasets/{dataset}/clauses?{words}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def about(who: Someone, town: Town, dataset: int, **more: Any) -> str:
    """The address of a contract about the dataset."""
    place = a_contract(who, town, **more)
    answer = who.post(f"{place}/jeux", {"version": "1", "dataset_id": str(dataset)})
    assert answer.status_code == 303, answer.text
    return place


def says(who: Someone, place: str, kind: str, **more: Any) -> int:
    """Records a clause of a contract; the number of what says it."""
    answer = who.api("POST", f"/api/v1{place.replace('contrats', 'contracts')}/clauses", json={"kind": kind, **more})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


@pytest.mark.database
@pytest.mark.parametrize("form", ["stipulations/{said}/modifier", "clauses/{clause}/acte"])
def test_a_form_of_a_clause_opens_with_its_datasets_ticked_so_that_saving_it_keeps_them(town: Town, form: str) -> None:
    jurist, dataset = town.someone(Role.LEGAL), dataset_of(town, town.authority_id, "Réseau d’eau")
    place = about(jurist, town, dataset, object="Gestion de l’eau")
    said = says(jurist, place, "supply", article="art. 2", datasets=[dataset], terms={"indispensable": True})
    clause = covering(jurist, dataset)["contracts"][0]["in_force"][0]["clause"]["id"]
    address = f"/contrats/{form.format(said=said, clause=clause)}"

    opened = fields_of(jurist.get(address))
    assert opened["datasets"] == str(dataset)
    if "modifier" in address:
        assert jurist.post(address, {**opened, "article": "art. 3"}).status_code == 303
        (line,) = covering(jurist, dataset)["contracts"][0]["in_force"]
        assert (line["stipulation"]["article"], line["stipulation"]["datasets"]) == ("art. 3", [dataset])


@pytest.mark.database
def test_the_page_of_a_dataset_says_what_each_contract_owes_of_it_and_since_which_act(town: Town) -> None:
    jurist, dataset = town.someone(Role.LEGAL), dataset_of(town, town.authority_id, "Réseau d’eau")
    place = about(jurist, town, dataset, object="Gestion de l’eau")
    says(jurist, place, "schedule", article="art. 12", datasets=[dataset], terms={"frequency": "ANNUAL"})
    clause = covering(jurist, dataset)["contracts"][0]["in_force"][0]["clause"]["id"]
    amendment = amend(jurist, place, 1, signed_on="2023-11-06", effective_on="2024-01-01")
    jurist.api(
        "POST", f"/api/v1/clauses/{clause}/stipulations",
        json={"amendment_id": amendment, "act": "replaces", "datasets": [dataset], "article": "art. 2",
              "terms": {"frequency": "QUARTERLY"}},
    )  # fmt: skip

    before, after = (jurist.get(f"/jeux/{dataset}/clauses?le={day}").text for day in ("2023-12-31", "2024-01-01"))
    sheet = jurist.get(f"/jeux/{dataset}").text

    assert f"Périodicité{SPACE}: Annuelle" in before
    assert "Contrat, art. 12 · du 1er janvier 2021 au 31 décembre 2023" in before
    assert f"Périodicité{SPACE}: Trimestrielle" in after
    assert f"Périodicité{SPACE}: Trimestrielle" in sheet
    assert "Avenant n° 1, art. 2 · du 1er janvier 2024 au 31 décembre 2032" in sheet
    assert f"{place}/clauses?jeu={dataset}" in sheet
    then = covering(jurist, dataset, on="2024-06-01", signed_by="2023-11-05")
    assert [one["stipulation"]["terms"] for one in then["contracts"][0]["in_force"]] == [{"frequency": "ANNUAL"}]
    assert "supply" in [one["kind"] for one in then["contracts"][0]["missing"]]


@pytest.mark.database
def test_two_contracts_that_say_two_licences_are_told_with_their_articles(town: Town) -> None:
    jurist, dataset = town.someone(Role.LEGAL), dataset_of(town, town.authority_id, "Offre de transport")
    first, second = (about(jurist, town, dataset, object=name) for name in ("Réseau de bus", "Calculateur"))
    says(jurist, first, "publication", article="art. 3", datasets=[dataset], terms={"licence": "etalab-2.0"})
    says(jurist, second, "publication", article="art. 8", datasets=[dataset], terms={"licence": "odbl-1.0"})

    page, (clash,) = jurist.get(f"/jeux/{dataset}/clauses").text, covering(jurist, dataset)["clashes"]

    assert (clash["clash"], clash["term"], clash["binding"]) == ("different", "licence", None)
    for words in ("« Réseau de bus » (Contrat, art. 3) dit", "« Calculateur » (Contrat, art. 8) dit"):
        assert words in clash["sentence"]
        assert words in page.replace(SPACE, " ")
    assert "Les deux ne peuvent pas être suivis à la fois" in jurist.get(f"/jeux/{dataset}").text


@pytest.mark.database
def test_the_days_between_two_contracts_are_told_and_so_is_the_end_of_the_last(town: Town) -> None:
    jurist, dataset = town.someone(Role.LEGAL), dataset_of(town, town.authority_id, "Parcs")
    about(jurist, town, dataset, starts_on="2021-01-01", ends_on="2022-12-31")
    about(jurist, town, dataset, signed_on="2023-05-02", starts_on="2023-07-01", ends_on="2024-12-31")

    bare = covering(jurist, dataset, on="2023-02-01")["bare"]

    assert (bare["first"], bare["last"]) == ("2023-01-01", "2023-06-30")
    assert "du 1er janvier 2023 au 30 juin 2023" in jurist.get(f"/jeux/{dataset}/clauses?le=2023-02-01").text
    assert covering(jurist, dataset, on="2023-07-01")["bare"] is None
    assert "depuis le 1er janvier 2025" in jurist.get(f"/jeux/{dataset}").text
    assert "après le 31 décembre 2020" in jurist.get(f"/jeux/{dataset}/clauses?le=2020-06-01").text


@pytest.mark.database
def test_what_the_registry_did_not_know_yet_is_not_told_of_that_day(town: Town) -> None:
    jurist, dataset = town.someone(Role.LEGAL), dataset_of(town, town.authority_id, "Compteurs")
    place = about(jurist, town, dataset)
    says(jurist, place, "supply", article="art. 1", datasets=[dataset])
    yesterday = (town.info["today"]() - timedelta(days=1)).isoformat()

    assert covering(jurist, dataset, known_on=yesterday)["contracts"] == []
    assert len(covering(jurist, dataset, known_on=town.info["today"]().isoformat())["contracts"]) == 1
    page = jurist.get(f"/jeux/{dataset}/clauses?connu={yesterday}").text
    assert "Le registre ne savait rien des contrats de ce jeu au" in page
    assert "ne savait rien des contrats de ce jeu" in covering(jurist, dataset, known_on=yesterday)["nothing_known"]
    assert covering(jurist, dataset)["nothing_known"] is None
    assert "ne vise ce jeu" not in page
    assert "n’est pas une date possible" in jurist.get(f"/jeux/{dataset}/clauses?le=demain").text


@pytest.mark.database
def test_a_contract_one_may_not_read_is_told_nowhere_on_a_dataset_one_may(town: Town) -> None:
    dataset = dataset_of(town, town.commune_id, "Compteurs communaux")
    jurist, clerk = town.someone(Role.LEGAL), town.someone(Role.LEGAL, town.commune_id)
    place = about(jurist, town, dataset, object="Contrat de la communauté")
    says(jurist, place, "supply", article="art. 1", datasets=[dataset])

    assert covering(jurist, dataset)["contracts"]
    assert covering(clerk, dataset)["contracts"] == []
    for address in (f"/jeux/{dataset}", f"/jeux/{dataset}/clauses"):
        assert "Contrat de la communauté" not in clerk.get(address).text


def told(*said: tuple[int, str, dict[str, Any]]) -> list[Told]:
    return [Told(number, contract, kind, terms) for number, (contract, kind, terms) in enumerate(said, start=1)]


def test_of_two_leaves_the_stricter_binds_and_of_two_least_counts_the_greater() -> None:
    (leave, count) = clashes_of(
        told(
            (1, "crossing", {"leave": "allowed"}), (2, "crossing", {"leave": "on-agreement"}),
            (1, "anonymisation", {"least_count": 11}), (2, "anonymisation", {"least_count": 20}),
        )
    )  # fmt: skip

    assert (leave.clash, leave.binding) == (Clash.STRICTER, "on-agreement")
    assert (count.clash, count.binding) == (Clash.STRICTER, 20)


@pytest.mark.parametrize(
    ("kind", "terms", "against", "clash"),
    [
        ("reuse-ban", {}, "publication", Clash.BANNED),
        ("reuse-ban", {}, "use-and-reuse", Clash.BANNED),
        ("redistribution", {"leave": "forbidden"}, "publication", Clash.NOT_PASSED_ON),
        ("redistribution", {"to_public": False}, "publication", Clash.NOT_PASSED_ON),
        ("exclusivity", {}, "publication", Clash.EXCLUSIVE),
        ("waiver", {"waiver": "whole"}, "supply", Clash.WAIVED),
    ],
)
def test_what_one_clause_forbids_and_another_provides_for_is_told_even_of_one_contract(
    kind: str, terms: dict[str, Any], against: str, clash: Clash
) -> None:
    assert [one.clash for one in clashes_of(told((1, against, {}), (1, kind, terms)))] == [clash]


@pytest.mark.parametrize(
    "said",
    [
        ((1, "schedule", {"frequency": "ANNUAL"}), (2, "schedule", {"frequency": "MONTHLY"})),
        ((1, "publication", {"licence": "etalab-2.0"}), (2, "publication", {"licence": "etalab-2.0"})),
        ((1, "publication", {"licence": "etalab-2.0"}), (1, "publication", {"licence": "odbl-1.0"})),
        ((1, "redistribution", {"leave": "allowed"}), (1, "publication", {})),
        ((1, "waiver", {"waiver": "part"}), (1, "supply", {})),
        ((1, "crossing", {"leave": "forbidden"}), (1, "redistribution", {"leave": "allowed"})),
    ],
)
def test_what_can_be_kept_together_is_not_told(said: tuple[tuple[int, str, dict[str, Any]], ...]) -> None:
    assert clashes_of(told(*said)) == []


def test_two_contracts_that_have_one_dataset_supplied_are_told() -> None:
    assert [one.clash for one in clashes_of(told((1, "supply", {}), (2, "supply", {})))] == [Clash.TWICE]


DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 1))


@given(st.lists(st.tuples(DAYS, DAYS)), DAYS)
def test_the_bare_days_around_a_day_are_those_that_no_contract_binds(spans: list[tuple[date, date]], day: date) -> None:
    terms = [Term(min(pair), max(pair)) for pair in spans]

    def is_bound(one: date) -> bool:
        return any(min(pair) <= one <= max(pair) for pair in spans)

    found = bare_days(terms, day)

    assert (found is None) == (is_bound(day) or not spans)
    if found is not None:
        first, last = found.first or date(2019, 12, 1), found.last or date(2020, 4, 1)
        assert first <= day <= last
        span = (last - first).days
        assert not any(is_bound(first + timedelta(days=step)) for step in range(span + 1))
        assert found.first is None or is_bound(first - timedelta(days=1))
        assert found.last is None or is_bound(last + timedelta(days=1))
