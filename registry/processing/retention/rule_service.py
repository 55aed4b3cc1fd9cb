"""Every change to the rules an organisation says: each is said in the ledger, and moves the due dates at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import FRENCH, _, ngettext
from registry.ledger.service import say, touch
from registry.platform.lists import load_list
from registry.platform.tables import set_those_that_differ
from registry.processing.retention.forms import RuleForm
from registry.processing.retention.models import RetentionRule
from registry.processing.retention.queries import (
    LIST,
    find_bodies,
    find_followers,
    find_own_rules,
    find_rule,
    get_rule,
    listed_rules,
)
from registry.processing.retention.vitam import ReadRule
from registry.processing.retention.vocabulary import ImportOutcome


def record_rule(session: Session, body_id: int, form: RuleForm) -> RetentionRule:
    """A rule of a body: its own, or one of the list under the same code, adapted or agreed by the archives.

    One that was withdrawn comes back as it is now said. Raises: Invalid when the body says that code already.
    """
    known = find_rule(session, body_id, form.code)
    if known is not None and not known.annulled:
        message = _("Cette organisation a déjà une règle de ce code : modifiez-la.")
        raise Invalid(message, (FieldError("code", message),))
    say(session, "processing:rule:record")
    if known is None:
        known = RetentionRule(organisation_id=body_id, **form.model_dump())
        session.add(known)
    else:
        set_those_that_differ(known, **form.model_dump())
        known.annulled = False
    return _written(session, known)


def amend_rule(session: Session, rule_id: int, form: RuleForm, *, expected: int) -> RetentionRule:
    """Says a rule anew, or notes the agreement of the archives; its code stays.

    Raises: NotFound; Stale; Conflict when it is withdrawn; Invalid when the code would change.
    """
    rule = _to_change(session, rule_id, expected)
    if form.code != rule.code:
        message = _("Le code d’une règle ne change pas : les jeux la suivent par lui. Ajoutez une autre règle.")
        raise Invalid(message, (FieldError("code", message),))
    say(session, "processing:rule:amend")
    set_those_that_differ(rule, **form.model_dump())
    return _written(session, rule)


def withdraw_rule(session: Session, rule_id: int, *, expected: int, reason: str) -> RetentionRule:
    """Withdraws a rule of a body, with a reason; where the list has its code, the datasets follow that one again.

    Raises: NotFound; Stale; Conflict when datasets follow it and the list has no such code.
    """
    rule = _to_change(session, rule_id, expected)
    used = len(_followers(session, rule))
    if used and rule.code not in load_list(LIST):
        raise Conflict(
            ngettext(
                "%(num)s jeu suit cette règle : donnez-lui-en une autre avant de la retirer.",
                "%(num)s jeux suivent cette règle : donnez-leur-en une autre avant de la retirer.",
                used,
            )
            % {"num": used}
        )
    say(session, "processing:rule:withdraw", reason)
    rule.annulled = True
    return _written(session, rule)


@dataclass(frozen=True)
class Planned:
    """What one line of a file of rules would do: the rule it would write, and the one that stands, if any."""

    read: ReadRule
    outcome: ImportOutcome
    form: RuleForm | None = None
    standing: RetentionRule | None = None


def plan_import(session: Session, body_id: int, lines: Sequence[ReadRule]) -> list[Planned]:
    """What taking a file of rules would do to those of a body; nothing is written."""
    own = {row.code: row for row in find_own_rules(session, body_id)}
    return [_plan(one, own.get(one.code)) for one in lines]


def import_rules(session: Session, body_id: int, lines: Sequence[ReadRule]) -> int:
    """Takes every rule of a file that differs from those of a body, all or none; says how many.

    Raises: Invalid when a line cannot be taken.
    """
    planned = plan_import(session, body_id, lines)
    if any(one.outcome is ImportOutcome.REFUSED for one in planned):
        raise Invalid(_("Corrigez d’abord les lignes refusées : rien n’a été écrit."))
    changing = [one for one in planned if one.form is not None and one.outcome is not ImportOutcome.SAME]
    for one in changing:
        if one.form is not None and one.standing is None:
            record_rule(session, body_id, one.form)
        elif one.form is not None and one.standing is not None:
            amend_rule(session, one.standing.id, one.form, expected=one.standing.version)
    return len(changing)


def _plan(read: ReadRule, standing: RetentionRule | None) -> Planned:
    if read.form is None:
        return Planned(read, ImportOutcome.REFUSED)
    listed = listed_rules(FRENCH).get(read.code)
    said = (read.form.count, read.form.unit)
    if standing is None and listed is not None:
        span = (listed.span.count, listed.span.unit) if listed.span is not None else (None, None)
        if said == span:
            return Planned(read, ImportOutcome.SAME, read.form)
    values = read.form.model_dump()
    if standing is not None:
        # What VITAM's columns do not say stays, but for an agreement on another duration.
        kept = RuleForm.model_validate(standing).model_dump()
        if said != (standing.count, standing.unit):
            kept |= {"agreed_on": None, "agreed_by": None, "agreement_reference": None}
        values = kept | {name: values[name] for name in ("label", "count", "unit")}
        values["description"] = read.form.description or standing.description
    elif listed is not None:
        values |= {"starts": listed.starts, "fate": listed.fate, "reference": listed.reference}
    if values["count"] is None:
        values["fate"] = FinalDisposition.KEEP
    form = RuleForm.model_validate(values)
    if standing is not None and form == RuleForm.model_validate(standing):
        return Planned(read, ImportOutcome.SAME, form, standing)
    return Planned(read, ImportOutcome.CHANGED if standing is not None else ImportOutcome.ADDED, form, standing)


def _to_change(session: Session, rule_id: int, expected: int) -> RetentionRule:
    rule = get_rule(session, rule_id, lock=True)
    if rule.version != expected:
        raise Stale(_("Cette règle a été modifiée entre-temps."), rule.version)
    if rule.annulled:
        raise Conflict(_("Cette règle est retirée : ajoutez-la de nouveau sous le même code."))
    return rule


def _followers(session: Session, rule: RetentionRule) -> Sequence[int]:
    named = find_followers(session, rule.code)
    legal = find_bodies(session).legal if named else {}
    return [number for number, owner in named if legal.get(owner) == rule.organisation_id]


def _written(session: Session, rule: RetentionRule) -> RetentionRule:
    """The rule as the database now holds it; what follows it is judged again."""
    session.flush()
    session.refresh(rule)
    for number in _followers(session, rule):
        touch(session, "dataset", number)
    return rule
