"""The JSON API of campaigns of certification: what runs, what was answered about each sheet, and answering."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.governance.api import about, aside
from registry.governance.campaigns.forms import CampaignForm, CertificationForm, ClosingForm
from registry.governance.campaigns.models import CertificationCampaign
from registry.governance.campaigns.queries import count_answers, find_asked_after, find_campaigns_after, get_campaign
from registry.governance.campaigns.service import certify_sheets, close_campaign, open_campaign, report_sheets
from registry.governance.campaigns.vocabulary import CampaignScope, CertificationState
from registry.governance.visiting import READ
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import mark
from registry.web.calls import Number, PageQuestions
from registry.web.visits import Visit, route

OPEN, ANSWER = Permission.GOVERNANCE_CAMPAIGN_OPEN, Permission.DATASETS_SHEET_RECORD
_CAMPAIGNS = "/api/v1/certification-campaigns"
_ONE = f"{_CAMPAIGNS}/{{campaign_id:int}}"


@dataclass(frozen=True)
class CampaignBody:
    """A campaign; `version` is its ETag. The counts are of the sheets that the asker may read."""

    id: int
    version: int
    organisation_id: int
    scope: CampaignScope
    question: str
    opened_on: date
    due_on: date
    closed_on: date | None
    annulled: bool
    waiting: int
    certified: int
    wrong: int


@dataclass(frozen=True)
class CampaignsBody:
    """A page of the campaigns the asker may know, the last opened first; `next` is the cursor of the page after."""

    campaigns: list[CampaignBody]
    next: str | None


@dataclass(frozen=True)
class CertificationBody:
    """A sheet a campaign asks about: `sheet_version` is the one it stands at, `certified_version` the one certified."""

    dataset_id: int
    organisation_id: int
    title: str
    sheet_version: int
    state: CertificationState
    certified_version: int | None
    answered_on: date | None
    answered_as: Role | None
    note: str | None


@dataclass(frozen=True)
class CertificationsBody:
    """A page of the sheets of a campaign that the asker may read; `next` is the cursor of the page after."""

    certifications: list[CertificationBody]
    next: str | None


@dataclass(frozen=True)
class AnsweredBody:
    """How many sheets were answered about, and how many changed since they were read: these stay as they were."""

    answered: int
    changed: int


class CertificationQuestions(PageQuestions):
    """What the sheets of a campaign are narrowed to."""

    state: CertificationState | None = Field(default=None, description=mark("Une seule réponse."))
    organisation_id: Number | None = Field(default=None, description=mark("Une seule organisation."))


def _campaigns(visit: Visit, rows: list[CertificationCampaign]) -> list[CampaignBody]:
    counts = count_answers(visit.session, [row.id for row in rows])
    told = [name for name in CampaignBody.__dataclass_fields__ if name not in list(CertificationState)]
    bodies = []
    for row in rows:
        values: dict[str, Any] = {name: getattr(row, name) for name in told}
        values |= {str(state): counts.get(row.id, {}).get(state, 0) for state in CertificationState}
        bodies.append(CampaignBody(**values))
    return bodies


def _campaign(visit: Visit, row: CertificationCampaign) -> CampaignBody:
    return _campaigns(visit, [row])[0]


@route(
    "GET", _CAMPAIGNS, READ,
    about=about(mark("Les campagnes de certification que vous pouvez connaître, les dernières d’abord."),
                asks=PageQuestions),
)  # fmt: skip
def list_campaigns(visit: Visit) -> Response[CampaignsBody]:
    """A page of the campaigns the asker keeps, or that ask about sheets of theirs."""
    asked = visit.asked(PageQuestions)
    place = asked.place(int)
    found = find_campaigns_after(visit.session, place[0] if place else None, asked.limit + 1)
    more, found = len(found) > asked.limit, found[: asked.limit]
    following = asked.following((found[-1].id,) if more else None)
    return visit.answer(CampaignsBody(_campaigns(visit, found), following))


@route(
    "POST", _CAMPAIGNS, OPEN, takes=CampaignForm,
    about=about(
        mark("Ouvre une campagne sur les fiches d’une organisation et de celles au-dessous."), status=201,
        example={"organisation_id": 1, "scope": "personal", "question": "Cette fiche est-elle encore juste ?",
                 "due_on": "2031-06-30"},
    ),
)  # fmt: skip
def create_campaign(visit: Visit) -> Response[CampaignBody]:
    """Opens a campaign."""
    given = visit.given(CampaignForm)
    visit.visitor.require(OPEN, given.organisation_id)
    made = open_campaign(visit.session, given, today=visit.today)
    visit.headers["Location"] = f"{_CAMPAIGNS}/{made.id}"
    return visit.answer(_campaign(visit, made), status=HTTP_201_CREATED)


@route("GET", _ONE, READ, about=about(mark("Une campagne et le nombre de ses réponses.")))
def read_campaign(visit: Visit, campaign_id: int) -> Response[CampaignBody]:
    """One campaign."""
    return visit.answer(_campaign(visit, get_campaign(visit.session, campaign_id)))


@route(
    "PATCH", _ONE, OPEN, takes=ClosingForm,
    about=about(mark("Clôt une campagne, ou la rouvre ; ce qui a été répondu reste."), versioned=True,
                example={"closed": True}),
)  # fmt: skip
def end_or_reopen_campaign(visit: Visit, campaign_id: int) -> Response[CampaignBody]:
    """Closes a campaign or opens it again; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(ClosingForm)
    visit.visitor.require(OPEN, get_campaign(visit.session, campaign_id).organisation_id)
    row = close_campaign(visit.session, campaign_id, expected=expected, today=visit.today, closed=given.closed)
    return visit.answer(_campaign(visit, row))


