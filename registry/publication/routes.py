"""The pages of publication: the questions about secrets, the decision, the redaction, the taking down."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_403_FORBIDDEN, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.history import MORE_CHANGES
from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.kernel.errors import Conflict, Forbidden, NotFound, Refusal, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.lifecycle.showing import roles_on
from registry.lifecycle.vocabulary import WithdrawalGround
from registry.platform.lists import load_list
from registry.publication.checking import FILE, check_file, small_count_page
from registry.publication.dataset_history import CHANGES_OF_DATASETS
from registry.publication.forms import (
    LABELS,
    NoSecretForm,
    PublicationDecisionForm,
    ReuseForm,
    SecretForm,
    SmallCountForm,
    TakedownForm,
)
from registry.publication.reusing import reuse_page
from registry.publication.service import (
    ONLINE,
    answer_secret,
    decide,
    deny_the_rest,
    record_reuse,
    take_down,
)
from registry.publication.showing import (
    READ,
    RECORD,
    decision_page,
    dossier_of,
    publication_page,
    question_page,
    redaction_page,
)
from registry.publication.views import TakedownPage
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.visits import NOTICES, Rejected, Visit, route

MORE_CHANGES.extend(CHANGES_OF_DATASETS)
NOTICES.update(
    {
        "reponse-gardee": mark("Votre réponse est gardée, avec son article et son jour."),
        "decision-prise": mark("La décision est enregistrée."),
        "reutilisation-dite": mark("Les conditions de réutilisation sont enregistrées."),
        "fichier-verifie": mark("Le fichier est vérifié : voici ce qui y fait des groupes trop petits."),
        "publication-retiree": mark("La publication est retirée, avec son motif."),
        "publication-retiree-du-public": mark(
            "La publication est retirée. Le public en lit le jour et, si vous l’avez choisi, le motif de la liste."
        ),
    }
)


def _to_record(visit: Visit, dataset_id: int) -> Dataset:
    """A dataset whose publication the visitor may decide on.

    Raises: NotFound; Forbidden.
    """
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    return sheet


def _expected(visit: Visit) -> int:
    number = read_number(visit.form_data().first("version"))
    return -1 if number is None else number


@route("GET", "/publication/du-jeu/{dataset_id:int}", READ)
def show_publication(visit: Visit, dataset_id: int) -> Response[Any]:
    """The questions with their answers, what they conclude, the decision, what obliges to publish."""
    page = publication_page(visit, get_dataset(visit.session, dataset_id))
    return visit.page("publication/publication.html", page)


@route("POST", "/publication/du-jeu/{dataset_id:int}", RECORD)
def deny_rest(visit: Visit, dataset_id: int) -> Response[Any]:
    """Answers « no » about every secret nobody answered about."""
    sheet, read, typed = _to_record(visit, dataset_id), visit.form(NoSecretForm), visit.form_data().first("ground")
    if isinstance(read, Rejected):
        message = _("Dites en quelques mots pourquoi : la réponse reste au registre avec.")
        page = publication_page(visit, sheet, typed, message)
        return visit.page("publication/publication.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        deny_the_rest(
            visit.session, dataset_id, read.form, by=visit.visitor.account_id,
            roles=roles_on(visit, sheet.organisation_id), today=visit.today, expected=_expected(visit),
        )  # fmt: skip
    except (Stale, Conflict) as refusal:
        page = publication_page(visit, sheet, typed, refusal.message)
        return visit.page("publication/publication.html", page, status=HTTP_409_CONFLICT)
    return visit.go(f"/publication/du-jeu/{dataset_id}", done="reponse-gardee")


@route("GET", "/publication/du-jeu/{dataset_id:int}/secrets/{secret:str}", RECORD)
def show_question(visit: Visit, dataset_id: int, secret: str) -> Response[Any]:
    """The form of one question."""
    sheet = _to_record(visit, dataset_id)
    return visit.page("publication/question.html", question_page(visit, sheet, _known(secret)))


@route("POST", "/publication/du-jeu/{dataset_id:int}/secrets/{secret:str}", RECORD)
def answer_question(visit: Visit, dataset_id: int, secret: str) -> Response[Any]:
    """Keeps an answer, then goes to the next question that has none."""
    sheet, code = _to_record(visit, dataset_id), _known(secret)
    data, read = visit.form_data(), visit.form(SecretForm)
    typed = {name: data.first(name) for name in SecretForm.model_fields}
    made = save(
        read,
        lambda form: answer_secret(
            visit.session, dataset_id, code, form, by=visit.visitor.account_id,
            roles=roles_on(visit, sheet.organisation_id), today=visit.today, expected=_expected(visit),
        ),
    )  # fmt: skip
    if isinstance(made, Unsaved):
        page = question_page(visit, sheet, code, typed, made.errors)
        return visit.page("publication/question.html", page, status=made.status)
    left = [
        one for one in dossier_of(visit, dataset_id).concluded(visit.today).open_questions
        if one != code and one not in dossier_of(visit, dataset_id).answers
    ]  # fmt: skip
    here = f"/publication/du-jeu/{dataset_id}"
    return visit.go(f"{here}/secrets/{left[0]}" if left else here, done="reponse-gardee")


def _known(secret: str) -> str:
    if secret not in load_list("secrets"):
        raise NotFound(_("Cette question n’existe pas : prenez-en une de la liste."))
    return secret


@route("GET", "/publication/du-jeu/{dataset_id:int}/decider", RECORD)
def show_decision(visit: Visit, dataset_id: int) -> Response[Any]:
    """The form of a decision."""
    return visit.page("publication/decision.html", decision_page(visit, _to_record(visit, dataset_id)))


@route("POST", "/publication/du-jeu/{dataset_id:int}/decider", RECORD)
def decide_one(visit: Visit, dataset_id: int) -> Response[Any]:
    """Decides, or shows why it cannot be and keeps what was typed."""
    sheet, data, read = _to_record(visit, dataset_id), visit.form_data(), visit.form(PublicationDecisionForm)
    typed = {name: data.first(name) for name in PublicationDecisionForm.model_fields}
    made = save(
        read,
        lambda form: decide(
            visit.session, dataset_id, form, by=visit.visitor.account_id,
            roles=roles_on(visit, sheet.organisation_id), today=visit.today, expected=_expected(visit),
        ),
    )  # fmt: skip
    if isinstance(made, Unsaved):
        page = decision_page(visit, sheet, typed, made.errors)
        return visit.page("publication/decision.html", page, status=made.status)
    return visit.go(f"/publication/du-jeu/{dataset_id}", done="decision-prise")


@route("GET", "/publication/du-jeu/{dataset_id:int}/reutilisation", RECORD)
def show_reuse(visit: Visit, dataset_id: int) -> Response[Any]:
    """The form of the terms of reuse; the address may say which of them is asked for."""
    sheet = _to_record(visit, dataset_id)
    page = reuse_page(sheet, dossier_of(visit, dataset_id), asked=visit.query("fait"))
    return visit.page("publication/reuse.html", page)


@route("POST", "/publication/du-jeu/{dataset_id:int}/reutilisation", RECORD)
def record_terms(visit: Visit, dataset_id: int) -> Response[Any]:
    """Records the terms of reuse, or shows what is wrong with what was typed."""
    sheet, data, read = _to_record(visit, dataset_id), visit.form_data(), visit.form(ReuseForm)
    typed: dict[str, Any] = {name: data.first(name) for name in ReuseForm.model_fields}
    typed["declared_absent"] = data.all("declared_absent")
    made = save(read, lambda form: record_reuse(visit.session, dataset_id, form, expected=_expected(visit)))
    if isinstance(made, Unsaved):
        page = reuse_page(sheet, dossier_of(visit, dataset_id), typed, made.errors)
        return visit.page("publication/reuse.html", page, status=made.status)
    return visit.go(f"/publication/du-jeu/{dataset_id}", done="reutilisation-dite")


@route("GET", "/publication/du-jeu/{dataset_id:int}/petits-effectifs", READ)
def show_small_counts(visit: Visit, dataset_id: int) -> Response[Any]:
    """What was seen of groups of few people in files, and the form to send another."""
    page = small_count_page(visit, get_dataset(visit.session, dataset_id))
    return visit.page("publication/small_counts.html", page)


@route("POST", "/publication/du-jeu/{dataset_id:int}/petits-effectifs", RECORD, upload=FILE)
def check_small_counts(visit: Visit, dataset_id: int) -> Response[Any]:
    """Reads a file, keeps what makes small groups in it, and forgets it."""
    sheet, data, read = _to_record(visit, dataset_id), visit.form_data(), visit.form(SmallCountForm)
    typed = {name: data.first(name) for name in SmallCountForm.model_fields}
    file = visit.upload.file if visit.upload is not None else None
    errors = dict(read.errors) if isinstance(read, Rejected) else {}
    if file is None:
        errors["file"] = _("Choisissez le fichier qui doit être publié.")
    if isinstance(read, Rejected) or file is None:
        page = small_count_page(visit, sheet, typed, errors)
        return visit.page("publication/small_counts.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        check_file(visit, sheet, read.form, file)
    except Refusal as refusal:
        page = small_count_page(visit, sheet, typed, {"file": refusal.message})
        status = HTTP_409_CONFLICT if isinstance(refusal, (Conflict, Stale)) else HTTP_422_UNPROCESSABLE_ENTITY
        return visit.page("publication/small_counts.html", page, status=status)
    return visit.go(f"/publication/du-jeu/{dataset_id}/petits-effectifs", done="fichier-verifie")


@route("GET", "/publication/du-jeu/{dataset_id:int}/retirer", RECORD)
def show_takedown(visit: Visit, dataset_id: int) -> Response[Any]:
    """Asks why a publication is taken down."""
    return visit.page("publication/takedown.html", _takedown_page(visit, _to_record(visit, dataset_id), {}, {}))


@route("POST", "/publication/du-jeu/{dataset_id:int}/retirer", RECORD)
def take_one_down(visit: Visit, dataset_id: int) -> Response[Any]:
    """Takes a publication down."""
    sheet, data, read = _to_record(visit, dataset_id), visit.form_data(), visit.form(TakedownForm)
    typed = {name: data.first(name) for name in ("reason", "public_ground")}
    if isinstance(read, Rejected):
        wanted = {"reason": _("Dites en quelques mots pourquoi : ce motif reste au registre.")}
        page = _takedown_page(visit, sheet, typed, {name: wanted.get(name, said) for name, said in read.errors.items()})
        return visit.page("publication/takedown.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)
    was_online = sheet.stage in ONLINE
    try:
        take_down(
            visit.session, dataset_id, read.form, by=visit.visitor.account_id,
            roles=roles_on(visit, sheet.organisation_id), today=visit.today, expected=_expected(visit),
        )  # fmt: skip
    except (Stale, Conflict, Forbidden) as refusal:
        status = HTTP_403_FORBIDDEN if isinstance(refusal, Forbidden) else HTTP_409_CONFLICT
        page = _takedown_page(visit, sheet, typed, {"reason": refusal.message})
        return visit.page("publication/takedown.html", page, status=status)
    return visit.go(
        f"/publication/du-jeu/{dataset_id}",
        done="publication-retiree-du-public" if was_online else "publication-retiree",
    )


def _takedown_page(
    visit: Visit, sheet: Dataset, values: Mapping[str, Any], errors: Mapping[str, str]
) -> TakedownPage:  # fmt: skip
    told = LABELS["public_ground"]
    labels = {"reason": _("Pourquoi"), "public_ground": _(told)}
    return TakedownPage(
        id=sheet.id, version=dossier_of(visit, sheet.id).version, title=sheet.title, online=sheet.stage in ONLINE,
        values=values, errors=errors, labels=labels, grounds=[(str(one), one.label) for one in WithdrawalGround],
        may_report_breach=visit.visitor.may(Permission.PROCESSING_BREACH_RECORD, sheet.organisation_id),
    )  # fmt: skip


@route("GET", "/publication/du-jeu/{dataset_id:int}/occultation", READ)
def show_redaction(visit: Visit, dataset_id: int) -> Response[Any]:
    """Which fields leave before publication, on which ground."""
    page = redaction_page(visit, get_dataset(visit.session, dataset_id))
    return visit.page("publication/redaction.html", page)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_publication, deny_rest, show_question, answer_question, show_decision, decide_one, show_reuse,
    record_terms, show_takedown, take_one_down, show_redaction, show_small_counts, check_small_counts,
)  # fmt: skip
