"""Whether an impact assessment is due is decided in one place: a second formula fails here."""

import ast
import re
from pathlib import Path

from registry.compliance.policy_files import load_catalogue
from registry.platform.assets import asset_root
from registry.platform.tables import Table
from registry.processing.assessments.vocabulary import Need
from registry.rooms import import_models

ROOT = Path(__file__).resolve().parents[2]
THE_FORMULA = "registry/processing/assessments/rules.py"
MEMBERS = {member.name for member in Need}
ANSWERS = re.compile(r"criteria_met|criteria_unmet|required_entries|exempt_entries|law_assessed")
"""The columns that hold what was answered: what a second formula would have to read."""


def sources() -> list[Path]:
    """Every file that could decide something."""
    return [*(ROOT / "registry").rglob("*.py"), *(ROOT / "reports").rglob("*.py")]


def test_only_the_formula_names_a_need() -> None:
    guilty = []
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        if name == THE_FORMULA or "Need" not in (text := path.read_text("utf-8")):
            continue
        guilty += [
            f"{name}, line {node.lineno}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "Need"
            and node.attr in MEMBERS
        ]
    assert not guilty, f"Ask `Decision` (is_due, need.value) instead of naming a need: {guilty}"


def test_only_the_formula_makes_a_decision() -> None:
    guilty = [
        path.relative_to(ROOT).as_posix()
        for path in sources()
        if path.relative_to(ROOT).as_posix() != THE_FORMULA
        and re.search(r"\bDecision\(", path.read_text("utf-8"))
        and "assessments.rules" in path.read_text("utf-8")
    ]
    assert not guilty, f"A decision comes from `decide`: {guilty}"


def test_no_table_stores_whether_an_assessment_is_due() -> None:
    import_models()
    stored = [
        f"{table.name}.{column.name}"
        for table in Table.metadata.tables.values()
        for column in table.columns
        if {need.value for need in Need} & set(getattr(column.type, "enums", None) or ())
        >= {"recommended", "exempt", "not-required"}
    ]
    assert not stored, f"The need is decided from the answers each time it is asked, never kept: {stored}"


def test_no_policy_no_template_and_no_script_weighs_the_answers_by_itself() -> None:
    facts = [name for name, fact in load_catalogue(asset_root("policies")).facts.items() if ANSWERS.search(fact.field)]
    assert not facts, f"Policies ask `activity.dpia_required`; no fact gives them the answers: {facts}"
    weighing = re.compile(
        r"(?:criteria|required_entries|exempt_entries)\w*\s*\|\s*(?:length|count)|law_assessed\s+(?:is|==)"
    )
    pages = [*(ROOT / "registry").rglob("*.html"), *(ROOT / "reports").rglob("*.html")]
    guilty = [path.relative_to(ROOT).as_posix() for path in pages if weighing.search(path.read_text("utf-8"))]
    assert not guilty, f"A page shows the decision; it does not count the criteria: {guilty}"


def test_the_answers_are_read_only_where_they_are_kept_shown_and_decided_upon() -> None:
    allowed = {
        f"registry/processing/assessments/{floor}.py"
        for floor in ("rules", "forms", "models", "service", "wording", "bodies", "pages", "api", "routes")
    }
    guilty = [
        name
        for path in sources()
        if ANSWERS.search(path.read_text("utf-8"))
        and (name := path.relative_to(ROOT).as_posix()) not in allowed
        and not name.startswith("registry/demonstration/")
    ]
    assert not guilty, f"Ask the decision instead of the answers: {guilty}"
