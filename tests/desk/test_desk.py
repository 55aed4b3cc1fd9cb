"""A desk tells what somebody owes, by its cause; what is done leaves it by itself, and nobody sees another's."""

import html
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.forms import DatasetChange
from registry.datasets.service import amend_dataset
from registry.kernel.permissions import Role
from registry.organisations.forms import AppointmentForm, OrganisationForm, PersonForm
from registry.organisations.queries import get_organisation
from registry.organisations.service import amend_organisation, appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from tests.conftest import TODAY, Town
from tests.waiting import wait_for_waiting

pytestmark = pytest.mark.database
KEYS = re.compile(r'href="/bureau/taches/([^"]+)"')
ALIKE_LINES = re.compile(r'<strong>(\d+).tâches</strong>.*?href="(/bureau\?[^"]*geste=[^"]*)"', re.DOTALL)
ASKS_FOR_ITS_NATURE = "finding:dataset:{id}:dataset.nature"


def shown(answer: Any) -> list[str]:
    """The keys of the tasks of a page that may be put off or handed over."""
    return [part.split('"')[0] for part in answer.text.split('href="/bureau/taches/')[1:]]


def taking(town: Town, asker: Any, kind: str = "finding", of: str = "") -> list[str]:
    """The keys of somebody's tasks of one kind."""
    return shown(asker.get(f"/bureau?genre={kind}&liste={of}"))


def test_home_is_the_desk(town: Town) -> None:
    assert town.someone(Role.STEWARD).get("/").headers["location"] == "/bureau"


def test_what_is_mended_leaves_the_desk_by_itself(town: Town) -> None:
    sheet = town.record()
    steward = town.someone(Role.STEWARD)
    key = ASKS_FOR_ITS_NATURE.format(id=sheet)
    assert key in taking(town, steward)

    answer = steward.get("/bureau?genre=finding")
    assert f"/jeux/{sheet}/modifier#nature" in answer.text
    with town.acting() as session:
        amend_dataset(session, sheet, DatasetChange.model_validate({"nature": "other"}), expected=1)

    assert key not in taking(town, steward)


def test_one_missing_fact_is_one_task_whatever_it_settles(town: Town) -> None:
    sheet = town.record()
    with town.acting() as session:
        asking = session.execute(
            text(
                "SELECT count(*) FROM finding WHERE until IS NULL AND subject_kind = 'dataset' AND subject_id = :id"
                " AND verdict = 'to-complete' AND missing[1] = 'dataset.published_online'"
            ),
            {"id": sheet},
        ).scalar_one()
    answer = town.someone(Role.STEWARD).get("/bureau?genre=finding")

    assert asking > 1
    assert shown(answer).count(f"finding:dataset:{sheet}:dataset.published_online") == 1
    assert f"permet de trancher {asking} constats" in answer.text.replace("\xa0", " ")


def test_who_only_reads_owes_nothing_and_is_told_what_a_desk_is_for(town: Town) -> None:
    town.record()
    answer = town.someone(Role.READER).get("/bureau")

    assert answer.status_code == 200
    assert "Rien ne vous attend" in answer.text
    assert "se règle par qui tient les fiches" in answer.text
    assert "Enrichissez une fiche" not in answer.text


def test_a_steward_of_one_commune_sees_nothing_of_another(town: Town) -> None:
    elsewhere = town.record("Cimetières de l’autre", on=town.other_commune_id)
    own = town.record("Fontaines", on=town.commune_id)
    answer = town.someone(Role.STEWARD, town.commune_id).get("/bureau")

    assert ASKS_FOR_ITS_NATURE.format(id=own) in shown(answer)
    assert f"/jeux/{elsewhere}" not in answer.text
    assert "Cimetières" not in answer.text


