"""Retention rules in VITAM's file of management rules: its columns, its words for units and for no limit."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.words import _
from registry.processing.retention.forms import RuleForm
from registry.processing.retention.rules import Rule
from registry.processing.retention.wording import RULE_LABELS
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
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=None), delimiter=delimiter)
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise ValueError(_("Une valeur du fichier n’a pas de fin : fermez ses guillemets.")) from error
    if missing:
        raise ValueError(_("Il manque des colonnes : {columns}.").format(columns=", ".join(missing)))
    if len(lines) > MOST_RULES:
        raise ValueError(_("Ce fichier a plus de {most} règles : coupez-le.").format(most=MOST_RULES))
    if not lines:
        raise ValueError(_("Ce fichier n’a aucune règle."))
    seen: set[str] = set()
    return [_read(line, row, seen) for line, row in lines]


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
    # The columns have none for the fate: our own files say it where a description stands.
    fate = next((one for one in FinalDisposition if one.label == said["RuleDescription"]), None)
    values: dict[str, Any] = {
        "code": code,
        "label": label,
        "description": None if fate is not None else said["RuleDescription"] or None,
        "fate": fate,
        "count": None if endless else said["RuleDuration"],
        "unit": None if endless else said["RuleMeasurement"].lower(),
    }
    read = parse_values(RuleForm, values)
    if isinstance(read, Rejected):
        problems = (
            f"{_(RULE_LABELS[name])} : {why}" if name in RULE_LABELS else why for name, why in read.errors.items()
        )
        return ReadRule(place, code, label, None, " ".join(problems))
    return ReadRule(place, code, label, read.form)
