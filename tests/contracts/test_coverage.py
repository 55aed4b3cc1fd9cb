"""Which datasets a contract is about: said from the contract, shown on the sheet of the dataset."""

import pytest

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database
FORM = {"kind": "dsp", "object": "Gestion de l’eau", "parties": ""}


def contract_of(who: Someone, organisation_id: int) -> str:
    """The address of a contract, recorded as a browser does."""
    answer = who.post("/contrats/nouveau", {**FORM, "organisation_id": str(organisation_id)})
    return str(answer.headers["location"]).partition("?")[0]


def dataset_of(town: Town, organisation_id: int, title: str) -> int:
    with town.acting() as session:
        return record_dataset(session, organisation_id, DatasetForm(title=title)).id


def test_a_dataset_tied_to_a_contract_shows_it_on_its_sheet_until_it_is_untied(town: Town) -> None:
    jurist, dataset = town.someone(Role.LEGAL), dataset_of(town, town.authority_id, "Réseau d’eau")
    place = contract_of(jurist, town.authority_id)

    assert "Réseau d’eau" in jurist.get(f"{place}/jeux?q=reseau").text
    assert jurist.post(f"{place}/jeux", {"version": "1", "dataset_id": str(dataset)}).status_code == 303
    assert "Réseau d’eau" in jurist.get(place).text
    assert "Gestion de l’eau" in jurist.get(f"/jeux/{dataset}").text
    assert jurist.post(f"{place}/jeux", {"version": "2", "removed": str(dataset)}).status_code == 303
    assert "Gestion de l’eau" not in jurist.get(f"/jeux/{dataset}").text


def test_a_dataset_one_may_not_read_is_refused_as_one_that_does_not_exist(town: Town) -> None:
    hidden = dataset_of(town, town.other_commune_id, "Jeu du voisin")
    jurist = town.someone(Role.LEGAL, town.commune_id)
    place = contract_of(jurist, town.commune_id)

    refused = jurist.post(f"{place}/jeux", {"version": "1", "dataset_id": str(hidden)})

    assert refused.status_code == 422
    assert "n’existe pas, ou vos droits ne vous le montrent pas" in refused.text
    assert jurist.post(f"{place}/jeux", {"version": "1", "dataset_id": ""}).status_code == 422


def test_two_who_change_a_contract_at_once_do_not_undo_each_other(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    first, second = (dataset_of(town, town.authority_id, title) for title in ("Réseau", "Compteurs"))
    place = contract_of(jurist, town.authority_id)

    assert jurist.post(f"{place}/jeux", {"version": "1", "dataset_id": str(first)}).status_code == 303
    late = jurist.post(f"{place}/jeux", {"version": "1", "dataset_id": str(second)})

    assert late.status_code == 409
    assert "modifié entre-temps" in late.text
    path = place.replace("/contrats/", "/api/v1/contracts/")
    assert jurist.api("GET", path).json()["datasets"] == [first]
