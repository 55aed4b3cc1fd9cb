"""Processors: who works for an activity under which contract, what that contract lacks, and what the law says of it."""

from datetime import date, timedelta
from typing import Any

import pytest

from registry.contracts.forms import ContractForm, PartyForm
from registry.contracts.queries import find_parties
from registry.contracts.service import record_contract
from registry.contracts.vocabulary import ContractKind, GdprRole, PartySide
from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.kernel.permissions import Role
from registry.organisations.forms import ServiceForm
from registry.organisations.queries import get_organisation
from registry.organisations.service import add_service
from registry.organisations.vocabulary import OrganisationKind
from registry.processing.forms import ActivityForm, LinkedDatasetForm
from registry.processing.processors.forms import SubProcessorForm, TermsForm
from registry.processing.processors.queries import find_processor_parties
from registry.processing.processors.rules import NO_TERMS, Terms, any_of, together, warnings_of
from registry.processing.processors.service import record_terms
from registry.processing.processors.vocabulary import Article28Point, PointState, SubProcessorAuthorisation
from registry.processing.service import record_activity
from registry.processing.vocabulary import ActivityStatus
from tests.conftest import TODAY, Someone, Town
from tests.pages import fields_of

PRESENT = [{"point": str(point), "state": "present", "place": f"Article {place}"}
           for place, point in enumerate(Article28Point)]  # fmt: skip
SETTLED = Terms(
    dict.fromkeys(Article28Point, PointState.PRESENT), SubProcessorAuthorisation.GENERAL, 2, no_sub_processors=False
)


def say(terms: Terms, **more: Any) -> list[str]:
    """What the rules warn of."""
    told = {"has_contract": True, "ends_on": None, "acts_as_processor": True, "today": TODAY, **more}
    return warnings_of(terms, **told)


def test_a_settled_contract_calls_for_nobody_and_its_last_day_is_still_one_of_it() -> None:
    assert say(SETTLED) == []
    assert "terminé" not in say(SETTLED, ends_on=TODAY)[0]
    assert "moins de six mois" in say(SETTLED, ends_on=TODAY + timedelta(days=100))[0]
    assert say(SETTLED, ends_on=TODAY + timedelta(days=300)) == []
    assert "terminé" in say(SETTLED, ends_on=TODAY - timedelta(days=1))[0]


def test_what_a_contract_lacks_is_named_by_its_letter() -> None:
    some = {**dict.fromkeys(Article28Point, PointState.PRESENT), Article28Point.END: PointState.ABSENT}
    assert say(Terms(some, None, 0, no_sub_processors=True)) == ["Il manque le point g."]
    assert "8 points" in say(NO_TERMS)[0]
    assert "Aucun contrat" in say(NO_TERMS, has_contract=False)[0]
    assert (
        "sans autorisation" in say(Terms(SETTLED.points, SubProcessorAuthorisation.NONE, 1, no_sub_processors=False))[0]
    )
    assert "rôle" in say(SETTLED, acts_as_processor=False)[0]


@pytest.mark.parametrize(
    ("held", "all_hold", "one_holds"),
    [
        ([], True, False), ([True, True], True, True), ([True, None], None, True), ([False, None], False, None),
        ([None], None, None), ([False, False], False, False),
    ],
)  # fmt: skip
def test_what_is_unknown_settles_nothing(held: Any, all_hold: bool | None, one_holds: bool | None) -> None:
    assert together(held) is all_hold
    assert any_of(held) is one_holds


