"""A dataset from collection to publication: who asks, who endorses, what stops it, and what the database refuses."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.datasets.bulk.forms import BULK_FIELDS
from registry.datasets.vocabulary import Stage
from registry.exchange.exports.exporting import ExportFormat, export
from registry.exchange.jobs import import_file, session_opener
from registry.exchange.service import undo_import
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Role
from registry.lifecycle.charts import load_chart
from registry.lifecycle.forms import VisaForm
from registry.lifecycle.models import StageMove
from registry.platform.database import Acting
from registry.processing.forms import ActivityChange
from registry.processing.queries import get_activity
from registry.processing.retention.models import RetentionHold
from registry.processing.retention.queries import find_articles
from registry.processing.retention.slip_service import withdraw_slip
from registry.processing.retention.vocabulary import HoldReason
from registry.processing.service import amend_activity
from registry.web.templating import say_day
from tests.access.retaining import retain
from tests.conftest import Town
from tests.lifecycle.moving import (
    ADVANCE,
    READY,
    REQUEST,
    VERDICT,
    VISA,
    amend,
    answer,
    ask,
    close,
    decide_to_open,
    forge,
    keep,
    last_request,
    place,
    plain,
    points_of,
    serve,
    sql,
    stage_of,
    system_of,
    version_of,
    waiting_in_sql,
)

pytestmark = pytest.mark.database


def test_a_dataset_goes_from_collection_to_publication_and_back(town: Town):
    sheet, steward, legal = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    for move, stage in (("collect", "collected"), ("qualify", "qualified"), ("document", "documented")):
        assert ask(steward, sheet, move).status_code == 303
        assert stage_of(town, sheet) == stage

    assert ask(steward, sheet, "clear").headers["location"].endswith("fait=passage-demande")
    assert stage_of(town, sheet) == "documented", "nobody endorsed it yet"
    assert "Viser ou refuser" in legal.get("/visas").text
    assert "Viser ou refuser" not in steward.get("/visas").text
    request = last_request(town, sheet)
    assert answer(legal, request, "legal").status_code == 303
    assert stage_of(town, sheet) == "cleared"

    decide_to_open(town, sheet)
    ask(steward, sheet, "publish")
    assert answer(legal, last_request(town, sheet), "legal").status_code == 303
    assert stage_of(town, sheet) == "published"

    assert ask(steward, sheet, "withdraw").status_code == 422, "a withdrawal says why"
    assert ask(steward, sheet, "revise", "Une erreur.", public_ground="error").status_code == 422, "of a withdrawal"
    assert ask(steward, sheet, "withdraw", "Des adresses y sont.", public_ground="error").status_code == 303
    assert stage_of(town, sheet) == "withdrawn"
    page = steward.get(f"/jeux/{sheet}/etape").text
    assert "Des adresses y sont." in page
    told = town.client.get(f"/catalogue/jeux/{sheet}")
    assert (told.status_code, "Les données comportaient une erreur" in told.text) == (410, True), "and since when"
    assert say_day(town.info["today"]()) in told.text
    assert "Des adresses" not in told.text, "the words written within stay within"
    assert "Publication retirée" in steward.get(f"/publication/du-jeu/{sheet}").text, "the decision ended with it"
    assert "Autorisé → Publié" in page
    found = steward.api("GET", f"/api/v1/findings?subject_kind=dataset&subject_id={sheet}&policy_id=CDV-07").json()
    assert found["findings"][0]["verdict"] == "compliant"


def test_a_refused_visa_returns_the_dataset_with_its_reason(town: Town):
    sheet, steward, legal = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place(town, sheet, Stage.DOCUMENTED)
    ask(steward, sheet, "clear")
    request = last_request(town, sheet)

    assert answer(legal, request, "legal", "refused").status_code == 422, "a refusal says what lacks"
    assert answer(legal, request, "legal", "refused", reason="La licence est à vérifier.").status_code == 303

    assert stage_of(town, sheet) == "documented"
    assert "La licence est à vérifier." in steward.get(f"/jeux/{sheet}").text
    assert ask(steward, sheet, "clear").status_code == 409, "what was asked has no answer yet"
    assert close(steward, points_of(steward, sheet)[0]).status_code == 303
    assert ask(steward, sheet, "clear").status_code == 303, "it may be asked for anew"


def test_a_visa_counts_for_the_version_that_was_read(town: Town):
    sheet, steward = town.record(**READY), town.someone(Role.STEWARD)
    legal, dpo = town.someone(Role.LEGAL), town.someone(Role.DPO)
    serve(town, sheet)
    amend(steward, sheet, {"personal_data": "personal", "access_rights": "restricted", "final_disposition": "keep"})
    place(town, sheet, Stage.DOCUMENTED)
    stale = version_of(steward, sheet)
    system_of(town, sheet)
    assert ask(steward, sheet, "clear").status_code == 303
    request = last_request(town, sheet)

    assert answer(legal, request, "legal", version=str(stale)).status_code == 409, "the sheet changed since"
    assert answer(legal, request, "legal").status_code == 303
    amend(steward, sheet, {"notes": "Une précision."})
    assert "à redonner" in legal.get(f"/visas/{request}").text
    assert answer(dpo, request, "dpo").status_code == 303
    assert stage_of(town, sheet) == "documented", "the legal visa endorsed what is no longer written"
    assert answer(legal, request, "legal").status_code == 303
    assert stage_of(town, sheet) == "cleared"
    done = plain(legal.get(f"/visas/{request}").text)
    assert "à redonner" not in done, "what was given stays given once the move is made"


def test_a_visa_falls_with_what_was_tied_to_the_dataset_when_it_was_given(town: Town):
    sheet = town.record(
        **{**READY, "personal_data": "personal", "access_rights": "restricted"}, final_disposition="keep"
    )
    steward, legal, dpo = (town.someone(role) for role in (Role.STEWARD, Role.LEGAL, Role.DPO))
    activity = serve(town, sheet)
    place(town, sheet, Stage.DOCUMENTED)
    system_of(town, sheet)
    ask(steward, sheet, "clear")
    request = last_request(town, sheet)
    assert answer(dpo, request, "dpo").status_code == 303
    read = legal.get(f"/visas/{request}").text.partition('name="known" value="')[2].partition('"')[0]

    with town.acting() as session:
        known = get_activity(session, activity)
        amend_activity(session, activity, ActivityChange(lawful_basis=None), expected=known.version)
    assert "à redonner" in legal.get(f"/visas/{request}").text, "the basis it rested on is gone"
    assert "CDV-11" in steward.get(f"/jeux/{sheet}/etape").text, "and what now stops it is told while it waits"
    assert answer(legal, request, "legal", known=read).status_code == 409, "it is not what was read any more"
    assert answer(legal, request, "legal").status_code == 303
    assert stage_of(town, sheet) == "documented"


def test_personal_data_told_after_clearance_takes_the_visa_of_the_dpo_at_publication(town: Town):
    sheet = town.record(**{**READY, "personal_data": "personal"}, publication_ground="law", final_disposition="keep")
    steward, legal = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    serve(town, sheet)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    asked = ask(steward, sheet, "publish")
    assert asked.status_code == 303, asked.text
    answer(legal, last_request(town, sheet), "legal")
    assert stage_of(town, sheet) == "cleared"
    answer(town.someone(Role.DPO), last_request(town, sheet), "dpo")
    assert stage_of(town, sheet) == "published"


def test_the_law_is_asked_what_publication_makes_public_whatever_the_sheet_says_of_its_access(town: Town):
    hidden = {**READY, "personal_data": "personal", "access_rights": "non-public"}
    sheet = town.record(**hidden, final_disposition="keep", declared_absent=["publication_ground"])
    steward = town.someone(Role.STEWARD)
    serve(town, sheet)
    place(town, sheet, Stage.CLEARED)
    refused = ask(steward, sheet, "publish")
    assert refused.status_code == 409
    assert "OD-02" in refused.text, "its ground is asked for before it is online"


def test_what_is_published_is_withdrawn_before_its_sheet_is_annulled(town: Town):
    sheet, steward = town.record(**READY), town.someone(Role.STEWARD)
    place(town, sheet, Stage.PUBLISHED)
    said = {"reason": "Doublon"}
    match = {"If-Match": f'"{version_of(steward, sheet)}"'}
    refused = steward.api("POST", f"/api/v1/datasets/{sheet}/annulment", json=said, headers=match)
    assert refused.status_code == 409
    assert "retirez-le de la publication" in refused.json()["detail"]


def test_a_disposal_takes_a_slip_and_the_visa_of_the_archives_and_its_slip_stays(town: Town):
    other, archivist = town.record(**READY), town.someone(Role.ARCHIVIST)
    administrator = town.someone(Role.ADMINISTRATOR)
    place(town, other, Stage.WITHDRAWN)
    assert "sans bordereau préparé" in plain(ask(administrator, other, "dispose").text)
    day = town.info["today"]()
    with town.acting() as session:
        slip = retain(session, town.authority_id, other, "essai", day=day)["slip_id"]
        sheet = find_articles(session, slip)[0].dataset_id
    place(town, sheet, Stage.COLLECTED)
    with town.acting() as session:
        hold = RetentionHold(
            organisation_id=town.authority_id, dataset_id=sheet, reason=HoldReason.LITIGATION, held_by="La direction",
            explained="Recours contre le marché.", started_on=day,
        )  # fmt: skip
        session.add(hold)
    held = plain(ask(administrator, sheet, "dispose").text)
    assert "Recours contre le marché." in held, "a hold stops it with its reason"
    with town.acting() as session:
        lifted = session.get_one(RetentionHold, hold.id)
        lifted.lifted_on, lifted.lifted_reason = day, "Jugé"
    assert ask(administrator, sheet, "dispose").status_code == 303
    request, outside = last_request(town, sheet), {"authority": "Archives départementales", "reference": "2026-12"}
    early = answer(archivist, request, "archives", **outside, dated=(day - timedelta(days=1)).isoformat())
    assert early.status_code == 422, "nobody answered a slip before it was prepared"
    assert answer(archivist, request, "archives", **outside, dated=day.isoformat()).status_code == 303
    assert stage_of(town, sheet) == "disposed"
    found = archivist.api("GET", f"/api/v1/datasets/{sheet}").json()["findings"]
    assert [one["verdict"] for one in found if one["policy_id"] == "ARCH-02"] == ["compliant"]
    number = f"BE-{day.year}-001"
    assert number in archivist.get(f"/visas/{request}").text, "the slip that was carried out is named"
    assert f"→ Éliminé, bordereau {number}" in plain(archivist.get(f"/jeux/{sheet}/etape").text)
    told = archivist.api("GET", f"/api/v1/stage-requests/{request}").json()
    assert (told["state"], told["slip_number"]) == ("made", number)

    with town.acting() as session, pytest.raises(Conflict, match="il en est la preuve"):
        withdraw_slip(session, slip, expected=1, reason="Erreur")


def test_nobody_endorses_what_they_asked_for_or_keep(town: Town):
    sheet, legal, steward = town.record(**READY), town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    ask(legal, sheet, "publish")
    refused = answer(legal, last_request(town, sheet), "legal", version=str(version_of(legal, sheet)))
    assert refused.status_code == 403
    assert "à quelqu’un d’autre de le viser" in refused.text

    other = town.record("Arbres", **READY)
    place(town, other, Stage.CLEARED)
    decide_to_open(town, other)
    keep(town, other, legal)
    ask(steward, other, "publish")
    request = last_request(town, other)
    refused = answer(legal, request, "legal", version=str(version_of(legal, other)))
    assert refused.status_code == 403
    assert "Votre réponse" not in legal.get(f"/visas/{request}").text, "no form that could only be refused"
    assert "Viser ou refuser un passage" not in legal.get("/bureau").text
    assert "tenez à jour" in refused.text
    assert stage_of(town, other) == "cleared"


def test_personal_data_without_a_lawful_basis_is_told_policy_article_and_remedy(town: Town):
    sheet, steward = town.record(**{**READY, "personal_data": "personal"}), town.someone(Role.STEWARD)
    serve(town, sheet, None)
    place(town, sheet, Stage.CLEARED)

    refused = ask(steward, sheet, "publish")

    assert refused.status_code == 409
    assert "CDV-11" in refused.text
    assert "art. 6 §1" in refused.text
    assert "choisissez sa base légale" in refused.text
    assert "Instruction des demandes</a>" in refused.text, "the activity that lacks it is named"
    assert stage_of(town, sheet) == "cleared"
    with town.acting() as session:
        assert not session.execute(text("SELECT count(*) FROM stage_request")).scalar_one(), "nothing half-asked"


def test_the_api_tells_what_stops_a_move_with_its_article_and_remedy(town: Town):
    sheet, steward = town.record(**{**READY, "personal_data": "personal"}), town.someone(Role.STEWARD)
    legal = town.someone(Role.LEGAL)
    serve(town, sheet, None)
    place(town, sheet, Stage.CLEARED)
    address, match = f"/api/v1/datasets/{sheet}", {"If-Match": f'"{version_of(steward, sheet)}"'}

    told = steward.api("GET", f"{address}/stage").json()
    publish = next(move for move in told["moves"] if move["code"] == "publish")
    assert not publish["passes"]
    assert "CDV-11" in [one["policy_id"] for one in publish["stopped_by"]]
    refused = steward.api("POST", f"{address}/stage-requests", json={"move": "publish"}, headers=match)
    assert refused.status_code == 409
    assert "CDV-11, Règlement (UE) 2016/679 (RGPD), art. 6 §1" in refused.json()["detail"]

    ready = town.record("Arbres", **READY)
    place(town, ready, Stage.CLEARED)
    decide_to_open(town, ready)
    match = {"If-Match": f'"{version_of(steward, ready)}"'}
    asked = steward.api("POST", f"/api/v1/datasets/{ready}/stage-requests", json={"move": "publish"}, headers=match)
    assert asked.status_code == 201, asked.text
    said = {"kind": "legal", "answer": "given", "dataset_version": version_of(steward, ready)}
    endorsed = legal.api("POST", f"{asked.headers['location']}/visas", json=said)
    assert endorsed.json()["state"] == "made", endorsed.text
    assert steward.api("GET", f"/api/v1/datasets/{ready}/stage").json()["stage"] == "published"


def test_a_move_is_a_task_of_who_may_endorse_it_then_of_who_asked(town: Town):
    sheet, steward, legal = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    ask(steward, sheet, "publish")
    request = last_request(town, sheet)

    assert "Viser ou refuser un passage" in legal.get("/bureau").text
    assert "Vous avez demandé un passage" in steward.get("/bureau?liste=waiting").text
    assert "Viser ou refuser un passage" not in town.someone(Role.DPO).get("/bureau").text, "no visa of theirs is asked"
    answer(legal, request, "legal", "refused", reason="La licence est à vérifier.")
    assert "Viser ou refuser un passage" not in legal.get("/bureau").text
    assert "Reprendre « toute la fiche » :" in plain(steward.get("/bureau").text)
    close(steward, points_of(steward, sheet)[0])
    assert "Redemander le passage refusé" in steward.get("/bureau").text
    assert ask(steward, sheet, "publish").status_code == 303
    assert "Redemander" not in steward.get("/bureau").text, "asked anew, it waits again"


def test_two_people_ask_at_once_and_one_request_waits(town: Town):
    sheet, steward, dpo = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.DPO)
    place(town, sheet, Stage.DOCUMENTED)
    assert ask(steward, sheet, "clear").status_code == 303
    again = ask(dpo, sheet, "clear")
    assert again.status_code == 409
    assert "déjà demandé" in again.text


def test_a_move_that_is_no_longer_possible_says_where_the_dataset_stands(town: Town):
    sheet, steward = town.record(**READY), town.someone(Role.STEWARD)
    refused = ask(steward, sheet, "publish")
    assert refused.status_code == 409
    assert "le jeu en est à" in refused.text
    assert "Identifié" in refused.text
    assert ask(steward, sheet, "collect", version=99).status_code == 409
    assert ask(steward, sheet, "no-such-move").status_code == 409
    assert ask(town.someone(Role.READER), sheet, "collect").status_code == 403


def test_no_form_no_api_call_no_bulk_edit_and_no_import_writes_a_stage(town: Town, tmp_path: Path):
    sheet, steward = town.record(**READY), town.someone(Role.STEWARD)
    match = {"If-Match": f'"{version_of(steward, sheet)}"'}
    assert (
        steward.api("PATCH", f"/api/v1/datasets/{sheet}", json={"stage": "published"}, headers=match).status_code == 422
    )
    said = {"organisation_id": town.authority_id, "title": "Neuf", "stage": "published"}
    assert steward.api("POST", "/api/v1/datasets", json=said).status_code == 422
    assert "stage" not in BULK_FIELDS

    with town.acting() as session:
        kept = b"".join(export(session, ExportFormat.JSON, {}))
    assert kept.count(b'"identified"') == 1
    place_of = tmp_path / "registre.json"
    place_of.write_bytes(kept.replace(b'"identified"', b'"published"').replace(b"urn:uuid:", b"urn:autre:"))
    report = import_file(
        town.home, str(place_of), organisation_id=town.authority_id, acting=Acting("cli:essai"), info=town.info
    )  # fmt: skip
    assert report.created == 1, report
    with town.acting() as session:
        assert session.execute(text("SELECT DISTINCT stage FROM dataset")).scalars().all() == ["identified"]
        brought = session.execute(text("SELECT max(id) FROM dataset")).scalar_one()
    assert report.batch_id is not None
    assert waiting_in_sql(town, steward, brought, "collect", "identified", "collected") == ""
    acting = Acting("cli:essai", batch_id=report.batch_id)
    kept_lines = undo_import(session_opener(town.home, acting, town.info), report.batch_id, lambda *_said: None)
    assert len(kept_lines) == 1, "a sheet of which a move was asked is built on: it stays, and the undo ends"


# What the database itself refuses, whoever asks.


def test_the_application_cannot_write_a_stage_in_sql(town: Town):
    sheet, steward = town.record(**READY), town.someone(Role.STEWARD)
    assert sql(town, steward, "UPDATE dataset SET stage = 'published' WHERE id = :id", id=sheet).startswith("BF000")
    insert = (
        "INSERT INTO dataset (organisation_id, identifier, title, title_sort, stage, annulled, version)"
        " VALUES (:body, 'x', 'X', 'x', 'published', false, 1)"
    )
    assert sql(town, steward, insert, body=town.authority_id).startswith("BF000")
    made = "UPDATE stage_request SET state = 'made', ended_on = current_date"
    assert waiting_in_sql(town, steward, sheet, "collect", "identified", "collected") == ""
    assert sql(town, steward, made).startswith("BF000")
    passage = (
        "INSERT INTO stage_passage (organisation_id, dataset_id, request_id, verdict_id, dataset_version, from_stage,"
        " to_stage, passed_on, version) SELECT 1, :id, 1, 1, 1, 'identified', 'published', current_date, 1"
    )
    assert sql(town, steward, passage, id=sheet).startswith("42501")
    assert sql(town, steward, "UPDATE stage_move SET needs_basis = false").startswith("42501")
    assert stage_of(town, sheet) == "identified"


def test_the_function_refuses_without_a_verdict_of_the_same_transaction(town: Town):
    sheet, steward = town.record(**READY), town.someone(Role.STEWARD)
    waiting_in_sql(town, steward, sheet, "collect", "identified", "collected")
    assert sql(town, steward, ADVANCE, sheet=sheet).startswith("BF005")
    assert sql(town, steward, VERDICT, sheet=sheet, after="collected") == "", "a verdict of another transaction"
    assert sql(town, steward, ADVANCE, sheet=sheet).startswith("BF005")
    assert sql(town, steward, f"WITH v AS ({VERDICT} RETURNING id) {ADVANCE}", sheet=sheet, after="published")
    assert stage_of(town, sheet) == "identified"


def test_the_function_refuses_personal_data_without_a_basis_even_with_a_forged_verdict(town: Town):
    sheet = town.record(**{**READY, "personal_data": "personal"})
    steward, legal, dpo = (town.someone(role) for role in (Role.STEWARD, Role.LEGAL, Role.DPO))
    activity = serve(town, sheet, None)
    place(town, sheet, Stage.CLEARED)
    waiting_in_sql(town, steward, sheet, "publish", "cleared", "published")
    assert forge(town, steward, sheet) == "BF006", "nor without the visa"
    assert sql(town, legal, VISA, kind="legal", by=legal.account_id, as_role="legal", sheet=sheet) == ""
    assert forge(town, steward, sheet) == "BF006", "of personal data, the DPO endorses too"
    assert sql(town, dpo, VISA, kind="dpo", by=dpo.account_id, as_role="dpo", sheet=sheet) == ""
    assert forge(town, steward, sheet) == "BF007"
    assert stage_of(town, sheet) == "cleared"
    with town.acting() as session:
        session.execute(
            text("UPDATE processing_activity SET lawful_basis = 'public-task' WHERE id = :id"), {"id": activity}
        )
    assert forge(town, steward, sheet) == "", "the basis is what it lacked"
    assert stage_of(town, sheet) == "published"


def test_nobody_asks_nor_endorses_in_anothers_name_in_sql(town: Town):
    sheet, steward, legal = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place(town, sheet, Stage.CLEARED)
    said = {
        "body": town.authority_id, "sheet": sheet, "move": "publish", "before": "cleared", "after": "published",
        "as_role": "legal",
    }  # fmt: skip
    assert sql(town, steward, REQUEST, by=legal.account_id, **said).startswith("42501")
    waiting_in_sql(town, steward, sheet, "publish", "cleared", "published")
    assert sql(town, steward, VISA, kind="legal", by=legal.account_id, as_role="legal", sheet=sheet).startswith("42501")
    assert sql(town, steward, VISA, kind="legal", by=steward.account_id, as_role="legal", sheet=sheet) == ""
    assert forge(town, steward, sheet) == "BF006", "a visa of somebody who holds no such role is none"
    assert stage_of(town, sheet) == "cleared"


def test_what_ended_stays_as_it_was_in_sql(town: Town):
    sheet, steward = town.record(**READY), town.someone(Role.STEWARD)
    ask(steward, sheet, "collect")
    rewritten = "UPDATE stage_request SET state = 'refused', ended_reason = 'x' WHERE state = 'made'"
    assert sql(town, steward, rewritten).startswith("BF000")


def test_whoever_was_stopped_counts_no_more(town: Town):
    sheet, steward, legal = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place(town, sheet, Stage.CLEARED)
    waiting_in_sql(town, steward, sheet, "publish", "cleared", "published")
    sql(town, legal, VISA, kind="legal", by=legal.account_id, as_role="legal", sheet=sheet)
    with town.acting() as session:
        session.execute(text("UPDATE account SET state = 'stopped' WHERE id = :id"), {"id": legal.account_id})
    assert forge(town, steward, sheet) == "BF006"
    with town.acting() as session:
        session.execute(text("UPDATE account SET state = 'stopped' WHERE id = :id"), {"id": steward.account_id})
    assert forge(town, steward, sheet) == "BF004"


def test_the_database_and_the_file_tell_the_same_moves(town: Town):
    chart = load_chart()
    told = {
        (move.code, str(start)): (
            str(move.to), sorted(map(str, move.asked_by)), move.basis, move.slip,
            {
                str(kind): {
                    "given_by": [str(role) for role in chart.visas[kind].given_by],
                    "delegated_to": [str(role) for role in chart.visas[kind].delegated_to],
                    "personal_only": chart.visas[kind].personal_only, "own": chart.visas[kind].own,
                }
                for kind in move.visas
            },
        )
        for move in chart.moves
        for start in move.starts
    }  # fmt: skip
    with town.acting() as session:
        kept = {
            (row.code, str(row.from_stage)): (
                str(row.to_stage), sorted(row.asked_by), row.needs_basis, row.needs_slip, row.visas
            )
            for row in session.query(StageMove)
        }  # fmt: skip
    assert kept == told


def test_every_gate_names_a_policy_and_every_fact_is_declared(town: Town):
    catalogue = town.info["engine"].catalogue
    for move in load_chart().moves:
        for policy_id in move.gates:
            policy = catalogue.find(policy_id)
            assert policy is not None, policy_id
            assert not any(catalogue.waits(policy, version) for version in policy.versions), (
                f"{policy_id} judges nobody"
            )
        assert set(move.known) <= catalogue.facts.keys()


def test_an_outside_visa_says_whose_it_is():
    with pytest.raises(ValueError, match="sous quelle référence"):
        VisaForm.model_validate({"kind": "archives", "answer": "given"})
    with pytest.raises(ValueError, match="ni référence"):
        VisaForm.model_validate({"kind": "legal", "answer": "given", "reference": "12"})
    with pytest.raises(ValueError, match="pas encore été prise"):
        VisaForm.model_validate(
            {"kind": "archives", "answer": "given", "authority": "AD", "reference": "12", "dated": "2026-12-02"},
            context={"today": date(2026, 12, 1)},
        )
