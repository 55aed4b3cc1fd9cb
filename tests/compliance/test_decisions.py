"""Rules adopted here and withdrawn, texts validated: what judges, in which process, and when it stands or falls."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from registry.cli.keeping_checks import CONTENTS, describe_registry
from registry.compliance.daily import evaluate_everything
from registry.compliance.decisions.following import why_not_followed
from registry.compliance.decisions.forms import ValidationForm
from registry.compliance.decisions.models import PolicyDecision
from registry.compliance.decisions.service import (
    Decider,
    adopt_policy,
    unvalidate_version,
    validate_version,
    withdraw_policy,
)
from registry.compliance.decisions.vocabulary import PolicyDecisionKind
from registry.compliance.engine import Engine, Reading, engine_of
from registry.compliance.local_packs import adopt_policies, load_policies
from registry.compliance.queries import find_findings
from registry.compliance.service import judge
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets.forms import DatasetForm
from registry.datasets.service import amend_dataset
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.ledger.service import touch
from registry.platform.assets import asset_root
from registry.platform.backup import create_backup
from registry.platform.backup_archive import read_keys
from registry.platform.backup_restoring import restored_aside
from registry.platform.database import Acting, transaction
from registry.platform.jobs import work_once
from registry.reporting.gathering import gather
from registry.rooms import assemble, job_functions
from tests.compliance.test_simulations import DRAFT, PUBLISHED, od_05
from tests.conftest import Town

pytestmark = pytest.mark.database

BINDING = DRAFT.replace("2030-01-01", "2024-01-01").replace("2030-01-02", "2026-11-26").replace("proposed", "in-force")
"""A rule of the body's own, that binds: what is published is under the ODbL."""
SOFTER = BINDING.replace("dataset.licence == 'odbl-1.0'", "dataset.licence in ['odbl-1.0', 'etalab-2.0']").replace(
    "dataset.licence: etalab-2.0", "dataset.licence: cc-by-4.0"
)


def decider(town: Town, role: Role = Role.LEGAL) -> Decider:
    """Somebody who decides for the authority."""
    who = town.someone(role)
    day: date = town.info["today"]()
    return Decider(town.authority_id, who.account_id, role, f"account:{who.account_id}", day)


def adopt(town: Town, said: str = BINDING, reason: str = "Délibération du 12 mars.") -> int:
    """Adopts a text from the terminal; the number of the job that judges again."""
    by = decider(town)
    with town.acting(by.actor, account_id=by.account_id) as session:
        return adopt_policy(session, said, reason, by)[1].id


def withdraw(town: Town, number: str = "ZZ-01") -> None:
    """Withdraws a rule from the terminal."""
    by = decider(town)
    with town.acting(by.actor, account_id=by.account_id) as session:
        withdraw_policy(session, number, "Elle faisait double emploi.", by)


def work(town: Town) -> None:
    """Has the worker do what waits."""
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))


def verdict(town: Town, sheet: int, number: str = "ZZ-01") -> Verdict | None:
    """What a rule says of a sheet today, as it is kept."""
    with town.acting() as session:
        found = find_findings(session, town.info["today"](), kind=SubjectKind.DATASET, subject_id=sheet)
    return next((one.verdict for one in found if one.policy_id == number), None)


def another_process(town: Town) -> dict[str, Any]:
    """What a process that was started beside carries: its own engine, which holds nothing yet."""
    return {**assemble(town.home.settings.root), "time_zone": town.info["time_zone"], "today": town.info["today"]}


def test_an_adopted_rule_judges_the_register_and_a_withdrawn_one_no_longer_does(town: Town) -> None:
    sheet = town.record(**PUBLISHED)

    adopt(town)
    assert verdict(town, sheet) is None, "The page does not wait for the whole register."
    work(town)
    assert verdict(town, sheet) is Verdict.NON_COMPLIANT
    adopt(town, SOFTER, "Assouplie après l’avis du service.")
    work(town)
    assert verdict(town, sheet) is Verdict.COMPLIANT
    withdraw(town)
    work(town)
    assert verdict(town, sheet) is None