class Scene:
    """An activity in force, a host, and the contract that binds it."""

    def __init__(self, town: Town, *, body: int | None = None, ends_on: date | None = None) -> None:
        self.town, body = town, town.authority_id if body is None else body
        with town.acting() as session:
            above = get_organisation(session, town.authority_id)
            self.host = add_service(session, above, ServiceForm(name="Hébergeur", kind=OrganisationKind.HOST)).id
            self.dataset = record_dataset(session, body, DatasetForm(title="Élèves", personal_data="personal")).id
            activity = ActivityForm(
                name="Inscrire à la cantine", status=ActivityStatus.ACTIVE,
                datasets=[LinkedDatasetForm(dataset_id=self.dataset)],
            )  # fmt: skip
            self.activity = record_activity(session, body, activity).id
            form = ContractForm(
                kind=ContractKind.PUBLIC_CONTRACT, object="Logiciel de cantine", starts_on=date(2024, 1, 1),
                ends_on=ends_on or TODAY + timedelta(days=900),
                parties=[
                    PartyForm(party_id=town.authority_id, side=PartySide.GRANTOR, gdpr_role=GdprRole.CONTROLLER),
                    PartyForm(party_id=self.host, side=PartySide.HOLDER, gdpr_role=GdprRole.PROCESSOR),
                ],
            )  # fmt: skip
            self.contract = record_contract(session, town.authority_id, form).id
            self.party = find_parties(session, [self.contract])[self.contract][1].row.id

    def verdict(self, who: Someone, policy: str = "RGPD-11") -> str:
        """What a policy finds of the activity today."""
        body = who.api("GET", f"/api/v1/processing-activities/{self.activity}").json()
        return str(next(one["verdict"] for one in body["findings"] if one["policy_id"] == policy))

    def engage(self, who: Someone, version: int = 1, **more: Any) -> Any:
        """Says, as a browser does, that the host works for the activity."""
        form = {"version": str(version), "row-0-processor_id": str(self.host), "row-0-contract_id": str(self.contract)}
        return who.post(f"/traitements/{self.activity}/sous-traitants", {**form, **more})


@pytest.mark.database
def test_from_an_unnamed_processor_to_a_contract_that_settles_everything(town: Town) -> None:
    scene, dpo = Scene(town), town.someone(Role.DPO)
    assert scene.verdict(dpo) == "to-complete"

    assert scene.engage(dpo, **{"row-0-contract_id": ""}).status_code == 303
    assert scene.verdict(dpo) == "non-compliant"
    assert "Aucun contrat n’est dit" in dpo.get(f"/traitements/{scene.activity}").text
    assert scene.engage(dpo, version=2, **{"row-0-task": "Héberge la base"}).status_code == 303
    assert scene.verdict(dpo) == "to-complete"

    form = {"version": "0", "authorisation": "general", "row-0-name": "Centre de données", "row-0-country": "US"}
    for point in Article28Point:
        form |= {f"point-{point}-state": "present", f"point-{point}-place": "Annexe 2"}
    assert dpo.post(f"/sous-traitants/{scene.party}/clauses", form).status_code == 303
    assert scene.verdict(dpo) == "compliant"
    assert scene.verdict(dpo, "RGPD-12") == "compliant"
    page = dpo.get(f"/sous-traitants/{scene.party}").text
    assert "8/8" in page
    assert "transfert à justifier" in page
    assert "Inscrire à la cantine" in page
    assert "Hébergeur" in dpo.get("/sous-traitants").text
    assert "Hébergeur" in dpo.get(f"/jeux/{scene.dataset}").text


@pytest.mark.database
def test_the_end_of_a_contract_and_a_point_that_is_absent_are_told_at_once(town: Town) -> None:
    scene, dpo = Scene(town), town.someone(Role.DPO)
    path = f"/api/v1/processors/{scene.party}/terms"
    scene.engage(dpo)
    read = dpo.api("GET", path)
    body = {"points": PRESENT, "no_sub_processors": True}
    told = dpo.api("PATCH", path, json=body, headers={"If-Match": read.headers["etag"]})
    assert told.status_code == 200, told.text
    assert scene.verdict(dpo) == "compliant"

    missing = {"points": [{"point": "h", "state": "absent"}]}
    dpo.api("PATCH", path, json=missing, headers={"If-Match": told.headers["etag"]})
    assert scene.verdict(dpo) == "non-compliant"
    assert dpo.api("GET", path).json()["warnings"] == ["Il manque le point h."]
    back = dpo.api("GET", path)
    dpo.api("PATCH", path, json={"points": PRESENT}, headers={"If-Match": back.headers["etag"]})
    assert scene.verdict(dpo) == "compliant"

    contract = f"/api/v1/contracts/{scene.contract}"
    over = {"starts_on": "2020-01-01", "ends_on": (town.info["today"]() - timedelta(days=1)).isoformat()}

    def change(**said: Any) -> Any:
        return dpo.api("PATCH", contract, json=said, headers={"If-Match": dpo.api("GET", contract).headers["etag"]})

    change(**over)
    assert scene.verdict(dpo) == "non-compliant"
    assert change(tacit_renewal=True).json()["state"] == "renewed"
    assert scene.verdict(dpo) == "compliant", "It goes on after its term."
    assert change(renewed_until=over["ends_on"]).json()["state"] == "ended"
    assert scene.verdict(dpo) == "non-compliant"


