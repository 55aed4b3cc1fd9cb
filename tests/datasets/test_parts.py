"""What stands below a sheet: interfaces, fields, what it is made from; and the systems where datasets live."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.datasets.reading import services_digest
from registry.datasets.rules import PERSONAL_RANKS, falls_short, strictest
from registry.datasets.vocabulary import PersonalData
from registry.kernel.errors import Invalid
from registry.kernel.identifiers import parse_siret
from registry.kernel.permissions import Role
from tests.conftest import Town

ON_DATABASE = pytest.mark.database


@ON_DATABASE
def test_every_field_of_the_form_comes_back_as_it_was_typed(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    typed = {
        "organisation_id": str(town.authority_id), "title": "Fréquentation", "acronym": "FREQ",
        "creator_siret": "200 033 579 00018", "contact_service": "Observatoire",
        "spatial_granularity": "infra-communal", "records_count": "1200", "volume_note": "3 Go",
        "sensitivity": "sensitive",
        "anonymisation_method": "Seuil de 11", "statistical_secrecy": "aggregates", "retention_months": "60",
        "retention_trigger": "La collecte", "final_disposition": "dispose", "inspire_themes": ["tn"],
        "stakes": ["ethical"], "principles": ["frugality"], "third_party_rights": "cleared",
        "reuser_warning": "https://a.invalid/rgpd", "last_use_review": "2026-01-02", "quality_notes": "Peu de manques",
        "notes": "Voir la convention", "locked_fields": ["title"],
    }  # fmt: skip
    answer = steward.post("/jeux/nouveau", typed)
    assert answer.status_code == 303, answer.text
    number = answer.headers["location"].split("/")[2].partition("?")[0]
    kept = steward.api("GET", f"/api/v1/datasets/{number}").json()
    expected = {**typed, "organisation_id": town.authority_id, "creator_siret": "20003357900018",
                "records_count": 1200, "retention_months": 60}  # fmt: skip
    assert {name: kept[name] for name in expected} == expected
    form = steward.get(f"/jeux/{number}/modifier").text
    for shown in ("20003357900018", "Seuil de 11", 'value="60"', "https://a.invalid/rgpd"):
        assert shown in form
    sheet = steward.get(f"/jeux/{number}").text
    for words in ("Sensible", "Seuls des agrégats peuvent sortir", "Élimination", "Éthique", "Infracommunale"):
        assert words in sheet


@ON_DATABASE
def test_a_code_that_is_in_no_list_and_a_wrong_siret_are_refused_with_a_sentence(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    typed = {"organisation_id": str(town.authority_id), "title": "A", "creator_siret": "20003357900019",
             "retention_months": "-1"}  # fmt: skip
    page = steward.post("/jeux/nouveau", typed)
    assert page.status_code == 422
    assert "n’est pas un SIRET" in page.text
    answer = steward.api("POST", "/api/v1/datasets", json={
        "organisation_id": town.authority_id, "title": "A", "spatial_granularity": "galactique",
    })  # fmt: skip
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "spatial_granularity"
    assert "Mailles de la couverture géographique" in answer.json()["errors"][0]["message"]


@ON_DATABASE
def test_fields_are_described_in_a_table_and_what_is_emptied_leaves_the_sheet(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Cantine")
    path = f"/jeux/{number}/champs/modifier"
    rows = {
        "version": "1", "field-0-name": "nom_enfant", "field-0-label": "Nom de l’enfant", "field-0-type": "string",
        "field-0-personal_category": "identity", "field-0-purpose": "", "field-0-description": "",
        "field-1-name": "menu", "field-1-type": "string", "field-1-personal_category": "none", "field-1-purpose": "",
        "field-2-name": "", "field-2-label": "",
    }  # fmt: skip
    assert steward.post(path, rows).status_code == 303
    sheet = steward.get(f"/jeux/{number}").text
    assert "Nom de l’enfant" in sheet
    assert "à justifier" in sheet
    kept = steward.api("GET", f"/api/v1/datasets/{number}").json()
    assert [(one["name"], one["personal_category"]) for one in kept["fields"]] == [
        ("nom_enfant", "identity"), ("menu", "none"),
    ]  # fmt: skip
    assert kept["version"] == 2, "A change below the sheet is a change of the sheet."

    twice = {"version": "2", "field-0-name": "menu", "field-1-name": "menu"}
    refused = steward.post(path, twice)
    assert refused.status_code == 422
    assert "donné deux fois" in refused.text
    stale = steward.post(path, {"version": "1", "field-0-name": "prix"})
    assert stale.status_code == 409
    assert 'value="prix"' in stale.text, "What was typed is kept."
    assert steward.post(path, {"version": "2", "field-0-name": "menu"}).status_code == 303
    assert [one["name"] for one in steward.api("GET", f"/api/v1/datasets/{number}").json()["fields"]] == ["menu"]


@ON_DATABASE
def test_a_dataset_made_from_others_bears_the_strictest_of_their_terms_from_step_to_step(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    raw = town.record("Téléphonie", personal_data="pseudonymised", statistical_secrecy="aggregates")
    middle = town.record("Agrégats", licence="odbl-1.0", personal_data="anonymised")
    made = town.record("Fréquentation", licence="etalab-2.0", personal_data="none")
    for number, source in ((middle, raw), (made, middle)):
        answer = steward.post(f"/jeux/{number}/sources", {"version": "1", "source_id": str(source), "method": "Somme"})
        assert answer.status_code == 303, answer.text

    sheet = steward.get(f"/jeux/{made}").text
    assert "Ce que ses sources imposent" in sheet
    assert "ODbL" in sheet
    assert "Pseudonymisées" in sheet, "Two steps up, the strictest still binds."
    assert "plus libre que ses sources" in sheet
    assert "Fréquentation" in steward.get(f"/jeux/{middle}").text, "What is made from it is named below."

    # Proved anonymous, it is no longer laxer than what it is made from; « none » without a word of how still is.
    assert "plus libre que ses sources" in steward.get(f"/jeux/{middle}").text
    proof = {"anonymisation_method": "Seuil de 11"}
    assert steward.api(
        "PATCH", f"/api/v1/datasets/{middle}", json=proof, headers={"If-Match": '"2"'}
    ).status_code == 200  # fmt: skip
    assert "plus libre que ses sources" not in steward.get(f"/jeux/{middle}").text

    circle = steward.post(f"/jeux/{raw}/sources", {"version": "1", "source_id": str(made)})
    assert circle.status_code == 422
    assert "ne peut venir de lui-même" in circle.text


@ON_DATABASE
def test_a_source_one_may_not_read_still_binds_and_tells_nothing_else_of_itself(town: Town) -> None:
    secret = town.record("Mot secret", on=town.other_commune_id, personal_data="special-category")
    made = town.record("Croisement", on=town.commune_id)
    administrator, local = town.someone(Role.STEWARD), town.someone(Role.STEWARD, town.commune_id)
    assert administrator.post(f"/jeux/{made}/sources", {"version": "1", "source_id": str(secret)}).status_code == 303

    sheet = local.get(f"/jeux/{made}").text
    assert "Données sensibles" in sheet
    assert "un jeu que vos droits ne montrent pas" in sheet
    assert "Mot secret" not in sheet
    refused = local.post(f"/jeux/{made}/sources", {"version": "2", "source_id": "987654"})
    assert refused.status_code == 422


@ON_DATABASE
def test_a_system_is_described_chosen_on_a_sheet_set_aside_and_brought_back(town: Town) -> None:
    steward, reader = town.someone(Role.STEWARD), town.someone(Role.READER, town.other_commune_id)
    typed: dict[str, Any] = {
        "organisation_id": str(town.authority_id), "name": "Gestion de l’eau", "host_country": "FR",
        "external_host": "true", "certifications": ["iso-27001"], "exit_tested_on": "",
    }  # fmt: skip
    answer = steward.post("/systemes/nouveau", typed)
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"].partition("?")[0]
    number = address.rpartition("/")[2]
    assert steward.post("/systemes/nouveau", typed).status_code == 409, "One name, one system."
    dataset = town.record("Compteurs")
    assert steward.post(
        f"/jeux/{dataset}/modifier", {"version": "1", "title": "Compteurs", "information_system_id": number}
    ).status_code == 303  # fmt: skip
    assert "Gestion de l’eau" in steward.get(f"/jeux/{dataset}").text
    page = steward.get(address).text
    for words in ("Compteurs", "France", "ISO/IEC 27001", "champs non renseignés"):
        assert words in page
    assert reader.get(address).status_code == 404
    assert "Gestion de l’eau" not in reader.get("/systemes").text
    assert reader.post(f"{address}/modifier", {"version": "1", "name": "B"}).status_code in {403, 404}

    assert steward.post(f"{address}/annuler", {"version": "1", "reason": ""}).status_code == 422
    assert steward.post(f"{address}/annuler", {"version": "1", "reason": "doublon"}).status_code == 303
    assert "Gestion de l’eau" not in steward.get("/systemes").text
    assert "Gestion de l’eau" in steward.get("/systemes?annules=true").text
    assert steward.post(f"{address}/modifier", {"version": "2", "name": "Eau"}).status_code == 409
    assert steward.post(f"{address}/annuler", {"version": "2", "reason": "à tort"}).status_code == 303
    assert steward.post(f"{address}/modifier", {"version": "3", "name": "Eau"}).status_code == 303


@ON_DATABASE
def test_a_system_of_another_body_is_refused_on_a_sheet_as_one_that_does_not_exist(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    foreign = steward.post("/systemes/nouveau", {"organisation_id": str(town.other_commune_id), "name": "Ailleurs"})
    number = int(foreign.headers["location"].partition("?")[0].rpartition("/")[2])
    local, dataset = town.someone(Role.STEWARD, town.commune_id), town.record(on=town.commune_id)
    for system in (number, 987_654):
        answer = local.api(
            "PATCH", f"/api/v1/datasets/{dataset}", json={"information_system_id": system}, headers={"If-Match": '"1"'}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == "information_system_id"


LEVELS = st.lists(st.tuples(st.integers(1, 50), st.none() | st.sampled_from(PersonalData)), max_size=8)


@given(LEVELS)
def test_no_source_is_stricter_than_the_strictest_and_none_is_left_out(terms: list[Any]) -> None:
    found = strictest(terms, PERSONAL_RANKS)
    known = [term for _number, term in terms if term is not None]
    assert (found.term is None) == (not known)
    assert all(PERSONAL_RANKS[term] <= PERSONAL_RANKS[found.term] for term in known if found.term is not None)
    assert len(found.silent) == len(terms) - len(known)
    assert set(found.sources) == {number for number, term in terms if term is not None and term == found.term}
    for own in PersonalData:
        laxer = found.term is not None and PERSONAL_RANKS[own] < PERSONAL_RANKS[found.term]
        assert falls_short(own, found, PERSONAL_RANKS) == laxer


def test_a_siret_is_read_by_its_key() -> None:
    assert parse_siret("200 033 579 00018") == "20003357900018"
    assert parse_siret("35600000049837") == "35600000049837", "The post office counts its own way."
    for wrong in ("20003357900019", "2000335790001", "2000335790001a", "³0003357900019"):
        with pytest.raises(Invalid, match="SIRET"):
            parse_siret(wrong)


@ON_DATABASE
def test_the_history_tells_each_part_that_came_changed_and_went(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    number, source = town.record("Cantine"), town.record("Inscriptions")
    assert steward.post(f"/jeux/{number}/sources", {"version": "1", "source_id": str(source)}).status_code == 303
    service = {"title": "API des menus", "endpoint_url": "https://a.invalid/api"}
    body: dict[str, Any] = {"fields": [{"name": "menu"}], "services": [service]}
    assert steward.api(
        "PATCH", f"/api/v1/datasets/{number}", json=body, headers={"If-Match": '"2"'}
    ).status_code == 200  # fmt: skip
    body = {"fields": [{"name": "menu", "purpose": "Informer"}], "services": []}
    assert steward.api(
        "PATCH", f"/api/v1/datasets/{number}", json=body, headers={"If-Match": '"3"'}
    ).status_code == 200  # fmt: skip

    told = steward.get(f"/jeux/{number}/historique").text
    for words in (
        "Source ajoutée : Inscriptions", "Champ ajouté : menu", "Interface ajoutée : API des menus",
        "Champ modifié : menu", "Nécessaire pour", "Informer", "Interface retirée : API des menus",
    ):  # fmt: skip
        assert words in told, words


@ON_DATABASE
def test_a_system_is_kept_by_the_api_as_by_its_page_and_its_history_is_told(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    made = steward.api("POST", "/api/v1/systems", json={
        "organisation_id": town.authority_id, "name": "Paie", "host_country": "France", "exit_tested_on": "2026-02-01",
    })  # fmt: skip
    assert made.status_code == 201, made.text
    address = made.headers["location"]
    assert made.json()["host_country"] == "FR", "A country may be said by its name."
    assert steward.api("PATCH", address, json={"name": "Paie et carrières"}).status_code == 428
    changed = steward.api("PATCH", address, json={"name": "Paie et carrières"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert steward.api("PATCH", address, json={"name": "B"}, headers={"If-Match": '"1"'}).status_code == 412
    assert steward.api("PATCH", address, json={"nom": "B"}, headers={"If-Match": '"2"'}).status_code == 422
    assert [one["name"] for one in steward.api("GET", "/api/v1/systems").json()["systems"]] == ["Paie et carrières"]

    told = steward.get(f"/systemes/{made.json()['id']}/historique").text
    for words in ("Système enregistré", "Système modifié", "Paie et carrières"):
        assert words in told


@ON_DATABASE
def test_a_sheet_that_lives_in_a_system_one_may_not_read_is_read_and_saved_without_leaving_it(town: Town) -> None:
    above, local = town.someone(Role.STEWARD), town.someone(Role.STEWARD, town.commune_id)
    made = above.post("/systemes/nouveau", {"organisation_id": str(town.authority_id), "name": "Système secret"})
    system = made.headers["location"].partition("?")[0].rpartition("/")[2]
    number = town.record("Bornes", on=town.commune_id)
    lives = {"version": "1", "title": "Bornes", "information_system_id": system}
    assert above.post(f"/jeux/{number}/modifier", lives).status_code == 303

    sheet, form = local.get(f"/jeux/{number}"), local.get(f"/jeux/{number}/modifier")
    assert sheet.status_code == 200
    assert f'<option value="{system}" selected>' in form.text
    assert "Système secret" not in sheet.text + form.text
    typed = {"version": "2", "title": "Bornes de recharge", "information_system_id": system}
    assert local.post(f"/jeux/{number}/modifier", typed).status_code == 303
    assert local.api("GET", f"/api/v1/datasets/{number}").json()["information_system_id"] == int(system)


@ON_DATABASE
def test_an_interface_typed_while_somebody_else_saved_is_kept_on_the_conflict_page(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bornes")
    path = f"/jeux/{number}/modifier"
    seen = re.findall(r'name="services" value="(\w*)"', steward.get(path).text)[0]
    assert steward.post(path, {"version": "1", "title": "Bornes de recharge"}).status_code == 303
    typed = {"services": seen, "service-0-title": "API", "service-0-endpoint_url": "https://a.invalid/api"}
    page = steward.post(path, {"version": "1", "title": "Bornes", **typed})
    assert page.status_code == 409
    assert "https://a.invalid/api" in page.text

    chosen = {**typed, "services": "", "choice-service-0": "mine", "version": "2"}
    assert steward.post(path, chosen).status_code == 303
    kept = steward.api("GET", f"/api/v1/datasets/{number}").json()
    assert [one["endpoint_url"] for one in kept["services"]] == ["https://a.invalid/api"]
    assert kept["title"] == "Bornes de recharge"
    untouched = {"version": "2", "title": "Autre", "services": services_digest(kept["services"]),
                 "service-0-title": "API", "service-0-endpoint_url": "https://a.invalid/api",
                 "service-0-identifier": kept["services"][0]["identifier"]}  # fmt: skip
    assert "choice-service" not in steward.post(path, untouched).text, "Who touched none has nothing to choose."