def test_a_process_that_had_not_noticed_judges_by_the_adopted_rule(town: Town) -> None:
    sheet, other = town.record(**PUBLISHED), another_process(town)
    with transaction(town.home.jobs, Acting("cli:autre"), **other) as session:
        assert engine_of(session).catalogue.find("ZZ-01") is None

    adopt(town)
    work(town)
    with transaction(town.home.jobs, Acting("cli:autre"), **other) as session:
        touch(session, SubjectKind.DATASET, sheet)
    assert verdict(town, sheet) is Verdict.NON_COMPLIANT, "What the adopted rule found was closed."
    withdraw(town)
    with transaction(town.home.jobs, Acting("cli:autre"), **other) as session:
        touch(session, SubjectKind.DATASET, sheet)
    assert verdict(town, sheet) is None


def test_a_write_that_began_before_the_adoption_and_judges_after_it_judges_by_it(town: Town) -> None:
    sheet, other = town.record(**PUBLISHED), another_process(town)
    with transaction(town.home.jobs, Acting("cli:autre"), **other) as session:
        assert engine_of(session).catalogue.find("ZZ-01") is None
        adopt(town)
        work(town)
        touch(session, SubjectKind.DATASET, sheet)

    assert verdict(town, sheet) is Verdict.NON_COMPLIANT


def test_nothing_is_adopted_while_somebody_judges(town: Town) -> None:
    """A sheet that is judged and not yet committed would be found by no job: the adoption waits for it."""
    sheet, by = town.record(**PUBLISHED), decider(town)
    with town.acting() as judging:
        touch(judging, SubjectKind.DATASET, sheet)
        town.info["settling"](judging, judging.info.pop("touched"))
        with town.acting(by.actor) as session:
            session.execute(text("SET LOCAL lock_timeout = '200ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                adopt_policy(session, BINDING, "Délibération du 12 mars.", by)
            session.rollback()

    adopt(town)


def test_a_decision_that_is_not_committed_is_held_by_nobody(town: Town) -> None:
    by = decider(town)

    with town.acting(by.actor) as session:
        adopt_policy(session, BINDING, "Délibération du 12 mars.", by)
        assert engine_of(session).catalogue.find("ZZ-01") is None
        session.rollback()
    adopt(town, SOFTER)

    with town.acting() as session:
        policy = engine_of(session).catalogue.find("ZZ-01")
        assert "etalab-2.0" in policy.versions[0].require


def test_what_is_compiled_is_shared_and_our_catalogue_is_left_as_it_is(town: Town) -> None:
    ours: Engine = town.info["engine"]

    adopt(town)

    with town.acting() as session:
        followed = engine_of(session)
        assert engine_of(session) is followed, "Read again although nothing was decided."
    assert followed.catalogue.environment is ours.catalogue.environment
    assert ours.catalogue.find("ZZ-01") is None
    assert followed.catalogue.pack_title(followed.catalogue.pack_of("ZZ-01")) == "Règles adoptées ici"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (od_05(), "OD-05 est le numéro d’une règle du logiciel"),
        (BINDING.partition("cases:")[0], "aucun cas ne montre le constat"),
        (BINDING.replace("expect: compliant", "expect: to-complete"), "attendu À compléter"),
        (BINDING.replace("dataset.licence ==", "dataset.licens =="), "fait inconnu"),
        (DRAFT, "Aucune version de ce projet n’entre en vigueur"),
        (BINDING.replace("    evidence:", "    validated_on: 2026-01-01\n    evidence:"), "retirez « validated_on »"),
    ],
)
def test_a_draft_that_may_not_judge_is_refused_in_a_sentence(town: Town, said: str, sentence: str) -> None:
    with pytest.raises(Conflict, match=sentence):
        adopt(town, said)


def test_the_same_text_is_not_adopted_twice_but_may_be_again_once_withdrawn(town: Town) -> None:
    adopt(town)
    with pytest.raises(Conflict, match="déjà adopté"):
        adopt(town)
    withdraw(town)
    with pytest.raises(Conflict, match="déjà retirée"):
        withdraw(town)
    adopt(town)

    with town.acting() as session:
        history = engine_of(session).catalogue.decided.adopted["ZZ-01"].history
        assert [one.kind for one in history] == ["adopted", "withdrawn", "adopted"]


