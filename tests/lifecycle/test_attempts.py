"""Personal data without a lawful basis is published by nobody: each way in, tried, in SQL as the application's role."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.vocabulary import Stage
from registry.exchange.exports.exporting import ExportFormat, export
from registry.exchange.jobs import import_file
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from registry.platform.postgres import Cluster
from registry.processing.forms import ActivityChange
from registry.processing.queries import get_activity
from registry.processing.service import amend_activity
from registry.publication.forms import PublicationDecisionForm, SecretForm
from registry.publication.queries import get_dossier
from registry.publication.rules import PART
from registry.publication.service import answer_secret, decide
from registry.publication.vocabulary import Outcome, SecretReply
from tests.conftest import Someone, Town, opened_home, opened_town
from tests.lifecycle.moving import (
    ADVANCE,
    FORGED,
    PERSONAL,
    READY,
    REQUEST,
    VERDICT_OF,
    VISA,
    amend,
    answer,
    ask,
    attempt,
    decide_to_open,
    keep,
    last_request,
    place,
    plain,
    seen_by_the_public,
    serve,
    sql,
    stage_of,
    version_of,
)

pytestmark = pytest.mark.database


@dataclass
class Ground:
    """A town with a dataset of personal data that no activity founds; its publication waits, endorsed by all."""

    town: Town
    sheet: int
    other: int
    steward: Someone


@pytest.fixture(scope="module")
def ground(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Made once: nothing that is tried here may change it."""
    with opened_home(cluster, template, tmp_path_factory.mktemp("essais")) as home, opened_town(home) as town:
        yield _laid(town)


def _laid(town: Town) -> Ground:
    steward, legal, dpo = (town.someone(role) for role in (Role.STEWARD, Role.LEGAL, Role.DPO))
    sheet, other = town.record("Demandes", **PERSONAL), town.record("Autre jeu", **PERSONAL)
    serve(town, sheet, None)
    decide_to_open(town, sheet)
    for one in (sheet, other):
        place(town, one, Stage.CLEARED)
        said = {"move": "publish", "before": "cleared", "after": "published", "as_role": "steward"}
        assert not sql(town, steward, REQUEST, body=town.authority_id, sheet=one, by=steward.account_id, **said)
        for who, kind in ((legal, "legal"), (dpo, "dpo")):
            assert not sql(town, who, VISA, kind=kind, by=who.account_id, as_role=kind, sheet=one)
    return Ground(town, sheet, other, steward)


