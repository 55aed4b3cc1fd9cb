"""An agenda follows the calendar by an address of its own, which opens that and nothing else until it is revoked."""

import re
from datetime import timedelta

import pytest

from registry.contracts.forms import ContractForm
from registry.contracts.service import record_contract
from registry.contracts.vocabulary import ContractKind
from registry.kernel.permissions import Role
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database


def address_of(town: Town, who: Someone, name: str = "Téléphone") -> str:
    """The address shown once to who makes one, as a browser is told."""
    day = (town.info["today"]() + timedelta(days=90)).isoformat()
    page = who.post("/mon-compte/cles", {"name": name, "scope": "calendar", "expires_on": day})
    assert page.status_code == 200
    (address,) = re.findall(r'id="secret">[^<]*?(/agenda/[^<]+)<', page.text)
    return address


def fill(town: Town) -> None:
    """A request, which is confided, and a contract that ends."""
    today = town.info["today"]()
    with town.acting() as session:
        request = RequestForm(regime="cada", subject="Le rapport des crues", received_on=today - timedelta(days=2))
        record_request(session, town.authority_id, request)
        contract = ContractForm(
            kind=ContractKind.AGREEMENT, object="Réseau de chaleur", ends_on=today + timedelta(days=60)
        )
        record_contract(session, town.authority_id, contract)


def test_it_reads_what_its_owner_owes_without_signing_in_and_without_the_words_of_what_is_confided(town: Town) -> None:
    fill(town)
    address = address_of(town, town.someone(Role.DPO))

    file = town.client.get(address)

    assert file.status_code == 200
    assert file.headers["content-type"].startswith("text/calendar")
    assert "Répondre à la demande" in file.text
    assert "Le rapport des crues" not in file.text
    every = town.client.get(address.partition("?")[0]).text
    assert "Réseau de chaleur" in every
    assert "Répondre à la demande" in every


def test_it_reads_no_more_than_its_owner(town: Town) -> None:
    fill(town)
    address = address_of(town, town.someone(Role.READER, town.other_commune_id)).partition("?")[0]

    file = town.client.get(address)

    assert file.status_code == 200
    assert "BEGIN:VEVENT" not in file.text


def test_it_opens_nothing_else_and_no_other_key_opens_it(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    key = re.search(r"/agenda/([^/]+)/", address_of(town, steward))
    assert key
    bearer = {"Authorization": f"Bearer {key[1]}"}

    for method, path in (("GET", "/api/v1/datasets"), ("POST", "/api/v1/datasets"), ("GET", "/bureau"),
                         ("GET", "/echeances"), ("GET", "/echeances.ics")):  # fmt: skip
        answer = town.client.request(method, path, headers=bearer, follow_redirects=False)
        assert answer.status_code in {401, 303}, path
        assert "/connexion" in answer.headers.get("location", "/connexion")
    assert town.client.get(f"/agenda/{steward.api_token}/echeances.ics").status_code == 404


def test_once_revoked_or_out_of_date_it_says_where_to_make_another(town: Town) -> None:
    reader = town.someone(Role.READER)
    address = address_of(town, reader)
    assert town.client.get(address).status_code == 200
    (number,) = re.findall(
        r"/mon-compte/cles/(\d+)/revoquer\">(?:(?!</tr>).)*Téléphone", reader.get("/mon-compte").text
    )

    assert reader.post(f"/mon-compte/cles/{number}/revoquer").status_code == 303

    gone = town.client.get(address)
    assert gone.status_code == 404
    assert "Mon compte" in gone.text
    assert town.client.get("/agenda/inconnu/echeances.ics").status_code == 404


def test_the_calendar_leads_there(town: Town) -> None:
    reader = town.someone(Role.READER)
    assert "/mon-compte?portee=calendar#cles" in reader.get("/echeances").text
    assert re.search(r'value="calendar"[^>]* (checked|selected)', reader.get("/mon-compte?portee=calendar").text)
