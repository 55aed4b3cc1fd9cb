"""What goes out about an erasure: whom it may be of, what it would do, its receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.compliance.explanation import FIELD_NAMES
from registry.datasets.wording import field_label
from registry.erasures.models import Erasure
from registry.erasures.queries import Namesake, Obstacle, Passage, Reference
from registry.erasures.rules import Identity
from registry.erasures.vocabulary import EXCEPTIONS, GROUNDS, Counted, ErasureState, Kept
from registry.kernel.words import _, mark, ngettext
from registry.platform.lists import load_list
from registry.web.templating import say_day

_PLACES: Mapping[str, tuple[str, str]] = {
    "accepted_deviation": (mark("Écart"), "/conformite/ecarts/{row}"),
    "account": (mark("Compte"), "/comptes"),
    "activity_data": (mark("Données et durées d’un traitement"), ""),
    "activity_dataset": (mark("Jeu d’un traitement"), ""),
    "activity_processor": (mark("Sous-traitant d’un traitement"), ""),
    "activity_recipient": (mark("Destinataire d’un traitement"), ""),
    "activity_right": (mark("Droit ajusté d’un traitement"), ""),
    "activity_transfer": (mark("Transfert hors de l’Union"), ""),
    "api_token": (mark("Clé d’API"), ""),
    "appointment": (mark("Mandat"), ""),
    "assessment_measure": (mark("Mesure d’une analyse d’impact"), ""),
    "assessment_revision": (mark("Révision d’une analyse d’impact"), ""),
    "assessment_risk": (mark("Risque d’une analyse d’impact"), ""),
    "breach": (mark("Violation de données"), "/violations/{row}"),
    "breach_event": (mark("Ligne du temps d’une violation"), ""),
    "breach_notification": (mark("Notification d’une violation"), ""),
    "bulk_edit": (mark("Modification groupée"), ""),
    "bulk_line": (mark("Ligne d’une modification groupée"), ""),
    "amendment": (mark("Avenant d’un contrat"), "/contrats/avenants/{row}/modifier"),
    "clause": (mark("Clause d’un contrat"), "/contrats/clauses/{row}"),
    "clause_stipulation": (mark("Texte d’une clause"), "/contrats/stipulations/{row}/modifier"),
    "contract": (mark("Contrat"), "/contrats/{row}"),
    "contract_step": (mark("Étape d’un contrat"), "/contrats/etapes/{row}/annuler"),
    "contract_report": (mark("Rapport annuel d’un contrat"), "/contrats/rapports/{row}/modifier"),
    "data_service": (mark("Interface d’un jeu"), ""),
    "dataset": (mark("Jeu de données"), "/jeux/{row}"),
    "dataset_field": (mark("Champ d’un jeu"), ""),
    "dataset_retention": (mark("Conservation d’un jeu"), ""),
    "delivery": (mark("Livraison due par un contrat"), "/livraisons/{row}"),
    "delivery_reminder": (mark("Relance d’un titulaire"), ""),
    "delivery_receipt": (mark("Réception d’une livraison"), ""),
    "derivation": (mark("Origine d’un jeu"), ""),
    "disposal_article": (mark("Article d’un bordereau"), ""),
    "disposal_slip": (mark("Bordereau d’élimination"), "/conservation/bordereaux/{row}"),
    "distribution": (mark("Fichier d’un jeu"), ""),
    "dpia_screening": (mark("Réponses sur l’analyse d’impact"), ""),
    "evidence": (mark("Preuve"), "/preuves/{row}"),
    "evidence_edition": (mark("Édition d’une preuve"), ""),
    "evidence_link": (mark("Ce qu’une preuve établit"), ""),
    "document_annotation": (mark("Annotation d’un document"), "/documents"),
    "essential_data": (mark("Données essentielles d’un contrat"), ""),
    "field_suggestion": (mark("Suggestion sur un champ"), ""),
    "governance_action": (mark("Action du plan"), "/gouvernance/actions/{row}/modifier"),
    "governance_body": (mark("Instance de gouvernance"), "/gouvernance/instances/{row}"),
    "governance_decision": (mark("Décision d’une instance"), ""),
    "governance_meeting": (mark("Séance d’une instance"), "/gouvernance/seances/{row}"),
    "governance_member": (mark("Membre d’une instance"), ""),
    "hand_over": (mark("Passation"), ""),
    "impact_assessment": (mark("Analyse d’impact"), "/aipd/{row}"),
    "import_batch": (mark("Import"), "/imports/{row}"),
    "import_line": (mark("Ligne d’un import"), ""),
    "information_system": (mark("Système d’information"), "/systemes/{row}"),
    "issued_document": (mark("Document émis"), "/documents"),
    "job_run": (mark("Travail"), ""),
    "joint_arrangement": (mark("Accord entre responsables conjoints"), ""),
    "joint_controller": (mark("Responsable conjoint"), ""),
    "joint_share": (mark("Accord entre responsables conjoints"), ""),
    "operator_link": (mark("Lien de dépôt d’un titulaire"), ""),
    "organisation": (mark("Organisation"), "/organisations/{row}"),
    "person": (mark("Personne"), ""),
    "piece_page": (mark("Page d’une pièce"), ""),
    "piece_text": (mark("Texte d’une pièce"), ""),
    "policy_decision": (mark("Décision sur une règle"), ""),
    "population": (mark("Population d’une organisation"), ""),
    "prior_consultation": (mark("Consultation de la CNIL"), ""),
    "processing_activity": (mark("Traitement"), "/traitements/{row}"),
    "processor_point": (mark("Clause d’un sous-traitant"), ""),
    "processor_terms": (mark("Clauses d’un sous-traitant"), ""),
    "protective_measure": (mark("Mesure de protection"), "/mesures/{row}/modifier"),
    "publication_choice": (mark("Décision de publication"), ""),
    "question": (mark("Question"), "/bureau/questions/{row}"),
    "question_message": (mark("Message d’une question"), ""),
    "received_request": (mark("Demande reçue"), "/demandes/{row}"),
    "refusal_point": (mark("Point d’un refus"), "/visas/points/{row}"),
    "registry": (mark("Registre"), ""),
    "retention_hold": (mark("Gel"), ""),
    "retention_rule": (mark("Règle de conservation"), ""),
    "reuse_terms": (mark("Conditions de réutilisation"), ""),
    "small_count_check": (mark("Vérification de petits effectifs"), ""),
    "saved_view": (mark("Vue enregistrée"), ""),
    "secret_answer": (mark("Réponse sur un secret"), ""),
    "sheet_draft": (mark("Brouillon"), "/jeux/brouillons"),
    "stage_request": (mark("Demande de passage"), "/visas/{row}"),
    "stand_in": (mark("Suppléance"), "/bureau/suppleances"),
    "stage_visa": (mark("Visa"), ""),
    "stored_file": (mark("Fichier conservé"), ""),
    "sub_processor": (mark("Sous-traitant ultérieur"), ""),
    "task_arrangement": (mark("Décision sur une tâche"), ""),
    "training_attendance": (mark("Présence à une formation"), ""),
    "certification": (mark("Fiche à certifier"), ""),
    "certification_campaign": (mark("Campagne de certification"), "/gouvernance/certifications/{row}"),
    "training_course": (mark("Formation aux données"), "/gouvernance/formations/{row}"),
    "training_session": (mark("Session d’une formation"), "/gouvernance/sessions/{row}/modifier"),
    "visa_delegation": (mark("Visa confié"), "/visas/delegations"),
    "watch_entry": (mark("Veille juridique"), "/droit/veille/{row}/modifier"),
}
"""How a table is said to people, and where a row of it is shown; every record has one."""


def say_place(table: str) -> str:
    """A table in the reader's language."""
    return _(_PLACES[table][0]) if table in _PLACES else table.replace("_", " ")