@pytest.mark.database
@pytest.mark.parametrize(("until", "turns_on"), [("2030-12-31", "2031-01-01"), (None, None)])
def test_a_contract_that_renews_itself_is_judged_by_the_last_day_it_may_reach_before_and_after_its_term(
    town: Town, until: str | None, turns_on: str | None
) -> None:
    scene, dpo = Scene(town), town.someone(Role.DPO)
    scene.engage(dpo)
    body = {"points": PRESENT, "no_sub_processors": True}
    assert dpo.api("PATCH", f"/api/v1/processors/{scene.party}/terms", json=body, headers={"If-Match": '"0"'})
    contract, found = f"/api/v1/contracts/{scene.contract}", []
    for days in (1, 0, -1):
        said = {"ends_on": (town.info["today"]() + timedelta(days=days)).isoformat(), "tacit_renewal": True}
        tag = dpo.api("GET", contract).headers["etag"]
        changed = dpo.api("PATCH", contract, json={**said, "renewed_until": until}, headers={"If-Match": tag})
        assert changed.status_code == 200, changed.text
        read = dpo.api("GET", f"/api/v1/processing-activities/{scene.activity}").json()["findings"]
        one = next(one for one in read if one["policy_id"] == "RGPD-11")
        found.append((one["verdict"], one["turns_on"]))

    assert found == [("compliant", turns_on)] * 3


@pytest.mark.database
def test_a_renewed_contract_is_chosen_and_placed_by_the_last_day_it_may_reach(town: Town) -> None:
    scene, dpo, today = Scene(town), town.someone(Role.DPO), town.info["today"]()
    contract = f"/api/v1/contracts/{scene.contract}"
    said = {"ends_on": (today - timedelta(days=30)).isoformat(), "tacit_renewal": True, "renewed_until": "2099-12-31"}
    tag = dpo.api("GET", contract).headers["etag"]
    assert dpo.api("PATCH", contract, json=said, headers={"If-Match": tag}).status_code == 200

    assert (
        "Logiciel de cantine — jusqu’au 31 décembre 2099"
        in dpo.get(f"/traitements/{scene.activity}/sous-traitants").text
    )
    with town.acting() as session:
        form = ContractForm(
            kind=ContractKind.PUBLIC_CONTRACT, object="Maintenance", starts_on=date(2024, 1, 1),
            ends_on=today + timedelta(days=60), datasets=[scene.dataset],
            parties=[PartyForm(party_id=scene.host, side=PartySide.HOLDER, gdpr_role=GdprRole.PROCESSOR)],
        )  # fmt: skip
        sooner = record_contract(session, town.authority_id, form).id
        found = [one.contract.id for one in find_processor_parties(session, today)]
    assert found == [sooner, scene.contract]


