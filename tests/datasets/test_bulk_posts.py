"""An owner given to many sheets at once: seen before it is written, and given back to who held the post."""

from datetime import timedelta

import pytest

from registry.datasets.bulk.forms import BulkEditForm
from registry.datasets.bulk.queries import find_bulk_lines, get_bulk_edit
from registry.datasets.bulk.service import apply_bulk_edit, preview_bulk_edit, undo_bulk_edit
from registry.datasets.listing.narrowing import DatasetFilter
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.permissions import Role
from registry.ledger.queries import find_versions
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.queries import find_appointments, find_standing
from registry.organisations.service import appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from tests.conftest import Town

pytestmark = pytest.mark.database

SHEET, OWNER = AppointmentSubject.DATASET, AppointmentRole.OWNER


def somebody(town: Town, name: str) -> int:
    with town.acting() as session:
        return record_person(session, town.authority_id, PersonForm(name=name)).id


def give(town: Town, sheet: int, person: int, *, days: int = 0, role: AppointmentRole = OWNER) -> None:
    """Makes somebody the owner of a sheet, `days` from today."""
    with town.acting() as session:
        since = town.info["today"]() + timedelta(days=days)
        form = AppointmentForm(person_id=person, role=role, subject_kind=SHEET, subject_id=sheet, since=since)
        appoint(session, town.authority_id, form)


def preview(town: Town, value: int | None, *, operation: str = "set", appointable: bool = True) -> int:
    edits = [{"field": "owner", "operation": operation, "value": value}]
    with town.acting() as session:
        return preview_bulk_edit(
            session, DatasetFilter(), BulkEditForm.model_validate({"edits": edits, "reason": "réorganisation"}),
            organisation_id=town.authority_id, account_id=None, writable={town.authority_id},
            appointable={town.authority_id} if appointable else (),
        ).id  # fmt: skip


def owners(town: Town, *sheets: int) -> list[int | None]:
    with town.acting() as session:
        found = find_standing(session, SHEET, sheets, OWNER, town.info["today"]())
        return [found[sheet].person_id if sheet in found else None for sheet in sheets]


def said(town: Town, bulk_id: int) -> dict[str, tuple[str, str]]:
    with town.acting() as session:
        return {one.title: (str(one.outcome), one.refusal or "") for one in find_bulk_lines(session, bulk_id)}


def test_an_owner_is_given_to_every_sheet_and_one_undo_gives_the_post_back(town: Town) -> None:
    first, second = somebody(town, "Poste A"), somebody(town, "Poste B")
    held, vacant, already = town.record("Tenu"), town.record("Vacant"), town.record("Déjà")
    give(town, held, first, days=-30)
    give(town, already, second, days=-30)
    give(town, vacant, first, days=-30, role=AppointmentRole.STEWARD)

    bulk_id = preview(town, second)
    assert said(town, bulk_id) == {"Tenu": ("change", ""), "Vacant": ("change", ""), "Déjà": ("unchanged", "")}
    assert owners(town, held, vacant) == [first, None]
    with town.acting() as session:
        weighed = get_bulk_edit(session, bulk_id).findings["policies"]
    assert sum(one["resolved"] for one in weighed) == 1

    apply_bulk_edit(town.acting, bulk_id)
    assert owners(town, held, vacant, already) == [second, second, second]
    with town.acting() as session:
        entry = find_versions(session, "appointment", find_appointments(session, SHEET, vacant)[0].id)[0]
    assert (entry.batch_id, entry.event, entry.reason) == (
        bulk_id,
        "organisations:appointment:record",
        "réorganisation",
    )

    undo_bulk_edit(town.acting, bulk_id)
    assert owners(town, held, vacant, already) == [first, None, second]
    with town.acting() as session:
        assert [one.until for one in find_appointments(session, SHEET, held)] == [None]


def test_a_post_is_left_vacant_and_given_back(town: Town) -> None:
    first, sheet = somebody(town, "Poste A"), town.record("Tenu")
    give(town, sheet, first, days=-30)

    bulk_id = preview(town, None, operation="empty")
    apply_bulk_edit(town.acting, bulk_id)
    assert owners(town, sheet) == [None]
    undo_bulk_edit(town.acting, bulk_id)
    assert owners(town, sheet) == [first]


def test_what_somebody_else_appointed_since_stays_and_is_said(town: Town) -> None:
    first, second, third = (somebody(town, f"Poste {one}") for one in "ABC")
    early, late, later = town.record("Avant"), town.record("Après"), town.record("Plus tard")
    bulk_id = preview(town, first)
    give(town, early, second)
    give(town, later, third, days=30)

    apply_bulk_edit(town.acting, bulk_id)
    give(town, late, third)
    undo_bulk_edit(town.acting, bulk_id)

    assert owners(town, early, late, later) == [second, third, None]
    outcomes = said(town, bulk_id)
    assert outcomes["Avant"] == ("refused", "Ce champ a été modifié depuis l’aperçu : la fiche y est restée.")
    assert outcomes["Après"] == ("kept", "Cette fiche a été modifiée depuis : défaire l’a laissée telle quelle.")
    assert "déjà confié" in outcomes["Plus tard"][1]


