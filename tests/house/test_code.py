"""How the code is written: rooms import downwards, SQL is made in few places, and a file stays readable."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 500
LONG_FILES = {
    "migrations/versions/2026_11_24_1400_open_the_dataset_register.py": "written by Alembic, one table after another",
    "registry/demonstration/content.yaml": "the fictional authority, told one dataset after another",
    "registry/web/visits.py": "one request, from who asks to its answer",
    "reports/compliance/sample.toml": "a sample has to show every case the report knows",
    "tests/access/scene.py": "what each unsafe route is sent, one route after another",
    "tests/access/test_events.py": "which event each unsafe route leaves, one route after another",
    "tests/access/test_statements.py": "how many statements each page asks, one page after another",
    "tests/publication/test_publication.py": "one decision to publish, from its answers to what the public reads",
    "tests/platform/test_postgres.py": "one life of a server, told in order",
}
"""Files longer than `LONGEST` lines, each with the reason why it is not cut in two."""

BUILT_SQL = {
    "registry/compliance/listing/counting.py:<module>": "one fixed expression, in two fixed questions",
    "registry/desk/statement.py:<module>": "one fixed query of the lifecycle, in the fixed one of desks",
    "registry/erasures/queries.py:find_references": "names of tables and columns of ours, from their models",
    "registry/erasures/queries.py:find_rows": "names of a table and of columns of ours, from its model",
    "registry/exchange/queries.py:is_file_needed": "names of tables and columns, read from the server's catalogue",
    "registry/exchange/recording.py:_inserting": "names of a table and of columns of ours, from its model",
    "registry/inspection/servers.py:_first_of_mysql": "a number of seconds of ours, in what a session is set to",
    "registry/inspection/servers.py:_first_of_postgresql": "a number of seconds of ours, in a setting",
    "registry/ledger/queries.py:<module>": "one fixed query, with or without two fixed conditions",
    "registry/ledger/queries.py:find_versions_among": "one fixed condition, as many times as there are tables",
    "registry/lifecycle/queries.py:<module>": "one fixed query, in two fixed questions asked of it",
    "registry/ledger/verification.py:_verify_rows": "the name of a table that bears our trigger",
    "registry/platform/backup.py:count_rows": "names of tables, read from the server's catalogue",
    "registry/platform/backup.py:find_registered": "names of ours, kept only if the server's catalogue holds them",
    "registry/platform/migrating.py:refuse_to_lose": "names of tables a migration of ours gives",
    "migrations/env.py:run": "two limits of ours",
}
"""Where SQL is put together from pieces, each with what the pieces are. Never a text somebody typed."""

SQL = re.compile(
    r"\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|TRUNCATE|GRANT|REVOKE|COPY|LOCK TABLE|CALL"
    r"|WHERE|ORDER BY|GROUP BY|SET \w+)\b"
)
VAGUE = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
LATER = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
OURS = (".py", ".html", ".css", ".js", ".yaml", ".toml", ".md")


def files(*folders: str, ends: tuple[str, ...] = OURS) -> Iterator[Path]:
    """Our own files under these folders, without what a machine makes."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in ends and "_assets" not in path.parts and "__pycache__" not in path.parts:
                yield path


def named(path: Path) -> str:
    """A path as the lists of this test write it."""
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    """A module as a tree."""
    return ast.parse(path.read_text("utf-8"), filename=named(path))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, those inside others too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_a_room_imports_only_rooms_below_it() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, (
        "An import goes up, or around. Move what both need to a room below, or let the upper room ask by a query of "
        f"its own (see the contracts in pyproject.toml):\n{done.stdout}{done.stderr}"
    )


