"""The JSON API of publication: answers about secrets, what they conclude, decisions, fields that leave."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.datasets.queries import get_dataset
from registry.datasets.vocabulary import PublicationRefusal
from registry.inspection.vocabulary import LineKind
from registry.kernel.errors import FieldError, Invalid
from registry.kernel.permissions import Role
from registry.kernel.words import _, mark
from registry.lifecycle.showing import roles_on
from registry.publication.checking import FILE, check_file, result_of
from registry.publication.forms import (
    LABELS,
    NoSecretForm,
    PublicationDecisionForm,
    ReuseForm,
    SecretForm,
    SentSmallCountForm,
    SmallCountForm,
    TakedownForm,
)
from registry.publication.models import SmallCountCheck
from registry.publication.queries import find_checks, get_dossier
from registry.publication.service import answer_secret, decide, deny_the_rest, record_reuse, take_down
from registry.publication.showing import READ, RECORD, duty_lines, redaction_page
from registry.publication.vocabulary import (
    Conclusion,
    DecisionState,
    FeeGround,
    Outcome,
    SecretReply,
    SmallCountResult,
)
from registry.web.calls import ApiCall
from registry.web.visits import Rejected, Visit, route

_LABELS = {
    **LABELS,
    "conclusion": mark("À qui le jeu est communicable"),
    "secrets": mark("Les secrets qui s’opposent à sa communication à tous"),
    "open_questions": mark("Les questions qui attendent une réponse"),
    "answers": mark("Les réponses, dans l’ordre où elles furent données"),
    "decisions": mark("Les décisions, la dernière d’abord"),
    "duties": mark("Ce qui oblige à publier, ou non"),
    "reuse": mark("Les conditions de réutilisation qui furent dites"),
    "article": mark("L’article"),
    "address": mark("L’adresse du texte"),
    "answered_as": mark("Le rôle qui a répondu"),
    "answered_on": mark("Le jour de la réponse"),
    "decided_as": mark("Le rôle qui a décidé"),
    "state": mark("Si la décision est en cours"),
    "ended_on": mark("Le jour où elle a pris fin"),
    "ended_reason": mark("Pourquoi la publication a été retirée"),
    "title": mark("De quoi il s’agit, en mots"),
    "word": mark("Ce qu’il en est, en mots"),
    "since": mark("Depuis quand, en mots"),
    "missing": mark("Les faits qui manquent"),
    "fields": mark("Les champs, et ce que devient chacun"),
    "name": mark("Le nom du champ"),
    "category": mark("Sa catégorie de données personnelles, en mots"),
    "fate": mark("Ce qu’il devient, en mots"),
    "leaving": mark("Combien de champs partent"),
    "unknown": mark("Combien sont à examiner"),
    "checks": mark("Les vérifications de petits effectifs, la dernière d’abord"),
    "file_name": mark("Le nom du fichier vérifié, qui n’est pas gardé"),
    "sha256": mark("Empreinte SHA-256 du fichier"),
    "checked_on": mark("Le jour de la vérification"),
    "result": mark("Ce que la vérification a trouvé"),
    "tables": mark("Ce qui fut vu de chaque feuille"),
    "table": mark("Le nom de la feuille"),
    "rows": mark("Combien de lignes"),
    "columns": mark("Les colonnes regardées"),
    "aside": mark("Les colonnes où presque chaque ligne a sa propre valeur"),
    "found": mark("Les colonnes qui, seules ou croisées, font des groupes trop petits"),
    "groups": mark("Combien de groupes en tout"),
    "small": mark("Combien de groupes trop petits"),
    "is_whole": mark("Vrai si le fichier a été lu jusqu’au bout"),
    "is_cut": mark("Vrai si des colonnes n’ont pas été croisées"),
    "unread": mark("Combien de cellules des colonnes qui comptent ne sont pas des nombres entiers"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": mark("Publication"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class SecretBody:
    """An answer about one secret, with its article on the day it was given."""

    secret: str
    answer: SecretReply
    ground: str | None
    until: date | None
    article: str
    answered_as: Role
    answered_on: date


@dataclass(frozen=True)
class DecisionBody:
    """A decision about the publication of a dataset."""

    outcome: Outcome
    reason: str
    decided_on: date
    refusal: PublicationRefusal | None
    secret: str | None
    licence: str | None
    licence_reference: str | None
    homologated_on: date | None
    homologation_id: int | None
    disclosure_text: str | None
    small_counts_reason: str | None
    conclusion: Conclusion
    decided_as: Role
    state: DecisionState
    ended_on: date | None
    ended_reason: str | None


@dataclass(frozen=True)
class DutyBody:
    """Something that may oblige to publish."""

    title: str
    word: str
    article: str
    address: str | None
    since: str
    missing: list[str]


@dataclass(frozen=True)
class ReuseBody:
    """On which terms a dataset may be reused, as somebody said."""

    communicated: bool | None
    in_directory: bool | None
    software: bool | None
    api_terms_published: bool | None
    competitive_service: bool | None
    database_right_claimed: bool | None
    licence_compatible: bool | None
    licence_restricts: bool | None
    restriction_reason: str | None
    licence_restricts_competition: bool | None
    fee: bool | None
    fee_ground: FeeGround | None
    fee_calculation_url: str | None
    fee_revised_on: date | None
    protected_reuse_offered: bool | None
    reuse_conditions_url: str | None
    reuse_procedure_public: bool | None
    early_opening_on: date | None
    declared_absent: list[str]


@dataclass(frozen=True)
class PublicationBody:
    """The publication of a dataset; `version` grows with every answer and decision, it is the ETag."""

    version: int
    conclusion: Conclusion
    until: date | None
    secrets: list[str]
    open_questions: list[str]
    answers: list[SecretBody]
    decisions: list[DecisionBody]
    duties: list[DutyBody]
    reuse: ReuseBody | None


@dataclass(frozen=True)
class FieldBody:
    """A field and what becomes of it."""

    name: str
    category: str
    fate: str
    ground: str


@dataclass(frozen=True)
class RedactionBody:
    """Which fields leave before publication."""

    fields: list[FieldBody]
    leaving: int
    unknown: int


@dataclass(frozen=True)
class SmallGroupsBody:
    """Columns that make small groups; `lines` are those of these groups."""

    columns: list[str]
    groups: int
    small: int
    lines: int


@dataclass(frozen=True)
class CountedTableBody:
    """What was seen of one sheet of a file."""

    table: str
    rows: int
    columns: list[str]
    aside: list[str]
    found: list[SmallGroupsBody]
    is_whole: bool
    is_cut: bool
    unread: int = 0


@dataclass(frozen=True)
class SmallCountBody:
    """A check of a file for groups of few people. Units: `fewer_than` in people, households or firms."""

    id: int
    file_name: str
    sha256: str
    lines: LineKind
    fewer_than: int
    checked_on: date
    result: SmallCountResult
    tables: list[CountedTableBody]


@dataclass(frozen=True)
class SmallCountsBody:
    """The checks of a dataset, the last one first."""

    checks: list[SmallCountBody]


def _check_body(check: SmallCountCheck) -> SmallCountBody:
    tables = [
        CountedTableBody(**{**one, "found": [SmallGroupsBody(**groups) for groups in one["found"]]})
        for one in check.tables
    ]
    return SmallCountBody(
        check.id, check.file_name, check.sha256, check.lines, check.fewer_than, check.checked_on, result_of(check),
        tables,
    )  # fmt: skip


def _body(visit: Visit, dataset_id: int) -> PublicationBody:
    sheet, dossier = get_dataset(visit.session, dataset_id), get_dossier(visit.session, dataset_id)
    found = dossier.concluded(visit.today)
    answers = sorted(dossier.answers.values(), key=lambda one: one.id)
    return PublicationBody(
        dossier.version, found.conclusion, found.until, list(found.secrets), list(found.open_questions),
        [SecretBody(**{name: getattr(one, name) for name in SecretBody.__dataclass_fields__}) for one in answers],
        [
            DecisionBody(**{name: getattr(one, name) for name in DecisionBody.__dataclass_fields__})
            for one in dossier.choices
        ],
        [
            DutyBody(one.title, one.word, one.article, one.address, one.since, list(one.missing))
            for one in duty_lines(visit, sheet)
        ],
        ReuseBody(**{name: getattr(dossier.reuse, name) for name in ReuseBody.__dataclass_fields__})
        if dossier.reuse is not None else None,
    )  # fmt: skip


def _acting(visit: Visit, dataset_id: int) -> dict[str, Any]:
    """Who changes it, as what, when, on which version."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    return {
        "by": visit.visitor.account_id, "roles": roles_on(visit, sheet.organisation_id), "today": visit.today,
        "expected": visit.expected_version(),
    }  # fmt: skip