@pytest.mark.database
def test_what_is_wrong_is_said_and_what_was_typed_is_given_back(town: Town) -> None:
    scene, dpo = Scene(town), town.someone(Role.DPO)
    with town.acting() as session:
        other = record_contract(
            session, town.authority_id, ContractForm(kind=ContractKind.AGREEMENT, object="Sans lui")
        ).id

    apart = scene.engage(dpo, **{"row-0-contract_id": str(other), "row-0-task": "Ma tâche tapée"})
    assert apart.status_code == 422
    assert "n’est pas partie à ce contrat" in apart.text
    assert "Ma tâche tapée" in apart.text
    twice = scene.engage(dpo, **{"row-1-processor_id": str(scene.host)})
    assert twice.status_code == 422
    assert "deux fois" in twice.text
    nameless = scene.engage(dpo, **{"row-0-processor_id": ""})
    assert nameless.status_code == 422
    assert "Choisissez l’organisation" in nameless.text
    long = scene.engage(dpo, **{"row-0-task": "x" * 1001})
    summary = long.text.split('id="erreurs"')[1].split("</ul>")[0].replace("\u00a0", " ")
    assert "Sous-traitant 1, Ce qu’elle fait de ces données : Trop long" in summary
    assert scene.engage(dpo, version=7).status_code == 409
    both = {"version": "0", "no_sub_processors": "true", "row-0-name": "Quelqu’un", "notes": "Mes notes tapées"}
    refused = dpo.post(f"/sous-traitants/{scene.party}/clauses", both)
    assert refused.status_code == 422
    assert "choisissez" in refused.text
    assert "Mes notes tapées" in refused.text
    late = dpo.post(f"/sous-traitants/{scene.party}/clauses", {"version": "4"})
    assert late.status_code == 409
    assert dpo.api("GET", f"/api/v1/processing-activities/{scene.activity}/processors").json()["processors"] == []


@pytest.mark.database
def test_two_who_save_processors_or_their_terms_at_once_read_what_the_other_saved(town: Town) -> None:
    scene, dpo = Scene(town), town.someone(Role.DPO)
    assert scene.engage(dpo, **{"row-0-task": "Héberge la base"}).status_code == 303

    late = scene.engage(dpo, **{"row-0-task": "Ma tâche tapée"})

    assert late.status_code == 409
    assert fields_of(late)["row-0-task"] == "Ma tâche tapée"
    assert "Héberge la base" in late.text.split('id="entre-temps-titre"')[1].split("</table>")[0]
    place, form = f"/sous-traitants/{scene.party}/clauses", {"version": "0", "point-a-state": "present"}
    assert dpo.post(place, {**form, "reviewed_on": "2026-01-02", "row-0-name": "Sauvegarde"}).status_code == 303
    stale = dpo.post(place, {"version": "0", "point-b-state": "absent", "notes": "Mes notes tapées"})
    assert stale.status_code == 409
    shown = fields_of(stale)
    assert [shown[name] for name in ("version", "reviewed_on", "notes", "row-0-name")] == [
        "1", "2026-01-02", "Mes notes tapées", "Sauvegarde",
    ]  # fmt: skip
    assert [shown[f"point-{one}-state"] for one in "abc"] == ["present", "absent", "to-check"]


@pytest.mark.database
def test_a_point_or_a_processor_left_alone_is_as_the_other_saved_it_though_it_was_filled(town: Town) -> None:
    scene, dpo = Scene(town), town.someone(Role.DPO)
    assert scene.engage(dpo).status_code == 303
    place, engaged = f"/sous-traitants/{scene.party}/clauses", f"/traitements/{scene.activity}/sous-traitants"
    form = {"version": "0", "point-a-state": "present", "point-a-place": "art. 5", "row-0-name": "Sauvegarde"}
    assert dpo.post(place, form).status_code == 303
    terms, processors = fields_of(dpo.get(place)), fields_of(dpo.get(engaged))
    assert dpo.post(place, {**terms, "point-a-state": "absent", "row-0-name": ""}).status_code == 303
    assert dpo.post(engaged, {**processors, "row-0-removed": "true"}).status_code == 303

    late = dpo.post(place, {**terms, "notes": "Mes notes"})
    engaged_late = dpo.post(engaged, processors)

    assert (late.status_code, engaged_late.status_code) == (409, 409)
    shown = fields_of(late)
    names = ("point-a-state", "point-a-place", "row-0-name", "notes")
    assert [shown[name] for name in names] == ["absent", "art. 5", "", "Mes notes"]
    assert fields_of(engaged_late)["row-0-processor_id"] == ""


