"""The pages of documents: the register, asking for one, following the job, downloading its exact bytes."""

import re
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, select, text

from registry.kernel.issuing import Subject
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from registry.platform.jobs import perform, work_once
from registry.reporting.discovery import find_reports
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import find_documents
from registry.reporting.service import issue_report
from registry.rooms import job_functions
from tests.conftest import Town

pytestmark = pytest.mark.database


def issued(town: Town, on: int, content: bytes = b"document") -> int:
    """A document of an organisation, as the register keeps it."""
    day = town.info["today"]()
    with town.acting() as session:
        digest = town.home.files.keep(content)
        document = IssuedDocument(
            organisation_id=on, report_id="compliance", title="Rapport", subject_kind="organisation", subject_id=on,
            as_of=day, known_on=day, law_of=day, seal_no=3, ledger_root="", canonical_sha256=digest,
            template_sha256="", document_sha256=digest, media_type="text/html", csv_sha256=digest, versions={},
            issued_at=session.execute(select(func.now())).scalar_one(), issued_by="essai",
        )  # fmt: skip
        session.add(document)
        session.flush()
        return document.id


def test_a_document_is_downloaded_byte_for_byte_by_who_may_read_it(town: Town) -> None:
    number = issued(town, town.commune_id, "<p>é</p>".encode())
    reader = town.someone(Role.READER, town.commune_id)

    answer = reader.get(f"/documents/{number}/document")

    assert answer.content == "<p>é</p>".encode()
    assert answer.headers["etag"] == f'"{sha256(answer.content).hexdigest()}"'
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert reader.get(f"/documents/{number}/csv").status_code == 200
    assert reader.get(f"/documents/{number}/source").status_code == 404
    assert town.someone(Role.READER, town.other_commune_id).get(f"/documents/{number}/document").status_code == 404


def test_a_file_changed_behind_the_registry_s_back_is_not_handed_out(town: Town) -> None:
    number = issued(town, town.authority_id, b"document")
    (place,) = [one for one in (town.home.settings.root / "files").rglob("*") if one.is_file()]
    place.chmod(0o600)
    place.write_bytes(b"autre chose")

    answer = town.someone(Role.READER).get(f"/documents/{number}/document")

    assert answer.status_code == 503
    assert b"autre chose" not in answer.content


def test_a_report_is_asked_for_within_one_s_rights_and_on_a_day_that_has_come(town: Town) -> None:
    director = town.someone(Role.DIRECTOR, town.commune_id)
    tomorrow = (town.info["today"]() + timedelta(days=1)).isoformat()
    own, above = f"organisation:{town.commune_id}", f"organisation:{town.authority_id}"

    assert director.post("/documents", {"scope": own, "as_of": tomorrow}).status_code == 422
    long_ago = director.post("/documents", {"scope": own, "as_of": "1900-01-01"})
    assert long_ago.status_code == 422
    assert "depuis 2000" in long_ago.text
    assert director.post("/documents", {"scope": "tout"}).status_code == 422
    assert director.post("/documents", {"scope": above}).status_code == 403
    assert director.post("/documents", {"scope": f"organisation:{town.other_commune_id}"}).status_code == 404
    assert town.someone(Role.READER, town.commune_id).post("/documents", {"scope": own}).status_code == 403
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM job_run")).scalar_one() == 0


@pytest.mark.parametrize("part", ["document", "json", "csv"])
def test_no_part_of_a_document_is_handed_to_another_organisation(town: Town, part: str) -> None:
    address = f"/documents/{issued(town, town.commune_id, b'secret de la commune')}/{part}"

    assert town.someone(Role.READER).get(address).content == b"secret de la commune"
    refused = town.someone(Role.DIRECTOR, town.other_commune_id).get(address)

    assert refused.status_code == 404
    assert b"secret" not in refused.content
    assert "etag" not in refused.headers


def test_asked_for_twice_by_one_click_a_report_is_issued_once(town: Town) -> None:
    director, stranger = (town.someone(Role.DIRECTOR, on) for on in (town.commune_id, town.other_commune_id))
    form = {"scope": f"organisation:{town.commune_id}"}

    first, second = (director.post("/documents", form).headers["location"] for _turn in range(2))
    by_the_authority = town.someone(Role.DIRECTOR).post("/documents", form).headers["location"]

    assert first == second != by_the_authority
    for headers in ({}, {"HX-Request": "true"}):
        refused = stranger.get(first, headers=headers)
        assert refused.status_code == 404
        assert "En attente" not in refused.text
    with town.acting() as session:
        session.execute(text("UPDATE job_run SET state = 'done'"))
    assert director.post("/documents", form).headers["location"] not in {first, by_the_authority}


