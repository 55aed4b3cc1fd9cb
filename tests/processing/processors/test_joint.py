"""Joint controllers: what they agreed, who answers for what, and the outline people may read."""

from typing import Any

import pytest

from registry.kernel.permissions import Role
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity
from registry.processing.vocabulary import ActivityStatus, ProcessingRole
from tests.conftest import Someone, Town
from tests.pages import fields_of

pytestmark = pytest.mark.database
FORM = {
    "version": "0", "contact_point": "Guichet commun", "outline": "Les images servent aux deux polices.",
    "row-0-name": "Commune voisine", "row-0-contact": "Mairie", "duty-information": "La commune, par panneaux",
}  # fmt: skip


def joint_activity(town: Town, on: int | None = None) -> int:
    """An activity in force whose controllers are joint."""
    form = ActivityForm(
        name="Vidéoprotection partagée", role=ProcessingRole.JOINT_CONTROLLER, status=ActivityStatus.ACTIVE,
        purpose="Protéger les abords des gares.",
    )  # fmt: skip
    with town.acting() as session:
        return record_activity(session, on or town.authority_id, form).id


def verdict(who: Someone, activity: int) -> str:
    body: Any = who.api("GET", f"/api/v1/processing-activities/{activity}").json()
    return str(next(one["verdict"] for one in body["findings"] if one["policy_id"] == "RGPD-13"))


def test_an_arrangement_is_in_order_once_it_is_concluded_and_people_can_read_its_outline(town: Town) -> None:
    dpo, activity = town.someone(Role.DPO), joint_activity(town)
    place = f"/traitements/{activity}/responsables-conjoints"
    assert verdict(dpo, activity) == "to-complete"
    assert dpo.get(f"/traitements/{activity}/grandes-lignes").status_code == 404

    assert dpo.post(place, FORM).status_code == 303
    assert verdict(dpo, activity) == "non-compliant"
    assert dpo.post(place, {**FORM, "version": "1", "agreed_on": "2025-03-01"}).status_code == 303
    assert verdict(dpo, activity) == "non-compliant"
    shown = {**FORM, "version": "2", "agreed_on": "2025-03-01", "outline_published_on": "2025-04-01"}
    assert dpo.post(place, shown).status_code == 303
    assert verdict(dpo, activity) == "compliant"

    outline = dpo.get(f"/traitements/{activity}/grandes-lignes").text
    for words in ("Commune voisine", "La commune, par panneaux", "Les images servent aux deux polices.",
                  "Guichet commun", "auprès de chacun des responsables", "reste à dire"):  # fmt: skip
        assert words in outline, words
    assert "Commune voisine" in dpo.get(f"/traitements/{activity}").text


def test_what_is_wrong_is_said_and_what_was_typed_is_given_back(town: Town) -> None:
    dpo, activity = town.someone(Role.DPO), joint_activity(town)
    place = f"/traitements/{activity}/responsables-conjoints"

    for wrong, told in (
        ({"agreed_on": "2025-02-30"}, "Donnez une date qui existe"),
        ({"agreed_on": "2025-03-01", "outline_published_on": "2025-02-01"}, "publiées avant l’accord"),
        ({"row-1-name": "commune VOISINE"}, "deux fois"),
        ({"row-1-name": "", "row-1-contact": "Sans nom"}, "Ce champ est nécessaire"),
        ({"outline_url": "nulle part"}, "adresse"),
    ):
        answer = dpo.post(place, {**FORM, **wrong})
        assert answer.status_code == 422, wrong
        assert told in answer.text, wrong
        assert "Les images servent aux deux polices." in answer.text
    assert dpo.post(place, {**FORM, "version": "3"}).status_code == 409
    assert dpo.api("GET", f"/api/v1/processing-activities/{activity}/arrangement").json()["version"] == 0


def test_two_who_change_an_arrangement_at_once_read_what_the_other_saved_and_lose_nothing(town: Town) -> None:
    dpo, activity = town.someone(Role.DPO), joint_activity(town)
    place = f"/traitements/{activity}/responsables-conjoints"
    assert dpo.post(place, FORM).status_code == 303
    mine, other = fields_of(dpo.get(place)), fields_of(dpo.get(place))
    saved = {
        **other, "agreed_on": "2025-03-01", "row-0-contact": "Sa police", "row-1-name": "Département",
        "duty-rights": "Le guichet", "duty-information": "Le département",
    }  # fmt: skip
    assert dpo.post(place, saved).status_code == 303

    late = dpo.post(place, {**mine, "contact_point": "Ma saisie"})

    assert late.status_code == 409
    shown = fields_of(late)
    names = ("version", "agreed_on", "contact_point", "row-0-contact", "row-1-name", "duty-rights", "duty-information")
    assert [shown[name] for name in names] == [
        "2", "2025-03-01", "Ma saisie", "Sa police", "Département", "Le guichet", "Le département",
    ]  # fmt: skip
    beside = late.text.split('id="entre-temps-titre"')[1].split("</table>")[0]
    assert (beside.count(">votre saisie<"), beside.count(">celle de l’autre<")) == (1, 5)
    assert dpo.post(place, shown).status_code == 303


def test_a_program_reads_and_changes_an_arrangement_a_neighbour_sees_none(town: Town) -> None:
    dpo, activity = town.someone(Role.DPO), joint_activity(town)
    path = f"/api/v1/processing-activities/{activity}/arrangement"
    tag = dpo.api("GET", path).headers["etag"]
    body = {"law": "Code de la sécurité intérieure", "controllers": [{"name": "Commune voisine"}],
            "shares": [{"duty": "rights", "answers": "La commune"}]}  # fmt: skip

    made = dpo.api("PATCH", path, json=body, headers={"If-Match": tag})
    left = dpo.api("PATCH", path, json={"controllers": []}, headers={"If-Match": made.headers["etag"]})

    assert made.json()["shares"] == [{"duty": "rights", "answers": "La commune"}]
    assert left.json()["controllers"] == []
    assert left.json()["law"] == "Code de la sécurité intérieure"
    assert dpo.api("PATCH", path, json=body, headers={"If-Match": made.headers["etag"]}).status_code == 412
    assert town.someone(Role.DPO, town.commune_id).api("GET", path).status_code == 404


def test_the_days_of_an_arrangement_follow_each_other_though_they_come_one_by_one(town: Town) -> None:
    dpo, activity = town.someone(Role.DPO), joint_activity(town)
    path = f"/api/v1/processing-activities/{activity}/arrangement"
    made = dpo.api("PATCH", path, json={"agreed_on": "2025-03-01"}, headers={"If-Match": '"0"'})

    early = {"outline_published_on": "2025-02-01"}
    refused = dpo.api("PATCH", path, json=early, headers={"If-Match": made.headers["etag"]})

    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["path"] == "outline_published_on"
    assert dpo.api("GET", path).json()["outline_published_on"] is None
