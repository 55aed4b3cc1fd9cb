"""Essential data brought in by pages and programs: looked at, then applied; within rights; shown on the contract."""

from decimal import Decimal
from typing import Any

import pytest
from httpx import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from registry.contracts.decp.exporting import export_essential
from registry.contracts.decp.queries import find_bodies
from registry.contracts.decp.reading import read_concessions
from registry.contracts.decp.service import apply_plan, plan_import
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.contracts.essential import changed, concession, file_of, written, year

pytestmark = pytest.mark.database
OWN = "/contrats/donnees-essentielles"
API = "/api/v1/contracts/essential-data"


def bring(who: Someone, *contracts: object, content: str = "") -> Response:
    """Sends a file, as a browser does."""
    return who.post(OWN, files={"file": ("decp.json", (content or written(*contracts)).encode())})


def test_a_file_is_looked_at_then_applied_and_the_contract_shows_what_is_wrong_in_it(town: Town):
    jurist = town.someone(Role.LEGAL)
    late = concession(datePublicationDonnees="2024-05-01", donneesExecution=[])
    theirs = concession(autoriteConcedante={"id": "38103128500004"})

    place = bring(jurist, late, theirs).headers["location"]

    shown = jurist.get(place).text
    assert "À enregistrer" in shown
    assert "<strong>DSP-11</strong>" in shown
    assert "Les données sont publiées le 1er mai 2024" in shown
    assert "1 concession d’une autre autorité, laissée (38103128500004 : 1)" in shown
    assert "Gestion du service public" not in jurist.get("/contrats").text, "Nothing is written yet."
    assert jurist.post(f"{place}/appliquer").status_code == 303
    assert jurist.post(f"{place}/appliquer").status_code == 409
    done = jurist.get(place).text
    assert "Importer</button>" not in done
    (told,) = jurist.api("GET", "/api/v1/contracts").json()["contracts"]
    assert f'href="/contrats/{told["id"]}"' in done
    sheet = jurist.get(f"/contrats/{told['id']}").text
    assert "Données essentielles publiées" in sheet
    assert "signée le 31 janvier 2025, publiée le 31 mars 2025" in sheet
    assert "DSP-11" in sheet
    assert jurist.get(f"{OWN}/export").json()["marches"]["contrat-concession"][0]["id"] == "2026DSP01"
    assert "decp.json" in jurist.get(OWN).text


def test_what_cannot_be_read_or_brings_nothing_is_told_beside_the_file_and_what_is_set_aside_writes_nothing(town: Town):
    jurist = town.someone(Role.LEGAL)

    assert "Choisissez un fichier" in jurist.post(OWN, files={"file": ("", b"")}).text
    half = bring(jurist, content=written(concession())[:-100])
    assert half.status_code == 422
    assert "coupé" in half.text
    theirs = bring(jurist, concession(autoriteConcedante={"id": "38103128500004"}))
    assert "Aucune concession de ce fichier" in theirs.text
    place = bring(jurist, concession()).headers["location"]
    assert jurist.post(f"{place}/abandonner").status_code == 303
    assert "Abandonné" in jurist.get(place).text
    assert jurist.post(f"{place}/appliquer").status_code == 409
    assert jurist.api("GET", "/api/v1/contracts").json()["total"] == 0


def test_one_brings_in_the_contracts_of_ones_own_bodies_alone(town: Town):
    theirs, ours = concession(), concession(id="C1", autoriteConcedante={"id": "21620041000001"})
    jurist = town.someone(Role.LEGAL, town.commune_id)

    answer = jurist.api("POST", f"{API}/imports", files={"file": ("decp.json", written(theirs, ours).encode())})

    assert answer.status_code == 201, answer.text
    assert [one["contract"] for one in answer.json()["contracts"]] == ["C1"]
    place = answer.headers["location"]
    done = jurist.api("POST", f"{place}/application", json={}).json()
    assert (done["state"], done["contracts"][0]["action"]) == ("applied", "create")
    assert [one["id"] for one in jurist.api("GET", API).json()["marches"]["contrat-concession"]] == ["C1"]
    other = town.someone(Role.LEGAL, town.other_commune_id)
    assert other.api("GET", place).status_code == 404
    assert other.api("GET", API).json()["marches"]["contrat-concession"] == []
    assert town.someone(Role.READER, town.commune_id).api("GET", place).status_code == 403


def test_a_program_is_told_each_incoherence_with_its_contract_and_its_rule(town: Town):
    jurist = town.someone(Role.LEGAL)
    broken = concession(nature="Concession de service", dateSignature="2024-99-99")
    wrong = jurist.api("POST", f"{API}/imports", files={"file": ("decp.json", b"{}")})

    said = jurist.api("POST", f"{API}/imports", files={"file": ("decp.json", written(broken).encode())}).json()

    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["path"] == "file"
    assert [(one["contract"], one["rule"], one["place"]) for one in said["incoherences"]] == [
        ("2026DSP01", "DSP-14", "dateSignature")
    ]
    assert said["amendments"][0]["months"] == 132
    aside = jurist.api("POST", f"{API}/imports/{said['id']}/abandonment", json={})
    assert aside.json()["state"] == "abandoned"


AMOUNTS = some.integers(1, 10**11).map(lambda cents: Decimal(cents).scaleb(-2))
DAYS = some.dates().map(str) | some.sampled_from(["2024-99-99", "hier", ""])
CHANGES = some.lists(
    some.builds(changed, some.integers(0, 5), DAYS, DAYS, dureeMois=some.integers(0, 500), valeurGlobale=AMOUNTS),
    max_size=3,
)
CONCESSIONS = some.lists(
    some.builds(
        concession, id=some.text("ab1é\"\\", min_size=1, max_size=5), objet=some.text("aé ☃\0", max_size=400),
        dateSignature=DAYS,
        dateDebutExecution=DAYS, datePublicationDonnees=DAYS, valeurGlobale=AMOUNTS | some.none(),
        modifications=CHANGES, donneesExecution=some.lists(some.builds(year, DAYS, AMOUNTS), max_size=2),
        dureeMois=some.integers(-1, 20_000), autre=some.none() | some.lists(some.booleans(), max_size=2),
    ),
    min_size=1, max_size=4, unique_by=lambda one: one["id"],
)  # fmt: skip


@settings(max_examples=20, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(given_contracts=CONCESSIONS)
def test_whatever_comes_in_goes_out_the_same(given_contracts: list[dict[str, Any]], town: Town, tmp_path: Any):
    place = file_of(tmp_path, *given_contracts)

    with town.acting() as session:
        read = read_concessions(place, find_bodies(session).sirens)
        planned = apply_plan(session, plan_import(session, read.contracts))
        place.write_bytes(b"".join(export_essential(session)))
        back = (
            read_concessions(place, find_bodies(session).sirens).contracts
            if any(one.is_written for one in planned)
            else []
        )
        again = plan_import(session, back)
        session.rollback()

    taken = [one.content for one in planned if one.is_written]
    key = lambda one: one["id"]  # noqa: E731
    assert sorted(back, key=key) == sorted(taken, key=key)
    assert [one for one in given_contracts if one["objet"].strip(" \0")] == taken
    assert {str(one.action) for one in again} <= {"unchanged"}
