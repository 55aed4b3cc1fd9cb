"""The life of datasets in words, for pages and panels."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from registry.compliance.panels import say_assessment, say_unknown
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.models import Dataset, DatasetField
from registry.datasets.queries import find_parts, get_dataset
from registry.datasets.views import column_view, field_views
from registry.datasets.vocabulary import Stage
from registry.kernel.delays import deadline
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _
from registry.lifecycle.charts import Move, load_chart
from registry.lifecycle.forms import MOVE_LABELS
from registry.lifecycle.models import StageRequest, StageVisa, VisaDelegation
from registry.lifecycle.queries import (
    Endorser,
    WaitingRequest,
    find_points,
    find_points_before,
    find_requests,
    find_standing,
    find_visas,
    keeps_dataset,
    why_kept_back,
)
from registry.lifecycle.refusal_showing import EMPTY_ROWS, abouts_of, point_lines, points_owed
from registry.lifecycle.rules import Gate, digest_of, visas_needed, waits_since
from registry.lifecycle.service import facts_now, judge_move, stands, try_moves
from registry.lifecycle.views import (
    GateView,
    MoveView,
    RequestLine,
    RequestPage,
    StagePage,
    StagePanel,
    StepLine,
    VisaLine,
    Waiting,
)
from registry.lifecycle.vocabulary import RefusalPointState, RequestState, VisaAnswer, VisaKind, WithdrawalGround
from registry.organisations.queries import get_organisation
from registry.processing.retention.queries import find_slip_of
from registry.web.templating import say_day
from registry.web.visitors import Visitor
from registry.web.visits import Visit

ASK, GIVE = Permission.LIFECYCLE_MOVE_ASK, Permission.LIFECYCLE_VISA_GIVE
PATH = (
    Stage.IDENTIFIED, Stage.COLLECTED, Stage.QUALIFIED, Stage.DOCUMENTED, Stage.CLEARED, Stage.PUBLISHED,
)  # fmt: skip
"""The way most datasets go; the other stages stand aside of it."""


_READ_BESIDE = frozenset({"compliance/_findings.html", "processing/_gdpr.html", "publication/_publication.html"})
"""The panels that whoever endorses a move reads beside the request; the others stand on the sheet."""


def roles_on(visit: Visit, organisation_id: int) -> list[Role]:
    """The roles the visitor holds on an organisation."""
    return [role for role, ids in visit.visitor.grants.items() if organisation_id in ids]


def path_of(stage: Stage) -> list[tuple[str, str]]:
    """The stages with where each stands: `done`, `here`, `next`; one aside of the way stands at its end."""
    way = [*PATH] if stage in PATH else [*PATH, stage]
    here = way.index(stage)
    # Whoever is archived or disposed of may have left the way anywhere: nothing is said of what came before.
    passed = stage in PATH or stage in {Stage.UNDER_REVISION, Stage.WITHDRAWN}
    return [
        (one.label, "here" if place == here else "done" if place < here and passed else "next")
        for place, one in enumerate(way)
    ]


def endorser_of(who: Visitor) -> Endorser:
    """Somebody before the visas that are awaited; a key that only reads gives none."""
    return Endorser(who.account_id, who.grants if who.may(GIVE) else {}, who.grants)


def say_wait(request: StageRequest, given: Iterable[StageVisa], kind: VisaKind, today: date) -> tuple[str, str]:
    """Until when a visa that lacks is awaited, or since when it is late: its shape and words."""
    since = waits_since(request.asked_on, (one.given_on for one in given if one.kind is kind and _as_given(one)))
    last = deadline(since, load_chart().visas[kind].delay)
    if last < today:
        return "non-compliant", _("en retard depuis le {day}").format(day=say_day(last + timedelta(days=1)))
    return "to-complete", _("attendu d’ici le {day}").format(day=say_day(last))


def visa_lines(
    request: StageRequest,
    needed: Sequence[VisaKind],
    given: Sequence[StageVisa],
    standing: Callable[[StageVisa], bool],
    today: date,
) -> list[VisaLine]:
    """Each visa a move takes, in words; `standing` tells whether one bears on what is known now."""
    chart, last = load_chart(), {one.kind: one for one in given}
    waits, lines = request.state is RequestState.WAITING, []
    for kind in needed:
        one = last.get(kind)
        if one is None:
            shape, words = "to-complete", _("attendu de : {roles}").format(roles=_labels(chart.visas[kind].given_by))
            if waits:
                shape, wait = say_wait(request, given, kind, today)
                words = f"{words} ; {wait}"
        elif one.answer is VisaAnswer.REFUSED:
            shape, words = "non-compliant", _("refusé le {day}").format(day=say_day(one.given_on))
        elif not standing(one):
            shape = "to-complete"
            words = _("donné le {day} ; la fiche ou ce qui s’y rattache a changé depuis : à redonner").format(
                day=say_day(one.given_on)
            )
        else:
            shape, words = (
                "compliant",
                _("donné le {day}, {role}").format(day=say_day(one.given_on), role=role_of(one)),
            )
        lines.append(VisaLine(chart.visas[kind].name(), shape, words))
    return lines


def role_of(visa: StageVisa) -> str:
    """The role of who answered, and whether it was in somebody's stead."""
    if visa.delegation_id is None:
        return visa.given_as.label
    return _("{role}, par délégation").format(role=visa.given_as.label)


