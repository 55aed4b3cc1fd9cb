"""Every SELECT of the list of findings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.compliance.listing.rules import Chosen, Facet
from registry.compliance.models import Finding
from registry.compliance.queries import GRAVEST_FIRST, Found, find_findings, verdict_on
from registry.compliance.vocabulary import Verdict


def find_listed(
    session: Session, today: date, chosen: Chosen, policy_ids: frozenset[str] | None, *, after: int, limit: int
) -> list[Found]:
    """A page of the findings chosen, the gravest first; `after` is the number of the last one shown.

    One verdict is read after the other, each by number: nothing sorts what no page shows.
    """
    verdicts = [one for one in GRAVEST_FIRST if one in chosen.get(Facet.VERDICT, set(Verdict))]
    bodies = chosen.get(Facet.ORGANISATION)
    narrowed: Mapping[str, Any] = {
        "policy_ids": policy_ids,
        "organisation_ids": None if bodies is None else frozenset(map(int, bodies)),
        "held": chosen.get(Facet.HELD),
    }
    if after:
        reached = session.execute(select(verdict_on(today)).where(col(Finding.id) == after)).scalar_one_or_none()
        verdicts = verdicts[verdicts.index(Verdict(reached)) :] if reached in verdicts else []
    found: list[Found] = []
    for verdict in verdicts:
        found += find_findings(session, today, verdict=verdict, after=after, limit=limit - len(found), **narrowed)
        after = 0
        if len(found) == limit:
            break
    return found
