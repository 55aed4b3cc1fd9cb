"""Two edits at once lose nothing: of sixteen on one version one wins, and a person chooses between both values."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.forms import DistributionForm
from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.pages import fields_of, opened

pytestmark = pytest.mark.database

CLIENTS, ROUNDS = 16, 4
A, B, C, D = (f"https://a.invalid/{letter}.csv" for letter in "abcd")


def kept(town: Town, number: int) -> dict[str, Any]:
    """A sheet as the database holds it."""
    with town.acting() as session:
        return dict(session.execute(text("SELECT * FROM dataset WHERE id = :id"), {"id": number}).mappings().one())


def files_of(town: Town, number: int) -> list[dict[str, Any]]:
    """The distributions of a sheet that are not annulled."""
    query = text("SELECT * FROM distribution WHERE dataset_id = :id AND NOT annulled ORDER BY id")
    with town.acting() as session:
        return [dict(row) for row in session.execute(query, {"id": number}).mappings()]


@pytest.mark.parametrize("way", ["by the API", "by the page"])
def test_of_sixteen_who_change_the_same_version_exactly_one_wins_each_round(town: Town, way: str) -> None:
    number, steward = town.record(), town.someone(Role.STEWARD)
    assert town.client is not None

    def change(client: int, version: int) -> int:
        title = f"Titre de {client} en {version}"
        if way == "by the API":
            answer = steward.api(
                "PATCH", f"/api/v1/datasets/{number}", json={"title": title}, headers={"If-Match": f'"{version}"'}
            )
            return answer.status_code
        return steward.post(f"/jeux/{number}/modifier", {"title": title, "version": str(version)}).status_code

    won, lost = (200, 412) if way == "by the API" else (303, 409)
    with ThreadPoolExecutor(CLIENTS) as threads:
        for version in range(1, ROUNDS + 1):
            answers = list(threads.map(change, range(CLIENTS), [version] * CLIENTS))
            assert (answers.count(won), answers.count(lost)) == (1, CLIENTS - 1)
            assert kept(town, number)["version"] == version + 1
            winner = answers.index(won)
            assert kept(town, number)["title"] == f"Titre de {winner} en {version}"


def test_a_change_says_the_version_it_is_based_on(town: Town) -> None:
    number, steward = town.record(), town.someone(Role.STEWARD)
    path = f"/api/v1/datasets/{number}"

    assert steward.api("PATCH", path, json={"title": "A"}).status_code == 428
    assert steward.api("POST", f"{path}/annulment", json={"reason": "Doublon"}).status_code == 428
    for said in ("x", '"²"', '"' + "9" * 5000 + '"', "*"):
        answer = steward.api("PATCH", path, json={"title": "A"}, headers={"If-Match": said.encode("latin-1")})
        assert answer.status_code == 422, said
    tag = steward.api("GET", path).headers["etag"]
    assert steward.api("PATCH", path, json={"title": "A"}, headers={"If-Match": tag}).headers["etag"] == '"2"'


def test_the_page_of_a_conflict_shows_both_values_and_loses_nothing_typed(town: Town) -> None:
    number = town.record(
        description="Ancienne", themes=["http://publications.europa.eu/resource/authority/data-theme/TRAN"],
        distributions=[DistributionForm(title="Fichier A", download_url=A, byte_size=12, checksum_value="abc")],
    )  # fmt: skip
    one, two = town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    mine, theirs = opened(one, number), opened(two, number)
    theirs |= {"title": "Titre de l’autre", "licence": "lov2"}
    assert two.post(f"/jeux/{number}/modifier", theirs).status_code == 303

    mine |= {"title": "Mon titre", "description": "Ma description", "reason": "Relecture"}
    mine |= {"distribution-0-title": "Mon A", "distribution-1-title": "Mon B", "distribution-1-download_url": B}
    page = one.post(f"/jeux/{number}/modifier", mine)

    assert page.status_code == 409
    for said in ("Titre de l’autre", "Mon titre", "Ma description", "Ancienne", "Mon A", "Mon B", "Fichier A"):
        assert said in page.text, said
    assert one.post(f"/jeux/{number}/modifier", fields_of(page)).status_code == 303
    now = kept(town, number)
    assert (now["title"], now["description"], now["version"]) == ("Mon titre", "Ma description", 3)
    assert [row["title"] for row in files_of(town, number)] == ["Mon A", "Mon B"]
    assert files_of(town, number)[0]["byte_size"] == 12
    assert "Relecture" in one.get(f"/jeux/{number}/historique").text


def test_a_change_is_told_of_whoever_made_it_and_of_nobody_else(town: Town) -> None:
    number = town.record(description="Ancienne", modified=date(2024, 1, 1), frequency="ANNUAL", keywords=["a", "b"])
    one, two = town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    mine, theirs = opened(one, number), opened(two, number)
    theirs |= {"frequency": "MONTHLY", "modified": "2025-02-02", "keywords": "a\nc", "title": "Leur titre"}
    assert two.post(f"/jeux/{number}/modifier", theirs).status_code == 303
    page = one.post(f"/jeux/{number}/modifier", mine | {"description": "Ma description", "title": "Mon titre"})
    told = {
        re.sub(r"<[^>]+>", "", legend).strip(): (
            re.findall(r"<label[^>]*>(.*?) <strong>", body), re.findall(r'value="([^"]*)" checked', body),
        )
        for legend, body in re.findall(r"<legend>(.*?)</legend>(.*?)</fieldset>", page.text, re.S)
    }  # fmt: skip
    theirs_alone = ["Enregistré par l’autre", "Tel que vous l’aviez lu, sans y toucher"]
    assert told == {
        "Titre modifié des deux côtés": (["Enregistré par l’autre", "Saisi par vous"], ["Mon titre"]),
        "Description": (["Sur la fiche, où l’autre n’y a pas touché", "Saisi par vous"], ["Ma description"]),
        "Fréquence de mise à jour": (theirs_alone, ["MONTHLY"]),
        "Dernière mise à jour": (theirs_alone, ["2025-02-02"]),
        "Mots-clés": (theirs_alone, ["a\nc"]),
    }


def test_files_the_other_added_stay_when_mine_are_as_i_found_them(town: Town) -> None:
    number = town.record(distributions=[DistributionForm(title="Fichier A", download_url=A)])
    one, two = town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    mine, theirs = opened(one, number), opened(two, number)
    theirs |= {"distribution-1-title": "Fichier B", "distribution-1-download_url": B}
    two.post(f"/jeux/{number}/modifier", theirs)

    page = one.post(f"/jeux/{number}/modifier", {**mine, "title": "Mon titre"})

    assert page.status_code == 409
    assert one.post(f"/jeux/{number}/modifier", fields_of(page)).status_code == 303
    assert [row["title"] for row in files_of(town, number)] == ["Fichier A", "Fichier B"]
    assert kept(town, number)["title"] == "Mon titre"


def test_the_other_s_files_are_kept_where_the_person_says_so(town: Town) -> None:
    number = town.record(distributions=[DistributionForm(title="Fichier A", download_url=A)])
    one, two = town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    mine, theirs = opened(one, number), opened(two, number)
    two.post(f"/jeux/{number}/modifier", {**theirs, "distribution-0-title": "Titre de l’autre"})

    page = one.post(f"/jeux/{number}/modifier", {**mine, "distribution-0-title": "Mon A"})
    assert "modifié des deux côtés" in page.text
    one.post(f"/jeux/{number}/modifier", {**fields_of(page), "choice-distribution-0": "theirs"})

    assert [row["title"] for row in files_of(town, number)] == ["Titre de l’autre"]


def test_files_changed_on_both_sides_are_merged_one_by_one(town: Town) -> None:
    number = town.record(
        distributions=[DistributionForm(title="Fichier A", download_url=A),
                       DistributionForm(title="Fichier B", download_url=B)],
    )  # fmt: skip
    one, two = town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    mine, theirs = opened(one, number), opened(two, number)
    theirs |= {"distribution-0-title": "A de l’autre", "distribution-2-title": "C", "distribution-2-download_url": C}
    assert two.post(f"/jeux/{number}/modifier", theirs).status_code == 303

    mine |= {"distribution-1-removed": "true", "distribution-2-title": "D", "distribution-2-download_url": D}
    page = one.post(f"/jeux/{number}/modifier", mine)

    assert page.status_code == 409
    for said in ("A de l’autre", "Fichier B", "Fichier : C", "Fichier : D", "absent de votre saisie"):
        assert said in page.text.replace("\u00a0", " "), said
    assert "modifié des deux côtés" not in page.text, "Each file was changed by one of them only."
    assert one.post(f"/jeux/{number}/modifier", fields_of(page)).status_code == 303
    assert [row["title"] for row in files_of(town, number)] == ["A de l’autre", "C", "D"]


def test_two_new_files_of_one_address_both_come_through_the_page_of_a_conflict(town: Town) -> None:
    number = town.record()
    one, two = town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    mine, theirs = opened(one, number), opened(two, number)
    two.post(f"/jeux/{number}/modifier", {**theirs, "title": "Titre de l’autre"})
    for place, title in enumerate(("En CSV", "En JSON")):
        mine |= {f"distribution-{place}-title": title, f"distribution-{place}-download_url": A}

    page = one.post(f"/jeux/{number}/modifier", mine)

    assert page.status_code == 409
    assert one.post(f"/jeux/{number}/modifier", fields_of(page)).status_code == 303
    assert sorted(row["title"] for row in files_of(town, number)) == ["En CSV", "En JSON"]


def test_an_information_system_is_called_by_its_name_where_two_changes_meet_and_in_the_history(town: Town) -> None:
    number = town.record()
    one, two = town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    made = [
        one.post("/systemes/nouveau", {"organisation_id": str(town.authority_id), "name": name})
        .headers["location"].partition("?")[0].rpartition("/")[2]
        for name in ("Paie des agents", "Carte du réseau")
    ]  # fmt: skip
    mine, theirs = opened(one, number), opened(two, number)
    two.post(f"/jeux/{number}/modifier", {**theirs, "information_system_id": made[0]})

    page = one.post(f"/jeux/{number}/modifier", {**mine, "information_system_id": made[1]})

    assert "<strong>Paie des agents</strong>" in page.text
    assert "<strong>Carte du réseau</strong>" in page.text
    assert "<ins>Paie des agents</ins>" in one.get(f"/jeux/{number}/historique").text


def test_a_list_chosen_on_the_page_of_a_conflict_stays_a_list(town: Town) -> None:
    transport = "http://publications.europa.eu/resource/authority/data-theme/TRAN"
    number = town.record(keywords=["a"])
    one, two = town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    two.post(f"/jeux/{number}/modifier", {"version": "1", "themes": [transport], "keywords": "x\ny"})

    page = one.post(f"/jeux/{number}/modifier", {"version": "1", "themes": [transport, "b"], "keywords": "a\nb"})
    one.post(f"/jeux/{number}/modifier", fields_of(page))

    assert (kept(town, number)["themes"], kept(town, number)["keywords"]) == ([transport, "b"], ["a", "b"])


def test_a_form_typed_again_after_an_error_still_notices_the_other_s_change(town: Town) -> None:
    number = town.record()
    one, two = town.someone(Role.STEWARD), town.someone(Role.ADMINISTRATOR)
    mine = opened(one, number)
    two.post(f"/jeux/{number}/modifier", {**opened(two, number), "title": "Titre de l’autre"})

    wrong = one.post(f"/jeux/{number}/modifier", {**mine, "issued": "hier"})
    assert wrong.status_code == 422
    again = one.post(f"/jeux/{number}/modifier", {**fields_of(wrong), "issued": "2026-01-01"})

    assert again.status_code == 409
    assert kept(town, number)["title"] == "Titre de l’autre"
