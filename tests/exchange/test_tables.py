"""Reading tables: what a steward's spreadsheet says is understood, and what it does not say clearly is said."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from registry.datasets.wording import FIELD_LABELS
from registry.exchange.jobs import refuse_unknown_columns
from registry.exchange.reading import read_file
from registry.exchange.recognising import recognise_file
from registry.exchange.refusals import CannotRead, refusal_of
from registry.exchange.tables.dates import read_french_day
from registry.exchange.tables.mappings import load_mapping, mapping_names
from registry.exchange.tables.values import choice_of
from registry.exchange.tables.worker import read as read_table
from registry.exchange.vocabulary import ReadCatalogue, Severity
from registry.kernel.errors import Refusal, Unreadable
from tests.exchange.tables import Cells, csv_of, ods_of, ods_table, sheet_xml, xlsx_of

PARIS = ZoneInfo("Europe/Paris")
HEADER = ["ID", "TITRE", "DESCRIPTION", "FREQ_MAJ", "DATE_MAJ", "MOTS_CLES", "LICENCE", "URL"]
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
TREES = ["arbres", "Arbres", "Les arbres.", "mensuel", "12/03/2021", "nature;Voirie", "Licence Ouverte v2.0", ""]

Reader = Callable[..., ReadCatalogue]


@pytest.fixture
def table(tmp_path: Path) -> Reader:
    """Reads a file of these bytes, as the process of an import does."""

    def read(raw: bytes, name: str = "inventaire.csv") -> ReadCatalogue:
        path = tmp_path / name
        path.write_bytes(raw)
        try:
            found = recognise_file(path, name=name)
            return read_table({"path": str(path), "format": str(found), "zone": "Europe/Paris"})
        except CannotRead as error:
            raise refusal_of(error.problem, error.details) from error

    return read


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["Titre", "Identifiant"], "Ce tableau n’a que ces colonnes : Titre, Identifiant. Il en faut au moins 3"),
        (["Identifiant", "Description", "Licence"], "Aucune colonne de ce tableau ne donne le titre des jeux"),
        (["Titre", "Zut", "Flûte"], "Les colonnes de ce tableau ne sont pas reconnues : Zut, Flûte."),
    ],
)
def test_a_command_says_which_columns_a_table_lacks_or_which_are_unknown(
    table: Reader, header: list[str], said: str
) -> None:
    read = table(csv_of([header, ["un", "deux", "trois"][: len(header)]]))
    with pytest.raises(Unreadable) as refused:
        refuse_unknown_columns(read)
    assert refused.value.message.startswith(said)


def test_one_more_column_makes_a_small_table_known(table: Reader) -> None:
    refuse_unknown_columns(table(csv_of([["Titre", "Identifiant", "Description"], ["Arbres", "a", ""]])))


def _codes(read: ReadCatalogue) -> list[str]:
    return [one.code for one in read.anomalies]


def test_codes_dates_and_lists_are_read_as_people_write_them(table: Reader) -> None:
    read = table(csv_of([HEADER, TREES]))
    one = read.datasets[0]
    assert (one.identifier, one.title, one.frequency, one.licence) == ("arbres", "Arbres", "MONTHLY", "etalab-2.0")
    assert (one.modified, one.keywords, one.line) == (date(2021, 3, 12), ["nature", "Voirie"], 2)
    assert read.table is not None
    assert read.table.mapping == "scdl"
    assert read.tally.triples == read.tally.accounted == 7


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_encoding_and_the_separator_are_told_apart(table: Reader, encoding: str, separator: str) -> None:
    rows = [HEADER, [*TREES[:2], "Élagués ; ou, parfois, abattus", *TREES[3:]]]
    read = table(csv_of(rows, separator).decode().encode(encoding))
    assert read.datasets[0].description == "Élagués ; ou, parfois, abattus"
    assert ("table-windows" in _codes(read)) == (encoding == "cp1252")


def test_accents_already_damaged_are_said(table: Reader) -> None:
    assert "table-accents" in _codes(table(csv_of([HEADER, ["a", "Ã‰coles", *TREES[2:]]])))


@pytest.mark.parametrize(
    ("said", "expected", "code"),
    [
        ("12/03/2021", date(2021, 3, 12), ""),
        ("12/03/2021 08:30", date(2021, 3, 12), ""),
        ("2021-03-12", date(2021, 3, 12), ""),
        ("1er avril 2021", date(2021, 4, 1), ""),
        ("mars 2021", date(2021, 3, 1), "date-partial"),
        ("03/2021", date(2021, 3, 1), "date-partial"),
        ("2021", date(2021, 1, 1), "date-partial"),
        ("44267", date(2021, 3, 12), "row-date-serial"),
        ("12/03/21", date(2021, 3, 12), "row-date-short"),
        ("30/02/2021", None, ""),
        ("bientôt", None, ""),
    ],
)
def test_days_in_french_forms(said: str, expected: date | None, code: str) -> None:
    assert read_french_day(said, PARIS) == ((expected, code) if expected else None)


def test_a_period_said_by_years_covers_them_whole() -> None:
    assert read_french_day("2021", PARIS, last=True) == (date(2021, 12, 31), "date-partial")
    assert read_french_day("février 2020", PARIS, last=True) == (date(2020, 2, 29), "date-partial")


def test_each_anomaly_says_its_line_and_its_column(table: Reader) -> None:
    read = table(
        csv_of([HEADER, TREES, ["b", "Bancs", "", "souvent", "hier", "", "", "exemple"], ["", "", "Sans titre"]])
    )
    said = {(one.line, one.column, one.code) for one in read.anomalies}
    assert (3, "D\u00a0« FREQ_MAJ »", "frequency-unknown") in said
    assert (3, "E\u00a0« DATE_MAJ »", "row-date-invalid") in said
    assert (3, "H\u00a0« URL »", "row-address-invalid") in said
    assert (4, "", "row-title-missing") in said
    assert [one.cells for one in read.datasets][2][2] == "Sans titre"


def test_a_line_without_identifier_keeps_the_one_it_was_given(table: Reader) -> None:
    rows: Cells = [HEADER, ["", *TREES[1:]], ["", "Bancs", *TREES[2:]]]
    first, again = table(csv_of(rows)), table(csv_of([rows[0], rows[2], rows[1]]))
    assert {one.identifier for one in first.datasets} == {one.identifier for one in again.datasets}
    assert "table-identifiers" in _codes(first)


def test_a_title_or_an_identifier_said_twice_is_an_error_of_the_second_line(table: Reader) -> None:
    read = table(csv_of([HEADER, TREES, TREES, ["", "Bancs", *TREES[2:]], ["", "BANCS", *TREES[2:]]]))
    assert [(one.line, one.code) for one in read.anomalies if one.severity is Severity.ERROR] == [
        (3, "row-duplicate"),
        (5, "row-same-title"),
    ]


def test_the_header_is_found_under_titles_and_three_lines_of_it(table: Reader) -> None:
    rows: Cells = [
        ["Inventaire des données", "", ""],
        [""],
        ["", "Identité", "", "Dates", ""],
        ["Identifiant", "Titre", "Description", "", "Licence"],
        ["", "", "", "Dernière mise à jour", ""],
        ["a", "Arbres", "Les arbres.", "mars 2021", "ODbL"],
    ]
    merged = ["A4:A5", "B4:B5", "C4:C5", "E4:E5", "D3:E3"]
    read = table(xlsx_of(("Inventaire", sheet_xml(rows, merged))), "inventaire.xlsx")
    assert [(one.identifier, one.title, one.modified) for one in read.datasets] == [("a", "Arbres", date(2021, 3, 1))]
    assert "table-header" in _codes(read)


def test_unknown_columns_are_listed_never_dropped(table: Reader) -> None:
    read = table(csv_of([[*HEADER, "Couleur"], [*TREES, "vert"]]))
    assert [(one.predicate, one.count, one.example) for one in read.leftovers] == [("Couleur", 1, "vert")]


def test_headers_nobody_knows_are_asked_for(table: Reader) -> None:
    read = table(csv_of([["Nom du jeu", "Périodicité", "Truc"], ["Arbres", "mensuel", "x"]]))
    assert read.table is not None
    assert read.table.asks
    assert not read.datasets
    assert [one.suggestion for one in read.table.columns] == ["title", "frequency", ""]
    assert [one.samples for one in read.table.columns] == [["Arbres"], ["mensuel"], ["x"]]


def test_a_remembered_mapping_is_taken_and_one_that_changed_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_of([["Nom du jeu", "Quand", "Truc"], ["Arbres", "2021", "x"]]))
    asked = read_file(path).table
    assert asked is not None
    known = {
        "fingerprint": asked.fingerprint,
        "columns": {"nom du jeu": "title", "quand": "modified", "truc": ""},
        "headers": {"nom du jeu": "Nom du jeu", "quand": "Quand", "truc": "Truc"},
    }
    read = read_file(path, mappings=[known])
    assert [(one.title, one.modified) for one in read.datasets] == [("Arbres", date(2021, 1, 1))]
    path.write_bytes(csv_of([["Nom du jeu", "Quand", "Machin"], ["Arbres", "2021", "x"]]))
    changed = read_file(path, mappings=[known]).table
    assert changed is not None
    assert (changed.asks, changed.gained, changed.lost) == (True, ["Machin"], ["Truc"])
    assert [one.target for one in changed.columns] == ["title", "modified", None]


def test_a_workbook_shows_dates_results_of_formulas_and_merged_cells(table: Reader) -> None:
    rows: Cells = [
        ["Identifiant", "Titre", "Description", "Dernière mise à jour", "Notes du référent", "Mots-clés", "mots-clés"],
        ["a", "Arbres", "Du <b>gras</b>", 44267, '<c r="@" t="str"><f>1+1</f><v>deux</v></c>', "x", "y"],
        ["b", "Bancs", "", 44268, '<c r="@" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "x", ""],
    ]
    read = table(
        xlsx_of(
            ("Notes", "<worksheet/>"),
            ("Cachée", sheet_xml([["Titre", "Description", "Licence"], ["Non", "Non", "ODbL"]]), "hidden"),
            ("Jeux", sheet_xml(rows, ["E2:E2", "C2:C3"])),
        ),
        "inventaire.xlsx",
    )
    first, second = read.datasets
    assert (first.modified, first.more["notes"], first.keywords) == (date(2021, 3, 12), "deux", ["x", "y"])
    assert (second.description, second.more) == ("Du gras", {})
    assert {"table-merged", "row-error", "table-sheets-left"} <= set(_codes(read))


def test_what_no_database_text_holds_is_left_out_of_headers_samples_and_lines_to_mend(table: Reader) -> None:
    rows: Cells = [
        ["Identifiant", "Titre", "Description", "Autre_x0000_ colonne"],
        ["a", "Arbres", "x", "vert_x0000_"],
        ["b", "", "avant_x0000_après_xD800_", "bleu_x0000_"],
    ]
    read = table(xlsx_of(("Jeux", sheet_xml(rows))), "inventaire.xlsx")
    assert read.datasets[1].cells == ["b", "", "avantaprès", "bleu"]
    assert "\\x00" not in repr(read)


def test_an_ods_workbook_is_read_too(table: Reader) -> None:
    day = (
        '<table:table-cell office:value-type="date" office:date-value="2021-03-12"><text:p>12/03/21</text:p>'
        "</table:table-cell>"
    )
    spanned = (
        '<table:table-cell table:number-rows-spanned="2" office:value-type="string"><text:p>Commun</text:p>'
        "</table:table-cell>"
    )
    rows: Cells = [
        ["Identifiant", "Titre", "Description", "Dernière mise à jour"],
        ["a", "Arbres", spanned, day],
        ["b", "Bancs", "<table:covered-table-cell/>", day],
        ['<table:table-cell table:number-columns-repeated="16384"/>'],
    ]
    hidden = ods_table([["Titre", "Description", "Licence"], ["Non", "Non", "Non"]], "Cachée", "cachée")
    read = table(ods_of(hidden, ods_table(rows, "Jeux")), "inventaire.ods")
    assert [(one.title, one.description, one.modified) for one in read.datasets] == [
        ("Arbres", "Commun", date(2021, 3, 12)),
        ("Bancs", "Commun", date(2021, 3, 12)),
    ]


def test_files_are_told_by_formats_and_an_address(table: Reader) -> None:
    header = ["ID", "TITRE", "FORMAT_RESSOURCES", "URL", "NOMBRE_RESSOURCES"]
    read = table(csv_of([header, ["a", "A", "csv;xls", "https://exemple.fr/a", "3"], ["b", "B", "csv", "", ""]]))
    assert [(one.format, one.access_url) for one in read.datasets[0].distributions] == [
        ("CSV", "https://exemple.fr/a"),
        ("XLS", "https://exemple.fr/a"),
    ]
    assert {"row-files-count", "row-formats-alone"} <= set(_codes(read))


def test_a_formula_of_ours_made_inert_is_read_as_it_was(table: Reader) -> None:
    assert table(csv_of([HEADER, ["a", "'=1+1", *TREES[2:]]])).datasets[0].title == "=1+1"


@pytest.mark.parametrize(
    ("raw", "name", "words"),
    [
        pytest.param(b"", "a.csv", "est vide", id="an empty file"),
        pytest.param(b"TITRE;DESCRIPTION;URL\r\n", "a.csv", "pas de ligne sous son en-tête", id="a header alone"),
        pytest.param(OLD, "a.xlsx", "ancien format (.xls)", id="an old workbook"),
        pytest.param(b"%PDF-1.7\n", "a.xlsx", "document PDF", id="a PDF renamed"),
        pytest.param(b"<html><body>Connexion</body></html>", "a.csv", "page web", id="a web page"),
        pytest.param(b"\x81\x8d\x9d;\xff\n", "a.csv", "n’est pas en", id="an unknown encoding"),
        pytest.param(xlsx_of(("A", "<worksheet><sheetData>")), "a.xlsx", "abîmée", id="a cut workbook"),
        pytest.param(xlsx_of(("A", sheet_xml([["Titre"]])))[:300], "a.xlsx", "abîmé", id="half a workbook"),
        pytest.param(b'TITRE;URL\na;"b\n' + b"c" * 300_000, "a.csv", "jamais refermé", id="an open quote"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence(table: Reader, raw: bytes, name: str, words: str) -> None:
    with pytest.raises(Refusal, match=words.replace("(", r"\(").replace(")", r"\)")):
        table(raw, name)


def test_a_bomb_is_refused_before_it_fills_the_memory(table: Reader) -> None:
    cell = f'<c t="inlineStr"><is><t>{"a" * 40_000_000}</t></is></c>'
    bomb = f"<worksheet><sheetData><row>{cell}</row></sheetData></worksheet>"
    with pytest.raises(Refusal, match="se déplie"):
        table(xlsx_of(("A", bomb)), "a.xlsx")


def test_a_sheet_of_a_million_lines_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    row = "<row><c><v>1</v></c><c><v>2</v></c></row>" * 1_000_000
    path = tmp_path / "long.xlsx"
    path.write_bytes(xlsx_of(("A", f"<worksheet><sheetData>{row}</sheetData></worksheet>")))
    code = (
        "from pathlib import Path\n"
        "from registry.exchange.refusals import CannotRead\n"
        "from registry.exchange.tables.worker import read\n"
        "try:\n"
        f"    read({{'path': {str(path)!r}, 'format': 'xlsx', 'zone': 'Europe/Paris'}})\n"
        "except CannotRead as error:\n"
        "    print(error.problem, Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    problem, kibibytes = done.stdout.split()
    assert problem == "too-many-rows"
    assert int(kibibytes) < 300 * 1024


def test_a_long_csv_of_data_is_refused(table: Reader) -> None:
    with pytest.raises(Refusal, match="50000"):
        table(b"TITRE;DESCRIPTION;URL\n" + b"a;b;\n" * 50_200)


def test_every_label_of_the_sheet_is_a_header_of_ours() -> None:
    apart = {"information_system_id", "contact_person_id", "organisation_id", "stage", "annulled"}
    ours = load_mapping("beffroi").columns.values()
    assert {name for name in FIELD_LABELS if name not in apart} <= set(ours)


def test_every_recognised_set_of_columns_names_a_title() -> None:
    assert all("title" in load_mapping(name).columns.values() for name in mapping_names())


def test_the_real_inventories_are_recognised(shared: Path) -> None:
    scdl = read_file(shared / "scdl_catalogue" / "scdl-catalogue.example-row.csv")
    etalab = read_file(shared / "etalab_schema_catalogue" / "exemple-valide.csv")
    assert [(one.table.mapping, len(one.datasets), one.leftovers) for one in (scdl, etalab) if one.table] == [
        ("scdl", 1, []),
        ("etalab", 1, []),
    ]
    assert etalab.datasets[0].frequency == "ANNUAL"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("au fil de l’eau", "IRREG"), ("Au fil de l'eau", "IRREG"), ("annuellement", "ANNUAL"),
        ("1 fois par an", "ANNUAL"), ("Mensuellement", "MONTHLY"), ("hebdomadairement", "WEEKLY"),
        ("2 fois par an", "ANNUAL_2"), ("trimestriellement", "QUARTERLY"), ("quotidiennement", "DAILY"),
    ],
)  # fmt: skip
def test_the_usual_words_of_a_rhythm_are_known(table: Reader, words: str, code: str) -> None:
    read = table(csv_of([["titre", "description", "freq_maj"], ["Arbres", "", words]]))
    assert [one.frequency for one in read.datasets] == [code]


@pytest.mark.parametrize("words", ["NIR", "numéro de sécurité sociale"])
def test_a_sheet_with_the_social_security_number_is_said_so(words: str) -> None:
    assert choice_of("personal_data", words) == "nir"


@pytest.mark.parametrize(
    ("values", "field"), [(["mensuelle", "au fil de l'eau"], "frequency"), (["02/03/2025"], "modified")]
)
def test_a_header_that_may_be_a_day_or_a_rhythm_is_told_by_its_values(
    table: Reader, values: list[str], field: str
) -> None:
    read = table(csv_of([["Nom du jeu", "Mise à jour", "Truc"], *(["Arbres", value, "x"] for value in values)]))
    assert read.table is not None
    assert [one.suggestion for one in read.table.columns][1] == field