def test_what_an_adopted_rule_found_stands_while_it_cannot_be_read(town: Town) -> None:
    sheet, by = town.record(**PUBLISHED), decider(town)
    adopt(town)
    work(town)
    with town.acting() as session:  # As an update of ours that removes a fact would leave it.
        session.add(
            PolicyDecision(
                organisation_id=town.authority_id, kind=PolicyDecisionKind.ADOPTED, policy_id="ZZ-01",
                text=BINDING.replace("dataset.licence", "dataset.partie"), reason="Une mise à jour.",
                decided_by=by.account_id, decided_as=Role.LEGAL, decided_on=by.today,
            )
        )  # fmt: skip

    evaluate_everything(town.home.jobs, town.info, today=by.today)

    assert verdict(town, sheet) is Verdict.NON_COMPLIANT
    with town.acting() as session:
        catalogue = engine_of(session).catalogue
        assert catalogue.find("ZZ-01") is None
        assert "dataset.partie" in why_not_followed(catalogue, catalogue.decided.adopted["ZZ-01"])
    withdraw(town)
    work(town)
    assert verdict(town, sheet) is None


def validate(town: Town, number: str, on: date | None = None, role: Role = Role.LEGAL) -> PolicyDecision:
    """Validates the first version of a rule."""
    by = decider(town, role)
    with town.acting(by.actor, account_id=by.account_id) as session:
        policy = engine_of(session).catalogue.find(number)
        form = ValidationForm(digest=policy.digest_of(policy.versions[0]), validated_on=on, note=None)
        return validate_version(session, number, form, by)


def is_validated(town: Town, number: str) -> bool:
    """Whether the first version of a rule reads as validated."""
    with town.acting() as session:
        catalogue = engine_of(session).catalogue
        policy = catalogue.find(number)
        return catalogue.validation_of(policy, policy.versions[0]) is not None


def test_a_validation_falls_when_the_text_moves(town: Town) -> None:
    adopt(town)
    validate(town, "ZZ-01")
    assert is_validated(town, "ZZ-01")

    adopt(town, BINDING.replace("remedy: Décrivez le jeu.", "remedy: Décrivez mieux le jeu."), "Mieux dite.")

    assert not is_validated(town, "ZZ-01")


def test_a_version_is_validated_once_and_may_be_sent_back_with_a_reason(town: Town) -> None:
    by = decider(town)
    assert not is_validated(town, "OD-05")
    made = validate(town, "OD-05")
    assert is_validated(town, "OD-05")
    with pytest.raises(Conflict, match="déjà validée"):
        validate(town, "OD-05")
    with town.acting(by.actor, account_id=by.account_id) as session:
        unvalidate_version(session, "OD-05", str(made.version_digest), "L’article a été réécrit.", by)
    assert not is_validated(town, "OD-05")
    validate(town, "OD-05")
    assert is_validated(town, "OD-05")


def test_a_version_is_not_validated_before_it_was_written(town: Town) -> None:
    adopt(town)

    with pytest.raises(Invalid, match="n’a été écrit que le"):
        validate(town, "ZZ-01", date(2026, 1, 1))
    validate(town, "ZZ-01", town.info["today"]())


def test_a_version_whose_reading_has_no_day_is_not_validated_before_it_bound(town: Town) -> None:
    with pytest.raises(Invalid, match="n’est en vigueur que depuis le 25 mai 2018"):
        validate(town, "RGPD-05", date(2010, 1, 1))
    validate(town, "RGPD-05", date(2018, 5, 25))


def test_a_text_that_an_erasure_rewrote_is_read_again(town: Town) -> None:
    adopt(town, reason="Demandée par Alix Martin.")
    with town.acting() as session:
        assert "Alix" in str(engine_of(session).catalogue.decided.adopted["ZZ-01"].last.reason)

    with town.as_owner() as session:
        session.execute(text("UPDATE policy_decision SET reason = 'Demandée par […].'"))

    with town.acting() as session:
        assert "Alix" not in str(engine_of(session).catalogue.decided.adopted["ZZ-01"].last.reason)


