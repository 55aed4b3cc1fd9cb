"""What the pages of campaigns receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.compliance.vocabulary import Verdict
from registry.governance.campaigns.models import Certification
from registry.governance.campaigns.vocabulary import CertificationState
from registry.kernel.words import _
from registry.web.templating import say_day

TONES = {
    CertificationState.WAITING: Verdict.TO_COMPLETE, CertificationState.CERTIFIED: Verdict.COMPLIANT,
    CertificationState.WRONG: Verdict.NON_COMPLIANT,
}  # fmt: skip


@dataclass(frozen=True)
class CampaignLine:
    """A campaign in the list, with how far it is."""

    id: int
    question: str
    organisation: str
    scope: str
    due_on: date
    closed_on: date | None
    late: bool
    waiting: int
    wrong: int
    total: int


@dataclass(frozen=True)
class CampaignsPage:
    """The campaigns, those that run first."""

    rows: Sequence[CampaignLine]
    annulled: bool
    may_open: bool


@dataclass(frozen=True)
class ServiceLine:
    """One organisation's answers, by state in their order, and how many sheets it holds."""

    id: int
    name: str
    counts: Sequence[tuple[str, int]]
    total: int


@dataclass(frozen=True)
class SheetLine:
    """A sheet a campaign asks about; `version` is the one it stands at, `changed` whether it moved since certified."""

    dataset_id: int
    title: str
    organisation: str
    tone: str
    words: str
    note: str
    version: int
    changed: bool
    may_answer: bool


@dataclass(frozen=True)
class CampaignPage:
    """One campaign: how far each service is, then the sheets themselves."""

    id: int
    version: int
    question: str
    organisation: str
    scope: str
    opened_on: date
    due_on: date
    closed_on: date | None
    late: bool
    annulled: bool
    figures: Sequence[tuple[int, str, str, str]]
    states: Sequence[tuple[str, str]]
    services: Sequence[ServiceLine]
    rows: Sequence[SheetLine]
    total: int
    chosen: str
    asked: str
    page: int
    has_more: bool
    ticked: Sequence[str]
    note: str
    errors: Mapping[str, str]
    may_answer: bool
    may_close: bool


@dataclass(frozen=True)
class CampaignFormPage:
    """The form of a new campaign."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    scopes: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class AskedNow:
    """A campaign that still waits for an answer about a sheet."""

    id: int
    question: str
    due: str
    late: bool


@dataclass(frozen=True)
class AnswerGiven:
    """The last answer about a sheet, in words; `changed` says whether the sheet moved since it was certified."""

    campaign_id: int
    question: str
    tone: str
    words: str
    note: str
    changed: bool


@dataclass(frozen=True)
class CertificationPanel:
    """On a sheet: what campaigns ask about it, and the last answer given."""

    asked: Sequence[AskedNow]
    last: AnswerGiven | None


def say_answer(row: Certification) -> str:
    """An answer with its day, the role by which it was given and the version certified."""
    if row.answered_on is None or row.answered_as is None:
        return row.state.label
    if row.state is CertificationState.WRONG:
        words = _("À corriger : signalé le {day} ({role})")
    else:
        words = _("Certifiée le {day} ({role}), version {number}")
    return words.format(day=say_day(row.answered_on), role=row.answered_as.label, number=row.dataset_version)
