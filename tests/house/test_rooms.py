"""Every room of the map has its plate, its tests and its row on the front page, and every folder is on the map."""

import ast
from pathlib import Path

import pytest

from registry.compliance.vocabulary import SubjectKind
from registry.rooms import ROOMS, Room, bound_facts

ROOT = Path(__file__).resolve().parents[2]
NOT_ROOMS = {
    "cli": "the command line, above the map",
    "demonstration": "the fictional authority, loaded by its own door in the ledger",
    "kernel": "pure values, below the map",
    "translations": "catalogues of words",
}
"""Folders of `registry/` that are no room, each with what it is."""


def plate_of(folder: str) -> str:
    """What the folder's `__init__.py` says it is for."""
    path = ROOT / "registry" / folder / "__init__.py"
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "") if path.exists() else ""


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_has_a_plate_and_nothing_else_at_its_door(room: Room) -> None:
    assert len(plate_of(room.name)) > 60, (
        f"Say in the docstring of registry/{room.name}/__init__.py what the room is for, its source of law, and what "
        "it must not know."
    )
    body = ast.parse((ROOT / "registry" / room.name / "__init__.py").read_text("utf-8")).body
    assert len(body) == 1, f"registry/{room.name}/__init__.py is a plate: move its code to a floor of the room."


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_has_tests_of_its_own(room: Room) -> None:
    assert list((ROOT / "tests" / room.name).glob("test_*.py")), (
        f"Write the room's tests in tests/{room.name}/test_….py."
    )


def test_every_room_has_a_row_in_the_readme() -> None:
    path = ROOT / "README.md"
    assert path.exists(), (
        "Write README.md: what it is, two commands, screenshots, and a table with a row for each room."
    )
    table = [line for line in path.read_text("utf-8").splitlines() if line.startswith("|")]
    missing = [room.name for room in ROOMS if not any(f"`{room.name}`" in line for line in table)]
    assert not missing, f"Add a row for each of these rooms to the table of README.md, its name as `name`: {missing}"


def test_every_folder_is_a_room_of_the_map_or_says_what_it_is() -> None:
    folders = {
        path.name
        for path in (ROOT / "registry").iterdir()
        if path.is_dir() and not path.name.startswith(("_", "decisions"))
    }
    known = {room.name for room in ROOMS} | set(NOT_ROOMS)
    assert folders <= known, f"Add these to ROOMS in registry/rooms.py: {sorted(folders - known)}"
    assert known <= folders, f"No such folder any more; mend ROOMS or NOT_ROOMS: {sorted(known - folders)}"


def test_rooms_bear_distinct_names_and_addresses() -> None:
    for said in ([room.name for room in ROOMS], [room.title for room in ROOMS], [r.prefix for r in ROOMS if r.prefix]):
        assert len(set(said)) == len(said), f"Two rooms share one of these: {said}"


def test_every_fact_a_room_binds_is_bound_by_one_room_only() -> None:
    for name in bound_facts():
        subject = name.partition(".")[0]
        assert subject in set(SubjectKind), f"A fact is named <subject>.<what>: {name}"
