"""What people do with an impact assessment: answer, write its steps, submit it, decide on it."""

from typing import Any

from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.platform.lists import load_list
from tests.conftest import Someone, Town

RISKS = ("illegitimate-access", "unwanted-change", "disappearance")
FOUR = {"RGPD-15", "RGPD-16", "RGPD-17", "RGPD-18"}


def answers(*met: str, **more: Any) -> dict[str, Any]:
    """The page's form with every question answered: these criteria are met and no other."""
    told = {f"criterion_{code}": "true" if code in met else "false" for code in load_list("dpia_criteria")}
    return {**told, "required_none": "true", "exempt_none": "true", "law_assessed": "false", "version": "0", **more}


def screened(someone: Someone, activity_id: int, **given: Any) -> Any:
    """The page after the answers were sent."""
    return someone.post(f"/traitements/{activity_id}/besoin-aipd", given)


def begun(steward: Someone, activity_id: int) -> str:
    """The address of a new assessment of an activity."""
    organisation_id = str(steward.api("GET", f"/api/v1/processing-activities/{activity_id}").json()["organisation_id"])
    made = steward.post(
        "/aipd/nouvelle",
        {"title": "AIPD de la vidéoprotection", "activity_ids": str(activity_id), "organisation_id": organisation_id},
    )
    assert made.status_code == 303, made.text
    return str(made.headers["location"]).partition("/etapes")[0]


def version_of(town: Town, address: str) -> str:
    """The version of the latest revision."""
    with town.as_owner() as session:
        asked = text("SELECT version FROM assessment_revision WHERE assessment_id = :id ORDER BY number DESC LIMIT 1")
        return str(session.execute(asked, {"id": int(address.rpartition("/")[2])}).scalar_one())


def save(town: Town, someone: Someone, address: str, step: str, **given: Any) -> Any:
    """Sends one step of the form."""
    return someone.post(f"{address}/etapes/{step}", {"version": version_of(town, address), **given})


def written(town: Town, address: str, activity_id: int, *, after: str = "limited", advised: str = "favourable") -> None:
    """An assessment that lacks nothing: the steward writes, the DPO advises."""
    steward, dpo = town.someone(Role.STEWARD), town.someone(Role.DPO)
    levels = {"severity_before": "maximal", "likelihood_before": "important"}
    levels |= {"severity_after": after, "likelihood_after": after}
    risks = {f"{kind}.{name}": level for kind in RISKS for name, level in levels.items()}
    for step, given in (
        ("contexte", {"activity_ids": str(activity_id), "description": "Des caméras sur la voie publique."}),
        ("principes", {"necessity": "Prévenir.", "minimisation": "Ni son ni visage.", "rights": "Accès aux images."}),
        ("risques", risks),
        ("mesures", {"rows": "1", "measures.0.title": "Masquer les façades", "measures.0.due_on": "2026-10-01"}),
        ("avis", {"people_asked": "sought", "people_views": "Le comité de quartier a été entendu."}),
    ):
        answer = save(town, steward, address, step, **given)
        assert answer.status_code == 303, (step, answer.text)
    opinion = {"dpo_opinion": advised, "dpo_opinion_on": "2026-11-20", "dpo_opinion_text": "Avec masquage."}
    kept = {"people_asked": "sought", "people_views": "Le comité de quartier a été entendu."}
    assert save(town, dpo, address, "avis", **opinion, **kept).status_code == 303


def submitted(town: Town, address: str) -> Any:
    """Submits the latest revision."""
    return town.someone(Role.STEWARD).post(f"{address}/soumettre", {"version": version_of(town, address)})


def decided(town: Town, address: str, state: str = "validated", **given: Any) -> Any:
    """The director's answer."""
    director = town.someone(Role.DIRECTOR)
    return director.post(f"{address}/decision", {"version": version_of(town, address), "state": state, **given})


def findings(town: Town, activity_id: int) -> dict[str, str]:
    """What the policies on assessments find of an activity."""
    body = town.someone(Role.READER).api("GET", f"/api/v1/processing-activities/{activity_id}").json()
    return {one["policy_id"]: one["verdict"] for one in body["findings"] if one["policy_id"] in FOUR}