@route(
    "GET", "/api/v1/datasets/{dataset_id:int}/publication", READ,
    about=about(mark("À qui un jeu est communicable, ce qui fut décidé, ce qui oblige à le publier.")),
)  # fmt: skip
def read_publication(visit: Visit, dataset_id: int) -> Response[PublicationBody]:
    """The publication of a dataset."""
    return visit.answer(_body(visit, dataset_id))


@route(
    "PUT", "/api/v1/datasets/{dataset_id:int}/publication/secrets/{secret:str}", RECORD, takes=SecretForm,
    about=about(
        mark("Répond à la question d’un secret, ou change la réponse ; la précédente reste dans l’historique."),
        versioned=True, example={"answer": "no", "ground": "Le fichier ne contient que des comptages par rue."},
    ),
)  # fmt: skip
def put_secret(visit: Visit, dataset_id: int, secret: str) -> Response[PublicationBody]:
    """Answers; asks for If-Match."""
    acting, given = _acting(visit, dataset_id), visit.given(SecretForm)
    answer_secret(visit.session, dataset_id, secret, given, **acting)
    return visit.answer(_body(visit, dataset_id))


@route(
    "POST", "/api/v1/datasets/{dataset_id:int}/publication/no-other-secret", RECORD, takes=NoSecretForm,
    about=about(
        mark("Répond « non » pour tous les secrets sans réponse."), versioned=True,
        example={"ground": "Données de voirie sans personne ni réseau sensible."},
    ),
)  # fmt: skip
def deny_other_secrets(visit: Visit, dataset_id: int) -> Response[PublicationBody]:
    """Answers « no » to the rest; asks for If-Match."""
    acting, given = _acting(visit, dataset_id), visit.given(NoSecretForm)
    deny_the_rest(visit.session, dataset_id, given, **acting)
    return visit.answer(_body(visit, dataset_id))