_ASIDE = aside(
    _ONE, CampaignBody, ("set_campaign_aside", "restore_campaign"),
    (
        mark("Met une campagne de côté, en disant pourquoi."),
        mark("Rétablit une campagne, en disant pourquoi."),
    ),
    get=get_campaign, tell=_campaign, may=OPEN,
)  # fmt: skip


@route(
    "GET", f"{_ONE}/certifications", READ,
    about=about(mark("Les fiches d’une campagne et ce qui a été répondu de chacune."), asks=CertificationQuestions),
)  # fmt: skip
def list_certifications(visit: Visit, campaign_id: int) -> Response[CertificationsBody]:
    """A page of the sheets a campaign asks about, by number."""
    asked = visit.asked(CertificationQuestions)
    place = asked.place(int)
    found = find_asked_after(
        visit.session, get_campaign(visit.session, campaign_id).id, asked.state, asked.organisation_id,
        place[0] if place else None, asked.limit + 1,
    )  # fmt: skip
    more, found = len(found) > asked.limit, found[: asked.limit]
    rows = [
        CertificationBody(
            one.row.dataset_id, one.row.organisation_id, one.title, one.version, one.row.state,
            one.row.dataset_version if one.row.state is CertificationState.CERTIFIED else None,
            one.row.answered_on, one.row.answered_as, one.row.note,
        )
        for one in found
    ]  # fmt: skip
    return visit.answer(CertificationsBody(rows, asked.following((found[-1].row.dataset_id,) if more else None)))


@route(
    "POST", f"{_ONE}/certifications", ANSWER, takes=CertificationForm,
    about=about(
        mark("Certifie des fiches, chacune à la version qui a été lue."),
        example={"sheets": [{"dataset_id": 1, "version": 3}]},
        more=mark("Une fiche qui a changé depuis n’est pas certifiée : elle est comptée dans « changed »."),
    ),
)  # fmt: skip
def certify_by_call(visit: Visit, campaign_id: int) -> Response[AnsweredBody]:
    """Certifies sheets."""
    given = visit.given(CertificationForm)
    changed = certify_sheets(visit.session, campaign_id, given, visit.visitor.offices(ANSWER), today=visit.today)
    return visit.answer(AnsweredBody(len(given.sheets) - changed, changed))


@route(
    "POST", f"{_ONE}/reports", ANSWER, takes=CertificationForm,
    about=about(
        mark("Signale des fiches à corriger, en disant ce qui ne va pas."),
        example={"sheets": [{"dataset_id": 1, "version": 3}], "note": "Le format a changé."},
    ),
)  # fmt: skip
def report_by_call(visit: Visit, campaign_id: int) -> Response[AnsweredBody]:
    """Says what is wrong with sheets."""
    given = visit.given(CertificationForm)
    report_sheets(visit.session, campaign_id, given, visit.visitor.offices(ANSWER), today=visit.today)
    return visit.answer(AnsweredBody(len(given.sheets), 0))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_campaigns, create_campaign, read_campaign, end_or_reopen_campaign, *_ASIDE,
    list_certifications, certify_by_call, report_by_call,
)  # fmt: skip
