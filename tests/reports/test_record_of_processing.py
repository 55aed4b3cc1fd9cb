"""What the record of processing says, and what its communicable edition never says."""

import io
import re
import tomllib
import zipfile
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pypdf
import pytest

from registry.reporting.discovery import Report, get_report
from registry.reporting.rendering import render
from registry.reporting.twins import csv_table
from registry.reporting.vocabulary import Medium, RenderedDocument, Workbook
from registry.reporting.workbooks import draw_up
from tests.reports.searching import ISSUED, found_in

FULL, COMMUNICABLE = get_report("record-of-processing"), get_report("record-of-processing-communicable")
MODULE = FULL.content
VALUES = import_module(f"{MODULE.__package__}.values")


@pytest.fixture
def content() -> Any:
    return MODULE.from_sample(tomllib.loads(FULL.sample.read_text("utf-8")))


def communicable(content: Any) -> Any:
    """The communicable edition of a record, its security taken out."""
    sheets = tuple(replace(one, security=None) for one in content.activities)
    return replace(content, edition=VALUES.Edition.COMMUNICABLE, activities=sheets)


def searched(report: Report, document: RenderedDocument, passages: set[str]) -> set[str]:
    """The passages found in a rendered document."""
    return found_in(report, document.data, document.canonical, document.table, passages)


def words_of_security(content: Any) -> set[str]:
    """Every passage a record says of its security: measures, notes, names of their pieces."""
    told = [one.security for one in content.activities if one.security]
    return {text for one in told for text in (*one.measures, one.note, *one.evidence) if text}


@pytest.mark.paper
@pytest.mark.parametrize("medium", Medium)
def test_the_communicable_edition_holds_no_word_of_the_security_measures(
    content: Any, tmp_path: Path, rendered: Any, medium: Medium
) -> None:
    passages = words_of_security(content)
    twin = MODULE.to_canonical(communicable(content))
    document = render(COMMUNICABLE, twin, medium=medium, issued_at=ISSUED, home=tmp_path)

    assert len(passages) > 10
    assert searched(COMMUNICABLE, document, passages) == set()
    # The same search finds them all in the full edition: it would find one let through.
    assert searched(FULL, rendered(FULL, medium), passages) == passages


@pytest.mark.paper
def test_the_search_finds_a_measure_let_through_by_another_door(content: Any, tmp_path: Path) -> None:
    passage = next(iter(words_of_security(content)))
    leaking = communicable(content)
    first = replace(leaking.activities[0], notice=f"Vos données sont protégées : {passage}.")

    twin = MODULE.to_canonical(replace(leaking, activities=(first, *leaking.activities[1:])))
    document = render(COMMUNICABLE, twin, medium=Medium.PDF, issued_at=ISSUED, home=tmp_path)

    assert searched(COMMUNICABLE, document, {passage}) == {passage}


def test_a_communicable_record_that_tells_of_security_is_refused(content: Any) -> None:
    with pytest.raises(ValueError, match="tells the security of: T-001"):
        replace(content, edition=VALUES.Edition.COMMUNICABLE)
    said_none = replace(content.activities[0], security=None, declared_none=(VALUES.Heading.SECURITY,))
    with pytest.raises(ValueError, match="T-001"):
        replace(content, edition=VALUES.Edition.COMMUNICABLE, activities=(said_none,))


def test_the_communicable_twin_has_no_place_for_security_and_does_not_count_it(content: Any) -> None:
    open_one = communicable(content)
    headers = MODULE.tables(open_one)[0].headers

    assert b'"security"' not in MODULE.to_canonical(open_one)
    assert "Mesures de sécurité" not in headers
    assert "Mesures de sécurité" in MODULE.tables(content)[0].headers
    assert VALUES.Heading.SECURITY not in open_one.counts(open_one.activities)
    assert "sécurité" not in MODULE.tables(open_one)[0].rows[4][headers.index("À compléter")]


@pytest.mark.parametrize("report", [FULL, COMMUNICABLE], ids=lambda report: report.id)
def test_the_twin_read_back_is_the_same_record_and_writes_the_same_twin(report: Any) -> None:
    content = MODULE.from_sample(tomllib.loads(report.sample.read_text("utf-8")))
    twin = MODULE.to_canonical(content)

    assert MODULE.from_canonical(twin) == content
    assert MODULE.to_canonical(MODULE.from_canonical(twin)) == twin


def test_the_samples_are_fictional_and_name_nobody(content: Any) -> None:
    assert content.demonstration
    for report in (FULL, COMMUNICABLE):
        assert not re.search(r"\b(M\.|Mme|Monsieur|Madame)\b", report.sample.read_text("utf-8"))


def test_what_nobody_said_is_to_complete_and_what_was_said_not_to_exist_is_not(content: Any) -> None:

    cantine, _civil, video, social, bare, permits = content.activities

    assert content.missing(cantine) == ()
    assert cantine.state(VALUES.Heading.TRANSFERS) is VALUES.State.NONE
    assert content.missing(video) == (VALUES.Heading.RETENTION,)
    assert VALUES.Heading.TRANSFERS in content.missing(social), "a transfer without a safeguard is not said"
    assert set(content.missing(bare)) == set(VALUES.AS_CONTROLLER)
    assert content.missing(permits) == ()
    assert content.complete == 3


