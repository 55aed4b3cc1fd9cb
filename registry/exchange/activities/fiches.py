"""The CNIL's simplified record: a list of the activities, and one sheet for each, for whoever reads or prints them.

The headings are those that the CNIL's own workbook gives its sections, in its order; what our record says beside them
stands below each.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from registry.exchange.activities.queries import Whole
from registry.exchange.exports.columns import Column, ExportTable, Holds
from registry.exchange.exports.queries import Row
from registry.exchange.exports.sheets import HEADING
from registry.kernel.words import FRENCH
from registry.platform.lists import CodeList, load_list
from registry.processing.models import ProcessingActivity
from registry.processing.rules import safeguard_words
from registry.processing.views import say_months
from registry.processing.vocabulary import ProcessingRole
from registry.processing.wording import FIELD_LABELS, say_value, shown_reference

LIST = "Liste des traitements"
SENSITIVE = ("special", "offences")
ORDINARY_TITLE, SENSITIVE_TITLE = "Catégories de données personnelles concernées", "Données sensibles"
PEOPLE_TITLE, RECIPIENTS_TITLE = "Catégories de personnes concernées", "Destinataires"
PURPOSES_TITLE, ACTORS_TITLE = "Finalités du traitement", "Acteurs"
SECURITY_TITLE = "Mesures de sécurité techniques et organisationnelles"
TRANSFERS_TITLE = "Transferts hors Union européenne"
_NO_NAME = re.compile(r"[\[\]:*?/\\']+")
_LONGEST_NAME = 31
"""Units: characters. A spreadsheet names no sheet with more."""
_LIST_COLUMNS = (
    Column("name", "Nom de l’activité"),
    Column("reference", "N° / référence"),
    Column("organisation", "Responsable du traitement"),
    Column("made_on", "Date de création de la fiche", Holds.DAY),
    Column("changed_on", "Dernière mise à jour de la fiche", Holds.DAY),
    Column("purpose", "Finalité principale"),
    Column("sensitive", "Données sensibles ?"),
)
_FICHE = ("Fiche de registre", "Description", "Précisions", "Durée de conservation")
_NAMES = ("label", "first", "second", "third")


@dataclass(frozen=True)
class Actors:
    """Who answers for an activity: the body whose record it stands in, and its officer, if one is appointed."""

    controller: str
    officer: str
    contact: str


def list_table() -> ExportTable:
    """The sheet that lists the activities."""
    return ExportTable(LIST, LIST, _LIST_COLUMNS, is_form=True, widths=(40, 16, 32, 16, 16, 60, 14))


def list_row(one: Whole, actors: Actors) -> Row:
    """An activity in the list."""
    activity = one.activity
    return {
        "name": activity.name,
        "reference": shown_reference(activity.reference),
        "organisation": actors.controller,
        "made_on": one.made_on,
        "changed_on": one.changed_on,
        "purpose": activity.purpose,
        "sensitive": "Oui" if any(_is_sensitive(part) for part in one.parts["data"]) else "Non",
    }


def fiche_table(number: int, activity: ProcessingActivity) -> ExportTable:
    """The sheet of an activity: its name tells its number in the list first, so that no two are alike."""
    name = " ".join(_NO_NAME.sub(" ", f"{number} - {activity.name}").split())[:_LONGEST_NAME].strip()
    columns = tuple(Column(column, header) for column, header in zip(_NAMES, _FICHE, strict=True))
    return ExportTable(name, activity.name, columns, is_form=True, widths=(44, 50, 50, 34))


def fiche_rows(one: Whole, actors: Actors) -> Iterator[Row]:
    """The rows of the sheet of an activity, section after section."""
    activity = one.activity
    yield _row("Nom", activity.name)
    yield _row("N° / référence", shown_reference(activity.reference))
    yield _row("Date de création de la fiche", one.made_on.isoformat())
    yield _row("Dernière mise à jour de la fiche", one.changed_on.isoformat())
    yield _row("État", activity.status.label)
    yield from _section(ACTORS_TITLE, "Nom", "Coordonnées")
    yield from _actors(activity, actors)
    yield from _section(PURPOSES_TITLE)
    yield from _purposes(activity)
    yield from _section(ORDINARY_TITLE, "Description", "Personnes", "Durée de conservation")
    yield from _data(part for part in one.parts["data"] if not _is_sensitive(part))
    yield from _section(SENSITIVE_TITLE, "Description", "Personnes", "Durée de conservation")
    yield from _data(part for part in one.parts["data"] if _is_sensitive(part))
    yield from _section(PEOPLE_TITLE, "Catégorie")
    people, known = load_list("people_categories"), dict.fromkeys(part.people_category for part in one.parts["data"])
    for number, code in enumerate(known, 1):
        yield _row(f"Catégorie de personnes {number}", people.label(code, FRENCH))
    yield from _section(RECIPIENTS_TITLE, "Destinataire", "Précisions", "Type")
    for number, part in enumerate(one.parts["recipients"], 1):
        yield _row(f"Destinataire {number}", part.name, part.received, part.kind.label if part.kind else "")
    yield from _section(SECURITY_TITLE, "Type de mesure", "Précisions")
    yield from _security(activity)
    yield from _section(TRANSFERS_TITLE, "Destinataire", "Pays", "Garanties et documentation")
    for number, part in enumerate(one.parts["transfers"], 1):
        guarded = " ; ".join(filter(None, (safeguard_words(part.country, part.safeguard), part.document)))
        country = load_list("countries").label(part.country, FRENCH)
        yield _row(f"Organisme destinataire {number}", part.recipient, country, guarded)


def _row(label: str, first: str | None = "", second: str | None = "", third: str | None = "") -> Row:
    return {"label": label, "first": first, "second": second, "third": third}


def _section(title: str, first: str = "", second: str = "", third: str = "") -> Sequence[Row]:
    return [{}, {**_row(title, first, second, third), HEADING: True}]


def _actors(activity: ProcessingActivity, actors: Actors) -> Iterator[Row]:
    own = "Sous-traitant" if activity.role is ProcessingRole.PROCESSOR else "Responsable du traitement"
    yield _row(own, actors.controller)
    yield _row("Délégué à la protection des données", actors.officer, actors.contact)
    yield _row("Responsable(s) conjoint(s)", activity.joint_controllers)
    yield _row(FIELD_LABELS["department"], activity.department)


def _purposes(activity: ProcessingActivity) -> Iterator[Row]:
    yield _row("Finalité principale", activity.purpose)
    lines = [line.strip() for line in (activity.sub_purposes or "").splitlines() if line.strip()]
    for number, line in enumerate(lines, 1):
        yield _row(f"Sous-finalité {number}", line)
    for name in ("lawful_basis", "basis_note", "founding_text", "founding_text_on"):
        yield _row(FIELD_LABELS[name], say_value(name, getattr(activity, name)))


def _is_sensitive(part: Any) -> bool:
    known: CodeList = load_list("personal_categories")
    return any(known.flag(part.data_category, one) for one in SENSITIVE)


def _data(parts: Any) -> Iterator[Row]:
    people, data = load_list("people_categories"), load_list("personal_categories")
    for part in parts:
        whose = people.label(part.people_category, FRENCH)
        yield _row(data.label(part.data_category, FRENCH), part.precision or "Oui", whose, said_retention(part))


def said_retention(part: Any) -> str:
    """How long, from when, and what then, as one reads it."""
    said = "" if part.retention_months is None else say_months(part.retention_months)
    if part.retention_trigger:
        said = f"{said} à compter de : {part.retention_trigger}".strip()
    if part.intermediate_months is not None:
        said += f" ; puis {say_months(part.intermediate_months)} en archives intermédiaires"
    return said + (f" ; {part.final_disposition.label}" if part.final_disposition else "")


def _security(activity: ProcessingActivity) -> Iterator[Row]:
    labels = load_list("security_measures")
    for number, code in enumerate(activity.security_measures, 1):
        yield _row(f"Mesure de sécurité {number}", labels.label(code, FRENCH))
    if activity.security_note:
        yield _row("Description des mesures", "", activity.security_note)