_KINDS: Mapping[str, str] = {
    "breach": "breach", "information_system": "system", "processing_activity": "activity",
    "received_request": "request",
}  # fmt: skip
"""Under which subject the fields of a table are named, where they are not those of a dataset."""


def say_field(table: str, column: str) -> str:
    """A column as the sheet that holds it calls it."""
    name = FIELD_NAMES.get(_KINDS.get(table, ""), {}).get(column)
    return _(name) if name else field_label(column)


def address_of(table: str, row: int) -> str:
    """Where a row is shown; nothing where it has no page."""
    return _PLACES[table][1].format(row=row) if table in _PLACES else ""


@dataclass(frozen=True)
class PersonLine:
    """Somebody the registry names, to be found."""

    id: int
    name: str
    email: str
    organisation: str
    has_account: bool


@dataclass(frozen=True)
class ErasureLine:
    """One erasure in their register."""

    id: int
    organisation: str
    ground: str
    asked_at: datetime
    state: ErasureState


@dataclass(frozen=True)
class PeoplePage:
    """The persons one may erase, and the register of erasures."""

    words: str
    people: Sequence[PersonLine]
    erasures: Sequence[ErasureLine]
    may_erase: bool


@dataclass(frozen=True)
class PassageView:
    """A passage as the page shows it: where, what is around, and whether it is to be erased."""

    code: str
    place: str
    field: str
    title: str
    address: str
    pieces: Sequence[tuple[str, bool]]
    times: int
    chosen: bool


