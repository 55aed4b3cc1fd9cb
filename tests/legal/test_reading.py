"""Official texts are read from what people can get: the npm package, the DILA's archive; a wrong file is said so."""

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.compliance.citations import citations_of, cited_articles
from registry.kernel.errors import Unreadable
from registry.kernel.plain_text import html_lines
from registry.legal.legi_files import read_source
from registry.legal.legi_json import read_code
from registry.legal.rules import (
    Citation,
    KnownText,
    Wanted,
    find_unread,
    number_key,
    number_sort,
    read_citations,
    version_on,
    versions_since,
)
from registry.legal.vocabulary import ArticleState, LegalSource, TextNature
from registry.rooms import assemble_engine
from tests.legal.conftest import CODE, archive, code, leaf, xml_article

ALL = Wanted(everything=True)
CRPA = KnownText(CODE, "Code des relations entre le public et l’administration", TextNature.CODE, ("CRPA",))
LAW = KnownText("JORFTEXT000000886460", "Loi n° 78-17 du 6 janvier 1978", TextNature.LAW, ("Loi n° 78-17",))
GDPR = KnownText("32016R0679", "Règlement (UE) 2016/679 (RGPD)", TextNature.UNION_REGULATION, ("RGPD",))


@pytest.mark.parametrize(
    ("title", "article", "cited"),
    [
        (CRPA.title, "L311-1 ; R*311-12 ; L. 311-2", ["L311-1", "R311-12", "L311-2"]),
        (CRPA.title, "L330-1 ; R330-2 à R330-4", ["L330-1", "R330-2", "R330-3", "R330-4"]),
        (CRPA.title, "L312-1-1 3° ; D312-1-1-1 (seuil de 50 agents)", ["L312-1-1", "D312-1-1-1"]),
        (CRPA.title, "art. L311-3-1, R311-3-1-1 et R311-3-1-2", ["L311-3-1", "R311-3-1-1", "R311-3-1-2"]),
        (CRPA.title, "L323-2 ; décret n° 2017-638, art. 3", ["L323-2"]),
        (CRPA.title, "LO1112-1 ; L.O. 6211-3", ["LO1112-1", "LO6211-3"]),
        (GDPR.title, "art. 30 §1 a) à g)", ["30"]),
        (GDPR.title, "art. 44 à 46 et 49", ["44", "45", "46", "49"]),
        (GDPR.title, "art. 4 (1) et (5), art. 5 §2", ["4", "5"]),
        ("Loi n° 78-17 du 6 janvier 1978 modifiée", "art. 1er ; art. 47 2°", ["1", "47"]),
        ("Doctrine d’une banque", "« Contrôler l’hébergement »", []),
    ],
)
def test_a_citation_names_its_articles(title: str, article: str, cited: list[str]):
    assert [one.number for one in read_citations(title, article, (CRPA, LAW, GDPR))] == cited


def test_a_citation_may_name_an_article_of_another_text():
    cited = read_citations(GDPR.title, "art. 33 §1 ; loi n° 78-17 du 6 janvier 1978, art. 58 I", (CRPA, LAW, GDPR))

    assert cited == (Citation(GDPR.identifier, "33"), Citation(LAW.identifier, "58"))


@pytest.mark.parametrize(
    ("text", "article", "unread"),
    [
        (CRPA, "L311-1 ; R*311-12 (seuil) ;", []),
        (CRPA, "L311-1 ; 311-2 ; livre III", ["311-2", "livre III"]),
        (LAW, "6", ["6"]),
        (LAW, "Art. 6 ; ART. 8 ; Articles 9 À 11 ; art. 1ER", []),
        (LAW, "art. 6 ; CRPA, L311-1", []),
        (CRPA, "L323-2 ; décret n° 2017-638, art. 3", ["décret n° 2017-638, art. 3"]),
    ],
)
def test_what_names_no_article_is_told(text: KnownText, article: str, unread: list[str]):
    assert find_unread(text.title, article, (CRPA, LAW, GDPR)) == unread


@given(st.text())
@settings(max_examples=200)
def test_any_citation_is_read_without_fault(article: str):
    read_citations(CRPA.title, article, (CRPA, LAW, GDPR))
    number_sort(article)


def test_every_policy_that_cites_a_code_names_a_text_the_registry_knows():
    catalogue = assemble_engine().catalogue
    unread = [
        f"{policy.id} : {version.text}"
        for policy in catalogue.policies
        for version in policy.versions
        if (version.text.startswith(("Code ", "Loi ", "Règlement "))) and not citations_of(catalogue, version)
    ]
    assert not unread, (
        f"Name these texts in policies/texts.yaml, or write their articles as « L311-1 » or « art. 30 »: {unread}"
    )


