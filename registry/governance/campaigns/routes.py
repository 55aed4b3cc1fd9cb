"""The pages of campaigns of certification: the list, one campaign with its sheets, opening and closing one."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.governance.campaigns.forms import CampaignForm, CertificationForm
from registry.governance.campaigns.models import CertificationCampaign
from registry.governance.campaigns.queries import (
    PAGE,
    Asked,
    Counts,
    count_by_service,
    find_asked,
    find_campaigns,
    get_campaign,
)
from registry.governance.campaigns.service import certify_sheets, close_campaign, open_campaign, report_sheets
from registry.governance.campaigns.views import (
    TONES,
    CampaignFormPage,
    CampaignLine,
    CampaignPage,
    CampaignsPage,
    ServiceLine,
    SheetLine,
    say_answer,
)
from registry.governance.campaigns.vocabulary import CampaignScope, CertificationState
from registry.governance.views import labels
from registry.governance.visiting import ASIDE, READ, aside_of
from registry.kernel.errors import Conflict, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark, ngettext
from registry.organisations.queries import find_organisations, get_organisation
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, again, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.visits import NOTICES, Rejected, Visit, route

OPEN, ANSWER = Permission.GOVERNANCE_CAMPAIGN_OPEN, Permission.DATASETS_SHEET_RECORD
_LIST = "/gouvernance/certifications"
NOTICES.update(
    {
        "campagne-ouverte": mark("La campagne est ouverte : qui tient une fiche la trouve sur son bureau."),
        "campagne-close": mark("La campagne est close. Ce qui a été certifié reste, avec la version de chaque fiche."),
        "campagne-rouverte": mark("La campagne est rouverte."),
        "certification-faite": mark("C’est enregistré."),
        "certification-partielle": mark(
            "Des fiches ont changé depuis que vous les avez lues : elles restent à certifier, relisez-les."
        ),
    }
)


@route("GET", _LIST, READ)
def show_campaigns(visit: Visit) -> Response[Any]:
    """The campaigns, those that run first."""
    annulled = visit.query("annulees") == "true"
    rows = [_line(visit, *one) for one in find_campaigns(visit.session, annulled=annulled)]
    return visit.page("governance/campaigns.html", CampaignsPage(rows, annulled, visit.visitor.may(OPEN)))


def _line(visit: Visit, row: CertificationCampaign, organisation: str, counts: Counts) -> CampaignLine:
    return CampaignLine(
        row.id, row.question, organisation, row.scope.label, row.due_on, row.closed_on, _is_late(row, visit.today),
        counts.get(CertificationState.WAITING, 0), counts.get(CertificationState.WRONG, 0), sum(counts.values()),
    )  # fmt: skip


def _is_late(row: CertificationCampaign, today: date) -> bool:
    return row.closed_on is None and row.due_on < today


def _form(visit: Visit, values: Mapping[str, str], errors: Mapping[str, str], status: int = 200) -> Response[Any]:
    reach = visit.visitor.reach(OPEN)
    page = CampaignFormPage(
        values, errors, labels(),
        organisations=[(str(one.id), one.name) for one in find_organisations(visit.session) if one.id in reach],
        scopes=[(str(one), one.label) for one in CampaignScope],
    )  # fmt: skip
    return visit.page("governance/campaign_form.html", page, status=status)


@route("GET", f"{_LIST}/nouvelle", OPEN)
def show_new_campaign(visit: Visit) -> Response[Any]:
    """The form of a campaign, with the question most ask."""
    values = {
        "organisation_id": str(visit.visitor.organisation_id), "scope": str(CampaignScope.EVERY),
        "question": _("Cette fiche est-elle encore juste ?"),
    }  # fmt: skip
    return _form(visit, values, {})


@route("POST", f"{_LIST}/nouvelle", OPEN)
def record_new_campaign(visit: Visit) -> Response[Any]:
    """Opens a campaign, or shows the form again with what was typed."""
    values = {name: visit.form_data().first(name).strip() for name in CampaignForm.model_fields}
    read = parse_values(CampaignForm, values, today=visit.today)
    errors = dict(read.errors) if isinstance(read, Rejected) else {}
    if not isinstance(read, Rejected) and not visit.visitor.may(OPEN, read.form.organisation_id):
        errors["organisation_id"] = _("Choisissez une organisation où vous pouvez ouvrir une campagne.")
    if isinstance(read, Rejected) or errors:
        return _form(visit, values, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    made = save(read, lambda form: open_campaign(visit.session, form, today=visit.today))
    if isinstance(made, Unsaved):
        return _form(visit, values, made.errors, made.status)
    return visit.go(f"{_LIST}/{made.id}", done="campagne-ouverte")


@route("GET", f"{_LIST}/{{campaign_id:int}}", READ)
def show_campaign(visit: Visit, campaign_id: int) -> Response[Any]:
    """One campaign: how far each service is, then its sheets; `?etat=` and `?service=` narrow them."""
    return _campaign(visit, get_campaign(visit.session, campaign_id))


def _campaign(
    visit: Visit, row: CertificationCampaign, errors: Mapping[str, str] | None = None, status: int = 200
) -> Response[Any]:
    session, here = visit.session, f"{_LIST}/{row.id}"
    known = {str(one): one for one in CertificationState}
    state, service = known.get(visit.query("etat")), read_number(visit.query("service"))
    number = max(read_number(visit.query("page")) or 1, 1)
    services = count_by_service(session, row.id)
    every = {one: sum(counts.get(one, 0) for counts in services.values()) for one in CertificationState}
    asked = find_asked(session, row.id, state, service, number)
    runs = row.closed_on is None and not row.annulled
    reach = visit.visitor.reach(ANSWER) if runs else frozenset()
    chosen = {key: counts for key, counts in services.items() if service in (None, key[0])}
    wanted = [state] if state is not None else list(CertificationState)
    lines = [_sheet(one, row, answering=one.row.organisation_id in reach) for one in asked[:PAGE]]
    typed = visit.form_data() if visit.request.method == "POST" else None
    late = _is_late(row, visit.today)
    page = CampaignPage(
        id=row.id, version=row.version, question=row.question,
        organisation=_name_of(visit, row), scope=row.scope.label, opened_on=row.opened_on, due_on=row.due_on,
        closed_on=row.closed_on, late=late, annulled=row.annulled,
        figures=[
            (every[one], words, f"{here}?etat={one}#fiches", tone)
            for one, words, tone in (
                (CertificationState.WAITING, _("à certifier") if runs else _("sans réponse"), "bad" if late else ""),
                (CertificationState.CERTIFIED,
                 ngettext("certifiée", "certifiées", every[CertificationState.CERTIFIED]), "good"),
                (CertificationState.WRONG, _("à corriger"), "bad" if every[CertificationState.WRONG] else "good"),
            )
        ],
        states=[(str(one), _words_of(one, row)) for one in CertificationState],
        services=[
            ServiceLine(key[0], key[1], [(str(one), counts.get(one, 0)) for one in CertificationState],
                        sum(counts.values()))
            for key, counts in services.items()
        ],
        rows=lines, total=sum(counts.get(one, 0) for counts in chosen.values() for one in wanted),
        chosen=" · ".join(
            [*([_words_of(state, row)] if state is not None else []),
             *(name for number_, name in chosen if service is not None)]
        ),
        asked=urlencode({name: visit.query(name) for name in ("etat", "service") if visit.query(name)}),
        page=number, has_more=len(asked) > PAGE,
        ticked=typed.all("sheet") if typed is not None else (), note=typed.first("note") if typed is not None else "",
        errors=errors or {}, may_answer=any(one.may_answer for one in lines),
        may_close=visit.visitor.may(OPEN, row.organisation_id),
    )  # fmt: skip
    return visit.page("governance/campaign.html", page, status=status)


def _name_of(visit: Visit, row: CertificationCampaign) -> str:
    return get_organisation(visit.session, row.organisation_id).name


def _words_of(state: CertificationState, row: CertificationCampaign) -> str:
    if state is CertificationState.WAITING and row.closed_on is not None:
        return _("Sans réponse")
    return state.label


def _sheet(one: Asked, campaign: CertificationCampaign, *, answering: bool) -> SheetLine:
    row = one.row
    words = say_answer(row) if row.answered_on is not None else _words_of(row.state, campaign)
    return SheetLine(
        row.dataset_id, one.title, one.organisation, str(TONES[row.state]), words, row.note or "", one.version,
        row.dataset_version not in (None, one.version), answering,
    )  # fmt: skip


def _answered(visit: Visit) -> dict[str, Any]:
    pairs = [value.partition(":") for value in visit.form_data().all("sheet") if value]
    return {
        "sheets": [{"dataset_id": number, "version": version} for number, _colon, version in pairs],
        "note": visit.form_data().first("note").strip() or None,
    }  # fmt: skip


def _back(visit: Visit, campaign_id: int) -> str:
    kept = urlencode({name: visit.query(name) for name in ("etat", "service", "page") if visit.query(name)})
    return f"{_LIST}/{campaign_id}" + (f"?{kept}" if kept else "")


@route("POST", f"{_LIST}/{{campaign_id:int}}/certifier", ANSWER)
def certify(visit: Visit, campaign_id: int) -> Response[Any]:
    """Certifies the sheets that are ticked, each at the version that was shown."""
    return _answer(visit, campaign_id, wrong=False)


@route("POST", f"{_LIST}/{{campaign_id:int}}/signaler", ANSWER)
def report(visit: Visit, campaign_id: int) -> Response[Any]:
    """Says what is wrong with the sheets that are ticked."""
    return _answer(visit, campaign_id, wrong=True)


def _answer(visit: Visit, campaign_id: int, *, wrong: bool) -> Response[Any]:
    campaign = get_campaign(visit.session, campaign_id)
    read = parse_values(CertificationForm, _answered(visit), today=visit.today)
    offices, answer = visit.visitor.offices(ANSWER), report_sheets if wrong else certify_sheets
    changed = save(read, lambda form: answer(visit.session, campaign_id, form, offices, today=visit.today))
    if isinstance(changed, Unsaved):
        errors = {name.partition(".")[0]: words for name, words in changed.errors.items()}
        return _campaign(visit, campaign, errors, changed.status)
    return visit.go(_back(visit, campaign_id), done="certification-partielle" if changed else "certification-faite")


@route("POST", f"{_LIST}/{{campaign_id:int}}/clore", OPEN)
def close(visit: Visit, campaign_id: int) -> Response[Any]:
    """Closes a campaign; what was certified stays."""
    return _close(visit, campaign_id, closed=True)


@route("POST", f"{_LIST}/{{campaign_id:int}}/rouvrir", OPEN)
def reopen(visit: Visit, campaign_id: int) -> Response[Any]:
    """Opens a campaign again."""
    return _close(visit, campaign_id, closed=False)


def _close(visit: Visit, campaign_id: int, *, closed: bool) -> Response[Any]:
    campaign = get_campaign(visit.session, campaign_id)
    visit.visitor.require(OPEN, campaign.organisation_id)
    expected = read_number(visit.form_data().first("version")) or 0
    try:
        close_campaign(visit.session, campaign_id, expected=expected, today=visit.today, closed=closed)
    except (Stale, Conflict) as refusal:
        return _campaign(visit, campaign, again(refusal), HTTP_409_CONFLICT)
    return visit.go(f"{_LIST}/{campaign_id}", done="campagne-close" if closed else "campagne-rouverte")


def _campaign_aside(visit: Visit, campaign_id: int) -> Aside:
    campaign = get_campaign(visit.session, campaign_id)
    visit.visitor.require(OPEN, campaign.organisation_id)
    return aside_of(visit, campaign, _("Campagne"), campaign.question, f"{_LIST}/{campaign.id}")


_ASIDE = asking_why(f"{_LIST}/{{campaign_id:int}}/annuler", OPEN, _campaign_aside, done=ASIDE)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_campaigns, show_new_campaign, record_new_campaign, show_campaign, certify, report, close, reopen,
    *_ASIDE,
)  # fmt: skip