@dataclass(frozen=True)
class WordView:
    """A word of the name that may be looked for alone."""

    place: int
    word: str
    chosen: bool


@dataclass(frozen=True)
class StaysView:
    """What keeps something after the erasure."""

    words: str
    address: str
    why: str


@dataclass(frozen=True)
class AlikeView:
    """Somebody else of the same name or address: who, what refers to them, and whether they are to be erased too."""

    person_id: int
    value: str
    organisation: str
    references: Sequence[tuple[str, int]]
    chosen: bool


@dataclass(frozen=True)
class ErasePage:
    """What erasing somebody would do, what stays, what must be done before, and the form."""

    person_id: int
    identity: Identity
    organisation: str
    obstacles: Sequence[Obstacle]
    words: Sequence[WordView]
    passages: Sequence[PassageView]
    old_texts: int
    references: Sequence[tuple[str, int]]
    open_requests: Sequence[StaysView]
    namesakes: Sequence[Namesake]
    alike: Sequence["AlikeView"]
    stays: Sequence[StaysView]
    searched: bool
    needs_ground: bool
    has_backups: bool
    may_manage: bool
    grounds: Sequence[tuple[str, str]]
    exceptions: Sequence[tuple[str, str]]
    values: Mapping[str, str]
    errors: Mapping[str, str]


@dataclass(frozen=True)
class ReceiptPage:
    """The receipt of an erasure: figures, what is kept and on which ground."""

    id: int
    organisation: str
    person_id: int
    state: ErasureState
    facts: Sequence[tuple[str, str]]
    counts: Sequence[tuple[str, int]]
    stays: Sequence[StaysView]
    job: str
    may_restart: bool
    failure: str


@dataclass(frozen=True)
class StaysBody:
    """What keeps something after an erasure: its kind, where, the ground of GDPR 17 §3, until when."""

    what: Kept
    place: str | None
    number: int | None
    name: str | None
    on: date | None
    until: date | None
    ground: str | None


@dataclass(frozen=True)
class ErasureBody:
    """An erasure, as the API gives it."""

    id: int
    version: int
    organisation_id: int
    person_id: int
    state: ErasureState
    ground: str
    exception: str | None
    asked_at: datetime
    erased_at: datetime | None
    counts: dict[str, int]
    stays: list[StaysBody]


def body_of(erasure: Erasure) -> ErasureBody:
    """An erasure for the API."""
    return ErasureBody(
        erasure.id, erasure.version, erasure.organisation_id, erasure.person_id, erasure.state, erasure.ground,
        erasure.exception, erasure.asked_at, erasure.erased_at, dict(erasure.counts),
        [_stays_body(one) for one in erasure.kept],
    )  # fmt: skip


def _stays_body(one: Mapping[str, Any]) -> StaysBody:
    days = {name: date.fromisoformat(one[name]) if one.get(name) else None for name in ("on", "until")}
    return StaysBody(
        Kept(one["what"]), one.get("place"), one.get("number"), one.get("name"), days["on"], days["until"],
        one.get("ground"),
    )  # fmt: skip


def passage_view(passage: Passage, field: str, *, chosen: bool) -> PassageView:
    """A passage for the page."""
    return PassageView(
        passage.code, say_place(passage.table), field, passage.title, address_of(passage.table, passage.row),
        passage.pieces, passage.times, chosen,
    )  # fmt: skip