SET = "UPDATE dataset SET stage = 'published' WHERE id = :sheet"
INSERT = (
    "INSERT INTO dataset (id, organisation_id, identifier, title, title_sort, stage, annulled, version)"
    " OVERRIDING SYSTEM VALUE SELECT id, organisation_id, 'x', 'X', 'x', {stage}, false, 1 FROM dataset"
    " WHERE id = :sheet"
)
BY_ATTEMPT = {
    "direct update": ("BF000", SET),
    "update of every row": ("BF000", "UPDATE dataset SET stage = 'published'"),
    "merge": (
        "BF000",
        ("MERGE INTO dataset d USING (SELECT :sheet AS id) n ON d.id = n.id"
        " WHEN MATCHED THEN UPDATE SET stage = 'published'"),
    ),
    "insert on conflict": (
        "BF000",
        INSERT.format(stage="'identified'") + " ON CONFLICT (id) DO UPDATE SET stage = 'published'",
    ),
    "insert": (
        "BF000",
        ("INSERT INTO dataset (organisation_id, identifier, title, title_sort, stage, annulled, version)"
        " SELECT organisation_id, 'x', 'X', 'x', 'published', false, 1 FROM dataset WHERE id = :sheet"),
    ),
    "update within a block": ("BF000", "DO $$ BEGIN UPDATE dataset SET stage = 'published'; END $$"),
    "delete": ("42501", "DELETE FROM dataset WHERE id = :sheet"),
    "truncate": ("42501", "TRUNCATE gate_verdict"),
    "copy of datasets": ("0A000", "COPY dataset (id, stage) FROM STDIN"),
    "copy of verdicts": ("0A000", "COPY gate_verdict (dataset_id) FROM STDIN"),
    "copy of passages": ("42501", "COPY stage_passage (dataset_id) FROM STDIN"),
    "copy from a program": ("42501", "COPY gate_verdict FROM PROGRAM 'echo 1'"),
    "without a verdict": ("BF005", ADVANCE),
    "with a verdict nobody judged": ("BF007", FORGED, ADVANCE),
    "with a verdict of another version": ("BF005", VERDICT_OF.format(version="version + 1", sheet=":sheet"), ADVANCE),
    "with the verdict of another dataset": ("BF005", VERDICT_OF.format(version="version", sheet=":other"), ADVANCE),
    "with a verdict that does not pass": ("BF005", FORGED.replace("true", "false"), ADVANCE),
    "told without personal data once it is judged": (
        "BF005", FORGED, "UPDATE dataset SET personal_data = 'none' WHERE id = :sheet", ADVANCE,
    ),
    "told without personal data first": (
        "BF006", "UPDATE dataset SET personal_data = 'none' WHERE id = :sheet", FORGED, ADVANCE,
    ),
    "on the day of another": ("BF011", FORGED, ADVANCE.replace("current_date", "current_date - 30")),
    "by a request rewritten": ("42501", "UPDATE stage_request SET dataset_id = :other WHERE dataset_id = :sheet"),
    "by a request told made": (
        "BF000", "UPDATE stage_request SET state = 'made', ended_on = current_date WHERE dataset_id = :sheet",
    ),
    "by a passage": (
        "42501",
        ("INSERT INTO stage_passage (organisation_id, dataset_id, request_id, verdict_id, dataset_version, from_stage,"
        " to_stage, passed_on, version) SELECT 1, :sheet, 1, 1, 1, 'cleared', 'published', current_date, 1"),
    ),
    "by a verdict rewritten": ("42501", "UPDATE gate_verdict SET passed = true"),
    "by the table of moves": ("42501", "UPDATE stage_move SET needs_basis = false"),
    "by another move": ("42501", "INSERT INTO stage_move SELECT * FROM stage_move"),
    "by another path of names": ("BF007", "SET LOCAL search_path = pg_temp, pg_catalog", *(
        one.replace("gate_verdict", "public.gate_verdict").replace("FROM dataset", "FROM public.dataset")
        .replace("advance_stage", "public.advance_stage").replace("stage_request", "public.stage_request")
        for one in (FORGED, ADVANCE)
    )),
    "by a schema of one's own": ("42501", "CREATE SCHEMA mine"),
    "by a temporary table": ("42501", "CREATE TEMPORARY TABLE processing_activity (id bigint)"),
    "by a function of the same name": (
        "42501", "CREATE OR REPLACE FUNCTION keep_stage() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ),
    "as the owner": ("42501", "SET LOCAL ROLE beffroi_owner", SET),
    "as the worker": ("42501", "SET LOCAL ROLE beffroi_jobs", SET),
    "as another session": ("42501", "SET SESSION AUTHORIZATION beffroi_owner", SET),
    "past the policies": ("42501", "SET LOCAL row_security = off", "UPDATE stage_move SET needs_basis = false"),
    "without triggers": ("42501", "SET LOCAL session_replication_role = replica", SET),
    "triggers switched off": ("42501", "ALTER TABLE dataset DISABLE TRIGGER ALL", SET),
    "the trigger dropped": ("42501", "DROP TRIGGER b_stage ON dataset", SET),
    "a trigger after it": (
        "42501", "CREATE TRIGGER z BEFORE UPDATE ON dataset FOR EACH ROW EXECUTE FUNCTION keep_verdict()",
    ),
    "a rule": ("42501", "CREATE RULE r AS ON UPDATE TO dataset DO ALSO NOTHING"),
    "the table owned": ("42501", "ALTER TABLE dataset OWNER TO beffroi_app"),
    "the function changed": ("42501", "ALTER FUNCTION advance_stage(bigint, date) SECURITY INVOKER"),
    "the catalogue of the database": ("42501", "UPDATE pg_catalog.pg_trigger SET tgenabled = 'D'"),
    "a right given to oneself": ("42501", "ALTER ROLE beffroi_app SUPERUSER"),
}  # fmt: skip
"""What is tried, in one transaction, and the code of the refusal (42501: not allowed; BFnnn: the database's own)."""


@pytest.mark.parametrize("tried", BY_ATTEMPT)
def test_nothing_written_as_the_role_of_the_application_publishes_it(ground: Ground, tried: str) -> None:
    code, *statements = BY_ATTEMPT[tried]
    said = attempt(ground.town, ground.steward, statements, sheet=ground.sheet, other=ground.other)
    assert said == code
    assert stage_of(ground.town, ground.sheet) == "cleared"
    assert not seen_by_the_public(ground.town, ground.sheet)


def test_a_verdict_of_another_transaction_counts_for_none_whatever_it_says(ground: Ground) -> None:
    town, steward = ground.town, ground.steward
    assert attempt(town, steward, [FORGED], sheet=ground.sheet) == "", "written, and of its own transaction alone"
    assert attempt(town, steward, [ADVANCE], sheet=ground.sheet) == "BF005"
    planted = FORGED.replace("found)", "found, transaction)").replace(
        "'[]'", "'[]', pg_current_xact_id()::text::bigint + later"
    ).replace("FROM dataset", "FROM generate_series(1, 300) AS later, dataset")  # fmt: skip
    assert attempt(town, steward, [planted], sheet=ground.sheet) == ""
    assert attempt(town, steward, [ADVANCE], sheet=ground.sheet) == "BF005", "nor planted for one to come"


def test_names_that_shadow_those_of_the_registry_are_not_read(ground: Ground) -> None:
    """On a server whose administrator lets anybody make temporary tables."""
    town = ground.town
    name = town.home.urls.owner.rpartition("/")[2].partition("?")[0]
    with town.as_owner() as session:
        session.execute(text(f"GRANT TEMPORARY ON DATABASE {name} TO beffroi_app"))
    try:
        shadow = [
            "CREATE TEMP TABLE activity_dataset (dataset_id bigint, activity_id bigint, annulled boolean)",
            "CREATE TEMP TABLE processing_activity (id bigint, annulled boolean, status text, lawful_basis text)",
            "INSERT INTO activity_dataset VALUES (:sheet, 1, false)",
            "INSERT INTO processing_activity VALUES (1, false, 'active', 'consent')",
            "CREATE TEMP TABLE stage_move (LIKE public.stage_move)",
            "CREATE FUNCTION pg_temp.is_founded(bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "SET LOCAL search_path = pg_temp, public",
        ]
        assert attempt(town, ground.steward, [*shadow, FORGED, ADVANCE], sheet=ground.sheet) == "BF007"
    finally:
        with town.as_owner() as session:
            session.execute(text(f"REVOKE TEMPORARY ON DATABASE {name} FROM beffroi_app"))
    assert stage_of(town, ground.sheet) == "cleared"


def test_no_function_that_runs_as_the_owner_takes_names_from_its_caller(ground: Ground) -> None:
    with ground.town.as_owner() as session:
        loose = session.execute(
            text(
                "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
                " WHERE p.prosecdef AND r.rolname = 'beffroi_owner'"
                " AND NOT coalesce(array_to_string(p.proconfig, ' '), '') LIKE '%search_path=%'"
            )
        ).scalars()
        assert list(loose) == []


def test_page_and_api_refuse_it_naming_policy_article_and_remedy(ground: Ground) -> None:
    town, steward = ground.town, ground.steward
    sheet = town.record("Demandes d’aide", **PERSONAL)
    serve(town, sheet, None)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)

    page = ask(steward, sheet, "publish")
    assert page.status_code == 409
    said = plain(page.text)
    for named in ("CDV-11", "Règlement (UE) 2016/679 (RGPD)", "art. 6 §1", "choisissez sa base légale"):
        assert named in said
    address, match = f"/api/v1/datasets/{sheet}", {"If-Match": f'"{version_of(steward, sheet)}"'}
    (stopped,) = [
        one
        for move in steward.api("GET", f"{address}/stage").json()["moves"] if move["code"] == "publish"
        for one in move["stopped_by"] if one["policy_id"] == "CDV-11"
    ]  # fmt: skip
    assert stopped["verdict"] == "non-compliant"
    assert "art. 6 §1" in stopped["article"]
    assert stopped["address"].startswith("https://eur-lex.europa.eu/")
    assert "base légale" in stopped["remedy"]
    refused = steward.api("POST", f"{address}/stage-requests", json={"move": "publish"}, headers=match)
    assert refused.status_code == 409
    for named in ("CDV-11", "art. 6 §1", "choisissez sa base légale", "Sans base légale"):
        assert named in plain(refused.json()["detail"])
    assert stage_of(town, sheet) == "cleared"


