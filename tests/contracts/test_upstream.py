"""What contracts about the sources of a dataset impose on it, whoever may read them."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.compliance.vocabulary import SubjectKind
from registry.contracts.covering.rules import Told
from registry.contracts.upstream.facts import bind_upstream
from registry.contracts.upstream.rules import crossing_of, imposed_by, may_be_crossed
from registry.contracts.vocabulary import PartnerLeave
from registry.kernel.permissions import Role
from registry.ledger.queries import end_of_day
from tests.access.test_statements import counting
from tests.conftest import Town
from tests.contracts.test_clause_pages import amend
from tests.contracts.test_contract_facts import verdicts
from tests.contracts.test_covering import about, says
from tests.pages import fields_of

ON_DATABASE = pytest.mark.database


def made_of(town: Town, title: str, *sources: int, on: int | None = None) -> int:
    """A derived dataset, made of these."""
    number = town.record(title, on=on or town.authority_id, origin="derived")
    steward = town.someone(Role.STEWARD)
    for version, source in enumerate(sources, start=1):
        answer = steward.post(f"/jeux/{number}/sources", {"version": str(version), "source_id": str(source)})
        assert answer.status_code == 303, answer.text
    return number


def facts_of(town: Town, number: int, *, until: Any = None) -> dict[str, Any]:
    """What is bound of a dataset from upstream today."""
    bound: dict[int, tuple[Any, dict[str, Any]]] = {number: (None, {})}
    with town.acting() as session:
        bind_upstream(session, bound, on=town.info["today"](), until=until)
    return bound[number][1]


def say_compatible(town: Town, number: int) -> None:
    """Somebody looked at the licences of the sources: they agree."""
    terms = f"/publication/du-jeu/{number}/reutilisation"
    legal = town.someone(Role.LEGAL)
    form = fields_of(legal.get(terms))
    assert legal.post(terms, form | {"licence_compatible": "true"}).status_code == 303


@ON_DATABASE
def test_a_source_whose_agreement_forbids_crossing_is_a_breach_below_until_an_amendment_allows_it(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    source = town.record("Comptages du partenaire", origin="partner")
    made = made_of(town, "Croisement", source)
    say_compatible(town, made)
    place = about(jurist, town, source, object="Convention de comptage")

    stipulation = says(jurist, place, "crossing", article="art. 4", datasets=[source], terms={"leave": "forbidden"})
    assert verdicts(town, SubjectKind.DATASET, made, "CDV-06")[-1] == "non-compliant"
    sheet = jurist.get(f"/jeux/{made}").text
    assert "Ce que les contrats de ses sources imposent" in sheet
    assert "« Convention de comptage » (Contrat, art. 4)" in sheet
    reading = "Ce que vaut le silence d’un contrat est une lecture retenue par le projet, à valider"
    assert sheet.count(reading) == 2, "Said where clauses are told, and where the verdict is."

    signed = (town.info["today"]() - timedelta(days=1)).isoformat()
    amendment = amend(jurist, place, 1, signed_on=signed, effective_on=signed)
    clause = jurist.api("GET", f"/api/v1/stipulations/{stipulation}").json()["clause_id"]
    answer = jurist.api(
        "POST", f"/api/v1/clauses/{clause}/stipulations",
        json={"amendment_id": amendment, "act": "replaces", "datasets": [source], "terms": {"leave": "allowed"}},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    assert verdicts(town, SubjectKind.DATASET, made, "CDV-06")[-1] == "compliant"


@ON_DATABASE
def test_three_levels_down_it_still_binds_and_what_is_between_is_judged_with_it(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    source = town.record("Téléphonie", origin="partner")
    first = made_of(town, "Agrégats", source)
    second = made_of(town, "Fréquentation", first)
    third = made_of(town, "Tableau", second)
    place = about(jurist, town, source)
    assert "dataset.crossing_allowed" not in facts_of(town, third), "What comes from others without a word: unknown."

    says(jurist, place, "crossing", datasets=[source], terms={"leave": "forbidden"})

    for made in (first, second, third):
        assert facts_of(town, made)["dataset.crossing_allowed"] is False
        assert verdicts(town, SubjectKind.DATASET, made, "CDV-06")[-1] == "non-compliant"


@ON_DATABASE
def test_a_source_taken_away_in_the_middle_frees_what_is_made_below(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    source, own = town.record("Partenaire", origin="partner"), town.record("Régie", origin="produced")
    middle = made_of(town, "Milieu", own, source)
    below = made_of(town, "Aval", middle)
    says(jurist, about(jurist, town, source), "crossing", datasets=[source], terms={"leave": "forbidden"})
    assert verdicts(town, SubjectKind.DATASET, below, "CDV-06")[-1] == "non-compliant"

    sheet = steward.api("GET", f"/api/v1/datasets/{middle}").json()
    kept = [{"source_id": own}]
    answer = steward.api(
        "PATCH", f"/api/v1/datasets/{middle}", json={"derivations": kept},
        headers={"If-Match": f'"{sheet["version"]}"'},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert facts_of(town, below)["dataset.crossing_allowed"] is True
    assert verdicts(town, SubjectKind.DATASET, below, "CDV-06")[-1] == "to-complete"


@ON_DATABASE
def test_who_may_not_read_the_contract_learns_that_one_binds_and_not_which(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    source = town.record("Fichier confié", on=town.other_commune_id, origin="partner")
    made = made_of(town, "Croisement local", source, on=town.commune_id)
    place = about(jurist, town, source, object="Convention discrète")
    says(jurist, place, "crossing", article="art. 77", datasets=[source], terms={"leave": "forbidden"},
         text="Le croisement est réservé.")  # fmt: skip

    local = town.someone(Role.STEWARD, town.commune_id)
    sheet = local.get(f"/jeux/{made}").text

    assert "Interdit par la convention" in sheet
    assert "un contrat que vos droits ne montrent pas" in sheet
    for hidden in ("Convention discrète", "art. 77", "Le croisement est réservé", "Fichier confié"):
        assert hidden not in sheet
    assert f"{place}/clauses" not in sheet


@ON_DATABASE
def test_a_clause_not_in_force_yet_or_of_a_contract_that_ended_binds_nothing_below(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    source = town.record("Comptages", origin="produced")
    made = made_of(town, "Croisement", source)
    place = about(jurist, town, source, starts_on="2021-01-01", ends_on="2022-12-31")
    says(jurist, place, "crossing", datasets=[source], terms={"leave": "forbidden"})

    assert facts_of(town, made)["dataset.crossing_allowed"] is True


@ON_DATABASE
def test_the_sheet_and_what_is_judged_ask_as_much_of_one_source_as_of_many(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    sources = [town.record(f"Source {number}", origin="partner") for number in range(4)]
    few, many = made_of(town, "De peu", sources[0]), made_of(town, "De beaucoup", *sources)
    for source in sources:
        says(jurist, about(jurist, town, source), "crossing", datasets=[source], terms={"leave": "on-agreement"})
    asked = {}
    for number in (few, many):
        with counting(town) as on_page:
            assert "Sur accord du partenaire" in jurist.get(f"/jeux/{number}").text
        with counting(town) as on_judging:
            assert jurist.api("GET", f"/api/v1/datasets/{number}/stage").status_code == 200
        asked[number] = (len(on_page), len(on_judging))

    assert asked[few] == asked[many]
    assert min(asked[few]) > 0


@ON_DATABASE
def test_the_least_count_and_the_guarantee_are_those_of_the_clauses_and_absent_once_read(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    source = town.record("Téléphonie", origin="partner")
    made = made_of(town, "Fréquentation", source)
    place = about(jurist, town, source)
    assert facts_of(town, source)["dataset.anonymity_guarantee__present"] is False, "Read whole, without a word of it."

    says(jurist, place, "anonymisation", datasets=[source], terms={"least_count": "11"})
    says(jurist, place, "anonymisation", terms={"least_count": "20"})

    for number in (source, made):
        facts = facts_of(town, number)
        assert facts["dataset.least_count_per_cell"] == 20
        assert facts["dataset.anonymity_guarantee__present"] is True
    yesterday = end_of_day(town.info["today"]() - timedelta(days=1), town.info["time_zone"])
    assert facts_of(town, made, until=yesterday) == {}, "What the registry did not know then binds nothing."
    now = end_of_day(town.info["today"](), town.info["time_zone"])
    assert facts_of(town, made, until=now) == facts_of(town, made), "Read back, it is as it was read."


@ON_DATABASE
def test_a_guarantee_of_which_only_the_article_is_noted_reads_alike_now_and_as_known(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    source = town.record("Téléphonie", origin="partner")
    made = made_of(town, "Fréquentation", source)
    place = about(jurist, town, source)
    now = end_of_day(town.info["today"](), town.info["time_zone"])

    says(jurist, place, "anonymisation", datasets=[source], article="art. 8", text="Les données sont anonymisées.")
    for number in (source, made):
        assert facts_of(town, number) == facts_of(town, number, until=now)
        assert "dataset.least_count_per_cell" not in facts_of(town, number), "To be completed: not known to be absent."
        assert "dataset.anonymity_guarantee__present" not in facts_of(town, number)
    says(jurist, place, "anonymisation", datasets=[source], terms={"method": "k-anonymity"})
    for number in (source, made):
        assert facts_of(town, number) == facts_of(town, number, until=now)
        assert facts_of(town, number)["dataset.anonymity_guarantee__present"] is True


def told(*said: tuple[str, dict[str, Any]]) -> list[Told]:
    return [Told(number, number, kind, terms) for number, (kind, terms) in enumerate(said, start=1)]


def test_a_ban_on_reuse_forbids_and_the_right_to_use_allows_where_no_clause_speaks_of_crossing() -> None:
    assert crossing_of(told(("reuse-ban", {}), ("crossing", {"leave": "allowed"})), "operator", made=False) == (
        PartnerLeave.FORBIDDEN
    )
    assert crossing_of(told(("use-and-reuse", {})), "operator", made=False) is PartnerLeave.ALLOWED
    assert crossing_of([], "operator", made=False) is None
    empty = [Told(1, 1, "use-and-reuse", {}, bare=True)]
    assert crossing_of(empty, "operator", made=False) is None, "By name only, it gives nothing."
    assert crossing_of([], "produced", made=False) is PartnerLeave.ALLOWED
    assert crossing_of(told(("crossing", {})), "produced", made=False) is None, "A clause nobody noted says nothing."


def test_the_strictest_of_what_is_imposed_is_told_with_the_clauses_that_say_it() -> None:
    found = imposed_by(
        told(
            ("redistribution", {"leave": "allowed", "to_public": False}), ("redistribution", {"leave": "on-agreement"}),
            ("reuse-ban", {}), ("redistribution", {"to_public": True}),
        )
    )  # fmt: skip
    assert [(one.kind, one.term, one.value, one.ids) for one in found] == [
        ("reuse-ban", "", True, (3,)),
        ("redistribution", "leave", "on-agreement", (2,)),
        ("redistribution", "to_public", False, (1,)),
    ]


@given(st.lists(st.none() | st.sampled_from(PartnerLeave), max_size=8))
def test_one_source_that_may_not_be_crossed_is_enough_and_none_is_guessed(leaves: list[PartnerLeave | None]) -> None:
    allowed = may_be_crossed(leaves)
    assert (allowed is False) == (PartnerLeave.FORBIDDEN in leaves)
    assert (allowed is True) == (bool(leaves) and set(leaves) == {PartnerLeave.ALLOWED})
