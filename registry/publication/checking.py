"""The check of small counts before a file leaves, in words: its page, and what a decision cites of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from registry.datasets.models import Dataset, DatasetField
from registry.datasets.queries import find_parts
from registry.inspection.reading import DEFAULT_LIMITS, count_small_groups
from registry.inspection.vocabulary import MOST_COMBINED, MOST_TOGETHER, CountedTable, LineKind
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark, ngettext
from registry.platform.lists import load_list
from registry.publication.forms import LABELS, USUAL, SmallCountForm
from registry.publication.models import SmallCountCheck
from registry.publication.queries import find_checks
from registry.publication.rules import result_of_tables
from registry.publication.service import record_small_counts
from registry.publication.views import SmallCountPage, SmallCountTable, SmallCountView
from registry.publication.vocabulary import SmallCountResult
from registry.web.templating import say_day, say_number
from registry.web.uploads import PAGE_UPLOAD_LIMIT, Receiving, UploadedFile
from registry.web.visits import Visit

RECORD = Permission.DATASETS_LAW_RECORD
LIMITS = replace(DEFAULT_LIMITS, file_bytes=PAGE_UPLOAD_LIMIT, seconds=40)
FILE = Receiving(
    refusal=mark("Ce fichier dépasse {limit} Mio, le plus que cette page accepte : vérifiez-le par parties.")
)
SHAPES = {
    SmallCountResult.FOUND: "non-compliant", SmallCountResult.NONE: "compliant",
    SmallCountResult.INCOMPLETE: "to-complete",
}  # fmt: skip
_CITED = {
    SmallCountResult.FOUND: mark("des groupes de moins de {count}"),
    SmallCountResult.NONE: mark("aucun groupe de moins de {count}"),
    SmallCountResult.INCOMPLETE: mark("vérification incomplète de groupes de moins de {count}"),
}


def result_of(check: SmallCountCheck) -> SmallCountResult:
    """What a check says."""
    return result_of_tables(check.tables)


def in_a_line(check: SmallCountCheck) -> str:
    """A check as a decision cites it: the file, its print, the day, and what was found."""
    said = _(_CITED[result_of(check)]).format(count=check.fewer_than)
    return _("{day}, {file} (empreinte {print}) : {said}").format(
        day=say_day(check.checked_on), file=check.file_name, print=check.sha256[:12], said=said
    )


def _table_view(table: Mapping[str, Any], described: frozenset[str]) -> SmallCountTable:
    rows, columns = table["rows"], table["columns"]
    name = _("Feuille « {name} »").format(name=table["table"]) if table["table"] else _("Le tableau")
    says = _("{name} : {lines}, colonnes regardées : {columns}.").format(
        name=name, columns=", ".join(columns) or _("aucune"),
        lines=ngettext("{count} ligne", "{count} lignes", rows).format(count=say_number(rows)),
    )  # fmt: skip
    notes = []
    if rows and not columns and not table["found"]:
        notes.append(
            _("Aucune colonne n’a pu être regardée : si le fichier a bien plusieurs colonnes, vérifiez son séparateur.")
        )
    if table["aside"]:
        notes.append(
            _("Presque chaque ligne y a sa propre valeur : {columns}. Qui la connaît reconnaît la ligne.").format(
                columns=", ".join(table["aside"])
            )
        )
    seen = [*columns, *table["aside"]]
    if described and (gone := [one for one in seen if one not in described]):
        notes.append(
            _("La fiche ne décrit pas, ou plus : {columns}. Est-ce le bon fichier, et la fiche à jour ?").format(
                columns=", ".join(gone)
            )
        )
    if unread := table.get("unread", 0):
        notes.append(
            ngettext(
                "{count} cellule de ces colonnes n’est pas un nombre entier : on ne sait pas ce qu’elle compte.",
                "{count} cellules de ces colonnes ne sont pas des nombres entiers : on ne sait pas ce qu’elles "
                "comptent.",
                unread,
            ).format(count=say_number(unread))
        )
    if not table["is_whole"]:
        notes.append(_("La fin du fichier n’a pas été lue : il est trop long. Vérifiez-en le reste par parties."))
    if table["is_cut"]:
        notes.append(
            _("Seules les {count} premières colonnes qui font des groupes ont été croisées.").format(
                count=MOST_COMBINED
            )
        )
    found = [
        (" × ".join(one["columns"]) or _("le tableau entier"), one["small"], one["groups"], one["lines"])
        for one in table["found"]
    ]
    return SmallCountTable(says, notes, found)


def _check_view(check: SmallCountCheck, described: frozenset[str]) -> SmallCountView:
    result = result_of(check)
    return SmallCountView(
        id=check.id,
        shape=SHAPES[result],
        word=result.label,
        lines=[
            (_("Fichier"), check.file_name),
            (_("Empreinte SHA-256"), check.sha256),
            (_("Vérifié"), say_day(check.checked_on)),
            (_("Une ligne est"), check.lines.label),
            (_("Trop petit"), _("moins de {count}").format(count=check.fewer_than)),
        ],
        tables=[_table_view(one, described) for one in check.tables],
    )


def check_file(visit: Visit, sheet: Dataset, form: SmallCountForm, file: UploadedFile) -> SmallCountCheck:
    """Reads a file that was sent, keeps what makes small groups in it, and forgets it.

    It may be read for long: no transaction is open meanwhile.
    Raises: Unreadable, in words, of what is no table; Conflict when the sheet is annulled, or changed meanwhile.
    """
    version = sheet.version

    def read() -> list[CountedTable]:
        return count_small_groups(
            file.path, lines=form.lines, fewer_than=form.fewer_than, counts=form.counting, name=file.name, limits=LIMITS
        )  # fmt: skip

    tables = visit.apart(read)
    return record_small_counts(
        visit.session, sheet.id, form, tables, file_name=file.name, sha256=file.sha256,
        by=visit.visitor.account_id, today=visit.today, expected=version,
    )  # fmt: skip


def small_count_page(
    visit: Visit, sheet: Dataset, values: Mapping[str, Any] | None = None, errors: Mapping[str, str] = {}
) -> SmallCountPage:
    """The checks made of a dataset, the last one first, and the form of another."""
    checks, listed = find_checks(visit.session, sheet.id), load_list("small_counts")
    thresholds = " ; ".join(
        _("{what}, {count}").format(what=listed.label(code), count=listed.number(code, "at_least")) for code in listed
    )
    fields = find_parts(visit.session, DatasetField, sheet.id) if checks else ()
    described = frozenset(one.name for one in fields if not one.annulled)
    return SmallCountPage(
        id=sheet.id, title=sheet.title, checks=[_check_view(one, described) for one in checks],
        together=MOST_TOGETHER, kinds=[(str(one), one.label) for one in LineKind],
        may_record=visit.visitor.may(RECORD, sheet.organisation_id) and not sheet.annulled,
        hint=_("Usage de l’Insee : {thresholds}.").format(thresholds=thresholds),
        values={"fewer_than": USUAL} if values is None else values, errors=errors,
        labels={name: _(word) for name, word in LABELS.items()}, limit=PAGE_UPLOAD_LIMIT,
    )  # fmt: skip
