"""Every SELECT of the list of findings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.listing.rules import Chosen, Facet
from registry.compliance.queries import GRAVEST_FIRST, Found, find_findings
from registry.compliance.vocabulary import Verdict

Place = tuple[Verdict, int]
"""Where a finding stood in the list: its verdict, its number."""


def find_listed(
    session: Session, today: date, chosen: Chosen, policy_ids: frozenset[str] | None, *, after: Place | None, limit: int
) -> list[Found]:
    """A page of the findings chosen, the gravest first; `after` is the place of the last one shown.

    One verdict is read after the other, each by number: nothing sorts what no page shows.
    """
    verdicts = [one for one in GRAVEST_FIRST if one in chosen.get(Facet.VERDICT, set(Verdict))]
    number = 0
    if after is not None:
        # Where the list stood, whatever the last finding reads by now.
        verdicts = [one for one in verdicts if GRAVEST_FIRST[one] >= GRAVEST_FIRST[after[0]]]
        number = after[1] if after[0] in verdicts else 0
    bodies = chosen.get(Facet.ORGANISATION)
    narrowed: Mapping[str, Any] = {
        "policy_ids": policy_ids,
        "organisation_ids": None if bodies is None else frozenset(map(int, bodies)),
        "held": chosen.get(Facet.HELD),
    }
    found: list[Found] = []
    for verdict in verdicts:
        found += find_findings(session, today, verdict=verdict, after=number, limit=limit - len(found), **narrowed)
        number = 0
        if len(found) == limit:
            break
    return found
