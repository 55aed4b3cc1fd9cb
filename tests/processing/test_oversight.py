"""The overview says what each has to do by their role: a referent their bodies, legal staff the texts, a DPO all."""

import re
from datetime import timedelta
from html import unescape

import pytest

from registry.kernel.permissions import Role
from registry.platform.database import settle
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database

OF_BODIES, OF_LAW = {"aipd", "a-relire", "information"}, {"textes", "transferts"}


def chapters(page: str) -> set[str]:
    """The chapters of the overview that hold something."""
    return {one for one in OF_BODIES | OF_LAW if f'id="{one}"' in page}


def recorded(town: Town, **said: object) -> int:
    """An activity in use on a basis that rests on law, without its text, with a transfer nothing allows."""
    with town.acting() as session:
        form = {
            "name": "Suivi social", "status": "active", "lawful_basis": "public-task",
            "transfers": [{"country": "US", "recipient": "Éditeur"}], **said,
        }  # fmt: skip
        made = record_activity(session, town.authority_id, ActivityForm.model_validate(form))
        settle(session)
        return made.id


def test_each_role_is_told_what_it_has_to_do(town: Town):
    number = recorded(town)

    shown = {role: chapters(town.someone(role).get("/rgpd").text) for role in (Role.STEWARD, Role.LEGAL, Role.DPO)}

    assert shown == {Role.STEWARD: OF_BODIES, Role.LEGAL: OF_LAW, Role.DPO: OF_BODIES | OF_LAW}
    page = town.someone(Role.LEGAL).get("/rgpd").text
    assert f'href="/traitements/{number}#transferts"' in page
    assert "États-Unis" in page


def test_a_sheet_read_within_the_year_is_not_to_read_again_and_what_is_done_is_said(town: Town):
    recorded(town, reviewed_on=TODAY - timedelta(days=30), founding_text="CASF, L123-5", transfers=[])

    page = town.someone(Role.DPO).get("/rgpd").text

    assert chapters(page) == {"aipd", "information"}
    done = page.split("Rien à faire")[1].split("</p>")[0]
    assert "Fiches à relire" in done
    assert "Transferts sans garantie" in done


def test_what_a_chapter_leads_to_lists_as_many_as_it_counts(town: Town):
    for number in range(6):
        recorded(town, name=f"Suivi {number}")
    recorded(town, name="Relu", reviewed_on=TODAY)
    dpo = town.someone(Role.DPO)

    page = dpo.get("/rgpd").text

    found = re.findall(r'-titre">([^<(]+) \((\d+)\)</h2>.*?<a href="([^"]*)">Tout voir', page, re.DOTALL)
    assert {title for title, _number, _address in found} >= {"Fiches à relire", "Personnes à informer"}
    for title, number, address in found:
        listed = re.search(r'role="status">(\d+) ', dpo.get(unescape(address)).text)
        assert listed is not None, address
        assert listed[1] == number, title
    assert "À relire depuis plus d’un an" in dpo.get("/traitements?relecture=due").text


def test_another_body_s_sheets_are_not_told(town: Town):
    recorded(town)

    page = town.someone(Role.LEGAL, town.commune_id).get("/rgpd").text

    assert "Suivi social" not in page


def test_who_may_not_read_breaches_is_not_told_that_there_are_none(town: Town):
    recorded(town)

    told = {role: "/violations" in town.someone(role).get("/rgpd").text for role in (Role.DIRECTOR, Role.DPO)}

    assert told == {Role.DIRECTOR: False, Role.DPO: True}
