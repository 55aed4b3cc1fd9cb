"""The list of contracts says whose each is, and finds them by the words they bear."""

import pytest

from registry.contracts.forms import ContractForm
from registry.contracts.service import record_contract
from registry.contracts.vocabulary import ContractKind
from registry.kernel.permissions import Role
from registry.organisations.forms import ServiceForm
from registry.organisations.queries import get_organisation
from registry.organisations.service import add_service
from tests.conftest import Town
from tests.contracts.test_clause_pages import a_contract, add, kept
from tests.contracts.test_contracts import operator_of
from tests.pages import words_of

pytestmark = pytest.mark.database


def test_the_list_says_whose_each_contract_is_and_how_many_each_body_has_where_there_are_several(town: Town):
    with town.acting() as session:
        above = get_organisation(session, town.authority_id)
        service = add_service(session, above, ServiceForm(name="Régie des eaux")).id
        for keeper, words in ((town.authority_id, "Eau"), (service, "Assainissement"), (town.commune_id, "Cantines")):
            record_contract(session, keeper, ContractForm(kind=ContractKind.AGREEMENT, object=words))
        authority, commune = (
            get_organisation(session, one).name for one in (town.authority_id, town.commune_id)
        )  # fmt: skip
    reader, alone = town.someone(Role.READER), town.someone(Role.READER, town.commune_id)

    page = words_of(reader.get("/contrats"))
    assert f"Par organisme, services compris : {authority} 2, {commune} 1." in page
    assert "Régie des eaux" in page
    own = words_of(reader.get(f"/contrats?organisme={town.authority_id}"))
    assert "2 contrats" in own
    assert "Assainissement" in own
    assert "Cantines" not in own
    assert "Par organisme" not in words_of(alone.get("/contrats"))


def test_a_contract_is_found_by_the_words_of_its_object_its_reference_a_party_or_a_clause(town: Town):
    jurist, holder = town.someone(Role.LEGAL), operator_of(town)
    place = a_contract(jurist, town, object="Réseau de chaleur", reference="DSP-2018-07",
                       **{"party-0-party_id": str(holder), "party-0-side": "holder"})  # fmt: skip
    kept(add(jurist, place, "penalties", text="Cent euros par jour de retard."))
    with town.acting() as session:
        record_contract(session, town.authority_id, ContractForm(kind=ContractKind.AGREEMENT, object="Cantines"))

    for words in ("reseau CHALEUR", "2018-07", "exploitant du reseau", "euros par jour", "réseau euros", "Pénalités"):
        page = words_of(jurist.get(f"/contrats?mots={words}"))
        assert "1 contrat " in page + " ", words
        assert "Cantines" not in page, words
    for words in ("piscine", "%", "_", "chaleur piscine", "seau"):
        assert "Aucun contrat pour ce choix" in jurist.get("/contrats", params={"mots": words}).text, words
