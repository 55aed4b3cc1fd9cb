"""How a sheet is said: the name of each field, and each value in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.compliance.explanation import FIELD_NAMES
from registry.datasets.vocabulary import (
    ONE_OF,
    SOME_OF,
    Availability,
    FieldEvidence,
    Stage,
)
from registry.kernel.words import _, current_locale, mark
from registry.platform.lists import load_list
from registry.web.templating import say_day

FIELD_LABELS: dict[str, str] = {
    "title": mark("Titre"),
    "description": mark("Description"),
    "keywords": mark("Mots-clés"),
    "themes": mark("Thèmes européens"),
    "local_themes": mark("Thèmes de la collectivité"),
    "publisher_name": mark("Éditeur"),
    "publisher_uri": mark("Adresse de l’éditeur"),
    "creator_name": mark("Producteur"),
    "contact_person_id": mark("Point de contact"),
    "contact_url": mark("Page de contact"),
    "landing_page": mark("Page de présentation"),
    "languages": mark("Langues"),
    "access_rights": mark("Niveau d’accès"),
    "frequency": mark("Fréquence de mise à jour"),
    "issued": mark("Première publication"),
    "modified": mark("Dernière mise à jour"),
    "spatial": mark("Couverture géographique"),
    "temporal_start": mark("Période couverte : début"),
    "temporal_end": mark("Période couverte : fin"),
    "licence": mark("Licence"),
    "rights": mark("Droits"),
    "conforms_to": mark("Schémas suivis"),
    "documentation": mark("Documentation"),
    "provenance": mark("Provenance"),
    "version_label": mark("Version"),
    "applicable_legislation": mark("Législation applicable"),
    "hvd_categories": mark("Catégories de forte valeur"),
    "nature": mark("Nature du jeu"),
    "origin": mark("Origine"),
    "personal_data": mark("Données personnelles"),
    "publication_ground": mark("Fondement de la publication de données personnelles"),
    "publication_ground_reference": mark("Référence de ce fondement"),
    "publishable_category": mark("Catégorie de l’article D312-1-3"),
    "anonymisation_proof": mark("Preuve d’anonymisation"),
    "uri": mark("Adresse (URI)"),
    "identifier": mark("Identifiant"),
    "stage": mark("Étape"),
    "organisation_id": mark("Organisation à qui est ce jeu"),
    "annulled": mark("Fiche annulée"),
    "declared_absent": mark("Déclaré inexistant"),
    "acronym": mark("Sigle"),
    "creator_siret": mark("SIRET du producteur"),
    "contact_service": mark("Service de contact"),
    "spatial_granularity": mark("Maille géographique"),
    "records_count": mark("Nombre de lignes"),
    "volume_note": mark("Volume"),
    "information_system_id": mark("Système d’information"),
    "sensitivity": mark("Sensibilité"),
    "anonymisation_method": mark("Méthode d’anonymisation"),
    "statistical_secrecy": mark("Secret statistique"),
    "retention_months": mark("Durée de conservation (mois)"),
    "retention_trigger": mark("Départ de la durée de conservation"),
    "final_disposition": mark("Sort final"),
    "inspire_themes": mark("Thèmes INSPIRE"),
    "stakes": mark("Enjeux"),
    "principles": mark("Principes"),
    "third_party_rights": mark("Droits de tiers"),
    "reuser_warning": mark("Avertissement au réutilisateur"),
    "last_use_review": mark("Dernière revue d’utilité"),
    "quality_notes": mark("Qualité"),
    "notes": mark("Notes du référent"),
    "locked_fields": mark("Champs gardés des imports"),
}

PART_LABELS = {
    "distributions": mark("Fichiers et accès"),
    "fields": mark("Champs du jeu"),
    "services": mark("Interfaces (API)"),
    "sources": mark("Jeux dont il est issu"),
}
"""The parts of a sheet that are lists of their own."""
FIELD_NAMES["dataset"] = {**FIELD_LABELS, **PART_LABELS}

_OF_A_FILE = {
    "access_url": mark("Adresse de la page d’accès"),
    "download_url": mark("Adresse du fichier"),
    "format": mark("Format"),
    "media_type": mark("Type de média"),
    "byte_size": mark("Taille en octets"),
    "checksum_algorithm": mark("Empreinte : méthode"),
    "checksum_value": mark("Empreinte"),
    "availability": mark("Disponibilité prévue"),
}
"""What a file says that its sheet does not; the rest bears the sheet's words."""

