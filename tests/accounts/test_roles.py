"""Roles: nobody gives or takes more than they hold, and somebody always administers."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from registry.accounts.service import grant_role
from registry.kernel.permissions import Role
from tests.accounts.test_signing_in import mailbox, sign_in
from tests.conftest import PASSWORD, Someone, Town

pytestmark = pytest.mark.database


def grants_of(town: Town, account_id: int) -> list[tuple[int, str, int]]:
    """The roles an account holds: their numbers, names and organisations."""
    with town.acting() as session:
        return [
            tuple(row)
            for row in session.execute(
                text("SELECT id, role, organisation_id FROM role_grant WHERE account_id = :id AND NOT ended"),
                {"id": account_id},
            )
        ]


def state_of(town: Town, account_id: int) -> str:
    """Whether an account may sign in."""
    with town.acting() as session:
        said: str = session.execute(text("SELECT state FROM account WHERE id = :id"), {"id": account_id}).scalar_one()
    return said


def test_a_role_given_holds_at_once_and_ended_no_more(town: Town) -> None:
    administrator, reader = town.someone(Role.ADMINISTRATOR), town.someone(Role.READER)
    wanted = {"title": "Bornes", "organisation_id": str(town.authority_id), "nature": "other"}
    assert reader.post("/jeux/nouveau", wanted).status_code == 403

    given = administrator.post(
        f"/comptes/{reader.account_id}/roles", {"role": "steward", "organisation_id": str(town.authority_id)}
    )
    assert given.status_code == 303
    assert reader.post("/jeux/nouveau", wanted).status_code == 303
    assert reader.api("POST", "/api/v1/datasets", json={"organisation_id": town.authority_id, "title": "A"}).is_success

    number = next(grant for grant, role, _on in grants_of(town, reader.account_id) if role == "steward")
    assert administrator.post(f"/comptes/roles/{number}/terminer").status_code == 303
    assert reader.post("/jeux/nouveau", wanted).status_code == 403
    again = reader.api("POST", "/api/v1/datasets", json={"organisation_id": town.authority_id, "title": "B"})
    assert again.status_code == 403
    assert administrator.post(f"/comptes/roles/{number}/terminer").status_code == 404


def test_who_holds_no_role_any_more_reads_nothing_and_can_still_leave(town: Town) -> None:
    town.record("Bornes")
    administrator, reader = town.someone(Role.ADMINISTRATOR), town.someone(Role.READER)
    for number, _role, _on in grants_of(town, reader.account_id):
        administrator.post(f"/comptes/roles/{number}/terminer")

    assert reader.get("/jeux").status_code == 403
    assert reader.api("GET", "/api/v1/datasets").status_code == 403
    assert reader.get("/").headers["location"] == "/mon-compte"
    assert "Aucun rôle" in reader.get("/mon-compte").text
    assert reader.post("/deconnexion").status_code == 303


def test_who_holds_no_role_any_more_still_changes_their_password(town: Town) -> None:
    administrator, reader = town.someone(Role.ADMINISTRATOR), town.someone(Role.READER)
    for number, _role, _on in grants_of(town, reader.account_id):
        administrator.post(f"/comptes/roles/{number}/terminer")
    new = "une autre phrase de passe longue"

    wrong = reader.post("/mon-compte/mot-de-passe", {"current": "faux", "password": new, "again": new})
    named = f"reader.{town.authority_id} et une phrase longue"
    weak = reader.post("/mon-compte/mot-de-passe", {"current": PASSWORD, "password": named, "again": named})
    changed = reader.post("/mon-compte/mot-de-passe", {"current": PASSWORD, "password": new, "again": new})

    assert (wrong.status_code, weak.status_code, changed.status_code) == (422, 422, 303)
    assert "sans votre adresse" in weak.text
    assert sign_in(town, mailbox(Role.READER, town), new).status_code == 303


def test_an_administrator_of_a_commune_gives_nothing_above_or_beside_it(town: Town) -> None:
    local, reader = town.someone(Role.ADMINISTRATOR, town.commune_id), town.someone(Role.READER, town.commune_id)
    for place in (town.authority_id, town.other_commune_id):
        given = local.post(f"/comptes/{reader.account_id}/roles", {"role": "reader", "organisation_id": str(place)})
        invited = local.post(
            "/comptes",
            {"name": "X", "email": "x@essai.invalid", "role": "administrator", "organisation_id": str(place)},
        )
        assert (given.status_code, invited.status_code) == (403, 403)

    assert [on for _id, _role, on in grants_of(town, reader.account_id)] == [town.commune_id]


def test_who_administers_one_commune_and_reads_another_sees_the_accounts_of_the_first_alone(town: Town) -> None:
    both, own = town.someone(Role.ADMINISTRATOR, town.commune_id), town.someone(Role.READER, town.commune_id)
    town.someone(Role.STEWARD, town.other_commune_id)
    with town.acting() as session:
        for who in (both, own):
            grant_role(session, who.account_id, role=Role.READER, on=town.other_commune_id)

    page = both.get("/comptes").text

    assert f"reader.{town.commune_id}@essai.invalid" in page
    assert f"steward.{town.other_commune_id}@essai.invalid" not in page
    assert "Petite-Commune" not in page


def test_an_account_that_also_rules_above_is_neither_opened_nor_stopped_from_below(town: Town) -> None:
    local = town.someone(Role.ADMINISTRATOR, town.commune_id)
    both = town.someone(Role.STEWARD, town.commune_id)
    with town.acting() as session:
        grant_role(session, both.account_id, role=Role.ADMINISTRATOR, on=town.authority_id)

    link = local.post(f"/comptes/{both.account_id}/lien")
    stopped = local.post(f"/comptes/{both.account_id}/arreter")

    assert (link.status_code, stopped.status_code) == (403, 403)
    assert "que vous n’administrez pas" in link.text
    assert "/lien/" not in link.text
    assert state_of(town, both.account_id) == "active"
    above = town.someone(Role.ADMINISTRATOR)
    assert above.post(f"/comptes/{both.account_id}/lien").status_code == 200


def test_the_last_administrator_stays(town: Town) -> None:
    one, two = town.someone(Role.ADMINISTRATOR), town.someone(Role.STEWARD)
    (number, _role, _on), *_rest = grants_of(town, one.account_id)

    last = one.post(f"/comptes/roles/{number}/terminer")
    assert last.status_code == 409
    assert "dernier compte qui administre" in last.text
    assert one.post(f"/comptes/{one.account_id}/arreter").status_code == 403

    invited = {"name": "Invité", "email": "i@essai.invalid", "role": "administrator"}
    one.post("/comptes", {**invited, "organisation_id": str(town.authority_id)})
    assert one.post(f"/comptes/roles/{number}/terminer").status_code == 409, "Who was only invited may never come."

    one.post(f"/comptes/{two.account_id}/roles", {"role": "administrator", "organisation_id": str(town.authority_id)})
    assert one.post(f"/comptes/roles/{number}/terminer").status_code == 303


def test_a_commune_s_last_administrator_may_go_where_one_above_remains(town: Town) -> None:
    above, local = town.someone(Role.ADMINISTRATOR), town.someone(Role.ADMINISTRATOR, town.commune_id)
    (number, _role, _on), *_rest = grants_of(town, local.account_id)

    assert local.post(f"/comptes/roles/{number}/terminer").status_code == 409
    assert above.post(f"/comptes/{local.account_id}/arreter").status_code == 303


def test_two_administrators_who_end_each_other_at_once_leave_one(town: Town) -> None:
    one, two = town.someone(Role.ADMINISTRATOR), town.someone(Role.STEWARD)
    with town.acting() as session:
        grant_role(session, two.account_id, role=Role.ADMINISTRATOR, on=town.authority_id)
    numbers = {
        who.account_id: next(n for n, role, _on in grants_of(town, who.account_id) if role == "administrator")
        for who in (one, two)
    }
    assert town.client is not None

    def end(pair: tuple[Someone, Someone]) -> int:
        return pair[0].post(f"/comptes/roles/{numbers[pair[1].account_id]}/terminer").status_code

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(end, [(one, two), (two, one)]))

    left = [n for who in (one, two) for n, role, _on in grants_of(town, who.account_id) if role == "administrator"]
    assert len(left) == 1
    assert answers.count(303) == 1


def test_a_stopped_account_is_out_at_once_by_page_and_by_key(town: Town) -> None:
    administrator, reader = town.someone(Role.ADMINISTRATOR), town.someone(Role.READER)
    assert reader.get("/jeux").status_code == 200

    assert administrator.post(f"/comptes/{reader.account_id}/arreter").status_code == 303

    assert reader.get("/jeux").headers["location"].startswith("/connexion")
    assert reader.api("GET", "/api/v1/datasets").status_code == 401
    assert state_of(town, reader.account_id) == "stopped"


def test_who_decides_as_well_as_advises_is_told_to_be_looked_at(town: Town) -> None:
    """GDPR art. 38 §6: a DPO's other tasks result in no conflict of interests."""
    administrator, dpo = town.someone(Role.ADMINISTRATOR), town.someone(Role.DPO)
    town.someone(Role.DIRECTOR)
    assert "art. 38 § 6" not in administrator.get("/comptes").text.replace("\xa0", " ")
    with town.acting() as session:
        grant_role(session, dpo.account_id, role=Role.STEWARD, on=town.service_id)
    assert "art. 38 § 6" not in administrator.get("/comptes").text.replace("\xa0", " ")
    with town.acting() as session:
        grant_role(session, dpo.account_id, role=Role.DIRECTOR, on=town.service_id)
    assert administrator.get("/comptes").text.replace("\xa0", " ").count("art. 38 § 6") == 1
