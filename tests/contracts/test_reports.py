"""The report an operator owes each year: what one notes of it, what is judged, and the day it turns by itself."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from registry.compliance.daily import evaluate_everything
from registry.compliance.models import Finding
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.contracts.followup.rules import clause_days, report_due_in
from registry.contracts.rules import Term
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.contracts.test_clause_pages import a_contract, add, kept
from tests.contracts.test_contract_facts import number_of, verdicts
from tests.pages import fields_of as form_of

PARTS = ("accounts", "quality", "assets", "investments", "return_inventory", "commitments", "tariffs")
WHOLE = dict.fromkeys(PARTS, "true")


def note(who: Someone, place: str, year: int, **more: Any) -> Any:
    """Sends the form of a report, as a browser does."""
    return who.post(f"{place}/rapports/nouveau", {"year": str(year), **more})


def said(town: Town, place: str, policy: str) -> str:
    return verdicts(town, SubjectKind.CONTRACT, number_of(place), policy)[-1]


def last_year(town: Town) -> int:
    return int(town.info["today"]().year) - 1


@given(
    st.integers(2000, 2060), st.integers(2000, 2040), st.integers(0, 40),
    st.lists(st.fixed_dictionaries({"due_month": st.integers(0, 13)}, optional={"due_day": st.integers(0, 32)})),
)  # fmt: skip
def test_a_report_is_owed_on_each_year_the_contract_ran_and_never_after_the_day_of_the_law(
    civil: int, start: int, years: int, terms: list[dict[str, int]]
) -> None:
    term = Term(date(start, 3, 15), date(start + years, 9, 1))
    due = report_due_in(civil, "dsp", term, clause_days(terms))

    ran = start <= civil - 1 <= start + years
    assert (due is not None) == ran
    if due is not None:
        assert due.year == civil - 1
        assert due.day <= date(civil, 5, 31)
        assert due.by_clause == (due.day < date(civil, 5, 31))


def test_a_public_contract_owes_a_report_only_where_a_clause_says_so() -> None:
    term = Term(date(2021, 1, 1), date(2030, 12, 31))

    assert report_due_in(2026, "public-contract", term, []) is None
    due = report_due_in(2026, "public-contract", term, [(2, 30), (9, None)])
    assert due is not None
    assert due.day == date(2026, 2, 28)


@pytest.mark.database
def test_a_whole_report_received_in_time_and_put_to_the_council_keeps_the_rules(town: Town) -> None:
    jurist, year = town.someone(Role.LEGAL), last_year(town)
    place = a_contract(jurist, town)
    assert said(town, place, "DSP-08") in {"to-complete", "non-compliant"}

    kept(note(jurist, place, year, received_on=f"{year + 1}-01-20", council_on=f"{year + 1}-02-10",
              committee_on=f"{year + 1}-02-03", **WHOLE))  # fmt: skip

    assert [said(town, place, one) for one in ("DSP-08", "DSP-09", "DSP-10")] == ["compliant"] * 3
    page = jurist.get(f"{place}/rapports").text
    assert f"Reçu le 20 janvier {year + 1}" in page
    assert "Rien ne manque" in page


@pytest.mark.database
def test_a_part_that_lacks_is_a_breach_and_one_nobody_looked_for_is_to_complete(town: Town) -> None:
    jurist, year = town.someone(Role.LEGAL), last_year(town)
    place = a_contract(jurist, town)
    kept(note(jurist, place, year, received_on=f"{year + 1}-01-20", **{**WHOLE, "quality": ""}))
    assert said(town, place, "DSP-09") == "to-complete"
    assert "1 partie à regarder" in jurist.get(f"{place}/rapports").text

    report = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/reports").json()["reports"][0]["id"]
    form = form_of(jurist.get(f"/contrats/rapports/{report}/modifier"))
    kept(jurist.post(f"/contrats/rapports/{report}/modifier", form | {"quality": "false", "council": "false"}))

    assert said(town, place, "DSP-09") == "non-compliant"
    assert said(town, place, "DSP-10") == "non-compliant"
    page = jurist.get(f"{place}/rapports").text
    assert "Manque\N{NO-BREAK SPACE}: Analyse de la qualité" in page
    assert "Pas encore" in page


@pytest.mark.database
def test_the_report_of_another_year_is_not_the_one_that_is_owed(town: Town) -> None:
    jurist, year = town.someone(Role.LEGAL), last_year(town)
    place = a_contract(jurist, town)
    kept(note(jurist, place, year - 1, received_on=f"{year}-03-01", **WHOLE))

    assert said(town, place, "DSP-08") != "compliant"
    assert said(town, place, "DSP-09") == "compliant"


@pytest.mark.database
def test_the_day_after_the_last_one_the_finding_turns_and_each_new_year_asks_for_the_next_report(town: Town) -> None:
    jurist, year = town.someone(Role.LEGAL), last_year(town)
    place = a_contract(jurist, town)
    kept(note(jurist, place, year, received_on=f"{year + 1}-01-20", **WHOLE))

    def judged(day: date) -> tuple[Verdict, date | None]:
        evaluate_everything(town.home.jobs, town.info, today=day, kinds={SubjectKind.CONTRACT})
        with town.acting() as session:
            row = session.execute(
                select(col(Finding.verdict), col(Finding.turns_into), col(Finding.turns_on)).where(
                    col(Finding.subject_id) == number_of(place), col(Finding.policy_id) == "DSP-08",
                    col(Finding.until).is_(None),
                )
            ).one()  # fmt: skip
        turned = row.turns_on is not None and row.turns_on <= day
        return (row.turns_into, None) if turned else (row.verdict, row.turns_on)

    assert judged(date(year + 1, 12, 31)) == (Verdict.COMPLIANT, None)
    assert judged(date(year + 2, 1, 1)) == (Verdict.TO_COMPLETE, date(year + 2, 6, 1))
    assert judged(date(year + 2, 6, 1)) == (Verdict.NON_COMPLIANT, None)


@pytest.mark.database
def test_a_clause_that_asks_for_the_report_sooner_is_followed_apart_and_the_law_is_judged_by_its_own_day(
    town: Town,
) -> None:
    jurist, year = town.someone(Role.LEGAL), last_year(town)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "annual-report", **{"terms-due_month": "1", "terms-due_day": "15"}))
    kept(note(jurist, place, year, received_on=f"{year + 1}-01-20", **WHOLE))

    assert said(town, place, "DSP-08") == "compliant"
    page = jurist.get(f"{place}/rapports").text
    assert f"à remettre le 15 janvier {year + 1} au plus tard, selon le contrat" in page
    assert f"Reçu le 20 janvier {year + 1}, 5 jours après le jour du contrat, à temps pour la loi" in page


@pytest.mark.database
@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"year": "2019"}, "Le contrat ne commence qu’en 2021\N{NO-BREAK SPACE}: cet exercice le précède."),
        ({"year": "2033"}, "Le contrat finit en 2032\N{NO-BREAK SPACE}: cet exercice le suit."),
        ({"year": ""}, "Exercice"),
        ({"received_on": "2199-05-31"}, "Ce jour est à venir\N{NO-BREAK SPACE}: notez ce qui a eu lieu."),
        ({"received_on": "2021-05-20"}, "Ce rapport serait reçu avant son exercice"),
        ({"received_on": "2023-06-30"}, "L’exercice 2023 n’était pas fini ce jour-là"),
        ({"received_on": "2024-02-30"}, "Donnez une date qui existe"),
        ({"year": "2029"}, "Cet exercice n’a pas commencé"),
        ({"received_on": "2024-05-20", "council_on": "2024-05-19"}, "Ce jour précède la réception du rapport"),
        ({"council_on": "2024-06-19"}, "Dites d’abord quel jour le rapport a été reçu."),
        (
            {"received_on": "2024-05-20", "council": "false", "council_on": "2024-06-19"},
            "Vous dites qu’il ne l’a pas encore vu",
        ),
        ({"evidence": "987654"}, "Choisissez une pièce versée à ce contrat."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_kept(
    town: Town, more: dict[str, str], sentence: str
) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)

    answer = note(jurist, place, 2023, **more) if "year" not in more else jurist.post(
        f"{place}/rapports/nouveau", more
    )  # fmt: skip

    assert answer.status_code == 422
    assert sentence in answer.text
    assert jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/reports").json()["reports"] == []


@pytest.mark.database
def test_the_last_report_may_come_within_its_year_once_the_contract_is_over(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town, ends_on="2024-03-31")

    before = note(jurist, place, 2024, received_on="2024-03-30")
    assert before.status_code == 422
    assert "n’était pas fini ce jour-là, même clos au 30 juin" in before.text
    kept(note(jurist, place, 2024, received_on="2024-05-12"))


@pytest.mark.database
def test_a_year_that_ends_with_june_has_its_report_within_it(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    kept(note(jurist, a_contract(jurist, town), 2023, received_on="2023-10-02"))


@pytest.mark.database
def test_a_year_has_one_report_until_it_is_set_aside(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(note(jurist, place, 2023))
    again = note(jurist, place, 2023)
    assert again.status_code == 422
    assert "Le rapport de l’exercice 2023 est déjà noté" in again.text
    api = f"/api/v1{place.replace('contrats', 'contracts')}/reports"
    (first,) = jurist.api("GET", api).json()["reports"]

    version = form_of(jurist.get(f"/contrats/rapports/{first['id']}/annuler"))["version"]
    kept(jurist.post(f"/contrats/rapports/{first['id']}/annuler", {"version": version, "reason": "Noté deux fois"}))
    kept(note(jurist, place, 2023))
    back = jurist.api(
        "POST", f"/api/v1/contract-reports/{first['id']}/restoration", json={"reason": "C’était le bon"},
        headers={"If-Match": '"2"'},
    )  # fmt: skip

    assert back.status_code == 409
    assert "L’exercice 2023 a un autre rapport depuis" in back.json()["detail"]