def every_page(asker: Any, page: str) -> Iterator[str]:
    """The pages of a list, from the first on."""
    while page:
        text_of = asker.get(page).text.replace("\xa0", " ")
        yield text_of
        following = text_of.partition('rel="next"')[0].rpartition('href="')[2] if 'rel="next"' in text_of else ""
        page = html.unescape(following.partition('"')[0])


@pytest.mark.parametrize("kind", ["finding", "vacancy"])
def test_the_counts_of_the_lists_agree_with_what_they_list(town: Town, kind: str) -> None:
    for number in range(15):
        town.record(f"Jeu {number}")
    steward, keys = town.someone(Role.STEWARD), []
    for page in every_page(steward, f"/bureau?genre={kind}"):
        keys += KEYS.findall(page)
        for said, address in ALIKE_LINES.findall(page):
            told = list(every_page(steward, html.unescape(address)))
            alike = [key for one in told for key in KEYS.findall(one)]
            assert len(alike) == int(said)
            assert f"À faire : {said} tâches" in told[0]
            keys += alike

    assert len(keys) == len(set(keys)) > 15
    assert f"À faire ({len(keys)})" in steward.get(f"/bureau?genre={kind}").text


def test_alike_tasks_are_one_line_from_four_on_that_stands_where_the_gravest_does(town: Town) -> None:
    sheets = [town.record(f"Jeu {number}") for number in range(3)]
    steward = town.someone(Role.STEWARD)
    keys = [f"vacancy:dataset:{sheet}" for sheet in sheets]
    assert set(keys) <= set(taking(town, steward, "vacancy"))

    late = town.record("Le quatrième")
    _appoint(town, late, AppointmentRole.OWNER, since=-100, until=-40)
    _appoint(town, late, AppointmentRole.STEWARD, since=-100, until=-40)
    page = steward.get("/bureau?genre=vacancy").text.replace("\xa0", " ")

    assert not {*keys, f"vacancy:dataset:{late}"} & set(KEYS.findall(page))
    assert re.search(r"<strong>4 tâches</strong>, dont 1 en retard : d’abord <a[^>]*>Le quatrième<", page)
    ((_said, address),) = [one for one in ALIKE_LINES.findall(page) if "dataset" in one[1]]
    assert KEYS.findall(steward.get(html.unescape(address)).text)[0] == f"vacancy:dataset:{late}"
    assert "1 tâche" in steward.get(html.unescape(address) + "&liste=late").text.replace("\xa0", " ")
    # What was put off is a decision about one task: it leaves its line.
    day = (town.info["today"]() + timedelta(days=9)).isoformat()
    steward.post(f"/bureau/taches/{keys[0]}/reporter", {"until": day, "reason": "plus tard"})
    assert set(keys[1:]) <= set(taking(town, steward, "vacancy"))


def test_an_act_that_asks_for_nothing_more_leads_to_the_whole_desk(town: Town) -> None:
    answer = town.someone(Role.STEWARD).get("/bureau?geste=finding:dataset:dataset.nature")

    assert answer.status_code == 200
    assert "Aucune tâche pour ce choix" in answer.text
    assert 'href="/bureau"' in answer.text


def _appoint(town: Town, sheet: int, role: AppointmentRole, since: int, until: int | None = None) -> None:
    day = town.info["today"]()
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name=f"Poste {role}"))
        appoint(session, town.authority_id, AppointmentForm(
            person_id=person.id, role=role, subject_kind=AppointmentSubject.DATASET, subject_id=sheet,
            since=day + timedelta(days=since), until=None if until is None else day + timedelta(days=until),
        ))  # fmt: skip


def test_a_sheet_without_anybody_in_post_makes_one_task_until_both_are_appointed(town: Town) -> None:
    sheet = town.record()
    steward, key = town.someone(Role.STEWARD), f"vacancy:dataset:{sheet}"
    assert key in taking(town, steward, "vacancy")

    _appoint(town, sheet, AppointmentRole.OWNER, -10)
    assert key in taking(town, steward, "vacancy")
    _appoint(town, sheet, AppointmentRole.STEWARD, -10)
    assert key not in taking(town, steward, "vacancy")


