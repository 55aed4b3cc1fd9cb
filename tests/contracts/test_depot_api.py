"""The link of an operator, held by a program: what it reads and deposits by the API, and all that it does not open."""

import hashlib
from io import StringIO
from typing import Any

import pytest
from httpx import Response

from registry.contracts.depots.queries import get_link
from registry.contracts.depots.service import revoke_operator_link
from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.contracts.test_depots import ONE, ROWS, Scene
from tests.exchange.tables import csv_of

pytestmark = pytest.mark.database
DEPOT = "/api/v1/depot"


@pytest.fixture
def scene(town: Town) -> Scene:
    return Scene(town)


def reads(scene: Scene, token: str | None = None) -> Response:
    return scene.town.client.get(DEPOT, headers={"Authorization": f"Bearer {token or scene.token}"})


def sends(
    scene: Scene, content: bytes | None, name: str = "volumes.csv", *, token: str | None = None,
    delivery: int | None = None, **headers: str,
) -> Response:  # fmt: skip
    files: Any = {"file": (name, content, "text/csv")} if content is not None else {"rien": (None, "x")}
    return scene.town.client.post(
        f"{DEPOT}/deliveries/{delivery or scene.delivery}/receipts", files=files,
        headers={"Authorization": f"Bearer {token or scene.token}", **headers},
    )  # fmt: skip


def test_a_program_reads_what_is_owed_and_deposits_it_without_account_and_reads_its_acknowledgement(
    scene: Scene,
) -> None:
    before = reads(scene).json()
    [owed] = before["deliveries"]
    assert (before["contract"], owed["id"], owed["state"], owed["days_late"]) == ("Eau", scene.delivery, "late", 9)
    assert (owed["title"], owed["may_deposit"], owed["receipts"]) == ("Volumes, Eau", True, [])

    content = csv_of(ROWS)
    answer = sends(scene, content)

    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said["sha256"] == hashlib.sha256(content).hexdigest()
    assert (said["number"], said["file_type"], said["days_late"], said["answer"]) == (1, "CSV", 9, "waiting")
    checks = {one["code"]: one for one in said["checks"]}
    assert (checks["agreed-format"]["verdict"], len(checks["agreed-format"]["sentences"])) == ("ok", 1)
    [receipt] = scene.receipts()
    assert (receipt.channel, receipt.file_name, receipt.received_on) == ("link", "volumes.csv", scene.today)
    after = reads(scene).json()["deliveries"][0]
    assert (after["state"], after["receipts"]) == ("waiting", [said])
    assert "Attend la réponse de la collectivité" in scene.says(), "and the page of the same link shows it"


def test_what_is_not_kept_is_refused_with_a_sentence_and_nothing_is_written(scene: Scene) -> None:
    program, nothing = sends(scene, b"\x7fELF" + bytes(90)), sends(scene, None)
    assert (program.status_code, nothing.status_code) == (422, 422)
    assert "est un programme" in program.json()["detail"]
    assert nothing.json()["errors"][0]["path"] == "file"
    large = sends(scene, b"a;b\n" + b"1;2\n" * (14 * 2**20))
    assert large.status_code == 413
    assert "50 Mio" in large.json()["detail"]
    assert "Remettez-le autrement" in large.json()["detail"]
    key = sends(scene, csv_of(ROWS), **{"Idempotency-Key": "une-cle"})
    assert (key.status_code, "relisez ce qui est reçu" in key.json()["detail"]) == (422, True)
    assert scene.receipts() == []


def test_nothing_of_another_contract_is_read_or_taken(scene: Scene) -> None:
    assert "Assainissement" not in reads(scene).text
    assert sends(scene, csv_of(ROWS), delivery=scene.other_delivery).status_code == 404
    assert scene.receipts() == []


@pytest.mark.parametrize("closed", ["revoked", "expired", "false", "account's key"])
def test_a_token_that_opens_nothing_is_refused_before_the_file_is_read(scene: Scene, closed: str) -> None:
    token = None
    with scene.town.acting() as session:
        link = get_link(session, scene.link)
        if closed == "revoked":
            revoke_operator_link(session, link.id, expected=link.version)
        elif closed == "expired":
            link.expires_on = scene.today - ONE
    if closed == "false":
        token = "x" * 43
    elif closed == "account's key":
        token = scene.town.someone(Role.ADMINISTRATOR).api_token
    for answer in (reads(scene, token), sends(scene, csv_of(ROWS), token=token)):
        assert answer.status_code == 401
        assert "Demandez-en un autre au service de la collectivité" in answer.json()["detail"]
        assert answer.headers["www-authenticate"] == "Bearer"
    assert scene.receipts() == []


def test_only_the_header_opens_it_neither_an_address_nor_the_cookie_of_somebody_signed_in(scene: Scene) -> None:
    client, who = scene.town.client, scene.town.someone(Role.ADMINISTRATOR)
    assert client.get(f"{DEPOT}?token={scene.token}").status_code == 401
    assert client.get(f"{DEPOT}/{scene.token}").status_code == 404
    signed = client.get(DEPOT, headers={"Cookie": who.cookie})
    assert signed.status_code == 401
    assert "le jeton du lien de dépôt" in signed.json()["detail"]


def test_tokens_tried_at_random_are_slowed_down_and_the_pages_of_links_with_them(scene: Scene) -> None:
    for _attempt in range(10):
        assert reads(scene, "faux").status_code == 401
    slowed = reads(scene, "faux")
    assert (slowed.status_code, slowed.headers["retry-after"]) == (429, "900")
    for rank in range(40):
        assert reads(scene, f"faux-{rank}").status_code == 401
    assert sends(scene, csv_of(ROWS)).status_code == 429
    assert scene.page().status_code == 429
    assert scene.receipts() == []


def test_the_token_is_in_no_log_and_the_page_shows_how_a_program_deposits_without_it(
    scene: Scene, journal: StringIO
) -> None:
    sends(scene, csv_of(ROWS))
    reads(scene)
    assert scene.token not in journal.getvalue()
    page = scene.page().text
    shown = page[page.index("Déposer depuis un programme") :]
    assert f"/api/v1/depot/deliveries/{scene.delivery}/receipts" in shown
    assert "$JETON" in shown
    assert scene.token not in shown


def test_the_document_of_the_api_says_that_the_key_is_the_link_s(scene: Scene) -> None:
    document = scene.town.client.get("/api/v1/openapi.json").json()
    sent = document["paths"]["/api/v1/depot/deliveries/{delivery_id}/receipts"]["post"]
    assert sent["security"] == [{"link": []}]
    assert {"201", "401", "404", "409", "413", "422", "429"} <= set(sent["responses"])
    assert "Idempotency-Key" not in {one["name"] for one in sent["parameters"]}
    assert "jeton d’un lien de dépôt" in scene.town.client.get("/aide/api").text
