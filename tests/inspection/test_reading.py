"""What happens to a file: read apart, sampled, forgotten; and what is said of one that cannot be read."""

import io
import os
import random
import zipfile
from datetime import date
from pathlib import Path

import pytest

from registry.inspection.limits import Limits
from registry.inspection.reading import DEFAULT_LIMITS, inspect_file
from registry.inspection.sampling import SAMPLE
from registry.inspection.vocabulary import Inspected, PersonalSign
from registry.kernel.errors import TooLarge, Unreadable
from tests.exchange.tables import csv_of, sheet_xml, xlsx_of

TODAY = date(2026, 11, 26)
ROWS = [
    ["Nom", "Prénom", "Né le", "Tél", "Commune"],
    ["MARTIN", "Marie", "12/03/1980", "06 12 34 56 78", "Arras"],
    ["PETIT", "Luc", "01/01/1990", "07 82 34 56 79", "Lens"],
]
SEEN = [PersonalSign.PERSON_NAME, PersonalSign.PERSON_NAME, PersonalSign.BIRTH_DATE, PersonalSign.PHONE]


def read(folder: Path, content: bytes, name: str = "essai.csv", **more: Limits) -> list[Inspected]:
    """What a file of this content suggests."""
    path = folder / "file"
    path.write_bytes(content)
    return inspect_file(path, name=name, on=TODAY, **more)


def signs(tables: list[Inspected]) -> list[PersonalSign]:
    """The signs of the first table, in its order."""
    return [one.sign for one in tables[0].suggestions]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_a_table_is_read_in_the_encoding_it_has(tmp_path: Path, encoding: str) -> None:
    [table] = read(tmp_path, csv_of(ROWS).decode().encode(encoding))
    assert [one.name for one in table.columns] == ROWS[0]
    assert [one.sign for one in table.suggestions] == SEEN
    assert (table.rows, table.sampled, table.has_header, table.is_whole) == (2, 2, True, True)


def test_a_workbook_says_each_sheet_and_what_its_merged_cells_repeat(tmp_path: Path) -> None:
    titled = [["Liste des usagers"], *ROWS, ["", "Anne", "02/02/2002", "06 99 34 56 78", "Lens"]]
    [table] = read(
        tmp_path, xlsx_of(("Usagers", sheet_xml(titled, ["A4:A5"])), ("Caché", sheet_xml(ROWS), "hidden")), "a.xlsx"
    )
    assert (table.table, table.rows, table.merged) == ("Usagers", 3, 1)
    assert [one.sign for one in table.suggestions] == SEEN
    assert table.columns[0].filled == 3


def test_a_table_without_header_names_its_columns_by_their_letter_and_no_value_leaves(tmp_path: Path) -> None:
    [table] = read(tmp_path, csv_of([*ROWS[1:], ["FAURE", "Rose", "3/4/1975", "0612345679", "Arras"]]))
    assert not table.has_header
    assert [one.name for one in table.columns] == [f"Colonne {letter}" for letter in "ABCDE"]
    said = repr(table)
    assert not [cell for row in ROWS[1:] for cell in row if cell in said]


def test_a_header_said_twice_is_told_apart_and_said_again_below_is_no_row(tmp_path: Path) -> None:
    header = ["Mail", "Mail", ""]
    [table] = read(tmp_path, csv_of([header, ["a@b.fr", "c@d.fr", "x1"], header, ["e@f.fr", "g@h.fr", "x2"]]))
    assert [one.name for one in table.columns] == ["Mail", "Mail (B)", "Colonne C"]
    assert table.rows == 2


@pytest.mark.parametrize("thousands", [30, pytest.param(1_000, marks=pytest.mark.slow)])
def test_a_million_lines_take_a_bounded_sample_and_memory(tmp_path: Path, thousands: int) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("id;mail\n")
        for block in range(thousands):
            file.write("".join(f"{block}{line};marie.petit{line}@orange.fr\n" for line in range(1_000)))
    limits = Limits(file_bytes=DEFAULT_LIMITS.file_bytes, memory_bytes=400 * 1024**2, seconds=60)
    [table] = inspect_file(path, on=TODAY, limits=limits)
    assert (table.rows, table.sampled, table.is_whole) == (thousands * 1_000, SAMPLE, True)
    assert [(one.sign, one.found) for one in table.suggestions] == [(PersonalSign.MAILBOX, SAMPLE)]


