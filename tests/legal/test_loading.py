"""`beffroi legal load`: read to its end before a word is written, and the same file twice changes nothing."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from registry.legal.queries import find_cited, find_texts
from registry.legal.rules import Citation
from registry.legal.vocabulary import ArticleState
from registry.platform.database import Acting, transaction
from tests.cli.conftest import Command
from tests.cli.conftest import beffroi as beffroi
from tests.conftest import Town
from tests.legal.conftest import CODE, archive, code, leaf, xml_article

pytestmark = pytest.mark.database

CITED, OTHER = "L312-1-1", "L999-9"
FIRST, SECOND = "LEGIARTI000000000001", "LEGIARTI000000000002"


def counted(town: Town) -> int:
    with town.acting() as session:
        return session.execute(text("SELECT count(*) FROM legal_article_version")).scalar_one()


def test_only_what_policies_cite_is_kept_unless_all_is_asked(town: Town, beffroi: Command, tmp_path: Path):
    path = tmp_path / f"{CODE}.json"
    path.write_bytes(code(leaf(CITED, FIRST), leaf(OTHER, SECOND)))

    _code, said, _errors = beffroi("legal", "load", str(path))
    assert "1 article lu." in said
    assert "nouveaux : 1, remplacés : 0, déjà là : 0" in said
    assert "Cités par les règles, absents de ce fichier" in said

    _code, said, _errors = beffroi("legal", "load", "--all", str(path))
    assert "nouveaux : 1, remplacés : 0, déjà là : 1" in said
    assert counted(town) == 2
    with town.acting() as session:
        (found,) = find_texts(session)
    assert (found.identifier, found.articles) == (CODE, 2)


def test_the_same_file_twice_changes_nothing_and_another_text_replaces(town: Town, beffroi: Command, tmp_path: Path):
    path = tmp_path / f"{FIRST}.xml"
    path.write_bytes(xml_article(CITED, FIRST))
    beffroi("legal", "load", str(path))
    with town.acting() as session:
        before = session.execute(text("SELECT xmin::text FROM legal_article_version")).scalar_one()

    _code, said, _errors = beffroi("legal", "load", str(path))
    assert "nouveaux : 0, remplacés : 0, déjà là : 1" in said
    with town.acting() as session:
        assert session.execute(text("SELECT xmin::text FROM legal_article_version")).scalar_one() == before

    path.write_bytes(xml_article(CITED, FIRST, "<p>Autre rédaction.</p>"))
    _code, said, _errors = beffroi("legal", "load", str(path))
    assert "nouveaux : 0, remplacés : 1, déjà là : 0" in said
    with town.acting() as session:
        found = find_cited(session, [Citation(CODE, CITED)])[Citation(CODE, CITED)]
    assert [one.content for one in found.versions] == ["Autre rédaction."]


def test_a_version_known_by_its_dates_takes_its_text_from_another_file(town: Town, beffroi: Command, tmp_path: Path):
    before = (FIRST, date(2016, 1, 1), date(2018, 8, 1), "MODIFIE")
    package = archive(
        tmp_path / "legi-data.tgz",
        {f"package/data/{CODE}.json": code(leaf(CITED, SECOND, begins=date(2018, 8, 1), others=[before]))},
    )
    _code, said, _errors = beffroi("legal", "load", str(package))
    assert "nouveaux : 1, remplacés : 0, déjà là : 0 ; autres dates : 1" in said

    path = tmp_path / f"{FIRST}.xml"
    path.write_bytes(xml_article(CITED, FIRST, "<p>Ancien.</p>", ends="2018-08-01", state="MODIFIE"))
    beffroi("legal", "load", str(path))
    _code, said, _errors = beffroi("legal", "load", str(package))

    assert "nouveaux : 0, remplacés : 0, déjà là : 1" in said
    with town.acting() as session:
        found = find_cited(session, [Citation(CODE, CITED)])[Citation(CODE, CITED)]
    assert [(one.identifier, one.content) for one in found.versions] == [
        (SECOND, "Premier alinéa.\nSecond & dernier."),
        (FIRST, "Ancien."),
    ]


def test_a_version_read_as_in_force_is_over_once_a_newer_file_says_so(town: Town, beffroi: Command, tmp_path: Path):
    path = tmp_path / f"{FIRST}.xml"
    path.write_bytes(xml_article(CITED, FIRST, "<p>Ancien.</p>"))
    beffroi("legal", "load", str(path))
    before = (FIRST, date(2016, 1, 1), date(2018, 8, 1), "MODIFIE")
    newer = tmp_path / f"{CODE}.json"
    newer.write_bytes(code(leaf(CITED, SECOND, begins=date(2018, 8, 1), others=[before])))

    _code, said, _errors = beffroi("legal", "load", str(newer))

    assert "nouveaux : 1, remplacés : 0, déjà là : 0 ; autres dates : 1" in said
    with town.acting() as session:
        found = find_cited(session, [Citation(CODE, CITED)])[Citation(CODE, CITED)]
    assert [(one.content, one.state, one.in_force_until) for one in found.versions] == [
        ("Premier alinéa.\nSecond & dernier.", ArticleState.IN_FORCE, None),
        ("Ancien.", ArticleState.AMENDED, date(2018, 7, 31)),
    ]
    _code, said, _errors = beffroi("legal", "load", str(newer))
    assert "nouveaux : 0, remplacés : 0, déjà là : 1 ; autres dates : 0" in said


def test_the_days_of_a_version_are_those_of_its_own_file(town: Town, beffroi: Command, tmp_path: Path):
    folder = tmp_path / "LEGI"
    folder.mkdir()
    link = f'<LIEN_ART debut="2018-08-01" etat="VIGUEUR" fin="2999-01-01" id="{SECOND}"/>'
    stale = f'<VERSION etat="VIGUEUR">{link}</VERSION>'
    over = xml_article(CITED, SECOND, "<p>Abrogé.</p>", begins="2018-08-01", ends="2020-01-01", state="ABROGE")
    (folder / f"{SECOND}.xml").write_bytes(over)
    (folder / "LEGIARTI000000000003.xml").write_bytes(xml_article(CITED, "LEGIARTI000000000003", others=stale))

    beffroi("legal", "load", str(folder))

    with town.acting() as session:
        found = find_cited(session, [Citation(CODE, CITED)])[Citation(CODE, CITED)]
    assert {one.identifier: one.in_force_until for one in found.versions}[SECOND] == date(2019, 12, 31)


def test_a_file_that_goes_wrong_at_its_end_writes_nothing(town: Town, beffroi: Command, tmp_path: Path):
    path = tmp_path / f"{CODE}.json"
    path.write_bytes(code(leaf(CITED, FIRST), leaf("L311-6", SECOND))[:-4])

    exit_code, said, errors = beffroi("legal", "load", str(path))

    assert (exit_code, said) == (2, "")
    assert "il est coupé" in errors
    assert counted(town) == 0


def test_a_file_that_holds_nothing_cited_is_said_so(town: Town, beffroi: Command, tmp_path: Path):
    path = tmp_path / f"{CODE}.json"
    path.write_bytes(code(leaf(OTHER, FIRST)))

    _code, said, _errors = beffroi("legal", "load", str(path))

    assert "aucun article que citent les règles" in said
    assert counted(town) == 0


def test_the_pages_may_not_write_official_texts(town: Town):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction(town.home.app, Acting("account:1"), **town.info) as session,
    ):
        session.execute(text("INSERT INTO legal_text (identifier, title, nature) VALUES ('x', 'x', 'code')"))
