"""Every change to campaigns, and every answer about a sheet."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from registry.governance.campaigns.forms import CampaignForm, CertificationForm
from registry.governance.campaigns.models import Certification, CertificationCampaign
from registry.governance.campaigns.queries import find_certifications, find_sheets_in, get_campaign
from registry.governance.campaigns.vocabulary import CertificationState
from registry.governance.service import check_unchanged, saved, wrong
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Role
from registry.kernel.words import _
from registry.ledger.service import say

Offices = Mapping[int, Role]
"""The bodies about whose sheets the asker may answer, each with the role that lets them."""


def open_campaign(session: Session, form: CampaignForm, *, today: date) -> CertificationCampaign:
    """A new campaign, which asks about every sheet of its scope.

    Raises: Invalid when there is none.
    """
    sheets = find_sheets_in(session, form.organisation_id, form.scope)
    if not sheets:
        raise wrong(
            "scope", _("Aucune fiche n’entre dans ce choix : choisissez-en un autre, ou une autre organisation.")
        )
    say(session, "governance:campaign:open")
    made = CertificationCampaign(**form.model_dump(), opened_on=today)
    session.add(made)
    session.flush()
    session.add_all(
        Certification(organisation_id=body, campaign_id=made.id, dataset_id=dataset) for dataset, body in sheets
    )
    return saved(session, made)


def close_campaign(
    session: Session, campaign_id: int, *, expected: int, today: date, closed: bool
) -> CertificationCampaign:
    """Closes a campaign, of which every answer stays as it is, or opens it again.

    Raises: NotFound; Stale; Conflict when it is annulled.
    """
    campaign = get_campaign(session, campaign_id, lock=True)
    check_unchanged(campaign, expected)
    say(session, f"governance:campaign:{'close' if closed else 'reopen'}")
    campaign.closed_on = today if closed else None
    return saved(session, campaign)


def certify_sheets(
    session: Session, campaign_id: int, form: CertificationForm, offices: Offices, *, today: date
) -> int:
    """Certifies these sheets at the version that was read; one changed since stays to certify. Returns how many do.

    Raises: NotFound; Conflict when the campaign is closed; Invalid when a sheet is not of it, or not of these bodies.
    """
    read = _read(form)
    rows = _asked(session, campaign_id, read, offices)
    say(session, "governance:certification:certify")
    changed = 0
    for row, version in rows:
        if version != read[row.dataset_id]:
            changed += 1
            continue
        row.state, row.dataset_version = CertificationState.CERTIFIED, version
        row.answered_on, row.answered_as, row.note = today, offices[row.organisation_id], None
    session.flush()
    return changed


def report_sheets(
    session: Session, campaign_id: int, form: CertificationForm, offices: Offices, *, today: date
) -> None:
    """Says what is wrong with these sheets.

    Raises: as certifying does; Invalid without a note.
    """
    if form.note is None:
        raise wrong("note", _("Dites en quelques mots ce qui ne va pas : qui corrigera la fiche le lira."))
    rows = _asked(session, campaign_id, _read(form), offices)
    say(session, "governance:certification:report")
    for row, version in rows:
        # The version that was wrong: once the sheet has changed, a new answer is asked for.
        row.state, row.dataset_version = CertificationState.WRONG, version
        row.answered_on, row.answered_as, row.note = today, offices[row.organisation_id], form.note
    session.flush()


def _read(form: CertificationForm) -> dict[int, int]:
    read = {one.dataset_id: one.version for one in form.sheets}
    if len(read) < len(form.sheets):
        raise wrong("sheets", _("Une fiche est donnée deux fois : gardez-la une seule fois."))
    return read


def _asked(
    session: Session, campaign_id: int, read: Mapping[int, int], offices: Offices
) -> list[tuple[Certification, int]]:
    campaign = get_campaign(session, campaign_id)
    if campaign.annulled or campaign.closed_on is not None:
        raise Conflict(_("Cette campagne est close : ce qui a été certifié ne change plus."))
    if not read:
        raise wrong("sheets", _("Cochez au moins une fiche."))
    rows = [one for one in find_certifications(session, campaign_id, read) if one[0].organisation_id in offices]
    if len(rows) < len(read):
        message = _("Une de ces fiches n’est pas de cette campagne, ou n’est pas de celles que vous tenez.")
        raise wrong("sheets", f"{message} {_('Rechargez la page.')}")
    return rows
