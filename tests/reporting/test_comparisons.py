"""A report of compliance beside another: what appeared, was mended or got worse, in the report and on a page."""

import json
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.kernel.issuing import Subject
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from registry.reporting import service
from registry.reporting.comparing import by_rule, compare
from registry.reporting.models import IssuedDocument
from registry.reporting.service import issue_report
from registry.reporting.vocabulary import Change, Medium
from tests.conftest import Someone, Town

BAD = {Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE}
REPORTS = st.dictionaries(st.integers(1, 6), st.sampled_from(Verdict), max_size=6)


def said(verdicts: dict[int, Verdict], digest: str = "a") -> dict[str, Any]:
    """What a report says, short of all that is not compared: the verdict of each subject under one rule."""
    return {
        "policies": [{"id": "R-01", "title": "Une règle", "force": "obligation", "digest": digest}],
        "findings": [
            {"policy_id": "R-01", "subject_kind": SubjectKind.DATASET, "subject_id": str(number), "verdict": verdict,
             "subject": f"Jeu {number}", "organisation": "Ville"}
            for number, verdict in verdicts.items()
        ],
    }  # fmt: skip


@given(REPORTS, REPORTS)
def test_each_finding_that_changed_is_said_once_and_those_mended_are_no_longer_to_act_on(before, now):
    lines = compare(said(before), said(now))
    by_subject = {line["subject"]: line for line in lines}

    assert len(by_subject) == len(lines)
    for number in before.keys() | now.keys():
        line = by_subject.get(f"Jeu {number}")
        first, second = before.get(number), now.get(number)
        if line is None:
            assert first == second or not {first, second} & BAD
            continue
        assert (line["before"], line["after"]) == (first, second)
        assert (line["change"] in {Change.MENDED, Change.GONE}) == (second not in BAD)
        assert line["change"] is not Change.APPEARED or first in {None, Verdict.NOT_APPLICABLE}
        assert line["change"] is not Change.WORSE or first is not None


@given(REPORTS)
def test_a_report_beside_itself_says_that_nothing_changed(verdicts):
    assert compare(said(verdicts), said(verdicts)) == []


def test_a_rule_that_changed_meanwhile_is_named_as_such():
    first, second = said({1: Verdict.COMPLIANT}), said({1: Verdict.NON_COMPLIANT}, digest="b")
    assert compare(first, second)[0]["rule_changed"]
    assert compare(first, {"policies": [], "findings": []}) == []


@given(REPORTS, REPORTS)
def test_what_a_rule_says_alike_of_several_subjects_is_one_line_and_none_is_lost(before, now):
    lines = [SimpleNamespace(**line) for line in compare(said(before), said(now))]

    grouped = by_rule(lines)

    assert sorted(line.subject for group in grouped for line in group) == sorted(line.subject for line in lines)
    assert all(len({(line.before, line.after) for line in group}) == 1 for group in grouped)
    assert [len(group) for group in grouped] == sorted((len(group) for group in grouped), reverse=True)


