"""What is looked for in a contract is the same whoever reads it or saves, and follows what its datasets hold."""

from typing import Any

import pytest
from sqlalchemy import select

from registry.compliance.service import EVALUATE_JOB
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.queries import find_personal_of_each
from registry.kernel.permissions import Role
from registry.platform.database import Acting, transaction
from registry.platform.models import JobRun
from tests.conftest import Someone, Town
from tests.contracts.test_clause_pages import a_contract, add, amend, kept
from tests.contracts.test_contract_facts import change, number_of, verdicts

pytestmark = pytest.mark.database


def tie(who: Someone, place: str, dataset: int) -> None:
    path = api_of(place)
    version = who.api("GET", path).json()["version"]
    answer = who.api("PATCH", path, json={"datasets": [dataset]}, headers={"If-Match": f'"{version}"'})
    assert answer.status_code == 200, answer.text


def api_of(place: str) -> str:
    return place.replace("/contrats/", "/api/v1/contracts/")


def publication_due(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in said["cells"] if one["kind"] == "publication" and one["due"]]


def test_what_one_looks_for_in_a_contract_is_the_same_for_whoever_reads_it(town: Town) -> None:
    jurist, local = town.someone(Role.LEGAL), town.someone(Role.LEGAL, town.commune_id)
    place = a_contract(jurist, town, organisation_id=str(town.commune_id))
    meters = town.record("Relevés des abonnés", on=town.other_commune_id, personal_data="personal")
    tie(jurist, place, meters)
    assert local.get(f"/jeux/{meters}").status_code == 404

    for question in ("", f"?known_on={town.info['today']().isoformat()}"):
        seen, other = (who.api("GET", f"{api_of(place)}/coverage{question}").json() for who in (local, jurist))
        assert seen["coverage"] == other["coverage"], question
        assert seen["cells"] == other["cells"], question
        assert publication_due(seen) == [], question
    page = local.get(f"{place}/couverture").text
    assert "Un jeu que vos droits ne montrent pas" in page
    assert "Relevés des abonnés" not in page


def test_whoever_does_not_read_a_contract_learns_nothing_of_its_datasets(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    meters = town.record("Relevés des abonnés", personal_data="personal")
    tie(jurist, place, meters)
    number = number_of(place)

    found = []
    for reads in ({town.commune_id}, {town.authority_id}):
        with transaction(town.home.app, Acting("cli:essai", reads=frozenset(reads)), **town.info) as session:
            found.append(find_personal_of_each(session, [number]))
    assert found == [{}, {number: frozenset({meters})}]


def adding_publication(who: Someone, place: str) -> int:
    """An amendment that says how the data go online, and nothing else of what lacks."""
    amendment = amend(who, place, 1, signed_on="2025-06-02")
    kept(add(who, place, "publication", amendment_id=str(amendment), article="art. 3", **{"terms-publisher": "holder"}))
    return amendment


def test_a_finding_does_not_depend_on_who_saves(town: Town) -> None:
    jurist, local = town.someone(Role.LEGAL), town.someone(Role.LEGAL, town.commune_id)
    place = a_contract(jurist, town, organisation_id=str(town.commune_id))
    tie(jurist, place, town.record("Relevés", on=town.other_commune_id, personal_data="personal"))
    amendment = adding_publication(jurist, place)
    assert verdicts(town, SubjectKind.AMENDMENT, amendment, "DSP-24")[-1] == "non-compliant"

    change(local, place, object="Gestion de l’eau potable")
    assert verdicts(town, SubjectKind.AMENDMENT, amendment, "DSP-24")[-1] == "non-compliant"


@pytest.mark.parametrize("whose", ["one's own", "another body's"])
def test_a_dataset_told_to_hold_personal_data_has_its_contracts_judged_again(town: Town, whose: str) -> None:
    jurist = town.someone(Role.LEGAL)
    own = whose == "one's own"
    place = a_contract(jurist, town, organisation_id=str(town.authority_id if own else town.commune_id))
    body = town.authority_id if own else town.other_commune_id
    meters = town.record("Relevés des compteurs", on=body, personal_data="none")
    tie(jurist, place, meters)
    amendment = adding_publication(jurist, place)
    assert verdicts(town, SubjectKind.AMENDMENT, amendment, "DSP-24")[-1] == "compliant"

    steward = town.someone(Role.STEWARD, body)
    version = steward.api("GET", f"/api/v1/datasets/{meters}").json()["version"]
    answer = steward.api(
        "PATCH", f"/api/v1/datasets/{meters}", json={"personal_data": "personal"}, headers={"If-Match": f'"{version}"'}
    )
    assert answer.status_code == 200, answer.text
    with town.acting() as session:
        asked = [one for one in session.execute(select(JobRun)).scalars() if one.kind == EVALUATE_JOB]
    if own:
        assert verdicts(town, SubjectKind.AMENDMENT, amendment, "DSP-24")[-1] == "non-compliant"
    else:
        told = [one.arguments for one in asked]
        assert {"kind": "contract", "ids": [number_of(place)]} in told
        assert {"kind": "amendment", "ids": [amendment]} in told
