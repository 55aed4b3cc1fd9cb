"""The JSON API of slips of disposal: list, read, prepare, withdraw."""

from dataclasses import dataclass
from datetime import date

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.permissions import Permission
from registry.kernel.words import mark
from registry.processing.retention.api import about
from registry.processing.retention.forms import SlipForm, WithdrawForm
from registry.processing.retention.models import DisposalSlip
from registry.processing.retention.queries import (
    count_slips,
    find_articles,
    find_bodies,
    find_held,
    find_slips_page,
    get_slip,
)
from registry.processing.retention.slip_service import prepare_slip, withdraw_slip
from registry.processing.retention.vocabulary import SlipState
from registry.processing.retention.wording import SLIP_LABELS
from registry.web.calls import PageQuestions
from registry.web.visits import Visit, route

READ, PREPARE = Permission.PROCESSING_RETENTION_READ, Permission.PROCESSING_DISPOSAL_PREPARE
EXAMPLE = {"organisation_id": 1, "title": "Fichiers échus", "reason": "Sans utilité administrative",
           "dataset_ids": [12, 15]}  # fmt: skip


@dataclass(frozen=True)
class SlipLineBody:
    """A slip of disposal in a list."""

    id: int
    version: int
    organisation_id: int
    number: str
    title: str
    prepared_on: date
    state: SlipState


@dataclass(frozen=True)
class ArticleBody:
    """A dataset on a slip, as it stood when the slip was prepared; `held` says whether it is on hold today."""

    position: int
    dataset_id: int
    title: str
    owner: str
    rule: str
    agreed: bool
    fate: FinalDisposition
    earliest: date
    latest: date
    volume: str
    until: date
    reason: str
    held: bool


@dataclass(frozen=True)
class SlipBody(SlipLineBody):
    """A slip of disposal with its articles: nothing of it is destroyed before the archives' visa.

    Law: Code du patrimoine L212-2, L212-3, R212-51.
    """

    articles: list[ArticleBody]


@dataclass(frozen=True)
class SlipsBody:
    """A page of slips, the latest first."""

    total: int
    slips: list[SlipLineBody]
    next: str | None


def _line(slip: DisposalSlip) -> SlipLineBody:
    return SlipLineBody(**{name: getattr(slip, name) for name in SlipLineBody.__dataclass_fields__})


def _body(visit: Visit, slip: DisposalSlip) -> SlipBody:
    names, held = ArticleBody.__dataclass_fields__.keys() - {"held"}, find_held(visit.session)
    articles = [
        ArticleBody(**{name: getattr(one, name) for name in names}, held=one.dataset_id in held)
        for one in find_articles(visit.session, slip.id)
    ]
    return SlipBody(**vars(_line(slip)), articles=articles)


@route(
    "GET", "/api/v1/disposal-slips", READ,
    about=about(mark("Les bordereaux d’élimination, le dernier préparé d’abord."), SLIP_LABELS, asks=PageQuestions),
)  # fmt: skip
def list_slips(visit: Visit) -> Response[SlipsBody]:
    """The slips within the asker's rights."""
    asked = visit.asked(PageQuestions)
    after = asked.place(int)
    rows = find_slips_page(visit.session, before=after[0] if after is not None else None, limit=asked.limit + 1)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    following = asked.following((rows[-1].id,) if more else None)
    return visit.answer(SlipsBody(count_slips(visit.session), [_line(row) for row in rows], following))


@route(
    "GET", "/api/v1/disposal-slips/{slip_id:int}", READ,
    about=about(mark("Un bordereau d’élimination et ses articles, tels que préparés."), SLIP_LABELS),
)  # fmt: skip
def read_slip(visit: Visit, slip_id: int) -> Response[SlipBody]:
    """One slip with its articles."""
    return visit.answer(_body(visit, get_slip(visit.session, slip_id)))


@route(
    "POST", "/api/v1/disposal-slips", PREPARE, takes=SlipForm,
    about=about(
        mark("Prépare un bordereau d’élimination, numéroté et figé ; rien ne se détruit avant le visa des archives."),
        SLIP_LABELS, status=201, example=EXAMPLE,
    ),
)  # fmt: skip
def create_slip(visit: Visit) -> Response[SlipBody]:
    """Prepares a slip from datasets that are due."""
    given = visit.given(SlipForm)
    named = given.organisation_id or visit.visitor.organisation_id
    body = find_bodies(visit.session).legal.get(named, named)
    visit.visitor.require(PREPARE, body)
    made = prepare_slip(visit.session, body, given, today=visit.today)
    visit.headers["Location"] = f"/api/v1/disposal-slips/{made.id}"
    return visit.answer(_body(visit, made), status=HTTP_201_CREATED)


@route(
    "POST", "/api/v1/disposal-slips/{slip_id:int}/withdrawal", PREPARE, takes=WithdrawForm,
    about=about(
        mark("Retire un bordereau, en disant pourquoi : ses jeux peuvent figurer sur un autre."), SLIP_LABELS,
        versioned=True, example={"reason": "Une date était fausse"},
    ),
)  # fmt: skip
def retire_slip(visit: Visit, slip_id: int) -> Response[SlipBody]:
    """Withdraws a slip, with a reason; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(WithdrawForm)
    visit.visitor.require(PREPARE, get_slip(visit.session, slip_id).organisation_id)
    return visit.answer(
        _body(visit, withdraw_slip(visit.session, slip_id, expected=expected, reason=given.reason))
    )  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_slips, read_slip, create_slip, retire_slip)
