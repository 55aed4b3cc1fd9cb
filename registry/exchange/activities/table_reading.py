"""A table to activities, a row each: our own, whose cells say all exactly, or one of somebody else's headers."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from registry.exchange.activities.columns import read_part_line, record_table
from registry.exchange.activities.filling import Filling
from registry.exchange.activities.terms import CHOICES, choice_of, folded
from registry.exchange.activities.vocabulary import TABLE as TABLE_LAYOUT
from registry.exchange.activities.vocabulary import ReadActivity, ReadRecord, Sheet
from registry.exchange.exports.cells import as_written, from_cell, from_xml
from registry.exchange.exports.columns import KEY_HEADER, Column, Holds
from registry.exchange.tables.dates import read_french_day
from registry.exchange.vocabulary import SourceFormat
from registry.processing.forms import PARTS
from registry.processing.wording import FIELD_LABELS

_SEEN = 30
"""Lines under which no header stands."""
_LEAST = 2
"""Columns that have to be known for a table to tell of activities, its name among them."""
_HEADERS: Mapping[str, str] = {
    "name": "nom du traitement|nom de l activite|nom de l activite de traitement|nom sigle|nom|traitement|activite|"
            "intitule|intitule du traitement|designation du traitement",
    "reference": "n ref|n reference|numero|n|reference|ref|n de reference|n fiche|n de fiche",
    "owner": "collectivite|structure|organisation|organisme|commune|entite|siren",
    "department": "gestionnaire|service|service gestionnaire|service charge de la mise en oeuvre|direction",
    "role": "en tant que|role|qualite|agit en tant que",
    "purpose": "finalite|finalites|finalite principale|finalite du traitement|finalites du traitement|objectif|"
               "objectifs|objectif finalite|finalite s|finalite s du traitement",
    "sub_purposes": "sous finalites|sous finalite|finalites secondaires|finalite secondaire",
    "lawful_basis": "base legale|base juridique|fondement juridique|base legale du traitement|liceite|fondement",
    "basis_note": "justification de la base legale|justification|precisions sur la base legale",
    "founding_text": "texte de reference|texte qui fonde le traitement|reference legale|texte|textes de reference",
    "people": "personnes concernees|categories de personnes|categories de personnes concernees|"
              "categorie de personnes concernees|categorie de personnes|personnes",
    "data": "categories de donnees|categorie de donnees|categories de donnees personnelles|donnees traitees|donnees|"
            "donnees collectees|donnees personnelles|categories de donnees traitees|autres categories",
    "sensitive": "donnees sensibles|donnees sensibles oui non|categories particulieres de donnees",
    "retention": "delai de conservation|delais de conservation|duree de conservation|durees de conservation|"
                 "delai d effacement|delais d effacement|duree",
    "final_disposition": "sort final|sort final des donnees",
    "recipients": "destinataires|destinataire|categories de destinataires|categorie de destinataires|"
                  "destinataires des donnees|destinataires internes|destinataires externes|categorie de destinataire",
    "processors": "sous traitants|sous traitant|sous traitants associes|sous traitance",
    "transfers": "transferts|transferts hors ue|transfert hors ue|transferts hors union europeenne|"
                 "transferts hors de l union|transferts de donnees hors ue|pays destinataires",
    "security": "mesures de securite|securite|mesure de securite|mesures de securite techniques et organisationnelles|"
                "autres mesures",
    "measure": "controle d acces|controle d acces des utilisateurs|tracabilite|sauvegarde|sauvegardes|"
               "sauvegarde des donnees|chiffrement|chiffrement des donnees",
    "updates": "mise a jour|mises a jour",
    "systems": "logiciel|logiciels|logiciels et supports|support|supports|application|applications|"
               "systeme d information|systemes d information",
    "extra": "date de creation|date de creation de la fiche|cree le",
    "reviewed_on": "date de mise a jour|derniere mise a jour|derniere mise a jour de la fiche|modifie le|"
                   "date de modification|date de derniere modification|date de la derniere mise a jour",
    "started_on": "date de mise en oeuvre|mis en oeuvre depuis le|mise en oeuvre",
    "joint_controllers": "responsable conjoint|responsables conjoints|co responsable|coresponsable|"
                         "responsable s conjoint s",
    "status": "statut|etat|actif",
    "notes": "observations|observation|commentaires|commentaire|notes|remarques",
    "data_origin_note": "origine des donnees|source des donnees|moyen de collecte|moyens de collecte|"
                        "moyen de la collecte",
    "rights_channel": "exercice des droits|ou exercer ses droits",
}  # fmt: skip


@lru_cache(maxsize=1)
def _targets() -> Mapping[str, str]:
    """What each header fills, once it is folded: the names that our own fields bear are known too."""
    plain = {name: name for name in FIELD_LABELS if name not in {*PARTS, "template", "annulled", "declared_absent"}}
    known = {folded(FIELD_LABELS[name]): name for name in plain}
    known |= {words: name for name, said in _HEADERS.items() for words in said.split("|")}
    known |= {f"{words} {number}": "sub_purposes" for words in ("sous finalite", "finalite") for number in range(1, 10)}
    return known


def target_of(header: str) -> str | None:
    """What a column of this header fills."""
    return _targets().get(folded(header))


def is_own(sheet: Sheet) -> bool:
    """Whether a sheet is the table of an export of ours."""
    headers = [cell.strip() for cell in sheet.rows[0][1]] if sheet.rows else []
    return headers[:1] == [KEY_HEADER] and FIELD_LABELS["lawful_basis"] in headers


def read_own(sheet: Sheet, source: SourceFormat, zone: ZoneInfo) -> list[ReadActivity]:
    """The activities of a table of ours; the reading of XLSX has undone its own escapes already."""
    said = {SourceFormat.CSV: as_written, SourceFormat.ODS: from_xml}.get(source, str)
    known = {column.header: column for column in record_table().columns}
    columns = [known.get(header.strip()) for header in sheet.rows[0][1]]
    found = []
    for line, cells in sheet.rows[1:]:
        one = ReadActivity(sheet.name, line, whole=True)
        _own_row(one, columns, [said(cell) for cell in cells], zone)
        found.append(one)
    return found


def _own_row(one: ReadActivity, columns: Iterable[Column | None], cells: list[str], zone: ZoneInfo) -> None:
    for column, cell in zip(columns, cells, strict=False):
        if column is None or not cell.strip():
            continue
        if column.name == "organisation_key":
            one.owner = cell.strip()
        elif column.name == "organisation_name":
            one.owner_name = cell.strip()
        elif column.name in PARTS:
            one.parts[column.name] = _own_parts(one, column, cell)
        elif column.holds is Holds.DAY:
            _own_day(one, column, cell, zone)
        else:
            try:
                is_text = column.holds is Holds.TEXT and not column.codes
                said = from_cell(column, cell if is_text else cell.strip())
                one.values[column.name] = _chosen(column.name, said)
            except ValueError:
                one.remark("cell", cell, column.header)


def _own_day(one: ReadActivity, column: Column, cell: str, zone: ZoneInfo) -> None:
    """A day as we wrote it, or as a French spreadsheet writes it once it has saved it again."""
    found = read_french_day(cell, zone)
    if found is None:
        one.remark("day", cell, column.header)
    elif found[1]:
        one.remark("day-unclear", cell, column.header)
    else:
        one.values[column.name] = found[0].isoformat()


def _chosen(name: str, said: Any) -> Any:
    """What a cell says, as the value of its list where it has one; what stands for none is refused by the form."""
    if name not in CHOICES:
        return said
    return [choice_of(name, one) or one for one in said] if isinstance(said, list) else choice_of(name, said) or said


def _own_parts(one: ReadActivity, column: Column, cell: str) -> list[dict[str, Any]]:
    rows = []
    for text in filter(str.strip, cell.split("\n")):
        try:
            said = read_part_line(column.name, text)
            rows.append({name: _chosen(name, value) for name, value in said.items()})
        except ValueError:
            one.remark("cell", text, column.header)
    return rows


def header_of(sheet: Sheet) -> tuple[int, list[str | None]] | None:
    """Where the header of a table of activities stands among its rows, and what its columns fill."""
    for place, (_line, cells) in enumerate(sheet.rows[:_SEEN]):
        targets = [target_of(cell) for cell in cells]
        if "name" in targets and len(set(targets) - {None}) >= _LEAST:
            return place, targets
    return None


def read_table(sheet: Sheet, zone: ZoneInfo) -> ReadRecord:
    """The activities of a table of somebody's own headers; columns that no field takes are counted."""
    found = header_of(sheet)
    place, targets = found if found is not None else (0, [])
    headers = [cell.strip() for cell in sheet.rows[place][1]]
    left: dict[str, tuple[int, str]] = {}
    activities = []
    for line, cells in sheet.rows[place + 1 :]:
        filling = Filling(ReadActivity(sheet.name, line), zone)
        for column, cell in enumerate(cells):
            target = targets[column] if column < len(targets) else None
            header = headers[column] if column < len(headers) else ""
            if target is not None:
                filling.take(target, cell, header)
            elif cell.strip():
                count, example = left.get(header or "…", (0, cell.strip()[:80]))
                left[header or "…"] = count + 1, example
        activities.append(filling.done())
    return ReadRecord(
        TABLE_LAYOUT, activities, left=[(header, count, example) for header, (count, example) in left.items()]
    )


def thin_list(sheet: Sheet, zone: ZoneInfo) -> list[ReadActivity]:
    """The activities that the list of a CNIL workbook names, with what it says of each."""
    return read_table(sheet, zone).activities if header_of(sheet) is not None else []