def test_what_a_policy_cites_is_read_once_and_not_again_at_each_request():
    catalogue = assemble_engine().catalogue
    version = next(one for policy in catalogue.policies for one in policy.versions if citations_of(catalogue, one))

    assert citations_of(catalogue, version) is citations_of(catalogue, version)


def test_a_code_of_the_package_is_read_with_its_dates_and_as_plain_text(tmp_path: Path):
    replaced = ("LEGIARTI000000000001", date(2016, 1, 1), date(2018, 8, 1), "MODIFIE")
    path = tmp_path / f"{CODE}.json"
    path.write_bytes(
        code(leaf("R*311-6", "LEGIARTI000000000002", begins=date(2018, 8, 1), others=[replaced], note="<p>Nota.</p>"))
    )

    (read,) = read_source(path, ALL)

    assert (read.text, read.title, read.number) == (CODE, CRPA.title, "R*311-6")
    assert (read.version.in_force_from, read.version.in_force_until) == (date(2018, 8, 1), None)
    assert read.version.content == "Premier alinéa.\nSecond & dernier."
    assert (read.version.note, read.version.modified_by) == ("Nota.", "LOI n° 1 du 2 janvier 2015 - art. 3")
    (other,) = read.others
    assert (other.state, other.in_force_until, other.content) == (ArticleState.AMENDED, date(2018, 7, 31), None)


def test_an_article_of_the_dila_says_the_same_as_the_package(tmp_path: Path):
    path = tmp_path / "LEGIARTI000000000002.xml"
    path.write_bytes(xml_article("L311-6", "LEGIARTI000000000002", ends="2018-08-01", state="MODIFIE"))

    (read,) = read_source(path, ALL)

    assert (read.text, read.number, read.source) == (CODE, "L311-6", LegalSource.DILA_FILE)
    assert (read.version.in_force_from, read.version.in_force_until) == (date(2016, 1, 1), date(2018, 7, 31))
    assert read.version.content == "Premier alinéa.\nSecond & dernier."
    assert read.version.modified_by == "LOI n° 1 du 2 janvier 2015 - art. 3"


def test_archives_and_folders_give_the_articles_that_are_wanted_and_no_other(tmp_path: Path):
    files = {
        "package/data/index.json": b"[]",
        f"package/data/{CODE}.json": code(leaf("L1", "LEGIARTI000000000001"), leaf("L2", "LEGIARTI000000000002")),
        "package/data/LEGITEXT000000000009.json": code(
            leaf("L1", "LEGIARTI000000000003"), identifier="LEGITEXT000000000009"
        ),
        "legi/LEGI/ARTI/00/LEGIARTI000000000004.xml": xml_article("L3", "LEGIARTI000000000004"),
        "legi/LEGI/SCTA/LEGISCTA000000000005.xml": b"<SECTION_TA/>",
    }
    packed = archive(tmp_path / "tout.tar.gz", files)
    folder = tmp_path / "tout"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    wanted = Wanted({CODE: frozenset({"L1", "L3"})})

    for given_ in (packed, folder):
        assert sorted(one.number for one in read_source(given_, wanted)) == ["L1", "L3"]
        assert len(list(read_source(given_, ALL))) == 4


BILLION = '<!DOCTYPE a [<!ENTITY b "haha"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (f"{CODE}.json", code(leaf("L1", "LEGIARTI000000000001"))[:-9], "il est coupé"),
        (f"{CODE}.json", code(leaf("L1", "LEGIARTI000000000001"))[:700], "il est coupé"),
        (f"{CODE}.json", b"{}", "n’est pas un code"),
        (f"{CODE}.json", b"", "n’est pas un code"),
        (f"{CODE}.json", b"\xff\xfe" * 900, "n’est pas un code"),
        (f"{CODE}.json", code({"data": {"num": "L1", "id": "x"}, "type": "article"}), "l’article L1"),
        ("LEGIARTI1.xml", xml_article("L1", "LEGIARTI1")[:-20], "n’est pas un fichier XML lisible"),
        ("LEGIARTI1.xml", xml_article("L1", "LEGIARTI1", before=BILLION), "n’est pas un fichier XML lisible"),
        ("LEGIARTI1.xml", b"<html/>", "n’est pas un article de la base LEGI"),
        ("LEGIARTI1.xml", xml_article("L1", "LEGIARTI1", begins="demain"), "n’est pas un article de la base LEGI"),
        ("legi.tar.gz", b"ceci n'est pas une archive", "n’est pas une archive lisible"),
        ("notes.pdf", b"%PDF", "n’est ni un article LEGI"),
    ],
    ids=(
        "a code that is cut",
        "a code cut inside an article",
        "no code",
        "nothing",
        "no text",
        "an article of no shape",
        "an article that is cut",
        "an article with entities",
        "a page",
        "a day that is none",
        "no archive",
        "a PDF",
    ),
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path: Path, name: str, content: bytes, said: str):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(Unreadable) as refused:
        list(read_source(path, ALL))

    assert said in refused.value.message
    assert name in refused.value.message


