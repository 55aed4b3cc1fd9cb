"""The directors' page on paper: it counts what the page counts, for one body and what depends on it alone."""

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from registry.compliance.vocabulary import Force
from registry.dashboard import brief
from registry.dashboard.plain import ROLES, STAGES, asked_of, task_in_words
from registry.dashboard.rules import LEAST_JUDGED, measures_of
from registry.dashboard.service import count_months
from registry.dashboard.vocabulary import Figure
from registry.datasets.vocabulary import Stage
from registry.desk.vocabulary import DeadlineKind
from registry.governance.forms import ActionForm
from registry.governance.service import record_action
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.kernel.sort_keys import sort_key
from registry.ledger.queries import end_of_day
from registry.platform.clock import now
from registry.platform.database import settle
from registry.reporting.discovery import get_report
from registry.rooms import assemble_engine
from tests.conftest import TODAY, Town
from tests.dashboard.figures import BREACHING, not_as_counted, opened_by
from tests.dashboard.test_page import figures

pytestmark = pytest.mark.database
NOW = Moment(TODAY, TODAY, TODAY, until=None)


def brief_of(town: Town, on: int, *, plain: bool = False, moment: Moment = NOW) -> Any:
    """The page of a body, as its document holds it."""
    with town.acting() as session:
        settle(session)
        found = brief.gather(session, Subject("organisation", on), moment, plain=plain)
    more = {"issued_on": TODAY, "author": "DGS", "seal": {"number": 1, "root": "0" * 64}}
    module = get_report("directors-brief-plain" if plain else "directors-brief").content
    return module.from_canonical(module.to_canonical(module.from_sample({**found.values, **more})))


def test_it_counts_what_the_page_counts_for_the_same_bodies(town: Town) -> None:
    for title in ("Réseau d’eau", "Compteurs"):
        town.record(title, on=town.service_id)
    town.record("Cimetières", on=town.commune_id)

    content = brief_of(town, town.service_id)

    page = figures(town.someone(Role.DIRECTOR, town.service_id))
    assert {one.code: str(one.number) for one in content.figures} == {code: said for code, (_to, said) in page.items()}
    assert sum(stage.datasets for stage in content.stages) == 2
    assert "Grande-Commune" not in get_report("directors-brief").content.to_canonical(content).decode()
    whole = brief_of(town, town.authority_id)
    assert sum(stage.datasets for stage in whole.stages) == 3
    assert len(whole.figures[0].points) == 13


def test_a_publication_that_nobody_knows_to_be_imposed_is_told_beside_and_not_out_of_how_many(town: Town) -> None:
    online = {"access_rights": "public", "distributions": [{"access_url": "https://exemple.invalid/adresses"}]}
    town.record("Adresses", on=town.commune_id, nature="local-address-base", **online)
    town.record("Adresses d’avant", on=town.commune_id, nature="local-address-base", access_rights="restricted")
    reader, measures = (
        town.someone(Role.READER, town.commune_id),
        measures_of(assemble_engine().catalogue, TODAY),
    )
    measure, breaches = measures[Figure.PUBLISHED], Counter[str]()
    with town.acting() as session:
        count_months(session)
        found = session.execute(
            text("SELECT policy_id, verdict FROM finding WHERE until IS NULL AND organisation_id = :body"),
            {"body": town.commune_id},
        ).all()  # fmt: skip
        read = Counter(verdict for policy, verdict in found if policy in measure.policies)
        breaches.update(verdict for policy, verdict in found if policy in measures[Figure.BREACHES].policies)
        kept = session.execute(
            text("SELECT number, total FROM monthly_figure WHERE figure = 'published' AND organisation_id = :body"
                 " AND day = :day"),
            {"body": town.commune_id, "day": town.info["today"]()},
        ).all()  # fmt: skip
    assert read["to-complete"] >= 2, "whether these were communicated is not known"
    assert read["compliant"] >= 1
    judged = read["compliant"] + read["non-compliant"]
    assert kept == [(read["compliant"], judged)]
    whole = reader.get("/pilotage").text.replace("\xa0", " ")
    page = re.split(r'id="chiffre-', whole)[3]
    assert f"sur {judged}<" in page
    assert f"% ({read['compliant']} sur {judged})" in page, "each month says of how many"
    broken, verified = breaches["non-compliant"], breaches["non-compliant"] + breaches["compliant"]
    said = re.split(r'id="chiffre-', whole)[4]
    assert f"sur {verified} constats jugés" in said, "what nobody judged is not of the whole"
    assert [number for _address, number in opened_by(said)] == [broken, breaches["to-complete"]]
    assert not not_as_counted(opened_by(said), lambda address: reader.get(address).text)
    opened = opened_by(page)
    assert [said for _address, said in opened] == [read["compliant"], read["to-complete"]]
    assert not not_as_counted(opened, lambda address: reader.get(address).text)
    day = town.info["today"]()
    figures_told = {
        one.code: one for one in brief_of(town, town.commune_id, moment=Moment(day, day, day, until=None)).figures
    }
    told, breaking = figures_told["published"], figures_told["breaches"]
    assert (breaking.number, breaking.total, breaking.waiting) == (broken, verified, breaches["to-complete"])
    assert (told.points[-1].number, told.points[-1].total) == (read["compliant"], judged)
    assert (told.total, told.waiting) == (judged, read["to-complete"])
    assert told.beside.endswith(f"{read['to-complete']} à compléter")