def test_the_sample_is_the_same_each_time(tmp_path: Path) -> None:
    chance = random.Random(0)  # noqa: S311 - the same table each time.
    rows = [["Tél"], *([f"0{chance.randint(100000000, 799999999)}"] for _line in range(3_000))]
    assert read(tmp_path, csv_of(rows)) == read(tmp_path, csv_of(rows))


def ods_protected() -> bytes:
    """A workbook whose parts are encrypted."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "x")
        archive.writestr("META-INF/manifest.xml", "<m><encryption-data/></m>")
    return target.getvalue()


def bomb() -> bytes:
    """A workbook of some sixty kilobytes that unpacks to sixty megabytes."""
    return xlsx_of(("A", "<worksheet><sheetData>" + " " * (60 * 1024**2) + "</sheetData></worksheet>"))


NOISE = random.Random(1).randbytes(20_000)  # noqa: S311 - the same noise each time.
UNREADABLE = {
    "vide.csv": (b"", "est vide"),
    "blanc.csv": (b"   \n\n", "est vide"),
    "titre.csv": (b"Nom;Mail\n", "pas de ligne remplie"),
    "bruit.csv": (NOISE, "n’est pas"),
    "controle.csv": (b"\x01\x02\x03\x04" * 500, "n’est pas du texte lisible"),
    "document.pdf": (b"%PDF-1.7 essai", "document PDF"),
    "serre.csv.gz": (b"\x1f\x8b" + b"x" * 50, "archive gzip"),
    "coupe.parquet": (b"PAR1" + b"x" * 50, "sa fin manque"),
    "casse.parquet": (b"PAR1" + b"x" * 50 + b"PAR1", "Parquet est abîmé"),
    "chiffre.parquet": (b"PARE" + b"x" * 50 + b"PARE", "Parquet est chiffré"),
    "page.csv": (b"<!DOCTYPE html><html>", "page web"),
    "objet.json": (b'{"a": 1}', "document JSON"),
    "protege.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "protégé par un mot de passe"),
    "casse.xlsx": (b"PK\x03\x04" + b"\0" * 80, "abîmé"),
    "guillemet.csv": (b'a;b\n"ouvert;1\n' + b"x;y\n" * 200_000, "guillemet ouvert"),
}
"""Files that cannot be read, by their names, and words of what is said of each."""


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, name: str) -> None:
    content, words = UNREADABLE[name]
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, content, name)
    assert words in refused.value.message


def test_a_protected_workbook_and_a_trap_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="mot de passe"):
        read(tmp_path, ods_protected(), "a.ods")
    with pytest.raises(Unreadable, match="piégé"):
        read(tmp_path, bomb(), "a.xlsx")


def test_a_file_too_large_or_absent_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="extrait"):
        read(tmp_path, b"a;b\n" * 1_000_000, limits=Limits(file_bytes=1024**2))
    with pytest.raises(Unreadable, match="pas de fichier"):
        inspect_file(tmp_path / "absent.csv", on=TODAY)


def test_what_the_child_says_when_it_fails_holds_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: io.StringIO
) -> None:
    secret = "2951099126111"
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import datetime\nimport registry.inspection.sampling as one\n"
        f"def fails(*_a, **_k): raise ValueError('{secret}')\none.sample_of = fails\n"
    )
    kept = os.environ.get("PYTHONPATH", "")
    monkeypatch.setattr(
        "registry.inspection.child._environment", lambda: {"LC_ALL": "C.UTF-8", "PYTHONPATH": f"{broken}:{kept}"}
    )
    with pytest.raises(Unreadable, match="ValueError") as refused:
        read(tmp_path, csv_of(ROWS))
    assert secret not in refused.value.message + journal.getvalue()