def test_an_archive_without_an_article_is_refused(tmp_path: Path):
    with pytest.raises(Unreadable, match="n’est ni un article LEGI"):
        list(read_source(archive(tmp_path / "vide.tgz", {"lisez-moi.txt": b""}), ALL))


def test_a_code_is_read_piece_by_piece_wherever_it_is_cut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    path = tmp_path / f"{CODE}.json"
    path.write_bytes(code(*(leaf(f"L{n}", f"LEGIARTI{n}", f'<p>é « "data": {{ » {n}</p>') for n in range(9))))
    whole = list(read_source(path, ALL))

    for piece in (1, 7, 64, 999):
        monkeypatch.setattr("registry.legal.legi_json._PIECE", piece)
        with path.open("rb") as stream:
            assert list(read_code(stream, path.name, ALL)) == whole
    assert len(whole) == 9


def test_what_is_written_in_html_is_shown_as_text():
    html = (
        "<div>Un<br/>deux <a href='https://x.fr'>L. 1</a>\u00a0: «\u00a0trois\u00a0».<script>alert(1)</script>"
        "<p>&nbsp;</p>\n\n<table><tr><td>A</td><td>B</td></tr><tr><td>C</td></tr></table>"
    )

    assert html_lines(html) == "Un\ndeux L. 1\u00a0: «\u00a0trois\u00a0».\nA | B\nC"
    assert html_lines("L’autre &lt;p&gt; \x00dit") == "L’autre <p> dit"


def test_the_version_of_a_day_is_the_one_that_has_begun_and_is_not_over(tmp_path: Path):
    before = ("LEGIARTI1", date(2016, 1, 1), date(2018, 8, 1), "MODIFIE")
    never = ("LEGIARTI0", date(2017, 1, 1), date(2017, 1, 1), "MODIFIE_MORT_NE")
    to_come = ("LEGIARTI3", date(2027, 1, 1), date(2999, 1, 1), "VIGUEUR_DIFF")
    undated = ("LEGIARTI4", date(2222, 2, 22), date(2999, 1, 1), "VIGUEUR_DIFF")
    path = tmp_path / f"{CODE}.json"
    path.write_bytes(
        code(
            leaf(
                "L1",
                "LEGIARTI2",
                begins=date(2018, 8, 1),
                ends=date(2027, 1, 1),
                others=[before, never, to_come, undated],
            )
        )
    )
    (read,) = read_source(path, ALL)
    versions = [read.version, *read.others]

    found = {day: version_on(versions, date(*day)) for day in ((2015, 1, 1), (2018, 7, 31), (2018, 8, 1), (2027, 1, 1))}
    assert [one and one.identifier for one in found.values()] == [None, "LEGIARTI1", "LEGIARTI2", "LEGIARTI3"]
    assert [one.identifier for one in versions_since(versions, date(2016, 1, 1))] == ["LEGIARTI2", "LEGIARTI3"]


def test_numbers_are_compared_whatever_their_writing_and_sorted_as_people_do():
    assert number_key("R. *311-12") == number_key("R*311-12") == "R311-12"
    assert number_key("1er") == "1"
    assert sorted(["L10", "L9", "L312-1-1", "L312-1"], key=number_sort) == ["L9", "L10", "L312-1", "L312-1-1"]


def test_every_address_of_a_code_that_policies_cite_is_in_the_real_package():
    given_ = os.environ.get("BEFFROI_TEST_LEGI")
    if not given_:
        pytest.skip("BEFFROI_TEST_LEGI ne nomme pas le paquet @socialgouv/legi-data (.tgz) : rien à lire")
    catalogue = assemble_engine().catalogue
    read = list(read_source(Path(given_), Wanted(cited_articles(catalogue))))
    texts = {one.text for one in read}
    known = {version.identifier for one in read for version in (one.version, *one.others)}
    missing = [
        f"{policy.id} {version.address}"
        for policy in catalogue.policies
        for version in policy.versions
        if "LEGIARTI" in (version.address or "")
        and {one.text for one in citations_of(catalogue, version)} <= texts
        and (version.address or "").rpartition("/")[2] not in known
    ]
    assert CODE in texts
    assert not missing, "These addresses are those of no version of the articles that are cited."
