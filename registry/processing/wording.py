"""How an activity is said: the name of each field, and each value in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.compliance.explanation import FIELD_NAMES
from registry.datasets import wording as _of_datasets  # noqa: F401 - its names of fields come before ours.
from registry.kernel.words import _, current_locale, mark
from registry.platform.lists import load_list
from registry.processing.layout_parts import PART_LABELS, PART_PAGES
from registry.processing.vocabulary import OF_A_PART, ONE_OF, SOME_OF
from registry.web.templating import say_day

FIELD_LABELS: dict[str, str] = {
    "organisation_id": mark("Organisation dont c’est le registre"),
    "reference": mark("Référence"),
    "name": mark("Nom du traitement"),
    "role": mark("Rôle de l’organisation"),
    "status": mark("Où en est le traitement"),
    "department": mark("Service chargé de la mise en œuvre"),
    "joint_controllers": mark("Responsables conjoints"),
    "purpose": mark("Finalité principale"),
    "sub_purposes": mark("Sous-finalités"),
    "started_on": mark("Mis en œuvre depuis le"),
    "ended_on": mark("Terminé le"),
    "reviewed_on": mark("Dernière revue de la fiche"),
    "lawful_basis": mark("Base légale"),
    "basis_note": mark("Pourquoi cette base"),
    "public_mission": mark("Fait partie des missions de l’autorité publique"),
    "founding_text": mark("Texte qui fonde le traitement"),
    "founding_text_on": mark("Date de ce texte"),
    "founding_text_url": mark("Adresse de ce texte"),
    "consent_proof": mark("Preuve du consentement"),
    "consent_withdrawal": mark("Retrait du consentement"),
    "article9_conditions": mark("Ce qui permet les données sensibles"),
    "article9_text": mark("Texte qui le permet"),
    "offences_text": mark("Attribution légale pour les infractions"),
    "offences_necessity": mark("Stricte nécessité pour les infractions"),
    "nir_text": mark("Texte qui permet le numéro de sécurité sociale"),
    "data_origins": mark("D’où viennent les données"),
    "data_origin_note": mark("Précisions sur la source"),
    "people_count": mark("Nombre de personnes concernées"),
    "automated_decision": mark("Décision fondée sur un algorithme"),
    "algorithm_notice": mark("Mention portée sur la décision"),
    "algorithm_explained": mark("La collectivité sait expliquer l’algorithme"),
    "human_review": mark("Un agent réexamine en cas de recours"),
    "notice_text": mark("Mention d’information"),
    "notice_url": mark("Adresse de la mention"),
    "notice_reviewed_on": mark("Mention revue le"),
    "rights_channel": mark("Où exercer ses droits"),
    "security_measures": mark("Mesures de sécurité"),
    "security_note": mark("Description des mesures"),
    "data": mark("Personnes, données et durées"),
    "recipients": mark("Destinataires"),
    "processors": mark("Sous-traitants"),
    "transfers": mark("Transferts hors de l’Union"),
    "rights": mark("Droits ajustés"),
    "datasets": mark("Jeux de données concernés"),
    "systems": mark("Systèmes d’information"),
    "principals": mark("Pour le compte de"),
    "declared_absent": mark("Déclaré inexistant"),
    "notes": mark("Notes"),
    "template": mark("Modèle suivi"),
    "annulled": mark("Fiche annulée"),
}
FIELD_NAMES["activity"] = FIELD_LABELS
FIELD_NAMES["dataset"] = {**FIELD_NAMES["dataset"], "activities": mark("Registre des traitements")}
LISTS = {"security_measures": "security_measures"}
"""The code list behind each coded field."""
DAYS = frozenset({"started_on", "ended_on", "reviewed_on", "founding_text_on", "notice_reviewed_on"})


LISTS_OF_PARTS = {
    "people_category": "people_categories", "data_category": "personal_categories", "country": "countries",
}  # fmt: skip
"""The code list behind each coded field of what stands below an activity."""
POINTING = {"datasets": "dataset_id", "systems": "information_system_id", "principals": "principal_id"}
"""By which field the parts that point elsewhere do."""
UNSEEN = {
    "datasets": mark("Un jeu que vos droits ne montrent pas"),
    "systems": mark("un système que vos droits ne montrent pas"),
    "principals": mark("une organisation que vos droits ne montrent pas"),
}
_BY_THEMSELVES = frozenset(
    {"people_category", "data_category", "precision", "name", "kind", "received", "country", "recipient", "safeguard",
     "right", "reason", "final_disposition"}
)  # fmt: skip
"""The values that need no name beside them."""


def field_label(name: str) -> str:
    """A field's name in the reader's language."""
    return _(FIELD_LABELS[name]) if name in FIELD_LABELS else name


def say_value(name: str, value: Any) -> str:
    """A field of an activity in words; nothing for what is empty."""
    if value is None or value in ([], ""):
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if name in ONE_OF:
        return str(ONE_OF[name](value).label)
    if name in SOME_OF:
        return ", ".join(SOME_OF[name](one).label for one in value)
    if name in LISTS:
        known = load_list(LISTS[name])
        return ", ".join(known.label(one, current_locale()) for one in value)
    if name == "declared_absent":
        return ", ".join(field_label(one) for one in value)
    if name in DAYS:
        # The ledger keeps days as text.
        return say_day(date.fromisoformat(value) if isinstance(value, str) else value)
    return str(value)


def say_part_value(name: str, value: Any) -> str:
    """A field of what stands below an activity in words; nothing for what is empty."""
    if value is None or value in ([], ""):
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if name in LISTS_OF_PARTS:
        return load_list(LISTS_OF_PARTS[name]).label(value, current_locale())
    if name in OF_A_PART:
        return str(OF_A_PART[name](value).label)
    return ", ".join(value) if isinstance(value, list) else str(value)


def say_part(kind: str, row: Mapping[str, Any], named: Mapping[str, Mapping[int, str]]) -> str:
    """What stands below an activity on one line; `named` gives what it may point to, by kind."""
    said = []
    if kind in POINTING:
        said.append(named.get(kind, {}).get(row[POINTING[kind]]) or _(UNSEEN[kind]))
    # In the order of its page, which JSON does not keep.
    names = (field.name for page in PART_PAGES.values() if page.name == kind for field in page.fields)
    for name in names:
        words = say_part_value(name, row.get(name)) if name not in POINTING.values() else ""
        if words:
            said.append(words if name in _BY_THEMSELVES else f"{_(PART_LABELS[name])}{_(' : ')}{words}")
    return " · ".join(said)


def shown_reference(reference: str) -> str:
    """A reference as people know it: one that the register made up tells them nothing."""
    return "" if reference.startswith("urn:uuid:") else reference


def say_activity(activity: Any) -> str:
    """An activity in a document: its name, after the reference people gave it where there is one."""
    return f"{shown_reference(activity.reference)} {activity.name}".strip()
