"""The steps of a contract to its end: when each is due, what one notes of it, what the rules and the calendar say."""

import re
from datetime import date
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.compliance.vocabulary import SubjectKind
from registry.contracts.clauses.facts import bind_clauses
from registry.contracts.followup.steps import known_steps, milestones_of
from registry.contracts.vocabulary import ContractKind, PublicService
from registry.kernel.dates import plus_months
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.contracts.test_clause_pages import a_contract, add, kept
from tests.contracts.test_contract_facts import number_of, verdicts
from tests.pages import fields_of as form_of
from tests.pages import words_of

DAY = date(2026, 11, 24)


def contract(**more: Any) -> Any:
    """A water concession, as its row answers."""
    said = {
        "kind": ContractKind.DSP, "public_service": PublicService.WATER, "consulted_on": date(2020, 3, 2),
        "signed_on": date(2020, 11, 30), "starts_on": date(2021, 1, 1), "ends_on": date(2032, 12, 31),
        "tacit_renewal": None, "renewed_until": None, "hosts_data": None,
    }  # fmt: skip
    return SimpleNamespace(**{**said, **more})


def noted(step: str, **more: Any) -> Any:
    said = {"clause_id": None, "done_on": None, "undone_on": None, "planned_on": None, "annulled": False}
    return SimpleNamespace(step=step, **{**said, **more})


def clause(number: int = 1, *, reasons: str | None = "Motif", **terms: Any) -> Any:
    return SimpleNamespace(clause_id=number, terms=terms, article=None, text=None, reasons=reasons)


def due(of: Any, code: str, rows: list[Any] | None = None, held: dict[str, list[Any]] | None = None) -> date | None:
    (found,) = (one for one in milestones_of(of, held or {}, rows or [], DAY) if one.step.code == code)
    return found.due_on


@given(st.dates(date(2022, 1, 1), date(2060, 12, 31)))
def test_what_is_counted_from_the_end_moves_with_it(ends: date) -> None:
    of = contract(ends_on=ends)

    assert due(of, "exit-plan-agreed") == plus_months(ends, -24)
    assert due(of, "water-plans-received") == plus_months(ends, -6)
    assert due(of, "works-settled") == ends


def test_a_contract_has_the_steps_of_what_it_is() -> None:
    def has(**more: Any) -> set[str]:
        return {one.step.code for one in milestones_of(contract(**more), {}, [], DAY)}

    assert "renewal-data-requested" not in has()
    assert "renewal-data-requested" in has(consulted_on=date(2016, 10, 8))
    assert "water-plans-received" not in has(public_service=PublicService.TRANSPORT)
    assert has(kind=ContractKind.PUBLIC_CONTRACT, hosts_data=True) == {"deletion-attested"}


def test_a_review_returns_three_years_after_the_last_one_and_a_day_agreed_on_comes_first() -> None:
    held = {"exclusivity": [clause(exclusivity_kind="general", granted_on="2021-01-01")]}
    of, step = contract(), "exclusivity-reviewed"

    assert due(of, step, [], held) == date(2024, 1, 1)
    reviewed = noted(step, done_on=date(2024, 5, 6))
    assert due(of, step, [reviewed], held) == date(2027, 5, 6)
    assert due(of, step, [reviewed, noted(step, planned_on=date(2027, 2, 1))], held) == date(2027, 2, 1)
    cultural = {"exclusivity": [clause(exclusivity_kind="cultural-digitisation", granted_on="2021-01-01")]}
    assert step not in {one.step.code for one in milestones_of(of, cultural, [], DAY)}


