"""What stands in the address of the list selects sheets, and nothing unknown in it does."""

from datetime import timedelta
from typing import Any

import pytest

from registry.datasets.listing.selecting import read_query, read_selection, selection_query
from registry.datasets.queries import count_datasets, find_ids
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from registry.datasets.vocabulary import AccessRights, PersonalData
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.service import appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject

pytestmark = pytest.mark.database


@pytest.fixture
def shelf(town: Any) -> dict[str, int]:
    """Four sheets that differ by everything a list is narrowed by."""
    file = {"access_url": "https://a.invalid", "format": "CSV"}
    with town.acting() as session:
        system = record_system(session, town.authority_id, SystemForm(name="Logiciel")).id
    numbers = {
        "open": town.record(
            "Ouvert", access_rights=AccessRights.PUBLIC, personal_data=PersonalData.NONE, licence="etalab-2.0",
            themes=["ENVI"], frequency="ANNUAL", distributions=[file], information_system_id=system,
        ),
        "closed": town.record("Fermé", access_rights=AccessRights.NON_PUBLIC, themes=["ENVI", "TRAN"]),
        "bare": town.record("Nu", on=town.commune_id),
        "served": town.record("Servi", on=town.service_id, frequency="DAILY"),
    }  # fmt: skip
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Titulaire", email="t@a.invalid"))
        appoint(
            session, town.authority_id,
            AppointmentForm(person_id=person.id, role=AppointmentRole.OWNER, subject_kind=AppointmentSubject.DATASET,
                            subject_id=numbers["open"], since=town.info["today"]() - timedelta(days=3)),
        )  # fmt: skip
    return {**numbers, "system": system}


@pytest.mark.parametrize(
    ("address", "held"),
    [
        ("", {"open", "closed", "bare", "served"}),
        ("acces=public", {"open"}),
        ("acces=public&acces=non-public", {"open", "closed"}),
        ("acces=vide", {"bare", "served"}),
        ("acces=inconnu", {"open", "closed", "bare", "served"}),
        ("theme=TRAN", {"closed"}),
        ("theme=ENVI&acces=public", {"open"}),
        ("theme=vide", {"bare", "served"}),
        ("format=CSV", {"open"}),
        ("format=vide", {"closed", "bare", "served"}),
        ("proprietaire=avec", {"open"}),
        ("proprietaire=sans", {"closed", "bare", "served"}),
        ("licence=etalab-2.0&licence=vide&frequence=DAILY", {"served"}),
        ("systeme={system}", {"open"}),
        ("systeme=vide", {"closed", "bare", "served"}),
        ("organisation={commune}", {"bare"}),
        ("organisation={commune}&organisation={service}", {"bare", "served"}),
        ("organisation={authority}", {"open", "closed", "bare", "served"}),
        ("organisation=987654321", set()),
        ("jeu={bare}&jeu={open}", {"bare", "open"}),
        ("q=nu", {"bare"}),
        ("annulees=true", set()),
        ("echeance=30", set()),
        ("tri=-titre&apres=x&colonnes=titre&page=3", {"open", "closed", "bare", "served"}),
    ],
)  # fmt: skip
def test_an_address_selects(town: Any, shelf: dict[str, int], address: str, held: set[str]) -> None:
    known = {"authority": town.authority_id, "commune": town.commune_id, "service": town.service_id, **shelf}
    with town.acting() as session:
        selection = read_selection(session, read_query(address.format(**known)), on=town.info["today"]())
        assert find_ids(session, selection) == sorted(shelf[name] for name in held)
        assert count_datasets(session, selection) == len(held)


def test_each_sheet_stands_under_the_gravest_of_its_findings(town: Any, shelf: dict[str, int]) -> None:
    with town.acting() as session:
        found = {}
        for verdict in ("non-compliant", "to-complete", "compliant"):
            selection = read_selection(session, {"constat": [verdict]}, on=town.info["today"]())
            found[verdict] = find_ids(session, selection)
        by_one = read_selection(session, {"regle": ["OD-05"]}, on=town.info["today"]())
        assert shelf["bare"] in found["to-complete"] + found["non-compliant"]
        assert len(find_ids(session, by_one)) <= 4
    every = [number for numbers in found.values() for number in numbers]
    assert len(every) == len(set(every)), "a sheet stands once"


def test_what_selects_is_handed_on_without_how_it_is_shown() -> None:
    query = read_query("acces=public&tri=-titre&acces=vide&q=eau&apres=abc&inconnu=1")
    assert selection_query(query) == "acces=public&acces=vide&q=eau"
