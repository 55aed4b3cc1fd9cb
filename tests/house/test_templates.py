"""Every template is used, bears a title, and asks only for fields that the view it is given declares."""

import ast
import dataclasses
import inspect
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from jinja2 import nodes

from registry.web.templating import asked_variables, environment

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "registry"


@dataclass(frozen=True)
class Showing:
    """A place in the code where a template is given a view, and the view, if it can be told."""

    place: str
    template: str
    view: type | None


def parse(template: str) -> nodes.Template:
    """A template of the house, as a tree."""
    made = environment()
    assert made.loader is not None
    return made.parse(made.loader.get_source(made, template)[0])


def texts(node: ast.AST) -> list[str]:
    """The templates an argument names: one, or one of two by a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".html"):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*texts(node.body), *texts(node.orelse)]
    return []


def view_of(node: ast.AST, module: types.ModuleType, function: ast.FunctionDef | None) -> type | None:
    """The dataclass an argument is: made in place, kept in a variable, given as a parameter, or made by a function."""
    if isinstance(node, ast.Lambda):
        return view_of(node.body, module, function)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return view_made_by(getattr(module, node.func.id, None))
    if isinstance(node, ast.Name):
        if function is None:
            return view_made_by(getattr(module, node.id, None))
        for parameter in (*function.args.args, *function.args.kwonlyargs):
            if parameter.arg == node.id and isinstance(parameter.annotation, ast.Name):
                return view_made_by(getattr(module, parameter.annotation.id, None))
        given = [
            found
            for part in ast.walk(function)
            if isinstance(part, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == node.id for target in part.targets)
            and (found := view_of(part.value, module, function)) is not None
        ]
        return given[-1] if given else None
    return None


def view_made_by(what: object) -> type | None:
    """The dataclass that calling this makes."""
    if inspect.isclass(what):
        return what if dataclasses.is_dataclass(what) else None
    if not callable(what):
        return None
    answer = typing.get_type_hints(what).get("return")
    for one in typing.get_args(answer) or (answer,):
        if inspect.isclass(one) and dataclasses.is_dataclass(one):
            return one
    return None


def calls(tree: ast.AST, function: ast.FunctionDef | None = None) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    """Every call of a module, with the function it stands in."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Call):
            yield child, function
        yield from calls(child, child if isinstance(child, ast.FunctionDef) else function)


def showings() -> list[Showing]:
    """Every place where the code gives a template its view."""
    found = []
    for path in sorted(HOUSE.rglob("*.py")):
        if "_assets" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        shown = [(call, inside, texts_of(call)) for call, inside in calls(tree) if texts_of(call)]
        if not shown:
            continue
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for call, inside, templates in shown:
            views = [view_of(argument, module, inside) for argument in (*call.args, *(k.value for k in call.keywords))]
            view = next((one for one in views if one is not None), None)
            found += [Showing(f"{path.relative_to(ROOT)}:{call.lineno}", one, view) for one in templates]
    return found


def texts_of(call: ast.Call) -> list[str]:
    """The templates a call names."""
    return [name for argument in (*call.args, *(k.value for k in call.keywords)) for name in texts(argument)]


@pytest.fixture(scope="module")
def shown() -> list[Showing]:
    """Every place where the code gives a template its view."""
    found = showings()
    assert len(found) > 20, "The pages are shown in another way than this test reads: teach it the new one."
    return found


def test_the_view_of_every_template_can_be_told(shown: list[Showing]) -> None:
    lost = [one for one in shown if one.view is None]
    assert not lost, (
        "Give these templates a view this test can read (a dataclass made in the call, in a variable, or by a function "
        f"that says what it returns): {[(one.place, one.template) for one in lost]}"
    )


def test_a_template_asks_only_for_what_its_view_declares(shown: list[Showing]) -> None:
    wrong = {
        one.template: (one.place, sorted(asked))
        for one in shown
        if one.view is not None
        and (asked := asked_variables(one.template) - {field.name for field in dataclasses.fields(one.view)})
    }
    assert not wrong, f"Declare these fields in the view, or take them out of the template: {wrong}"


def test_every_template_is_used(shown: list[Showing]) -> None:
    names = set(environment().list_templates())
    kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    used = {one.template for one in shown}
    for name in names:
        others = [part.template for kind in kinds for part in parse(name).find_all(kind)]
        used |= {other.value for other in others if isinstance(other, nodes.Const)}

    gone = sorted(used - names)
    assert not gone, f"These templates are asked for and do not exist: {gone}"
    unused = sorted(names - used)
    assert not unused, f"Nothing shows these templates; show them or remove them: {unused}"


def test_every_page_says_its_title() -> None:
    untitled = [
        name
        for name in environment().list_templates()
        if any(isinstance(part.template, nodes.Const) for part in parse(name).find_all(nodes.Extends))
        if not any(block.name == "title" and block.body for block in parse(name).find_all(nodes.Block))
    ]
    assert not untitled, f"Give these pages a {{% block title %}}: {untitled}"


def test_a_whole_page_has_the_frame_and_a_part_begins_with_an_underscore() -> None:
    whole = {"web/base.html", "web/components.html"}
    wrong = [
        name
        for name in environment().list_templates()
        if name not in whole and not name.startswith("web/components/")
        if name.rpartition("/")[2].startswith("_") == any(parse(name).find_all(nodes.Extends))
    ]
    assert not wrong, f"A page extends web/base.html; a part does not, and its name begins with _: {wrong}"