def references_in_words(references: Sequence[Reference]) -> list[tuple[str, int]]:
    """How many rows of each kind refer to the person."""
    found: dict[str, int] = {}
    for one in references:
        found[say_place(one.table)] = found.get(say_place(one.table), 0) + one.count
    return sorted(found.items())


UNREAD_WHY = mark(
    "Une image, une page scannée ou un fichier abîmé ne se lisent pas ici : ouvrez-les si vous craignez qu’ils nomment "
    "la personne."
)


def say_evidence(number: int) -> str:
    """A piece of evidence whose file keeps something of somebody."""
    return _("Preuve n° {number}, avec son fichier").format(number=number)


def say_unread_evidence(number: int) -> str:
    """A piece of evidence of which some words could not be read."""
    return _("Preuve n° {number}, dont le fichier n’a pas pu être lu en entier").format(number=number)


OPEN_WHY = mark(
    "Son délai court toujours, et plus rien ne dira à qui répondre : répondez d’abord, ou gardez ailleurs de quoi le "
    "faire."
)


def say_open_request(number: int) -> str:
    """A request that was not answered when whoever asked was erased."""
    return _("Demande n° {number}, encore sans réponse").format(number=number)


def say_unread(count: int) -> str:
    """How many pieces of evidence hold a file whose words nothing here reads."""
    return ngettext(
        "{count} preuve dont le fichier n’a pas pu être lu", "{count} preuves dont le fichier n’a pas pu être lu", count
    ).format(count=count)


def stays_in_words(kept: Sequence[Mapping[str, Any]]) -> list[StaysView]:
    """What a receipt says is kept, in sentences."""
    return [StaysView(*_stays(one)) for one in kept]


def _stays(one: Mapping[str, Any]) -> tuple[str, str, str]:
    what = Kept(one["what"])
    why = load_list(EXCEPTIONS).label(one["ground"]) if one.get("ground") else _("Aucun motif n’a été donné.")
    if what is Kept.DOCUMENT:
        day = say_day(date.fromisoformat(one["on"]))
        return _("Document n° {number}, émis le {day}").format(number=one["number"], day=day), "/documents", why
    if what is Kept.BACKUP:
        return _backup(one)
    if what is Kept.EVIDENCE:
        return say_evidence(one["number"]), f"/preuves/{one['number']}", why
    if what is Kept.REQUEST:
        return say_open_request(one["number"]), f"/demandes/{one['number']}", _(OPEN_WHY)
    if what is Kept.PERSON:
        said = _("Personne n° {number}, du même nom ou de la même adresse").format(number=one["number"])
        why = _("Elle n’a pas été effacée : si c’est la même personne, effacez-la à part.")
        return said, f"/personnes/{one['number']}/effacer", why
    if what is Kept.UNREAD:
        return say_unread(one["number"]), "/preuves", _(UNREAD_WHY)
    table, row, *column = one["place"].split(":")
    words = f"{what.label}{_(' : ')}{say_place(table)} n° {row}" + (
        f", {say_field(table, column[0])}" if column else ""
    )
    return words, address_of(table, int(row)), why


def _backup(one: Mapping[str, Any]) -> tuple[str, str, str]:
    words = _("Sauvegarde {name}, faite le {day}").format(name=one["name"], day=say_day(date.fromisoformat(one["on"])))
    why = _("Gardée pour remettre le registre en marche : la restaurer refait l’effacement.")
    if one.get("until"):
        why += " " + _("À détruire au plus tard le {day}.").format(day=say_day(date.fromisoformat(one["until"])))
    return words, "", why


def counts_in_words(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The figures of a receipt, in the order of its kinds."""
    return [(one.label, counts[one]) for one in Counted if counts.get(one)]


def facts_of(erasure: Erasure) -> list[tuple[str, str]]:
    """What a receipt says of the demand: never who it was about."""
    pairs = [
        (_("Personne"), _("n° {number}").format(number=erasure.person_id)),
        (_("Motif de l’effacement"), load_list(GROUNDS).label(erasure.ground)),
        (_("Raison donnée"), erasure.reason),
        (_("Demandé le"), say_day(erasure.asked_at.date())),
        (_("Effacé le"), say_day(erasure.erased_at.date()) if erasure.erased_at else ""),
    ]
    return [(label, value) for label, value in pairs if value]