def test_a_mandate_that_ends_within_thirty_days_without_a_successor_makes_a_task(town: Town) -> None:
    soon, later = town.record("Bientôt"), town.record("Plus tard")
    for sheet, end in ((soon, 20), (later, 45)):
        _appoint(town, sheet, AppointmentRole.OWNER, -10)
        _appoint(town, sheet, AppointmentRole.STEWARD, -10, end)
    answer = town.someone(Role.STEWARD).get("/bureau?genre=vacancy")

    assert f"vacancy:dataset:{soon}" in shown(answer)
    assert f"vacancy:dataset:{later}" not in shown(answer)
    assert "Prévoir qui prend la suite" in answer.text


def test_a_post_left_vacant_for_more_than_thirty_days_is_late(town: Town) -> None:
    late, fresh = town.record("Longtemps"), town.record("Depuis peu")
    for sheet, end in ((late, -31), (fresh, -29)):
        _appoint(town, sheet, AppointmentRole.OWNER, -90, end)
        _appoint(town, sheet, AppointmentRole.STEWARD, -90)
    steward = town.someone(Role.STEWARD)

    assert taking(town, steward, "vacancy", "late") == [f"vacancy:dataset:{late}"]


def test_a_task_put_off_waits_apart_and_comes_back(town: Town) -> None:
    sheet = town.record()
    steward, key = town.someone(Role.STEWARD), ASKS_FOR_ITS_NATURE.format(id=sheet)
    day = (town.info["today"]() + timedelta(days=9)).isoformat()
    refused = steward.post(f"/bureau/taches/{key}/reporter", {"until": "2020-01-01", "reason": "plus tard"})
    assert refused.status_code == 422
    assert "Choisissez un jour à venir" in refused.text
    assert 'value="2020-01-01"' in refused.text

    steward.post(f"/bureau/taches/{key}/reporter", {"until": day, "reason": "le prestataire répond en janvier"})
    assert key not in taking(town, steward)
    put_off = steward.get("/bureau?liste=snoozed")
    number = put_off.text.partition("/bureau/decisions/")[2].partition("/")[0]
    assert "Reportées (1)" in put_off.text
    assert key in taking(town, town.someone(Role.ADMINISTRATOR)), "It waits for who put it off alone."

    steward.post(f"/bureau/decisions/{number}/reprendre")
    assert key in taking(town, steward)


def test_two_clicks_on_put_off_at_once_are_one_decision(town: Town) -> None:
    sheet = town.record()
    steward, key = town.someone(Role.STEWARD), ASKS_FOR_ITS_NATURE.format(id=sheet)
    said = {"until": (town.info["today"]() + timedelta(days=9)).isoformat(), "reason": "en janvier"}
    with ThreadPoolExecutor(2) as threads:
        with town.as_owner() as session:
            # What is decided names an account: both wait for the row this transaction holds.
            session.execute(text("SELECT FROM account WHERE id = :id FOR UPDATE"), {"id": steward.account_id})
            answers = threads.map(lambda _: steward.post(f"/bureau/taches/{key}/reporter", said).status_code, range(2))
            wait_for_waiting(town, 2)
        codes = list(answers)

    assert codes == [303, 303]
    assert "Reportées (1)" in steward.get("/bureau?liste=snoozed").text


def test_an_obligation_whose_time_has_run_out_is_late(town: Town) -> None:
    town.info["today"] = lambda: TODAY
    with town.acting() as session:
        form = OrganisationForm(rip_url="https://exemple.invalid/rip", rip_updated_on=TODAY - timedelta(days=400))
        amend_organisation(session, town.authority_id, form, expected=None)

    assert f"finding:organisation:{town.authority_id}:OD-10" in taking(
        town, town.someone(Role.LEGAL), "finding", "late"
    )