@pytest.mark.database
@pytest.mark.parametrize(("first", "then"), [
    ({"no_sub_processors": True}, {"sub_processors": [{"name": "Sauvegarde"}]}),
    ({"sub_processors": [{"name": "Sauvegarde"}]}, {"no_sub_processors": True}),
])  # fmt: skip
def test_nobody_works_below_a_processor_of_which_that_is_said_though_it_comes_apart(
    town: Town, first: dict[str, Any], then: dict[str, Any]
) -> None:
    scene, dpo = Scene(town), town.someone(Role.DPO)
    path = f"/api/v1/processors/{scene.party}/terms"
    said = dpo.api("PATCH", path, json=first, headers={"If-Match": '"0"'})

    refused = dpo.api("PATCH", path, json=then, headers={"If-Match": said.headers["etag"]})

    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["path"] == "no_sub_processors"
    assert dpo.api("GET", path).json() == said.json()


@pytest.mark.database
def test_a_commune_reads_the_contract_that_governs_its_processing_and_no_other(town: Town) -> None:
    scene = Scene(town, body=town.commune_id)
    above, commune = town.someone(Role.DPO), town.someone(Role.DPO, town.commune_id)
    assert commune.get(f"/contrats/{scene.contract}").status_code == 404

    assert scene.engage(above).status_code == 303

    assert commune.get(f"/contrats/{scene.contract}").status_code == 200
    assert "Logiciel de cantine" in commune.get(f"/traitements/{scene.activity}").text
    assert commune.get(f"/sous-traitants/{scene.party}").status_code == 200
    assert commune.post(f"/sous-traitants/{scene.party}/clauses", {"version": "0"}).status_code == 403
    below = {"version": "0", "row-0-name": "Coffre lointain", "row-0-country": "US"}
    assert above.post(f"/sous-traitants/{scene.party}/clauses", below).status_code == 303
    for page in (f"/traitements/{scene.activity}", f"/sous-traitants/{scene.party}"):
        assert "Coffre lointain" in above.get(page).text
        assert "Coffre lointain" not in commune.get(page).text, "Its name would tell whose it is."
        assert "États-Unis" in commune.get(page).text
    terms = commune.api("GET", f"/api/v1/processors/{scene.party}/terms").json()
    assert [(one["name"], one["country"]) for one in terms["sub_processors"]] == [("", "US")]
    place = f"/traitements/{scene.activity}/sous-traitants"
    form = commune.get(place)
    assert "Une organisation que vos droits ne montrent pas" in form.text
    assert commune.post(place, fields_of(form) | {"row-0-task": "Notre cantine"}).status_code == 303
    held = above.api("GET", f"/api/v1/processing-activities/{scene.activity}/processors").json()["processors"]
    assert [(one["processor_id"], one["contract_id"], one["task"]) for one in held] == [
        (scene.host, scene.contract, "Notre cantine")
    ]  # fmt: skip
    stranger = town.someone(Role.DPO, town.other_commune_id)
    assert stranger.get(f"/contrats/{scene.contract}").status_code == 404
    assert stranger.get(f"/sous-traitants/{scene.party}").status_code == 404


@pytest.mark.database
def test_the_terms_of_a_processor_one_may_not_read_are_not_written_either(town: Town) -> None:
    commune = town.someone(Role.DPO, town.commune_id)
    with town.acting() as session:
        above = get_organisation(session, town.other_commune_id)
        host = add_service(session, above, ServiceForm(name="Hébergeur voisin", kind=OrganisationKind.HOST)).id
        form = ContractForm(
            kind=ContractKind.PUBLIC_CONTRACT, object="Hébergement", starts_on=date(2024, 1, 1),
            parties=[PartyForm(party_id=host, side=PartySide.HOLDER, gdpr_role=GdprRole.PROCESSOR)],
        )  # fmt: skip
        contract = record_contract(session, town.commune_id, form).id
        party = find_parties(session, [contract])[contract][0].row.id
        below = [SubProcessorForm(name="Coffre lointain", country="US")]
        record_terms(session, party, TermsForm(sub_processors=below), expected=0)

    sheet = commune.get(f"/sous-traitants/{party}").text
    assert "Organisation hors de vos droits" in sheet
    assert f"/sous-traitants/{party}/clauses" not in sheet
    form = commune.get(f"/sous-traitants/{party}/clauses")
    assert form.status_code == 403
    assert "Coffre lointain" not in form.text
    assert "Vos droits ne montrent pas ce sous-traitant" in form.text
    assert commune.post(f"/sous-traitants/{party}/clauses", {"version": "1"}).status_code == 403
