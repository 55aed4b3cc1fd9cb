"""A received file and what the clauses ask of it to a report: read in child processes within limits, nothing kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from registry.contracts.checks.rules import Demands, Unread, counting_columns, judge, least_asked, line_kind
from registry.inspection.delivered import Delivered, look_at
from registry.inspection.limits import Limits
from registry.inspection.problems import Problem
from registry.inspection.reading import DEFAULT_LIMITS, count_small_groups, inspect_file
from registry.inspection.refusals import NotInspected
from registry.inspection.vocabulary import CountedTable, Inspected, LineKind
from registry.kernel.errors import TooLarge
from registry.web.uploads import PAGE_UPLOAD_LIMIT

LIMITS = replace(DEFAULT_LIMITS, file_bytes=PAGE_UPLOAD_LIMIT, seconds=40)
"""What each of the readings of one file may cost."""
_TABLES = frozenset({"CSV", "TSV", "XLSX", "ODS", "PARQUET", "JSON", "JSONL", "JSON_LD", "GEOJSON"})
_FLAT = "tableau.csv"


def check_file(path: Path, *, name: str, demands: Demands, on: date, limits: Limits = LIMITS) -> dict[str, Any]:
    """The report of every check of a file, as it is stored: codes and counts, said at display (`views.say_report`).

    `name` is what people call the file. Nothing that a file holds makes this raise: what could not be checked says why.
    Raises: TooLarge past the limit of a page.
    """
    if path.stat().st_size > limits.file_bytes:
        raise TooLarge(f"{name}: more than {limits.file_bytes} bytes")
    with TemporaryDirectory(prefix="beffroi-") as folder:
        flat = Path(folder) / _FLAT
        seen = look_at(path, name=name, schema=demands.schema, flat=flat, limits=limits)
        read, called = (flat, _FLAT) if seen.flat else (path, name)
        people = _people(seen, read, called, on, limits)
        counting = counting_columns(seen)
        small = _groups(seen, read, called, least_asked(demands), line_kind(seen, people), counting, limits)
    checks = judge(name, seen, demands, people, small, counting)
    return {
        "on": on.isoformat(), "type": seen.type, "rows": seen.rows, "columns": len(seen.columns),
        "checks": msgspec.json.decode(msgspec.json.encode(checks)),
    }  # fmt: skip


def _people(seen: Delivered, path: Path, name: str, on: date, limits: Limits) -> Sequence[Inspected] | Unread | None:
    if seen.type not in _TABLES or seen.problem is not None:
        return None
    try:
        return inspect_file(path, on=on, name=name, limits=limits)
    except NotInspected as refusal:
        return Unread(refusal.problem, refusal.details)
    except TooLarge:
        return Unread(Problem.TOO_LARGE, _LIMIT)


def _groups(
    seen: Delivered,
    path: Path,
    name: str,
    least: int,
    lines: LineKind | None,
    counting: Sequence[str],
    limits: Limits,
) -> Sequence[CountedTable] | Unread | None:
    if lines is None or seen.type not in _TABLES or seen.problem is not None:
        return None
    counts = counting if lines is LineKind.TOTAL else ()
    try:
        return count_small_groups(path, lines=lines, fewer_than=least, name=name, limits=limits, counts=counts)
    except NotInspected as refusal:
        return Unread(refusal.problem, refusal.details)
    except TooLarge:
        return Unread(Problem.TOO_LARGE, _LIMIT)


_LIMIT: Mapping[str, int] = {"size": LIMITS.file_bytes // 2**20, "limit": LIMITS.file_bytes // 2**20}
"""A table written out may weigh more than the file it comes from."""