@pytest.fixture
def issue(town: Town, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Issues a compliance report of a body, else of the commune, as a page: what it says is the same as in a PDF."""
    monkeypatch.setattr(service, "best_medium", lambda: Medium.PAGE)

    def issue(body: int | None = None) -> IssuedDocument:
        return issue_report(
            town.home, "compliance", subject=Subject("organisation", body or town.commune_id), as_of=None,
            acting=Acting("cli:essai"), info=town.info, report=lambda *_said: None,
        ).document  # fmt: skip

    return issue


@pytest.fixture
def jurist(town: Town) -> Someone:
    return town.someone(Role.LEGAL, town.commune_id)


@pytest.mark.database
def test_a_report_says_what_changed_since_the_one_before_and_a_page_shows_it(town: Town, jurist: Someone, issue: Any):
    town.record("Aides versées", on=town.commune_id)
    first = issue()
    alone = town.home.files.read(first.document_sha256).decode()
    assert "n’est comparé à aucun autre" in alone
    assert "Aucun autre rapport sur ce sujet" in jurist.get(f"/documents/{first.id}/comparaison").text

    town.record("Terrains de sport", on=town.commune_id)
    second = issue()

    twin = json.loads(town.home.files.read(second.canonical_sha256))["since"]
    assert (twin["document"], twin["canonical_sha256"], twin["approved"]) == (first.id, first.canonical_sha256, False)
    assert {line["change"] for line in twin["changes"]} == {"appeared"}
    assert {line["subject"] for line in twin["changes"]} == {"Terrains de sport"}
    page = town.home.files.read(second.document_sha256).decode()
    assert f"Comparé au rapport n° {first.id}" in page
    shown = jurist.get(f"/documents/{second.id}/comparaison").text
    assert "Terrains de sport" in shown
    assert "Aides versées" not in shown
    assert f"Apparu ({len(twin['changes'])})" in shown
    assert f"/documents/{second.id}/comparaison" in jurist.get(f"/documents/{second.id}").text
    assert jurist.get(f"/documents/{first.id}/comparaison?avec={second.id}").text.count("Terrains de sport")


@pytest.mark.database
def test_a_document_of_something_else_is_not_compared_to(town: Town, jurist: Someone, issue: Any):
    town.record(on=town.commune_id)
    made = issue()

    for asked in ("999999", "abc"):
        answer = jurist.get(f"/documents/{made.id}/comparaison?avec={asked}")
        assert answer.status_code == 404
        assert "pas du même rapport" in answer.text
    with town.acting() as session:
        session.execute(text("UPDATE issued_document SET report_id = 'breaches'"))
    assert jurist.get(f"/documents/{made.id}/comparaison").status_code == 404
    stranger = town.someone(Role.LEGAL, town.other_commune_id)
    assert stranger.get(f"/documents/{made.id}/comparaison").status_code == 404


def compared(someone: Someone, document_id: int, asked: str = "") -> Any:
    """What the API answers of a report beside another."""
    return someone.api("GET", f"/api/v1/documents/{document_id}/comparison{asked}")


@pytest.mark.database
def test_a_program_reads_what_changed_page_by_page_as_the_page_shows_it(town: Town, jurist: Someone, issue: Any):
    town.record("Aides versées", on=town.commune_id)
    first = issue()
    alone = compared(jurist, first.id)
    assert (alone.status_code, alone.json()["later"]["id"]) == (200, first.id)
    assert (alone.json()["earlier"], alone.json()["changes"], alone.json()["next"]) == (None, [], None)
    sheet = town.record("Terrains de sport", on=town.commune_id)
    second = issue()

    whole = compared(jurist, second.id).json()
    assert (whole["earlier"]["id"], whole["later"]["id"]) == (first.id, second.id)
    twin = json.loads(town.home.files.read(second.canonical_sha256))["since"]["changes"]
    assert whole["total"] == len(whole["changes"]) == len(twin) > 3
    for told, said_ in zip(whole["changes"], twin, strict=True):
        assert {"period": None, **said_}.items() <= told.items()
        assert (told["subject_kind"], told["subject_id"]) == ("dataset", str(sheet))
    assert compared(jurist, first.id, f"?other={second.id}").json()["changes"] == whole["changes"]
    page = compared(jurist, first.id, "?limit=2").json()
    rows = page["changes"]
    third = issue()
    while page["next"]:
        page = compared(jurist, first.id, f"?limit=2&cursor={page['next']}").json()
        rows += page["changes"]
        assert page["later"]["id"] == second.id, "A report issued while pages are read changes no page."
    assert rows == whole["changes"]
    assert compared(jurist, first.id).json()["later"]["id"] == third.id
    shown = unescape(jurist.get(f"/documents/{second.id}/comparaison?avec={first.id}").text)
    assert all(one["title"] in shown for one in whole["changes"])


@pytest.mark.database
def test_what_a_program_asks_amiss_is_refused_in_a_sentence_that_says_what_to_do(
    town: Town, jurist: Someone, issue: Any
):
    made, elsewhere = issue(), issue(town.other_commune_id)
    above, stranger = town.someone(Role.LEGAL), town.someone(Role.LEGAL, town.other_commune_id)

    for someone, other in ((above, elsewhere.id), (above, made.id), (jurist, elsewhere.id), (jurist, 999_999)):
        answer = compared(someone, made.id, f"?other={other}")
        assert answer.status_code == 422
        assert [one["path"] for one in answer.json()["errors"]] == ["other"]
        assert f"Le document {other} n’est pas un autre rapport sur le même sujet" in answer.json()["detail"]
    for asked in ("?other=abc", "?other=-1", "?other=" + "9" * 30, "?other=1&other=2", "?avec=1", "?cursor=abc"):
        assert compared(jurist, made.id, asked).status_code == 422, asked
    assert compared(jurist, 999_999).status_code == 404
    assert compared(stranger, made.id).status_code == 404
    with town.acting() as session:
        session.execute(text("UPDATE issued_document SET report_id = 'breaches' WHERE id = :id"), {"id": made.id})
    other_kind = compared(jurist, made.id)
    assert other_kind.status_code == 404
    assert "seuls les rapports de conformité" in other_kind.json()["detail"]
