"""A report of compliance beside the one before it: what appeared, what was mended, what got worse.

Read from what each says of itself, its canonical twin: the same answer whatever the register says today.
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from registry.compliance.vocabulary import Force, Verdict
from registry.reporting.vocabulary import Change

Line = TypeVar("Line")
_Key = tuple[str, str, str, int]
_WEIGHT = {Verdict.COMPLIANT: 0, Verdict.TO_COMPLETE: 1, Verdict.NON_COMPLIANT: 2}
"""How much each verdict asks for; what does not apply asks for nothing and is left out."""


class Subject(NamedTuple):
    """What a finding is about, as a twin says it."""

    kind: str
    number: str


def compare(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each finding that changed between two reports, the worst first, as lines of the content of the later one."""
    return [line for _subject, line in compare_subjects(before, now)]


def compare_subjects(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[Subject, dict[str, Any]]]:
    """The same lines, each with the subject that it is about, by kind and number."""
    earlier, later = _by_key(before["findings"]), _by_key(now["findings"])
    was, rules = _by_id(before["policies"]), _by_id(now["policies"])
    lines = []
    for key in earlier.keys() | later.keys():
        first, second = earlier.get(key), later.get(key)
        change = _change(_weight(first), _weight(second))
        if change is None:
            continue
        said = second or first or {}
        rule = rules.get(key[0]) or was[key[0]]
        known = key[0] in was and key[0] in rules
        line = {
            "change": change,
            "policy_id": key[0],
            "title": rule["title"],
            "force": rule["force"],
            "subject": said["subject"],
            "organisation": said["organisation"],
            "period": said.get("period"),
            "before": first["verdict"] if first else None,
            "after": second["verdict"] if second else None,
            "rule_changed": known and was[key[0]]["digest"] != rules[key[0]]["digest"],
        }
        lines.append((Subject(key[1], key[2]), line))
    order = list(Change)
    return sorted(
        lines,
        key=lambda one: (
            order.index(one[1]["change"]), one[1]["policy_id"], one[1]["subject"], one[1]["period"] or 0, *one[0]
        ),
    )  # fmt: skip


def _by_key(findings: Iterable[Mapping[str, Any]]) -> dict[_Key, Mapping[str, Any]]:
    return {
        (one["policy_id"], str(one["subject_kind"]), one["subject_id"], one.get("period") or 0): one for one in findings
    }


def _by_id(policies: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {one["id"]: one for one in policies}


def _weight(finding: Mapping[str, Any] | None) -> int | None:
    return _WEIGHT.get(Verdict(finding["verdict"])) if finding is not None else None


def _change(before: int | None, now: int | None) -> Change | None:
    """What became of a finding; none where nobody has anything to do about the change."""
    if before == now:
        return None
    if before is None:
        return Change.APPEARED if now else None
    if now is None:
        return Change.GONE if before else None
    if now > before:
        return Change.WORSE
    return Change.EASED if now else Change.MENDED


def by_rule(lines: Iterable[Line]) -> list[list[Line]]:
    """Changes of one kind, those that say the same of several subjects together: what binds first, then the most."""
    alike: dict[object, list[Line]] = {}
    same = attrgetter("force", "policy_id", "period", "before", "after", "rule_changed")
    for line in lines:
        alike.setdefault(same(line), []).append(line)
    return [found for _key, found in sorted(alike.items(), key=_most)]


def _most(one: tuple[Any, list[Any]]) -> tuple[bool, int, str, int]:
    (force, policy_id, period, *_verdicts), lines = one
    return force != Force.OBLIGATION, -len(lines), policy_id, period or 0