def test_a_sheet_that_is_amended_on_a_page_is_judged_by_the_adopted_rule(town: Town) -> None:
    sheet = town.record(**PUBLISHED)
    adopt(town)

    with town.acting() as session:
        amend_dataset(session, sheet, DatasetForm(title="Bornes", **{**PUBLISHED, "licence": "odbl-1.0"}), expected=1)

    assert verdict(town, sheet) is Verdict.COMPLIANT


def test_a_report_counts_what_an_adopted_rule_finds_and_says_since_when_a_text_is_validated(town: Town) -> None:
    town.record(**PUBLISHED)
    adopt(town)
    validate(town, "OD-05")
    validate(town, "OD-08", role=Role.ADMINISTRATOR)
    today: date = town.info["today"]()

    with town.acting() as session:
        subject, moment = Subject("organisation", town.authority_id), Moment(today, today, today, until=None)
        said = {line["id"]: line for line in gather(session, subject, moment).values["policies"]}

    assert said["OD-05"]["validated_on"] == today
    assert said["ZZ-01"]["validated_on"] is None
    assert said["OD-05"]["validated_as"] == "", "the legal service, as the document says"
    assert said["OD-08"]["validated_as"] == "Administrateur ou administratrice", "which is not the legal service"


def test_a_report_of_a_past_day_is_told_by_the_rules_and_the_validations_of_that_day(town: Town) -> None:
    sheet = town.record(**PUBLISHED)
    with town.acting() as session:
        before = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    adopt(town)
    validate(town, "OD-05")
    work(town)
    today: date = town.info["today"]()

    def told(until: datetime | None) -> tuple[set[str], dict[str, date | None]]:
        with town.acting() as session:
            subject, moment = Subject("organisation", town.authority_id), Moment(today, today, today, until=until)
            values = gather(session, subject, moment).values
        said = {line["id"]: line["validated_on"] for line in values["policies"]}
        return {line["policy_id"] for line in values["findings"]}, said

    found, said = told(before)
    assert "ZZ-01" not in found
    assert "ZZ-01" not in said
    assert said["OD-05"] is None
    found, said = told(None)
    assert "ZZ-01" in found
    assert said["OD-05"] == today
    for until, judges in ((before, False), (None, True)):
        with town.acting() as session:
            (one,) = judge(session, SubjectKind.DATASET, [sheet], Reading(on=today, until=until, law_of=today))
        assert ("ZZ-01" in {said.policy.id for said in one.assessments}) is judges, "as the command judges that day"


def test_an_adoption_travels_with_the_backup(town: Town, tmp_path: Path) -> None:
    adopt(town)
    made = create_backup(town.home, tmp_path, CONTENTS, describe_registry)

    with (
        restored_aside(made.archive, made.manifest, read_keys(made.keys, made.manifest)) as restored,
        transaction(restored.owner, Acting("cli:essai"), **another_process(town)) as session,
    ):
        assert engine_of(session).catalogue.find("ZZ-01") is not None


def test_a_number_that_an_update_or_the_local_folder_took_since_is_theirs(town: Town, tmp_path: Path) -> None:
    adopt(town)
    folder, shipped = tmp_path / "regles", asset_root("policies")
    (folder / "charte").mkdir(parents=True)
    (folder / "charte" / "zz-01.yaml").write_text(SOFTER, "utf-8")
    assert adopt_policies(shipped, folder, tmp_path / "home") == ""
    ours: Engine = town.info["engine"]
    other = {**town.info, "engine": replace(ours, catalogue=load_policies(shipped, None, tmp_path / "home"))}

    with transaction(town.home.jobs, Acting("cli:autre"), **other) as session:
        catalogue = engine_of(session).catalogue

    assert "etalab-2.0" in catalogue.find("ZZ-01").versions[0].require
    adopted = catalogue.decided.adopted["ZZ-01"]
    assert adopted.broken
    assert "son numéro est maintenant celui" in why_not_followed(catalogue, adopted)
    assert "ZZ-01" not in catalogue.lost
