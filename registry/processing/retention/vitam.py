"""Retention rules in VITAM's file of management rules: its columns, its words for units and for no limit."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registry.kernel.words import _
from registry.processing.retention.forms import RuleForm
from registry.processing.retention.rules import Rule
from registry.web.forms import Rejected, parse_values

COLUMNS = ("RuleId", "RuleType", "RuleValue", "RuleDescription", "RuleDuration", "RuleMeasurement")
APPRAISAL = "AppraisalRule"
UNLIMITED = "unlimited"
MOST_RULES = 1_000


@dataclass(frozen=True)
class ReadRule:
    """One line of a file: the rule it says, or why it says none."""

    line: int
    code: str
    label: str
    form: RuleForm | None
    problem: str = ""


def write_rules(rules: Iterable[Rule]) -> str:
    """The rules as VITAM's file says them."""
    written = io.StringIO()
    out = csv.writer(written, lineterminator="\n")
    out.writerow(COLUMNS)
    for rule in rules:
        count = UNLIMITED if rule.span is None else str(rule.span.count)
        unit = "YEAR" if rule.span is None else str(rule.span.unit).upper()
        fate = rule.fate.label if rule.fate is not None else ""
        out.writerow((rule.code, APPRAISAL, rule.label, fate, count, unit))
    return written.getvalue()


def read_rules(content: str) -> list[ReadRule]:
    """What each line of a file says; other types of rules than appraisal are told and left out.

    Raises: ValueError, with the sentence to show, when it is not such a file.
    """
    text = content.lstrip("\ufeff").strip()
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ValueError(_("Il manque des colonnes : {columns}.").format(columns=", ".join(missing)))
    lines = list(reader)
    if len(lines) > MOST_RULES:
        raise ValueError(_("Ce fichier a plus de {most} règles : coupez-le.").format(most=MOST_RULES))
    if not lines:
        raise ValueError(_("Ce fichier n’a aucune règle."))
    seen: set[str] = set()
    return [_read(place, row, seen) for place, row in enumerate(lines, 2)]


def _read(place: int, row: dict[str | Any, str | Any], seen: set[str]) -> ReadRule:
    said = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    code, label = said["RuleId"].upper(), said["RuleValue"]
    if said["RuleType"] != APPRAISAL:
        problem = _("Type « {type} » : seules les règles AppraisalRule se reprennent ici.")
        return ReadRule(place, code, label, None, problem.format(type=said["RuleType"][:40]))
    if code in seen:
        return ReadRule(place, code, label, None, _("Ce code est déjà plus haut dans le fichier."))
    seen.add(code)
    endless = said["RuleDuration"].lower() in {"", UNLIMITED}
    values: dict[str, Any] = {
        "code": code,
        "label": label,
        "description": said["RuleDescription"] or None,
        "count": None if endless else said["RuleDuration"],
        "unit": None if endless else said["RuleMeasurement"].lower(),
    }
    read = parse_values(RuleForm, values)
    if isinstance(read, Rejected):
        return ReadRule(place, code, label, None, " ".join(f"{name} : {why}" for name, why in read.errors.items()))
    return ReadRule(place, code, label, read.form)