def test_the_first_line_of_services_adds_up_what_the_others_tell(town: Town) -> None:
    town.record("Aides", on=town.service_id, **BREACHING)
    town.record("Aides", on=town.commune_id, **BREACHING)
    town.record("Cimetières", on=town.other_commune_id)

    content = brief_of(town, town.authority_id)

    whole, *each = content.services
    assert whole.name == "Toutes ces organisations"
    assert not content.others
    assert "Petite-Commune" not in {one.name for one in each}, "nothing of it is judged"
    for place in range(len(content.stakes)):
        assert whole.cells[place].breaches == sum(one.cells[place].breaches for one in each)
    assert len(content.principles) == 3


def test_what_a_body_keeps_says_nothing_of_whether_it_is_named_nor_where(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("Aides", "Bourses", "Cartes"):
        town.record(title, on=town.service_id)
    for title in ("Aides", "Bourses"):
        town.record(title, on=town.commune_id, **BREACHING)
    town.record("Aides", on=town.other_commune_id, **BREACHING)

    every = [one for one in brief_of(town, town.authority_id).services if one.name != "Toutes ces organisations"]
    monkeypatch.setattr(brief, "SERVICES", len(every) - 1)
    content = brief_of(town, town.authority_id)
    named = [one.name for one in content.services if one.name != "Toutes ces organisations"]

    assert content.others == 1
    assert named == sorted(named, key=sort_key), "it is no ranking"
    least = min(every, key=lambda one: one.judged)
    assert least.name not in named, "those where the most is judged are named"


def test_elected_members_get_no_matrix(town: Town) -> None:
    town.record("Réseau d’eau", on=town.service_id)

    content = brief_of(town, town.service_id, plain=True)

    assert content.services == content.principles == ()
    assert content.figures[0].label == "Fichiers de données dont quelqu’un s’occupe"


JARGON = re.compile(r"\b(?:[A-ZÉ]{2,}|constats?|visas?|viser|jeux? de données|fiches?|traitements?|référent|gel)\b")


def test_elected_members_are_told_everything_without_a_word_of_the_trade(town: Town) -> None:
    for number in range(3):
        town.record(f"Aides {number}", on=town.commune_id, personal_data="personal", **BREACHING)

    content = brief_of(town, town.authority_id, plain=True)

    said = [
        *(words for one in content.figures for words in (one.label, one.definition, one.trend)),
        *(words for one in content.risks for words in (one.sentence, one.remedy)),
        *(one.label for one in content.stages), *(one.what for one in content.deadlines), content.matters,
    ]  # fmt: skip
    assert content.risks
    assert not [words for words in said if JARGON.search(words)]
    catalogue = assemble_engine().catalogue
    asked = [asked_of(one, catalogue, TODAY) for one in catalogue.policies if one.force is Force.OBLIGATION]
    assert not [words for words in asked if re.search(r"\b(?:CNIL|CADA|DPO|RGPD)\b", words)]


def test_every_stage_and_deadline_has_its_plain_words() -> None:
    assert STAGES.keys() == set(Stage)
    assert {role for policy in assemble_engine().catalogue.policies for role in policy.owed_by} <= ROLES.keys()
    told = set(DeadlineKind) - {DeadlineKind.BREACH, DeadlineKind.REQUEST}
    assert all(task_in_words(kind, "rien ne manque") for kind in told)


def test_the_page_names_the_deadlines_missed_and_the_next_as_their_own_page_counts_them(town: Town) -> None:
    with town.acting() as session:
        for number, days in enumerate((-40, -30, -20, -10, -5, -3, 10, 20)):
            form = ActionForm(title=f"Action {number}", due_on=TODAY + timedelta(days=days))
            record_action(session, town.authority_id, form)
    director = town.someone(Role.DIRECTOR)

    page = director.get("/pilotage").text.replace("\xa0", " ")

    assert "6 échéances passées attendent encore." in page
    assert "En retard : 6 échéances" in re.sub(r"\s+", " ", director.get("/echeances").text.replace("\xa0", " "))
    assert [f"Action {number}" in page for number in range(8)] == [True] * 5 + [False, True, True]
    content = brief_of(town, town.authority_id)
    assert (content.missed, content.coming) == (6, 2)
    assert [one.late for one in content.deadlines] == [True] * 4 + [False] * 2


def test_the_page_breaks_breaches_down_by_stake_and_each_cell_opens_what_it_counts(town: Town) -> None:
    for number in range(LEAST_JUDGED):
        town.record(f"Aides {number}", on=town.commune_id, **BREACHING)
    reader = town.someone(Role.READER)

    page = reader.get("/pilotage").text

    table = page[page.index('id="enjeux"') : page.index('id="services"')]
    opened = opened_by(table)
    assert len(opened) >= 2, "all that one reads, and the commune"
    assert '<span class="visually-hidden">rien n’est jugé</span>' in table, "which is not a zero"
    assert not not_as_counted(opened, lambda address: reader.get(address).text)


def test_a_past_day_tells_what_was_known_then_and_no_deadline(town: Town) -> None:
    town.record("Réseau d’eau", on=town.authority_id)
    before = TODAY - timedelta(days=400)

    with pytest.raises(Invalid, match="pas encore au registre"):
        brief_of(town, town.authority_id, moment=Moment(before, before, before, end_of_day(before, "Europe/Paris")))
    later = Moment(TODAY, TODAY, TODAY, now() + timedelta(days=1))
    content = brief_of(town, town.authority_id, moment=later)
    assert content.deadlines == ()
    assert not content.deadlines_told
    assert sum(stage.datasets for stage in content.stages) == 1


def test_its_statements_do_not_grow_with_what_it_counts(town: Town) -> None:
    asked: list[str] = []

    def count() -> int:
        asked.clear()
        brief_of(town, town.authority_id)
        return len(asked)

    event.listen(town.home.jobs, "before_cursor_execute", lambda *said: asked.append(said[2]))
    town.record("Réseau d’eau", on=town.service_id)
    first = count()
    for number in range(4):
        town.record(f"Jeu {number}", on=town.commune_id)

    assert 0 < count() <= first


def test_the_page_leads_to_its_document_and_a_partner_has_none(town: Town) -> None:
    director = town.someone(Role.DIRECTOR, town.service_id)

    (address,) = re.findall(r'href="(/documents\?[^"]+)">Imprimer en une page', director.get("/pilotage").text)
    (plain,) = re.findall(r'href="(/documents\?[^"]+)">Imprimer', director.get("/pilotage?version=elus").text)

    assert f"organisation%3A{town.service_id}" in address
    assert "directors-brief-plain" in plain
    assert f'value="organisation:{town.service_id}" selected' in director.get(address.replace("&amp;", "&")).text
    assert "Imprimer" not in town.someone(Role.READER, town.service_id).get("/pilotage").text
    strange = director.post("/documents", {"report": "directors-brief", "scope": f"dataset:{town.service_id}"})
    assert strange.status_code == 422
    assert "Cette page est celle" in strange.text
