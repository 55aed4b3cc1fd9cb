"""Every SELECT about campaigns of certification."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import Dataset
from registry.datasets.vocabulary import PersonalData, Stage
from registry.governance.campaigns.models import Certification, CertificationCampaign
from registry.governance.campaigns.vocabulary import CampaignScope, CertificationState
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.organisations.models import Organisation

PAGE = 100
Counts = dict[CertificationState, int]
_PERSONAL = (
    PersonalData.PSEUDONYMISED, PersonalData.PERSONAL, PersonalData.SPECIAL_CATEGORY, PersonalData.OFFENCES,
)  # fmt: skip
_KEPT = ~col(Dataset.annulled) & (col(Dataset.stage) != Stage.DISPOSED)


def find_campaigns(session: Session, *, annulled: bool = False) -> list[tuple[CertificationCampaign, str, Counts]]:
    """The campaigns the asker may know, those that run first, each with its organisation and its answers."""
    row = CertificationCampaign
    rows = session.execute(
        select(row, col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(row.organisation_id))
        .where(col(row.annulled) == annulled)
        .order_by(col(row.closed_on).is_not(None), col(row.due_on).desc(), col(row.id).desc())
        .limit(PAGE)
    ).all()
    counts = count_answers(session, [campaign.id for campaign, _name in rows])
    return [(campaign, name, counts.get(campaign.id, {})) for campaign, name in rows]


def find_campaigns_after(session: Session, after: int | None, limit: int) -> list[CertificationCampaign]:
    """The campaigns in force that the asker may know, the last opened first, from after one of them on."""
    row = CertificationCampaign
    query = select(row).where(~col(row.annulled)).order_by(col(row.id).desc()).limit(limit)
    if after is not None:
        query = query.where(col(row.id) < after)
    return list(session.execute(query).scalars())


def count_answers(session: Session, campaign_ids: Collection[int]) -> dict[int, Counts]:
    """What was answered in each of these campaigns, about the sheets that the asker may read."""
    counts: dict[int, Counts] = {}
    for number, state, count in session.execute(
        select(col(Certification.campaign_id), col(Certification.state), func.count())
        .join(Dataset, col(Dataset.id) == col(Certification.dataset_id))
        .where(col(Certification.campaign_id).in_(campaign_ids), _KEPT)
        .group_by(col(Certification.campaign_id), col(Certification.state))
    ):
        counts.setdefault(number, {})[state] = int(count)
    return counts


def get_campaign(session: Session, campaign_id: int, *, lock: bool = False) -> CertificationCampaign:
    """One campaign.

    Raises: NotFound.
    """
    query = select(CertificationCampaign).where(col(CertificationCampaign.id) == campaign_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    if (found := session.execute(query).scalar_one_or_none()) is None:
        raise NotFound(_("Cette campagne n’existe pas, ou vos droits ne vous la montrent pas."))
    return found


def find_sheets_in(session: Session, organisation_id: int, scope: CampaignScope) -> list[tuple[int, int]]:
    """The sheets that a campaign would ask about, each with its organisation."""
    query = (
        select(col(Dataset.id), col(Dataset.organisation_id))
        .join(Organisation, col(Organisation.id) == col(Dataset.organisation_id))
        .where(col(Organisation.lineage).contains([organisation_id]), _KEPT)
        .order_by(col(Dataset.id))
    )
    if scope is CampaignScope.PUBLISHED:
        query = query.where(col(Dataset.stage) == Stage.PUBLISHED)
    elif scope is CampaignScope.PERSONAL:
        query = query.where(col(Dataset.personal_data).in_(_PERSONAL))
    return [(row.id, row.organisation_id) for row in session.execute(query)]


def count_by_service(session: Session, campaign_id: int) -> dict[tuple[int, str], Counts]:
    """What was answered in each organisation that holds sheets of a campaign, by name."""
    row = Certification
    counts: dict[tuple[int, str], Counts] = {}
    for number, name, state, count in session.execute(
        select(col(row.organisation_id), col(Organisation.name), col(row.state), func.count())
        .join(Organisation, col(Organisation.id) == col(row.organisation_id))
        .join(Dataset, col(Dataset.id) == col(row.dataset_id))
        .where(col(row.campaign_id) == campaign_id, _KEPT)
        .group_by(col(row.organisation_id), col(Organisation.name), col(Organisation.name_sort), col(row.state))
        .order_by(col(Organisation.name_sort), col(row.organisation_id))
    ):
        counts.setdefault((number, name), {})[state] = int(count)
    return counts


@dataclass(frozen=True)
class Asked:
    """A sheet that a campaign asks about, as it stands today."""

    row: Certification
    title: str
    version: int
    organisation: str


def find_asked(
    session: Session, campaign_id: int, state: CertificationState | None, organisation_id: int | None, page: int
) -> list[Asked]:
    """A page of the sheets of a campaign and one more, those to certify first: in one state and one organisation."""
    row = Certification
    order = (col(row.state) != CertificationState.WAITING, col(Organisation.name_sort), col(Dataset.title), col(row.id))
    query = _asking(campaign_id, state, organisation_id).order_by(*order)
    return _told(session, query.limit(PAGE + 1).offset((page - 1) * PAGE))


def find_asked_after(
    session: Session, campaign_id: int, state: CertificationState | None, organisation_id: int | None,
    after: int | None, limit: int,
) -> list[Asked]:  # fmt: skip
    """The sheets of a campaign by number, from after one of them on: in one state and one organisation."""
    query = _asking(campaign_id, state, organisation_id).order_by(col(Certification.dataset_id)).limit(limit)
    if after is not None:
        query = query.where(col(Certification.dataset_id) > after)
    return _told(session, query)


def _asking(
    campaign_id: int, state: CertificationState | None, organisation_id: int | None
) -> Select[*tuple[Any, ...]]:
    row = Certification
    query = (
        select(row, col(Dataset.title), col(Dataset.version), col(Organisation.name))
        .join(Dataset, col(Dataset.id) == col(row.dataset_id))
        .join(Organisation, col(Organisation.id) == col(row.organisation_id))
        .where(col(row.campaign_id) == campaign_id, _KEPT)
    )
    if state is not None:
        query = query.where(col(row.state) == state)
    if organisation_id is not None:
        query = query.where(col(row.organisation_id) == organisation_id)
    return query


def _told(session: Session, query: Select[*tuple[Any, ...]]) -> list[Asked]:
    return [Asked(found, title, version, name) for found, title, version, name in session.execute(query)]


def find_certifications(
    session: Session, campaign_id: int, dataset_ids: Collection[int]
) -> Sequence[tuple[Certification, int]]:
    """What a campaign asks about these sheets, with the version each stands at; both kept from changing meanwhile."""
    rows = session.execute(
        select(Certification, col(Dataset.version))
        .join(Dataset, col(Dataset.id) == col(Certification.dataset_id))
        .where(col(Certification.campaign_id) == campaign_id, col(Certification.dataset_id).in_(dataset_ids), _KEPT)
        .order_by(col(Certification.id))
        .with_for_update(of=Certification)
        .execution_options(populate_existing=True)
    )
    return [(row, version) for row, version in rows]


def find_certifications_of(session: Session, dataset_id: int) -> list[tuple[Certification, CertificationCampaign]]:
    """What campaigns asked about a sheet, those set aside left out; the last opened first."""
    row = CertificationCampaign
    rows = session.execute(
        select(Certification, row)
        .join(row, col(row.id) == col(Certification.campaign_id))
        .where(col(Certification.dataset_id) == dataset_id, ~col(row.annulled))
        .order_by(col(row.opened_on).desc(), col(row.id).desc())
        .limit(PAGE)
    )
    return [(certification, campaign) for certification, campaign in rows]
