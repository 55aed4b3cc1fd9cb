"""What rooms hold of one subject, asked of all of them in one question.

A sheet shows what many rooms know of it, and most sheets have little of that: what there is none of is asked no more.
"""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import Mapped

from registry.web.visits import Visit

_SUBJECT: BindParameter[int] = bindparam("subject", type_=BigInteger)
_TOLD: dict[str, dict[str, ColumnElement[bool]]] = {}


def tell_held(subject_kind: str, what: str, subject: Mapped[Any], *narrowed: ColumnElement[bool]) -> None:
    """Has a room tell that it may hold something of subjects: rows that name one, in the column of their number."""
    _TOLD.setdefault(subject_kind, {})[what] = exists().where(subject == _SUBJECT, *narrowed)


def is_held(visit: Visit, what: str, subject_kind: str, subject_id: int) -> bool:
    """Whether there is something of a subject that the visitor may read; the panels of one page ask once.

    What only one room may hold of a kind of subject is not asked about twice.
    """
    told = _TOLD[subject_kind]
    if len(told) == 1:
        return True

    def ask() -> set[str]:
        found = visit.session.execute(_question(subject_kind), {"subject": subject_id}).one()
        return {name for name, some in zip(told, found, strict=True) if some}

    return what in visit.once(("held", subject_kind, subject_id), ask)


@cache
def _question(subject_kind: str) -> Select[*tuple[Any, ...]]:
    return select(*_TOLD[subject_kind].values())
