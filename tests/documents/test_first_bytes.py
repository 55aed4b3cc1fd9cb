"""A file is what its bytes say: what could run is refused, whatever its name."""

import zipfile
from pathlib import Path

import pytest

from registry.documents.first_bytes import recognise
from registry.documents.rules import file_name, is_valid_on, standing_on
from registry.documents.vocabulary import FileType, Standing
from registry.kernel.errors import Unreadable
from tests.conftest import TODAY


def written(folder: Path, content: bytes) -> Path:
    path = folder / "recu"
    path.write_bytes(content)
    return path


def container(folder: Path, **parts: bytes) -> Path:
    path = folder / "recu"
    with zipfile.ZipFile(path, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"%PDF-1.7\n", "rapport.exe", FileType.PDF),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "capture.png", FileType.PNG),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "photo", FileType.JPEG),
        (b"II*\x00\x08\x00", "plan.tif", FileType.TIFF),
        ("Nom;Âge\nMairie;3\n".encode(), "table.csv", FileType.CSV),
        ("Le conseil décide".encode("cp1252"), "note.txt", FileType.TEXT),
    ],
    ids=["pdf", "png", "jpeg", "tiff", "csv", "text"],
)  # fmt: skip
def test_a_document_is_known_by_its_first_bytes(tmp_path: Path, content: bytes, name: str, kind: FileType):
    assert recognise(written(tmp_path, content), name) is kind


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "vide"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "programme"),
        (b"\x7fELF\x02\x01\x01\x00", "programme"),
        (b"#!/bin/sh\nrm -rf /\n", "programme"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien format"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "page web"),
        (b"\xef\xbb\xbf  <svg onload='x()'/>", "page web"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"texte\x00suite", "format conserv"),
        (b"PK\x03\x04 mais la suite manque", "abîmé"),
    ],
    ids=["empty", "windows", "linux", "script", "old-office", "page", "drawing", "gzip", "bytes", "cut-archive"],
)  # fmt: skip
def test_what_could_run_or_cannot_be_told_is_refused_whatever_its_name(tmp_path: Path, content: bytes, told: str):
    with pytest.raises(Unreadable, match=told):
        recognise(written(tmp_path, content), "certificat.pdf")


def test_an_office_document_is_told_from_an_archive_by_what_it_holds(tmp_path: Path):
    odt = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}
    docx = {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}

    assert recognise(container(tmp_path, **odt), "a") is FileType.ODT
    assert recognise(container(tmp_path, **docx), "a") is FileType.DOCX
    with pytest.raises(Unreadable, match="archive"):
        recognise(container(tmp_path, **{"virus.exe": b"MZ"}), "a.docx")


def test_a_document_with_macros_is_refused(tmp_path: Path):
    parts = {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>", "word/vbaProject.bin": b"\x00"}

    with pytest.raises(Unreadable, match="macros"):
        recognise(container(tmp_path, **parts), "a.docx")


def test_the_last_day_of_a_validity_still_counts():
    assert is_valid_on(None, TODAY, TODAY)
    assert standing_on(TODAY, TODAY) is Standing.SOON
    assert not is_valid_on(None, TODAY, TODAY.replace(day=25))
    assert standing_on(TODAY.replace(day=23), TODAY) is Standing.EXPIRED


def test_a_downloaded_file_bears_a_plain_name_that_ends_as_its_bytes_say():
    assert file_name("Certificat HDS — hébergeur (2026)", FileType.PDF) == "certificat-hds-hebergeur-2026.pdf"
    assert file_name("../../etc/passwd", FileType.TEXT) == "etc-passwd.txt"
    assert file_name("…", FileType.ODS) == "preuve.ods"
