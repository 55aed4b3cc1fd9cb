"""Every change to the life of a dataset: a move asked for, endorsed, refused, withdrawn, made."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NoReturn

from psycopg.errors import UniqueViolation
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from registry.compliance.catalogue import PRESENT, Catalogue
from registry.compliance.engine import engine_of
from registry.compliance.evaluation import Assessment, assess
from registry.compliance.explanation import asked_in_words, unmet_in_words
from registry.compliance.service import hold_judging, plain_facts
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.forms import DatasetForm
from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.service import require_live
from registry.datasets.vocabulary import Stage
from registry.datasets.wording import FIELD_LABELS, PART_LABELS
from registry.kernel.errors import Conflict, FieldError, Forbidden, Invalid, Stale
from registry.kernel.permissions import Role
from registry.kernel.words import _, mark, ngettext
from registry.ledger.service import say, touch
from registry.lifecycle.charts import Move, load_chart
from registry.lifecycle.forms import RefusalPointForm, StageRequestForm, VisaForm
from registry.lifecycle.models import GateVerdict, RefusalPoint, StageRequest, StageVisa, VisaDelegation
from registry.lifecycle.queries import (
    count_open_points,
    find_standing,
    find_visas,
    find_waiting,
    get_request,
    keeps_dataset,
    was_handed,
)
from registry.lifecycle.rules import BASIS_TOLD, OF_A_VISA, Gate, digest_of, facts_of_asking, gate_of, visas_needed
from registry.lifecycle.vocabulary import RequestState, VisaAnswer, VisaKind
from registry.processing.queries import find_activities_of_dataset
from registry.processing.retention.queries import find_holds, find_slip_of
from registry.processing.vocabulary import ActivityStatus
from registry.web.templating import say_day

POINT_FIELDS: Mapping[str, str] = {
    **{name: label for name, label in FIELD_LABELS.items() if name in DatasetForm.model_fields}, **PART_LABELS,
}  # fmt: skip
"""The fields of a sheet that a point of a refusal may name, in its order."""
_ADVANCE = text("SELECT advance_stage(:asked, :on_day)")
NOT_WAITING = mark("Cette demande n’attend plus rien : relisez ce qu’elle est devenue.")
NO_SUCH_MOVE = mark("Ce passage n’existe plus à cette étape : relisez ceux que le registre connaît.")
NO_SLIP = mark(
    "Rien ne s’élimine sans bordereau préparé, ni sous gel (code du patrimoine, R212-51) : préparez le bordereau, "
    "levez le gel, puis recommencez."
)
NOT_STANDING = mark(
    "Cette délégation ne vaut pas pour ce passage : l’un de vous deux l’a demandé, ou répond du jeu ou le tient à "
    "jour, ou n’a plus le rôle qu’il faut, ou le jeu est à une autre organisation."
)
ONE_PAIR_OF_EYES = mark(
    "Vous avez déjà donné un autre visa sur ce passage, dont un par délégation : un même regard ne vaut pas deux visas."
)
REFUSED_BY_DATABASE = {
    "BF001": NOT_WAITING,
    "BF002": mark("Le jeu n’en est plus à cette étape : relisez sa fiche."),
    "BF003": NO_SUCH_MOVE,
    "BF004": mark("Qui a demandé ce passage n’a plus le rôle qu’il faut : faites-le demander par quelqu’un qui l’a."),
    "BF005": mark("Ce que disent les règles a changé pendant le passage : recommencez."),
    "BF006": mark("Il manque un visa sur cette version de la fiche."),
    "BF007": mark(
        "Ce jeu contient des données personnelles et aucun traitement du registre ne dit leur base légale "
        "(RGPD, art. 6 §1) : rattachez-le à un traitement qui la dit, puis recommencez."
    ),
    "BF008": NO_SLIP,
}
"""What the database says of a move it refuses, by its code, in words."""


def lacks_in_words(catalogue: Catalogue, one: Assessment) -> list[str]:
    """What a policy finds not met, or waits for, in a sentence; nothing where it requires one thing alone."""
    said = [words for words, _names in unmet_in_words(catalogue, one.version, one.facts_used)]
    said += [_("« {label} » renseigné").format(label=asked_in_words(catalogue, name)) for name in one.missing]
    return [_("Ce qui n’est pas rempli : {lacks}.").format(lacks=" ; ".join(said))] if said else []


class Stopped(Conflict):
    """A move that policies or unknown facts stop: `gate` says which, `short` names them alone."""

    def __init__(self, short: str, gate: Gate, catalogue: Catalogue) -> None:
        told = [
            _("{policy}, {article} : {remedy}").format(
                policy=one.policy.id,
                article=f"{one.version.text}, {one.version.article}",
                remedy=" ".join((*lacks_in_words(catalogue, one), one.policy.what_to_do())),
            )
            for one in gate.stopping
        ]
        if gate.without_basis:
            names = ", ".join(name for _number, name in gate.without_basis)
            told.append(_("Sans base légale : {activities}.").format(activities=names))
        super().__init__(" ".join((short, *told)))
        self.short, self.gate = short, gate


def facts_now(session: Session, dataset_ids: Sequence[int], today: date) -> dict[int, Mapping[str, Any]]:
    """What is known of each of these datasets today."""
    bound = engine_of(session).subjects[SubjectKind.DATASET].bind(session, dataset_ids, on=today, until=None)
    return {number: facts for number, (_row, facts) in bound.items()}


def judge_move(
    session: Session, sheet: Dataset, move: Move, facts: Mapping[str, Any], today: date, *, visas_to_come: bool,
    unanswered: int = 0,
) -> tuple[Gate, Sequence[Assessment]]:  # fmt: skip
    """What stops a move, and all that the policies say of a dataset of which this is known.

    `unanswered` counts the points of its last refusal that nobody mended or answered.
    """
    said = assess(engine_of(session).catalogue, SubjectKind.DATASET, facts, today=today, law_of=today)
    gate = gate_of(move, said, facts, visas_to_come=visas_to_come, lacking=_lacking(session, sheet, move, unanswered))
    if any(one.facts_used.get(BASIS_TOLD) is False for one in gate.stopping):
        gate = replace(gate, without_basis=_without_basis(session, sheet))
    return gate, said


def _without_basis(session: Session, sheet: Dataset) -> tuple[tuple[int, str], ...]:
    """The activities a dataset serves that tell no lawful basis, by number and name, as far as the asker reads them."""
    return tuple(
        (one.id, one.name)
        for one in find_activities_of_dataset(session, sheet.id)
        if one.lawful_basis is None and one.status is not ActivityStatus.ENDED
    )


def try_moves(
    session: Session, sheet: Dataset, moves: Sequence[Move], facts: Mapping[str, Any], today: date
) -> dict[str, Gate]:
    """What would stop each of these moves, by code, if it were asked for; nothing is written."""
    known = {name: value for name, value in facts.items() if name.removesuffix(PRESENT) not in OF_A_VISA}
    unanswered = count_open_points(session, sheet.id)
    return {
        move.code: judge_move(
            session, sheet, move, known | facts_of_asking(move.to), today, visas_to_come=True,
            unanswered=unanswered.get(move.code, 0),
        )[0]
        for move in moves
    }  # fmt: skip


def _lacking(session: Session, sheet: Dataset, move: Move, unanswered: int) -> tuple[str, ...]:
    """What a move lacks that no policy tells, in sentences: an answer, or for a disposal its slip, or under a hold."""
    points = ngettext(
        "{count} point du dernier refus attend une réponse : corrigez ou répondez, puis redemandez.",
        "{count} points du dernier refus attendent une réponse : corrigez ou répondez, puis redemandez.",
        unanswered,
    )
    answers = (points.format(count=unanswered),) if unanswered else ()
    if not move.slip:
        return answers
    held = [
        _("Gel depuis le {day} ({reason}), décidé par {who} : {why} Levez-le avant d’éliminer.").format(
            day=say_day(hold.started_on), reason=hold.reason.label, who=hold.held_by, why=hold.explained
        )
        for hold in find_holds(session, sheet.id)
        if hold.lifted_on is None
    ]
    return (*answers, *held, *((_(NO_SLIP),) if find_slip_of(session, sheet.id) is None else ()))


def ask_move(
    session: Session,
    dataset_id: int,
    form: StageRequestForm,
    *,
    by: int,
    roles: Sequence[Role],
    today: date,
    expected: int,
) -> StageRequest:
    """Asks for a move of a dataset: made at once where it takes no visa, else once they are there.

    Raises: NotFound; Stale; Conflict when the sheet is annulled, stands elsewhere, or waits already; Stopped by the
    policies; Forbidden where no role of the asker may; Invalid without the reason it needs.
    """
    sheet = get_dataset(session, dataset_id, lock=True)
    if sheet.version != expected:
        raise Stale(_("Cette fiche a changé pendant que vous la lisiez : relisez-la, puis recommencez."), sheet.version)
    require_live(sheet)
    move = _move_of(sheet, form, roles)
    if find_waiting(session, dataset_id) is not None:
        raise Conflict(_("Un passage est déjà demandé sur ce jeu : attendez sa réponse, ou retirez la demande."))
    say(session, "lifecycle:move:ask", form.reason)
    made = StageRequest(
        organisation_id=sheet.organisation_id, dataset_id=sheet.id, move=move.code, from_stage=sheet.stage,
        to_stage=move.to, reason=form.reason, public_ground=form.public_ground, asked_by=by, asked_on=today,
        asked_as=next(role for role in move.asked_by if role in roles),
    )  # fmt: skip
    waits = bool(visas_needed(load_chart(), move, sheet.personal_data))
    try:
        # What is stopped leaves nothing, also where the page that says so goes on reading.
        with session.begin_nested():
            session.add(made)
            session.flush()
            said = _require_passing(session, sheet, move, today, visas_to_come=waits)
            if not waits:
                _advance(session, sheet, made, move, today, said)
    except IntegrityError as refused:
        if not isinstance(refused.orig, UniqueViolation):
            raise
        raise Conflict(_("Un passage vient d’être demandé sur ce jeu : relisez sa fiche.")) from refused
    touch(session, "dataset", sheet.id)
    session.refresh(made)
    return made


def _move_of(sheet: Dataset, form: StageRequestForm, roles: Sequence[Role]) -> Move:
    move = load_chart().find(form.move)
    if move is None or sheet.stage not in move.starts:
        raise Conflict(
            _("Ce passage n’est pas possible : le jeu en est à « {stage} ».").format(stage=sheet.stage.label)
        )
    if not set(roles) & set(move.asked_by):
        allowed = ", ".join(role.label for role in move.asked_by)
        raise Forbidden(_("Ce passage se demande par : {roles}.").format(roles=allowed))
    if move.reason == "required" and form.reason is None:
        sentence = _("Dites en quelques mots pourquoi : ce motif reste au registre.")
        raise Invalid(sentence, (FieldError("reason", sentence),))
    if form.public_ground is not None and move.to is not Stage.WITHDRAWN:
        sentence = _("Seul un retrait dit un motif au public : laissez ce champ vide.")
        raise Invalid(sentence, (FieldError("public_ground", sentence),))
    return move


def _require_passing(
    session: Session, sheet: Dataset, move: Move, today: date, *, visas_to_come: bool
) -> Sequence[Assessment]:
    """What the policies that stand now said of a dataset that may move.

    Raises: Stopped.
    """
    hold_judging(session, SubjectKind.DATASET, [sheet.id])
    facts = facts_now(session, [sheet.id], today)[sheet.id]
    gate, judged = judge_move(
        session, sheet, move, facts, today, visas_to_come=visas_to_come,
        unanswered=count_open_points(session, sheet.id).get(move.code, 0),
    )  # fmt: skip
    if not gate.passes:
        stopping = ", ".join(one.policy.id for one in gate.stopping)
        if stopping:
            said = _("« {move} » : arrêté par {policies}.").format(move=move.name(), policies=stopping)
        elif gate.unknown:
            said = _("« {move} » : il manque ce sans quoi rien ne se juge.").format(move=move.name())
        else:
            said = " ".join(gate.lacking)
        raise Stopped(said, gate, engine_of(session).catalogue)
    return judged


def answer_visa(
    session: Session,
    request_id: int,
    form: VisaForm,
    *,
    by: int,
    roles: Sequence[Role],
    today: date,
    expected: int,
) -> StageRequest:
    """Gives or refuses a visa on what was read; the last one given makes the move.

    Raises: NotFound; Stale when the sheet changed since version `expected`, or what was known of it; Conflict when
    nothing waits, when that visa is not asked or was given; Stopped by the policies; Forbidden to who asked, keeps the
    dataset, or has not the role.
    """
    request = get_request(session, request_id)
    sheet = get_dataset(session, request.dataset_id, lock=True)
    request = get_request(session, request_id, lock=True)
    if request.state is not RequestState.WAITING:
        raise Conflict(_(NOT_WAITING))
    require_live(sheet)
    digest = digest_of(facts_now(session, [sheet.id], today)[sheet.id])
    if sheet.version != expected or form.known not in {None, digest}:
        raise Stale(
            _("La fiche a changé pendant que vous la lisiez : votre visa porterait sur autre chose. Relisez-la."),
            sheet.version,
        )
    move = load_chart().find(request.move)
    if move is None:
        raise Conflict(_(NO_SUCH_MOVE))
    needed = visas_needed(load_chart(), move, sheet.personal_data)
    stood_in = _check_giver(session, request, form.kind, needed, by=by, roles=roles, today=today)
    _check_day(session, request, move, form)
    _check_points(session, form.points)
    standing = _standing(session, request, sheet, digest)
    given = {one.kind for one in standing}
    if form.kind in given:
        raise Conflict(_("Ce visa est déjà donné sur cette version de la fiche."))
    if form.answer is VisaAnswer.GIVEN and any(
        one.given_by == by and (one.delegation_id is not None or stood_in is not None) for one in standing
    ):
        raise Forbidden(_(ONE_PAIR_OF_EYES))
    with session.begin_nested():
        _keep_answer(session, request, sheet, form, stood_in, by=by, roles=roles, today=today, digest=digest)
        if form.answer is VisaAnswer.REFUSED:
            request.state, request.ended_on, request.ended_reason = RequestState.REFUSED, today, form.why()
            session.flush()
        elif set(needed) <= given | {form.kind}:
            said = _require_passing(session, sheet, move, today, visas_to_come=False)
            _advance(session, sheet, request, move, today, said)
    touch(session, "dataset", sheet.id)
    session.refresh(request)
    return request


def _check_day(session: Session, request: StageRequest, move: Move, form: VisaForm) -> None:
    """An outside visa answers what was asked: a slip from the day it was prepared, anything else from its request."""
    slip = find_slip_of(session, request.dataset_id) if move.slip else None
    earliest = slip.prepared_on if slip is not None else request.asked_on
    if form.answer is VisaAnswer.GIVEN and form.dated is not None and form.dated < earliest:
        sentence = _("Cette décision est datée d’avant ce qu’on lui a demandé : vérifiez sa date.")
        raise Invalid(sentence, (FieldError("dated", sentence),))


def _check_points(session: Session, points: Sequence[RefusalPointForm]) -> None:
    """What a point is about exists: a field of the sheet, or a policy on datasets.

    Raises: Invalid.
    """
    policies = {one.id for one in engine_of(session).catalogue.policies if one.subject is SubjectKind.DATASET}
    wrong = []
    for place, one in enumerate(points):
        if one.field is not None and one.field not in POINT_FIELDS:
            said = _("Ce champ n’est pas de la fiche : choisissez-en un de la liste.")
            wrong.append(FieldError(f"points.{place}.field", said))
        if one.policy_id is not None and one.policy_id not in policies:
            said = _("Aucune règle sur les jeux ne porte ce numéro : choisissez-en une de la liste.")
            wrong.append(FieldError(f"points.{place}.policy_id", said))
    if wrong:
        raise Invalid(wrong[0].message, tuple(wrong))


def _keep_answer(
    session: Session, request: StageRequest, sheet: Dataset, form: VisaForm, stood_in: VisaDelegation | None, *,
    by: int, roles: Sequence[Role], today: date, digest: str,
) -> None:  # fmt: skip
    refused = form.answer is VisaAnswer.REFUSED
    say(session, "lifecycle:visa:refuse" if refused else "lifecycle:visa:give", form.why())
    terms = load_chart().visas[form.kind]
    given_by = terms.given_by if stood_in is None else terms.delegated_to
    session.add(
        StageVisa(
            organisation_id=request.organisation_id, request_id=request.id, dataset_version=sheet.version, given_by=by,
            given_as=next(role for role in given_by if role in roles), given_on=today, facts_digest=digest,
            delegation_id=stood_in.id if stood_in is not None else None,
            **form.model_dump(exclude={"known", "points"}) | {"reason": form.why()},
        )
    )  # fmt: skip
    # A refusal that names no point is one point itself: what it asks is owed as any other.
    points = (form.points or [RefusalPointForm.model_construct(words=form.reason or "")]) if refused else ()
    session.add_all(
        RefusalPoint(
            organisation_id=request.organisation_id, dataset_id=sheet.id, request_id=request.id,
            dataset_version=sheet.version, **one.model_dump(),
        )
        for one in points
    )  # fmt: skip
    session.flush()


def _check_giver(
    session: Session, request: StageRequest, kind: VisaKind, needed: Sequence[VisaKind], *, by: int,
    roles: Sequence[Role], today: date,
) -> VisaDelegation | None:  # fmt: skip
    """Refuses who may not answer; by what they answer in somebody's stead, where it is no role of theirs."""
    terms = load_chart().visas[kind]
    if kind not in needed:
        raise Conflict(_("Ce passage ne demande pas ce visa."))
    if not set(roles) & set(terms.given_by):
        stood_in = find_standing(session, by, request.id, today).get(kind)
        if stood_in is not None:
            return stood_in
        if was_handed(session, by, kind, today):
            raise Forbidden(_(NOT_STANDING))
        allowed = ", ".join(role.label for role in terms.given_by)
        raise Forbidden(_("« {visa} » se donne par : {roles}.").format(visa=terms.name(), roles=allowed))
    if terms.own:
        return None
    if request.asked_by == by:
        raise Forbidden(_("Vous avez demandé ce passage : c’est à quelqu’un d’autre de le viser."))
    if keeps_dataset(session, by, request.dataset_id, today):
        raise Forbidden(_("Vous répondez de ce jeu ou le tenez à jour : c’est à quelqu’un d’autre de le viser."))
    return None