def _labels(roles: Iterable[Role]) -> str:
    return ", ".join(role.label for role in roles)


def lacking_of(
    needed: Sequence[VisaKind], given: Iterable[StageVisa], standing: Callable[[StageVisa], bool]
) -> list[VisaKind]:
    """The visas that a move still lacks."""
    known = {one.kind for one in given if standing(one)}
    return [kind for kind in needed if kind not in known]


def known_now(visit: Visit, sheet: Dataset) -> Mapping[str, Any]:
    """What is known of a dataset, asked once a page: for what stops it, and for the visas it has."""
    return visit.once(
        ("known", "dataset", sheet.id), lambda: facts_now(visit.session, [sheet.id], visit.today)[sheet.id]
    )


def standing_now(visit: Visit, sheet: Dataset, given: Sequence[StageVisa]) -> Callable[[StageVisa], bool]:
    """What tells whether a visa on a dataset bears on what is known of it now; its facts are asked where it has any."""
    digest = digest_of(known_now(visit, sheet)) if given else ""
    return lambda visa: stands(visa, sheet.version, digest)


def gate_now(visit: Visit, sheet: Dataset, move: Move) -> Gate:
    """What stops a move that waits for its visas."""
    return judge_move(visit.session, sheet, move, known_now(visit, sheet), visit.today, visas_to_come=True)[0]


def may_give(
    visit: Visit, request: StageRequest, lacking: Iterable[VisaKind], *, keeps: bool
) -> dict[VisaKind, VisaDelegation | None]:
    """Those of these visas that the visitor may give, and by what delegation where their roles may not.

    Not on a move they asked for, nor a dataset they keep, unless the file of moves says so.
    """
    if not visit.visitor.may(GIVE, request.organisation_id):
        return {}
    held, chart = set(roles_on(visit, request.organisation_id)), load_chart()
    own = keeps or request.asked_by == visit.visitor.account_id
    by_role = {kind for kind, terms in chart.visas.items() if held & set(terms.given_by) and (terms.own or not own)}
    lacking = list(lacking)
    lent: Mapping[VisaKind, VisaDelegation] = {}
    if any(kind not in by_role and held & set(chart.visas[kind].delegated_to) for kind in lacking):
        lent = find_standing(visit.session, visit.visitor.account_id, request.id, visit.today)
    return {kind: None if kind in by_role else lent[kind] for kind in lacking if kind in by_role or kind in lent}


def _keeps(visit: Visit, sheet: Dataset) -> bool:
    """Whether the visitor answers for a dataset or keeps it; not asked of whoever may give no visa anyway."""
    return visit.visitor.may(GIVE, sheet.organisation_id) and keeps_dataset(
        visit.session, visit.visitor.account_id, sheet.id, visit.today
    )


