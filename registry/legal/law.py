"""What the room of policies hands over at assembly: the law they rest on, and how much they judge."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from registry.legal.rules import Citation, Law, Resting


def law_of(session: Session) -> Law:
    """The texts that policies name, and each article with the policies that rest on it."""
    found = session.info["law"](session)
    assert isinstance(found, Law)  # noqa: S101 -- the assembly always gives one.
    return found


def resting_by_article(law: Law) -> Mapping[Citation, list[Resting]]:
    """The policies that rest on each article, each once, by number."""
    found: dict[Citation, dict[str, Resting]] = {}
    for one in law.resting:
        found.setdefault(one.citation, {})[one.policy_id] = one
    return {citation: [by[number] for number in sorted(by)] for citation, by in found.items()}


def count_judged(session: Session, today: date) -> Mapping[str, int]:
    """How many records each policy judges today within the asker's rights, those it does not concern left out."""
    counted: Mapping[str, int] = session.info["judged"](session, today)
    return counted