def test_a_job_done_again_hands_back_the_document_it_had_issued(town: Town) -> None:
    number = issued(town, town.commune_id)
    with town.acting() as session:
        session.execute(text("UPDATE issued_document SET job_run_id = 7"))

    again = issue_report(
        town.home, "compliance", subject=Subject("organisation", town.commune_id), as_of=None,
        acting=Acting("cli:essai"), info=town.info, report=lambda *_said: None, job_run_id=7,
    )  # fmt: skip

    assert again.document.id == number
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM issued_document")).scalar_one() == 1


@pytest.mark.slow
@pytest.mark.paper
def test_a_report_is_asked_for_followed_and_downloaded(town: Town) -> None:
    town.record(on=town.commune_id)
    director = town.someone(Role.DIRECTOR, town.commune_id)

    asked = director.post("/documents", {"scope": f"organisation:{town.commune_id}"})
    page = asked.headers["location"]
    assert "En attente" in director.get(page).text
    assert town.someone(Role.READER, town.other_commune_id).get(page).status_code == 404
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))

    done = director.get(page, headers={"HX-Request": "true"}).text
    assert "Terminé" in done
    with town.acting() as session:
        number, actor = session.execute(
            text("SELECT d.id, e.actor FROM issued_document d JOIN ledger_entry e"
                 " ON e.table_name = 'issued_document' AND e.row_id = d.id")
        ).one()  # fmt: skip
    assert f'href="/documents/{number}">Voir le projet, qui attend son approbation' in done
    assert f"account:{director.account_id}" in actor
    assert director.get(f"/documents/{number}/document").status_code == 200
    for part, begins in (("xlsx", b"PK"), ("ods", b"PK"), ("docx", b"PK"), ("odt", b"PK")):
        book = director.get(f"/documents/{number}/{part}")
        assert book.content.startswith(begins)
        assert book.headers["content-disposition"].endswith(f'.{part}"')
    assert "Rapport" in director.get("/documents").text
    run_id = int(page.rpartition("/")[2])
    with town.acting() as session:
        session.execute(text("UPDATE job_run SET state = 'running' WHERE id = :id"), {"id": run_id})
    perform(town.home.jobs, job_functions(town.home, town.info), run_id)
    with town.acting() as session:
        rows = session.execute(text("SELECT id, job_run_id FROM issued_document")).all()
    assert [tuple(row) for row in rows] == [(number, run_id)]


def test_a_document_is_listed_and_read_by_whoever_may_read_what_it_speaks_of_and_nobody_else(town: Town) -> None:
    number = issued(town, town.commune_id)
    with town.acting() as session:
        everything = [(["compliance"], [town.commune_id])]
        assert [one.id for one in find_documents(session, everything)] == [number]
        assert (
            find_documents(session, [(["compliance"], [town.other_commune_id]), (["autre"], [town.commune_id])]) == []
        )
        assert find_documents(session, []) == []
        session.execute(text("UPDATE issued_document SET report_id = 'inconnu'"))

    reader = town.someone(Role.READER, town.commune_id)
    assert reader.get(f"/documents/{number}/document").status_code == 404
    assert "Rapport" not in reader.get("/documents").text.partition("<table")[2]


def test_an_unknown_document_or_subject_is_refused_with_a_sentence(town: Town) -> None:
    director = town.someone(Role.DIRECTOR, town.commune_id)
    own = f"organisation:{town.commune_id}"

    unknown = director.post("/documents", {"report": "bilan", "scope": own})
    strange = director.post("/documents", {"scope": f"systeme:{town.commune_id}"})

    assert unknown.status_code == 404
    assert "« bilan »" in unknown.text.replace("\u00a0", " ")
    assert strange.status_code == 422
    assert "Un rapport porte sur" in strange.text.replace("\u00a0", " ")


def test_every_report_has_a_source_and_every_source_a_report(town: Town) -> None:
    assert {report.id for report in find_reports()} == set(town.info["sources"])


def test_the_page_says_that_compliance_counts_the_bodies_below_and_a_record_does_not(town: Town):
    page = town.someone(Role.DIRECTOR).get("/documents").text

    options = dict(re.findall(r'<option value="(organisation:\d+)"[^>]*>([^<]*)<', page))
    below = "la conformité compte aussi les organismes qui en dépendent"
    assert below in options[f"organisation:{town.authority_id}"]
    assert below not in options[f"organisation:{town.commune_id}"]
