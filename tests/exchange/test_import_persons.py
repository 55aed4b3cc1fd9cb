"""Whom an import names as contact: found or recorded, replaced as the source has it, taken out when it is undone."""

import pytest
from sqlalchemy import text

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.exchange.models import ImportAction
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.service import appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from tests.exchange.conftest import TREES, Bringer

pytestmark = pytest.mark.database


def contacts_of(bringer: Bringer) -> dict[str, str | None]:
    """The electronic address of the contact of each sheet."""
    with bringer.town.acting() as session:
        rows = session.execute(
            text(
                "SELECT d.identifier, i.value FROM dataset d LEFT JOIN person p ON p.id = d.contact_person_id"
                " LEFT JOIN person_identity i ON i.person_id = p.id AND i.digest = p.email_digest"
            )
        )
        return {row.identifier: row.value for row in rows}


def test_a_contact_that_changed_at_the_source_replaces_the_other_and_undoing_brings_that_one_back(bringer: Bringer):
    bringer.bring(TREES)
    number, compared = bringer.preview(TREES.replace("sig@essai.invalid", "cartes@essai.invalid"))
    assert compared[0].changes == {"contact": ["sig@essai.invalid", "cartes@essai.invalid"]}
    assert compared[1].action is ImportAction.UNCHANGED

    bringer.apply(number)
    assert contacts_of(bringer) == {"arbres": "cartes@essai.invalid", "bancs": "sig@essai.invalid"}
    assert bringer.undo(number) == []

    assert contacts_of(bringer) == {"arbres": "sig@essai.invalid", "bancs": "sig@essai.invalid"}
    assert bringer.count("person_identity WHERE value = 'cartes@essai.invalid'") == 0
    assert bringer.count("person WHERE email_digest IS NOT NULL") == 1


def test_undoing_takes_out_the_persons_it_recorded_unless_somebody_relies_on_them(bringer: Bringer):
    number, _counts = bringer.bring(TREES)
    bringer.undo(number)
    assert bringer.count("person_identity WHERE value ILIKE 'sig@essai.invalid'") == 0
    assert bringer.count("ledger_entry WHERE table_name = 'person' AND verb = 'delete'") == 1

    number, _counts = bringer.bring(TREES)
    with bringer.town.acting() as session:
        person_id = session.execute(text("SELECT contact_person_id FROM dataset LIMIT 1")).scalar_one()
        form = AppointmentForm(
            person_id=person_id, role=AppointmentRole.DPO, subject_kind=AppointmentSubject.ORGANISATION,
            subject_id=bringer.town.authority_id, since=bringer.town.info["today"](),
        )  # fmt: skip
        appoint(session, bringer.town.authority_id, form)
    bringer.undo(number)
    assert bringer.count("person_identity WHERE value ILIKE 'sig@essai.invalid'") == 1


@pytest.mark.parametrize("in_order", [True, False])
def test_a_person_two_imports_name_is_taken_out_with_the_last_of_them(bringer: Bringer, in_order: bool):
    first, _counts = bringer.bring(TREES)
    second, _counts = bringer.bring(TREES.replace("arbres", "haies").replace("bancs", "bornes"))
    assert bringer.count("person_identity WHERE value ILIKE 'sig@essai.invalid'") == 1

    for number in (first, second) if in_order else (second, first):
        assert bringer.count("person_identity WHERE value ILIKE 'sig@essai.invalid'") == 1
        assert bringer.undo(number) == []

    assert bringer.count("person_identity WHERE value ILIKE 'sig@essai.invalid'") == 0
    assert bringer.count("person_key k LEFT JOIN person p ON p.id = k.person_id WHERE p.id IS NULL") == 0


def test_undoing_an_import_leaves_whom_a_standing_import_or_somebody_recorded(bringer: Bringer):
    with bringer.town.acting() as session:
        form = PersonForm(name="Guichet", email="sig@essai.invalid")
        record_person(session, bringer.town.authority_id, form)
    number, _counts = bringer.bring(TREES)
    bringer.undo(number)

    assert bringer.count("person_identity WHERE value ILIKE 'sig@essai.invalid'") == 1


def test_an_import_is_undone_though_the_former_contact_was_taken_out_since(bringer: Bringer):
    first, _counts = bringer.bring(TREES)
    with bringer.town.acting() as session:
        person_id = session.execute(text("SELECT contact_person_id FROM dataset LIMIT 1")).scalar_one()
        form = DatasetForm(title="Haies", identifier="haies", contact_person_id=person_id)
        record_dataset(session, bringer.town.authority_id, form)
    hedges = (
        'ex:haies a dcat:Dataset ; dct:identifier "haies" ; dct:title "Haies"@fr ; dcat:contactPoint ['
        " a vcard:Organization ; vcard:hasEmail <mailto:cartes@essai.invalid> ] ."
    )
    second, _compared = bringer.preview(hedges)
    bringer.apply(second, overwrite_edits=True)
    assert bringer.undo(first) == []
    assert contacts_of(bringer) == {"haies": "cartes@essai.invalid"}

    assert bringer.undo(second) == []
    assert contacts_of(bringer) == {"haies": None}


def test_a_contact_somebody_erased_or_replaced_is_not_brought_back_by_the_file(bringer: Bringer):
    bringer.bring(TREES)
    with bringer.town.acting() as session:
        session.execute(
            text("UPDATE dataset SET contact_person_id = NULL, version = version + 1 WHERE title = 'Bancs'")
        )
    with bringer.town.as_owner() as session:
        session.execute(text("DELETE FROM person_identity"))

    _number, counts = bringer.bring(TREES.replace("sig@essai.invalid", "cartes@essai.invalid"))

    assert counts["change"] == 0
    assert contacts_of(bringer) == {"arbres": None, "bancs": None}
