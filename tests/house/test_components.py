"""The page that says what each component takes stays true."""

import re
from pathlib import Path

from jinja2 import nodes

from registry.web.templating import environment

PAGE = Path(__file__).resolve().parents[2] / "registry" / "web" / "COMPONENTS.md"
FAMILIES = "web/components/"


def parse(template: str) -> nodes.Template:
    """A template of the house, as a tree."""
    made = environment()
    assert made.loader is not None
    return made.parse(made.loader.get_source(made, template)[0])


def signature(macro: nodes.Macro) -> str:
    """A macro as COMPONENTS.md writes it: its name, its arguments, and what they are when not given."""
    names = [str(argument.name) for argument in macro.args]
    needed = len(names) - len(macro.defaults)
    given = zip(names[needed:], macro.defaults, strict=True)
    return f"{macro.name}({', '.join([*names[:needed], *(f'{name}={value.as_const()!r}' for name, value in given)])})"


def macros() -> dict[str, str]:
    """Every component by name, with its signature."""
    found = [
        macro
        for template in environment().list_templates()
        if template.startswith(FAMILIES)
        for macro in parse(template).find_all(nodes.Macro)
    ]
    assert found, "No component found under registry/web/templates/components/: has the folder moved?"
    return {macro.name: signature(macro) for macro in found if not macro.name.startswith("_")}


def test_every_component_is_listed_as_it_is_and_every_listed_one_exists() -> None:
    listed = set(re.findall(r"^\| `(.+?\))` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    written = set(macros().values())

    missing, gone = sorted(written - listed), sorted(listed - written)
    assert not missing, f"Add a row to registry/web/COMPONENTS.md for: {missing}"
    assert not gone, f"registry/web/COMPONENTS.md lists what no template holds: mend or remove these rows: {gone}"


def test_every_component_is_reached_by_one_import() -> None:
    exported = {
        name.name
        for node in parse("web/components.html").find_all(nodes.Assign)
        for name in node.target.find_all(nodes.Name)
    } | {
        node.target.name
        for node in parse("web/components.html").find_all(nodes.Assign)
        if isinstance(node.target, nodes.Name)
    }
    missing, gone = sorted(set(macros()) - exported), sorted(exported - set(macros()))
    assert not missing, f"Give these components a name in registry/web/templates/components.html: {missing}"
    assert not gone, f"registry/web/templates/components.html names what no family holds: {gone}"