_OF_A_PART = {
    "endpoint_url": mark("Adresse de l’interface"),
    "endpoint_description": mark("Description de l’interface"),
    "name": mark("Nom du champ"),
    "label": mark("Libellé"),
    "type": mark("Type"),
    "personal_category": mark("Catégorie de données personnelles"),
    "purpose": mark("Nécessaire pour"),
    "evidence": mark("Déclaré ou détecté"),
    "position": mark("Rang"),
    "source_id": mark("Jeu d’origine"),
    "method": mark("Méthode"),
}

DAYS = frozenset({"issued", "modified", "temporal_start", "temporal_end", "last_use_review"})

LISTS = {
    "themes": "themes",
    "frequency": "frequencies",
    "licence": "licences",
    "languages": "languages",
    "hvd_categories": "hvd_categories",
    "inspire_themes": "inspire_themes",
    "spatial_granularity": "spatial_granularities",
    "publishable_category": "publishable_categories",
    "format": "file_types",
    "type": "field_types",
    "personal_category": "personal_categories",
}
"""The code list behind each coded field."""

_ENUMS: Mapping[str, Any] = {**ONE_OF, "stage": Stage, "evidence": FieldEvidence, "availability": Availability}


def field_label(name: str) -> str:
    """A field's name in the reader's language."""
    return _(FIELD_LABELS.get(name) or _OF_A_FILE.get(name) or _OF_A_PART.get(name, name))


Known = Mapping[str, Mapping[int, str]]
"""The names behind the numbers of a field, by field: those the reader may know."""
NUMBERED = {
    "information_system_id": mark("un système que vos droits ne montrent pas"),
    "contact_person_id": mark("une personne que vos droits ne montrent pas"),
    "organisation_id": mark("une organisation que vos droits ne montrent pas"),
}
"""The fields that hold the number of something else, and what is said where its name may not be known."""


def say_value(name: str, value: Any, known: Known | None = None) -> str:
    """A field's value in words: labels for codes, names for numbers, dates as people write them, nothing for empty."""
    if value is None or value in ([], ""):
        return ""
    if known is not None and name in NUMBERED:
        return known.get(name, {}).get(int(value)) or _(NUMBERED[name])
    if name in _ENUMS:
        return str(_ENUMS[name](value).label)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if name in LISTS:
        listed = load_list(LISTS[name])
        codes = value if isinstance(value, list) else [value]
        return ", ".join(listed.label(code, current_locale()) for code in codes)
    if name in SOME_OF:
        return ", ".join(SOME_OF[name](one).label for one in value)
    if name in {"declared_absent", "locked_fields"}:
        return ", ".join(field_label(one) for one in value)
    if isinstance(value, list):
        said = [str(one) for one in value]
        # Addresses stand one a line, so that each can be followed.
        return "\n".join(said) if any("://" in one for one in said) else ", ".join(said)
    if name in DAYS and isinstance(value, str):
        # The ledger keeps days as text.
        value = date.fromisoformat(value)
    if isinstance(value, date):
        return say_day(value)
    return str(value)


def say_typed(name: str, value: Any, known: Known | None = None) -> str:
    """A value somebody typed in words, or as it was typed where it makes no sense."""
    try:
        return say_value(name, value, known)
    except (ValueError, KeyError):
        return str(value)


_BLOCKS = {
    "distributions": ("distribution", mark("Fichier ou accès {number}")),
    "services": ("service", mark("Interface {number}")),
    "fields": ("field", mark("Champ {number}")),
}
"""What is repeated in a form: the prefix of its fields there, and how each is called."""


def field_of(path: str) -> str:
    """The form's field behind the path of an error: `distributions.0.title`, `keywords.3`."""
    name, _dot, rest = path.partition(".")
    if name not in _BLOCKS or not rest:
        return name
    number, _dot, inner = rest.partition(".")
    return "-".join(part for part in (_BLOCKS[name][0], number, inner.partition(".")[0]) if part)


def label_of(field: str) -> str:
    """The label of a field of the form, as its list of errors names it."""
    for prefix, words in _BLOCKS.values():
        if field.startswith(f"{prefix}-"):
            number, _dash, inner = field.removeprefix(f"{prefix}-").partition("-")
            rank = _(words).format(number=int(number) + 1)
            return f"{rank}, {field_label(inner)}" if inner else rank
    return field_label(field)
