"""Which sheet a record speaks of when none bears its identifier: it may have come in before under another name.

A portal gives a number that never changes beside an address made from the title; its DCAT may give but the address.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from registry.datasets.models import Dataset
from registry.exchange.queries import find_brought, find_named, find_sheets
from registry.exchange.vocabulary import ReadDataset


@dataclass
class Names:
    """The identifiers of a whole file, and the sheets recognised in it by another name so far."""

    said: Collection[str]
    taken: set[int] = field(default_factory=set)

    def recognise(
        self, session: Session, within: Collection[int], records: Sequence[ReadDataset]
    ) -> dict[str, Dataset]:
        """The sheet each of these records was brought into before, or is known as elsewhere; by its identifier.

        A sheet that another record of the file names by its own identifier, or that two could mean, is none.
        """
        if not records:
            return {}
        brought = find_brought(session, within, [one.identifier for one in records])
        sheets = find_sheets(session, set(brought.values()))
        names = {one.identifier: {*one.known_as, *([one.uri] if one.uri else [])} for one in records}
        every = sorted(set().union(*names.values()))
        named = find_named(session, within, every) if every else ()
        found: dict[str, Dataset] = {}
        for one in records:
            sheet = sheets.get(brought.get(one.identifier, 0))
            if sheet is None or sheet.organisation_id not in within:
                meant = [row for row in named if {row.identifier, row.uri} & names[one.identifier]]
                sheet = meant[0] if len(meant) == 1 else None
            if sheet is not None and sheet.identifier not in self.said and sheet.id not in self.taken:
                self.taken.add(sheet.id)
                found[one.identifier] = sheet
        return found