def test_a_task_handed_over_heads_the_other_s_desk_and_can_be_taken_back(town: Town) -> None:
    sheet = town.record()
    chief, colleague, reader = (town.someone(role) for role in (Role.ADMINISTRATOR, Role.STEWARD, Role.READER))
    key = ASKS_FOR_ITS_NATURE.format(id=sheet)
    refused = chief.post(f"/bureau/taches/{key}/confier", {"account_id": str(reader.account_id)})
    assert refused.status_code == 422
    assert "n’ont pas le droit de faire cette tâche" in refused.text

    chief.post(f"/bureau/taches/{key}/confier", {"account_id": str(colleague.account_id), "reason": "au plus près"})
    assert key not in taking(town, chief)
    waiting = chief.get("/bureau?liste=waiting")
    assert "Confiée à steward" in waiting.text
    theirs = colleague.get("/bureau")
    assert shown(theirs)[0] == key
    assert "Confiée par administrator" in theirs.text
    assert "<q>au plus près</q>" in waiting.text
    assert "<q>au plus près</q>" in theirs.text

    number = waiting.text.partition("/bureau/decisions/")[2].partition("/")[0]
    stranger = town.someone(Role.DIRECTOR)
    assert stranger.post(f"/bureau/decisions/{number}/reprendre").status_code == 404
    chief.post(f"/bureau/decisions/{number}/reprendre")
    assert key in taking(town, chief)


def test_what_was_handed_over_leaves_both_desks_once_it_is_done(town: Town) -> None:
    sheet = town.record(on=town.commune_id)
    steward, colleague = town.someone(Role.STEWARD), town.someone(Role.STEWARD, town.commune_id)
    key = ASKS_FOR_ITS_NATURE.format(id=sheet)
    steward.post(f"/bureau/taches/{key}/confier", {"account_id": str(colleague.account_id)})
    with town.acting() as session:
        amend_dataset(session, sheet, DatasetChange.model_validate({"nature": "other"}), expected=1)

    assert "En attente des autres (0)" in steward.get("/bureau").text
    assert key not in taking(town, colleague)


def test_who_hands_down_a_task_is_said_by_role_and_body_where_their_name_is_not_to_be_read(town: Town) -> None:
    sheet = town.record(on=town.commune_id)
    steward, colleague = town.someone(Role.STEWARD), town.someone(Role.STEWARD, town.commune_id)
    key = ASKS_FOR_ITS_NATURE.format(id=sheet)
    steward.post(f"/bureau/taches/{key}/confier", {"account_id": str(colleague.account_id)})
    with town.acting() as session:
        body = get_organisation(session, town.authority_id).name

    theirs = colleague.get("/bureau").text
    assert f"Confiée par Référent·e données — {body}" in theirs
    assert "steward 1" not in theirs


def test_what_is_asked_of_an_organisation_is_one_task_of_who_may_amend_it(town: Town) -> None:
    town.record("Un jeu")
    town.record("Un autre")
    jurist = town.someone(Role.LEGAL)
    keys = [key for key in taking(town, jurist) if ":dataset:" not in key]

    assert keys
    assert all(key.startswith("finding:organisation:") for key in keys)
    assert len(keys) == len(set(keys))


