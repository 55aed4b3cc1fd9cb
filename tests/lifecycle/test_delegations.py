"""Visas handed over for a time: by whom, to whom, for what, and what the database refuses of it."""

from datetime import date, timedelta

import pytest
from httpx import Response

from registry.datasets.vocabulary import Stage
from registry.kernel.permissions import Role
from registry.lifecycle.forms import VisaDelegationForm
from tests.conftest import Someone, Town
from tests.lifecycle.moving import (
    READY,
    answer,
    ask,
    decide_to_open,
    keep,
    last_request,
    place,
    serve,
    sql,
    stage_of,
    version_of,
)

pytestmark = pytest.mark.database


def hand(town: Town, by: Someone, to: Someone, kind: str = "legal", **more: object) -> Response:
    """Hands over a visa from today for a week, as a browser does."""
    today = town.info["today"]()
    said = {
        "kind": kind, "organisation_id": str(town.authority_id), "delegate_id": str(to.account_id),
        "starts_on": today.isoformat(), "ends_on": (today + timedelta(days=7)).isoformat(), **more,
    }  # fmt: skip
    return by.post("/visas/delegations", said)


def last_delegation(by: Someone) -> tuple[int, int]:
    """The number and version of what somebody handed over last."""
    one = by.api("GET", "/api/v1/visa-delegations").json()["delegations"][0]
    return one["id"], one["version"]


def waiting(town: Town, title: str = "Bornes", by: Role = Role.STEWARD) -> tuple[int, int]:
    """A dataset whose publication waits for the legal visa, and that request."""
    sheet = town.record(title, **READY)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    assert ask(town.someone(by), sheet, "publish").status_code == 303
    return sheet, last_request(town, sheet)


def test_a_stand_in_endorses_in_their_own_name_and_it_is_told_everywhere(town: Town):
    legal, dpo, steward = (town.someone(role) for role in (Role.LEGAL, Role.DPO, Role.STEWARD))
    sheet, request = waiting(town)
    refused = answer(dpo, request, "legal", version=str(version_of(dpo, sheet)))
    assert refused.status_code == 403, "the visa is not theirs"

    assert hand(town, legal, dpo, reason="Congés").headers["location"].endswith("fait=visa-confie")

    assert "Viser ou refuser, par délégation" in dpo.get("/bureau").text
    assert "Un visa que vous avez confié" in legal.get("/bureau?liste=waiting").text
    assert "Viser ou refuser" not in legal.get("/bureau").text, "it is in the list of what others do"
    assert "Congés" in dpo.get("/visas/delegations").text, "who was handed reads it too"
    assert "par délégation jusqu’au" in dpo.get(f"/visas/{request}").text
    assert "Viser ou refuser, par délégation" in dpo.get("/visas?voir=delegation").text
    assert answer(dpo, request, "legal").status_code == 303
    assert stage_of(town, sheet) == "published"

    told = "Délégué·e à la protection des données, par délégation"
    assert told in steward.get(f"/visas/{request}").text
    assert told in steward.get(f"/jeux/{sheet}/etape").text, "and in what happened"
    (visa,) = steward.api("GET", f"/api/v1/stage-requests/{request}").json()["visas"]
    assert (visa["by_delegation"], visa["given_as"]) == (True, "dpo")
    with town.acting() as session:
        kept = session.connection().exec_driver_sql(
            "SELECT snapshot ->> 'delegation_id', actor FROM ledger_entry WHERE table_name = 'stage_visa'"
        )  # fmt: skip
        assert kept.one() == (str(last_delegation(legal)[0]), f"account:{dpo.account_id}"), "and in the ledger"


def test_four_eyes_hold_through_a_delegation(town: Town):
    legal, dpo = town.someone(Role.LEGAL), town.someone(Role.DPO)
    hand(town, legal, dpo)
    for title, asker, keeper in (
        ("A", Role.LEGAL, None), ("B", Role.DPO, None), ("C", Role.STEWARD, legal), ("D", Role.STEWARD, dpo),
    ):  # fmt: skip
        sheet, request = waiting(town, title, by=asker)
        if keeper is not None:
            keep(town, sheet, keeper)
        refused = answer(dpo, request, "legal", version=str(version_of(dpo, sheet)))
        assert refused.status_code == 403, title
        assert "ne vaut pas pour ce passage" in refused.text
        assert "Votre réponse" not in dpo.get(f"/visas/{request}").text
        assert stage_of(town, sheet) == "cleared"
    assert "par délégation" not in dpo.get("/bureau").text, "what could only be refused is nobody's task"


def test_one_pair_of_eyes_gives_no_two_visas(town: Town):
    legal, dpo = town.someone(Role.LEGAL), town.someone(Role.DPO)
    sheet = town.record(**{**READY, "personal_data": "personal"}, publication_ground="law", final_disposition="keep")
    serve(town, sheet)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    ask(town.someone(Role.STEWARD), sheet, "publish")
    request = last_request(town, sheet)
    hand(town, legal, dpo)
    assert answer(dpo, request, "legal").status_code == 303
    both = answer(dpo, request, "dpo", version=str(version_of(dpo, sheet)))
    assert both.status_code == 403
    assert "deux visas" in both.text
    assert stage_of(town, sheet) == "cleared"


