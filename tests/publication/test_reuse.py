"""The terms on which a dataset may be reused: asked on a page, judged by the policies, refused in words."""

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from registry.documents.service import set_evidence_aside
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.publication.test_publication import decide, deny, homologated, version_of

pytestmark = pytest.mark.database


def say(who: Someone, sheet: int, **said: Any) -> Response:
    return who.post(f"/publication/du-jeu/{sheet}/reutilisation", {"version": str(version_of(who, sheet)), **said})


def verdict(who: Someone, kind: str, number: int, policy: str) -> str:
    found = who.api("GET", f"/api/v1/findings?subject_kind={kind}&subject_id={number}&policy_id={policy}").json()
    said: str = found["findings"][0]["verdict"]
    return said


def test_a_fee_is_judged_on_its_ground_its_published_calculation_and_its_last_revision(town: Town):
    sheet, legal = town.record(), town.someone(Role.LEGAL)
    assert verdict(legal, "dataset", sheet, "OD-30") == "to-complete", "nobody said whether there is a fee"
    assert "Rien n’est encore dit" in legal.get(f"/publication/du-jeu/{sheet}").text
    assert say(legal, sheet, fee="true", declared_absent="fee_ground").status_code == 303
    assert verdict(legal, "dataset", sheet, "OD-06") == "non-compliant"
    assert verdict(legal, "dataset", sheet, "OD-30") == "to-complete"
    told = {"fee_ground": "l324-2", "fee_calculation_url": "https://exemple.invalid/tarif"}
    today = town.info["today"]()
    old = (today - timedelta(days=6 * 365)).isoformat()
    assert say(legal, sheet, fee="true", **told, fee_revised_on=old).status_code == 303
    assert verdict(legal, "dataset", sheet, "OD-30") == "non-compliant", "revised more than five years ago"
    say(legal, sheet, fee="true", **told, fee_revised_on=today.isoformat())
    assert verdict(legal, "dataset", sheet, "OD-30") == "compliant"
    page = legal.get(f"/publication/du-jeu/{sheet}").text
    assert "Fonds numérisés de bibliothèque" in page
    assert "exemple.invalid/tarif" in page


def test_a_licence_of_the_list_says_by_itself_that_reuse_is_free(town: Town):
    sheet, reader = town.record(licence="etalab-2.0"), town.someone(Role.READER)
    assert verdict(reader, "dataset", sheet, "OD-30") == "not-applicable"
    assert "non, par sa licence" in reader.get(f"/publication/du-jeu/{sheet}").text
    steward = town.someone(Role.STEWARD)
    say(steward, sheet, fee="true")
    assert verdict(steward, "dataset", sheet, "OD-30") == "to-complete", "what somebody says goes before"


def test_the_licence_of_a_source_code_is_one_of_those_of_software_and_the_state_may_admit_another(town: Town):
    online = {
        "access_rights": "public",
        "nature": "other",
        "distributions": [{"access_url": "https://exemple.invalid/depot"}],
    }
    sheet, legal = town.record(licence="eupl-1.2", **online), town.someone(Role.LEGAL)
    assert verdict(legal, "dataset", sheet, "OD-05") == "to-complete", "nobody said that it is source code"
    say(legal, sheet, software="true")
    assert verdict(legal, "dataset", sheet, "OD-05") == "compliant"
    say(legal, sheet, software="false")
    assert verdict(legal, "dataset", sheet, "OD-05") == "non-compliant"
    deny(legal, sheet)
    said = homologated(town, sheet)
    assert decide(legal, town, sheet, **said).status_code == 303
    assert verdict(legal, "dataset", sheet, "OD-05") == "compliant"
    with town.acting() as session:
        set_evidence_aside(session, int(said["homologation_id"]), expected=1, reason="Mauvaise pièce", annulled=True)
    assert verdict(legal, "dataset", sheet, "OD-05") == "to-complete", "what proved it is set aside"


def test_what_contradicts_itself_is_refused_and_kept_on_the_page(town: Town):
    sheet, legal = town.record(), town.someone(Role.LEGAL)
    refused = say(legal, sheet, fee="false", fee_calculation_url="https://exemple.invalid/tarif")
    assert refused.status_code == 422
    assert "Vous avez répondu" in refused.text
    assert "exemple.invalid/tarif" in refused.text, "what was typed is kept"
    tomorrow = (town.info["today"]() + timedelta(days=1)).isoformat()
    assert say(legal, sheet, fee="true", fee_revised_on=tomorrow).status_code == 422
    assert say(legal, sheet, fee="true", fee_calculation_url="pas une adresse").status_code == 422
    assert say(legal, sheet, declared_absent="fee").status_code == 422
    stale = legal.post(f"/publication/du-jeu/{sheet}/reutilisation", {"version": "7", "fee": "true"})
    assert stale.status_code == 409
    assert legal.api("GET", f"/api/v1/datasets/{sheet}/publication").json()["reuse"] is None, "nothing half-written"


def test_a_program_says_them_and_whoever_only_reads_may_not(town: Town):
    sheet, steward, reader = town.record(), town.someone(Role.STEWARD), town.someone(Role.READER)
    path = f"/api/v1/datasets/{sheet}/publication/reuse"
    given = {
        "protected_reuse_offered": True,
        "reuse_procedure_public": False,
        "declared_absent": ["reuse_conditions_url"],
    }
    assert reader.api("PUT", path, json=given, headers={"If-Match": '"0"'}).status_code == 403
    made = steward.api("PUT", path, json=given, headers={"If-Match": '"0"'})
    assert made.json()["reuse"]["protected_reuse_offered"] is True
    assert verdict(steward, "dataset", sheet, "OD-21") == "non-compliant"
    assert reader.get(f"/publication/du-jeu/{sheet}/reutilisation").status_code == 403
    assert "n’existe pas" in reader.get(f"/publication/du-jeu/{sheet}").text


def test_an_organisation_says_whether_it_fetches_data_elsewhere_and_where_the_list_is(town: Town):
    legal, number = town.someone(Role.LEGAL), town.authority_id
    path = f"/api/v1/organisations/{number}"
    version = legal.api("GET", path).headers["etag"]
    said = {"exchanges_with_administrations": True, "declared_absent": ["exchange_list_url"], "staff_fte": 400}
    assert legal.api("PATCH", path, json=said, headers={"If-Match": version}).status_code == 200
    assert verdict(legal, "organisation", number, "OD-31") in {"non-compliant", "to-complete"}
    assert "Liste des échanges avec d’autres administrations" in legal.get(f"/organisations/{number}/modifier").text
