"""Whom a finding and a refusal name: those whose rights let them do it, whatever a rule says of who must see to it."""

import pytest

from registry.compliance.panels import tellers_of
from registry.compliance.policy_files import load_catalogue
from registry.kernel.permissions import Permission, Role, permissions_of, roles_with
from registry.platform.assets import asset_root
from tests.conftest import Town
from tests.contracts.test_clause_pages import a_contract

_BY_PERMISSION = {
    "contract.": Permission.CONTRACTS_CONTRACT_RECORD,
    "amendment.": Permission.CONTRACTS_CONTRACT_RECORD,
    "delivery.": Permission.CONTRACTS_DELIVERY_RECORD,
}


def test_what_is_missing_of_a_contract_is_asked_of_those_who_may_record_it() -> None:
    catalogue = load_catalogue(asset_root("policies"))
    about = {name: need for name in catalogue.facts for start, need in _BY_PERMISSION.items() if name.startswith(start)}
    assert len(about) > 30
    rules = [one for one in catalogue.policies if one.id.startswith("DSP-")]
    assert rules
    for policy in rules:
        for name, need in about.items():
            named = tellers_of(policy.owed_by, catalogue, [name])
            assert named, (policy.id, name)
            assert all(need in permissions_of(role) for role in named), (policy.id, name)
    council = next(one for one in rules if one.id == "DSP-10")
    assert Role.DIRECTOR in council.owed_by, "Who must see it kept."
    assert tellers_of(council.owed_by, catalogue, ["contract.kind"]) == [Role.LEGAL]
    assert Role.LEGAL in tellers_of((Role.STEWARD,), catalogue, ["contract.kind"]), "A steward cannot write it."


def test_the_administrator_is_named_only_where_nobody_else_may() -> None:
    for permission in Permission:
        named = roles_with(permission)
        assert all(permission in permissions_of(role) for role in named)
        assert named == (Role.ADMINISTRATOR,) or Role.ADMINISTRATOR not in named


@pytest.mark.database
def test_a_refusal_names_the_roles_that_may_and_a_finding_names_no_other(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    place = a_contract(jurist, town)

    refused = steward.get(f"{place}/modifier")
    page = steward.get(place).text.replace("\N{NO-BREAK SPACE}", " ")

    assert refused.status_code == 403
    for role in (Role.LEGAL, Role.DPO):
        assert role.label in refused.text
    assert f"{Role.STEWARD.label}." not in refused.text.partition("Rôles qui la permettent")[2].partition("Demandez")[0]
    said = [one.partition("</span>")[0] for one in page.split("À dire par : ")[1:]]
    assert said
    assert all(Role.DIRECTOR.label not in one and Role.STEWARD.label not in one for one in said)
