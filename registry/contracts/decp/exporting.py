"""Essential data written back: the envelope of the national format, each contract as it was brought in."""

from collections.abc import Collection, Iterator

from sqlalchemy.orm import Session

from registry.contracts.decp.queries import find_published

FILE_NAME = "decp.json"


def export_essential(session: Session, within: Collection[int] | None = None) -> Iterator[bytes]:
    """A file of the national format: the concessions of some bodies, or of all, nothing of them lost."""
    yield b'{"marches":{"contrat-concession":['
    for place, row in enumerate(find_published(session, within)):
        yield (b",\n" if place else b"\n") + row.content.encode()
    yield b"\n]}}\n"
