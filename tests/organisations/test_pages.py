"""The pages of organisations: the tree, one body, its services, and who is appointed."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registry.accounts.service import grant_role
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Role
from registry.organisations.forms import AppointmentForm, OrganisationForm, PersonForm
from registry.organisations.queries import choices_of, find_people, get_organisation
from registry.organisations.service import amend_organisation, appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from tests.conftest import Town

pytestmark = pytest.mark.database


def test_the_tree_shows_each_body_below_its_own_with_its_inhabitants(town: Town) -> None:
    page = town.someone(Role.READER).get("/organisations").text

    assert page.index("Communauté urbaine d’essai") < page.index("Direction de l’eau")
    assert "Grande-Commune" in page
    assert "42\N{NARROW NO-BREAK SPACE}000" in page


def test_a_service_is_added_below_a_commune_and_can_be_opened_at_once(town: Town) -> None:
    administrator = town.someone(Role.ADMINISTRATOR, town.commune_id)
    made = administrator.post(
        f"/organisations/{town.commune_id}/services/nouveau", {"name": "Voirie", "kind": "service"}
    )

    assert made.status_code == 303, made.text
    assert "Voirie" in administrator.get(made.headers["location"]).text
    assert "Voirie" not in town.someone(Role.ADMINISTRATOR, town.other_commune_id).get("/organisations").text
    refused = administrator.post(f"/organisations/{town.authority_id}/services/nouveau", {"name": "A"})
    assert refused.status_code == 403


def test_who_reads_a_commune_knows_the_name_of_the_authority_and_no_more(town: Town) -> None:
    with town.acting() as session:
        form = OrganisationForm(website="https://interne.invalid", staff_fte=812)
        amend_organisation(session, town.authority_id, form, expected=1)
    staff = "Effectif (équivalents temps plein)"
    reader = town.someone(Role.READER, town.commune_id)

    above = reader.get(f"/organisations/{town.authority_id}")

    assert above.status_code == 200
    assert "Communauté urbaine d’essai" in above.text
    assert "interne.invalid" not in above.text
    assert staff not in above.text
    own = town.someone(Role.READER).get(f"/organisations/{town.authority_id}").text
    assert "interne.invalid" in own
    assert staff in own
    assert reader.get(f"/organisations/{town.other_commune_id}").status_code == 404


def test_two_who_write_about_one_organisation_lose_nothing(town: Town) -> None:
    one, two = town.someone(Role.ADMINISTRATOR), town.someone(Role.DPO)
    path = f"/organisations/{town.authority_id}/modifier"
    assert two.post(path, {"version": "1", "staff_fte": "60", "website": "https://a.invalid"}).status_code == 303

    page = one.post(path, {"version": "1", "staff_fte": "75,5", "rip_url": "https://a.invalid/rip"})

    assert page.status_code == 409
    assert "par quelqu’un d’autre : 60" in page.text.replace("\xa0", " ").replace("\u202f", " ")
    assert 'value="75.5"' in page.text
    assert 'value="https://a.invalid/rip"' in page.text
    assert 'name="version" value="2"' in page.text
    assert one.post(path, {"version": "2", "staff_fte": "75,5"}).status_code == 303
    with town.acting() as session:
        body = get_organisation(session, town.authority_id)
        assert (body.staff_fte, body.website) == (75.5, "https://a.invalid")


def test_a_wrong_value_is_said_beside_its_field_and_the_version_read_stays(town: Town) -> None:
    administrator = town.someone(Role.ADMINISTRATOR)
    page = administrator.post(
        f"/organisations/{town.authority_id}/modifier", {"version": "7", "website": "pas une adresse"}
    )

    assert page.status_code == 422
    assert "pas une adresse" in page.text
    assert 'name="version" value="7"' in page.text


def test_somebody_new_is_appointed_then_leaves(town: Town) -> None:
    dpo = town.someone(Role.DPO)
    path = f"/organisations/mandats/organisation/{town.authority_id}"
    form = {"role": "dpo", "name": "Déléguée mutualisée", "since": "2026-01-01"}

    assert dpo.post(path, form).status_code == 303
    assert "Déléguée mutualisée" in dpo.get(f"/organisations/{town.authority_id}").text
    with town.acting() as session:
        number = session.execute(text("SELECT max(id) FROM appointment")).scalar_one()
    assert dpo.post(f"/organisations/mandats/{number}/terminer").status_code == 303
    with town.acting() as session:
        assert session.execute(text("SELECT upper(during) FROM appointment")).scalar_one() == town.info["today"]()


def mandate_on(town: Town, dataset_id: int, begins: int, ends: int | None = None) -> int:
    """An owner appointed on a dataset some days from today, until others; its number."""
    today = town.info["today"]()
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Titulaire"))
        form = AppointmentForm(
            person_id=person.id, role=AppointmentRole.OWNER, subject_kind=AppointmentSubject.DATASET,
            subject_id=dataset_id, since=today + timedelta(days=begins),
            until=None if ends is None else today + timedelta(days=ends),
        )  # fmt: skip
        return appoint(session, town.authority_id, form).id


@pytest.mark.parametrize("begins", [0, 20])
def test_a_mandate_ended_before_it_lasted_a_day_is_annulled_and_the_history_says_so(town: Town, begins: int) -> None:
    steward, sheet = town.someone(Role.STEWARD), town.record()
    number = mandate_on(town, sheet, begins)

    ended = steward.post(f"/organisations/mandats/{number}/terminer")

    page = steward.get(ended.headers["location"])
    assert page.status_code == 200
    assert "Le mandat est annulé" in page.text
    assert "Titulaire" not in page.text
    assert "mandat annulé" in steward.get(f"/jeux/{sheet}/historique").text
    again = steward.post(f"/organisations/mandats/{number}/terminer")
    assert again.status_code == 409
    assert "il n’y a rien à terminer" in again.text


@pytest.mark.parametrize("followed", [False, True], ids=["nobody after", "somebody after"])
def test_a_mandate_that_is_over_is_not_ended_again(town: Town, followed: bool) -> None:
    steward, sheet = town.someone(Role.STEWARD), town.record()
    over = mandate_on(town, sheet, -400, -300)
    if followed:
        mandate_on(town, sheet, -200)
    before = people_and_mandates(town)

    answer = steward.post(f"/organisations/mandats/{over}/terminer")

    assert answer.status_code == 409
    assert "a déjà pris fin" in answer.text
    assert people_and_mandates(town) == before


def test_a_mandate_of_no_day_at_all_is_never_recorded(town: Town) -> None:
    with pytest.raises(ValidationError, match="finit avant de commencer"):
        mandate_on(town, town.record(), 0, 0)
    mandate_on(town, town.record(), 0)
    for table in ("appointment", "population"):
        with pytest.raises(IntegrityError, match=f"ck_{table}_during"), town.as_owner() as session:
            session.execute(text(f"UPDATE {table} SET during = 'empty'"))


def test_somebody_of_the_list_and_somebody_new_at_once_are_refused_rather_than_one_dropped(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bornes")
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Cheffe de projet")).id
    typed = {"role": "owner", "person_id": str(person), "name": "Une autre fonction", "since": "2026-01-01"}
    page = steward.post(f"/organisations/mandats/dataset/{number}", typed)
    assert page.status_code == 422
    assert "pas les deux" in page.text
    assert "Une autre fonction" in page.text


def test_nobody_is_appointed_by_the_number_of_a_person_one_may_not_see(town: Town) -> None:
    with town.acting() as session:
        foreign = record_person(session, town.other_commune_id, PersonForm(name="Ailleurs")).id
    steward = town.someone(Role.STEWARD, town.commune_id)
    path = f"/organisations/mandats/organisation/{town.commune_id}"

    answers = [
        steward.post(path, {"role": "dpo", "person_id": str(number), "since": "2026-01-01"})
        for number in (foreign, 987_654)
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "Choisissez une personne de la liste" in answers[0].text
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM appointment")).scalar_one() == 0


def test_who_appoints_in_one_commune_and_reads_another_is_offered_the_people_of_the_first_alone(town: Town) -> None:
    steward = town.someone(Role.STEWARD, town.commune_id)
    with town.acting() as session:
        grant_role(session, steward.account_id, role=Role.READER, on=town.other_commune_id)
        foreign = record_person(session, town.other_commune_id, PersonForm(name="Ailleurs", email="a@ailleurs.invalid"))
    path = f"/organisations/mandats/organisation/{town.commune_id}"

    assert "ailleurs.invalid" not in steward.get(path).text
    named = steward.post(path, {"role": "dpo", "person_id": str(foreign.id), "since": "2026-01-01"})
    assert named.status_code == 422
    assert "ailleurs.invalid" not in named.text


def test_who_may_not_appoint_is_shown_no_button_for_it(town: Town) -> None:
    number = town.record(on=town.commune_id)

    assert "Désigner quelqu’un" in town.someone(Role.STEWARD, town.commune_id).get(f"/jeux/{number}").text
    assert "Désigner quelqu’un" not in town.someone(Role.READER, town.commune_id).get(f"/jeux/{number}").text


def people_and_mandates(town: Town) -> tuple[int, int, list[tuple[Any, ...]]]:
    """How many people and ledger entries there are, and each appointment as it stands."""
    with town.acting() as session:
        mandates = session.execute(text("SELECT id, person_id, during::text, annulled FROM appointment ORDER BY id"))
        counts = session.execute(text("SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM ledger_entry)"))
        people, entries = counts.one()
        return people, entries, [tuple(row) for row in mandates]


def test_a_refused_appointment_leaves_everything_as_it_was(town: Town) -> None:
    dpo = town.someone(Role.DPO)
    path = f"/organisations/mandats/organisation/{town.authority_id}"
    for name, since, until in (("Première", "2026-01-01", "2026-06-01"), ("Deuxième", "2026-06-01", "")):
        made = dpo.post(path, {"role": "prada", "name": name, "since": since, "until": until})
        assert made.status_code == 303, made.text
    before = people_and_mandates(town)

    refused = dpo.post(path, {"role": "prada", "name": "Troisième", "since": "2026-03-01"})

    assert refused.status_code == 422
    assert "déjà confié" in refused.text
    assert people_and_mandates(town) == before


def test_who_is_in_post_stays_in_full_where_a_command_goes_on_after_the_refusal(town: Town) -> None:
    def mandate(since: date, until: date | None = None) -> AppointmentForm:
        return AppointmentForm(
            person_id=person, role=AppointmentRole.PRADA, subject_kind=AppointmentSubject.ORGANISATION,
            subject_id=town.authority_id, since=since, until=until,
        )  # fmt: skip

    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Première")).id
        appoint(session, town.authority_id, mandate(date(2026, 1, 1), date(2026, 6, 1)))
        appoint(session, town.authority_id, mandate(date(2026, 6, 1)))
    before = people_and_mandates(town)

    with town.acting() as session, pytest.raises(Conflict):
        appoint(session, town.authority_id, mandate(date(2026, 3, 1)))

    assert people_and_mandates(town) == before


@pytest.mark.parametrize("kind", ["commune", "intercommunal-authority", "state"])
def test_no_legal_person_is_made_below_a_service(town: Town, kind: str) -> None:
    administrator = town.someone(Role.ADMINISTRATOR)
    path = f"/organisations/{town.service_id}/services/nouveau"

    refused = administrator.post(path, {"name": "Fausse commune", "kind": kind})

    assert refused.status_code == 422
    assert "Choisissez un genre de la liste." in refused.text
    assert "Fausse commune" not in administrator.get("/organisations").text
    assert administrator.post(path, {"name": "Exploitant", "kind": "operator"}).status_code == 303


def test_two_persons_of_the_same_name_are_told_apart_by_their_organisation(town: Town) -> None:
    with town.acting() as session:
        for number, name in ((town.commune_id, "Agent 1"), (town.service_id, "agent 1"), (town.service_id, "Agent 2")):
            record_person(session, number, PersonForm(name=name))
    with town.acting() as session:
        said = [words for _number, words in choices_of(find_people(session, [town.commune_id, town.service_id]))]
    assert sorted(said) == ["Agent 1 (Grande-Commune)", "Agent 2", "agent 1 (Direction de l’eau)"]

    page = town.someone(Role.STEWARD).get(f"/organisations/mandats/organisation/{town.service_id}").text
    assert "Agent 1 (Grande-Commune)" in page