def _standing(session: Session, request: StageRequest, sheet: Dataset, digest: str) -> list[StageVisa]:
    """The visas given on what is known now: those on another version, or other facts, endorse what is no more."""
    given = find_visas(session, [request.id]).get(request.id, [])
    return [one for one in given if stands(one, sheet.version, digest)]


def stands(visa: StageVisa, version: int, digest: str) -> bool:
    """Whether a visa was given, on this version of the sheet and on these facts."""
    return (visa.answer, visa.dataset_version, visa.facts_digest) == (VisaAnswer.GIVEN, version, digest)


def withdraw_request(session: Session, request_id: int, reason: str, *, today: date, expected: int) -> StageRequest:
    """Withdraws a request that waits; it may be asked anew.

    Raises: NotFound; Stale; Conflict when it waits for nothing any more.
    """
    request = get_request(session, request_id, lock=True)
    if request.version != expected:
        raise Stale(
            _("Cette demande a changé pendant que vous la lisiez : relisez-la, puis recommencez."), request.version
        )
    if request.state is not RequestState.WAITING:
        raise Conflict(_(NOT_WAITING))
    say(session, "lifecycle:move:withdraw", reason)
    request.state, request.ended_on, request.ended_reason = RequestState.WITHDRAWN, today, reason
    session.flush()
    touch(session, "dataset", request.dataset_id)
    session.refresh(request)
    return request


