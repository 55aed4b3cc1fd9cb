"""The words of the list are looked for in the index, within rights, with what was just written beside."""

import json
import re
import sys
from pathlib import Path

import pytest

from registry.cli.entry import main
from registry.kernel.permissions import Role
from tests.conftest import Someone
from tests.search.conftest import Searched

pytestmark = pytest.mark.database


def listed(who: Someone, words: str, **more: str) -> list[str]:
    """The titles of the list for these words, in its order; the API and the page agree."""
    page = who.get("/jeux", params={"q": words, "tri": "titre", **more})
    assert page.status_code == 200, page.text
    titles = re.findall(r'<a href="/jeux/\d+">([^<]+)</a>', page.text)
    if not more:
        answer = who.api("GET", "/api/v1/datasets", params={"q": words}).json()
        assert [line["title"] for line in answer["datasets"]] == titles
        assert answer["total"] == len(titles)
    return titles


@pytest.fixture
def indexed(searched: Searched) -> Searched:
    """Three sheets of two communes, indexed."""
    town = searched.town
    town.record("Borne de recharge", on=town.commune_id, description="Électricité pour véhicules.")
    town.record("Arbres remarquables", on=town.commune_id)
    town.record("Borne à incendie", on=town.other_commune_id)
    searched.catch_up()
    return searched


def test_the_list_finds_plurals_and_descriptions_as_the_search_does_and_keeps_its_order(indexed: Searched) -> None:
    reader = indexed.town.someone(Role.READER)

    assert listed(reader, "bornes") == ["Borne à incendie", "Borne de recharge"]
    assert listed(reader, "électricités") == ["Borne de recharge"]
    assert listed(reader, "bornes", organisation=str(indexed.town.commune_id)) == ["Borne de recharge"]


def test_a_sheet_just_recorded_or_renamed_is_in_the_list_before_it_is_in_the_index(indexed: Searched) -> None:
    town = indexed.town
    steward = town.someone(Role.STEWARD)
    assert listed(steward, "bornes") == ["Borne à incendie", "Borne de recharge"]

    number = town.record("Bornes neuves")
    assert listed(steward, "bornes") == ["Borne à incendie", "Borne de recharge", "Bornes neuves"]

    renamed = {"If-Match": '"1"', "Content-Type": "application/json"}
    body = json.dumps({"title": "Fontaines"})
    assert steward.api("PATCH", f"/api/v1/datasets/{number}", content=body, headers=renamed).status_code == 200
    assert listed(steward, "fontaine") == ["Fontaines"]


def test_the_list_finds_a_sheet_by_its_identifier_before_and_once_it_is_indexed(indexed: Searched) -> None:
    steward = indexed.town.someone(Role.STEWARD)
    indexed.town.record("Fontaines", identifier="JD-001")
    assert listed(steward, "jd-001") == ["Fontaines"]

    indexed.catch_up()
    assert listed(steward, "JD-001") == listed(steward, "JD-00") == ["Fontaines"]


def test_a_sheet_is_found_by_the_same_beginnings_of_words_before_and_after_it_is_indexed(indexed: Searched) -> None:
    town = indexed.town
    steward = town.someone(Role.STEWARD)
    town.record("L’éclairage_public", keywords=["Lampadaire", "Œuvre"])
    for _moment in ("fresh", "indexed"):
        for words in ("éclair", "ECLAIRAGE pub", "lampad", "oeuv", "public"):
            assert listed(steward, words) == ["L’éclairage_public"], words
        for inside in ("clairage", "ampadaire", "blic"):
            assert listed(steward, inside) == [], inside
        indexed.catch_up()


def test_the_list_finds_in_the_index_only_what_its_reader_reads(indexed: Searched) -> None:
    town = indexed.town

    assert listed(town.someone(Role.READER, town.commune_id), "bornes") == ["Borne de recharge"]
    assert listed(town.someone(Role.READER, town.other_commune_id), "bornes") == ["Borne à incendie"]


def test_annulled_sheets_are_looked_for_in_the_tables(indexed: Searched) -> None:
    town = indexed.town
    number = town.record("Borne ancienne")
    steward = town.someone(Role.STEWARD)
    answer = steward.post(f"/jeux/{number}/annuler", {"version": "1", "reason": "Doublon."})
    assert answer.status_code == 303, answer.text

    assert listed(steward, "borne", annulees="true") == ["Borne ancienne"]


def test_the_export_of_a_list_takes_out_the_same_sheets_by_the_page_and_by_the_command(
    indexed: Searched, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    town, output = indexed.town, tmp_path / "liste.json"
    for name, url in (("", town.home.urls.app), ("ADMIN_", town.home.urls.owner), ("JOBS_", town.home.urls.jobs)):
        monkeypatch.setenv(f"DATABASE_{name}URL", url)
    for words, titles in (("véhicules", ["Borne de recharge"]), ("bornes", ["Borne de recharge", "Borne à incendie"])):
        page = town.someone(Role.READER).api("GET", "/api/v1/export/json", params={"q": words}).json()
        asked = ["export", "--format", "json", "--output", str(output), "--select", f"q={words}"]
        monkeypatch.setattr(sys, "argv", ["beffroi", "--home", str(town.home.settings.root), *asked])
        with pytest.raises(SystemExit) as ended:
            main()

        assert ended.value.code == 0
        written = json.loads(output.read_text())["tables"]["jeux"]
        assert sorted(one["title"] for one in written) == sorted(titles)
        assert written == page["tables"]["jeux"]
