"""What a deviation is about, in words: the policy, the subject, its body, for pages and programs."""

from collections.abc import Mapping
from typing import Any

from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.queries import DeviationOf, find_open
from registry.compliance.deviations.rules import last_day
from registry.compliance.deviations.service import longest_of
from registry.compliance.deviations.views import (
    DEVIATION_LABELS,
    About,
    AskPage,
    DeviationPage,
    DeviationsPage,
    ask_address,
    deviation_line,
    steps_of,
)
from registry.compliance.deviations.vocabulary import Answer, DeviationState
from registry.compliance.deviations.wording import say_state, tone_of, what_the_law_says
from registry.compliance.engine import engine_of
from registry.compliance.panels import SHEETS
from registry.compliance.queries import Found, find_findings
from registry.compliance.vocabulary import SubjectKind
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission, Role, permissions_of
from registry.kernel.words import _
from registry.organisations.queries import get_organisation
from registry.web.templating import say_day
from registry.web.visits import Visit

ASK, DECIDE = Permission.COMPLIANCE_DEVIATION_ASK, Permission.COMPLIANCE_DEVIATION_DECIDE
WITHDRAW = Permission.COMPLIANCE_DEVIATION_WITHDRAW


def role_for(visit: Visit, permission: Permission, organisation_id: int) -> Role:
    """The role by which the visitor does something, the narrowest of those that allow it.

    Raises: Forbidden.
    """
    visit.visitor.require(permission, organisation_id)
    held = [
        (len(permissions_of(role)), role)
        for role, ids in visit.visitor.grants.items()
        if permission in permissions_of(role) and organisation_id in ids
    ]
    return min(held)[1]


def get_found(visit: Visit, kind: SubjectKind, subject_id: int, policy_id: str, period: int) -> Found:
    """What a policy says of a subject today.

    Raises: NotFound.
    """
    found = find_findings(visit.session, visit.today, kind=kind, subject_id=subject_id, policy_id=policy_id)
    for one in found:
        if one.period == period:
            return one
    raise NotFound(_("Aucune règle ne dit cela de cette fiche, ou vos droits ne vous le montrent pas."))


Bearing = Found | AcceptedDeviation


def about_of(visit: Visit, one: Bearing) -> About:
    """The finding that a deviation is about, in words, under the text of today; its number alone once that is gone."""
    engine = engine_of(visit.session)
    subject = (one.subject_kind, one.subject_id)
    of_subject = {
        "subject": engine.names_of(visit.session, [subject]).get(subject, ""),
        "subject_address": SHEETS[one.subject_kind].format(id=one.subject_id),
        "organisation": get_organisation(visit.session, one.organisation_id).name, "policy_id": one.policy_id,
    }  # fmt: skip
    policy = engine.catalogue.find(one.policy_id)
    if policy is None:
        return About(**of_subject)
    in_force = {known.id: version for known, version in engine.catalogue.in_force(policy.subject, visit.today)}
    version = in_force.get(policy.id, policy.versions[-1])
    return About(
        **of_subject, policy=policy.name(), force=policy.force.label, severity=policy.severity.label,
        article=f"{version.text}, {version.article}", address=version.address, remedy=policy.what_to_do(),
        law=what_the_law_says(policy.force),
    )  # fmt: skip


def longest_in_words(visit: Visit) -> str:
    """Until when a deviation may run at most, in a sentence."""
    months = longest_of(visit.session)
    day = say_day(last_day(visit.today, months))
    return _("{months} mois au plus : jusqu’au {day}.").format(months=months, day=day)


def ask_page(visit: Visit, found: Found, values: Mapping[str, Any], errors: Mapping[str, str]) -> AskPage:
    """The form by which a deviation is asked for on a finding."""
    held = found.deviation
    replaces = ""
    if held is not None and held.state is DeviationState.APPROVED:
        replaces = _("Une fois approuvé, il remplacera l’écart qui court jusqu’au {day}.").format(
            day=say_day(held.expires_on)
        )
    return AskPage(
        about=about_of(visit, found), period=found.period, subject_kind=str(found.subject_kind),
        subject_id=found.subject_id, longest=longest_in_words(visit), replaces=replaces, values=values, errors=errors,
        labels=_labels(),
    )  # fmt: skip


def deviation_page(
    visit: Visit, row: AcceptedDeviation, values: Mapping[str, Any], errors: Mapping[str, str], version: int
) -> DeviationPage:
    """One deviation with what the visitor may do about it."""
    own, labels = row.asked_by == visit.visitor.account_id, _labels()
    waits = row.state is DeviationState.ASKED
    approved = row.state is DeviationState.APPROVED
    may_ask = visit.visitor.may(ASK, row.organisation_id)
    offered = row.expires_on if row.expires_on > visit.today else None
    about = about_of(visit, row)
    again = (
        may_ask and bool(about.policy) and (approved or row.state in {DeviationState.REFUSED, DeviationState.WITHDRAWN})
    )
    key = (row.subject_kind, row.subject_id, row.policy_id, row.period)
    waiting = find_open(visit.session, *key).get(DeviationState.ASKED) if again else None
    return DeviationPage(
        id=row.id, version=version, about=about, tone=tone_of(row.state, row.expires_on, visit.today),
        state=say_state(row.state, row.expires_on, visit.today),
        said=[
            (labels["reason"], row.reason), (labels["compensation"], row.compensation),
            (labels["expires_on"], say_day(row.expires_on)),
        ],
        steps=steps_of(row, engine_of(visit.session).catalogue.find(row.policy_id), visit.today), own=own and waits,
        may_decide=waits and not own and visit.visitor.may(DECIDE, row.organisation_id),
        may_withdraw=row.state.is_open and visit.visitor.may(WITHDRAW, row.organisation_id), withdraws=waits,
        ask_again=ask_address(*key) if again and not waiting else "",
        waiting=f"/conformite/ecarts/{waiting.id}" if waiting else "",
        longest=longest_in_words(visit), values={"expires_on": offered, **values}, errors=errors,
        labels=labels, answers=[(str(one), one.label) for one in Answer],
    )  # fmt: skip


def list_page(
    visit: Visit, found: list[DeviationOf], *, figures: list[tuple[int, str, str, str]],
    facets: list[dict[str, Any]], narrowed: bool, first_address: str, next_address: str,
) -> DeviationsPage:  # fmt: skip
    """The list of deviations, in words; one whose policy is no more says its number alone."""
    engine = engine_of(visit.session)
    names = engine.names_of(visit.session, [(one.row.subject_kind, one.row.subject_id) for one in found])
    reach, me = visit.visitor.reach(DECIDE), visit.visitor.account_id
    rows = [
        deviation_line(
            one.row, engine.catalogue.find(one.row.policy_id), visit.today,
            subject=(
                names.get((one.row.subject_kind, one.row.subject_id), ""),
                SHEETS[one.row.subject_kind].format(id=one.row.subject_id),
            ),
            organisation=one.organisation,
            may_decide=one.row.state is DeviationState.ASKED
            and one.row.organisation_id in reach
            and one.row.asked_by != me,
        )
        for one in found
    ]  # fmt: skip
    return DeviationsPage(rows, figures, facets, narrowed, first_address, next_address, visit.visitor.may(ASK))


def _labels() -> dict[str, str]:
    return {name: _(label) for name, label in DEVIATION_LABELS.items()}
