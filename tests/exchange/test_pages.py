"""A catalogue brought in by page: received, read aside, looked at, applied, undone or abandoned."""

from typing import Any

import pytest
from sqlalchemy import text

from registry.exchange.jobs import import_jobs
from registry.kernel.permissions import Role
from registry.platform.jobs import work_once
from tests.conftest import Someone, Town
from tests.exchange.conftest import PREFIXES

pytestmark = pytest.mark.database

BODY = (PREFIXES + 'ex:a a dcat:Dataset ; dct:identifier "a" ; dct:title "Arbres remarquables"@fr .').encode()


def work(town: Town) -> None:
    """The worker does what waits."""
    work_once(town.home.urls.jobs, town.home.jobs, import_jobs(town.home, town.info))


def send(town: Town, who: Someone, content: bytes = BODY, name: str = "essai.ttl", **values: Any) -> Any:
    """Sends the form of the page."""
    data = {"organisation_id": str(town.authority_id), "address": "", **values}
    files = {"file": (name, content, "text/turtle")} if content or not values.get("address") else None
    return who.post("/imports", data, files=files or {"file": ("", b"", "application/octet-stream")})


def count(town: Town, what: str) -> int:
    with town.acting() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def test_a_file_is_received_shown_applied_and_undone(town: Town):
    steward = town.someone(Role.STEWARD)
    sent = send(town, steward)
    assert sent.status_code == 303, sent.text
    page = sent.headers["location"]
    progress = steward.get(f"{page}/avancement", headers={"hx-request": "true"})
    assert progress.status_code == 200
    assert "hx-refresh" not in progress.headers
    assert steward.get(f"{page}/avancement").headers["location"] == page

    work(town)

    assert steward.get(f"{page}/avancement", headers={"hx-request": "true"}).headers["hx-refresh"] == "true"
    shown = steward.get(page).text
    assert "Aperçu prêt" in shown
    assert "Arbres remarquables" in shown
    assert count(town, "dataset") == 0
    assert steward.post(f"{page}/defaire").status_code == 409

    assert steward.post(f"{page}/appliquer").status_code == 303
    work(town)
    assert "Arbres remarquables" in steward.get("/jeux").text
    assert count(town, f"ledger_entry WHERE table_name = 'dataset' AND account_id = {steward.account_id}") == 1
    assert steward.post(f"{page}/abandonner").status_code == 409
    assert steward.post(f"{page}/appliquer").status_code == 409

    assert steward.post(f"{page}/defaire").status_code == 303
    work(town)
    assert count(town, "dataset") == 0
    assert "Annulé" in steward.get(page).text


def test_a_preview_is_abandoned_and_never_applied(town: Town):
    steward = town.someone(Role.STEWARD)
    page = send(town, steward).headers["location"]
    assert steward.post(f"{page}/appliquer").status_code == 409
    work(town)

    assert steward.post(f"{page}/abandonner").status_code == 303

    assert steward.post(f"{page}/appliquer").status_code == 409
    assert count(town, "dataset") == 0


def test_bad_files_and_addresses_are_refused_by_the_page(town: Town):
    steward = town.someone(Role.STEWARD)
    for content, name in (
        (b"", "vide.ttl"),
        (b"<!DOCTYPE html><html></html>", "p.rdf"),
        (b"PK\x03\x04" + b"\0" * 40, "a.zip"),
    ):
        refused = send(town, steward, content, name)
        assert refused.status_code == 422, name
        assert "Ce fichier" in refused.text
    assert send(town, steward, b"", address="file:///etc/passwd").status_code == 422
    assert send(town, steward, b"").status_code == 422
    assert send(town, steward, organisation_id="999999").status_code == 422
    too_large = send(town, steward, b"#" * (50 * 2**20 + 1))
    assert too_large.status_code == 413
    assert steward.api("POST", "/api/v1/datasets", content=b"{" + b" " * (10 * 2**20)).status_code == 413
    assert count(town, "import_batch") == 0


def test_a_file_that_proves_unreadable_and_a_private_address_say_so_on_their_page(town: Town):
    steward = town.someone(Role.STEWARD)
    half = send(town, steward, BODY[:-30]).headers["location"]
    private = send(town, steward, b"", address="http://127.0.0.1:1/catalogue.ttl").headers["location"]

    work(town)

    assert "s’arrête en plein milieu" in steward.get(half).text
    assert "machine privée" in steward.get(private).text
    assert steward.post(f"{half}/appliquer").status_code == 409
    assert count(town, "dataset") == count(town, "import_line") == 0
