"""The pages of requests: the list, what to ask first, one request with its clock, extending, answering."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.datasets.meanwhile import fields_together
from registry.datasets.views import ConflictRow
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Permission
from registry.kernel.words import Labelled, _, mark
from registry.ledger.queries import find_versions, get_version
from registry.organisations.queries import choices_of, find_known, find_organisations, find_people
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.issuing import documents_to_issue
from registry.processing.narrowing import ORGANISATION, FacetPart, bodies_facet, read_bodies
from registry.processing.requests.forms import AnswerForm, ExtensionForm, RequestChange, RequestForm
from registry.processing.requests.history import request_history_views
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.queries import (
    MOST_PLACES,
    PAGE_SIZE,
    RequestFilter,
    count_requests,
    find_namesakes,
    find_places,
    find_requests,
    get_request,
)
from registry.processing.requests.rules import (
    DEPENDENT,
    REGIMES,
    cannot_extend,
    first_delay,
    is_waiting,
    outcomes_of,
    say_outcomes,
    silence_of,
)
from registry.processing.requests.service import (
    amend_request,
    answer_request,
    delays_of,
    extend_request,
    record_request,
    set_request_aside,
)
from registry.processing.requests.views import (
    LISTED,
    REQUEST_LABELS,
    TRUTHS,
    ChoosePage,
    RequestFormPage,
    RequestHistoryPage,
    RequestPage,
    RequestsPage,
    StepFormPage,
    clock_view,
    explain_due,
    parts_of,
    regime_choices,
    request_line,
    say_extension,
    say_passed_on,
    say_request_value,
    say_state,
    timeline_of,
)
from registry.processing.requests.vocabulary import RequestRegime
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.templating import say_day
from registry.web.visits import NOTICES, FormData, Rejected, Visit, route

Chosen = TypeVar("Chosen", bound=Labelled)
FOLLOW, RECORD = Permission.PROCESSING_MATTER_FOLLOW, Permission.PROCESSING_REQUEST_RECORD
_STATES = tuple(state for state in ClockState if state is not ClockState.NONE)

NOTICES.update(
    {
        "demande-enregistree": mark("La demande est enregistrée."),
        "demande-prolongee": mark("La prolongation est notée."),
        "prolongation-corrigee": mark("La prolongation est corrigée ; ce qui était noté reste au registre."),
        "demande-repondue": mark("La réponse est notée."),
        "demande-annulee": mark("La demande est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "demande-retablie": mark("La demande est rétablie."),
    }
)


def _among(codes: list[str], known: type[Chosen]) -> frozenset[Chosen]:
    """The values of a list that an address names; what it does not know narrows nothing."""
    return frozenset(known(code) for code in codes if code in set(known))


@route("GET", "/demandes", FOLLOW)
def show_requests(visit: Visit) -> Response[Any]:
    """The requests, the most pressing first."""
    chosen = RequestFilter(
        states=_among(visit.query_all("delai"), ClockState), regimes=_among(visit.query_all("regime"), RequestRegime),
        organisation_ids=read_bodies(visit.query_all(ORGANISATION)),
        is_open=visit.query("suivi") == "ouvert", annulled=visit.query("annules") == "true",
    )  # fmt: skip
    page = max(read_number(visit.query("page")) or 1, 1)
    rows = find_requests(visit.session, chosen, visit.today, page=page)
    counts = count_requests(visit.session, chosen, visit.today)
    names = {body.id: body.name for body in find_organisations(visit.session)}
    facets = [
        FacetPart("delai", _("Délai"), [
            (str(one), f"{say_state(one)} ({counts.states.get(one, 0)})", one in chosen.states) for one in _STATES
        ]),
        FacetPart("regime", _("Régime"), [
            (str(one), f"{one.label} ({counts.regimes.get(one, 0)})", one in chosen.regimes) for one in RequestRegime
        ]),
        FacetPart("suivi", _("Suivi"), [("ouvert", _("Sans réponse encore"), chosen.is_open)]),
        *bodies_facet(chosen.organisation_ids, names),
    ]  # fmt: skip
    view = RequestsPage(
        rows=[request_line(row, names.get(row.organisation_id, ""), visit.today) for row in rows[:PAGE_SIZE]],
        facets=facets,
        total=counts.total,
        overdue=counts.states.get(ClockState.OVERDUE, 0),
        soon=counts.states.get(ClockState.SOON, 0),
        narrowed=bool(chosen.states or chosen.regimes or chosen.organisation_ids or chosen.is_open),
        annulled=chosen.annulled,
        previous=_page_address(visit, 1) if page > 1 else "",
        following=_page_address(visit, page + 1) if len(rows) > PAGE_SIZE else "",
        may_record=visit.visitor.may(RECORD),
        documents=documents_to_issue(visit, Permission.PROCESSING_REQUEST_READ, DOCUMENTS, chosen.organisation_ids),
    )
    return visit.page("processing/requests.html", view)


DOCUMENTS = (("requests", mark("Émettre le registre")),)
_IN_THE_ADDRESS = ("delai", "regime", ORGANISATION, "suivi", "annules")


def _page_address(visit: Visit, page: int) -> str:
    said = [(name, value) for name in _IN_THE_ADDRESS for value in visit.query_all(name)]
    return "/demandes?" + urlencode([*said, ("page", str(page))])


@route("GET", "/demandes/{request_id:int}", FOLLOW)
def show_request(visit: Visit, request_id: int) -> Response[Any]:
    """One request: its clock, where to search, what was answered."""
    request = get_request(visit.session, request_id)
    visit.agrees.update({"demande-annulee": request.annulled, "demande-retablie": not request.annulled})
    delays, names = delays_of(visit.session), {body.id: body.name for body in find_organisations(visit.session)}
    received, identity, answer = parts_of(request)
    asker = find_known(visit.session, request.requester_id) if request.requester_id is not None else None
    in_charge = find_known(visit.session, request.in_charge_id) if request.in_charge_id is not None else None
    may_record = visit.visitor.may(RECORD, request.organisation_id)
    answered = not is_waiting(request)
    is_gdpr = request.regime is RequestRegime.GDPR
    places = find_places(visit.session, request.organisation_id) if is_gdpr else []
    page = RequestPage(
        id=request.id,
        version=request.version,
        subject=request.subject,
        annulled=request.annulled,
        answered=answered,
        organisation_id=request.organisation_id,
        organisation_name=names.get(request.organisation_id, ""),
        regime=request.regime.label,
        clock=clock_view(request, visit.today, explain_due(request, delays)),
        silence=_silence(visit, request),
        extension=say_extension(request, delays),
        passed_on=say_passed_on(request),
        requester=asker.said if asker is not None else "",
        namesakes=find_namesakes(visit.session, request),
        received=received,
        identity=identity,
        answer=answer,
        remedies=_(REGIMES[request.regime].remedies),
        places=places[:MOST_PLACES],
        has_more_places=len(places) > MOST_PLACES,
        timeline=timeline_of(request),
        in_charge=in_charge.said if in_charge is not None else "",
        panels=visit.panels_of("request", request.id),
        may_record=may_record,
        may_extend=may_record and is_gdpr and request.extended_on is None and not answered,
        may_correct=may_record and is_gdpr and request.extended_on is not None,
    )
    return visit.page("processing/request.html", page)


def _silence(visit: Visit, request: ReceivedRequest) -> str:
    """What silence means, and once the delay is over until when the asker may turn to the CADA."""
    if not is_waiting(request):
        return ""
    words, until = silence_of(request.regime, request.due_on, delays_of(visit.session))
    if until is None or request.due_on >= visit.today:
        return words
    return f"{words} {_('Refus né du silence ; saisine possible jusqu’au {day}.').format(day=say_day(until))}"


@route("GET", "/demandes/{request_id:int}/historique", FOLLOW)
def show_request_history(visit: Visit, request_id: int) -> Response[Any]:
    """Who changed what of a request, when and why, in words."""
    request = get_request(visit.session, request_id)
    versions = find_versions(visit.session, "received_request", request_id)
    actors = find_actor_names(visit.session, {version.actor for version in versions})
    page = RequestHistoryPage(request.id, request.subject, request_history_views(versions, actors))
    return visit.page("processing/request_history.html", page)


def _form_page(
    visit: Visit,
    request: ReceivedRequest | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    status: int = 200,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:
    reach, bodies = visit.visitor.reach(RECORD), find_organisations(visit.session)
    said = str(values.get("regime") or "")
    regime = RequestRegime(said) if said in set(RequestRegime) else None
    asked_by = request.requester_id if request is not None else None
    asker = find_known(visit.session, asked_by) if asked_by is not None else None
    page = RequestFormPage(
        id=request.id if request else None,
        version=version if version is not None else request.version if request else None,
        subject=request.subject if request else "",
        values=values,
        errors=errors or {},
        labels={name: _(label) for name, label in REQUEST_LABELS.items()},
        organisations=[(str(body.id), body.name) for body in bodies if body.id in reach and body.kind.is_legal_person],
        people=choices_of(find_people(visit.session, visit.visitor.reads)),
        choices={name: [(str(one), one.label) for one in known] for name, known in LISTED.items()},
        regime=str(regime) if regime is not None else "",
        told=_(REGIMES[regime].told) if regime is not None else "",
        requester=asker.said if asker is not None else "",
        beside=beside,
    )
    return visit.page("processing/request_form.html", page, status=status)


def _typed(data: FormData) -> dict[str, Any]:
    """What the form shows, as it was typed: an empty field is emptied."""
    return {name: data.first(name).strip() or None for name in RequestForm.model_fields if data.has(name)}


@route("GET", "/demandes/nouvelle", RECORD)
def show_new_request(visit: Visit) -> Response[Any]:
    """Asks first what is asked for; then an empty request under the text that answer leads to."""
    regime = visit.query("regime")
    if regime not in set(RequestRegime):
        return visit.page("processing/request_choose.html", ChoosePage(regime_choices()))
    start = {
        "regime": regime, "organisation_id": str(visit.visitor.organisation_id), "received_on": visit.today.isoformat()
    }  # fmt: skip
    return _form_page(visit, None, start)


@route("POST", "/demandes/nouvelle", RECORD)
def record_new_request(visit: Visit) -> Response[Any]:
    """Records a request, or shows the form again with what was typed."""
    data = visit.form_data()
    owner, typed = read_number(data.first("organisation_id")), _typed(data)
    read = parse_values(RequestForm, typed, today=visit.today)
    errors: dict[str, str] = dict(read.errors) if isinstance(read, Rejected) else {}
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation dont vous suivez les demandes.")
    values = {**typed, "organisation_id": data.first("organisation_id")}
    if isinstance(read, Rejected) or owner is None or errors:
        return _form_page(visit, None, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    made = save(read, lambda form: record_request(visit.session, owner, form))
    if isinstance(made, Unsaved):
        return _form_page(visit, None, values, made.errors, status=made.status)
    return visit.go(f"/demandes/{made.id}", done="demande-enregistree")


def _to_record(visit: Visit, request_id: int) -> ReceivedRequest:
    request = get_request(visit.session, request_id)
    visit.visitor.require(RECORD, request.organisation_id)
    return request


@route("GET", "/demandes/{request_id:int}/modifier", RECORD)
def show_amend_request(visit: Visit, request_id: int) -> Response[Any]:
    """The form of a request, as it stands."""
    request = _to_record(visit, request_id)
    return _form_page(visit, request, _values_of(request, RequestForm.model_fields))


def _values_of(request: ReceivedRequest, names: Iterable[str]) -> dict[str, Any]:
    """Those of these fields that a request keeps, as a form shows them."""
    return {name: _shown(getattr(request, name)) for name in names if hasattr(request, name)}


def _shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _together(
    visit: Visit, request: ReceivedRequest, typed: dict[str, Any], unsaved: Unsaved, read: int
) -> tuple[dict[str, Any], Sequence[ConflictRow]]:
    """What to show again of what was typed, and what somebody else saved since version `read`, field by field."""
    if unsaved.version is None:
        return typed, ()
    typed = {**typed, **unsaved.given}
    people = dict(choices_of(find_people(visit.session, visit.visitor.reads)))
    theirs = _values_of(request, typed)

    def say(name: str, value: Any) -> str:
        return people.get(str(value), "") if name == "in_charge_id" else say_request_value(name, value)

    kept, beside = fields_together(
        {name: value for name, value in typed.items() if name in theirs}, theirs,
        get_version(visit.session, "received_request", request.id, read),
        label=lambda name: _(REQUEST_LABELS[name]), say=say,
    )  # fmt: skip
    # Who asks is kept apart, as a person: what was typed of them is given back as it is.
    return {**typed, **kept}, beside


@route("POST", "/demandes/{request_id:int}/modifier", RECORD)
def change_request(visit: Visit, request_id: int) -> Response[Any]:
    """Saves the form; somebody else's change meanwhile is shown beside, field by field."""
    request = _to_record(visit, request_id)
    data = visit.form_data()
    typed, version = _typed(data), read_number(data.first("version")) or 0
    read = parse_values(RequestChange, typed, today=visit.today)
    made = save(read, lambda form: amend_request(visit.session, request_id, form, expected=version))
    if isinstance(made, Unsaved):
        kept, beside = _together(visit, request, typed, made, version)
        return _form_page(
            visit, request, kept, made.errors, version=made.version or version, status=made.status, beside=beside
        )
    return visit.go(f"/demandes/{request_id}", done="demande-enregistree")


