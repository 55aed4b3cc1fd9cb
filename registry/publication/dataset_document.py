"""What the sheet of one dataset says in a document: what it is, who holds it, what the law says of it, what is open.

Activities and contracts are those of the body that holds it or of bodies below: whoever reads the sheet reads them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.evaluation import Assessment
from registry.compliance.told import count_by_force, find_told, is_breach, open_of
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.models import Contract, ContractDataset
from registry.datasets.models import Dataset, Distribution
from registry.datasets.queries import get_dataset
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, ngettext
from registry.ledger.as_of import find_rows, holds_on
from registry.lifecycle.models import StagePassage, StageRequest, StageVisa
from registry.organisations.holding import find_every, find_held, frame_of_sheets
from registry.organisations.models import Appointment
from registry.organisations.vocabulary import AppointmentSubject
from registry.platform.lists import load_list
from registry.processing.models import ActivityDataset, ProcessingActivity
from registry.processing.wording import say_activity
from registry.publication.models import PublicationChoice, SecretAnswer
from registry.publication.rules import Reply, conclude
from registry.publication.vocabulary import DecisionState
from registry.web.templating import say_day

SUBJECT = "dataset"


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation that holds a dataset.

    Raises: NotFound; Invalid when the subject is no dataset.
    """
    if subject.kind != SUBJECT:
        raise Invalid(_("La fiche d’un jeu s’émet depuis la page de ce jeu."))
    return get_dataset(session, subject.number).organisation_id