def test_of_several_clauses_the_strictest_counts_and_what_one_leaves_out_is_unknown() -> None:
    facts: dict[str, Any] = {}
    bind_clauses(
        facts,
        {
            "confidentiality": [clause(1, items_listed=True), clause(2)],
            "reversibility": [clause(3, notice_days=30, retrieval_days=60), clause(4, notice_days=90, erasure=True)],
            "crossing": [clause(5, leave="allowed"), clause(6, leave="forbidden")],
            "waiver": [clause(7, waiver="part", decided_on="2020-01-01"), clause(8, waiver="whole", reasons=None)],
            "exclusivity": [
                clause(9, exclusivity_kind="general", granted_on="2020-01-01", exclusivity_ends_on="2025-12-31"),
                clause(10, exclusivity_kind="general", granted_on="2015-01-01", exclusivity_ends_on="2027-12-31"),
            ],
        },
        was_read=True,
    )  # fmt: skip

    assert "contract.confidential_items_listed" not in facts
    assert (facts["contract.switching_notice_days"], facts["contract.retrieval_days"]) == (90, 60)
    assert "contract.erasure_terms" not in facts
    assert facts["contract.crossing"] == "forbidden"
    assert facts["contract.waiver"] == "whole"
    assert facts["contract.waiver_decided_on__present"] is False
    assert facts["contract.waiver_reasons__present"] is False
    assert facts["contract.exclusivity_ends_on"] == date(2027, 12, 31)
    assert facts["contract.exclusivity_granted_on"] == date(2015, 1, 1)


def test_every_rule_a_step_names_is_one_of_the_catalogue_and_its_day_is_counted_from_something_known() -> None:
    for one in known_steps():
        assert one.since in {"", "start", "end", "granted_on", "exclusivity_ends_on"}, one.code
        assert one.clause or one.since, one.code
        assert not one.kinds - set(ContractKind), one.code
        assert not one.services - set(PublicService), one.code


def note(who: Someone, place: str, code: str, what: str, day: str = "", **more: str) -> Any:
    """Sends the little form of a step, as a browser does."""
    return who.post(f"{place}/echeances", {"rank": "1", "step": code, "what": what, "day-1": day, "note-1": "", **more})


def said(town: Town, place: str, policy: str) -> str:
    return verdicts(town, SubjectKind.CONTRACT, number_of(place), policy)[-1]


@pytest.mark.database
def test_that_a_contract_was_read_says_nothing_of_what_was_done_since(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "exclusivity", reasons="Le service l’exige", **{
        "terms-exclusivity_kind": "general", "terms-granted_on": "2021-01-01",
        "terms-exclusivity_ends_on": "2029-12-31",
    }))  # fmt: skip
    assert said(town, place, "DSP-30") == "to-complete"

    kept(note(jurist, place, "exclusivity-published", "undone"))
    assert said(town, place, "DSP-30") == "non-compliant"
    kept(note(jurist, place, "exclusivity-published", "done", "2026-02-03"))
    assert said(town, place, "DSP-30") == "compliant"

    page = jurist.get(f"{place}/echeances").text
    assert "Fait le 3 février 2026" in page
    steps = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/steps").json()["steps"]
    (published,) = (one for one in steps if one["step"] == "exclusivity-published")
    done = published["noted"][-1]["id"]
    version = form_of(jurist.get(f"/contrats/etapes/{done}/annuler"))["version"]
    kept(jurist.post(f"/contrats/etapes/{done}/annuler", {"version": version, "reason": "Autre contrat"}))
    assert said(town, place, "DSP-30") == "non-compliant"


