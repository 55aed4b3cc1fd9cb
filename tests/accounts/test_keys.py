"""API keys: each acts for its account within its scope, never for itself, and dies when told."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import text

from registry.accounts.forms import TokenForm
from registry.accounts.service import make_token
from registry.accounts.vocabulary import TokenScope
from registry.kernel.permissions import Role
from registry.platform.clock import today
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database
_NUMBERS = count(1)


def key_of(town: Town, someone: Someone, scope: TokenScope = TokenScope.READ) -> tuple[int, dict[str, str]]:
    """A new key of somebody's: its number, and the header it is shown in."""
    day = town.info["today"]()
    with town.acting() as session:
        form = TokenForm(name=f"clé {next(_NUMBERS)}", scope=scope, expires_on=day + timedelta(days=9))
        kept, secret = make_token(session, someone.account_id, town.authority_id, form, today=day)
        return kept.id, {"Authorization": f"Bearer {secret}"}


def test_a_key_that_reads_writes_nothing(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    number = town.record()
    _id, key = key_of(town, steward)

    assert town.client.get(f"/api/v1/datasets/{number}", headers=key).status_code == 200
    refused = [
        town.client.post("/api/v1/datasets", json={"organisation_id": town.authority_id, "title": "A"}, headers=key),
        town.client.patch(f"/api/v1/datasets/{number}", json={"title": "A"}, headers={**key, "If-Match": '"1"'}),
        town.client.post(
            f"/api/v1/datasets/{number}/annulment", json={"reason": "Doublon"}, headers={**key, "If-Match": '"1"'}
        ),
    ]
    assert [answer.status_code for answer in refused] == [403] * 3
    with town.acting() as session:
        assert session.execute(text("SELECT max(version), count(*) FROM dataset")).one() == (1, 1)


@pytest.mark.parametrize("scope", [TokenScope.READ, TokenScope.WRITE])
def test_a_key_makes_no_other_key_and_changes_no_account(town: Town, scope: TokenScope) -> None:
    administrator = town.someone(Role.ADMINISTRATOR)
    reader = town.someone(Role.READER)
    number, key = key_of(town, administrator, scope)
    with town.acting() as session:
        before = session.execute(text("SELECT max(id) FROM ledger_entry")).scalar_one()
    asked = {
        "/mon-compte/cles": {"name": "autre", "scope": "write", "expires_on": "2027-01-15"},
        f"/mon-compte/cles/{number}/revoquer": {},
        "/mon-compte/mot-de-passe": {"current": "x", "password": "y", "again": "y"},
        f"/comptes/{reader.account_id}/lien": {},
        f"/comptes/{reader.account_id}/arreter": {},
        "/jeux/nouveau": {"title": "A", "organisation_id": str(town.authority_id)},
        "/deconnexion": {},
    }

    statuses = {path: town.client.post(path, data=form, headers=key).status_code for path, form in asked.items()}

    assert set(statuses.values()) == {403}
    assert town.client.get("/mon-compte", headers=key).status_code == 403
    with town.acting() as session:
        assert session.execute(text("SELECT max(id) FROM ledger_entry")).scalar_one() == before


def test_nobody_revokes_another_s_key_or_closes_another_s_session_by_its_number(town: Town) -> None:
    administrator, reader = town.someone(Role.ADMINISTRATOR), town.someone(Role.READER)
    number, key = key_of(town, reader)
    with town.acting() as session:
        signed = session.execute(
            text("SELECT id FROM signed_session WHERE account_id = :id"), {"id": reader.account_id}
        ).scalar_one()

    assert administrator.post(f"/mon-compte/cles/{number}/revoquer").status_code == 404
    assert administrator.post(f"/mon-compte/sessions/{signed}/fermer").status_code == 404
    assert town.client.get("/api/v1/datasets", headers=key).status_code == 200
    assert reader.get("/jeux").status_code == 200


def test_a_key_that_nobody_knows_is_refused_on_a_page_too_and_sends_nowhere(town: Town) -> None:
    """Sent on to the sign-in, a program brings the same key there: it would go round for ever."""
    number = town.record("Titre gardé")
    for key in ("Bearer xyz", "bearer beffroi_ancienne", "Bearer "):
        for path in ("/connexion", "/", "/jeux", f"/jeux/{number}", f"/jeux/{number}/historique?au=2026-01-01"):
            answer = town.client.get(path, headers={"Authorization": key}, follow_redirects=False)
            assert answer.status_code == 401, (key, path)
            assert "location" not in answer.headers
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "Cette clé d’API n’est pas reconnue" in answer.text
            assert "retirez l’en-tête Authorization" in answer.text
            assert "Titre gardé" not in answer.text
    without = town.client.get("/jeux", follow_redirects=False)
    assert (without.status_code, without.headers["location"]) == (303, "/connexion?suite=/jeux")


def test_a_revoked_or_expired_key_is_refused_and_the_revocation_is_recorded(town: Town) -> None:
    reader = town.someone(Role.READER)
    number, key = key_of(town, reader)
    _other, late = key_of(town, reader)
    assert reader.post(f"/mon-compte/cles/{number}/revoquer").status_code == 303
    with town.as_owner() as session:
        session.execute(text("UPDATE api_token SET expires_on = current_date - 1 WHERE id <> :id"), {"id": number})
        event = session.execute(
            text("SELECT event FROM ledger_entry WHERE table_name = 'api_token' AND row_id = :id AND version = 2"),
            {"id": number},
        ).scalar_one()

    for headers in (key, late, {"Authorization": "Bearer inconnue"}, {"Authorization": "Bearer "}):
        answer = town.client.get("/api/v1/datasets", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert event == "accounts:token:revoke"


@pytest.mark.parametrize("zone", ["Etc/GMT-14", "Etc/GMT+12"])
def test_a_key_s_last_day_is_that_of_the_authority_not_of_the_server(town: Town, zone: str) -> None:
    # Of these two zones, one at least is on another day than the server, at any time.
    _today, last = key_of(town, town.someone(Role.READER))
    number, late = key_of(town, town.someone(Role.READER))
    with town.as_owner() as session:
        session.execute(text("UPDATE registry SET time_zone = :zone"), {"zone": zone})
        session.execute(
            text("UPDATE api_token SET expires_on = :today - CASE WHEN id = :late THEN 1 ELSE 0 END"),
            {"today": today(zone), "late": number},
        )

    answers = [town.client.get("/api/v1/datasets", headers=key).status_code for key in (last, late)]

    assert answers == [200, 401]


def test_a_key_s_secret_is_shown_once_and_kept_nowhere(town: Town) -> None:
    reader = town.someone(Role.READER)
    page = reader.post("/mon-compte/cles", {"name": "Moissonneur", "scope": "read", "expires_on": "2027-01-15"})

    secret = next(word for word in page.text.replace("<", " ").replace(">", " ").split() if "beffroi_" in word)
    assert "Moissonneur" in reader.get("/mon-compte").text
    assert secret not in reader.get("/mon-compte").text
    with town.as_owner() as session:
        kept = str(session.execute(text("SELECT * FROM api_token")).all())
        kept += str(session.execute(text("SELECT snapshot FROM ledger_entry WHERE table_name = 'api_token'")).all())
    assert secret not in kept


@pytest.mark.parametrize("day", ["2020-01-01", "2030-01-01", "hier", ""])
def test_a_key_lasts_a_year_at_most_and_never_ends_before_it_begins(town: Town, day: str) -> None:
    answer = town.someone(Role.READER).post("/mon-compte/cles", {"name": "A", "scope": "read", "expires_on": day})

    assert answer.status_code == 422


def test_the_current_password_is_not_guessed_from_a_stolen_session(town: Town) -> None:
    reader = town.someone(Role.READER)
    form = {"password": "une autre phrase de passe longue", "again": "une autre phrase de passe longue"}
    for number in range(10):
        assert reader.post("/mon-compte/mot-de-passe", {**form, "current": f"essai {number}"}).status_code == 422

    answer = reader.post("/mon-compte/mot-de-passe", {**form, "current": "une phrase de passe assez longue"})

    assert answer.status_code == 422
    assert "Attendez un quart d’heure" in answer.text


def test_a_form_sent_twice_makes_one_key_and_a_name_serves_again_once_its_key_is_revoked(town: Town):
    reader, form = town.someone(Role.READER), {"name": "Moissonneur", "scope": "read", "expires_on": "2027-01-15"}
    assert reader.post("/mon-compte/cles", form).status_code == 200

    again = reader.post("/mon-compte/cles", form)

    assert again.status_code == 422
    assert "Une de vos clés porte déjà ce nom" in again.text
    assert town.someone(Role.LEGAL).post("/mon-compte/cles", form).status_code == 200, "Somebody else’s key is theirs."
    with town.acting() as session:
        query = "SELECT id FROM api_token WHERE account_id = :account AND name = 'Moissonneur'"
        (number,) = session.execute(text(query), {"account": reader.account_id}).scalars()
    assert reader.post(f"/mon-compte/cles/{number}/revoquer").status_code == 303
    assert reader.post("/mon-compte/cles", form).status_code == 200