def test_a_sheet_kept_for_others_is_asked_what_article_30_2_asks(content: Any) -> None:
    (permits,) = content.as_processor
    alone = replace(permits, on_behalf_of=())

    assert VALUES.Heading.BASIS not in content.headings(permits)
    assert content.missing(alone) == (VALUES.Heading.BEHALF,)


def test_the_index_cites_each_dataset_once_with_all_its_sheets(content: Any) -> None:
    index = {line.dataset.title: [one.reference for one in line.activities] for line in content.index}

    assert index["Effectifs des écoles"] == ["T-001", "S-001"]
    assert list(index) == sorted(index, key=str.casefold)


def test_a_workbook_holds_a_sheet_for_each_table_and_its_days_as_days(content: Any) -> None:
    book = draw_up(FULL, MODULE.to_canonical(content), Workbook.XLSX, issued_at=ISSUED)

    assert book == draw_up(FULL, MODULE.to_canonical(content), Workbook.XLSX, issued_at=ISSUED)
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        names = archive.read("xl/workbook.xml").decode()
        first = archive.read("xl/worksheets/sheet1.xml").decode()
    assert all(f'name="{table.name}"' in names for table in MODULE.tables(content))
    day = (date(2012, 9, 1) - date(1899, 12, 30)).days
    assert f"<v>{day}</v>" in first


def test_a_cell_that_a_spreadsheet_would_compute_stays_a_text(content: Any) -> None:
    wild = replace(content.activities[0], name="=HYPERLINK(1)")
    table = MODULE.tables(replace(content, activities=(wild,)))[0]

    assert b"'=HYPERLINK(1)" in csv_table(table.headers, table.rows)


@pytest.mark.parametrize("report", [FULL, COMMUNICABLE], ids=lambda report: report.id)
def test_what_the_review_asks_and_who_signs_it_stand_in_the_full_edition_alone(
    content: Any, tmp_path: Path, report: Report
) -> None:
    one = replace(communicable(content) if report is COMMUNICABLE else content, without_record=("Une commune",))
    one = replace(one, body=replace(one.body, name="Arras"))
    page = render(report, MODULE.to_canonical(one), medium=Medium.PAGE, issued_at=ISSUED, home=tmp_path).data.decode()

    told = (MODULE.REVIEW[0], "Date et signature", "Annexe C. Revue annuelle", "Annexe D. Registres des autres")
    assert [text in page for text in told] == [report is FULL] * len(told)
    assert ("Annexe C. Registres des autres" in page) is (report is COMMUNICABLE)
    assert "les activités du responsable de traitement (Arras)" in page
    assert not re.search(r"\b([Qq]ue|[Dd]e|[Ll]e|[Ll]a) Arras", page)


def test_an_empty_record_says_so_and_draws_nothing(content: Any, tmp_path: Path) -> None:
    empty = replace(content, activities=())
    page = render(FULL, MODULE.to_canonical(empty), medium=Medium.PAGE, issued_at=ISSUED, home=tmp_path).data.decode()

    assert MODULE.charts(empty) == {}
    assert "Aucune activité n’est inscrite au registre à cette date." in page


@pytest.mark.parametrize("report", [FULL, COMMUNICABLE], ids=lambda report: report.id)
def test_an_activity_without_a_reference_is_called_by_its_name(content: Any, tmp_path: Path, report: Report) -> None:
    code = "urn:uuid:7d9f0c11-2b5e-4a44-9c30-5f1f2a6b8e01"
    lines = content.activities[0].datasets
    first = replace(content.activities[0], reference="", identifier=code, name="Paie des agents", datasets=lines)
    one = replace(content, activities=(first, *content.activities[1:4]))
    one = communicable(one) if report is COMMUNICABLE else one
    page = render(report, MODULE.to_canonical(one), medium=Medium.PAGE, issued_at=ISSUED, home=tmp_path).data.decode()

    seen = re.sub(r'href="data:[^"]*"', "", page)
    annex = seen[seen.index('id="jeux"') : seen.index('id="methode"')]
    assert ">Paie des agents</a>" in annex
    assert seen.replace("\N{ZERO WIDTH SPACE}", "").replace("<wbr>", "").count(code) == (report is FULL)
    assert code not in str(MODULE.tables(one))
    assert (code in MODULE.to_canonical(one).decode()) is (report is FULL)


@pytest.mark.paper
def test_each_sheet_begins_a_page_and_no_page_is_empty(content: Any, rendered: Any) -> None:
    document = rendered(FULL, Medium.PDF)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document.data)).pages]

    begun = [sum(one.cited in page and "Dates" in page for page in pages[3:]) for one in content.activities]
    assert begun == [1] * len(content.activities)
    assert all(len(page) > 350 for page in pages), [len(page) for page in pages]
