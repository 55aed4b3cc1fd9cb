"""Every change to what is known and decided of a publication: each is said in the ledger."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy.orm import Session

from registry.datasets.models import Dataset, Distribution
from registry.datasets.queries import find_parts, get_dataset
from registry.datasets.service import change_sheet, require_live
from registry.datasets.vocabulary import PublicationRefusal, Stage
from registry.inspection.vocabulary import CountedTable
from registry.kernel.errors import Conflict, FieldError, Invalid, NotFound, Stale
from registry.kernel.permissions import Role
from registry.kernel.words import _
from registry.ledger.as_of import holds_on
from registry.ledger.service import say, touch
from registry.lifecycle.forms import StageRequestForm
from registry.lifecycle.service import ask_move
from registry.organisations.queries import find_populations, get_legal_person, get_organisation
from registry.organisations.rules import is_subject_to_online_publication
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.lists import load_list
from registry.platform.tables import set_those_that_differ
from registry.publication.forms import (
    NoSecretForm,
    PublicationDecisionForm,
    ReuseForm,
    SecretForm,
    SmallCountForm,
    TakedownForm,
)
from registry.publication.models import PublicationChoice, ReuseTerms, SecretAnswer, SmallCountCheck
from registry.publication.queries import (
    Dossier,
    find_homologations,
    find_own_licences,
    find_standing_check,
    find_to_take_out,
    get_dossier,
)
from registry.publication.rules import PART, Opened, ranks, result_of_tables, wrong_decision
from registry.publication.vocabulary import DecisionState, SecretRank, SecretReply
from registry.web.templating import say_day, say_number

_RANKED = (Role.LEGAL, Role.DPO, Role.STEWARD, Role.ADMINISTRATOR)
ONLINE = frozenset({Stage.PUBLISHED, Stage.UNDER_REVISION})
_WITHDRAW = "withdraw"


def role_of(roles: Sequence[Role]) -> Role:
    """The role under which somebody answers or decides: the legal one first."""
    return next((role for role in _RANKED if role in roles), next(iter(roles)))


def _open(session: Session, dataset_id: int, expected: int) -> tuple[Dataset, Dossier]:
    """The sheet, held until the end, and what is known of its publication.

    Raises: NotFound; Stale; Conflict when the sheet is annulled.
    """
    sheet = get_dataset(session, dataset_id, lock=True)
    require_live(sheet)
    dossier = get_dossier(session, dataset_id)
    if dossier.version != expected:
        raise Stale(
            _("Ces réponses ou cette décision ont changé pendant que vous les lisiez : relisez-les."), dossier.version
        )
    return sheet, dossier


def answer_secret(
    session: Session,
    dataset_id: int,
    secret: str,
    form: SecretForm,
    *,
    by: int,
    roles: Sequence[Role],
    today: date,
    expected: int,
) -> SecretAnswer:
    """Answers the question of a secret, or revises the answer.

    Raises: NotFound, also of a secret the law does not name; Stale; Conflict; Invalid.
    """
    if secret not in load_list("secrets"):
        raise NotFound(_("Cette question n’existe pas : prenez-en une de la liste."))
    if secret == PART and form.until is not None:
        sentence = _("Cette question n’est pas celle d’un secret : elle n’a pas de dernier jour.")
        raise Invalid(sentence, (FieldError("until", sentence),))
    sheet, dossier = _open(session, dataset_id, expected)
    say(session, "publication:secret:answer", form.ground)
    row = _answer(session, sheet, dossier.answers.get(secret), secret, form, by=by, roles=roles, today=today)
    session.flush()
    touch(session, "dataset", dataset_id)
    session.refresh(row)
    return row


def _answer(
    session: Session, sheet: Dataset, row: SecretAnswer | None, secret: str, form: SecretForm, *, by: int,
    roles: Sequence[Role], today: date,
) -> SecretAnswer:  # fmt: skip
    said = {
        **form.model_dump(), "article": load_list("secrets").words(secret, "article"), "answered_by": by,
        "answered_as": role_of(roles), "answered_on": today,
    }  # fmt: skip
    if row is None:
        row = SecretAnswer(organisation_id=sheet.organisation_id, dataset_id=sheet.id, secret=secret, **said)
        session.add(row)
        return row
    for name, value in said.items():
        setattr(row, name, value)
    return row


def deny_the_rest(
    session: Session, dataset_id: int, form: NoSecretForm, *, by: int, roles: Sequence[Role], today: date, expected: int
) -> int:
    """Answers « no » about every secret nobody answered about; says how many.

    Of a dataset that tells of people, those that protect persons are answered one by one (CRPA L311-6).

    Raises: NotFound; Stale; Conflict, also when no question is left that may be answered so.
    """
    sheet, dossier = _open(session, dataset_id, expected)
    left = [code for code in load_list("secrets") if code != PART and code not in dossier.answers]
    if not left:
        raise Conflict(_("Chaque question a déjà sa réponse : changez celles qui ne vont pas, une à une."))
    if Opened(sheet.personal_data).names_people or find_to_take_out(session, sheet, dossier.concluded(today)):
        left = [code for code in left if ranks()[code] is not SecretRank.PERSON]
    if not left:
        raise Conflict(
            _(
                "Ce jeu contient des données personnelles : les questions qui protègent les personnes (CRPA, L311-6) "
                "se répondent une à une."
            )
        )
    say(session, "publication:secret:answer", form.ground)
    for code in left:
        answer = SecretForm(answer=SecretReply.NO, ground=form.ground)
        _answer(session, sheet, None, code, answer, by=by, roles=roles, today=today)
    session.flush()
    touch(session, "dataset", dataset_id)
    return len(left)


def record_reuse(session: Session, dataset_id: int, form: ReuseForm, *, expected: int) -> ReuseTerms:
    """Records on which terms a dataset may be reused; what was said before is in the ledger.

    Raises: NotFound; Stale; Conflict when the sheet is annulled.
    """
    sheet, dossier = _open(session, dataset_id, expected)
    say(session, "publication:reuse:record")
    terms = dossier.reuse
    if terms is None:
        terms = ReuseTerms(organisation_id=sheet.organisation_id, dataset_id=sheet.id)
        session.add(terms)
    set_those_that_differ(terms, **form.model_dump())
    session.flush()
    touch(session, "dataset", dataset_id)
    session.refresh(terms)
    return terms


def record_small_counts(
    session: Session,
    dataset_id: int,
    form: SmallCountForm,
    tables: Sequence[CountedTable],
    *,
    file_name: str,
    sha256: str,
    by: int,
    today: date,
    expected: int,
) -> SmallCountCheck:
    """Keeps what was seen of small groups in a file, without the file: the next decision cites it.

    Raises: NotFound; Conflict when the sheet is annulled; Stale when it changed while the file was read.
    """
    sheet = get_dataset(session, dataset_id, lock=True)
    require_live(sheet)
    if sheet.version != expected:
        raise Stale(
            _("La fiche a changé pendant que le fichier était lu : relisez-la, puis vérifiez-le de nouveau."),
            sheet.version,
        )
    say(session, "publication:check:record")
    made = SmallCountCheck(
        organisation_id=sheet.organisation_id, dataset_id=sheet.id, file_name=file_name, sha256=sha256,
        lines=form.lines, fewer_than=form.fewer_than, tables=[asdict(one) for one in tables], checked_by=by,
        checked_on=today,
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def decide(
    session: Session,
    dataset_id: int,
    form: PublicationDecisionForm,
    *,
    by: int,
    roles: Sequence[Role],
    today: date,
    expected: int,
) -> PublicationChoice:
    """Decides of the publication of a dataset; the decision before it is kept, replaced.

    To open writes the licence on the sheet: what is published is published under it.
    Raises: NotFound; Stale; Conflict when it is annulled, or online and no longer to be; Invalid, one error a field.
    """
    sheet, dossier = _open(session, dataset_id, expected)
    found, check = dossier.concluded(today), find_standing_check(session, dataset_id)
    software = dossier.reuse.software if dossier.reuse is not None else None
    opened = Opened(
        sheet.personal_data, sheet.publication_ground, software, find_own_licences(session, dataset_id),
        result_of_tables(check.tables) if check is not None else None, find_to_take_out(session, sheet, found),
    )  # fmt: skip
    wrong = wrong_decision(form.model_dump(), found, opened)
    wrong |= _wrong_day(form, dossier, check)
    if form.refusal is PublicationRefusal.L312_1_1 and (sentence := _above_thresholds(session, sheet, form, today)):
        wrong.setdefault("refusal", sentence)
    if form.homologation_id is not None and (sentence := _wrong_piece(session, dataset_id, form)):
        wrong.setdefault("homologation_id", sentence)
    if wrong:
        errors = tuple(FieldError(name, sentence) for name, sentence in wrong.items())
        raise Invalid(_("La décision ne peut être enregistrée ainsi."), errors)
    if not form.outcome.opens and sheet.stage in ONLINE:
        raise Conflict(_("Ce jeu est en ligne : retirez d’abord sa publication, puis décidez de ne plus publier."))
    say(session, "publication:decision:record", form.reason)
    if (before := dossier.current) is not None:
        before.state, before.ended_on = DecisionState.REPLACED, today
        session.flush()
    made = PublicationChoice(
        organisation_id=sheet.organisation_id, dataset_id=sheet.id, conclusion=found.conclusion, decided_by=by,
        decided_as=role_of(roles), recorded_on=today, check_id=check.id if check is not None else None,
        **form.model_dump(),
    )  # fmt: skip
    session.add(made)
    if form.licence is not None:
        absent = [name for name in sheet.declared_absent if name != "licence"]
        change_sheet(sheet, {"licence": form.licence, "declared_absent": absent}, below=False)
    session.flush()
    touch(session, "dataset", dataset_id)
    session.refresh(made)
    return made


def _above_thresholds(session: Session, sheet: Dataset, form: PublicationDecisionForm, today: date) -> str:
    """Why the body is not below the thresholds, unless the dataset is said to be online elsewhere already.

    Law: CRPA L312-1-1 3°, D312-1-1-1. The figures are those known of the body for the day of the decision; what is not
    known refuses nothing.
    """
    body = get_organisation(session, get_legal_person(session, sheet.organisation_id))
    counted = next(
        (one.total for one in find_populations(session, [body.id]) if holds_on(one.during, form.decided_on)), None
    )
    files = [one for one in find_parts(session, Distribution, sheet.id) if not one.annulled]
    elsewhere = sheet.landing_page or any(one.access_url or one.download_url for one in files)
    if elsewhere or not is_subject_to_online_publication(body.kind, counted, body.staff_fte):
        return ""
    figures = [
        _("{count} agents en équivalents temps plein au registre le {day}").format(
            count=say_number(body.staff_fte), day=say_day(today)
        )
    ]
    if body.kind is OrganisationKind.COMMUNE:
        figures.append(_("{count} habitants le {day}").format(count=say_number(counted), day=say_day(form.decided_on)))
    return _(
        "{body} n’est pas sous les seuils de 50 agents et, pour une commune, de 3 500 habitants (CRPA, L312-1-1 et "
        "D312-1-1-1) : {figures}. Si ces chiffres sont faux, corrigez-les d’abord ; si la base est déjà diffusée, "
        "dites sur la fiche à quelle adresse."
    ).format(body=body.name, figures=" ; ".join(figures))


def _wrong_piece(session: Session, dataset_id: int, form: PublicationDecisionForm) -> str:
    """Why a piece does not prove the homologation that is told: not a decision of this dataset, or other days."""
    pieces = {one.id: edition for one, edition in find_homologations(session, dataset_id)}
    edition = pieces.get(form.homologation_id or 0)
    if edition is None:
        return _(
            "Cette pièce n’est pas une décision jointe à ce jeu, ou elle est annulée : choisissez-en une de la liste."
        )
    issued, expires = edition.issued_on, edition.expires_on
    if issued is not None and form.homologated_on is not None and issued > form.homologated_on:
        return _(
            "Cette pièce est datée du {day}, après l’homologation qu’elle doit prouver : vérifiez les deux dates, ou "
            "choisissez la bonne pièce."
        ).format(day=say_day(issued))
    if expires is not None and expires < form.decided_on:
        return _(
            "Cette pièce ne valait que jusqu’au {day}, et ne permet donc pas d’employer cette licence : joignez celle "
            "qui vaut, ou prenez une licence de la liste."
        ).format(day=say_day(expires))
    return ""


def _wrong_day(
    form: PublicationDecisionForm, dossier: Dossier, check: SmallCountCheck | None
) -> dict[str, str]:  # fmt: skip
    """A decision is taken on what is known: it is dated before no answer it rests on, nor before the last decision."""
    last = max((one.answered_on for one in dossier.answers.values()), default=None)
    if last is not None and form.decided_on < last:
        sentence = _(
            "Cette décision serait datée d’avant ce sur quoi elle repose : une réponse du {day}. Vérifiez sa date."
        )
        return {"decided_on": sentence.format(day=say_day(last))}
    if form.outcome.opens and check is not None and form.decided_on < check.checked_on:
        sentence = _(
            "Cette décision serait datée d’avant la vérification des petits effectifs qu’elle cite, du {day}. Vérifiez "
            "sa date."
        )
        return {"decided_on": sentence.format(day=say_day(check.checked_on))}
    before = dossier.choices[0].decided_on if dossier.choices else None
    if before is not None and form.decided_on < before:
        sentence = _("Une décision plus récente, du {day}, est déjà au registre : vérifiez la date de celle-ci.")
        return {"decided_on": sentence.format(day=say_day(before))}
    return {}


def take_down(
    session: Session,
    dataset_id: int,
    form: TakedownForm,
    *,
    by: int,
    roles: Sequence[Role],
    today: date,
    expected: int,
) -> PublicationChoice | None:
    """Takes a publication down: its decision ends, and the dataset is withdrawn by the lifecycle where it is online.

    Raises: NotFound; Stale; Conflict when nothing is open, or the lifecycle refuses; Forbidden.
    """
    sheet, dossier = _open(session, dataset_id, expected)
    current = dossier.current
    online = sheet.stage in ONLINE
    if not online and (current is None or not current.outcome.opens):
        raise Conflict(_("Rien de ce jeu n’est publié ni à publier : il n’y a rien à retirer."))
    say(session, "publication:decision:withdraw", form.reason)
    if current is not None:
        current.state, current.ended_on, current.ended_reason = DecisionState.TAKEN_DOWN, today, form.reason
    session.flush()
    touch(session, "dataset", dataset_id)
    if online:
        asked = StageRequestForm(move=_WITHDRAW, reason=form.reason, public_ground=form.public_ground)
        ask_move(session, dataset_id, asked, by=by, roles=roles, today=today, expected=sheet.version)
    if current is not None:
        session.refresh(current)
    return current