def waiting_of(visit: Visit, sheet: Dataset, request: StageRequest) -> Waiting:
    """A move that waits on a dataset, in words."""
    move, given = load_chart().find(request.move), find_visas(visit.session, [request.id]).get(request.id, [])
    needed = visas_needed(load_chart(), move, sheet.personal_data) if move is not None else ()
    standing = standing_now(visit, sheet, given)
    lacking = lacking_of(needed, given, standing)
    return Waiting(
        id=request.id, version=request.version, title=move.name() if move is not None else request.move,
        asked=_("{day}, {role}").format(day=say_day(request.asked_on), role=request.asked_as.label),
        reason=request.reason or "", visas=visa_lines(request, needed, given, standing, visit.today),
        is_mine=bool(may_give(visit, request, lacking, keeps=_keeps(visit, sheet))),
        may_withdraw=visit.visitor.may(ASK, request.organisation_id),
    )  # fmt: skip


def stage_panel(visit: Visit, dataset_id: int) -> StagePanel | None:
    """Where a dataset stands; nothing on an annulled sheet."""
    # The page of the sheet read it already.
    sheet = visit.session.get(Dataset, dataset_id)
    if sheet is None or sheet.annulled:
        return None
    requests = find_requests(visit.session, dataset_id)
    waiting = next((one for one in requests if one.state is RequestState.WAITING), None)
    made = next((one for one in requests if one.state is RequestState.MADE), None)
    last = requests[0] if requests else None
    refused = last is not None and last.state is RequestState.REFUSED
    may_ask = visit.visitor.may(ASK, sheet.organisation_id)
    return StagePanel(
        dataset_id=dataset_id, stage=sheet.stage.label, published=sheet.stage is Stage.PUBLISHED,
        kept_back=why_kept_back(visit.session, dataset_id) if sheet.stage is Stage.PUBLISHED else None,
        path=path_of(sheet.stage),
        since=say_day(made.ended_on) if made is not None and made.ended_on is not None else "",
        waiting=waiting_of(visit, sheet, waiting) if waiting is not None else None,
        refused=(last.ended_reason or "") if last is not None and refused else "",
        open_points=sum(
            one.state is RefusalPointState.OPEN for one in find_points(visit.session, [last.id]).get(last.id, ())
        )
        if last is not None and refused
        else 0,
        offered=[
            (move.code, move.what_to_ask())
            for move in (load_chart().moves_from(sheet.stage) if may_ask and waiting is None else ())
            if set(move.asked_by) & set(roles_on(visit, sheet.organisation_id))
        ],
    )  # fmt: skip


def stage_page(
    visit: Visit,
    sheet: Dataset,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    gates: Mapping[str, Gate] | None = None,
) -> StagePage:
    """The life of a dataset; `gates` are those of moves just refused, the others are tried."""
    requests = find_requests(visit.session, sheet.id)
    visas = find_visas(visit.session, [one.id for one in requests])
    waiting = next((one for one in requests if one.state is RequestState.WAITING), None)
    moves = load_chart().moves_from(sheet.stage) if waiting is None and not sheet.annulled else []
    asked = load_chart().find(waiting.move) if waiting is not None else None
    gate = gate_now(visit, sheet, asked) if asked is not None else None
    tried = try_moves(visit.session, sheet, moves, known_now(visit, sheet), visit.today) if moves else {}
    tried |= gates or {}
    return StagePage(
        id=sheet.id, version=sheet.version, title=sheet.title, organisation_id=sheet.organisation_id,
        organisation=get_organisation(visit.session, sheet.organisation_id).name, stage=sheet.stage.label,
        path=path_of(sheet.stage), waiting=waiting_of(visit, sheet, waiting) if waiting is not None else None,
        annulled=sheet.annulled,
        gate=say_gate(visit, sheet, gate) if gate is not None and not gate.passes else None,
        moves=[_move_view(visit, sheet, move, tried[move.code]) for move in moves],
        points=points_owed(visit, sheet, requests),
        steps=[line for one in requests for line in _steps(visit, one, visas.get(one.id, []))],
        values=values, errors=errors,
        labels={name: _(label) for name, label in MOVE_LABELS.items()},
        grounds=[(str(one), one.label) for one in WithdrawalGround],
        may_report_breach=visit.visitor.may(Permission.PROCESSING_BREACH_RECORD, sheet.organisation_id),
    )  # fmt: skip


