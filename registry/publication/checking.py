"""The check of small counts before a file leaves, in words: its page, and what a decision cites of it."""

from collections.abc import Mapping
from typing import Any

from registry.datasets.models import Dataset
from registry.inspection.vocabulary import MOST_COMBINED, MOST_TOGETHER, LineKind
from registry.kernel.permissions import Permission
from registry.kernel.words import _, ngettext
from registry.publication.forms import LABELS
from registry.publication.models import SmallCountCheck
from registry.publication.queries import find_checks
from registry.publication.views import SmallCountPage, SmallCountTable, SmallCountView
from registry.web.templating import say_day, say_number
from registry.web.uploads import PAGE_UPLOAD_LIMIT
from registry.web.visits import Visit

RECORD = Permission.DATASETS_LAW_RECORD
USUAL = 11


def has_small(check: SmallCountCheck) -> bool:
    """Whether a check found a group that is too small."""
    return any(table["found"] for table in check.tables)


def in_a_line(check: SmallCountCheck) -> str:
    """A check as a decision cites it: the file, its print, the day, and what was found."""
    said = (
        _("des groupes de moins de {count}") if has_small(check) else _("aucun groupe de moins de {count}")
    ).format(count=check.fewer_than)  # fmt: skip
    return _("{day}, {file} (empreinte {print}) : {said}").format(
        day=say_day(check.checked_on), file=check.file_name, print=check.sha256[:12], said=said
    )


def _table_view(table: Mapping[str, Any]) -> SmallCountTable:
    rows, columns = table["rows"], table["columns"]
    name = _("Feuille « {name} »").format(name=table["table"]) if table["table"] else _("Le tableau")
    says = _("{name} : {lines}, colonnes regardées : {columns}.").format(
        name=name, columns=", ".join(columns) or _("aucune"),
        lines=ngettext("{count} ligne", "{count} lignes", rows).format(count=say_number(rows)),
    )  # fmt: skip
    notes = []
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


def _check_view(check: SmallCountCheck) -> SmallCountView:
    small = has_small(check)
    return SmallCountView(
        id=check.id,
        shape="non-compliant" if small else "compliant",
        word=_("Groupes trop petits") if small else _("Aucun groupe trop petit"),
        lines=[
            (_("Fichier"), check.file_name),
            (_("Empreinte SHA-256"), check.sha256),
            (_("Vérifié"), say_day(check.checked_on)),
            (_("Une ligne est"), check.lines.label),
            (_("Trop petit"), _("moins de {count}").format(count=check.fewer_than)),
        ],
        tables=[_table_view(one) for one in check.tables],
    )


def small_count_page(
    visit: Visit, sheet: Dataset, values: Mapping[str, Any] | None = None, errors: Mapping[str, str] = {}
) -> SmallCountPage:
    """The checks made of a dataset, the last one first, and the form of another."""
    checks = find_checks(visit.session, sheet.id)
    return SmallCountPage(
        id=sheet.id, title=sheet.title, checks=[_check_view(one) for one in checks],
        together=MOST_TOGETHER, kinds=[(str(one), one.label) for one in LineKind],
        may_record=visit.visitor.may(RECORD, sheet.organisation_id) and not sheet.annulled,
        values={"fewer_than": USUAL} if values is None else values, errors=errors,
        labels={name: _(word) for name, word in LABELS.items()}, limit=PAGE_UPLOAD_LIMIT,
    )  # fmt: skip