def name_subject(session: Session, subject: Subject) -> str:
    """What a dataset is called where its document is asked for.

    Raises: NotFound.
    """
    return get_dataset(session, subject.number).title


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The sheet of a dataset, as it stood.

    Raises: Invalid when it did not exist that day.
    """
    found = find_rows(session, Dataset, until=moment.until, column="id", among=[subject.number])
    if not found:
        raise Invalid(_("Ce jeu de données n’existait pas encore ce jour-là, ou il n’existe pas."))
    row, every = found[0], find_every(session, moment)
    held = find_held(session, every, row.organisation_id)
    said = find_told(session, SubjectKind.DATASET, [row.id], moment)[row.id]
    values = {
        **frame_of_sheets(session, held, moment, row.title),
        "card": [
            {"label": _("Tenu par"), "text": held.asked.name},
            {"label": _("Étape"), "text": row.stage.label},
            {"label": _("Fiche"), "text": _("Annulée") if row.annulled else _("En vigueur")},
        ],
        "summary": [*count_by_force(said)],
        "sheets": [
            _what(session, row, moment),
            _who(session, row, held.asked.name, moment),
            _people(session, row, every, moment),
            _publication(session, row, moment),
            _contracts(session, row, every, moment),
            _life(session, row, moment),
            _findings(said),
        ],
    }
    return Gathered(SUBJECT, row.id, row.title, row.organisation_id, values)


def _line(label: str, text: str, article: str = "", *, owed: bool = False) -> dict[str, Any]:
    return {"label": label, "text": text, "article": article, "owed": owed}


def _grid(caption: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    return [{"caption": caption, "headers": headers, "rows": rows}] if rows else []


def _named(name: str, code: str | None) -> str:
    known = load_list(name)
    return "" if code is None else known.label(code) if code in known else code


def _label(value: Any) -> str:
    return "" if value is None else str(value.label)


def _what(session: Session, row: Any, moment: Moment) -> dict[str, Any]:
    files = find_rows(session, Distribution, until=moment.until, column="dataset_id", among=[row.id])
    told = [
        (one.title or one.identifier, one.format or "–", one.download_url or one.access_url or "–")
        for one in files
        if not one.annulled
    ]
    lines = [
        _line(_("Description"), row.description or "", owed=True),
        _line(_("Identifiant"), row.identifier),
        _line(_("Thèmes"), ", ".join(_named("themes", code) for code in row.themes)),
        _line(_("Mise à jour"), _named("frequencies", row.frequency), owed=True),
        _line(_("Première publication"), say_day(row.issued) if row.issued else ""),
        _line(_("Mis à jour le"), say_day(row.modified) if row.modified else ""),
        _line(_("Provenance"), row.provenance or ""),
    ]
    grids = _grid(_("Fichiers et accès"), (_("Nom"), _("Format"), _("Adresse")), told)
    return {"id": "jeu", "name": _("Ce que c’est"), "lines": lines, "grids": grids}


def _who(session: Session, row: Any, body: str, moment: Moment) -> dict[str, Any]:
    posts = [
        one
        for one in find_rows(session, Appointment, until=moment.until, column="subject_id", among=[row.id])
        if one.subject_kind == AppointmentSubject.DATASET and not one.annulled and holds_on(one.during, moment.as_of)
    ]
    roles = ", ".join(sorted({one.role.label for one in posts}))
    lines = [
        _line(_("Organisation"), body),
        _line(_("Rôles en poste sur ce jeu"), roles, owed=True),
        _line(_("Service de contact"), row.contact_service or ""),
    ]
    return {"id": "qui", "name": _("Qui en répond"), "lines": lines}


def _ours(rows: Sequence[Any], row: Any, every: Mapping[int, Any]) -> list[Any]:
    return [
        one
        for one in rows
        if not one.annulled and one.organisation_id in every
        and row.organisation_id in every[one.organisation_id].lineage
    ]  # fmt: skip


def _people(session: Session, row: Any, every: Mapping[int, Any], moment: Moment) -> dict[str, Any]:
    links = find_rows(session, ActivityDataset, until=moment.until, column="dataset_id", among=[row.id])
    ids = {one.activity_id for one in links if not one.annulled}
    rows = find_rows(session, ProcessingActivity, until=moment.until, column="id", among=ids)
    told = [
        (say_activity(one), _label(one.lawful_basis) or _("À compléter"), one.basis_note or "–")
        for one in _ours(rows, row, every)
    ]
    lines = [
        _line(_("Données personnelles"), _label(row.personal_data), "RGPD, art. 4", owed=True),
        _line(_("Sensibilité"), _label(row.sensitivity)),
        _line(_("Fondement de la publication"), _label(row.publication_ground), "CRPA, L312-1-2"),
        _line(_("Preuve d’anonymisation"), row.anonymisation_proof or ""),
    ]
    headers = (_("Traitement"), _("Base légale"), _("Justification"))
    grids = _grid(_("Traitements qui s’en servent"), headers, told)
    return {"id": "personnes", "name": _("Données personnelles et base légale"), "lines": lines, "grids": grids}


def _publication(session: Session, row: Any, moment: Moment) -> dict[str, Any]:
    answers = find_rows(session, SecretAnswer, until=moment.until, column="dataset_id", among=[row.id])
    choices = find_rows(session, PublicationChoice, until=moment.until, column="dataset_id", among=[row.id])
    choice = next((one for one in choices if one.state == DecisionState.CURRENT), None)
    found = conclude({one.secret: Reply(one.answer, one.until) for one in answers}, moment.as_of)
    decided = ""
    if choice is not None:
        decided = _("{outcome}, le {day}").format(outcome=choice.outcome.label, day=say_day(choice.decided_on))
    lines = [
        _line(_("À qui il est communicable"), found.conclusion.label, "CRPA, L311-5 et L311-6"),
        _line(_("Décision"), decided, "CRPA, L312-1-1", owed=True),
        _line(_("Motif"), choice.reason if choice else ""),
        _line(_("Exception de la loi"), _label(choice.refusal) if choice else ""),
        _line(_("Licence"), _named("licences", row.licence), "CRPA, L323-2"),
    ]
    told = [
        (_named("secrets", one.secret), one.article, one.answer.label, one.ground or "–")
        for one in sorted(answers, key=lambda one: one.id)
    ]
    headers = (_("Secret"), _("Article"), _("Réponse"), _("Pourquoi"))
    grids = _grid(_("Secrets examinés"), headers, told)
    return {"id": "publication", "name": _("Secrets, décision et licence"), "lines": lines, "grids": grids}


def _contracts(session: Session, row: Any, every: Mapping[int, Any], moment: Moment) -> dict[str, Any]:
    links = find_rows(session, ContractDataset, until=moment.until, column="dataset_id", among=[row.id])
    ids = {one.contract_id for one in links if not one.annulled}
    rows = _ours(find_rows(session, Contract, until=moment.until, column="id", among=ids), row, every)
    told = [
        (one.object, one.kind.label, one.reference or "–", say_day(one.ends_on) if one.ends_on else "–") for one in rows
    ]
    standing = "" if told else _("Aucun contrat de l’organisation ne porte sur ce jeu.")
    headers = (_("Objet"), _("Genre"), _("Référence"), _("Finit le"))
    grids = _grid(_("Contrats qui portent sur ce jeu"), headers, told)
    return {"id": "contrats", "name": _("Contrats et partages"), "standing": standing, "grids": grids}


def _life(session: Session, row: Any, moment: Moment) -> dict[str, Any]:
    passages = find_rows(session, StagePassage, until=moment.until, column="dataset_id", among=[row.id])
    asked = find_rows(session, StageRequest, until=moment.until, column="dataset_id", among=[row.id])
    visas = find_rows(session, StageVisa, until=moment.until, column="request_id", among=[one.id for one in asked])
    moves = [
        (say_day(one.passed_on), one.from_stage.label, one.to_stage.label)
        for one in sorted(passages, key=lambda one: one.id)
    ]
    to_stage = {one.id: one.to_stage.label for one in asked}
    told = [
        (say_day(one.given_on), one.kind.label, to_stage[one.request_id], one.answer.label, one.given_as.label)
        for one in sorted(visas, key=lambda one: one.id)
    ]
    grids = [
        *_grid(_("Étapes franchies"), (_("Jour"), _("De"), _("À")), moves),
        *_grid(_("Visas"), (_("Jour"), _("Visa"), _("Vers l’étape"), _("Réponse"), _("Rôle")), told),
    ]
    return {"id": "vie", "name": _("Étapes et visas"), "standing": row.stage.label, "grids": grids}


def _findings(said: Sequence[Assessment]) -> dict[str, Any]:
    """What is open, what the law asks first; a rule that only waits for an answer says so."""
    still = open_of(said)
    rows = [
        (one.policy.name(), one.policy.force.label, one.verdict.label, f"{one.version.text}, {one.version.article}",
         one.policy.what_to_do())
        for one in still
    ]  # fmt: skip
    broken = any(is_breach(one) for one in still)
    headers = (_("Règle"), _("Portée"), _("Constat"), _("Texte"), _("Ce qu’il faut faire"))
    standing = ngettext("{count} règle ouverte", "{count} règles ouvertes", len(still)).format(count=len(still))
    return {
        "id": "constats", "name": _("Constats ouverts"), "late": broken, "standing": standing,
        "grids": _grid(_("Ce qui reste à mettre en règle"), headers, rows),
    }  # fmt: skip
