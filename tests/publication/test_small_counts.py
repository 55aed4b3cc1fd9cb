"""A file is checked for groups of few people before it leaves: columns and counts are kept, never a value."""

from hashlib import sha256
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy import text

from registry.inspection.reading import count_small_groups
from registry.inspection.vocabulary import LineKind
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.publication.test_publication import OPEN, decide, deny

_LINES = [*[("Nord", "grande")] * 20, *[("Nord", "petite")] * 20, *[("Sud", "grande")] * 20, *[("Sud", "rare")] * 3]
HOMES = "commune;taille;revenu\n" + "".join(
    f"{commune};{size};{1000 + line}\n" for line, (commune, size) in enumerate(_LINES)
)


def write(folder: Path, content: str, name: str = "foyers.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_the_fewest_columns_that_make_small_groups_are_told_with_their_counts_and_no_value(tmp_path: Path):
    (table,) = count_small_groups(write(tmp_path, HOMES), lines=LineKind.ONE, fewer_than=11)
    assert (table.rows, table.columns) == (63, ["commune", "taille"]), "each revenue is its own: it groups nobody"
    assert [(one.columns, one.groups, one.small, one.lines) for one in table.found] == [(["taille"], 3, 1, 3)]
    assert "rare" not in repr(table)
    (table,) = count_small_groups(write(tmp_path, HOMES), lines=LineKind.ONE, fewer_than=3)
    assert table.found == [], "three homes are not fewer than three"


def test_columns_that_are_harmless_alone_are_told_where_they_are_not_together(tmp_path: Path):
    lines = [("A", "x")] * 20 + [("A", "y")] * 20 + [("B", "x")] * 20 + [("B", "y")] * 2
    (table,) = count_small_groups(
        write(tmp_path, "quartier;sexe\n" + "".join(f"{one};{other}\n" for one, other in lines)),
        lines=LineKind.ONE, fewer_than=5,
    )  # fmt: skip
    assert [(one.columns, one.small, one.lines) for one in table.found] == [(["quartier", "sexe"], 1, 2)]


def test_a_column_that_counts_is_read_by_its_totals(tmp_path: Path):
    path = write(tmp_path, "commune;trimestre;effectif\nA;1;120\nB;2;4\nC;3;0\nD;4;11\n")
    (table,) = count_small_groups(path, lines=LineKind.TOTAL, fewer_than=11)
    assert table.columns == ["effectif"], "a quarter counts nobody"
    assert [(one.columns, one.groups, one.small) for one in table.found] == [(["effectif"], 4, 1)]


def send(who: Someone, sheet: int, content: str, **form: str) -> Response:
    files = {"file": ("foyers.csv", content.encode(), "text/csv")}
    return who.post(f"/publication/du-jeu/{sheet}/petits-effectifs", form, files=files)


@pytest.mark.database
def test_the_decision_cites_the_last_check_and_nothing_of_the_file_stays(town: Town):
    sheet, legal = town.record(licence="etalab-2.0"), town.someone(Role.LEGAL)
    here = f"/publication/du-jeu/{sheet}"
    assert "Aucun fichier vérifié" in legal.get(f"{here}/petits-effectifs").text
    assert send(legal, sheet, HOMES, lines="one", fewer_than="11").status_code == 303
    page = legal.get(f"{here}/petits-effectifs").text
    assert "Groupes trop petits" in page
    assert sha256(HOMES.encode()).hexdigest() in page
    with town.acting() as session:
        kept = session.execute(text("SELECT tables::text FROM small_count_check")).scalar_one()
    assert "taille" in kept
    assert "rare" not in kept
    assert "Cette décision citera cette vérification" in legal.get(f"{here}/decider").text
    deny(legal, sheet)
    assert decide(legal, town, sheet, **OPEN).status_code == 303
    cited = legal.get(here).text
    assert "foyers.csv" in cited
    assert "des groupes de moins de 11" in cited


@pytest.mark.database
def test_what_is_no_table_is_refused_in_words_and_whoever_only_reads_sends_nothing(town: Town):
    sheet, legal, reader = town.record(), town.someone(Role.LEGAL), town.someone(Role.READER)
    refused = send(legal, sheet, "%PDF-1.7", lines="one", fewer_than="1")
    assert refused.status_code == 422
    assert "fewer_than" in refused.text
    refused = send(legal, sheet, "%PDF-1.7", lines="one", fewer_than="11")
    assert "document PDF" in refused.text
    assert send(reader, sheet, HOMES, lines="one", fewer_than="11").status_code == 403
    assert "Vérifier ce fichier" not in reader.get(f"/publication/du-jeu/{sheet}/petits-effectifs").text
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM small_count_check")).scalar_one() == 0
