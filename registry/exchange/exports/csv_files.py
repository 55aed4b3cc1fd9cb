"""An export as CSV: one file a table in an archive, with a page that says how to read them."""

import csv
import io
from collections.abc import Iterable, Iterator

from registry.exchange.exports.archive import About, Archive
from registry.exchange.exports.cells import to_cell
from registry.exchange.exports.columns import REREAD, ExportTable
from registry.exchange.exports.queries import Row
from registry.kernel.spreadsheets import inert

README = "lisez-moi.txt"
_EACH = 500
_HEAD = """\
Export du registre de gouvernance des données
=============================================

{authority}
Au {moment} ; tout ce que vous pouviez lire à cet instant{narrowed}.

Comment lire ces fichiers
-------------------------

Un fichier par table, en UTF-8, séparé par des points-virgules. Tout tableur les ouvre.

Une liste fermée se lit « mots [code] », par exemple « Licence Ouverte 2.0 [etalab-2.0] ». Vous pouvez n’écrire
que les mots ou que le code. Un texte libre qui leur ressemble se termine par « [] ».

Plusieurs valeurs tiennent dans une cellule, une par ligne. Dans une valeur, un retour à la ligne s’écrit \\n et une
barre oblique inverse \\\\.

Une date s’écrit AAAA-MM-JJ. Une cellule vide dit qu’on ne sait pas, ou que vos droits ne le montrent pas.

Un texte qui commence par = + - @ (ou par une tabulation, un retour, une apostrophe) est précédé d’une apostrophe :
sans elle, un tableur le calculerait. Relu par le registre, il la perd : « '+33 1 23 » redevient « +33 1 23 ».

Relire cet export
-----------------

La page « Imports » et la commande « beffroi import » relisent cette archive telle quelle : les tables {reread}
sont reprises. Les organisations sont retrouvées par SIREN, SIRET, code INSEE, puis nom ; elles ne sont pas créées.
Les mandats se tiennent au registre. Une cellule vide n’efface rien.
"""


def csv_export(tables: Iterable[tuple[ExportTable, Iterable[Row]]], about: About) -> Iterator[bytes]:
    """The archive, piece by piece."""
    archive = Archive(about)
    shown: list[ExportTable] = []
    for table, rows in tables:
        shown.append(table)
        with archive.entry(f"{table.name}.csv") as target:
            text = io.TextIOWrapper(target, "utf-8", newline="", errors="replace", write_through=True)
            text.write("\ufeff")
            yield from _lines(table, rows, text, archive)
            text.detach()
    archive.write(README, describe(shown, about))
    archive.close()
    yield archive.outlet.taken()


def _lines(table: ExportTable, rows: Iterable[Row], text: io.TextIOWrapper, archive: Archive) -> Iterator[bytes]:
    # Each cell is quoted: read with another separator, no piece of a text becomes a cell of its own.
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(table.headers)
    for number, row in enumerate(rows, 1):
        writer.writerow([inert(to_cell(column, row.get(column.name))) for column in table.columns])
        if number % _EACH == 0:
            yield archive.outlet.taken()


def describe(tables: Iterable[ExportTable], about: About) -> str:
    """How to read an export: its rules, then each column of each table."""
    lines = [
        _HEAD.format(
            authority=about.authority,
            moment=about.moment.strftime("%d/%m/%Y à %H h %M"),
            narrowed=f" et que choisissait : {about.narrowed}" if about.narrowed else "",
            reread=", ".join(sorted(REREAD)),
        )
    ]
    for table in tables:
        lines += ["", f"{table.name} : {table.title}", "-" * (len(table.name) + len(table.title) + 3)]
        for column in table.columns:
            said = [str(column.holds.label)]
            if column.codes is not None:
                said.append("codes")
            if not column.kept:
                said.append("non relu")
            note = f". {column.note}" if column.note else ""
            lines.append(f"* {column.header} ({', '.join(said)} ; {column.name}){note}")
    return "\r\n".join("\n".join(lines).split("\n")) + "\r\n"