def test_no_function_hides_an_import() -> None:
    found = [
        f"{named(path)}:{node.lineno}"
        for path in (*files("registry", "reports", "migrations", ends=(".py",)), ROOT / "dev.py")
        for function in functions(parse(path))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not found, f"Move these imports to the top of their module; if a circle shows then, cut the circle: {found}"


def words_of(node: ast.AST) -> str:
    """The constant words of an expression that makes a text from pieces; nothing for any other expression."""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return " ".join(part.value for part in ast.walk(node) if is_text(part))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_text(node.func.value):
        return node.func.value.value if node.func.attr in {"format", "format_map", "join", "replace"} else ""
    return ""


def is_text(node: ast.AST) -> bool:
    """Whether a node is a text written in place."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def built_sql(path: Path) -> set[str]:
    """Where a module puts SQL together: the module and the function around it."""
    found = set()

    def look(node: ast.AST, inside: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and inside == "<module>":
            inside = node.name
        if SQL.search(words_of(node)):
            found.add(f"{named(path)}:{inside}")
        for child in ast.iter_child_nodes(node):
            look(child, inside)

    look(parse(path), "<module>")
    return found


def test_sql_is_put_together_only_in_places_that_were_read() -> None:
    modules = (*files("registry", ends=(".py",)), ROOT / "migrations" / "env.py", ROOT / "dev.py")
    found = set().union(*(built_sql(path) for path in modules))
    assert found <= set(BUILT_SQL), (
        "SQL is built from pieces in a new place. Pass values as parameters and names through psycopg.sql.Identifier; "
        f"if the pieces are names of ours, read it, then add it to BUILT_SQL in {named(Path(__file__))} with its "
        f"reason: {sorted(found - set(BUILT_SQL))}"
    )
    assert set(BUILT_SQL) <= found, f"No SQL is built here any more; remove from BUILT_SQL: {set(BUILT_SQL) - found}"


def test_a_long_file_is_cut_or_says_why_not() -> None:
    folders = ("registry", "reports", "policies", "migrations", "tests")
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in files(*folders)}
    lengths["dev.py"] = len((ROOT / "dev.py").read_text("utf-8").splitlines())
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST}

    unnamed = {name: lines for name, lines in long.items() if name not in LONG_FILES}
    assert not unnamed, (
        f"Past {LONGEST} lines, ask whether a room hides in the room, and cut; else name the file in LONG_FILES of "
        f"{named(Path(__file__))} with its reason: {unnamed}"
    )
    assert set(LONG_FILES) <= set(long), f"Short again; remove from LONG_FILES: {set(LONG_FILES) - set(long)}"


def test_nothing_is_left_for_later_in_a_comment() -> None:
    found = [
        f"{named(path)}:{number}"
        for path in (*files("registry", "reports", "policies", "migrations", "tests"), ROOT / "dev.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if LATER.search(line)
    ]
    assert not found, f"Do it now, or write it down as an issue and take the mark away: {found}"


def test_what_services_queries_and_rules_offer_says_what_it_does() -> None:
    floors = {"service.py", "queries.py", "rules.py"}
    found = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in files("registry", ends=(".py",))
        if path.name in floors
        for node in parse(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert not found, f"Say in one sentence what each of these does or decides: {found}"


def test_a_page_of_ours_that_the_code_names_exists() -> None:
    named_pages = re.compile(r"(?<![\w/.-])((?:registry|policies|reports|tests)/[\w/.-]+\.md|[\w-]+\.md)\b")
    gone = [
        f"{named(path)}: {page}"
        for path in files("registry", "reports", "migrations", ends=(".py", ".html", ".toml"))
        for page in named_pages.findall(path.read_text("utf-8"))
        if not (ROOT / page).exists()
    ]
    assert not gone, f"A reader is sent to a page that is not in this repository; write it, or point elsewhere: {gone}"


def test_no_name_is_vague() -> None:
    modules = [named(path) for path in files("registry", ends=(".py",)) if VAGUE & {path.stem, path.parent.name}]
    services = [
        f"{named(path)}:{function.lineno} {function.name}"
        for path in files("registry", ends=(".py",))
        if path.name == "service.py"
        for function in functions(parse(path))
        if function.name.startswith(("update_", "process_", "handle_"))
    ]
    assert not modules, f"Name these modules for what they hold: {modules}"
    assert not services, f"Name these by the verb a person would say (record, amend, annul…): {services}"