def test_a_delegation_ends_early_with_a_reason_and_what_was_given_stays(town: Town):
    legal, dpo = town.someone(Role.LEGAL), town.someone(Role.DPO)
    hand(town, legal, dpo)
    given, endorsed = waiting(town, "Avant")
    answer(dpo, endorsed, "legal")
    number, version = last_delegation(legal)
    address = f"/visas/delegations/{number}/fin"
    assert town.someone(Role.ARCHIVIST).post(address, {"reason": "Erreur", "version": str(version)}).status_code == 404
    assert legal.post(address, {"reason": "", "version": str(version)}).status_code == 422
    short = legal.post(address, {"reason": "R²", "version": str(version)})
    assert "R²</textarea>" in short.text, "what was typed is there to be gone on with"
    assert dpo.post(address, {"reason": "Je suis absente aussi", "version": str(version)}).status_code == 303

    sheet, request = waiting(town, "Après")
    assert answer(dpo, request, "legal", version=str(version_of(dpo, sheet))).status_code == 403
    assert stage_of(town, given) == "published"
    assert "Je suis absente aussi" in legal.get("/visas/delegations").text
    assert legal.post(address, {"reason": "Encore", "version": str(version + 1)}).status_code == 409, "it is over"


def test_only_who_gives_a_visa_hands_it_over_and_only_to_who_may(town: Town):
    legal, dpo, steward = (town.someone(role) for role in (Role.LEGAL, Role.DPO, Role.STEWARD))
    assert hand(town, dpo, legal, "legal").status_code == 403, "what was lent is not lent on, nor what is not held"
    assert hand(town, town.someone(Role.READER), dpo).status_code == 403
    wrong = hand(town, legal, steward)
    assert wrong.status_code == 422
    assert "se confie, sur cette organisation, à" in wrong.text
    yesterday = town.info["today"]() - timedelta(days=1)
    assert "aujourd’hui au plus tôt" in hand(town, legal, dpo, starts_on=yesterday.isoformat()).text
    assert hand(town, legal, dpo).status_code == 303
    again = hand(town, legal, dpo)
    assert again.status_code == 422
    assert "Vous avez déjà confié ce visa" in again.text


def test_the_days_of_a_delegation_follow_each_other():
    said = {"kind": "legal", "organisation_id": 1, "delegate_id": 2, "starts_on": "2026-12-02", "ends_on": "2026-12-01"}
    with pytest.raises(ValueError, match="précède le premier"):
        VisaDelegationForm.model_validate(said)
    with pytest.raises(ValueError, match="est passé"):
        VisaDelegationForm.model_validate(
            {**said, "starts_on": "2026-11-02", "ends_on": "2026-11-03"}, context={"today": date(2026, 12, 1)}
        )
    with pytest.raises(ValueError, match="six mois au plus"):
        VisaDelegationForm.model_validate({**said, "ends_on": "2027-06-03"})
    assert VisaDelegationForm.model_validate({**said, "ends_on": "2027-06-02"})


LEND = (
    "INSERT INTO visa_delegation (organisation_id, kind, delegator_id, delegate_id, starts_on, ends_on, version)"
    " VALUES (:body, 'legal', :by, :to, current_date - :ago, current_date - :until, 1)"
)
VISA_BY = (
    "INSERT INTO stage_visa (organisation_id, request_id, kind, answer, dataset_version, given_by, given_as, given_on,"
    " by_keeper, facts_digest, version, delegation_id)"
    " SELECT d.organisation_id, r.id, 'legal', 'given', d.version, :by, 'dpo', current_date, false, '', 1,"
    " (SELECT max(id) FROM visa_delegation) FROM stage_request r JOIN dataset d ON d.id = r.dataset_id"
    " WHERE r.id = :request"
)


def test_the_database_refuses_a_forged_delegation(town: Town):
    legal, dpo, steward = (town.someone(role) for role in (Role.LEGAL, Role.DPO, Role.STEWARD))
    sheet, request = waiting(town)
    lend = {"body": town.authority_id, "to": dpo.account_id}
    assert sql(town, dpo, LEND, **lend, by=legal.account_id, ago=1, until=-7).startswith("42501"), "in another's name"
    assert sql(town, steward, LEND, **lend, by=steward.account_id, ago=1, until=-7) == ""
    assert sql(town, dpo, VISA_BY, by=dpo.account_id, request=request).startswith("BF009"), "a steward gives none"
    assert sql(town, legal, LEND, **lend, by=legal.account_id, ago=9, until=2) == ""
    assert sql(town, dpo, VISA_BY, by=dpo.account_id, request=request).startswith("BF009"), "it is over"
    assert sql(town, legal, LEND, **lend, by=legal.account_id, ago=1, until=-7) == ""
    ended = "UPDATE visa_delegation SET ended_on = current_date, ended_reason = 'x' WHERE delegator_id = :of"
    sql(town, steward, ended, of=legal.account_id)
    assert sql(town, steward, VISA_BY, by=steward.account_id, request=request).startswith("BF009"), "nor another's"
    assert sql(town, dpo, VISA_BY, by=dpo.account_id, request=request) == "", "only the two of them end it"
    assert stage_of(town, sheet) == "cleared"
