"""How long a dataset is kept, from the page to the database and back: rules, due dates, what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.compliance.vocabulary import SubjectKind
from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.kernel.dates import plus_months
from registry.kernel.permissions import Role
from registry.platform.lists import load_list
from registry.processing.retention.forms import RetentionForm
from registry.processing.retention.queries import listed_rules
from registry.processing.retention.service import set_retention
from registry.rooms import assemble_engine
from registry.web.templating import say_day
from tests.conftest import Town
from tests.pages import fields_of

pytestmark = pytest.mark.database


def recorded(town: Town, on: int | None = None, **values: object) -> int:
    with town.acting() as session:
        said = DatasetForm.model_validate({"title": "Inscrits à la médiathèque", **values})
        return record_dataset(session, on or town.authority_id, said).id


def kept(town: Town, number: int, **values: object) -> None:
    with town.acting() as session:
        version = session.execute(text("SELECT version FROM dataset WHERE id = :id"), {"id": number}).scalar_one()
        form = RetentionForm.model_validate(values)
        set_retention(session, number, form, expected=version, today=town.info["today"]())


def facts_of(town: Town, number: int) -> dict[str, object]:
    with town.acting() as session:
        bind = assemble_engine().subjects[SubjectKind.DATASET].bind
        return bind(session, [number], on=town.info["today"](), until=None)[number][1]


def test_a_rule_gives_the_dates_of_a_dataset_and_its_sheet_says_them(town: Town):
    steward, number, today = town.someone(Role.STEWARD), recorded(town), town.info["today"]()
    form = fields_of(steward.get(f"/conservation/du-jeu/{number}"))
    event = plus_months(today, -30)

    answer = steward.post(
        f"/conservation/du-jeu/{number}",
        {**form, "rule_code": "BIBLIO", "retention_months": "6", "known": "dated", "event_on": str(event)},
    )

    assert answer.status_code == 303, answer.text
    sheet = steward.get(f"/jeux/{number}").text
    assert "BIBLIO · Médiathèque : inscriptions des lecteurs · 1 an" in sheet
    assert "indicative, non validée" in sheet
    assert f"échue depuis le {say_day(plus_months(event, 12) + timedelta(days=1))}" in sheet
    assert "Élimination" in sheet
    assert facts_of(town, number)["dataset.retention_until"] == plus_months(event, 12)


def test_what_cannot_be_is_refused_in_words_and_given_back(town: Town):
    steward, number = town.someone(Role.STEWARD), recorded(town)
    page = f"/conservation/du-jeu/{number}"
    form = fields_of(steward.get(page))

    long = steward.post(page, {**form, "rule_code": "BIBLIO", "retention_months": "24"})
    assert long.status_code == 422
    assert "dépasse la durée de la règle (12 mois)" in long.text
    assert 'value="24"' in long.text
    assert "dites pourquoi cette durée" in steward.post(page, {**form, "retention_months": "24"}).text
    unknown = steward.post(page, {**form, "rule_code": "INCONNUE"})
    assert "Aucune règle n’a ce code" in unknown.text
    dated = steward.post(page, {**form, "rule_code": "BIBLIO", "known": "dated"})
    assert "Dites le jour de l’événement" in dated.text
    tomorrow = town.info["today"]() + timedelta(days=1)
    to_come = {**form, "rule_code": "BIBLIO", "known": "dated", "event_on": str(tomorrow)}
    assert "n’a pas encore eu lieu" in steward.post(page, to_come).text
    assert "pas possible" in steward.post(page, {**to_come, "event_on": "9999-01-01"}).text
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM dataset_retention")).scalar_one() == 0


def test_two_who_write_at_once_lose_nothing(town: Town):
    steward, number = town.someone(Role.STEWARD), recorded(town)
    form = fields_of(steward.get(f"/conservation/du-jeu/{number}"))
    kept(town, number, rule_code="BIBLIO", retention_months=6)

    late = steward.post(f"/conservation/du-jeu/{number}", {**form, "rule_code": "FACT", "retention_months": "24"})

    assert late.status_code == 409
    assert "modifié entre-temps" in late.text
    assert 'value="24"' in late.text


def test_data_about_persons_past_its_time_is_a_breach_until_it_is_gone(town: Town):
    number, today = recorded(town, personal_data="personal"), town.info["today"]()
    kept(town, number, rule_code="BIBLIO", retention_months=12, known="dated", event_on=plus_months(today, -13))

    with town.acting() as session:
        query = text("SELECT verdict FROM finding WHERE policy_id = 'SOB-03' AND subject_id = :id AND until IS NULL")
        assert session.execute(query, {"id": number}).scalar_one() == "non-compliant"
    assert "SOB-03" in town.someone(Role.DPO).get(f"/jeux/{number}").text


def test_only_who_records_retention_may_say_it(town: Town):
    number = recorded(town)
    for role in (Role.READER, Role.AUDITOR, Role.DIRECTOR):
        assert town.someone(role).get(f"/conservation/du-jeu/{number}").status_code == 403
        assert "Fixer la conservation" not in town.someone(role).get(f"/jeux/{number}").text
    assert town.someone(Role.ARCHIVIST).get(f"/conservation/du-jeu/{number}").status_code == 200
    elsewhere = town.someone(Role.ARCHIVIST, town.commune_id)
    assert elsewhere.get(f"/conservation/du-jeu/{number}").status_code == 404


def test_every_rule_of_the_list_can_be_counted_and_says_what_becomes_of_the_data():
    rules = listed_rules("fr")

    assert len(rules) == len(load_list("retention_rules")) == 84
    assert all(rule.fate is not None and rule.starts is not None and rule.reference for rule in rules.values())
    assert all(rule.fate == "keep" for rule in rules.values() if rule.span is None)