def _move_view(visit: Visit, sheet: Dataset, move: Move, gate: Gate) -> MoveView:
    held = set(roles_on(visit, sheet.organisation_id))
    chart = load_chart()
    return MoveView(
        code=move.code, title=move.name(), action=move.what_to_ask(), to=move.to.label, asked_by=_labels(move.asked_by),
        visas=[chart.visas[kind].name() for kind in visas_needed(chart, move, sheet.personal_data)],
        needs_reason=move.reason == "required", gate=say_gate(visit, sheet, gate),
        may_ask=bool(held & set(move.asked_by)) and visit.visitor.may(ASK, sheet.organisation_id),
    )  # fmt: skip


def say_gate(visit: Visit, sheet: Dataset, gate: Gate) -> GateView:
    """What stops a move, in words."""
    return GateView(
        [say_assessment(visit, one, sheet.id, sheet.organisation_id) for one in gate.stopping],
        say_unknown(visit, SubjectKind.DATASET, sheet.id, sheet.organisation_id, gate.unknown),
        gate.lacking,
        gate.passes,
        gate.without_basis,
    )


def _steps(visit: Visit, request: StageRequest, visas: Sequence[StageVisa]) -> list[StepLine]:
    """What happened of a request, the last first."""
    move, chart = load_chart().find(request.move), load_chart()
    title = move.name() if move is not None else request.move
    passed = _("Passage : {before} → {after}").format(before=request.from_stage.label, after=request.to_stage.label)
    if request.state is RequestState.MADE and (slip := slip_number(visit, request, move)):
        passed = _("{passage}, bordereau {number}").format(passage=passed, number=slip)
    told = request.public_ground.label if request.public_ground is not None else ""
    if request.state is RequestState.MADE and not visas:
        why = _("{reason} Dit au public : « {ground} ».").format(reason=request.reason or "", ground=told)
        why = why if told else request.reason or ""
        return [StepLine(request.asked_on, f"{passed} ({request.asked_as.label})", why)]
    asked = _("Demande : {move} ({role})").format(move=title, role=request.asked_as.label)
    lines = [StepLine(request.asked_on, asked, request.reason or "")]
    for one in visas:
        name = chart.visas[one.kind].name()
        words = _("{visa} : donné ({role})") if one.answer is VisaAnswer.GIVEN else _("{visa} : refusé ({role})")
        outside = [one.authority, one.reference, say_day(one.dated) if one.dated is not None else None]
        why = ", ".join(part for part in (*outside, one.reason) if part)
        lines.append(StepLine(one.given_on, words.format(visa=name, role=role_of(one)), why))
    if request.ended_on is not None and request.state is RequestState.MADE:
        lines.append(StepLine(request.ended_on, passed, ""))
    if request.ended_on is not None and request.state is RequestState.WITHDRAWN:
        lines.append(StepLine(request.ended_on, _("Demande retirée"), request.ended_reason or ""))
    return lines[::-1]


def slip_number(visit: Visit, request: StageRequest, move: Move | None) -> str:
    """The slip a disposal rests on: none is withdrawn once it is carried out, so the live one is the one executed."""
    if move is None or not move.slip or request.state not in {RequestState.WAITING, RequestState.MADE}:
        return ""
    slip = find_slip_of(visit.session, request.dataset_id)
    return slip.number if slip is not None else ""


def _own_words(*, own: bool, keeps: bool) -> str:
    """Why the reader gives no visa on what is theirs; nothing where it is not."""
    if own:
        return _("Vous avez demandé ce passage : c’est à quelqu’un d’autre de le viser.")
    return _("Vous répondez de ce jeu ou le tenez à jour : c’est à quelqu’un d’autre de le viser.") if keeps else ""


def _as_given(visa: StageVisa) -> bool:
    """Whether a visa of a request that is over was given: what changed since is no matter of it."""
    return visa.answer is VisaAnswer.GIVEN


