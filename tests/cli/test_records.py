"""Bad files, by the command: one clear sentence, exit code 2, and nothing half-written."""

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.cli.entry import main
from registry.exchange.reading import read_file
from registry.inspection.limits import Limits
from registry.kernel.errors import TooLarge, Unreadable
from tests.conftest import Town

pytestmark = pytest.mark.database

RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/">'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY l0 "ha">{LAUGHS}]>{RDF}<dct:title>&l9;</dct:title></rdf:RDF>'
XXE = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]>{RDF}&e;</rdf:RDF>'
HALF = '@prefix dct: <http://purl.org/dc/terms/> .\n<https://exemple.fr/a> dct:title "Un jeu'
PAGE = "<!DOCTYPE html><html><head><title>Portail</title></head><body></body></html>"


@pytest.fixture
def bring(town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs `beffroi import` on a town; the sentence it is refused with."""
    monkeypatch.setenv("DATABASE_URL", town.home.urls.app)
    monkeypatch.setenv("DATABASE_ADMIN_URL", town.home.urls.owner)
    monkeypatch.setenv("DATABASE_JOBS_URL", town.home.urls.jobs)

    def run(source: object, *options: str) -> str:
        place = str(town.home.settings.root)
        monkeypatch.setattr(sys, "argv", ["beffroi", "--home", place, "import", str(source), *options])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == 2, said
        assert "Traceback" not in said.err
        return said.err.strip()

    return run


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("vide.ttl", b"", "est vide"),
        ("moitie.ttl", HALF.encode(), "s’arrête en plein milieu"),
        ("page.rdf", PAGE.encode(), "page web"),
        ("latin.ttl", HALF.replace("Un jeu", 'Été" .').encode("latin-1"), "n’est pas en utf-8"),
        ("bombe.rdf", BOMB.encode(), "<!DOCTYPE"),
        ("xxe.rdf", XXE.encode(), "<!DOCTYPE"),
        ("image.ttl", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "Ce fichier"),
        ("donnees.json", b'{"a": 1}', "ni du JSON-LD"),
        ("texte.ttl", b"Bonjour, ceci est une lettre.", "Ce fichier"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_catalogue_is_refused_in_one_sentence(
    bring: Callable[..., str], town: Town, tmp_path: Path, name: str, content: bytes, said: str
):
    path = tmp_path / name
    path.write_bytes(content)

    answer = bring(path)

    assert said.casefold() in answer.casefold()
    assert len(answer.splitlines()) == 1
    assert "root:" not in answer
    with town.acting() as session:
        for table in ("import_batch", "import_line", "dataset"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_what_is_no_file_to_read_is_refused_in_one_sentence(bring: Callable[..., str], tmp_path: Path):
    archive = tmp_path / "catalogue.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("catalogue.ttl", "")
    huge = tmp_path / "enorme.ttl"
    with huge.open("wb") as file:
        file.truncate(200 * 1024 * 1024 + 1)

    assert "archive" in bring(archive)
    assert "201 Mio et la limite est de 200 Mio" in bring(huge)
    assert "Il n’y a pas de fichier ici" in bring(tmp_path)
    assert "Il n’y a pas de fichier ici" in bring(tmp_path / "absent.ttl")
    assert "Seules les adresses http:// et https://" in bring("file:///etc/passwd")
    assert "machine privée" in bring("http://127.0.0.1:1/catalogue.ttl")
    assert "n’existe pas ici" in bring(archive, "--format", "parquet")


def test_limits_of_size_and_memory_are_kept(tmp_path: Path):
    path = tmp_path / "catalogue.nt"
    with path.open("w") as file:
        for number in range(60_000):
            file.write(f'<https://exemple.fr/{number}> <http://purl.org/dc/terms/title> "Jeu {number}" .\n')

    with pytest.raises(TooLarge, match="la limite est de 1 Mio"):
        read_file(path, limits=Limits(file_bytes=1024 * 1024))
    little = Limits(memory_bytes=80 * 1024 * 1024)
    with pytest.raises(Unreadable, match="plus de mémoire que la limite de 80 Mio"):
        read_file(path, limits=little)
    short = tmp_path / "court.nt"
    short.write_text('<https://exemple.fr/1> <http://purl.org/dc/terms/title> "Jeu" .\n')
    assert read_file(short, limits=little).tally.triples == 1