@pytest.mark.database
def test_what_waits_for_what_nobody_knows_tells_its_day_before_it_and_past_it(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    soon = a_contract(jurist, town, ends_on="2029-12-31")
    past = a_contract(jurist, town, ends_on="2027-01-31")
    assert {said(town, place, "DSP-17") for place in (soon, past)} == {"to-complete"}

    still = "Échéance le 30 juin 2029 ; ce qu’on ignore alors reste à compléter."
    over = (
        "L’échéance est passée : c’était le 31 juillet 2026 ; tant qu’on ignore si c’est fait, cela reste à compléter."
    )
    assert still in words_of(jurist.get(soon))
    assert over in words_of(jurist.get(past))
    listed = words_of(jurist.get("/conformite/DSP-17"))
    assert still[:-1] in listed
    assert over[:-1] in listed


@pytest.mark.database
def test_the_calendar_tells_each_step_and_report_once_until_it_is_done(town: Town) -> None:
    jurist, today = town.someone(Role.LEGAL), town.info["today"]()
    ends = plus_months(today, 13)
    place = a_contract(jurist, town, ends_on=ends.isoformat())
    page = jurist.get("/echeances?genre=milestone").text
    assert "Essayer un export complet des données" in page
    assert f"Rapport annuel de l’exercice {today.year} à recevoir" in page
    assert f'href="{place}/rapports"' in page, "each line leads to where it is noted"
    assert f'href="{place}/echeances"' in page

    kept(note(jurist, place, "trial-export", "done"))

    assert "Essayer un export complet des données" not in jurist.get("/echeances?genre=milestone").text
    assert "Rapport de l’exercice reçu avant le 1er juin" not in jurist.get("/echeances").text


@pytest.mark.database
@pytest.mark.parametrize(
    ("what", "day", "more", "sentence"),
    [
        ("done", "2199-01-01", {}, "Ce jour est à venir\N{NO-BREAK SPACE}: notez ce qui a eu lieu."),
        ("done", "1999-01-01", {}, "Ce jour précède le contrat"),
        ("planned", "", {}, "Dites quel jour c’est fait"),
        ("done", "2026-02-03", {"step": "leave"}, "Choisissez l’étape dans la liste."),
        ("done", "2026-02-03", {"clause_id": "987654"}, "Choisissez une clause de ce contrat"),
        ("done", "2026-02-03", {"evidence-1": "987654"}, "Choisissez une pièce versée à ce contrat."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    town: Town, what: str, day: str, more: dict[str, str], sentence: str
) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)

    answer = note(jurist, place, "trial-export", what, day, **more)

    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.database
def test_a_report_noted_as_not_handed_over_stays_late_in_the_calendar_however_many_years_pass(town: Town) -> None:
    jurist, year = town.someone(Role.LEGAL), town.info["today"]().year
    place = a_contract(jurist, town)
    kept(jurist.post(f"{place}/rapports/nouveau", {"year": str(year - 3)}))
    told = f"Rapport annuel de l’exercice {year - 3} à recevoir"

    assert "Pas remis à temps" in jurist.get(f"{place}/rapports").text
    assert told in jurist.get("/echeances?genre=milestone").text
    assert f"31 mai {year - 2}" in words_of(jurist.get("/echeances?genre=milestone"))
    assert f"Rapport annuel de l’exercice {year - 4} à recevoir" not in jurist.get("/echeances?genre=milestone").text

    (report,) = re.findall(r"/contrats/rapports/(\d+)/modifier", jurist.get(f"{place}/rapports").text)
    sheet = f"/contrats/rapports/{report}/modifier"
    kept(jurist.post(sheet, {**form_of(jurist.get(sheet)), "received_on": f"{year - 1}-02-03"}))
    assert told not in jurist.get("/echeances?genre=milestone").text


def overdue_on(page: str, mark: str) -> list[str]:
    """The titles of the steps that the page of a contract calls late."""
    return sorted(re.findall(rf"{mark}</span>.{{1,40}}<strong>([^<]+)</strong>", page, re.DOTALL))


@pytest.mark.database
def test_what_is_overdue_on_the_page_of_a_contract_is_overdue_in_the_calendar_however_late(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    today = town.info["today"]()
    place = a_contract(jurist, town, starts_on="2010-01-01", ends_on=f"{today.year - 3}-06-30")
    kept(note(jurist, place, "works-settled", "undone", today.isoformat()))
    a_contract(jurist, town, object="Autre contrat", starts_on="2011-01-01", ends_on=f"{today.year - 2}-06-30")

    own = overdue_on(jurist.get(f"{place}/echeances").text, "En retard")
    calendar = jurist.get(f"/echeances?contrat={number_of(place)}").text
    table = calendar[calendar.index("<tbody>") : calendar.index("</table>")]
    told = sorted(unescape(one.strip()) for one in re.findall(r'data-label="À faire">([^<]+)<', table))

    assert len(own) > 3
    assert told == sorted(unescape(one) for one in own)
    assert "Autre contrat" not in calendar
    assert own[0] in jurist.get("/echeances?genre=milestone").text
    assert jurist.get("/echeances?contrat=999999").status_code == 404
