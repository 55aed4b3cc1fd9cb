"""One word per notion: what the glossary names exists, what the rooms hold is named, and every member has its label."""

import ast
import inspect
import re
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path

import pytest

from registry.kernel.permissions import Role

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "registry" / "GLOSSARY.md"
FLOORS = ("vocabulary", "models")
SAME_IN_FRENCH = {"date"}
"""Codes that are also the French word."""


@dataclass(frozen=True)
class Row:
    """One notion of the glossary."""

    term: str
    identifiers: tuple[str, ...]
    source: str
    room: str


def rows() -> list[Row]:
    """Every notion of the glossary."""
    found = []
    for line in GLOSSARY.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if cells and cells[0] != "Terme français" and not cells[0].startswith("---"):
            assert len(cells) == 4, f"A row of the glossary has four cells: {line}"
            found.append(Row(cells[0], tuple(re.findall(r"`([^`]+)`", cells[1])), cells[2], cells[3]))
    return found


def names_of(room: str) -> set[str]:
    """What a room defines: its classes, functions and constants, and what its classes hold, as `Class.member`."""
    found = set()
    for path in (ROOT / "registry" / room).rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            found |= defined(node)
            if isinstance(node, ast.ClassDef):
                found |= {f"{node.name}.{name}" for inner in node.body for name in defined(inner)}
    return found


def defined(node: ast.stmt) -> set[str]:
    """The names a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return {node.name}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


def rooms() -> list[str]:
    """The folders of the house that hold a vocabulary or tables."""
    return sorted({path.parent.name for floor in FLOORS for path in (ROOT / "registry").glob(f"*/{floor}.py")})


def classes_of(room: str) -> list[type]:
    """What the vocabulary and the models of a room and of its corners define, not what they import."""
    found = []
    for floor in FLOORS:
        for path in sorted((ROOT / "registry" / room).rglob(f"{floor}.py")):
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            found += [
                one for _name, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__
            ]
    return found


def enumerations() -> list[type[Enum]]:
    """Every closed list people read."""
    return [Role, *(one for room in rooms() for one in classes_of(room) if issubclass(one, Enum))]


def test_every_identifier_of_the_glossary_exists_in_its_room() -> None:
    known = {room: names_of(room) for room in {row.room for row in rows()}}
    gone = [f"{name} ({row.room})" for row in rows() for name in row.identifiers if name not in known[row.room]]
    assert not gone, f"Renamed, moved or removed; mend registry/GLOSSARY.md: {gone}"


def test_every_notion_has_a_term_an_identifier_a_source_and_a_room_with_its_plate() -> None:
    wrong = [row.term for row in rows() if not (row.term and row.identifiers and row.source)]
    assert not wrong, (
        f"Fill every cell of these rows of registry/GLOSSARY.md (a dash where no text is the source): {wrong}"
    )
    plates = {room: ROOT / "registry" / room / "__init__.py" for room in {row.room for row in rows()}}
    missing = [
        room
        for room, path in plates.items()
        if not path.exists() or not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not missing, f"No such room, or a room without its plate (the docstring of its __init__.py): {missing}"


@pytest.mark.parametrize("room", rooms())
def test_every_table_and_every_enumeration_of_a_room_is_in_the_glossary(room: str) -> None:
    named = {name for row in rows() if row.room == room for name in row.identifiers}
    held = {one.__name__ for one in classes_of(room) if issubclass(one, Enum) or hasattr(one, "__tablename__")}
    assert not held - named, f"Give these a French term in registry/GLOSSARY.md: {sorted(held - named)}"


def test_a_french_term_stands_for_one_notion() -> None:
    terms = [row.term for row in rows()]
    twice = sorted({term for term in terms if terms.count(term) > 1})
    assert not twice, f"Two rows of registry/GLOSSARY.md bear the same term: {twice}"


@pytest.mark.parametrize(
    "enumeration", enumerations(), ids=lambda one: f"{one.__module__.split('.')[1]}.{one.__name__}"
)
def test_every_member_has_its_own_french_label(enumeration: type[Enum]) -> None:
    labels = [str(getattr(member, "label", "")) for member in enumeration]
    mute = [
        member.name
        for member, label in zip(enumeration, labels, strict=True)
        if label in {"", member.name} or (label == member.value and label not in SAME_IN_FRENCH)
    ]
    assert not mute, f"Give these members of {enumeration.__name__} a label through mark() and _(): {mute}"
    assert len(set(labels)) == len(labels), f"Two members of {enumeration.__name__} read the same: {labels}"
    assert inspect.getdoc(enumeration), f"Say in one sentence what {enumeration.__name__} lists."