def test_nobody_is_appointed_whom_the_asker_may_not(town: Town) -> None:
    town.record("Tenu")
    with town.acting() as session:
        stranger = record_person(session, town.commune_id, PersonForm(name="Poste d’ailleurs")).id
    for person in (stranger, 987_654_321, "x"):
        with pytest.raises(Invalid) as refused:
            preview(town, person)
        assert [one.message for one in refused.value.errors] == ["Choisissez une personne de la liste."]
    bulk_id = preview(town, None, operation="empty", appointable=False)
    assert said(town, bulk_id)["Tenu"] == ("refused", "Vos droits ne permettent pas de modifier cette fiche.")


def test_the_pages_name_whom_they_appoint_and_replace(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    first, second = somebody(town, "Poste A"), somebody(town, "Poste B")
    sheet = town.record("Tenu")
    give(town, sheet, first, days=-30)
    form = steward.get("/jeux/modifier-ensemble?champ=owner").text
    assert "Poste B" in form
    page = steward.post("/jeux/modifier-ensemble", {"champ": "owner", "operation-owner": "set", "owner": str(second)})
    shown = steward.get(page.headers["location"]).text
    assert "<del>Poste A</del>" in shown
    assert "<ins>Poste B</ins>" in shown
    assert "Ce que cela change aux constats" in shown


def test_an_address_read_again_says_no_more_that_what_was_undone_is_done(town: Town) -> None:
    steward, first = town.someone(Role.STEWARD), somebody(town, "Poste A")
    town.record("Vacant")
    typed = {"champ": "owner", "operation-owner": "set", "owner": str(first)}
    page = steward.post("/jeux/modifier-ensemble", typed).headers["location"]
    done = steward.post(f"{page}/appliquer", {}).headers["location"]
    assert "Les fiches sont modifiées." in steward.get(done).text

    undone = steward.post(f"{page}/defaire", {}).headers["location"]
    assert "Les fiches sont comme avant." in steward.get(undone).text
    assert "Les fiches sont modifiées." not in steward.get(done).text


IN_LIST = {"HX-Request": "true"}


def test_the_owner_is_shown_and_given_in_its_cell_of_the_list(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    first, second = somebody(town, "Poste A"), somebody(town, "Poste B")
    sheet, other = town.record("Tenu"), town.record("Vacant")
    give(town, sheet, first, days=-30)
    listed = "/jeux?colonnes=titre,proprietaire,referent&mode=edition"
    shown = steward.get(listed).text
    assert shown.count("Poste A") >= 1
    assert f'href="/jeux/{other}/champ/owner"' in shown
    address = f"/jeux/{sheet}/champ/owner"
    with town.acting() as session:
        standing = find_standing(session, SHEET, [sheet], OWNER, town.info["today"]())[sheet].id
    assert f'name="version" value="{standing}"' in steward.get(address, headers=IN_LIST).text

    cell = steward.post(address, {"version": str(standing), "owner": str(second)}, headers=IN_LIST).text
    assert cell.strip().startswith('<a class="cell"')
    assert "Poste B" in cell
    assert owners(town, sheet) == [second]

    late = steward.post(address, {"version": str(standing), "owner": str(first)})
    assert late.status_code == 409
    assert "Poste B" in late.text
    with town.acting() as session:
        standing = find_standing(session, SHEET, [sheet], OWNER, town.info["today"]())[sheet].id
    wrong = steward.post(address, {"version": str(standing), "owner": "987654321"})
    assert (wrong.status_code, "Choisissez une personne" in wrong.text) == (422, True)
    apart = steward.post(address, {"version": str(standing), "owner": "", "retour": "/jeux?tri=titre"})
    assert apart.headers["location"].startswith("/jeux?tri=titre")
    assert owners(town, sheet) == [None]
    assert town.someone(Role.READER).get(address).status_code == 403


def test_the_column_of_owners_names_whoever_holds_each_sheet(town: Town) -> None:
    steward, person = town.someone(Role.STEWARD), somebody(town, "Poste A")
    for number in range(3):
        give(town, town.record(f"Jeu {number}"), person, days=-1)
    assert steward.get("/jeux?colonnes=titre,proprietaire").text.count("Poste A") == 3


def test_a_post_left_vacant_and_given_since_stays_while_the_other_sheets_come_back(town: Town) -> None:
    first, second = somebody(town, "Poste A"), somebody(town, "Poste B")
    given_again, other = town.record("Redonné"), town.record("Autre")
    for sheet in (given_again, other):
        give(town, sheet, first, days=-30)
    bulk_id = preview(town, None, operation="empty")
    apply_bulk_edit(town.acting, bulk_id)
    give(town, given_again, second)

    undo_bulk_edit(town.acting, bulk_id)

    assert owners(town, given_again, other) == [second, first]
    assert said(town, bulk_id)["Redonné"][0] == "kept"


def test_the_reason_of_a_vacancy_stays_in_the_ledger(town: Town) -> None:
    sheet = town.record("Tenu")
    give(town, sheet, somebody(town, "Poste A"), days=-30)
    apply_bulk_edit(town.acting, preview(town, None, operation="empty"))

    with town.acting() as session:
        last = find_versions(session, "appointment", find_appointments(session, SHEET, sheet)[0].id)[0]
    assert (last.event, last.reason) == ("organisations:appointment:end", "réorganisation")


def test_who_begins_later_is_told_by_the_day(town: Town) -> None:
    first, second, sheet = somebody(town, "Poste A"), somebody(town, "Poste B"), town.record("À venir")
    give(town, sheet, first, days=30)
    with pytest.raises(Conflict, match=r"à compter du .* avec une date de fin au plus tard ce jour-là"):
        give(town, sheet, second)
