"""What a reader is shown of findings: in which order, under which sign, and with which way out."""

import re
from datetime import timedelta

import pytest

from registry.compliance import routes
from registry.compliance.vocabulary import Verdict
from registry.kernel.permissions import Role
from registry.organisations.forms import OrganisationForm
from registry.organisations.service import amend_organisation
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database
PUBLISHED = {
    "access_rights": "public",
    "nature": "other",
    "distributions": [{"access_url": "https://exemple.invalid/a.csv"}],
}


def plain(page: str) -> str:
    """A page's words, each space one plain space."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", re.sub(r"<[^>]+>", " ", page))


def test_what_binds_in_law_comes_first_and_a_practice_bears_no_sign_of_a_breach(town: Town):
    town.record()

    page = town.someone(Role.LEGAL).get("/conformite").text

    packs = page.split('<section id="domaine-')[1:]
    titles = re.findall(r'<h2 id="domaine-[a-z-]+-titre">([^<]+)</h2>', page)
    assert titles[:2] == ["Données personnelles", "Ouverture et réutilisation"]
    for pack in packs:
        shown = re.findall(r'<td data-label="Force">(Obligation|Recommandation|Bonne pratique)<br>', pack)
        assert shown == sorted(shown, key=["Obligation", "Recommandation", "Bonne pratique"].index)
        assert shown
    assert "Aucune n’est encore validée par le service juridique" in page
    row = page.partition('href="/conformite/ACC-01"')[2].partition("</tr>")[0]
    assert "verdict-not-followed" in row
    assert "verdict-non-compliant" not in row
    assert "1 non suivie" in plain(row)


def test_a_note_that_is_written_in_french_says_so_to_who_reads_english(town: Town):
    lawyer = town.someone(Role.LEGAL)

    english = lawyer.get("/conformite/OD-11", headers={"Accept-Language": "en"}).text

    assert re.search(r"Note in French: <span lang=\"fr\">L311-4 limite", english)
    assert "Note en français" not in lawyer.get("/conformite/OD-11").text


def test_articles_are_joined_in_the_reader_s_language(town: Town):
    lawyer = town.someone(Role.LEGAL)

    english = lawyer.get("/conformite/RGPD-22", headers={"Accept-Language": "en"}).text

    assert "art. 12 §3 and §4" in english
    assert "art. 12 §3 et §4" not in english
    assert "art. 12 §3 et §4" in lawyer.get("/conformite/RGPD-22").text


def test_who_may_not_record_is_told_whom_to_ask(town: Town):
    address = f"/jeux/{town.record()}"

    steward, lawyer = (town.someone(role).get(address).text for role in (Role.STEWARD, Role.LEGAL))

    asked = "à demander au référent ou à la référente données"
    assert f'href="{address}/modifier#' in steward.partition('id="conformite')[2]
    assert asked not in steward
    assert "à demander au service juridique" in steward
    assert f'href="{address}/modifier#' not in lawyer.partition('id="conformite')[2].partition("</section>")[0]
    assert asked in lawyer


def test_a_finding_says_into_what_it_turns_and_which_delay_has_passed(town: Town):
    town.info["today"] = lambda: TODAY
    with town.acting() as session:
        form = OrganisationForm(
            staff_fte=800, rip_url="https://exemple.fr/rip", rip_updated_on=TODAY - timedelta(days=30)
        )
        amend_organisation(session, town.authority_id, form, expected=None)
    late = town.record(frequency="MONTHLY", modified="2026-01-01", **PUBLISHED)

    body = plain(town.someone(Role.LEGAL).get(f"/organisations/{town.authority_id}").text)
    sheet = plain(town.someone(Role.LEGAL).get(f"/jeux/{late}").text)

    assert "Vaut jusqu’au 25 octobre 2027 ; « Non conforme » à partir du 26 octobre 2027." in body
    assert "L’échéance était le 1er février 2026 ; « Non conforme » depuis le 2 février 2026." in sheet
    assert "Constaté le" in sheet
    assert "Depuis le" not in sheet


def test_the_findings_on_a_sheet_come_by_what_binds_then_by_verdict_then_by_gravity(town: Town):
    address = f"/jeux/{town.record(licence='cc-by-nc-4.0', last_use_review='2020-01-01', **PUBLISHED)}"
    unfolded = (
        town.someone(Role.LEGAL).get(address).text.partition('id="conformite')[2].partition('<details class="mt-2"')[0]
    )
    marks = (("Obligation", "Recommandation", "Bonne pratique"), ("non-compliant", "not-followed", "to-complete"),
             ("Bloquante", "Majeure", "Mineure", ""))  # fmt: skip

    read = [
        tuple(order.index(mark) for order, mark in zip(marks, (force, verdict, severity), strict=True))
        for verdict, force, severity in re.findall(
            r'<h3>.*?verdict-([a-z-]+).*?</h3>\s*<p class="law">([^·<]+?) · (?:(Bloquante|Majeure|Mineure) · )?',
            unfolded,
        )
    ]

    assert read == sorted(read)
    assert {(0, 0, 1), (0, 2, 0), (2, 1, 3)} <= set(read)


def test_the_findings_of_a_policy_come_gravest_first_page_after_page(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(routes, "SHOWN", 2)
    for number, licence in enumerate(("etalab-2.0", None, "cc-by-nc-4.0", "etalab-2.0", "cc-by-nc-4.0")):
        town.record(f"Jeu {number}", licence=licence, **PUBLISHED)
    reader, address, read = town.someone(Role.LEGAL), "/conformite/OD-05", []

    while address:
        page = reader.get(address).text
        read += re.findall(r'href="/jeux/(\d+)".*?verdict-([a-z-]+)', page)
        following = re.search(r'href="(/conformite/OD-05\?apres=\d+)"', page)
        address = following.group(1) if following else ""

    assert [verdict for _number, verdict in read] == [
        Verdict.NON_COMPLIANT, Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE, Verdict.COMPLIANT, Verdict.COMPLIANT,
    ]  # fmt: skip
    assert len({number for number, _verdict in read}) == 5


def test_a_system_bears_its_findings_on_its_page_in_the_list_and_in_the_api_and_nobody_elses_reads_them(town: Town):
    steward = town.someone(Role.STEWARD)
    typed = {"organisation_id": str(town.authority_id), "name": "Archivage", "host_country": "IE",
             "definitive_archives": "true"}  # fmt: skip
    address = steward.post("/systemes/nouveau", typed).headers["location"].partition("?")[0]
    number = int(address.rpartition("/")[2])

    page = steward.get(address).text
    panel = page.partition('id="conformite')[2]
    assert "Archives définitives conservées sur le territoire national" in panel
    assert f'href="{address}/modifier#external_host"' in panel
    assert 'href="/systemes/' in steward.get("/conformite/SOUV-03?constat=non-compliant").text
    assert "Archivage" in steward.get("/conformite/constats?force=obligation&constat=non-compliant").text

    read = steward.api("GET", f"/api/v1/systems/{number}")
    said = {one["policy_id"]: one["verdict"] for one in read.json()["findings"]}
    assert said["SOUV-03"] == "non-compliant"
    moved = steward.api("PATCH", f"/api/v1/systems/{number}", json={"host_country": "FR"},
                        headers={"If-Match": read.headers["ETag"]}).json()  # fmt: skip
    assert {one["policy_id"]: one["verdict"] for one in moved["findings"]}["SOUV-03"] == "compliant"

    other = town.someone(Role.STEWARD, town.commune_id)
    assert other.get(address).status_code == 404
    assert "Archivage" not in other.get("/conformite/SOUV-03").text


def test_a_deposit_of_archives_is_told_on_the_page_of_its_system_and_judged_there(town: Town):
    steward = town.someone(Role.STEWARD)
    typed = {
        "organisation_id": str(town.authority_id), "name": "Archivage", "host_name": "Tiers-archiveur",
        "certifications": ["archives"], "archive_deposit": "true", "deposit_contract": "true",
    }  # fmt: skip
    address = steward.post("/systemes/nouveau", typed).headers["location"].partition("?")[0]
    number = int(address.rpartition("/")[2])

    def said() -> str:
        read = steward.api("GET", f"/api/v1/systems/{number}").json()
        return {one["policy_id"]: one["verdict"] for one in read["findings"]}["ARCH-08"]

    seen = [said()]
    assert f'href="{address}/modifier#deposit_declared_on"' in steward.get(address).text
    for version, change in enumerate(
        (
            {"declared_absent": ["deposit_declared_on"]},
            {"declared_absent": "", "deposit_declared_on": "2026-02-10"},
            {"external_host": "false", "archive_deposit": ""},
        ),
        1,
    ):
        change |= {"version": str(version), "name": "Archivage"}
        assert steward.post(f"{address}/modifier", change).status_code == 303
        seen.append(said())

    assert seen == ["to-complete", "non-compliant", "compliant", "not-applicable"]
    refused = steward.post(f"{address}/modifier", {"version": "4", "name": "A", "deposit_declared_on": "2999-01-01"})
    assert refused.status_code == 422


def test_a_rule_is_told_in_plain_words_with_its_exact_condition_at_hand(town: Town):
    reader = town.someone(Role.LEGAL)
    sheet = reader.get(f"/jeux/{town.record()}").text
    policy = reader.get("/conformite/SOB-06").text

    for page in (sheet, policy):
        shown, exact = page.partition("Quelqu’un s’est demandé")[::2]
        assert "Il faut\u00a0: « Dernière revue de l’utilité »" not in shown
        assert "La condition exacte" in exact
        assert "Dernière revue de l’utilité" in plain(exact)


def test_the_list_of_datasets_counts_what_the_law_asks_apart_from_what_is_good_to_do(town: Town):
    number = town.record(licence="cc-by-nc-4.0", personal_data="none", third_party_rights="none",
                         last_use_review="2020-01-01", **PUBLISHED)  # fmt: skip

    page = town.someone(Role.LEGAL).get("/jeux").text
    row = plain(page.partition(f'href="/jeux/{number}"')[2].partition("</tr>")[0])

    # The licence is on no list; nobody is appointed, the description is missing, and the last review is of 2020.
    assert "1 à corriger" in row
    assert "3 non suivies" in row