def test_the_last_visa_by_page_or_api_publishes_nothing_whose_basis_is_gone(ground: Ground) -> None:
    town, steward = ground.town, ground.steward
    legal, dpo = town.someone(Role.LEGAL), town.someone(Role.DPO)
    sheet = town.record("Aides", **PERSONAL)
    activity = serve(town, sheet)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    assert ask(steward, sheet, "publish").status_code == 303
    request = last_request(town, sheet)
    forget_basis(town, activity)

    assert answer(legal, request, "legal").status_code == 303
    refused = answer(dpo, request, "dpo")
    assert refused.status_code == 409
    assert "CDV-11" in refused.text
    said = {"kind": "dpo", "answer": "given", "dataset_version": version_of(dpo, sheet)}
    refused = dpo.api("POST", f"/api/v1/stage-requests/{request}/visas", json=said)
    assert refused.status_code == 409
    assert "CDV-11, Règlement (UE) 2016/679 (RGPD), art. 6 §1" in plain(refused.json()["detail"])
    assert stage_of(town, sheet) == "cleared"


def test_no_import_and_no_bulk_edit_publishes_it(ground: Ground, tmp_path: Path) -> None:
    town, steward = ground.town, ground.steward
    with town.acting() as session:
        kept = b"".join(export(session, ExportFormat.JSON, {}))
    assert b'"cleared"' in kept
    for name, brought in (
        ("meme", kept.replace(b'"cleared"', b'"published"')),
        ("neuf", kept.replace(b'"cleared"', b'"published"').replace(b"urn:uuid:", b"urn:autre:")),
    ):
        file = tmp_path / f"{name}.json"
        file.write_bytes(brought)
        import_file(
            town.home, str(file), organisation_id=town.authority_id, acting=Acting("cli:essai"), info=town.info
        )  # fmt: skip
        with town.acting() as session:
            assert not session.execute(text("SELECT count(*) FROM dataset WHERE stage = 'published'")).scalar_one()

    typed = {"champ": "stage", "operation-stage": "set", "stage": "published", "de-q": ""}
    assert steward.post("/jeux/modifier-ensemble", typed).status_code == 422
    said = {"dry_run": False, "items": [
        {"create": {"organisation_id": town.authority_id, "title": "Neuf", "stage": "published"}},
    ]}  # fmt: skip
    assert steward.api("POST", "/api/v1/datasets/bulk", json=said).status_code == 422
    assert stage_of(town, ground.sheet) == "cleared"


