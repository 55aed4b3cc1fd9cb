"""A file is checked for groups of few people before it leaves: columns and counts are kept, never a value."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest
from httpx import Response
from sqlalchemy import text

from registry.datasets.forms import FieldForm
from registry.inspection.reading import count_small_groups
from registry.inspection.vocabulary import LineKind
from registry.kernel.errors import Stale, Unreadable
from registry.kernel.permissions import Role
from registry.publication.forms import SmallCountForm
from registry.publication.service import record_small_counts
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


def test_the_columns_said_to_count_are_read_by_their_totals(tmp_path: Path):
    path = write(tmp_path, "commune;trimestre;Nb de femmes;hommes\nA;1;120;s\nB;2;4;<11\nC;3;0;9\nD;4;11;12,5\n")
    (table,) = count_small_groups(path, lines=LineKind.TOTAL, fewer_than=11, counts=["nb de  femmes", "hommes"])
    assert table.columns == ["Nb de femmes", "hommes"], "a quarter counts nobody"
    assert [(one.columns, one.groups, one.small) for one in table.found] == [
        (["Nb de femmes"], 4, 1), (["hommes"], 4, 1),
    ]  # fmt: skip
    assert table.unread == 1, "what was masked is no figure, and a half is no count"
    with pytest.raises(Unreadable, match=r"ne s’appelle « effectif ».*commune, trimestre, Nb de femmes, hommes"):
        count_small_groups(path, lines=LineKind.TOTAL, fewer_than=11, counts=["hommes", "effectif"])


def test_a_column_without_one_figure_is_not_read_as_what_counts(tmp_path: Path):
    path = write(tmp_path, "commune;femmes\nA;120\nB;<11\nC;40\n")
    for name, unread in (("commune", 3), ("femmes", 0)):
        (table,) = count_small_groups(path, lines=LineKind.TOTAL, fewer_than=11, counts=["femmes", name])
        assert table.unread == unread, name


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
    early = (town.info["today"]() - timedelta(days=1)).isoformat()
    deny(legal, sheet)
    with town.as_owner() as session:
        session.execute(text("UPDATE secret_answer SET answered_on = answered_on - 2"))
    before = decide(legal, town, sheet, **OPEN, decided_on=early, small_counts_reason="Rien de grave ici.")
    assert "datée d’avant la vérification" in before.text
    refused = decide(legal, town, sheet, **OPEN)
    assert refused.status_code == 422, "small groups are masked, or somebody says why they leave"
    assert "masquez-les ou regroupez-les" in refused.text
    why = "La taille d’un foyer ne dit rien de ses membres."
    assert decide(legal, town, sheet, **OPEN, small_counts_reason=why).status_code == 303
    cited = legal.get(here).text
    assert why in cited
    assert "foyers.csv" in cited
    assert "des groupes de moins de 11" in cited
    assert send(legal, sheet, HOMES, lines="total", fewer_than="11", counts="commune").status_code == 303
    assert "Vérification incomplète" in legal.get(f"{here}/petits-effectifs").text, "a commune counts nobody"
    assert send(legal, sheet, HOMES, lines="total", fewer_than="11", counts="revenu").status_code == 303
    again = decide(legal, town, sheet, **OPEN)
    assert again.status_code == 422, "what was found in a file stands, whatever its other columns say"
    assert "Une vérification de ce fichier a trouvé" in again.text
    masked = HOMES.replace("rare", "petite")
    assert send(legal, sheet, masked, lines="total", fewer_than="11", counts="revenu").status_code == 303
    assert decide(legal, town, sheet, **OPEN).status_code == 303, "a newer file was checked"


@pytest.mark.database
def test_no_transaction_is_open_while_a_file_is_read(town: Town):
    sheet, legal = town.record(), town.someone(Role.LEGAL)
    long = "a;b;c\n" + "".join(f"{line % 7};{line % 11};{line % 13}\n" for line in range(400_000))
    asks = text(
        "SELECT max(now() - xact_start) FROM pg_stat_activity WHERE usename LIKE '%app%' AND pid <> pg_backend_pid()"
    )
    oldest, sent = timedelta(), []
    started = monotonic()
    thread = Thread(target=lambda: sent.append(send(legal, sheet, long, lines="one", fewer_than="11")))
    thread.start()
    while thread.is_alive():
        with town.as_owner() as session:
            oldest = max(oldest, session.execute(asks).scalar_one() or timedelta())
        thread.join(0.05)
    assert sent[0].status_code == 303
    assert oldest < timedelta(seconds=(monotonic() - started) / 2)


@pytest.mark.database
def test_a_sheet_that_changed_while_a_file_was_read_is_read_again(town: Town):
    sheet = town.record()
    with town.acting() as session, pytest.raises(Stale, match="a changé pendant"):
        record_small_counts(
            session, sheet, SmallCountForm(lines="one"), [], file_name="a.csv", sha256="0" * 64,
            by=town.someone(Role.LEGAL).account_id, today=town.info["today"](), expected=7,
        )  # fmt: skip


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


@pytest.mark.database
def test_nothing_found_is_not_said_of_a_file_where_there_was_nothing_to_look_at(town: Town):
    sheet, legal = town.record(licence="etalab-2.0"), town.someone(Role.LEGAL)
    here = f"/publication/du-jeu/{sheet}"
    assert send(legal, sheet, HOMES.replace(";", "§"), lines="one", fewer_than="11").status_code == 303
    page = legal.get(f"{here}/petits-effectifs").text
    assert "Vérification incomplète" in page
    assert "vérifiez son séparateur" in page
    assert "Aucun groupe trop petit" not in page
    assert "vérification incomplète de groupes de moins de 11" in legal.get(f"{here}/decider").text
    deny(legal, sheet)
    assert "refaites-la sur le fichier entier" in decide(legal, town, sheet, **OPEN).text
    assert send(legal, sheet, HOMES, lines="one", fewer_than="3").status_code == 303
    page = legal.get(f"{here}/petits-effectifs").text
    assert "Aucun groupe trop petit" in page
    assert decide(legal, town, sheet, **OPEN).status_code == 303, "the check was made again"
    assert "sa propre valeur : revenu" in page.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.database
def test_columns_that_the_sheet_describes_no_more_are_named_beside_what_was_seen(town: Town):
    sheet = town.record(fields=[FieldForm(name="commune"), FieldForm(name="revenu")])
    legal = town.someone(Role.LEGAL)
    assert send(legal, sheet, HOMES, lines="one", fewer_than="11").status_code == 303
    page = legal.get(f"/publication/du-jeu/{sheet}/petits-effectifs").text.replace("\xa0", " ")
    assert "ne décrit pas, ou plus : taille." in page


@pytest.mark.database
def test_a_program_sends_a_file_and_reads_what_was_seen(town: Town):
    sheet, steward, reader = town.record(), town.someone(Role.STEWARD), town.someone(Role.READER)
    path, form = f"/api/v1/datasets/{sheet}/small-counts", {"lines": "one", "fewer_than": "11"}
    files = {"file": ("foyers.csv", HOMES.encode("utf-16"), "text/csv")}
    assert reader.api("POST", path, data=form, files=files).status_code == 403
    made = steward.api("POST", path, data=form, files=files)
    assert made.status_code == 201, made.text
    assert made.json()["result"] == "found"
    assert made.json()["tables"] == [{
        "table": "", "rows": 63, "columns": ["commune", "taille"], "aside": ["revenu"],
        "is_whole": True, "is_cut": False, "unread": 0,
        "found": [{"columns": ["taille"], "groups": 3, "small": 1, "lines": 3}],
    }]  # fmt: skip
    assert reader.api("GET", path).json() == {"checks": [made.json()]}
    for wrong, said in (
        ({"fewer_than": "1"}, "fewer_than"),
        ({"fewer_than": "onze"}, "fewer_than"),
        ({"lines": "2"}, "lines"),
        ({"lines": "total"}, "counts"),
        ({"counts": "revenu"}, "counts"),
    ):
        refused = steward.api("POST", path, data=form | wrong, files=files)
        assert refused.status_code == 422
        assert [one["path"] for one in refused.json()["errors"]] == [said]
    assert [one["path"] for one in steward.api("POST", path, data=form, files={}).json().get("errors", [])] in (
        ["file"],
        [],
    )
    for content in (b"", b"%PDF-1.7", b"\x00\x01\x02" * 50, b"a;b\n"):
        refused = steward.api("POST", path, data=form, files={"file": ("x.csv", content, "text/csv")})
        assert refused.status_code == 422, content
        assert "Traceback" not in refused.text
    heavy = {"file": ("x.csv", b"a;b\n" * (14 * 2**20), "text/csv")}
    refused = steward.api("POST", path, data=form, files=heavy)
    assert refused.status_code == 413
    assert "vérifiez-le par parties" in refused.text
    assert len(reader.api("GET", path).json()["checks"]) == 1, "what is refused leaves nothing"
