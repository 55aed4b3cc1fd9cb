"""A report of checks in the reader's words: it is stored as codes and counts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.contracts.checks.vocabulary import (
    CheckCode,
    CheckSaid,
    CheckVerdict,
    SchemaFault,
    SchemaRefusal,
    SchemaSource,
    alarms_of,
    looked_at_in,
)
from registry.inspection.problems import Problem
from registry.inspection.refusals import say_problem
from registry.inspection.vocabulary import Confidence, PersonalSign, ReasonCode
from registry.kernel.words import Labelled, _, ngettext
from registry.platform.lists import load_list
from registry.web.templating import say_number

_SHAPES = {
    CheckVerdict.OK: "compliant", CheckVerdict.FAULT: "non-compliant", CheckVerdict.UNKNOWN: "to-complete",
}  # fmt: skip
_MOST_PLACES = 20


@dataclass(frozen=True)
class CheckView:
    """One check: its name, how its verdict is drawn and called, its sentences, and where the faults are."""

    code: str
    label: str
    verdict: str
    shape: str
    word: str
    sentences: list[str]
    places: list[str]


@dataclass(frozen=True)
class ReportView:
    """The report of one file: its checks, in one sentence how many fail, and those that saw people (`alarms`)."""

    summary: str
    shape: str
    checks: list[CheckView]
    alarms: str = ""

    @property
    def faults(self) -> list[str]:
        """What does not hold, as reasons for a refusal: one text a check that fails."""
        return [f"{one.label} : {' '.join(one.sentences)}" for one in self.checks if one.verdict == CheckVerdict.FAULT]


def say_report(report: Mapping[str, Any]) -> ReportView:
    """A stored report in words."""
    alarms = looked_at_in(report)
    checks = [_check(one, alarms) for one in report["checks"]]
    faults = sum(one.verdict == CheckVerdict.FAULT for one in checks)
    seen = [one.label for one in checks if one.verdict == CheckVerdict.UNKNOWN and one.code in alarms]
    unknown = sum(one.verdict == CheckVerdict.UNKNOWN for one in checks) - len(seen)
    said = [
        ngettext("{count} défaut", "{count} défauts", faults).format(count=faults)
        if faults
        else _("Aucun défaut dans ce qui a été contrôlé")
        if unknown or seen
        else _("Aucun défaut constaté")
    ]
    if seen:
        said.append(_("à regarder : {checks}").format(checks=", ".join(seen).lower()))
    if unknown:
        said.append(ngettext("{count} contrôle non fait", "{count} contrôles non faits", unknown).format(count=unknown))
    verdict = CheckVerdict.FAULT if faults else CheckVerdict.UNKNOWN if unknown or seen else CheckVerdict.OK
    return ReportView(_(" ; ").join(said), _SHAPES[verdict], checks, say_alarms(report))


def say_alarms(report: Mapping[str, Any]) -> str:
    """Which checks saw people, or groups so small that people may be told in them; nothing where none did."""
    return ", ".join(one.label for one in alarms_of(report))


def has_faults(report: Mapping[str, Any] | None) -> bool:
    """Whether a check of a stored report fails."""
    return report is not None and any(one["verdict"] == CheckVerdict.FAULT for one in report["checks"])


def _check(stored: Mapping[str, Any], alarms: Collection[CheckCode]) -> CheckView:
    code, verdict = CheckCode(stored["code"]), CheckVerdict(stored["verdict"])
    places = _places(code, stored["details"])
    # What the check saw is to be looked at, although it could not conclude.
    word = _("À regarder") if verdict is CheckVerdict.UNKNOWN and code in alarms else verdict.label
    return CheckView(
        code, code.label, verdict, _SHAPES[verdict], word,
        [_sentence(CheckSaid(one["code"]), one["figures"]) for one in stored["said"]], places,
    )  # fmt: skip


def _sentence(code: CheckSaid, figures: Mapping[str, Any]) -> str:
    if code is CheckSaid.PROBLEM:
        details = {name: value for name, value in figures.items() if name != "problem"}
        return say_problem(Problem(figures["problem"]), details)
    return _(code.phrase).format(**{name: _figure(name, value, figures) for name, value in figures.items()})


def _figure(name: str, value: Any, beside: Mapping[str, Any]) -> str:
    if name in {"type", "announced"} or (name == "agreed" and value in load_list("file_types")):
        return load_list("file_types").label(value)
    if name == "schema":
        return _(SchemaSource(value).phrase).format(title=beside.get("title", ""))
    if name == "why":
        return SchemaRefusal(value).label
    if isinstance(value, list):
        return ", ".join(value)
    if name in {"percent", "asked"}:
        return say_number(float(value))
    return say_number(value) if isinstance(value, int) else str(value)


def _places(code: CheckCode, details: Sequence[Mapping[str, Any]]) -> list[str]:
    if code is CheckCode.SCHEMA:
        return [_fault(one) for one in details[:_MOST_PLACES]]
    return [_signs(one) for one in details] if code is CheckCode.PERSONAL_DATA else []


def _fault(one: Mapping[str, Any]) -> str:
    kind = SchemaFault(one["kind"]) if one["kind"] in set(SchemaFault) else SchemaFault.OTHER
    what = _(kind.phrase).format(wanted=load_list("field_types").label(one["wanted"]))
    if not one["column"]:
        return _("Ligne {line} : {what}.").format(line=say_number(one["line"]), what=what)
    return _("Ligne {line}, colonne « {column} » : {what}.").format(
        line=say_number(one["line"]), column=one["column"], what=what
    )


def _signs(one: Mapping[str, Any]) -> str:
    why = [_(ReasonCode(each["code"]).phrase).format(**each["counts"]) for each in one["reasons"]]
    return _("« {column} » : {sign} ({confidence}) ; {why}.").format(
        column=one["column"], sign=_label(PersonalSign, one["sign"]),
        confidence=_label(Confidence, one["confidence"]).lower(), why=" ; ".join(why),
    )  # fmt: skip


def _label(members: type[Labelled], code: str) -> str:
    return members(code).label if code in set(members) else code