def test_who_answers_for_the_law_finds_what_the_fields_of_law_owe_and_the_page_that_mends_it(town: Town) -> None:
    online = {"access_rights": "public", "distributions": [{"access_url": "https://exemple.invalid/a.csv"}]}
    breach = town.record("Analyses d’eau", **online, origin="partner", third_party_rights="held")
    gap = town.record("Élus", **online, personal_data="personal")
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    answer = jurist.get("/bureau?genre=finding")
    following = re.search(r'href="(/bureau[^"]*page=2[^"]*)"', answer.text)
    assert following is not None, "What its bodies owe fills a page."
    keys = [
        key
        for key in (*shown(answer), *shown(jurist.get(unescape(following[1]))))
        if key.startswith("finding:dataset:")
    ]

    assert set(keys) == {
        f"finding:dataset:{breach}:OD-11", f"finding:dataset:{breach}:dataset.personal_data",
        f"finding:dataset:{gap}:dataset.publication_ground", f"finding:dataset:{gap}:dataset.reuser_warning",
    }  # fmt: skip
    assert keys[0] == f"finding:dataset:{breach}:OD-11", "the gravest comes first"
    assert f'href="/jeux/{breach}/droit#third_party_rights"' in answer.text
    assert f'href="/jeux/{gap}/droit#publication_ground"' in answer.text
    assert f"/jeux/{breach}/modifier" not in answer.text
    assert f"/jeux/{breach}/modifier#third_party_rights" in steward.get("/bureau?genre=finding").text
    with town.acting() as session:
        amend_dataset(session, breach, DatasetChange.model_validate({"third_party_rights": "cleared"}), expected=1)
    assert f"finding:dataset:{breach}:OD-11" not in taking(town, jurist)


def test_a_director_sees_how_each_service_stands(town: Town) -> None:
    town.record(on=town.service_id)
    answer = town.someone(Role.DIRECTOR).get("/bureau")

    assert "Vos services" in answer.text
    assert f'href="/organisations/{town.service_id}"' in answer.text


def test_each_figure_of_a_director_opens_the_list_it_counts_and_the_numbers_agree(town: Town) -> None:
    for where, many in ((town.authority_id, 1), (town.service_id, 2), (town.commune_id, 1)):
        for number in range(many):
            town.record(
                f"Jeu {where} {number}", on=where, nature="other", access_rights="public", frequency="MONTHLY",
                modified="2020-01-01", distributions=[{"access_url": "https://exemple.invalid/a.csv"}],
            )  # fmt: skip
    director = town.someone(Role.DIRECTOR)
    panel = director.get("/bureau").text.partition('id="services"')[2].partition("</section>")[0]
    figures = re.findall(r'<td class="number"[^>]*><a href="(/conformite/constats[^"]*)">([^<]*)<', panel)

    assert len(figures) >= 6
    assert any("organisation=services" in address and number != "0" for address, number in figures)
    for address, number in figures:
        shown, following = 0, address
        while following:
            listed = director.get(following.replace("&amp;", "&")).text
            shown += listed.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>")
            following = next(iter(re.findall(r'href="([^"]*)"[^>]*>Page suivante<', listed)), "")
        assert shown == int(number), address
    assert "Rien ne vous est confié." in director.get("/bureau").text


def test_a_list_of_findings_of_no_known_body_says_so(town: Town) -> None:
    address = "/conformite/constats?force=obligation&constat=to-complete&organisation="
    reader = town.someone(Role.READER)

    assert [reader.get(address + said).status_code for said in ("tout", "98765", str(town.authority_id))] == [
        404, 404, 200,
    ]  # fmt: skip


def test_a_sheet_tells_its_three_next_things_to_do_to_who_may_do_them(town: Town) -> None:
    sheet = town.record()
    panel = (
        town.someone(Role.STEWARD).get(f"/jeux/{sheet}").text.partition('id="ensuite"')[2].partition("</section>")[0]
    )

    assert panel.count("<li>") == 3
    assert f"/jeux/{sheet}/modifier#personal_data" in panel.partition("</li>")[0]
    assert 'id="ensuite"' not in town.someone(Role.READER).get(f"/jeux/{sheet}").text


def test_a_draft_left_unfinished_waits_on_its_author_s_desk_alone(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    kept = steward.post("/jeux/brouillons", {"organisation_id": str(town.authority_id), "title": "Lavoirs à finir"})
    assert kept.status_code < 400, kept.text

    mine = steward.get("/bureau?genre=draft").text
    assert "Lavoirs à finir" in mine
    assert "Finir la fiche commencée" in mine
    assert "Lavoirs à finir" not in town.someone(Role.ADMINISTRATOR).get("/bureau?genre=draft").text
