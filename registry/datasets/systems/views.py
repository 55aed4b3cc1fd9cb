"""What goes out about information systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.explanation import FIELD_NAMES
from registry.datasets.models import InformationSystem
from registry.datasets.views import ChangeView
from registry.kernel.words import _, current_locale, mark
from registry.platform.lists import load_list
from registry.web.templating import say_day

SYSTEM_LABELS: dict[str, str] = {
    "organisation_id": mark("Organisation qui en répond"),
    "name": mark("Nom"),
    "description": mark("À quoi il sert"),
    "editor_name": mark("Éditeur"),
    "external_host": mark("Hébergé chez un tiers"),
    "host_name": mark("Hébergeur"),
    "host_country": mark("Pays d’hébergement"),
    "certifications": mark("Certifications de l’hébergement"),
    "contract_reference": mark("Marché ou contrat"),
    "backup_note": mark("Sauvegardes"),
    "backup_tested_on": mark("Dernière restauration essayée"),
    "exit_tested_on": mark("Dernier essai de sortie (export complet)"),
    "open_export": mark("Export dans des formats ouverts"),
    "dependency_assessed_on": mark("Dépendance évaluée le"),
    "health_data": mark("Données de santé recueillies lors de soins"),
    "definitive_archives": mark("Archives définitives"),
    "archive_deposit": mark("Garde des archives non triées pour la collectivité"),
    "deposit_declared_on": mark("Dépôt déclaré aux archives le"),
    "deposit_contract": mark("Contrat de dépôt signé"),
    "declared_absent": mark("Déclaré inexistant"),
}
FIELD_NAMES["system"] = SYSTEM_LABELS
CHOICES = {"host_country": "countries", "certifications": "certifications"}
"""The code list behind each coded field."""
ABSENCES: dict[str, str] = {
    "host_name": SYSTEM_LABELS["host_name"],
    "host_country": mark("Pays d’hébergement (demandé, non obtenu)"),
    "contract_reference": SYSTEM_LABELS["contract_reference"],
    "backup_tested_on": SYSTEM_LABELS["backup_tested_on"],
    "exit_tested_on": SYSTEM_LABELS["exit_tested_on"],
    "dependency_assessed_on": SYSTEM_LABELS["dependency_assessed_on"],
    "deposit_declared_on": mark("Déclaration du dépôt aux archives"),
}
"""What a system may be declared not to have, and how that is said."""


@dataclass(frozen=True)
class SystemLine:
    """A system in the list."""

    id: int
    name: str
    organisation_name: str
    editor: str
    host: str
    country: str


@dataclass(frozen=True)
class SystemsPage:
    """The list of systems."""

    rows: Sequence[SystemLine]
    annulled: bool
    may_record: bool


@dataclass(frozen=True)
class SystemPage:
    """One system: what is known of it, what nobody said, and the datasets that live in it."""

    id: int
    name: str
    annulled: bool
    organisation_id: int
    organisation_name: str
    fields: Sequence[tuple[str, str]]
    unknown: Sequence[tuple[str, str]]
    datasets: Sequence[tuple[int, str]]
    panels: Sequence[str]
    may_record: bool
    may_annul: bool


@dataclass(frozen=True)
class SystemHistoryPage:
    """The history of one system in words."""

    id: int
    name: str
    changes: Sequence[ChangeView]


@dataclass(frozen=True)
class SystemFormPage:
    """The form of a system; `version` is the one the person had read when they began to type."""

    id: int | None
    version: int | None
    name: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]


def say_system_value(name: str, value: Any) -> str:
    """A field of a system in words; nothing for what is empty."""
    if value is None or value in ([], ""):
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if name in CHOICES:
        known = load_list(CHOICES[name])
        return ", ".join(known.label(one, current_locale()) for one in (value if isinstance(value, list) else [value]))
    if name.endswith("_on") and isinstance(value, str):
        # The ledger keeps days as text.
        value = date.fromisoformat(value)
    return say_day(value) if isinstance(value, date) else str(value)


def system_views(system: InformationSystem) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The fields that say something with what they say, and those nobody has filled: name and label."""
    shown, unknown = [], []
    for name, label in SYSTEM_LABELS.items():
        if name in {"organisation_id", "name", "declared_absent"}:
            continue
        words = say_system_value(name, getattr(system, name))
        if words:
            shown.append((_(label), words))
        elif name in system.declared_absent:
            shown.append((_(label), _("Aucun (déclaré)")))
        else:
            unknown.append((name, _(label)))
    return shown, unknown


def system_line(system: InformationSystem, organisation_name: str) -> SystemLine:
    """A system as the list shows it."""
    return SystemLine(
        id=system.id,
        name=system.name,
        organisation_name=organisation_name,
        editor=system.editor_name or "",
        host=system.host_name or "",
        country=say_system_value("host_country", system.host_country),
    )
