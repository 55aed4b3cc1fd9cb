"""A catalogue brought in by page: received, read aside, looked at, applied, undone or abandoned."""

from typing import Any

import pytest
from sqlalchemy import text

from registry.accounts.service import grant_role
from registry.exchange.jobs import READ, import_jobs, session_opener
from registry.exchange.models import ImportState
from registry.exchange.queries import get_batch
from registry.exchange.service import at_work
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from registry.platform.jobs import work_once
from registry.platform.models import StoredFile
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
    shown = steward.get(page).text
    assert "Créée puis retirée" in shown
    assert "toutes ses écritures sont défaites" in shown


def test_what_undoing_left_is_not_counted_as_taken_back(town: Town):
    steward = town.someone(Role.STEWARD)
    second = BODY + b'ex:b a dcat:Dataset ; dct:identifier "b" ; dct:title "Bancs"@fr .'
    page = send(town, steward, second).headers["location"]
    for act in ("", "/appliquer"):
        assert not act or steward.post(f"{page}{act}").status_code == 303
        work(town)
    with town.acting("account:1") as session:
        session.execute(text("UPDATE dataset SET description = 'Relu' WHERE identifier = 'b'"))

    steward.post(f"{page}/defaire")
    work(town)

    shown, listed = steward.get(page).text, " ".join(steward.get("/imports").text.split())
    assert "Créées puis retirées : 1" in listed
    assert "Restées telles quelles : 1" in listed
    assert "Restée telle quelle" in shown
    assert "Restées telles quelles" in shown
    assert "À créer" not in shown
    assert "toutes ses écritures sont défaites" not in shown


def test_who_only_reads_an_organisation_sees_none_of_its_imports(town: Town):
    other = send(town, town.someone(Role.STEWARD), organisation_id=str(town.other_commune_id)).headers["location"]
    work(town)
    who = town.someone(Role.STEWARD, town.commune_id)
    with town.acting() as session:
        grant_role(session, who.account_id, role=Role.READER, on=town.other_commune_id)
    own = send(town, who, name="le-sien.ttl", organisation_id=str(town.commune_id)).headers["location"]

    listed = who.get("/imports").text

    assert "le-sien.ttl" in listed
    assert "essai.ttl" not in listed
    assert who.get(own).status_code == 200
    for path in (other, f"{other}/avancement"):
        refused = who.get(path, headers={"hx-request": "true"})
        assert refused.status_code == 403, path
        assert "Arbres remarquables" not in refused.text
    for act in ("appliquer", "defaire", "relire", "abandonner"):
        assert who.post(f"{other}/{act}").status_code == 403, act


def test_a_preview_is_abandoned_and_never_applied(town: Town):
    steward = town.someone(Role.STEWARD)
    page = send(town, steward).headers["location"]
    assert steward.post(f"{page}/appliquer").status_code == 409
    work(town)

    assert steward.post(f"{page}/abandonner").status_code == 303

    assert steward.post(f"{page}/appliquer").status_code == 409
    assert count(town, "dataset") == 0


@pytest.mark.parametrize("end", ["applied", "undone", "abandoned", "unreadable"])
def test_the_file_of_an_import_is_kept_until_no_import_needs_it(town: Town, end: str):
    steward, files = town.someone(Role.STEWARD), town.home.files
    content = BODY[:-30] if end == "unreadable" else BODY
    page, other = (
        send(town, steward, content, organisation_id=str(where)).headers["location"]
        for where in (town.authority_id, town.other_commune_id)
    )
    (digest,) = files.every()
    if end == "unreadable":
        work(town)
        assert files.every() == []
        return
    work(town)

    for act in {"applied": ["appliquer"], "undone": ["appliquer", "defaire"], "abandoned": ["abandonner"]}[end]:
        assert steward.post(f"{page}/{act}").status_code == 303
        work(town)
        assert files.every() == [digest]
    assert steward.post(f"{other}/abandonner").status_code == 303
    work(town)

    assert files.every() == []
    assert digest in steward.get(page).text


def test_a_file_that_a_register_names_outlives_its_import(town: Town):
    steward = town.someone(Role.STEWARD)
    page = send(town, steward).headers["location"]
    (digest,) = town.home.files.every()
    work(town)
    with town.acting() as session:
        session.add(
            StoredFile(
                organisation_id=town.authority_id, sha256=digest, size=len(BODY), media_type="text/turtle", name="a.ttl"
            )
        )

    steward.post(f"{page}/abandonner")
    work(town)

    assert town.home.files.every() == [digest]


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


def test_an_import_somebody_works_at_is_neither_taken_back_nor_abandoned(town: Town):
    steward = town.someone(Role.STEWARD)
    page = send(town, steward).headers["location"]
    work(town)
    number = int(page.rpartition("/")[2])
    with town.acting() as session:
        get_batch(session, number, lock=True).state = ImportState.APPLYING

    with at_work(session_opener(town.home, Acting("cli:essai"), town.info), number):
        assert "/defaire" not in steward.get(page).text
        for act in ("appliquer", "defaire", "abandonner"):
            assert steward.post(f"{page}/{act}").status_code == 409, act

    assert "/defaire" in steward.get(page).text
    assert steward.post(f"{page}/appliquer").status_code == 303
    assert steward.post(f"{page}/appliquer").status_code == 303
    assert steward.post(f"{page}/defaire").status_code == 409
    with town.as_owner() as session:
        rows = session.execute(text("SELECT status::text, lock FROM jobs.procrastinate_jobs ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [("succeeded", f"import:{number}"), ("todo", f"import:{number}")]


def test_a_file_whose_reading_failed_is_read_again_or_abandoned(town: Town):
    def break_down(_job: Any) -> dict[str, Any]:
        raise ZeroDivisionError

    steward = town.someone(Role.STEWARD)
    page, other = (send(town, steward).headers["location"] for _turn in range(2))
    assert steward.post(f"{page}/abandonner").status_code == 409
    work_once(town.home.urls.jobs, town.home.jobs, {READ: break_down})
    shown = steward.get(page).text
    assert f"{page}/relire" in shown
    assert f"{page}/abandonner" in shown

    assert steward.post(f"{page}/relire").status_code == 303
    assert steward.post(f"{other}/abandonner").status_code == 303
    work(town)

    assert "Aperçu prêt" in steward.get(page).text
    assert "Abandonné" in steward.get(other).text
    assert steward.post(f"{page}/relire").status_code == 409