@route(
    "POST", "/api/v1/datasets/{dataset_id:int}/publication/decisions", RECORD, takes=PublicationDecisionForm,
    about=about(
        mark("Décide de la publication d’un jeu ; la décision précédente est gardée, remplacée."), status=201,
        versioned=True,
        example={
            "outcome": "open", "reason": "Communicable à tous et utile aux habitants.", "decided_on": "2026-11-26",
            "licence": "etalab-2.0",
        },
    ),
)  # fmt: skip
def create_decision(visit: Visit, dataset_id: int) -> Response[PublicationBody]:
    """Decides; asks for If-Match."""
    acting, given = _acting(visit, dataset_id), visit.given(PublicationDecisionForm)
    decide(visit.session, dataset_id, given, **acting)
    visit.headers["Location"] = f"/api/v1/datasets/{dataset_id}/publication"
    return visit.answer(_body(visit, dataset_id), status=HTTP_201_CREATED)


@route(
    "PUT", "/api/v1/datasets/{dataset_id:int}/publication/reuse", RECORD, takes=ReuseForm,
    about=about(
        mark("Dit à quelles conditions un jeu se réutilise ; ce qui n’est pas donné n’est pas connu."), versioned=True,
        example={"fee": False, "in_directory": True},
    ),
)  # fmt: skip
def put_reuse(visit: Visit, dataset_id: int) -> Response[PublicationBody]:
    """Records the terms of reuse; asks for If-Match."""
    expected, given = _acting(visit, dataset_id)["expected"], visit.given(ReuseForm)
    record_reuse(visit.session, dataset_id, given, expected=expected)
    return visit.answer(_body(visit, dataset_id))


