"""Contracts, from the form to the list: who is party, in which role, and when they end."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from httpx import Response

from registry.contracts.forms import ContractForm, PartyForm
from registry.contracts.panels import SHOWN
from registry.contracts.rules import Term, oddities, state_on
from registry.contracts.service import record_contract
from registry.contracts.vocabulary import ContractKind, ContractState, GdprRole, PartySide
from registry.kernel.permissions import Role
from registry.organisations.forms import ServiceForm
from registry.organisations.queries import get_organisation
from registry.organisations.service import add_service
from registry.organisations.vocabulary import OrganisationKind
from tests.conftest import TODAY, Someone, Town
from tests.pages import fields_of

YEAR = timedelta(days=366)
WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"object": " "}, "Ce champ est nécessaire"),
    ({"kind": "bail"}, "Choisissez une valeur de la liste"),
    ({"starts_on": "2026-02-01", "ends_on": "2026-01-31"}, "finirait avant de commencer"),
    ({"consulted_on": "2026-02-01", "signed_on": "2026-01-31"}, "signé avant d’être mis en consultation"),
    ({"ends_on": "2026-01-31", "renewed_until": "2026-02-28"}, "Seul un contrat à tacite reconduction"),
    ({"ends_on": "2026-01-31", "tacit_renewal": "true", "renewed_until": "2025-02-28"}, "reconduit avant son terme"),
    ({"ends_on": "2026-02-30"}, "Donnez une date qui existe"),
    ({"ends_on": "3026-02-01"}, "Cette année n’est pas possible"),
    ({"value_euros": "douze"}, "nombre entier"),
    ({"value_euros": "-4"}, "au moins 0"),
    ({"party-0-party_id": "987654321", "party-0-side": "holder"}, "n’est pas une organisation que vous connaissez"),
    ({"party-0-party_id": "1", "party-0-side": "bailleur"}, "Choisissez une valeur de la liste"),
    ({"organisation_id": "987654321"}, "Choisissez une organisation"),
)


@pytest.mark.parametrize(
    ("starts", "ends", "state"),
    [
        (None, None, ContractState.UNDATED),
        (None, TODAY, ContractState.UNDATED),
        (TODAY, None, ContractState.RUNNING),
        (TODAY + YEAR, None, ContractState.COMING),
        (TODAY - YEAR, TODAY, ContractState.ENDING),
        (TODAY - YEAR, TODAY - timedelta(days=1), ContractState.ENDED),
        (TODAY - YEAR, TODAY + YEAR, ContractState.RUNNING),
    ],
)
def test_a_contract_stands_where_its_first_and_last_days_say_both_included(starts: Any, ends: Any, state: Any):
    assert state_on(Term(starts, ends), TODAY) is state


@pytest.mark.parametrize(
    ("until", "state", "last"),
    [
        (None, ContractState.RENEWED, None),
        (TODAY + 2 * YEAR, ContractState.RENEWED, TODAY + 2 * YEAR),
        (TODAY, ContractState.ENDING, TODAY),
        (TODAY - timedelta(days=1), ContractState.ENDED, TODAY - YEAR),
    ],
)
def test_a_contract_that_renews_itself_goes_on_after_its_term_until_when_it_may(until: Any, state: Any, last: Any):
    term = Term(TODAY - 2 * YEAR, TODAY - YEAR, tacit_renewal=True, renewed_until=until)

    assert state_on(term, TODAY) is state
    assert term.last_on(TODAY) == last
    assert term.binds_until == (until or date.max)


def test_what_does_not_hold_together_is_said_and_not_refused():
    assert "avant d’être signé" in oddities(TODAY, TODAY - YEAR, [])[0]
    assert "seul" in oddities(None, None, [GdprRole.JOINT_CONTROLLER, GdprRole.NONE])[0]
    assert "dites lequel" in oddities(None, None, [GdprRole.PROCESSOR, GdprRole.NONE])[0]
    assert oddities(None, None, [GdprRole.CONTROLLER, GdprRole.PROCESSOR]) == []


def operator_of(town: Town) -> int:
    with town.acting() as session:
        above = get_organisation(session, town.authority_id)
        form = ServiceForm(name="Exploitant du réseau", kind=OrganisationKind.OPERATOR)
        return add_service(session, above, form).id


def record(who: Someone, town: Town, **more: Any) -> Response:
    """Sends the form of a new contract, as a browser does."""
    form = {"organisation_id": str(town.authority_id), "kind": "dsp", "object": "Gestion de l’eau", "parties": ""}
    return who.post("/contrats/nouveau", {**form, **more})


@pytest.mark.database
def test_a_jurist_records_a_contract_with_its_parties_and_finds_it_by_its_end(town: Town):
    jurist, operator = town.someone(Role.LEGAL), operator_of(town)
    until = (town.info["today"]() + timedelta(days=90)).isoformat()

    answer = record(
        jurist, town, starts_on="2020-01-01", ends_on=until, value_euros="1 250 000 €", public_service="water",
        **{"party-0-party_id": str(town.authority_id), "party-0-side": "grantor", "party-0-gdpr_role": "controller",
           "party-2-party_id": str(operator), "party-2-side": "holder", "party-2-gdpr_role": "processor"},
    )  # fmt: skip

    assert answer.status_code == 303, answer.text
    sheet = jurist.get(answer.headers["location"]).text
    assert "Sous-traitant (RGPD)" in sheet
    assert "1 250 000 €".replace(" ", "\N{NARROW NO-BREAK SPACE}", 2) in sheet
    listed = jurist.get("/contrats?etat=ending").text
    assert "Gestion de l’eau" in listed
    assert "Exploitant du réseau" in listed
    assert "Gestion de l’eau" not in jurist.get("/contrats?etat=ended").text
    assert "Gestion de l’eau" in jurist.get(f"/organisations/{operator}").text
    assert "Gestion de l’eau" in town.someone(Role.STEWARD).get("/contrats").text


@pytest.mark.database
def test_each_figure_of_the_list_opens_what_it_counts_and_together_they_count_every_contract(town: Town):
    jurist, today = town.someone(Role.LEGAL), town.info["today"]()
    far, past = (today + 9 * YEAR).isoformat(), (today - 2 * YEAR).isoformat()
    for name, starts, ends in (
        ("Lointain", past, far), ("Qui finit", past, (today + timedelta(days=30)).isoformat()),
        ("À venir", (today + YEAR).isoformat(), far), ("Sans dates", "", ""), ("Fini", past, past),
    ):  # fmt: skip
        assert record(jurist, town, object=name, starts_on=starts, ends_on=ends).status_code == 303
    assert record(jurist, town, object="Reconduit", starts_on="2010-01-01", ends_on=past, tacit_renewal="true")

    page = jurist.get("/contrats").text
    figures = re.findall(r'href="(/contrats\?etat=[^"]+)"[^>]*>\s*(?:<[^>]+>\s*)*(\d+)', page)

    assert sum(int(number) for _address, number in figures) == 6
    assert len(figures) == 5
    for address, number in figures:
        noun = "contrats" if int(number) > 1 else "contrat"
        assert f'role="status">{number} {noun}<' in jurist.get(unescape(address)).text.replace(">\n", ">")


@pytest.mark.database
def test_the_list_is_narrowed_by_the_end_of_contracts_and_by_who_holds_them(town: Town):
    jurist, operator, today = town.someone(Role.LEGAL), operator_of(town), town.info["today"]()
    for name, ends in (("Eau", "2027-06-30"), ("Stationnement", "2031-12-31"), ("Chauffage", "")):
        held = {"party-0-party_id": str(operator), "party-0-side": "holder"} if name == "Eau" else {}
        assert record(jurist, town, object=name, starts_on="2020-01-01", ends_on=ends, **held).status_code == 303

    def listed(asked: str) -> set[str]:
        page = jurist.get(f"/contrats?{asked}").text
        return {name for name in ("Eau", "Stationnement", "Chauffage") if f">{name}</a>" in page}

    assert today < date(2027, 6, 30)
    assert listed("fin_au=2027-06-30") == {"Eau"}
    assert listed("fin_du=2027-07-01") == {"Stationnement"}
    assert listed("fin_du=2027-06-30&fin_au=2031-12-31") == {"Eau", "Stationnement"}
    assert listed(f"partie={operator}") == {"Eau"}
    assert f'<option value="{operator}" selected' in jurist.get(f"/contrats?partie={operator}").text
    assert listed("fin_du=abc&fin_au=2027-06-30") == {"Eau"}
    assert "n’est pas une date" in jurist.get("/contrats?fin_du=abc").text
    assert "avant la première" in jurist.get("/contrats?fin_du=2030-01-01&fin_au=2029-01-01").text


@pytest.mark.database
def test_a_contract_renewed_tacitly_is_not_listed_as_over(town: Town):
    jurist, today = town.someone(Role.LEGAL), town.info["today"]()
    renewed = {"starts_on": "2020-01-01", "ends_on": "2022-12-31", "tacit_renewal": "true"}

    place = record(jurist, town, **renewed).headers["location"].partition("?")[0]

    assert "Reconduit tacitement" in jurist.get(place).text
    assert "Gestion de l’eau" in jurist.get("/contrats?etat=renewed").text
    assert "Gestion de l’eau" not in jurist.get("/contrats?etat=ended").text
    version, soon = fields_of(jurist.get(f"{place}/modifier")), (today + timedelta(days=60)).isoformat()
    assert jurist.post(f"{place}/modifier", version | {"renewed_until": soon}).status_code == 303
    assert "Gestion de l’eau" in jurist.get("/contrats?etat=ending").text
    assert "Gestion de l’eau" not in jurist.get("/contrats?etat=renewed").text
    (told,) = jurist.api("GET", "/api/v1/contracts?state=ending").json()["contracts"]
    assert told["state"] == "ending"


@pytest.mark.database
def test_what_is_wrong_is_said_what_was_typed_is_given_back_and_nothing_is_kept(town: Town):
    jurist = town.someone(Role.LEGAL)

    for wrong, told in WRONG:
        answer = record(jurist, town, **{"notes": "Ma remarque tapée", **wrong})

        assert answer.status_code == 422, wrong
        assert told in answer.text, wrong
        assert "Ma remarque tapée" in answer.text
    assert jurist.api("GET", "/api/v1/contracts").json()["total"] == 0


@pytest.mark.database
@pytest.mark.parametrize(
    "typed",
    [
        {"starts_on": "2026-02-01", "ends_on": "2026-01-31"},
        {"consulted_on": "2026-02-01", "signed_on": "2026-01-31"},
        {"ends_on": "2026-03-31", "tacit_renewal": "true", "renewed_until": "2026-03-01"},
    ],
)
def test_dates_that_contradict_each_other_are_told_on_a_contract_that_is_changed_too(
    town: Town, typed: dict[str, str]
) -> None:
    jurist = town.someone(Role.LEGAL)
    place = record(jurist, town).headers["location"].partition("?")[0]
    form = fields_of(jurist.get(f"{place}/modifier"))

    answer = jurist.post(f"{place}/modifier", form | {"notes": "Ma remarque tapée"} | typed)

    assert answer.status_code == 422, answer.text[:300]
    assert "vérifiez les dates" in answer.text or "avant d’être mis en consultation" in answer.text
    assert "Ma remarque tapée" in answer.text
    assert "Ma remarque tapée" not in jurist.get(place).text


@pytest.mark.database
def test_a_contract_is_amended_as_it_was_read_annulled_with_a_reason_and_its_history_tells_it(town: Town):
    jurist = town.someone(Role.LEGAL)
    place = record(jurist, town).headers["location"].partition("?")[0]

    assert jurist.post(f"{place}/modifier", {"version": "1", "object": "Gestion des eaux"}).status_code == 303
    late = jurist.post(f"{place}/modifier", {"version": "1", "object": "Autre objet"})
    assert late.status_code == 409
    assert "modifié entre-temps" in late.text
    assert "Autre objet" in late.text
    assert jurist.post(f"{place}/annuler", {"version": "2", "reason": " "}).status_code == 422
    long = jurist.post(f"{place}/annuler", {"version": "2", "reason": "Saisi deux fois. " * 200})
    assert (long.status_code, "Trop long : 2000 caractères au plus." in long.text.replace("\xa0", " ")) == (422, True)
    overtaken = jurist.post(f"{place}/annuler", {"version": "1", "reason": "Saisi trois fois"})
    assert overtaken.status_code == 409
    assert "modifié entre-temps" in overtaken.text
    assert "Saisi trois fois" in overtaken.text
    assert 'name="version" value="2"' in overtaken.text
    assert jurist.post(f"{place}/annuler", {"version": "2", "reason": "Saisi deux fois"}).status_code == 303
    assert "Gestion des eaux" not in jurist.get("/contrats").text
    assert "Gestion des eaux" in jurist.get("/contrats?annules=true").text
    history = jurist.get(f"{place}/historique").text
    assert "Contrat annulé" in history
    assert "Saisi deux fois" in history


@pytest.mark.database
@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"value_euros": "12.0"}, "12"),
        ({"value_euros": " 1 250 000.00 € "}, "1250000"),
        ({"value_euros": ""}, ""),
        ({"starts_on": "2026-01-02T00:00:00"}, "2026-01-02"),
        ({"ends_on": " 2031-01-02 "}, "2031-01-02"),
        ({"tacit_renewal": "peut-être"}, ""),
        ({"value_euros": ["", "7"]}, ""),
    ],
)
def test_what_a_contract_form_accepts_is_shown_beside_what_another_saved(
    town: Town, typed: dict[str, Any], shown: str
) -> None:
    jurist = town.someone(Role.LEGAL)
    place = record(jurist, town, value_euros="5").headers["location"].partition("?")[0]
    mine = fields_of(jurist.get(f"{place}/modifier"))
    saved = mine | {"value_euros": "9", "starts_on": "2026-03-04"}
    assert jurist.post(f"{place}/modifier", saved).status_code == 303

    late = jurist.post(f"{place}/modifier", {"version": "1"} | typed)

    assert late.status_code == 409, late.text[:500]
    assert fields_of(late)[next(iter(typed))] == shown


@pytest.mark.database
def test_a_party_typed_oddly_is_shown_beside_what_another_saved(town: Town) -> None:
    jurist, operator = town.someone(Role.LEGAL), operator_of(town)
    place = record(jurist, town).headers["location"].partition("?")[0]
    assert jurist.post(f"{place}/modifier", {"version": "1", "object": "L’eau"}).status_code == 303

    row = {"parties": "", "party-0-party_id": f"{operator}.0", "party-0-side": "holder", "party-²-side": "holder"}
    late = jurist.post(f"{place}/modifier", {"version": "1", **row})

    assert late.status_code == 409, late.text[:500]
    assert fields_of(late)["party-0-party_id"] == str(operator)


@pytest.mark.database
def test_two_who_change_a_contract_at_once_read_what_the_other_saved_and_lose_nothing(town: Town):
    jurist, operator = town.someone(Role.LEGAL), operator_of(town)
    held = {"party-0-party_id": str(operator), "party-0-side": "holder", "value_euros": "1250000"}
    place = record(jurist, town, **held).headers["location"].partition("?")[0]
    mine, theirs = (fields_of(jurist.get(f"{place}/modifier")) for _person in range(2))
    changed = theirs | {"ends_on": "2030-12-31", "object": "L’eau", "party-0-gdpr_role": "processor"}
    assert jurist.post(f"{place}/modifier", changed).status_code == 303

    late = jurist.post(f"{place}/modifier", mine | {"object": "Gestion des eaux", "notes": "Relu"})

    assert late.status_code == 409
    for words in ("31 décembre 2030", "L’eau", "Sous-traitant", "Exploitant du réseau"):
        assert words in late.text
    shown = fields_of(late)
    assert (shown["object"], shown["notes"], shown["ends_on"]) == ("Gestion des eaux", "Relu", "2030-12-31")
    assert shown["party-0-gdpr_role"] == "processor"
    assert jurist.post(f"{place}/modifier", shown).status_code == 303
    number = place.rpartition("/")[2]
    kept = jurist.api("GET", f"/api/v1/contracts/{number}").json()
    assert (kept["object"], kept["ends_on"], kept["notes"]) == ("Gestion des eaux", "2030-12-31", "Relu")


@pytest.mark.database
def test_a_program_gives_all_the_parties_and_one_left_out_leaves(town: Town):
    jurist, operator = town.someone(Role.LEGAL), operator_of(town)
    parties = [{"party_id": town.authority_id, "side": "grantor"}, {"party_id": operator, "side": "holder"}]
    body = {"organisation_id": town.authority_id, "kind": "public-contract", "object": "Logiciel", "parties": parties}

    made = jurist.api("POST", "/api/v1/contracts", json=body)
    twice = jurist.api("POST", "/api/v1/contracts", json={**body, "parties": [parties[0], parties[0]]})
    path, tag = made.headers["location"], made.headers["etag"]
    left = jurist.api("PATCH", path, json={"parties": parties[:1]}, headers={"If-Match": tag})

    assert made.status_code == 201, made.text
    assert twice.status_code == 422
    assert [one["party_id"] for one in left.json()["parties"]] == [town.authority_id]
    assert jurist.api("GET", f"/api/v1/contracts?party_id={operator}").json()["total"] == 0
    ends = jurist.api("PATCH", path, json={"ends_on": "2020-01-01"}, headers={"If-Match": left.headers["etag"]})
    wrong = jurist.api("PATCH", path, json={"starts_on": "2021-01-01"}, headers={"If-Match": ends.headers["etag"]})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["path"] == "ends_on"


@pytest.mark.database
def test_a_neighbour_sees_nothing_of_a_contract_and_a_steward_only_reads_it(town: Town):
    jurist = town.someone(Role.LEGAL, town.commune_id)
    place = record(jurist, town, organisation_id=str(town.commune_id)).headers["location"].partition("?")[0]
    steward, neighbour = town.someone(Role.STEWARD, town.commune_id), town.someone(Role.LEGAL, town.other_commune_id)

    assert steward.get(place).status_code == 200
    assert steward.post(f"{place}/modifier", {"version": "1", "object": "Autre"}).status_code == 403
    assert neighbour.get(place).status_code == 404
    assert "Gestion de l’eau" not in neighbour.get("/contrats").text


@pytest.mark.database
def test_the_sheet_of_an_organisation_shows_first_what_goes_on_and_no_more_than_it_can_hold(town: Town):
    jurist, operator, today = town.someone(Role.LEGAL), operator_of(town), town.info["today"]()
    party: dict[str, Any] = {"party_id": operator, "side": PartySide.HOLDER}
    with town.acting() as session:
        for number in range(SHOWN):
            record_contract(
                session, town.authority_id,
                ContractForm(
                    kind=ContractKind.DSP, object=f"Ancien {number:02d}", ends_on=today - timedelta(days=90 - number),
                    parties=[PartyForm(**party)],
                ),
            )  # fmt: skip
        going = ContractForm(kind=ContractKind.DSP, object="Le dernier", starts_on=today, parties=[PartyForm(**party)])
        record_contract(session, town.authority_id, going)

    page = jurist.get(f"/organisations/{operator}").text

    assert page.index("Le dernier") < page.index("Ancien 00")
    assert "Ancien 19" not in page
    assert f'href="/contrats?partie={operator}"' in page


@pytest.mark.database
def test_all_that_is_wrong_with_a_contract_is_said_at_once_and_each_beside_its_row(town: Town):
    jurist, operator = town.someone(Role.LEGAL), str(operator_of(town))
    answer = record(
        jurist, town, object="", signed_on="2024-01-01", consulted_on="2024-06-01", ends_on="2023-01-01",
        **{
            "party-0-party_id": str(town.authority_id), "party-0-side": "grantor", "party-1-party_id": operator,
            "party-1-side": "", "party-2-party_id": operator, "party-2-side": "holder",
        },
    )  # fmt: skip

    assert answer.status_code == 422
    for told in ("signé avant d’être mis en consultation", "finirait avant de commencer", "deux fois partie"):
        assert told in answer.text
    for field in ("object", "signed_on", "ends_on", "party-1-side", "party-2-party_id"):
        assert f'href="#{field}"' in answer.text, field
        assert f'aria-describedby="{field}-erreur"' in answer.text or f' {field}-erreur"' in answer.text, field
    assert 'aria-describedby="party-0-side-erreur"' not in answer.text
    assert "Partie 2, Place dans le contrat" in answer.text
    place = record(jurist, town, starts_on="2020-01-01").headers["location"].partition("?")[0]
    form = fields_of(jurist.get(f"{place}/modifier"))
    again = jurist.post(f"{place}/modifier", form | {"value_euros": "cher", "ends_on": "1999-01-01"})
    assert (again.status_code, "finirait avant de commencer" in again.text) == (422, True)
    assert 'href="#value_euros"' in again.text


def test_the_summary_names_what_is_wrong_in_the_order_of_the_page_and_cites_no_code(town: Town) -> None:
    wrong = {"object": " ", "kind": "", "ends_on": "2026-02-30", "value_euros": "douze", "notes": "a" * 20_001}
    page = record(town.someone(Role.LEGAL), town, **wrong, **{"party-0-party_id": "1", "party-0-side": "bailleur"})

    assert page.status_code == 422
    named = [page.text.index(f'href="#{name}"') for name in (
        "object", "kind", "ends_on", "value_euros", "party-0-side", "notes",
    )]  # fmt: skip
    assert named == sorted(named)
    assert "public-contract," not in page.text
    assert "co-holder," not in page.text


def test_what_nobody_sees_is_left_out_of_what_is_typed(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = record(jurist, town, object="\u202eTéléphérique\x07 du parc\u2066").headers["location"].partition("?")[0]

    said = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}").json()
    assert said["object"] == "Téléphérique du parc"
    empty = record(jurist, town, object="\u202e\x07")
    assert empty.status_code == 422
    assert "Ce champ est nécessaire" in empty.text
