"""Every change to bodies, meetings, decisions and actions."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.engine import engine_of
from registry.datasets.models import Dataset
from registry.governance.forms import ActionForm, BodyForm, MeetingDecisionForm, MeetingForm, MemberForm
from registry.governance.models import (
    GovernanceAction,
    GovernanceBody,
    GovernanceDecision,
    GovernanceMeeting,
    GovernanceMember,
)
from registry.governance.queries import (
    Row,
    find_decision_rows,
    find_decisions,
    find_member_rows,
    get_action,
    get_body,
    get_meeting,
)
from registry.governance.rules import contradiction
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _, mark
from registry.ledger.service import say
from registry.organisations.models import Organisation
from registry.organisations.queries import find_readable
from registry.platform.tables import set_those_that_differ

_CHANGED = mark("Cette fiche a été modifiée entre-temps.")


def record_body(session: Session, organisation_id: int, form: BodyForm) -> GovernanceBody:
    """A new body that an organisation convenes, with its members.

    Raises: Invalid when a member is none that the asker may know.
    """
    say(session, "governance:body:record")
    made = GovernanceBody(organisation_id=organisation_id, **form.model_dump(exclude={"members"}))
    session.add(made)
    session.flush()
    if form.members is not None:
        _seat(session, made, form.members)
    return saved(session, made)


def amend_body(session: Session, body_id: int, form: BodyForm, *, expected: int) -> GovernanceBody:
    """Changes the fields given of a body; members, where given, are all of them.

    Raises: NotFound; Stale; Conflict when it is annulled; Invalid as recording does.
    """
    body = get_body(session, body_id, lock=True)
    check_unchanged(body, expected)
    say(session, "governance:body:amend")
    below = form.members is not None and _seat(session, body, form.members)
    set_fields(body, form.model_dump(include=form.model_fields_set - {"members"}), below=below)
    return saved(session, body)


def record_meeting(session: Session, body_id: int, form: MeetingForm) -> GovernanceMeeting:
    """A meeting of a body, with what it decided.

    Raises: NotFound; Conflict when the body is annulled; Invalid when a decision touches a policy or a dataset that
    the asker may not know.
    """
    body = get_body(session, body_id)
    if body.annulled:
        raise Conflict(_("Cette instance est annulée : rétablissez-la avant d’y enregistrer une séance."))
    say(session, "governance:meeting:record")
    made = GovernanceMeeting(
        organisation_id=body.organisation_id, body_id=body_id, **form.model_dump(exclude={"decisions"})
    )
    session.add(made)
    session.flush()
    if form.decisions is not None:
        _decide(session, made, form.decisions)
    return saved(session, made)


def amend_meeting(session: Session, meeting_id: int, form: MeetingForm, *, expected: int) -> GovernanceMeeting:
    """Changes the fields given of a meeting; decisions, where given, are all of them.

    Raises: NotFound; Stale; Conflict when it is annulled; Invalid as recording does.
    """
    meeting = get_meeting(session, meeting_id, lock=True)
    check_unchanged(meeting, expected)
    say(session, "governance:meeting:amend")
    below = form.decisions is not None and _decide(session, meeting, form.decisions)
    set_fields(meeting, form.model_dump(include=form.model_fields_set - {"decisions"}), below=below)
    return saved(session, meeting)


def record_action(session: Session, organisation_id: int, form: ActionForm) -> GovernanceAction:
    """A new action that an organisation owns.

    Raises: Invalid when its state is contradicted, or its decision or its policy is none.
    """
    say(session, "governance:action:record")
    made = GovernanceAction(organisation_id=organisation_id, **form.model_dump())
    _check_action(session, made, form.model_fields_set)
    session.add(made)
    return saved(session, made)


def amend_action(session: Session, action_id: int, form: ActionForm, *, expected: int) -> GovernanceAction:
    """Changes the fields given of an action.

    Raises: NotFound; Stale; Conflict when it is annulled; Invalid as recording does.
    """
    action = get_action(session, action_id, lock=True)
    check_unchanged(action, expected)
    given = form.model_dump(include=form.model_fields_set)
    changed = {name for name, value in given.items() if value != getattr(action, name)}
    say(session, "governance:action:amend")
    set_those_that_differ(action, **given)
    _check_action(session, action, changed)
    return saved(session, action)


def set_aside(session: Session, row: Row, *, expected: int, reason: str, annulled: bool) -> Row:
    """Annuls what was recorded by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: Stale.
    """
    session.refresh(row, with_for_update=True)
    if row.version != expected:
        raise Stale(_(_CHANGED), row.version)
    noun = str(row.__tablename__).rpartition("_")[2]
    say(session, f"governance:{noun}:{'annul' if annulled else 'restore'}", reason)
    row.annulled = annulled
    return saved(session, row)


def check_unchanged(row: Row, expected: int) -> None:
    """The row is as it was read, and not annulled.

    Raises: Stale; Conflict.
    """
    if row.version != expected:
        raise Stale(_(_CHANGED), row.version)
    if row.annulled:
        raise Conflict(_("Cette fiche est annulée : rétablissez-la avant de la modifier."))


def set_fields(row: Row, given: Mapping[str, Any], *, below: bool) -> None:
    """Changes the fields given; a change below a record is a change of it."""
    if not set_those_that_differ(row, **given) and below:
        # Its version is what `If-Match` compares.
        row.version = row.version + 1


def saved(session: Session, row: Row) -> Row:
    """The row as the database keeps it."""
    session.flush()
    session.refresh(row)
    return row


def _seat(session: Session, body: GovernanceBody, members: Sequence[MemberForm]) -> bool:
    """Makes the members those that a form gives; says whether any changed."""
    held = {(row.member_id, row.role): row for row in find_member_rows(session, body.id)}
    new = {one.member_id for one in members} - {number for (number, _role), row in held.items() if not row.annulled}
    if new - find_readable(session, Organisation, new):
        raise wrong("members", _("Un des membres n’est pas une organisation que vous connaissez : choisissez-la."))
    changed = False
    for form in members:
        row = held.pop((form.member_id, form.role), None)
        if row is None:
            session.add(
                GovernanceMember(organisation_id=body.organisation_id, body_id=body.id, **form.model_dump())
            )  # fmt: skip
            changed = True
        else:
            changed |= set_those_that_differ(row, annulled=False)
    for row in held.values():
        changed |= set_those_that_differ(row, annulled=True)
    return changed


def _decide(session: Session, meeting: GovernanceMeeting, decisions: Sequence[MeetingDecisionForm]) -> bool:
    """Makes the decisions those that a form gives; says whether any changed."""
    if decisions and meeting.held_on > session.info["today"]():
        sentence = _("Cette séance n’a pas encore eu lieu : ses décisions s’inscrivent une fois qu’elle s’est tenue.")
        raise wrong("decisions", sentence)
    held = {row.id: row for row in find_decision_rows(session, meeting.id)}
    if {one.id for one in decisions if one.id is not None} - held.keys():
        raise wrong("decisions", _("Une de ces décisions n’est pas de cette séance : rechargez la page."))
    touched = {one.dataset_id for one in decisions if one.dataset_id is not None}
    new = touched - {row.dataset_id for row in held.values()}
    if new - find_readable(session, Dataset, new):
        raise wrong("decisions", _("Ce jeu n’existe pas, ou vos droits ne vous le montrent pas."))
    for one in decisions:
        if one.policy_id and (one.id is None or held[one.id].policy_id != one.policy_id):
            _check_policy(session, "decisions", one.policy_id)
    changed = False
    for form in decisions:
        row = held.pop(form.id, None) if form.id is not None else None
        said = form.model_dump(exclude={"id"})
        if row is None:
            session.add(
                GovernanceDecision(organisation_id=meeting.organisation_id, meeting_id=meeting.id, **said)
            )  # fmt: skip
            changed = True
        else:
            changed |= set_those_that_differ(row, **said, annulled=False)
    for row in held.values():
        changed |= set_those_that_differ(row, annulled=True)
    return changed


def _check_action(session: Session, action: GovernanceAction, changed: set[str]) -> None:
    if (found := contradiction(action.state, action.done_on, action.dropped_reason)) is not None:
        raise wrong(*found)
    if "policy_id" in changed and action.policy_id:
        _check_policy(session, "policy_id", action.policy_id)
    if "decision_id" not in changed or action.decision_id is None:
        return
    # Written first, a number of none would be refused by the database, in no words of ours.
    with session.no_autoflush:
        known = find_decisions(session, decision_id=action.decision_id)
    if not known:
        raise wrong("decision_id", _("Cette décision n’existe pas, ou vos droits ne vous la montrent pas."))


def _check_policy(session: Session, name: str, policy_id: str) -> None:
    if engine_of(session).catalogue.find(policy_id) is None:
        raise wrong(name, _("« {value} » n’est le numéro d’aucune règle.").format(value=policy_id))


def wrong(name: str, sentence: str) -> Invalid:
    """The refusal of one field."""
    return Invalid(sentence, (FieldError(name, sentence),))
