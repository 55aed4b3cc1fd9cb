"""What a form accepts though it is oddly written, sent while somebody else saved: told side by side, never a fault."""

from datetime import timedelta
from typing import Any

import pytest

from registry.contracts.forms import ContractForm, PartyForm
from registry.contracts.queries import find_parties
from registry.contracts.service import record_contract
from registry.contracts.vocabulary import ContractKind, GdprRole, PartySide
from registry.kernel.permissions import Role
from registry.organisations.forms import ServiceForm
from registry.organisations.queries import get_organisation
from registry.organisations.service import add_service
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.clock import now
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.service import record_breach
from registry.processing.forms import ActivityForm
from registry.processing.measures.forms import ProtectiveMeasureForm
from registry.processing.measures.service import record_measure
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from registry.processing.service import record_activity
from tests.conftest import Someone, Town
from tests.pages import fields_of

pytestmark = pytest.mark.database

MIDNIGHT = "2026-01-02T00:00:00"
Fields = dict[str, Any]


def late(dpo: Someone, place: str, saved: Fields, typed: Fields) -> Fields:
    """The fields shown again to who sends a form that somebody else sent meanwhile, and what stands beside."""
    opened = fields_of(dpo.get(place))
    assert dpo.post(place, opened | saved).status_code == 303
    answer = dpo.post(place, opened | typed)
    assert answer.status_code == 409, answer.text[:500]
    return fields_of(answer) | {"": answer.text}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"received_on": MIDNIGHT}, "2026-01-02"),
        ({"cada_opinion_on": f" {MIDNIGHT} "}, "2026-01-02"),
        ({"detail": ["Premier", "Second"]}, "Premier"),
        ({"in_charge_id": ""}, ""),
    ],
)
def test_a_request(town: Town, typed: Fields, shown: str) -> None:
    shown_again = late(
        town.someone(Role.DPO), f"/demandes/{request(town)}/modifier", {"subject": "La leur"},
        {"subject": "La mienne", **typed},
    )  # fmt: skip

    assert shown_again["subject"] == "La mienne"
    assert shown_again[next(iter(typed))] == shown


def request(town: Town) -> int:
    with town.acting() as session:
        day = town.info["today"]() - timedelta(days=3)
        form = RequestForm(regime="gdpr", right="access", subject="Accès au dossier", received_on=day)
        return record_request(session, town.authority_id, form).id


def test_the_extension_and_the_answer_of_a_request(town: Town) -> None:
    dpo, number = town.someone(Role.DPO), request(town)
    day = town.info["today"]().isoformat()
    reasons = {"extension_reasons": "Archives éparses"}

    longer = late(dpo, f"/demandes/{number}/prolonger", reasons, reasons | {"extended_on": f"{day}T00:00"})
    answered = late(
        dpo, f"/demandes/{number}/repondre", {"outcome": "granted", "answer_note": "La leur"},
        {"outcome": "granted", "answered_on": f" {day}T00:00:00 ", "remedies_stated": ["", "true"]},
    )  # fmt: skip

    assert longer["extended_on"] == day
    assert answered["answered_on"] == day


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"cost": "12,50"}, "12.50"),
        ({"cost": "1e3"}, "1E+3"),
        ({"done_on": MIDNIGHT}, "2026-01-02"),
        ({"due_on": f" {MIDNIGHT}"}, "2026-01-02"),
        ({"activity_id": ".0"}, ""),
    ],
)
def test_a_measure(town: Town, typed: Fields, shown: str) -> None:
    with town.acting() as session:
        activity = record_activity(session, town.authority_id, ActivityForm(name="Inscrire à la cantine")).id
        form = ProtectiveMeasureForm(name="Chiffrer", state="done", cost="3.20")
        number = record_measure(session, town.authority_id, form).id
    if "activity_id" in typed:
        typed, shown = {"activity_id": f"{activity}.0"}, str(activity)

    again = late(town.someone(Role.DPO), f"/mesures/{number}/modifier", {"name": "Chiffrer tout", "cost": "4"}, typed)

    assert again[next(iter(typed))] == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"people_concerned": "300.0"}, "300"),
        ({"people_concerned": "0"}, "0"),
        ({"records_concerned": "+12"}, "12"),
        ({"processor_id": "{authority}.0"}, "{authority}"),
        ({"informed_on": MIDNIGHT}, "2026-01-02"),
        ({"occurred_from": "2026-01-02T08:00Z"}, "2026-01-02T09:00"),
        ({"occurred_from": "2026-01-02 08:30:00.25"}, "2026-01-02T08:30"),
        ({"natures": ["confidentiality", "confidentiality", ""]}, "confidentiality"),
    ],
)
def test_a_breach(town: Town, typed: Fields, shown: str) -> None:
    with town.acting() as session:
        form = BreachForm(title="Clé perdue", natures=["confidentiality"], known_at=now() - timedelta(hours=5))
        number = record_breach(session, town.authority_id, form, now=now()).id
    typed = {
        name: value.format(authority=town.authority_id) if isinstance(value, str) else value
        for name, value in typed.items()
    }

    again = late(
        town.someone(Role.DPO), f"/violations/{number}/modifier", {"title": "Clé USB", "people_concerned": "9"},
        {"natures": "confidentiality", **typed},
    )  # fmt: skip

    assert again[next(iter(typed))] == shown.format(authority=town.authority_id)


