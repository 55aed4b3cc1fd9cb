"""What the record of processing offers the renderer: its twins, its chart, its frame, its sample."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from registry.reporting.twins import canonical_json
from registry.reporting.vocabulary import Bars, Frame, Table

from . import words
from .values import Activity, Heading, Record, State

REVIEW = (
    "Les activités nouvelles sont inscrites, les activités terminées portent leur date de fin",
    "Chaque service a relu ses fiches et l’a daté",
    "Bases légales et textes fondateurs sont à jour",
    "Durées de conservation appliquées, éliminations faites ou programmées",
    "Sous-traitants, transferts et leurs garanties vérifiés",
    "Mentions d’information conformes à ce qui est fait",
    "Analyses d’impact à jour là où elles sont requises",
    "Ce qui reste à compléter a un responsable et une date",
)
"""What the annual review goes through."""

_ADAPTER = TypeAdapter(Record)


def from_sample(values: Mapping[str, Any]) -> Record:
    """The record a sample describes."""
    return _ADAPTER.validate_python(values)


def from_canonical(data: bytes) -> Record:
    """The record its canonical twin describes."""
    return _ADAPTER.validate_python(json.loads(data))


def to_canonical(record: Record) -> bytes:
    """The canonical JSON twin of a record; of the communicable edition, without so much as a place for security."""
    values = _ADAPTER.dump_python(record, mode="json")
    if record.communicable:
        for activity in values["activities"]:
            del activity["security"], activity["identifier"]
    return canonical_json(values)


_COMMON = (
    "Référence",
    "Activité",
    "Qualité de l’organisme",
    "Pour le compte de",
    "Responsables conjoints",
    "Service",
    "État",
    "Finalités",
    "Base légale",
    "Texte fondateur",
    "Données sensibles, infractions, NIR",
    "Catégories de personnes",
    "Catégories de données",
    "Durées de conservation",
    "Personnes concernées (environ)",
    "Provenance",
    "Destinataires",
    "Sous-traitants",
    "Transferts hors de l’EEE",
    "Information des personnes",
    "Droits",
    "Où les exercer",
    "Décision automatisée",
    "Analyse d’impact",
    "Jeux de données",
    "Systèmes",
    "Commencé le",
    "Terminé le",
    "Revu le",
    "À compléter",
)
_OF_SHEET = ("Référence", "Activité")
_SECURITY = "Mesures de sécurité"


def tables(record: Record) -> tuple[Table, ...]:
    """The sheets, one a row; then what stands below them: data and retention, recipients, transfers, datasets."""
    headers = _COMMON if record.communicable else (*_COMMON, _SECURITY)
    sheets = record.activities
    return (
        Table(
            "Registre",
            "Les fiches du registre, une ligne chacune, pour un tableur",
            headers,
            tuple(_row(record, one) for one in sheets),
        ),
        Table(
            "Données et durées",
            "Les catégories de personnes et de données, avec leurs durées",
            (*_OF_SHEET, "Personnes", "Données", "Régime particulier", "Durée de conservation", "Sort final"),
            tuple(
                (one.reference, one.name, line.people, line.data, line.special, line.retention or "", line.disposition)
                for one in sheets
                for line in one.data
            ),
        ),
        Table(
            "Destinataires",
            "Les destinataires de chaque activité",
            (*_OF_SHEET, "Destinataire", "Nature", "Motif"),
            tuple(
                (one.reference, one.name, line.name, line.kind, line.reason)
                for one in sheets
                for line in one.recipients
            ),
        ),
        Table(
            "Transferts",
            "Les transferts hors de l’Espace économique européen",
            (*_OF_SHEET, "Pays", "Destinataire", "Garantie"),
            tuple(
                (one.reference, one.name, line.country, line.recipient, line.safeguard or "")
                for one in sheets
                for line in one.transfers
            ),
        ),
        Table(
            "Jeux de données",
            "Les jeux de données concernés, et les fiches qui les citent",
            (*_OF_SHEET, "Jeu de données", "Identifiant"),
            tuple(
                (one.reference, one.name, line.dataset.title, line.dataset.id)
                for line in record.index
                for one in line.activities
            ),
        ),
    )


def _row(record: Record, one: Activity) -> tuple[str | int | date, ...]:
    said: tuple[str | int | date, ...] = (
        one.reference,
        one.name,
        one.role,
        _list(one.on_behalf_of),
        one.joint_controllers,
        one.service,
        one.status,
        _list((one.purpose, *one.sub_purposes)),
        _list((one.basis, one.basis_note)),
        founding(one),
        _list(f"{label} : {text}" for label, text in one.special),
        _list(dict.fromkeys(line.people for line in one.data)),
        _list(dict.fromkeys(line.data for line in one.data)),
        _list(f"{line.people}, {line.data} : {line.retention or words.STATES[State.TO_COMPLETE]}" for line in one.data),
        one.people_count if one.people_count is not None else "",
        _list(one.origins),
        _list(line.name for line in one.recipients) or _none(one, Heading.RECIPIENTS),
        _list(one.processors),
        _list(f"{line.country} : {line.safeguard or words.STATES[State.TO_COMPLETE]}" for line in one.transfers)
        or _none(one, Heading.TRANSFERS),
        _list((one.notice, one.notice_address or "")),
        _list(right.name for right in one.rights if right.holds),
        one.rights_channel,
        _list(f"{label} : {text}" for label, text in one.decisions),
        one.assessment,
        _list(line.title for line in one.datasets),
        _list(one.systems),
        one.started_on or "",
        one.ended_on or "",
        one.reviewed_on or "",
        _list(words.heading(which, as_processor=one.as_processor)[0] for which in record.missing(one)),
    )
    if record.communicable:
        return said
    security = one.security
    return (
        *said,
        _list((*security.measures, security.note, *security.evidence)) if security else _none(one, Heading.SECURITY),
    )


def _none(one: Activity, heading: Heading) -> str:
    return words.none_declared(heading) if heading in one.declared_none else ""


def _list(texts: Any) -> str:
    return " ; ".join(text for text in texts if text)


def founding(one: Activity) -> str:
    """The text that founds an activity, with its day."""
    if one.founding is None:
        return ""
    return f"{one.founding.text} ({one.founding.on:%d/%m/%Y})" if one.founding.on else one.founding.text


def charts(record: Record) -> dict[str, Bars]:
    """How far the headings of the record are filled."""
    rows = [(words.HEADINGS[which][0], counts) for which, counts in record.counts(record.activities).items()]
    if not rows:
        return {}
    said = [
        f"{label} : {told} renseignées, {none} néant déclaré, {open_} à compléter"
        for label, (told, none, open_) in rows
    ]
    return {
        "headings": Bars(
            categories=tuple(label for label, _counts in rows),
            values=tuple(counts for _label, counts in rows),
            colours=tuple(words.COLOURS[state] for state in State),
            alternative="Barres empilées, une par rubrique. " + ". ".join(said) + ".",
        )
    }


def frame(record: Record) -> Frame:
    """What the cover, the running footer and the metadata say."""
    edition = ", édition communicable" if record.communicable else ""
    return Frame(
        title=f"Registre des activités de traitement{edition}",
        subject=record.scope,
        authority=record.body.name,
        as_of=record.as_of,
        seal_no=record.seal.number,
        root=record.seal.root,
        demonstration=record.demonstration,
    )