def _advance(
    session: Session, sheet: Dataset, request: StageRequest, move: Move, today: date, said: Sequence[Assessment]
) -> None:
    """Makes a move that nothing stops: what the policies said is written first, and the database decides.

    Raises: Conflict with what the database says.
    """
    # The reason is the asker's: where somebody else's visa makes the move, it stays with the request.
    say(session, "lifecycle:move:make", None if move.visas else request.reason)
    session.add(
        GateVerdict(
            organisation_id=sheet.organisation_id, dataset_id=sheet.id, dataset_version=sheet.version,
            to_stage=move.to, passed=True,
            found=[
                {
                    "policy": one.policy.id, "text": one.policy.digest_of(one.version), "verdict": str(one.verdict),
                    "facts": plain_facts(one.facts_used),
                }
                for one in said
            ],
        )
    )  # fmt: skip
    session.flush()
    try:
        with session.begin_nested():
            session.execute(_ADVANCE, {"asked": request.id, "on_day": today})
    except DBAPIError as refused:
        _say_refusal(refused)
    session.refresh(sheet)


def _say_refusal(refused: DBAPIError) -> NoReturn:
    code = getattr(refused.orig, "sqlstate", None)
    if code not in REFUSED_BY_DATABASE:
        raise refused
    raise Conflict(_(REFUSED_BY_DATABASE[code])) from refused