def test_an_hour_typed_is_told_beside_as_it_was_typed(town: Town) -> None:
    with town.acting() as session:
        form = BreachForm(title="Clé perdue", natures=["confidentiality"], known_at=now() - timedelta(hours=5))
        number = record_breach(session, town.authority_id, form, now=now()).id

    again = late(
        town.someone(Role.DPO), f"/violations/{number}/modifier", {"title": "Clé USB"},
        {"natures": "confidentiality", "occurred_from": "2026-01-02T08:30"},
    )  # fmt: skip

    assert "2 janvier 2026 à 08:30" in again[""].split('id="entre-temps-titre"')[1].split("</table>")[0]


def engaged(town: Town) -> tuple[int, int, int]:
    """An activity, a host, and its place as a party of a contract."""
    with town.acting() as session:
        above = get_organisation(session, town.authority_id)
        host = add_service(session, above, ServiceForm(name="Hébergeur", kind=OrganisationKind.HOST)).id
        activity = record_activity(session, town.authority_id, ActivityForm(name="Inscrire à la cantine")).id
        parties = [PartyForm(party_id=host, side=PartySide.HOLDER, gdpr_role=GdprRole.PROCESSOR)]
        form = ContractForm(kind=ContractKind.PUBLIC_CONTRACT, object="Logiciel de cantine", parties=parties)
        contract = record_contract(session, town.authority_id, form).id
        return activity, host, find_parties(session, [contract])[contract][0].row.id


def test_the_processors_of_an_activity(town: Town) -> None:
    activity, host, _party = engaged(town)
    place = f"/traitements/{activity}/sous-traitants"

    again = late(
        town.someone(Role.DPO), place, {"row-0-processor_id": str(host), "row-0-task": "Héberge"},
        {"row-0-processor_id": f"{host}.0", "row-0-task": ["Sauvegarde", "Autre"], "row-٣-task": ""},
    )  # fmt: skip

    assert (again["row-0-processor_id"], again["row-0-task"]) == (str(host), "Sauvegarde")


def test_the_terms_of_a_processor(town: Town) -> None:
    *_activity, party = engaged(town)

    again = late(
        town.someone(Role.DPO), f"/sous-traitants/{party}/clauses", {"notes": "Les leurs"},
        {"reviewed_on": MIDNIGHT, "authorised_on": f" {MIDNIGHT} ", "point-a-state": ["present", "absent"],
         "row-0-name": "  Sauvegarde  "},
    )  # fmt: skip

    names = ("reviewed_on", "authorised_on", "point-a-state", "row-0-name", "notes")
    assert [again[name] for name in names] == ["2026-01-02", "2026-01-02", "present", "Sauvegarde", "Les leurs"]


def test_the_arrangement_of_joint_controllers(town: Town) -> None:
    with town.acting() as session:
        form = ActivityForm(name="Images", role="joint-controller")
        activity = record_activity(session, town.authority_id, form).id

    again = late(
        town.someone(Role.DPO), f"/traitements/{activity}/responsables-conjoints", {"law": "La leur"},
        {"agreed_on": MIDNIGHT, "outline_published_on": f"{MIDNIGHT} ", "row-0-name": ["Commune", "Autre"]},
    )  # fmt: skip

    names = ("agreed_on", "outline_published_on", "row-0-name", "law")
    assert [again[name] for name in names] == ["2026-01-02", "2026-01-02", "Commune", "La leur"]


def test_an_activity_and_what_stands_below_it(town: Town) -> None:
    with town.acting() as session:
        activity = record_activity(session, town.authority_id, ActivityForm(name="Inscrire à la cantine")).id
    dpo, place = town.someone(Role.DPO), f"/traitements/{activity}"
    assert dpo.post(f"{place}/modifier", {"version": "1", "name": "Cantine"}).status_code == 303

    sheet = dpo.post(
        f"{place}/modifier",
        {"version": "1", "started_on": f" {MIDNIGHT} ", "security_measures": ["", "access-control", "access-control"],
         "public_mission": "true", "declared_absent": ["", "transfers"]},
    )  # fmt: skip
    below = dpo.post(
        f"{place}/parties/donnees",
        {"version": "1", "row-0-people_category": "users", "row-0-data_category": ["identity", "health"],
         "row-0-retention_months": "12.0"},
    )  # fmt: skip

    assert (sheet.status_code, below.status_code) == (409, 409)
    assert "2 janvier 2026" in sheet.text
    assert fields_of(below)["row-0-data_category"] == "identity"
