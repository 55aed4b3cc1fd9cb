"""What an export holds: its tables, their columns, and how each value is named, coded and explained.

The columns are those of the forms, in the order of the sheet; a field added to a form is exported by itself.
Headers and codes are in French whoever asks: a file means the same to whoever reads it next.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from gettext import NullTranslations
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from registry.datasets.forms import PARTS, DataServiceForm, DatasetForm, DistributionForm, FieldForm
from registry.datasets.layout import SECTIONS
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.views import CHOICES, SYSTEM_LABELS
from registry.datasets.vocabulary import Stage
from registry.datasets.wording import FIELD_LABELS, LISTS, field_label
from registry.exchange.exports.columns import KEY_HEADER, Column, ExportTable, Holds
from registry.kernel.words import FRENCH, Labelled, use_translations
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind
from registry.platform.lists import load_list

_APART = frozenset({*PARTS, "identifier", "title", "uri", "information_system_id", "contact_person_id"})
KEY_NOTE = (
    "SIREN de l’organisation, sinon celui de l’organisation au-dessus suivi du nom du service (« 200… / Voirie »)."
)


def _base_of(annotation: Any) -> tuple[Any, bool]:
    """The bare type of a form's field, and whether it holds several values."""
    while True:
        origin, inner = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            annotation = inner[0]
        elif origin in {Union, UnionType}:
            annotation = next(one for one in inner if one is not type(None))
        elif origin is list:
            return _base_of(inner[0])[0], True
        else:
            return annotation, False


def column_of(
    form: type[BaseModel], name: str, header: str, lists: Mapping[str, str], absent: Mapping[str, str] | None = None
) -> Column:
    """The column of a form's field; `absent` names the fields that may be declared not to exist."""
    base, several = _base_of(form.model_fields[name].annotation)
    codes: Mapping[str, str] | None = None
    if name in lists:
        known = load_list(lists[name])
        codes = {code: known.label(code, FRENCH) for code in known}
    elif isinstance(base, type) and issubclass(base, Labelled):
        codes = words_of(base)
    elif name in {"declared_absent", "locked_fields"}:
        codes = dict(absent or (FIELD_LABELS if form is DatasetForm else SYSTEM_LABELS))
    kinds = {date: Holds.DAY, bool: Holds.TRUTH, int: Holds.NUMBER}
    holds = Holds.LIST if several else kinds.get(base, Holds.TEXT)
    return Column(name, header, holds, codes)


def words_of(members: type[Labelled]) -> dict[str, str]:
    """The words of each code of a closed list."""
    return {str(one): one.label for one in members}


def _of_form(form: type[BaseModel], *, but: Iterable[str] = ()) -> list[Column]:
    return [column_of(form, name, field_label(name), LISTS) for name in form.model_fields if name not in set(but)]


def _owner() -> list[Column]:
    return [
        Column("organisation_key", KEY_HEADER, note=KEY_NOTE),
        Column("organisation_name", "Organisation", note="Son nom, pour qui lit.", kept=False),
    ]


def _sheet() -> list[Column]:
    """What each part says first: the sheet below which it stands."""
    return [
        Column("organisation_key", KEY_HEADER, note=KEY_NOTE),
        Column("dataset_identifier", "Jeu (identifiant)", note="L’identifiant du jeu dans la table « jeux »."),
        Column("dataset_title", "Jeu (titre)", note="Son titre, pour qui lit.", kept=False),
    ]


def _datasets() -> ExportTable:
    placed = [field.name for section in SECTIONS for field in section.fields]
    names = [*dict.fromkeys([*placed, *DatasetForm.model_fields])]
    apart = (
        Column("system_name", "Système d’information", note="Le nom du système dans la table « systemes »."),
        Column("system_organisation_key", "Système (clef de l’organisation)", note="L’organisation qui en répond."),
        Column("contact_name", "Point de contact (nom)"),
        Column("contact_email", "Point de contact (adresse électronique)"),
        Column("stage", FIELD_LABELS["stage"], codes=words_of(Stage), kept=False,
               note="Où en est le jeu : se change au registre seulement."),
        Column("annulled", FIELD_LABELS["annulled"], Holds.TRUTH, kept=False,
               note="Une fiche annulée n’est pas reprise à la relecture."),
    )  # fmt: skip
    return ExportTable("jeux", "Jeux de données", (
        *_owner(),
        Column("identifier", FIELD_LABELS["identifier"], note="Stable au sein de l’organisation."),
        Column("uri", FIELD_LABELS["uri"]),
        Column("title", FIELD_LABELS["title"]),
        *(column_of(DatasetForm, name, FIELD_LABELS[name], LISTS) for name in names if name not in _APART),
        *apart,
    ))  # fmt: skip


def _parts() -> tuple[ExportTable, ...]:
    position = Column("position", "Rang", Holds.NUMBER, note="L’ordre des champs, à partir de 1.")
    source = (
        Column("source_organisation_key", "Organisation du jeu d’origine (clef)", note=KEY_NOTE),
        Column("source_identifier", "Jeu d’origine (identifiant)", note="Vide si vos droits ne montrent pas ce jeu."),
        Column("source_title", "Jeu d’origine (titre)", note="Son titre, pour qui lit.", kept=False),
        Column("method", field_label("method")),
    )
    return (
        ExportTable("distributions", "Fichiers et accès", (*_sheet(), *_of_form(DistributionForm))),
        ExportTable("services", "Interfaces", (*_sheet(), *_of_form(DataServiceForm))),
        ExportTable("champs", "Champs", (*_sheet(), position, *_of_form(FieldForm))),
        ExportTable("derivations", "Jeux d’origine", (*_sheet(), *source)),
    )


def _systems() -> ExportTable:
    columns = (column_of(SystemForm, name, SYSTEM_LABELS[name], CHOICES) for name in SystemForm.model_fields)
    return ExportTable("systemes", "Systèmes d’information", (*_owner(), *columns))


def _organisations() -> ExportTable:
    return ExportTable("organisations", "Organisations", (
        Column("organisation_key", KEY_HEADER, note=KEY_NOTE),
        Column("name", "Nom"),
        Column("kind", "Genre", codes=words_of(OrganisationKind)),
        Column("siren", "SIREN"),
        Column("siret", "SIRET"),
        Column("insee_code", "Code INSEE"),
        Column("parent_key", "Rattachée à (clef)", note="L’organisation au-dessus, si elle vous est connue."),
        Column("legal_form", "Forme juridique"),
        Column("website", "Site web"),
    ))  # fmt: skip


def _appointments() -> ExportTable:
    return ExportTable("mandats", "Mandats", (
        *_owner(),
        Column("subject_kind", "Porte sur", codes=words_of(AppointmentSubject)),
        Column("dataset_identifier", "Jeu (identifiant)", note="Vide pour un mandat sur l’organisation entière."),
        Column("role", "Rôle", codes=words_of(AppointmentRole)),
        Column("person_name", "Personne ou poste", note="Vide où l’identité fut effacée, ou n’est pas à vous montrer."),
        Column("person_email", "Adresse électronique"),
        Column("since", "Depuis le", Holds.DAY),
        Column("until", "Jusqu’au (exclu)", Holds.DAY, note="Vide : jusqu’à nouvel ordre."),
        Column("published", "Peut être publié", Holds.TRUTH),
    ))  # fmt: skip


@lru_cache(maxsize=1)
def export_tables() -> tuple[ExportTable, ...]:
    """The tables of an export, in order, in French whatever the language of the page."""
    with use_translations(FRENCH, NullTranslations()):
        return (_datasets(), *_parts(), _systems(), _organisations(), _appointments())