def test_what_is_told_after_publication_is_public_no_more_and_the_sheet_says_why(ground: Ground) -> None:
    town, steward = ground.town, ground.steward
    legal, dpo = town.someone(Role.LEGAL), town.someone(Role.DPO)
    sheet = town.record("Subventions", **PERSONAL)
    activity = serve(town, sheet)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    assert ask(steward, sheet, "publish").status_code == 303
    request = last_request(town, sheet)
    assert answer(legal, request, "legal").status_code == 303
    assert answer(dpo, request, "dpo").status_code == 303
    assert stage_of(town, sheet) == "published"
    assert seen_by_the_public(town, sheet)
    assert town.client.get(f"/catalogue/jeux/{sheet}").status_code == 200

    forget_basis(town, activity)
    assert not seen_by_the_public(town, sheet), "the basis is gone"
    assert town.client.get(f"/catalogue/jeux/{sheet}").status_code == 404
    told = plain(steward.get(f"/jeux/{sheet}").text)
    assert "Le public ne voit pas ce jeu" in told
    assert f"/catalogue/jeux/{sheet}" not in told

    for basis, seen in (("public-task", True), (None, False)):
        with town.acting() as session:
            known = get_activity(session, activity)
            amend_activity(session, activity, ActivityChange(lawful_basis=basis), expected=known.version)
        assert seen_by_the_public(town, sheet) is seen

    open_data = town.record("Arbres", **READY)
    place(town, open_data, Stage.PUBLISHED)
    assert seen_by_the_public(town, open_data)
    amend(steward, open_data, {"personal_data": "personal"})
    assert not seen_by_the_public(town, open_data), "told personal by the API once it was published"
    serve(town, open_data)
    assert not seen_by_the_public(town, open_data), "an activity tied to it does not stand for the visa of the DPO"
    assert "sans le visa du délégué" in plain(steward.get(f"/jeux/{open_data}").text)
    assert attempt(town, steward, ["UPDATE dataset SET personal_data = NULL WHERE id = :sheet"], sheet=open_data) == ""
    assert not seen_by_the_public(town, open_data), "what is not known is treated as if it held some"