def _step(
    visit: Visit,
    request: ReceivedRequest,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None,
    version: int | None,
    beside: Sequence[ConflictRow],
) -> StepFormPage:
    delays, law = delays_of(visit.session), REGIMES[request.regime]
    return StepFormPage(
        id=request.id,
        version=request.version if version is None else version,
        subject=request.subject,
        regime=str(request.regime),
        clock=clock_view(request, visit.today, explain_due(request, delays)),
        values=values,
        errors=errors or {},
        labels={name: _(label) for name, label in REQUEST_LABELS.items()},
        outcomes=[(str(one), one.label) for one in outcomes_of(request.regime)],
        remedies=_(law.remedies),
        refusal=_(law.refusal),
        transfer=_(law.transfer),
        transfer_law=_(law.transfer_law) if law.transfer_law else "",
        abuse=_(law.abuse),
        abuse_law=_(law.abuse_law),
        only_for={
            name: _("Seulement pour {outcomes}.").format(outcomes=say_outcomes(name, request.regime))
            for name in DEPENDENT
        },
        corrects=say_day(request.extended_on) if request.extended_on is not None else "",
        last_day=say_day(first_delay(request.regime, request.received_on, delays).last),
        beside=beside,
    )


def _extension_page(
    visit: Visit,
    request: ReceivedRequest,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    version: int | None = None,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:
    page = _step(visit, request, values, errors, version, beside)
    return visit.page("processing/request_extension.html", page, status=status)


def _answer_page(
    visit: Visit,
    request: ReceivedRequest,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    version: int | None = None,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:
    page = _step(visit, request, values, errors, version, beside)
    return visit.page("processing/request_answer.html", page, status=status)


@route("GET", "/demandes/{request_id:int}/prolonger", RECORD)
def show_extension(visit: Visit, request_id: int) -> Response[Any]:
    """The form of an extension, or of the one to correct, with the last day to notify it; refused where none is."""
    request = _to_record(visit, request_id)
    if refused := cannot_extend(request.regime):
        raise Conflict(refused)
    day = request.extended_on or visit.today
    start = {"extended_on": day.isoformat(), "extension_reasons": request.extension_reasons}
    return _extension_page(visit, request, start)


@route("POST", "/demandes/{request_id:int}/prolonger", RECORD)
def note_extension(visit: Visit, request_id: int) -> Response[Any]:
    """Notes that the asker was told of a longer delay, or shows the form again with what was typed."""
    request, read = _to_record(visit, request_id), visit.form(ExtensionForm)
    version = read_number(visit.form_data().first("version")) or 0
    typed: dict[str, Any] = {name: visit.form_data().first(name) for name in ExtensionForm.model_fields}
    done = "demande-prolongee" if request.extended_on is None else "prolongation-corrigee"
    made = save(read, lambda form: extend_request(visit.session, request_id, form, expected=version))
    if isinstance(made, Unsaved):
        kept, beside = _together(visit, request, typed, made, version)
        return _extension_page(
            visit, request, kept, made.errors, status=made.status, version=made.version or version, beside=beside
        )
    return visit.go(f"/demandes/{request_id}", done=done)


@route("GET", "/demandes/{request_id:int}/repondre", RECORD)
def show_answer(visit: Visit, request_id: int) -> Response[Any]:
    """The form of an answer, as it stands, with the remedies a refusal must tell."""
    request = _to_record(visit, request_id)
    values = _values_of(request, AnswerForm.model_fields)
    return _answer_page(visit, request, {**values, "answered_on": values["answered_on"] or str(visit.today)})


@route("POST", "/demandes/{request_id:int}/repondre", RECORD)
def note_answer(visit: Visit, request_id: int) -> Response[Any]:
    """Notes what was answered, or shows the form again with what was typed."""
    request, data = _to_record(visit, request_id), visit.form_data()
    typed: dict[str, Any] = {name: data.first(name).strip() or None for name in AnswerForm.model_fields}
    typed |= {name: {"true": True, "false": False}.get(data.first(name)) for name in TRUTHS}
    read = parse_values(AnswerForm, {name: value for name, value in typed.items() if value is not None},
                        today=visit.today)  # fmt: skip
    version = read_number(data.first("version")) or 0
    made = save(read, lambda form: answer_request(visit.session, request_id, form, expected=version))
    if isinstance(made, Unsaved):
        kept, beside = _together(visit, request, typed, made, version)
        return _answer_page(
            visit, request, kept, made.errors, status=made.status, version=made.version or version, beside=beside
        )
    return visit.go(f"/demandes/{request_id}", done="demande-repondue")


def _request_aside(visit: Visit, request_id: int) -> Aside:
    row, here = _to_record(visit, request_id), f"/demandes/{request_id}"
    return Aside(
        row, row.subject, [(_("Demandes reçues"), "/demandes"), (row.subject, here)],
        heads=(_("Annuler la demande"), _("Rétablir la demande")),
        sentences=(
            _(
                "Rien n’est effacé : la demande sort de la liste, son histoire reste, et elle peut revenir. Une "
                "demande infondée ou retirée ne s’annule pas : elle reçoit une réponse, que l’on note."
            ),
            _("La demande revient dans la liste, telle qu’elle était."),
        ),
        back=here, act=partial(set_request_aside, visit.session, row.id),
    )  # fmt: skip


_ASIDE = asking_why(
    "/demandes/{request_id:int}/annuler", RECORD, _request_aside, done=("demande-annulee", "demande-retablie")
)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_requests, show_new_request, record_new_request, show_request, show_request_history, show_amend_request,
    change_request, show_extension, note_extension, show_answer, note_answer, *_ASIDE,
)  # fmt: skip
