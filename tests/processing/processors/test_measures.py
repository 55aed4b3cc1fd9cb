"""Protective measures: who does what by when and at what cost, and what is late where the DPO looks."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from httpx import Response

from registry.kernel.permissions import Role
from registry.processing.forms import ActivityForm
from registry.processing.measures.views import say_euros
from registry.processing.service import record_activity
from tests.conftest import Someone, Town
from tests.pages import fields_of


def test_euros_are_said_to_the_cent_and_only_where_there_are_cents() -> None:
    assert say_euros(None) == ""
    assert say_euros(Decimal(0)) == "0\N{NO-BREAK SPACE}€"
    assert say_euros(Decimal("0.10")) == "0,10\N{NO-BREAK SPACE}€"
    assert say_euros(Decimal("940.00")) == "940\N{NO-BREAK SPACE}€"
    assert say_euros(Decimal("9999999999.99")).endswith("999,99\N{NO-BREAK SPACE}€")


def activity_of(town: Town, on: int) -> int:
    with town.acting() as session:
        return record_activity(session, on, ActivityForm(name="Inscrire à la cantine")).id


def record(who: Someone, on: int, **more: Any) -> Response:
    """Sends the form of a new measure, as a browser does."""
    return who.post(
        "/mesures/nouvelle",
        {"organisation_id": str(on), "name": "Chiffrer les sauvegardes", "state": "planned", **more},
    )


@pytest.mark.database
def test_a_late_measure_shows_on_its_activity_in_the_list_and_on_the_page_of_the_dpo(town: Town) -> None:
    dpo, activity = town.someone(Role.DPO), activity_of(town, town.authority_id)
    yesterday = (town.info["today"]() - timedelta(days=1)).isoformat()

    made = record(
        dpo, town.authority_id, cost="1 250,50 €", owner_role="steward", due_on=yesterday, activity_id=str(activity)
    )

    assert made.status_code == 303, made.text
    assert "Chiffrer les sauvegardes" in dpo.get(f"/traitements/{activity}").text
    listed = dpo.get("/mesures?etat=late").text
    assert "250,50" in listed
    assert "En retard" in listed
    assert "/mesures?etat=late&amp;organisation=" in dpo.get("/rgpd").text
    kept = dpo.api("GET", "/api/v1/protective-measures").json()
    assert kept["late"] == 1
    assert kept["measures"][0]["cost"] == "1250.50"
    place = f"/mesures/{kept['measures'][0]['id']}"
    done = {"version": "1", "name": "Chiffrer les sauvegardes", "state": "done", "done_on": yesterday}
    assert dpo.post(f"{place}/modifier", done).status_code == 303
    assert "Chiffrer les sauvegardes" not in dpo.get("/mesures?etat=late").text
    assert dpo.post(f"{place}/annuler", {"version": "2", "reason": "Saisie deux fois"}).status_code == 303
    assert "Chiffrer les sauvegardes" in dpo.get("/mesures?annulees=true").text


@pytest.mark.database
def test_what_is_wrong_is_said_and_what_was_typed_is_given_back(town: Town) -> None:
    dpo, elsewhere = town.someone(Role.DPO), activity_of(town, town.commune_id)

    for wrong, told in (
        ({"name": " "}, "Ce champ est nécessaire"),
        ({"cost": "douze"}, "montant en euros"),
        ({"cost": "-3"}, "au moins 0"),
        ({"cost": "1,234"}, "2 chiffres après la virgule"),
        ({"due_on": "1026-01-01"}, "trop ancienne"),
        ({"done_on": "2025-01-01"}, "choisissez cet état"),
        ({"activity_id": str(elsewhere)}, "pas au registre de cette organisation"),
        ({"organisation_id": "987654321"}, "Choisissez une organisation"),
    ):
        answer = record(dpo, town.authority_id, **{"notes": "Ma remarque tapée", **wrong})
        assert answer.status_code == 422, wrong
        assert told in answer.text, (wrong, told)
        assert "Ma remarque tapée" in answer.text
    assert dpo.api("GET", "/api/v1/protective-measures").json()["total"] == 0


@pytest.mark.database
def test_two_who_change_a_measure_do_not_undo_each_other_and_a_neighbour_sees_none(town: Town) -> None:
    dpo = town.someone(Role.DPO, town.commune_id)
    record(dpo, town.commune_id)
    number = dpo.api("GET", "/api/v1/protective-measures").json()["measures"][0]["id"]

    assert dpo.post(f"/mesures/{number}/modifier", {"version": "1", "name": "Une", "state": "done"}).status_code == 303
    late = dpo.post(f"/mesures/{number}/modifier", {"version": "1", "name": "Deux", "state": "planned"})

    assert late.status_code == 409
    assert "modifiée entre-temps" in late.text
    assert "Enregistré par l’autre" in late.text
    assert ">Une</td>" in late.text
    shown = fields_of(late)
    assert (shown["version"], shown["name"]) == ("2", "Deux")
    assert shown["state"] == "done", "What was left alone is as the other saved it."
    assert dpo.post(f"/mesures/{number}/modifier", shown).status_code == 303
    neighbour = town.someone(Role.DPO, town.other_commune_id)
    assert neighbour.get(f"/mesures/{number}/modifier").status_code == 404
    assert town.someone(Role.READER, town.commune_id).get("/mesures").status_code == 200


@pytest.mark.database
def test_the_api_changes_what_is_given_sets_aside_with_a_reason_and_brings_back(town: Town) -> None:
    dpo = town.someone(Role.DPO)
    record(dpo, town.authority_id, cost="1250", notes="À suivre")
    number = dpo.api("GET", "/api/v1/protective-measures").json()["measures"][0]["id"]
    place = f"/api/v1/protective-measures/{number}"

    def ask(method: str, address: str, version: int, **said: str) -> Response:
        return dpo.api(method, address, json=said, headers={"If-Match": f'"{version}"'})

    changed = ask("PATCH", place, 1, owner_role="steward")
    assert changed.status_code == 200, changed.text
    assert (changed.json()["notes"], changed.json()["cost"]) == ("À suivre", "1250.00"), "What is not given stays."
    assert ask("PATCH", place, 2, done_on="2025-01-01").status_code == 422
    assert ask("PATCH", place, 2, name="").status_code == 422
    assert ask("POST", f"{place}/annulment", 2).status_code == 422
    assert ask("POST", f"{place}/annulment", 2, reason="Saisie deux fois").json()["annulled"] is True
    assert ask("PATCH", place, 3, name="Autre").status_code == 409
    assert ask("POST", f"{place}/restoration", 3, reason="Ce n’était pas elle").json()["annulled"] is False