def request_line(visit: Visit, one: WaitingRequest, given: Sequence[StageVisa], digest: str) -> RequestLine:
    """A request in the list, in words; `digest` is that of what is known of its dataset now."""
    move, chart = load_chart().find(one.row.move), load_chart()
    needed = visas_needed(chart, move, one.personal_data) if move is not None else ()
    lacking = lacking_of(needed, given, lambda visa: stands(visa, one.dataset_version, digest))
    return RequestLine(
        id=one.row.id, dataset=one.title, organisation=one.organisation,
        move=move.name() if move is not None else one.row.move,
        asked=_("{day}, {role}").format(day=say_day(one.row.asked_on), role=one.row.asked_as.label),
        lacking=[(chart.visas[kind].name(), *say_wait(one.row, given, kind, visit.today)) for kind in lacking],
        is_mine=one.mine, by_delegation=one.standing_in,
    )  # fmt: skip


def _offer(kind: VisaKind, lent: VisaDelegation | None) -> str:
    """A visa that somebody may give, and until when in somebody's stead."""
    name = load_chart().visas[kind].name()
    if lent is None:
        return name
    return _("{visa}, par délégation jusqu’au {day}").format(visa=name, day=say_day(lent.ends_on))


def request_page(
    visit: Visit, request: StageRequest, values: Mapping[str, Any], errors: Mapping[str, str], gate: Gate | None = None
) -> RequestPage:
    """One request with what its reader needs to answer it."""
    sheet = get_dataset(visit.session, request.dataset_id)
    move, chart = load_chart().find(request.move), load_chart()
    given = find_visas(visit.session, [request.id]).get(request.id, [])
    needed = visas_needed(chart, move, sheet.personal_data) if move is not None else ()
    waits = request.state is RequestState.WAITING
    standing = standing_now(visit, sheet, given) if waits else _as_given
    keeps = waits and _keeps(visit, sheet)
    offered = may_give(visit, request, lacking_of(needed, given, standing), keeps=keeps) if waits else {}
    if waits and gate is None and move is not None:
        gate = gate_now(visit, sheet, move)
    own = waits and request.asked_by == visit.visitor.account_id
    told = [
        (_("Demandé"), _("{day}, {role}").format(day=say_day(request.asked_on), role=request.asked_as.label)),
        (_("Passage"), f"{request.from_stage.label} → {request.to_stage.label}"), (_("Motif"), request.reason or ""),
        (_("Fin"), say_day(request.ended_on) if request.ended_on is not None else ""),
        (_("Motif de la fin"), request.ended_reason or ""),
        (_("Bordereau d’élimination"), slip_number(visit, request, move)),
    ]  # fmt: skip
    return RequestPage(
        id=request.id, dataset_id=sheet.id, dataset_version=sheet.version,
        known=digest_of(known_now(visit, sheet)) if offered else "", title=sheet.title,
        organisation=get_organisation(visit.session, request.organisation_id).name,
        move=move.name() if move is not None else request.move, state=request.state.label, waits=waits,
        refused=request.state is RequestState.REFUSED,
        said=[(label, words) for label, words in told if words],
        visas=visa_lines(request, needed, given, standing, visit.today),
        points=point_lines(
            visit, find_points_before(visit.session, request), closable=request.state is RequestState.REFUSED
        ),
        gate=say_gate(visit, sheet, gate) if gate is not None else None, fields=field_views(sheet)[0],
        panels=visit.panels_of(
            "dataset", sheet.id, but=[one.template for one in visit.premises.panels if one.template not in _READ_BESIDE]
        ),
        personal=[
            (one.label or one.name, one.category)
            for one in map(column_view, find_parts(visit.session, DatasetField, sheet.id))
            if one.is_personal
        ],
        beside=visit.panels_of("stage-request", request.id),
        may_give=[(str(kind), _offer(kind, lent)) for kind, lent in offered.items()],
        outside=any(chart.visas[kind].outside for kind in offered),
        own=_own_words(own=own, keeps=keeps), values=values,
        errors=errors, labels={name: _(label) for name, label in MOVE_LABELS.items()},
        answers=[(str(one), one.label) for one in VisaAnswer],
        rows=[*(values.get("points") or ()), *({} for _row in range(EMPTY_ROWS))] if offered else [],
        abouts=abouts_of(visit, sheet) if offered else [],
    )  # fmt: skip