def test_a_secret_found_once_it_is_published_hides_a_dataset_until_what_is_secret_leaves(ground: Ground) -> None:
    town, steward = ground.town, ground.steward
    sheet = town.record("Réseaux", **READY)
    place(town, sheet, Stage.CLEARED)
    decide_to_open(town, sheet)
    assert ask(steward, sheet, "publish").status_code == 303
    assert answer(town.someone(Role.LEGAL), last_request(town, sheet), "legal").status_code == 303
    assert seen_by_the_public(town, sheet)

    acting: dict[str, Any] = {"by": steward.account_id, "roles": [Role.STEWARD], "today": town.info["today"]()}
    said = {"l311-6-business": SecretReply.YES, PART: SecretReply.YES}
    with town.acting() as session:
        for secret, reply in said.items():
            form = SecretForm(answer=reply, ground="Les tarifs négociés avec un fournisseur.")
            answer_secret(session, sheet, secret, form, **acting, expected=get_dossier(session, sheet).version)
    assert not seen_by_the_public(town, sheet)
    assert "une réponse dit qu’un secret s’y trouve" in plain(steward.get(f"/jeux/{sheet}").text)

    with town.acting() as session:
        form = PublicationDecisionForm(
            outcome=Outcome.ONCE_TREATED, reason="Sans les tarifs, ôtés du fichier.", decided_on=acting["today"],
            licence="etalab-2.0",
        )  # fmt: skip
        decide(session, sheet, form, **acting, expected=get_dossier(session, sheet).version)
    assert seen_by_the_public(town, sheet), "what is secret left the file"


def forget_basis(town: Town, activity: int) -> None:
    """Takes away what founded a dataset."""
    with town.acting() as session:
        known = get_activity(session, activity)
        amend_activity(session, activity, ActivityChange(lawful_basis=None), expected=known.version)


# The other gates, and what the database does not hold: the README says it.


def test_other_gates_hold_against_a_direct_update_and_a_missing_verdict_and_no_further(ground: Ground) -> None:
    town, steward, legal = ground.town, ground.steward, ground.town.someone(Role.LEGAL)
    sheet = town.record("Sans décision", **READY)
    place(town, sheet, Stage.CLEARED)
    refused = ask(steward, sheet, "publish")
    assert refused.status_code == 409
    assert "CDV-12" in refused.text, "nobody decided to open it"

    said = {"move": "publish", "before": "cleared", "after": "published", "as_role": "steward"}
    assert not sql(town, steward, REQUEST, body=town.authority_id, sheet=sheet, by=steward.account_id, **said)
    assert not sql(town, legal, VISA, kind="legal", by=legal.account_id, as_role="legal", sheet=sheet)
    assert attempt(town, steward, [SET], sheet=sheet) == "BF000"
    assert attempt(town, steward, [ADVANCE], sheet=sheet) == "BF005"
    assert stage_of(town, sheet) == "cleared"
    assert attempt(town, steward, [FORGED, ADVANCE], sheet=sheet) == "", "the verdict is the application's word"
    assert stage_of(town, sheet) == "published"


def test_who_acts_is_the_word_of_the_application(ground: Ground) -> None:
    town, legal = ground.town, ground.town.someone(Role.LEGAL)
    sheet = town.record("Au nom d’un autre", **READY)
    place(town, sheet, Stage.CLEARED)
    said = {"move": "publish", "before": "cleared", "after": "published", "as_role": "steward"}
    assert not sql(
        town, ground.steward, REQUEST, body=town.authority_id, sheet=sheet, by=ground.steward.account_id, **said
    )
    visa = VISA.replace(":kind", "'legal'").replace(":as_role", "'legal'")
    said = [f"SELECT set_config('beffroi.account', '{legal.account_id}', true)", visa]
    assert attempt(town, ground.steward, [*said, FORGED, ADVANCE], sheet=sheet, by=legal.account_id) == ""
    assert stage_of(town, sheet) == "published", "the visa is the application's word too: the README says it"


def test_a_visa_is_given_today_and_on_the_version_that_stands(ground: Ground) -> None:
    town, legal = ground.town, ground.town.someone(Role.LEGAL)
    sheet = town.record("Tenu", **READY)
    place(town, sheet, Stage.CLEARED)
    said = {"move": "publish", "before": "cleared", "after": "published", "as_role": "steward"}
    assert not sql(
        town, ground.steward, REQUEST, body=town.authority_id, sheet=sheet, by=ground.steward.account_id, **said
    )
    keep(town, sheet, legal)
    given = {"kind": "legal", "by": legal.account_id, "as_role": "legal", "sheet": sheet}
    before = VISA.replace("current_date, false", "current_date - 30, false")
    assert sql(town, legal, before, **given).startswith("BF011"), "a day before they kept it"
    to_come = VISA.replace("d.version, :by", "d.version + 1, :by")
    assert sql(town, legal, to_come, **given).startswith("BF012"), "a version nobody read"
    assert sql(town, legal, VISA, **given) == "", "told as it is"
    assert attempt(town, ground.steward, [FORGED, ADVANCE], sheet=sheet) == "BF006", "and it counts for none"
