"""Every SELECT about what the findings behind tasks rest on."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.models import Finding
from registry.desk.queries import Task

Rested = Mapping[tuple[str, int, str], Sequence[Mapping[str, Any]]]
"""The facts of each finding in force, by kind and number of its subject and by policy: one a period."""


def find_facts(session: Session, tasks: Sequence[Task]) -> Rested:
    """The facts the breaches of these tasks rest on."""
    asked = [(task.subject_kind, task.subject_id, task.detail) for task in tasks]
    if not asked:
        return {}
    columns = col(Finding.subject_kind), col(Finding.subject_id), col(Finding.policy_id)
    query = select(*columns, col(Finding.facts)).where(col(Finding.until).is_(None), tuple_(*columns).in_(asked))
    found: dict[tuple[str, int, str], list[Mapping[str, Any]]] = {}
    for row in session.execute(query):
        found.setdefault((str(row.subject_kind), row.subject_id, row.policy_id), []).append(row.facts)
    return found
