"""What goes out about organisations and appointments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.kernel.words import _, mark
from registry.organisations.queries import Appointed

FIELD_LABELS: dict[str, str] = {
    "website": mark("Site internet"),
    "staff_fte": mark("Effectif (équivalents temps plein)"),
    "rip_url": mark("Adresse du répertoire des informations publiques"),
    "rip_updated_on": mark("Dernière mise à jour du répertoire"),
    "prada": mark("Personne responsable de l’accès aux documents (PRADA)"),
    "prada_contact_published": mark("Coordonnées de la PRADA publiées"),
    "prada_notified_on": mark("Désignation de la PRADA portée à la connaissance de la CADA"),
    "dpo": mark("Délégué à la protection des données"),
    "dpo_contact_published": mark("Coordonnées du délégué à la protection des données publiées"),
    "dpo_notified_on": mark("Désignation du délégué à la protection des données déclarée à la CNIL"),
    "individual_decision_algorithms": mark("Décisions individuelles fondées sur un algorithme"),
    "algorithm_rules_url": mark("Règles des traitements algorithmiques en ligne"),
    "may_charge_reuse": mark("Peut faire payer la réutilisation"),
    "exchanges_with_administrations": mark("Se procure des données auprès d’autres administrations"),
    "exchange_list_url": mark("Liste des échanges avec d’autres administrations"),
    "uses_ai": mark("Emploie des systèmes d’intelligence artificielle"),
    "ai_literacy_measures": mark("Mesures pour la maîtrise de l’intelligence artificielle"),
    "digital_strategy_adopted_on": mark("Stratégie numérique responsable adoptée le"),
    "digital_strategy_reviewed_on": mark("Dernier bilan de la stratégie numérique responsable"),
    "address_base": mark("Base adresse locale"),
    "subsidies": mark("Subvention de plus de 23 000 € versée"),
    "contracts": mark("Marché dont les données essentielles sont dues"),
}
MAY_BE_ABSENT = (
    "website", "rip_url", "rip_updated_on", "prada", "prada_notified_on", "dpo", "dpo_notified_on",
    "algorithm_rules_url", "exchange_list_url", "ai_literacy_measures", "digital_strategy_adopted_on",
    "digital_strategy_reviewed_on", "address_base", "subsidies", "contracts",
)  # fmt: skip


def field_label(name: str) -> str:
    """A field's name in the reader's language."""
    return _(FIELD_LABELS.get(name, name))


@dataclass(frozen=True)
class OrganisationLine:
    """One line of the tree.

    Units: inhabitants.
    """

    id: int
    name: str
    kind: str
    depth: int
    siren: str | None
    population: int | None


@dataclass(frozen=True)
class TreePage:
    """The organisations the visitor may know, as a tree."""

    rows: Sequence[OrganisationLine]


@dataclass(frozen=True)
class OrganisationPage:
    """One organisation: what is known of it, who is appointed, what it lacks."""

    id: int
    version: int
    name: str
    marks: Sequence[str]
    parent: tuple[int, str] | None
    fields: Sequence[tuple[str, str]]
    unknown: Sequence[tuple[str, str]]
    panels: Sequence[str]
    may_amend: bool
    may_add: bool
    is_judged: bool


@dataclass(frozen=True)
class OrganisationFormPage:
    """The form of an organisation."""

    id: int
    version: int
    name: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    absent_choices: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ServicePage:
    """The form of a new service below an organisation."""

    parent_id: int
    parent_name: str
    values: Mapping[str, str]
    errors: Mapping[str, str]
    kinds: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Mark:
    """What is said beside somebody's name: a verdict, its words, the page that tells more."""

    tone: str
    words: str
    address: str


@dataclass(frozen=True)
class AppointmentsPanel:
    """Who is appointed on a subject, and which roles are vacant; `past` says with each who took over, if anybody.

    `marks` is what is said of people in post, by the number of each.
    """

    subject_kind: str
    subject_id: int
    rows: Sequence[Appointed]
    past: Sequence[tuple[Appointed, str]]
    marks: Mapping[int, Mark]
    vacant: Sequence[str]
    may_record: bool
    today: date


@dataclass(frozen=True)
class AppointmentPage:
    """The form of an appointment; `present` tells who is in post, whom a new appointment would replace."""

    subject_kind: str
    subject_id: int
    subject_name: str
    back: str
    roles: Sequence[tuple[str, str]]
    people: Sequence[tuple[str, str]]
    present: Sequence[Appointed]
    values: Mapping[str, str]
    errors: Mapping[str, str]
