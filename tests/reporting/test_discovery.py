"""Reports are found by their folder, and a folder that is not a report is refused with a sentence."""

import shutil
from pathlib import Path

import pytest

from registry.kernel.errors import NotFound, Unreadable
from registry.platform.assets import asset_root
from registry.reporting import discovery
from registry.reporting.discovery import Report, find_reports, get_report


def test_the_compliance_report_is_found_with_its_names() -> None:
    found = {report.id: report for report in find_reports()}

    assert found["compliance"].title("fr") == "Rapport de conformité"
    assert found["compliance"].title("en") == "Compliance report"
    assert found["compliance"].title("de") == "Rapport de conformité"


def test_what_all_reports_share_is_not_a_report() -> None:
    assert "_base" not in {report.id for report in find_reports()}


def test_an_unknown_report_is_refused_with_the_names_of_those_that_exist() -> None:
    with pytest.raises(NotFound, match=r"« bilan ».*compliance"):
        get_report("bilan")


def test_a_name_that_climbs_out_of_the_folder_finds_nothing() -> None:
    with pytest.raises(NotFound):
        get_report("../compliance")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('language = "fr"', 'langage = "fr"'),
        ('id = "compliance"', 'id = "autre"'),
        ("[title]", "[title"),
    ],
)
def test_a_report_badly_declared_is_refused_with_its_file(tmp_path: Path, before: str, after: str) -> None:
    folder = tmp_path / "compliance"
    shutil.copytree(asset_root("reports") / "compliance", folder)
    declared = (folder / "report.toml").read_text("utf-8")
    assert before in declared
    (folder / "report.toml").write_text(declared.replace(before, after), "utf-8")

    with pytest.raises(Unreadable, match=r"report\.toml|dossier"):
        discovery._read(folder / "report.toml")


def test_a_content_that_offers_too_little_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "maigre"
    folder.mkdir()
    (folder / "content.py").write_text("def tables(content): return ()\n", "utf-8")

    with pytest.raises(Unreadable, match="from_sample, from_canonical, to_canonical, charts, frame"):
        discovery._load(folder)


def test_the_hash_of_a_template_changes_with_any_file_that_shapes_it(tmp_path: Path) -> None:
    for name in ("_base", "compliance"):
        shutil.copytree(asset_root("reports") / name, tmp_path / name)
    hashes = {discovery._digest.__wrapped__(tmp_path / "compliance")}
    for name in ("_base/base.css", "compliance/document.html", "compliance/content.py", "compliance/words.py"):
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write("\n")
        hashes.add(discovery._digest.__wrapped__(tmp_path / "compliance"))

    assert len(hashes) == 5


def test_the_hash_of_a_template_ignores_its_sample_and_compiled_files(tmp_path: Path) -> None:
    for name in ("_base", "compliance"):
        shutil.copytree(asset_root("reports") / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    before = discovery._digest.__wrapped__(tmp_path / "compliance")
    (tmp_path / "compliance" / "sample.toml").write_text("", "utf-8")
    (tmp_path / "compliance" / "__pycache__").mkdir()
    (tmp_path / "compliance" / "__pycache__" / "content.pyc").write_bytes(b"0")

    assert discovery._digest.__wrapped__(tmp_path / "compliance") == before


def test_the_same_report_read_twice_is_the_same_value(report: Report) -> None:
    assert get_report("compliance") == report
    assert get_report("compliance").content is report.content
