"""The sheet as it was on a day or at a moment, and a field put back as it was then."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from registry.datasets.forms import DatasetChange, DatasetForm, DistributionForm
from registry.datasets.service import amend_dataset
from registry.datasets.vocabulary import Stage
from registry.kernel.permissions import Role
from registry.web.forms import say_errors
from registry.web.templating import say_day
from tests.conftest import Town
from tests.datasets.test_drafts import words
from tests.lifecycle.moving import place

pytestmark = pytest.mark.database


def changed_sheet(town: Town) -> tuple[int, list[str]]:
    """A sheet written three times, and the instants of its versions."""
    number = town.record(
        "Bornes", description="Première description", licence="lov2",
        distributions=[DistributionForm(title="Fichier A", download_url="https://a.invalid/a.csv")],
    )  # fmt: skip
    changes = ({"description": "Deuxième"}, {"title": "Bornes de recharge", "licence": None})
    for version, change in enumerate(changes, 1):
        with town.acting() as session:
            amend_dataset(session, number, DatasetChange.model_validate(change), expected=version)
    with town.acting() as session:
        rows = session.execute(
            text("SELECT recorded_at FROM ledger_entry WHERE table_name = 'dataset' AND row_id = :id ORDER BY version"),
            {"id": number},
        ).scalars()
        return number, [row.isoformat() for row in rows]


def test_the_history_leads_to_the_sheet_at_each_moment_with_what_changed_since(town: Town) -> None:
    number, moments = changed_sheet(town)
    steward = town.someone(Role.STEWARD)
    history = steward.get(f"/jeux/{number}/historique").text
    assert history.count(f"/jeux/{number}/etat?a=") >= 4, "The sheet's versions, and that of its file."

    then = steward.get(f"/jeux/{number}/etat", params={"a": moments[0]})

    said = words(then)
    assert then.status_code == 200
    assert "Première description" in said
    assert "Fichier A" in said
    assert "Ce qui a changé depuis" in said
    assert "<h1>Bornes</h1>" in said


def test_a_field_is_put_back_as_it_was_with_its_reason_in_the_history(town: Town) -> None:
    number, moments = changed_sheet(town)
    steward = town.someone(Role.STEWARD)
    version = str(steward.api("GET", f"/api/v1/datasets/{number}").json()["version"])

    answer = steward.post(f"/jeux/{number}/retablir", {"field": "description", "a": moments[0], "version": version})

    assert answer.status_code == 303, answer.text
    sheet = steward.api("GET", f"/api/v1/datasets/{number}").json()
    assert (sheet["description"], sheet["title"], sheet["licence"]) == (
        "Première description", "Bornes de recharge", None,
    )  # fmt: skip
    assert "Rétablit « Description » comme" in words(steward.get(f"/jeux/{number}/historique"))
    stale = steward.post(f"/jeux/{number}/retablir", {"field": "licence", "a": moments[0], "version": version})
    assert stale.status_code == 412
    assert f'href="/jeux/{number}">Revenir à la fiche' in stale.text
    assert steward.post(f"/jeux/{number}/retablir", {"field": "identifier", "a": moments[0]}).status_code == 422


def test_one_end_of_the_period_is_held_against_the_other_that_the_sheet_has(town: Town) -> None:
    number = town.record("Bornes", temporal_start=date(2010, 1, 1), temporal_end=date(2012, 1, 1))
    with town.acting() as session:
        first = session.execute(
            text("SELECT recorded_at FROM ledger_entry WHERE table_name = 'dataset' AND row_id = :id"), {"id": number}
        ).scalar_one()
        later = DatasetChange(temporal_start=date(2015, 1, 1), temporal_end=date(2016, 1, 1))
        amend_dataset(session, number, later, expected=1)
    steward = town.someone(Role.STEWARD)
    asked = {"field": "temporal_end", "a": first.isoformat(), "version": "2"}

    restored = steward.post(f"/jeux/{number}/retablir", asked)
    sent = steward.api("PATCH", f"/api/v1/datasets/{number}", json={"temporal_start": "2020-01-01"},
                       headers={"if-match": '"2"'})  # fmt: skip

    for answer in (restored, sent):
        assert answer.status_code == 422, answer.text
        assert "finit avant de commencer" in words(answer)
    assert sent.json()["errors"][0]["path"] == "temporal_start"


def test_a_period_reversed_on_a_whole_sheet_is_an_error_of_its_end() -> None:
    with pytest.raises(ValidationError) as refused:
        DatasetForm(title="Bornes", temporal_start=date(2015, 1, 1), temporal_end=date(2014, 1, 1))
    assert list(say_errors(refused.value)) == ["temporal_end"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"le": "2999-01-01"}, "est à venir"),
        ({"connu": "2999-01-01"}, "est à venir"),
        ({"a": "2999-01-01T00:00:00"}, "est à venir"),
        ({"le": "1999-01-01"}, "Le registre fut ouvert le"),
        ({"le": "hier"}, "n’est pas un jour"),
        ({"a": "midi"}, "n’est pas un instant"),
        ({"le": "0001-01-01"}, "Le registre fut ouvert le"),
        ({"a": "0001-01-01T00:00:00"}, "Le registre fut ouvert le"),
        ({"a": "0001-01-01T00:00:00+14:00"}, "n’est pas un instant"),
        ({"a": "9999-12-31T23:59:59-14:00"}, "n’est pas un instant"),
        ({"a": "9999-12-31T23:59:59"}, "est à venir"),
    ],
)
def test_a_moment_the_register_knows_nothing_of_is_refused_with_a_sentence(
    town: Town, asked: dict[str, Any], said: str
) -> None:
    number, steward = town.record(), town.someone(Role.STEWARD)

    page = steward.get(f"/jeux/{number}/etat", params=asked)

    assert page.status_code == 422
    assert said in words(page)
    if "a" not in asked:
        named = {"le": "as_of", "connu": "known_on"}
        query = {"as_of": town.info["today"]().isoformat(), **{named[name]: day for name, day in asked.items()}}
        answer = steward.api("GET", f"/api/v1/datasets/{number}", params=query)
        assert answer.status_code == 422


def test_a_program_reads_the_sheet_of_a_day_without_an_etag(town: Town) -> None:
    number, _moments = changed_sheet(town)
    reader, day = town.someone(Role.READER), town.info["today"]()

    answer = reader.api("GET", f"/api/v1/datasets/{number}", params={"as_of": day.isoformat()})

    now, then = reader.api("GET", f"/api/v1/datasets/{number}").json(), answer.json()
    assert answer.status_code == 200
    assert any(finding["to_fill"] for finding in now["findings"])
    # Nothing is filled on the sheet of a day: the rest is said alike.
    filled = [{**finding, "to_fill": []} for finding in now["findings"]]
    assert then == {**now, "findings": filled}
    assert "etag" not in answer.headers
    yesterday = (day - timedelta(days=1)).isoformat()
    assert reader.api("GET", f"/api/v1/datasets/{number}", params={"as_of": yesterday}).status_code == 422


def test_nobody_reads_the_past_of_a_sheet_they_may_not_read_nor_puts_it_back(town: Town) -> None:
    number = town.record("Mot défendu", on=town.commune_id)
    foreign = town.someone(Role.STEWARD, town.other_commune_id)
    assert foreign.get(f"/jeux/{number}/etat").status_code == 404
    assert foreign.post(f"/jeux/{number}/retablir", {"field": "title"}).status_code == 404
    reader = town.someone(Role.READER, town.commune_id)
    assert reader.get(f"/jeux/{number}/etat").status_code == 200
    assert reader.post(f"/jeux/{number}/retablir", {"field": "title"}).status_code == 403


def test_what_was_known_later_is_not_given_for_what_stood_on_the_day_and_the_stage_is_among_the_changes(
    town: Town,
) -> None:
    number, moments = changed_sheet(town)
    steward, today = town.someone(Role.STEWARD), town.info["today"]()
    before = today - timedelta(days=1)
    place(town, number, Stage.QUALIFIED)

    known_later = words(steward.get(f"/jeux/{number}/etat?le={before}&connu={today}"))
    same_day = words(steward.get(f"/jeux/{number}/etat?le={today}"))
    then = steward.get(f"/jeux/{number}/etat", params={"a": moments[0]})

    assert f"telle que connue le {say_day(today)}" in known_later
    assert f"tels que connus le {say_day(today)}" in known_later
    assert "telle que connue" not in same_day
    changed = then.text.partition('id="depuis')[2].partition("</table>")[0]
    assert re.search(r'<th scope="row">Étape</th>', changed)
    assert 'value="stage"' not in changed
    assert 'name="field" value=""' not in changed
