"""The legal watch: what loaded texts propose, what people follow, the rules touched and how many records they judge."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError

from registry.kernel.permissions import Role
from registry.legal.forms import WatchForm
from registry.legal.law import law_of
from registry.legal.vocabulary import WatchStatus
from registry.legal.watch_service import record_entry
from registry.legal.watching import find_proposals
from registry.organisations.queries import get_organisation
from tests.conftest import Someone, Town
from tests.legal.conftest import CODE, leaf, load_code
from tests.pages import faster, fields_of

pytestmark = pytest.mark.database

NOW, LATER = "LEGIARTI000044403448", "LEGIARTI000000000008"
LAW = "JORFTEXT000000886460"
ENTRY = {"title": "Décret annoncé", "changes": "La liste des licences s’allonge.", "status": "spotted"}


@pytest.fixture
def jurist(town: Town) -> Someone:
    """A jurist of a commune."""
    return town.someone(Role.LEGAL, town.commune_id)


def load(town: Town, folder: Path) -> None:
    to_come = (LATER, date(2027, 7, 1), date(2999, 1, 1), "VIGUEUR_DIFF")
    load_code(
        town, folder, leaf("D323-2-1", NOW, begins=date(2021, 12, 4), ends=date(2027, 7, 1), others=[to_come])
    )  # fmt: skip


def test_a_version_newer_than_the_one_read_is_proposed_until_somebody_follows_it(
    town: Town, jurist: Someone, tmp_path: Path
):
    town.record("Bornes", on=town.commune_id, licence="etalab-2.0")
    assert "À étudier" not in jurist.get("/droit/veille").text
    load(town, tmp_path)

    said = jurist.get("/droit/veille").text
    assert "À étudier" in said
    assert 'href="/conformite/OD-05"' in said
    address = f"/droit/veille/nouvelle?texte={CODE}&article=D323-2-1&version={LATER}"
    assert address.replace("&", "&amp;") in said
    form = jurist.get(address).text
    assert "Nouvelle version de l’article D323-2-1" in form
    assert 'value="2027-07-01"' in form

    values = {
        **ENTRY, "organisation_id": town.commune_id, "text_identifier": CODE, "articles": "D323-2-1",
        "version_identifier": LATER, "effective_from": "2027-07-01",
    }  # fmt: skip
    assert jurist.post("/droit/veille/nouvelle", values).status_code == 303
    said = jurist.get("/droit/veille").text
    assert "À étudier" not in said
    assert "Décret annoncé" in said
    assert "OD-05" in said


def test_an_entry_tells_the_rules_touched_and_how_many_records_they_judge(town: Town, jurist: Someone):
    values = {**ENTRY, "organisation_id": town.commune_id, "text_identifier": CODE, "articles": "L330-1 ; L323-2"}
    jurist.post("/droit/veille/nouvelle", values)
    for number in range(2):
        town.record(f"Bornes {number}", on=town.commune_id, licence="etalab-2.0")
    town.record("Ailleurs", on=town.other_commune_id, licence="etalab-2.0")
    query = (
        "SELECT policy_id, count(DISTINCT subject_id) FROM finding WHERE policy_id IN ('ACC-02', 'OD-05')"
        " AND until IS NULL AND verdict <> 'not-applicable' AND organisation_id = :body GROUP BY policy_id"
    )
    with town.acting() as session:
        expected = dict(session.execute(text(query), {"body": town.commune_id}).tuples().all())

    said = jurist.get("/droit/veille").text
    assert expected["ACC-02"] == 1, "the commune itself, of more than 10,000 inhabitants"
    for number, count in expected.items():
        assert f"(juge {count} fiche" in said.partition(f'href="/conformite/{number}"')[2][:300]
    assert "RGPD-30" not in said
    (one,) = jurist.api("GET", "/api/v1/watch-entries").json()["watch_entries"]
    assert {"ACC-02", "OD-05"} <= set(one["policies"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"title": ""}, "Ce champ est nécessaire"),
        ({"articles": "L311-1"}, "Dites de quel texte sont ces articles"),
        (
            {"articles": "311-1", "text_identifier": CODE},
            "\u00a0311-1\u00a0» ne se lit pas comme un article de ce texte",
        ),
        (
            {"articles": "L311-1 ; 6", "text_identifier": CODE},
            "\u00a06\u00a0» ne se lit pas comme un article de ce texte",
        ),
        (
            {"articles": "(tout)", "text_identifier": CODE},
            "\u00a0(tout)\u00a0» ne se lit pas comme un article de ce texte",
        ),
        ({"text_identifier": "LEGITEXT9"}, "choisissez-le dans la liste"),
        ({"status": "set-aside"}, "pourquoi cette veille est écartée"),
        ({"effective_from": "1200-01-01"}, "Cette année n’est pas possible"),
        ({"effective_from": "86400"}, "Donnez une date qui existe, sous la forme année-mois-jour"),
        ({"source_address": "javascript:alert(1)"}, "adresse"),
        ({"source_address": "http://www.legifrance.gouv.fr/jorf/id/1"}, "Ce site se lit en https"),
        ({"source_address": "http://EUR-LEX.europa.eu./x"}, "Ce site se lit en https"),
        ({"source_address": "http://[cnil.fr/"}, "Cette adresse ne se lit pas"),
        ({"organisation_id": "1"}, "pour laquelle vous faites la veille"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_a_wrong_entry_is_refused_and_what_was_typed_given_back(
    town: Town, jurist: Someone, given: dict[str, str], said: str
):
    answer = jurist.post("/droit/veille/nouvelle", {**ENTRY, "organisation_id": town.commune_id, **given})

    assert answer.status_code == 422
    assert said in answer.text
    assert "La liste des licences s’allonge." in answer.text
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM watch_entry")).scalar_one() == 0


def test_a_watch_is_changed_and_a_change_of_somebody_else_is_not_lost(town: Town, jurist: Someone):
    jurist.post("/droit/veille/nouvelle", {**ENTRY, "organisation_id": town.commune_id})
    (one,) = jurist.api("GET", "/api/v1/watch-entries").json()["watch_entries"]
    own = f"/droit/veille/{one['id']}/modifier"

    assert jurist.post(own, {**ENTRY, "version": 1, "status": "done", "note": "Rien à faire."}).status_code == 303
    again = jurist.post(own, {**ENTRY, "version": 1, "title": "Autre titre"})
    assert again.status_code == 409
    assert "Autre titre" in again.text
    assert "Rien à faire." in jurist.get("/droit/veille?etat=done").text
    assert "Aucune veille dans cet état" in jurist.get("/droit/veille?etat=spotted").text


def test_who_only_reads_sees_the_watch_of_their_body_and_changes_nothing(town: Town, jurist: Someone):
    jurist.post("/droit/veille/nouvelle", {**ENTRY, "organisation_id": town.commune_id})

    said = town.someone(Role.READER, town.commune_id).get("/droit/veille").text
    assert "Décret annoncé" in said
    assert "/droit/veille/nouvelle" not in said
    assert "Décret annoncé" not in town.someone(Role.READER, town.other_commune_id).get("/droit/veille").text
    assert town.someone(Role.STEWARD, town.commune_id).get("/droit/veille/nouvelle").status_code == 403


def test_the_article_of_a_law_is_proposed_as_rules_write_it_and_touches_them(town: Town, jurist: Someone):
    form = jurist.get(f"/droit/veille/nouvelle?texte={LAW}&article=30").text
    assert 'value="art. 30"' in form

    values = {**ENTRY, "organisation_id": town.commune_id, "text_identifier": LAW, "articles": "art. 30"}
    assert jurist.post("/droit/veille/nouvelle", values).status_code == 303
    assert 'href="/conformite/RGPD-' in jurist.get("/droit/veille").text


def test_an_entry_without_a_text_does_not_say_that_no_rule_is_touched(town: Town, jurist: Someone):
    jurist.post("/droit/veille/nouvelle", {**ENTRY, "organisation_id": town.commune_id})

    said = jurist.get("/droit/veille").text
    assert "Aucun texte n’est choisi" in said
    assert "Aucune règle ne cite ce qui change" not in said


def test_what_a_commune_follows_is_still_proposed_to_the_authority_that_reads_it(
    town: Town, jurist: Someone, tmp_path: Path
):
    load(town, tmp_path)
    values = {
        **ENTRY, "organisation_id": town.commune_id, "text_identifier": CODE, "articles": "D323-2-1",
        "version_identifier": LATER,
    }  # fmt: skip
    jurist.post("/droit/veille/nouvelle", values)
    of_authority = town.someone(Role.LEGAL, town.authority_id)
    with town.acting() as session:
        commune = get_organisation(session, town.commune_id).name

    assert "À étudier" not in jurist.get("/droit/veille").text
    said = of_authority.get("/droit/veille").text
    assert "À étudier" in said
    assert f'<p class="law">{commune} · ' in said, "whose entry it is"

    of_authority.post("/droit/veille/nouvelle", {**values, "organisation_id": town.authority_id})
    assert "À étudier" not in of_authority.get("/droit/veille").text
    assert "À étudier" not in of_authority.get("/droit/veille?etat=done").text


def test_what_is_proposed_is_found_without_reading_the_articles(town: Town, tmp_path: Path):
    load(town, tmp_path)
    with town.acting() as session:
        (proposal,) = find_proposals(session, law_of(session), frozenset())
        assert proposal.version.in_force_from == date(2027, 7, 1)
        with pytest.raises(InvalidRequestError):
            _ = proposal.version.content


def test_the_watch_is_read_page_by_page_and_nothing_is_left_out(town: Town, jurist: Someone):
    statuses = ["done", "spotted", "studied"]
    days = [None, date(2027, 1, 1), date(2026, 12, 1)]
    with town.acting() as session:
        for number in range(54):
            form = WatchForm(
                title=f"Veille n{number}.", changes="Tout", status=WatchStatus(statuses[number % 3]),
                effective_from=days[number // 3 % 3],
            )  # fmt: skip
            record_entry(session, town.commune_id, form)

    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"limit": 20}
    while True:
        page = jurist.api("GET", "/api/v1/watch-entries", params=asked).json()
        found += page["watch_entries"]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]
    ranks = {"spotted": 0, "studied": 1, "done": 2}
    expected = sorted(
        found, key=lambda one: (-ranks[one["status"]], one["effective_from"] or "", one["id"]), reverse=True
    )
    assert found == expected
    assert len({one["id"] for one in found}) == 54
    (narrowed,) = jurist.api("GET", "/api/v1/watch-entries", params={"status": "done", "limit": 1}).json()[
        "watch_entries"
    ]
    assert narrowed["status"] == "done"

    first = jurist.get("/droit/veille").text
    following = re.search(r'href="(/droit/veille\?apres=[^"]+)" rel="next"', first)
    assert following is not None
    second = jurist.get(following[1]).text
    shown = re.findall(r"Veille n(\d+)\.", first + second)
    assert [f"Veille n{number}." for number in shown] == [one["title"] for one in found]
    assert "Toutes (54)" in second
    assert 'rel="next"' not in second


def test_a_watch_is_recorded_read_and_changed_by_the_api(town: Town, jurist: Someone):
    given = {
        "organisation_id": town.commune_id, "title": "Décret annoncé", "changes": "Tout", "text_identifier": CODE,
        "articles": "D323-2-1", "effective_from": "2027-07-01", "version_identifier": LATER,
    }  # fmt: skip
    made = jurist.api("POST", "/api/v1/watch-entries", json=given)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    own = made.headers["location"]
    assert given.items() <= made.json().items()
    assert "OD-05" in made.json()["policies"]
    assert jurist.api("GET", own).json() == made.json()

    as_read = {"If-Match": made.headers["etag"]}
    assert jurist.api("PATCH", own, json={"status": "done"}).status_code == 428
    changed = jurist.api("PATCH", own, json={"status": "done", "note": "Fait."}, headers=as_read).json()
    assert changed == {**made.json(), "version": 2, "status": "done", "note": "Fait."}, "what is not given stays"
    assert jurist.api("PATCH", own, json={"title": "Autre"}, headers=as_read).status_code == 412


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"status": "set-aside"}, "note"),
        ({"text_identifier": None}, "text_identifier"),
        ({"articles": "livre III"}, "articles"),
        ({"title": ""}, "title"),
        ({"version_identifier": NOW}, "version_identifier"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_a_change_is_judged_with_what_stays(town: Town, jurist: Someone, given: dict[str, Any], field: str):
    entry = {
        "organisation_id": town.commune_id, "title": "Décret", "changes": "Tout", "text_identifier": CODE,
        "articles": "D323-2-1",
    }  # fmt: skip
    made = jurist.api("POST", "/api/v1/watch-entries", json=entry)

    refused = jurist.api("PATCH", made.headers["location"], json=given, headers={"If-Match": made.headers["etag"]})

    assert refused.status_code == 422
    assert [one["path"] for one in refused.json()["errors"]] == [field]
    assert jurist.api("GET", made.headers["location"]).json() == made.json()


@pytest.mark.parametrize(
    ("chosen", "articles"),
    [(LAW, "57"), (LAW, "annexe I"), (LAW, "considérant 40"), (None, "art. 6"), ("JORFTEXT000000000001", "art. 2")],
)
def test_what_an_earlier_watch_cites_keeps_nobody_from_closing_it(
    town: Town, jurist: Someone, chosen: str | None, articles: str
):
    with town.acting() as session:
        form = WatchForm(title="Décret", changes="Tout", text_identifier=LAW, articles="art. 30")
        numbers = [record_entry(session, town.commune_id, form).id for _way in range(2)]
        query = "UPDATE watch_entry SET text_identifier = :chosen, articles = :articles"
        session.execute(text(query), {"chosen": chosen, "articles": articles})
    own, place = f"/droit/veille/{numbers[0]}/modifier", f"/api/v1/watch-entries/{numbers[1]}"
    as_read = {"If-Match": jurist.api("GET", place).headers["etag"]}

    assert jurist.post(own, fields_of(jurist.get(own)) | {"status": "done"}).status_code == 303
    assert jurist.api("PATCH", place, json={"status": "done"}, headers=as_read).status_code == 200
    found = jurist.api("GET", "/api/v1/watch-entries").json()["watch_entries"]
    assert [(one["status"], one["text_identifier"], one["articles"]) for one in found] == 2 * [
        ("done", chosen, articles)
    ]
    again = {"If-Match": jurist.api("GET", place).headers["etag"]}
    anew = jurist.api("PATCH", place, json={"articles": "58"}, headers=again)
    assert anew.status_code == 422, "A bare number given anew is still refused."


def test_who_does_not_watch_for_an_organisation_writes_nothing_for_it(town: Town, jurist: Someone):
    entry = {"organisation_id": town.commune_id, "title": "Décret", "changes": "Tout"}
    made = jurist.api("POST", "/api/v1/watch-entries", json=entry)
    place, as_read = made.headers["location"], {"If-Match": '"1"'}

    elsewhere = {**entry, "organisation_id": town.other_commune_id}
    assert jurist.api("POST", "/api/v1/watch-entries", json=elsewhere).status_code == 403
    reader = town.someone(Role.READER, town.commune_id)
    assert reader.api("GET", place).status_code == 200
    assert reader.api("PATCH", place, json={"title": "Autre"}, headers=as_read).status_code == 403
    other = town.someone(Role.LEGAL, town.other_commune_id)
    assert other.api("PATCH", place, json={"title": "Autre"}, headers=as_read).status_code == 404


def test_an_article_that_no_rule_cites_is_recorded_and_said(town: Town, jurist: Someone):
    of = {"organisation_id": town.commune_id, "text_identifier": CODE}

    wrong = jurist.post("/droit/veille/nouvelle", {**ENTRY, **of, "articles": "L323-2 ; L999-9"})
    right = jurist.post("/droit/veille/nouvelle", {**ENTRY, **of, "articles": "L323-2", "title": "Autre"})

    assert wrong.headers["location"] == "/droit/veille?fait=veille-sans-regle"
    assert right.headers["location"] == "/droit/veille?fait=veille-enregistree"
    page = jurist.get(wrong.headers["location"]).text
    assert "vérifiez leur numéro" in page
    assert page.count("Aucune règle ne cite</") == 1
    assert "L999-9</p>" in page
    told = {one["title"]: one["uncited"] for one in jurist.api("GET", "/api/v1/watch-entries").json()["watch_entries"]}
    assert told == {ENTRY["title"]: ["L999-9"], "Autre": []}


def test_an_address_without_encryption_is_kept_where_no_official_text_is_read(town: Town, jurist: Someone):
    said = {**ENTRY, "organisation_id": town.commune_id, "source_address": "http://www.legifrance.exemple.fr/a"}

    assert jurist.post("/droit/veille/nouvelle", said).status_code == 303


def test_what_was_recorded_before_an_address_was_checked_may_still_be_closed(town: Town, jurist: Someone):
    jurist.post("/droit/veille/nouvelle", {**ENTRY, "organisation_id": town.commune_id})
    with town.acting() as session:
        session.execute(text("UPDATE watch_entry SET source_address = 'http://www.legifrance.gouv.fr/a'"))
    (one,) = jurist.api("GET", "/api/v1/watch-entries").json()["watch_entries"]

    address, tag = f"/api/v1/watch-entries/{one['id']}", {"If-Match": f'"{one["version"]}"'}
    answer = jurist.api("PATCH", address, headers=tag, json={"status": "done"})

    assert (answer.status_code, answer.json()["status"]) == (200, "done")


def test_an_entry_made_by_mistake_is_annulled_with_a_reason_and_may_come_back(
    town: Town, jurist: Someone, tmp_path: Path
):
    load(town, tmp_path)
    of = {
        "organisation_id": town.commune_id, "text_identifier": CODE, "articles": "D323-2-1",
        "version_identifier": LATER,
    }  # fmt: skip
    jurist.post("/droit/veille/nouvelle", {**ENTRY, **of})
    (one,) = jurist.api("GET", "/api/v1/watch-entries").json()["watch_entries"]
    own = f"/droit/veille/{one['id']}"
    assert f'href="{own}/annuler"' in jurist.get(f"{own}/modifier").text
    assert "À étudier" not in jurist.get("/droit/veille").text

    assert jurist.post(f"{own}/annuler", {"version": "1", "reason": ""}).status_code == 422
    faster(jurist, f"{own}/annuler", "Saisie deux fois")

    page = jurist.get("/droit/veille").text
    assert "Décret annoncé" not in page
    assert "À étudier" in page, "nobody follows that version any more"
    assert "Toutes (0)" in page
    told = re.compile(r"Annulée le .* par legal.* : Saisie deux fois")
    aside = jurist.get("/droit/veille?annulees=true").text
    assert "Décret annoncé" in aside
    assert told.search(aside.replace("\u00a0", " ").replace("\u202f", " "))
    amending = jurist.get(f"{own}/modifier")
    assert amending.status_code == 409
    assert f'action="{own}/annuler"' in amending.text
    assert told.search(amending.text.replace("\u00a0", " ").replace("\u202f", " "))
    assert jurist.api("GET", "/api/v1/watch-entries").json()["watch_entries"] == []
    (aside,) = jurist.api("GET", "/api/v1/watch-entries?annulled=true").json()["watch_entries"]
    assert aside["annulled"] is True
    again = jurist.post(f"{own}/modifier", {**ENTRY, "version": "2"})
    assert again.status_code == 409
    assert "rétablissez-la" in again.text
    with town.acting() as session:
        said = (
            "SELECT e.event, t.value FROM ledger_entry e JOIN ledger_text t ON t.digest = e.reason"
            " WHERE e.table_name = 'watch_entry' ORDER BY e.id DESC LIMIT 1"
        )
        assert tuple(session.execute(text(said)).one()) == ("legal:watch:annul", "Saisie deux fois")

    back = jurist.api(
        "POST", f"/api/v1/watch-entries/{one['id']}/restoration", headers={"If-Match": '"2"'},
        json={"reason": "C’était la bonne"},
    )  # fmt: skip
    assert (back.status_code, back.json()["annulled"]) == (200, False)
    assert "Décret annoncé" in jurist.get("/droit/veille").text


@pytest.mark.parametrize("counted", ["0", 0, "86400", 86400])
def test_a_bare_number_is_no_day_for_the_api(town: Town, jurist: Someone, counted: str | int):
    said = {"organisation_id": town.commune_id, "title": "Décret", "changes": "Tout", "effective_from": counted}

    answer = jurist.api("POST", "/api/v1/watch-entries", json=said)

    assert answer.status_code == 422
    (problem,) = answer.json()["errors"]
    assert problem["path"] == "effective_from"
    assert problem["message"].startswith("Donnez une date qui existe, sous la forme année-mois-jour")