@route(
    "POST", "/api/v1/datasets/{dataset_id:int}/publication/takedown", RECORD, takes=TakedownForm,
    about=about(
        mark("Retire la publication d’un jeu : sa décision prend fin, et le jeu est retiré s’il est en ligne."),
        versioned=True, example={"reason": "Deux adresses de particuliers y sont lisibles."},
    ),
)  # fmt: skip
def create_takedown(visit: Visit, dataset_id: int) -> Response[PublicationBody]:
    """Takes down; asks for If-Match."""
    acting, given = _acting(visit, dataset_id), visit.given(TakedownForm)
    take_down(visit.session, dataset_id, given, **acting)
    return visit.answer(_body(visit, dataset_id))


@route(
    "GET", "/api/v1/datasets/{dataset_id:int}/redaction", READ,
    about=about(mark("Quels champs partent avant la publication, et sur quel fondement.")),
)  # fmt: skip
def read_redaction(visit: Visit, dataset_id: int) -> Response[RedactionBody]:
    """What leaves."""
    page = redaction_page(visit, get_dataset(visit.session, dataset_id))
    fields = [FieldBody(one.name, one.category, one.fate, one.ground) for one in page.rows]
    return visit.answer(RedactionBody(fields, page.leaving, page.unknown))


@route(
    "GET", "/api/v1/datasets/{dataset_id:int}/small-counts", READ,
    about=about(mark("Ce que chaque fichier vérifié avant publication a laissé voir de groupes trop petits.")),
)  # fmt: skip
def read_small_counts(visit: Visit, dataset_id: int) -> Response[SmallCountsBody]:
    """The checks of a dataset."""
    sheet = get_dataset(visit.session, dataset_id)
    return visit.answer(SmallCountsBody([_check_body(one) for one in find_checks(visit.session, sheet.id)]))


@route(
    "POST", "/api/v1/datasets/{dataset_id:int}/small-counts", RECORD, takes=SentSmallCountForm, upload=FILE,
    about=about(
        mark("Cherche dans un fichier les groupes trop petits ; la prochaine décision de publication le cite."),
        status=201, unlocated=True,
        more=mark("Le fichier est lu puis effacé : restent ses noms de colonnes, des comptes et son empreinte."),
    ),
)  # fmt: skip
def create_small_count(visit: Visit, dataset_id: int) -> Response[SmallCountBody]:
    """Checks a file and forgets it."""
    sheet, read = get_dataset(visit.session, dataset_id), visit.form(SmallCountForm)
    visit.visitor.require(RECORD, sheet.organisation_id)
    file = visit.upload.file if visit.upload is not None else None
    problems = [FieldError(*one) for one in read.errors.items()] if isinstance(read, Rejected) else []
    if file is None:
        problems.append(FieldError("file", _("Choisissez le fichier qui doit être publié.")))
    if isinstance(read, Rejected) or file is None:
        raise Invalid(_("Le formulaire ne convient pas."), tuple(problems))
    return visit.answer(_check_body(check_file(visit, sheet, read.form, file)), status=HTTP_201_CREATED)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    read_publication, put_secret, deny_other_secrets, create_decision, put_reuse, create_takedown, read_redaction,
    read_small_counts, create_small_count,
)  # fmt: skip
